"""A line of a list shows what a reader of the Markdown would read."""

from __future__ import annotations

import time

import pytest

from app.store.plain import begins_in_code, plain, plain_line
from app.store.snippet import LOOKED_AT_LENGTH, Highlighter
from app.store.words import terms_of


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("# A heading\n\nand *more* **words**", "A heading and more words"),
        ("- one\n- [x] two\n* three\n+ four", "one two three four"),
        ("1. first\n2. second", "1. first 2. second"),
        ("> quoted\n>> deeper", "quoted deeper"),
        ("***both*** and ~~gone~~ and __strong__", "both and gone and strong"),
        ("see [the page](https://example.org/a_b_c) now", "see the page now"),
        ("![a picture](x.png) and [ref][1]", "a picture and ref"),
        ("<https://example.org/x>", "https://example.org/x"),
        ("| a | b |\n|---|:-:|\n| 1 | 2 |", "a b 1 2"),
        ("above\n\n---\n\nbelow", "above below"),
        ("run `rm -rf *` and `a_b`", "run rm -rf * and a_b"),
        ("```python\nx = a * b * c  # no heading\n```\nafter", "x = a * b * c # no heading after"),
        ("snake_case_name and 2 * 3 * 4", "snake_case_name and 2 * 3 * 4"),
        (r"\*not stressed\* and 5 \< 6", "*not stressed* and 5 < 6"),
        ("<think>\nhm\n</think>\nyes", "hm yes"),
        ("**cut in the mid", "cut in the mid"),
        ("**Größe:** 漢字と*強調*", "Größe: 漢字と強調"),
        ("plain words", "plain words"),
        ("", ""),
    ],
)
def test_the_marks_are_gone_and_the_words_are_there(text: str, seen: str) -> None:
    assert " ".join(plain(text).split()) == seen


def test_a_stretch_that_begins_in_code_is_left_as_it_is() -> None:
    text = "```sh\n# comment *x*\n```\n# Heading"
    start = text.index("# comment")
    assert begins_in_code(text, start)
    assert not begins_in_code(text, len(text))
    assert " ".join(plain(text[start:], in_code=True).split()) == "# comment *x* Heading"


def test_a_long_text_is_cut_with_an_ellipsis() -> None:
    assert plain_line("**word** " * 100, 20) == "word word word word …"
    assert plain_line("**word**", 20) == "word"


@pytest.mark.parametrize(
    "text", ["*" * 5000, "[" * 5000, "`" * 5000, "_a" * 2500, "|-" * 2500, "> " * 2500, "~~a" * 999]
)
def test_hostile_text_costs_no_more_than_other_text(text: str) -> None:
    started = time.perf_counter()
    for _ in range(50):
        plain(text[:LOOKED_AT_LENGTH])
    assert time.perf_counter() - started < 1.0


def test_a_find_is_shown_in_plain_words_with_its_marks() -> None:
    found = Highlighter(terms_of("walrus")).snippet("# Zoo\n\n- a **walrus** [here](http://x.y)")
    assert found.text == "Zoo a walrus here"
    assert [found.text[start:end] for start, end in found.highlights] == ["walrus"]


def test_what_was_found_in_an_address_is_shown_as_it_stands() -> None:
    found = Highlighter(terms_of("example")).snippet("see [this](https://example.org) now")
    assert [found.text[start:end] for start, end in found.highlights] == ["example"]
