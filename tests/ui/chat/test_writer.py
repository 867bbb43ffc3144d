"""A document that is changed step by step holds what one written at once holds."""

from __future__ import annotations

import random

import shiboken6
from PySide6.QtGui import QTextCursor, QTextDocument
from pytestqt.qtbot import QtBot

from app.ui.chat.parts import Gap, Kind, Paragraph, Place, Run, Style
from app.ui.chat.prose import Prose
from app.ui.chat.text_styles import TextStyles
from app.ui.chat.writer import ParagraphWriter

TEXTS = ("", "a", "ab", "abc", "🙂", "🙂b", "سلام", "a\u2028b")
STYLES = (Style.PLAIN, Style.BOLD, Style.CODE)


def some_paragraphs(rng: random.Random) -> list[Paragraph]:
    return [
        Paragraph(
            tuple(
                Run(rng.choice(TEXTS[1:]), rng.choice(STYLES), rng.choice(("", "http://x")))
                for _ in range(rng.randint(0, 3))
            ),
            rng.choice((Kind.TEXT, Kind.HEADING_1, Kind.RULE)),
            Place(rng.choice((0, 6)), (), rng.choice((Gap.TIGHT, Gap.WIDE))),
            rng.choice(("", "•", "10.")),
        )
        for _ in range(rng.randint(1, 5))
    ]


def description(document: QTextDocument) -> list[object]:
    """Return blocks and fragments with the formats that show."""
    found: list[object] = []
    block = document.begin()
    while block.isValid():
        form = block.blockFormat()
        found.append((form.indent(), form.topMargin(), form.textIndent(), form.lineHeight()))
        iterator = block.begin()
        while not iterator.atEnd():
            fragment = iterator.fragment()
            shown = fragment.charFormat()
            found.append(
                (
                    fragment.text(),
                    shown.fontWeight(),
                    shown.anchorHref(),
                    shown.foreground().color().name(),
                    shown.fontPointSize(),
                )
            )
            iterator += 1
        block = block.next()
    return found


def written(styles: TextStyles, *steps: list[Paragraph]) -> list[object]:
    document = QTextDocument()
    writer = ParagraphWriter(lambda: document, styles)
    for step in steps:
        writer.write(step)
    return description(document)


def test_steps_lead_to_what_is_written_at_once(styles: TextStyles) -> None:
    for seed in range(120):
        rng = random.Random(seed)
        steps = [some_paragraphs(rng) for _ in range(4)]
        # Most steps of an answer only add.
        steps.append([*steps[-1], *some_paragraphs(rng)])
        assert written(styles, *steps) == written(styles, steps[-1]), seed


def test_text_that_grows_leaves_a_selection_alone(styles: TextStyles) -> None:
    document = QTextDocument()
    writer = ParagraphWriter(lambda: document, styles)
    writer.write([Paragraph((Run("some words"),))])
    cursor = QTextCursor(document)
    cursor.setPosition(5, QTextCursor.MoveMode.KeepAnchor)
    writer.write([Paragraph((Run("some words and more"),)), Paragraph((Run("next"),))])
    assert cursor.selectedText() == "some "
    assert document.toPlainText() == "some words and more\nnext"


def test_nothing_is_written_when_nothing_changes(styles: TextStyles) -> None:
    document = QTextDocument()
    writer = ParagraphWriter(lambda: document, styles)
    paragraphs = [Paragraph((Run("a"),)), Paragraph((Run("b"),))]
    assert writer.write(paragraphs)
    assert not writer.write(list(paragraphs))


def test_every_paragraph_is_one_block(styles: TextStyles) -> None:
    document = QTextDocument()
    lines = Paragraph((Run("one\u2028two"),), marker="•")
    ParagraphWriter(lambda: document, styles).write([lines, lines])
    assert document.blockCount() == 2


def test_prose_goes_on_when_what_was_its_document_is_no_longer_valid(
    qtbot: QtBot, styles: TextStyles
) -> None:
    prose = Prose(styles, 400)
    qtbot.addWidget(prose)
    prose.show_parts([Paragraph((Run("a"),))])
    # As PySide does when it took the document for a deleted one at the same address.
    shiboken6.invalidate(prose.document())
    prose.show_parts([Paragraph((Run("b"),))])
    assert prose.toPlainText() == "b"
