"""Properties of what a search shows, over thousands of messy texts from a seeded generator."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator

import pytest

from app.store.store import SearchHit, Store
from tests.store.chats import conversation, question

LETTERS = {
    "latin": "abcxyz",
    "accented": "éÉñÜüåçŽž",
    "decomposed": ["e\u0301", "u\u0308", "n\u0303", "A\u030a"],
    "greek": "αβγΣσςώ",
    "cyrillic": "абвЁёй",
    "digits": "0123",
}
CJK = "東京都日本語中文すしラーメン김치"
SPACES = [" ", "  ", "\n", "\n\n", "\t", "\u00a0", "\u3000", "\r\n"]
MARKS = [".", ", ", "—", "(", ")", '"', "*", "`", "#", "…", "'", "/", "_", "¿"]
MESSY = [
    "\u200d",
    "\u202e",
    "\ufeff",
    "🏳️‍🌈",
    "👍🏽",
    "\ufffd",
    "\u0000",
    "\x1b",
    "ﬁ",
    "ß",
    "İ",
    "Ⅷ",
    "\u0f0b",
]


class Writer:
    """Writes texts and queries nobody would write."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def word(self) -> str:
        """Return a word of one script, or of several."""
        kinds = [self.random.choice(list(LETTERS.values()))]
        if self.random.random() < 0.2:
            kinds.append(self.random.choice(list(LETTERS.values())))
        count = self.random.randrange(1, 9)
        return "".join(self.random.choice(self.random.choice(kinds)) for _ in range(count))

    def characters(self) -> str:
        """Return some characters that are words by themselves."""
        return "".join(self.random.choices(CJK, k=self.random.randrange(1, 6)))

    def text(self) -> str:
        """Return a text that may be short or long, with anything between its words."""
        pieces: list[str] = []
        for _ in range(self.random.choice((1, 3, 10, 200))):
            chance = self.random.random()
            pieces.append(self.characters() if chance < 0.25 else self.word())
            between = SPACES if chance < 0.7 else MARKS if chance < 0.9 else MESSY
            pieces.append(self.random.choice(between))
        return "".join(pieces)


def _folded(text: str) -> str:
    letters = unicodedata.normalize("NFD", unicodedata.normalize("NFC", text).casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _check_shape(hit: SearchHit) -> None:
    last = 0
    for start, end in hit.highlights:
        assert last <= start < end <= len(hit.snippet)
        last = end
    assert len(hit.snippet) <= 170
    assert not set(hit.snippet) & set("\n\r\t")


@pytest.fixture(scope="module")
def texts() -> list[str]:
    writer = Writer(11)
    return [writer.text() for _ in range(150)]


@pytest.fixture
def store(texts: list[str]) -> Iterator[Store]:
    opened = Store.in_memory()
    opened.add_conversation(conversation(title="Nothing"))
    for number, text in enumerate(texts):
        opened.add_message(question(str(number), text))
    yield opened
    opened.close()


def test_highlights_lie_in_order_inside_their_snippet(store: Store) -> None:
    writer = Writer(12)
    found = 0
    for _ in range(200):
        for hit in store.search(writer.text()[: writer.random.randrange(1, 20)]):
            _check_shape(hit)
            found += 1
    assert found > 300


def test_every_word_of_a_text_finds_it_and_is_marked(store: Store, texts: list[str]) -> None:
    chooser = random.Random(13)
    checked = 0
    for number, text in enumerate(texts):
        words = [word for word in text.split(" ") if word.isalpha() and word.isprintable()]
        plain = [word for word in words if not set(word) & {*CJK, "ß", "İ", "ﬁ"}]
        if not plain:
            continue
        word = chooser.choice(plain)
        hits = {hit.message_id: hit for hit in store.search(word + " ", len(texts) * 2)}
        hit = hits[str(number)]
        _check_shape(hit)
        marked = [hit.snippet[start:end] for start, end in hit.highlights]
        assert marked
        assert {_folded(piece) for piece in marked} == {_folded(word)}
        checked += 1
    assert checked > 30


def test_every_beginning_of_a_word_finds_it_and_marks_words_that_begin_so(
    store: Store, texts: list[str]
) -> None:
    chooser = random.Random(14)
    checked = 0
    for number, text in enumerate(texts):
        plain = [word for word in text.split() if word.isascii() and word.isalnum()]
        if not plain:
            continue
        word = chooser.choice(plain)
        begun = word[: chooser.randrange(1, len(word) + 1)]
        hits = {hit.message_id: hit for hit in store.search(begun, len(texts) * 2)}
        marked = [hits[str(number)].snippet[a:b] for a, b in hits[str(number)].highlights]
        assert marked
        assert all(_folded(piece).startswith(_folded(begun)) for piece in marked)
        checked += 1
    assert checked > 30


def test_every_run_of_characters_finds_its_text_and_is_marked(
    store: Store, texts: list[str]
) -> None:
    chooser = random.Random(15)
    checked = 0
    for number, text in enumerate(texts):
        runs = [text[at : at + 2] for at in range(len(text)) if set(text[at : at + 2]) <= set(CJK)]
        if not runs:
            continue
        run = chooser.choice(runs)
        hits = {hit.message_id: hit for hit in store.search(run, len(texts) * 2)}
        hit = hits[str(number)]
        marked = "".join(hit.snippet[start:end] for start, end in hit.highlights)
        # Characters on two lines follow each other as well.
        assert {letter for letter in marked if letter in CJK} == set(run)
        checked += 1
    assert checked > 80


def test_everything_found_really_holds_all_the_words(store: Store, texts: list[str]) -> None:
    writer = Writer(16)
    found = 0
    for _ in range(300):
        words = [writer.random.choice(("a", "b", "ab", "0", "1", "東", "京")) for _ in range(2)]
        for hit in store.search(" ".join(words) + " ", len(texts)):
            assert hit.message_id
            folded = _folded(texts[int(hit.message_id)])
            assert all(_folded(word) in folded for word in words)
            found += 1
    assert found > 100
