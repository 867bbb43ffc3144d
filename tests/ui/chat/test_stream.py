"""An answer that is written piece by piece ends as the one that is read whole."""

from __future__ import annotations

import pytest

from app.ui.chat.parts import Code, Kind, Paragraph, Part
from app.ui.chat.plain import clean
from app.ui.chat.reader import MarkdownReader
from app.ui.chat.stream import LARGEST_OPEN_BLOCK, MarkdownStream
from tests.ui.chat.corpus import cut, document
from tests.ui.chat.hostile import CASES

ROUNDS = 1_500


def whole(text: str) -> list[Part]:
    return [part for block in MarkdownReader().read(clean(text), {}) for part in block.parts]


def words(parts: list[Part]) -> str:
    return "".join(run.text for part in parts if isinstance(part, Paragraph) for run in part.runs)


def test_any_pieces_give_what_the_whole_gives() -> None:
    for seed in range(ROUNDS):
        text = document(seed)
        stream = MarkdownStream()
        for number, piece in enumerate(cut(text, seed)):
            stream.feed(piece)
            if number % 3:
                before = list(stream.parts)
                first = stream.update()
                assert stream.parts[:first] == before[:first], (seed, text)
        stream.finish()
        assert stream.parts == whole(text), (seed, text)


@pytest.mark.parametrize("name", CASES)
def test_hostile_texts_lose_nothing_on_the_way(name: str) -> None:
    text = CASES[name]
    stream = MarkdownStream()
    for start in range(0, len(text), len(text) // 5 + 1):
        stream.feed(text[start : start + len(text) // 5 + 1])
        stream.update()
    stream.finish()
    once = MarkdownStream()
    once.feed(text)
    once.finish()
    assert stream.parts == once.parts


def test_a_closed_block_is_not_read_again() -> None:
    stream = MarkdownStream()
    stream.feed("one\n\ntwo\n")
    stream.update()
    kept = stream.parts[0]
    stream.feed(" three")
    assert stream.update() == 1
    assert stream.parts[0] is kept


def test_an_open_fence_grows_line_by_line() -> None:
    stream = MarkdownStream()
    stream.feed("```py\na = 1\nb")
    stream.update()
    assert stream.parts == [Code("a = 1\nb", "py", closed=False)]
    stream.feed(" = 2\n```\nafter")
    stream.update()
    assert stream.parts[0] == Code("a = 1\nb = 2", "py")
    assert words(stream.parts) == "after"


def test_the_beginning_of_the_end_of_a_fence_is_not_shown_as_code() -> None:
    stream = MarkdownStream()
    stream.feed("```\na\n``")
    stream.update()
    assert stream.parts == [Code("a", closed=False)]


@pytest.mark.parametrize(
    "beginning", ["-", "- ", "--", "=", "1", "1.", "#", "| ", "> ", "`", "- ["]
)
def test_a_line_that_is_only_markup_so_far_is_held_back(beginning: str) -> None:
    stream = MarkdownStream()
    stream.feed("Some words\n" + beginning)
    stream.update()
    (part,) = stream.parts
    assert isinstance(part, Paragraph)
    assert part.kind is Kind.TEXT
    assert words(stream.parts) == "Some words"


def test_what_was_held_back_is_there_at_the_end() -> None:
    stream = MarkdownStream()
    stream.feed("Born in\n1969")
    stream.update()
    stream.finish()
    assert words(stream.parts) == "Born in\u20281969"


def test_a_large_open_block_is_shown_as_it_came_until_it_is_closed() -> None:
    line = "- some *words* of an item\n"
    count = 40 * (LARGEST_OPEN_BLOCK // len(line) // 40 + 2)
    stream = MarkdownStream()
    for _ in range(count // 40):
        stream.feed(line * 40)
        stream.update()
    *_, last = stream.parts
    assert isinstance(last, Paragraph)
    assert last.kind is Kind.VERBATIM
    assert len(stream.parts) == count
    stream.finish()
    assert stream.parts == whole(line * count)


def test_a_link_that_is_defined_later_is_found_at_the_end() -> None:
    stream = MarkdownStream()
    stream.feed("See [it][1].\n\nMore.\n\n[1]: http://x.y\n")
    stream.update()
    stream.finish()
    first = stream.parts[0]
    assert isinstance(first, Paragraph)
    assert [run.link for run in first.runs] == ["", "http://x.y", ""]


def test_a_line_end_cut_in_two_is_one() -> None:
    stream = MarkdownStream()
    stream.feed("a\r")
    stream.update()
    stream.feed("\nb")
    stream.update()
    stream.finish()
    assert words(stream.parts) == "a\u2028b"
