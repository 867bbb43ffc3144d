"""Words as the index takes them: what the program folds and splits is what SQLite finds."""

from __future__ import annotations

import sqlite3
import unicodedata
from collections.abc import Iterator

import pytest

from app.store.migrations import create_search_tables
from app.store.words import QUERY_WORDS, Term, composed, expression, folded, indexable, terms_of

#: Latin, Greek, Cyrillic, Georgian, Cherokee, Glagolitic, Deseret, and letters of full width.
ALPHABETS = (
    *((0x41, 0x5B), (0xC0, 0x250), (0x370, 0x530), (0x10A0, 0x1100), (0x13A0, 0x1400)),
    *((0x1E00, 0x2000), (0x2C00, 0x2D00), (0xFF21, 0xFF5B), (0x10400, 0x10450)),
)


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    opened = sqlite3.connect(":memory:")
    create_search_tables(opened)
    yield opened
    opened.close()


def test_every_cased_letter_is_found_by_its_folded_form(connection: sqlite3.Connection) -> None:
    letters = [
        chr(code)
        for first, end in ALPHABETS
        for code in range(first, end)
        if unicodedata.category(chr(code)).startswith("L")
    ]
    for letter in letters:
        connection.execute(
            "INSERT INTO message_index (rowid, text) VALUES (?, ?)",
            (ord(letter), indexable(f"x{letter}x")),
        )
    missed = [
        letter
        for letter in letters
        if not connection.execute(
            "SELECT 1 FROM message_index WHERE message_index MATCH ? AND rowid = ?",
            (f'"{folded(composed(f"x{letter}x"))}"', ord(letter)),
        ).fetchone()
    ]
    assert len(letters) > 1800
    assert missed == []


def test_folding_leaves_every_character_in_its_place() -> None:
    text = "".join(
        chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000 and code != 0
    )
    assert len(folded(text)) == len(text)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ()),
        (" .,! ", ()),
        ("Cairn", (Term(("cairn",), True),)),
        ("Cairn ", (Term(("cairn",), False),)),
        ("Cairn!", (Term(("cairn",), False),)),
        ("two words", (Term(("two",), False), Term(("words",), True))),
        ("don't", (Term(("don", "t"), True),)),
        ('"two words"', (Term(("two", "words"), False),)),
        ('"two wor', (Term(("two",), False), Term(("wor",), True))),
        ("模型", (Term(("模", "型"), False),)),
        ("Qwen3模", (Term(("qwen3", "模"), False),)),
        ("Ｑｗｅｎ", (Term(("qwen",), True),)),
        ("🙂", (Term(("🙂",), False),)),
    ],
)
def test_a_query_is_taken_apart(query: str, expected: tuple[Term, ...]) -> None:
    assert terms_of(query) == expected


def test_a_pasted_page_becomes_a_short_query() -> None:
    assert len(terms_of("a b c d " * 10_000)) == QUERY_WORDS


def test_an_expression_quotes_every_word() -> None:
    assert expression(terms_of('NOT "a or b" mode')) == '"not" "a or b" "mode"*'
