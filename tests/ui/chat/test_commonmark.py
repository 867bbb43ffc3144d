"""The examples of CommonMark's own specification, and awkward documents of our own."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from app.chat.thinking import PassageReader
from app.ui.chat.body import Body
from app.ui.chat.plain import clean
from app.ui.chat.reader import MarkdownReader
from app.ui.chat.stream import MarkdownStream
from app.ui.chat.text_styles import TextStyles
from app.ui.chat.text_view import TextView
from app.ui.icons import Icons
from app.ui.theme import Theme
from tests.ui.chat.awkward import AWKWARD
from tests.ui.chat.corpus import cut
from tests.ui.chat.reference import reference_text, text_of_parts
from tests.ui.chat.seen import children

EXAMPLES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "commonmark" / "spec.json").read_text()
)
SOURCES = {f"{one['section']} {one['example']}": str(one["markdown"]) for one in EXAMPLES}
ROUNDS = 3


def test_the_specification_is_there_as_a_whole() -> None:
    assert len(EXAMPLES) == 652


def whole(source: str) -> list[Any]:
    blocks = MarkdownReader().read(clean(source), {})
    return [part for block in blocks for part in block.parts]


@pytest.mark.parametrize("name", SOURCES)
def test_an_example_says_what_the_reference_says(name: str) -> None:
    source = SOURCES[name]
    assert text_of_parts(whole(source)) == reference_text(clean(source))


@pytest.mark.parametrize("name", SOURCES)
def test_an_example_in_random_pieces_is_read_like_the_whole(name: str) -> None:
    source = SOURCES[name]
    for seed in range(ROUNDS):
        assert streamed(source, seed) == whole(source), seed


@pytest.mark.parametrize("name", AWKWARD)
def test_an_awkward_document_in_random_pieces_is_read_like_the_whole(name: str) -> None:
    source = AWKWARD[name]
    for seed in range(4 * ROUNDS):
        assert streamed(source, seed) == whole(source), seed


def test_examples_one_after_the_other_are_read_like_the_whole() -> None:
    for seed in range(60):
        rng = random.Random(seed)
        source = "\n".join(rng.choice(list(SOURCES.values())) for _ in range(8))
        assert streamed(source, seed) == whole(source), seed


def streamed(source: str, seed: int) -> list[Any]:
    stream = MarkdownStream()
    for number, piece in enumerate(cut(source, seed)):
        stream.feed(piece)
        if number % 3:
            stream.update()
    stream.finish()
    return stream.parts


@pytest.mark.parametrize("name", AWKWARD)
def test_an_awkward_document_looks_the_same_whole_and_in_pieces(
    qtbot: QtBot, theme: Theme, icons: Icons, styles: TextStyles, name: str
) -> None:
    source = AWKWARD[name]
    bodies: list[Body] = []
    for pieces in ([source], cut(source, 7)):
        body = Body(theme, icons, styles, "Model", 8, 500)
        qtbot.addWidget(body)
        for piece in pieces:
            body.append(piece)
            body.advance()
        body.end()
        while body.is_waiting:
            body.advance()
        body.resize(516, body.arrange(500))
        bodies.append(body)
    styles.formulas.close()
    one, other = bodies
    assert described(one) == described(other)
    assert one.height() == other.height()


def described(body: Body) -> list[tuple[str, str, int]]:
    return [
        (type(view).__name__, view.toPlainText(), view.height())
        for view in children(body, TextView)
        if view.isVisibleTo(body)
    ]


@pytest.mark.parametrize("name", SOURCES)
def test_no_example_is_taken_for_a_thought(name: str) -> None:
    reader = PassageReader()
    reader.feed(SOURCES[name])
    reader.finish()
    assert "".join(passage.text for passage in reader.passages) == SOURCES[name]
