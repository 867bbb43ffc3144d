"""Code in a message: its box, its colours, Copy."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from app.chat.message import MessageState
from app.ui.chat.code_block import CodeBlock
from app.ui.chat.code_file import file_name
from app.ui.chat.highlight import LANGUAGES, LARGEST_CODE, colors, spans
from app.ui.chat.saving import SaveDialog, ask_and_save
from app.ui.chat.view import ChatView
from app.ui.theme import DARK, LIGHT
from tests.ui.chat.seen import answer, button, child_of, wait_until_idle, widget_of

PYTHON = "def f():\n    return 'é🙂', 1  # why\n"


def block_of(view: ChatView, message_id: str = "a1") -> CodeBlock:
    return child_of(widget_of(view, message_id), CodeBlock)


def colored_words(block: CodeBlock) -> dict[str, str]:
    """Return which words of the code have which colour."""
    found: dict[str, str] = {}
    line = block.text.document().begin()
    while line.isValid():
        units = line.text().encode("utf-16-le")
        # The stubs know nothing of what a range of formats holds.
        for part in cast("list[Any]", line.layout().formats()):
            word = units[2 * part.start : 2 * (part.start + part.length)].decode("utf-16-le")
            found[word] = part.format.foreground().color().name()
        line = line.next()
    return found


def test_code_is_coloured_by_its_language(qtbot: QtBot, view: ChatView) -> None:
    view.set_items((answer(1, f"```python\n{PYTHON}```"),))
    wait_until_idle(qtbot, view)
    palette = colors(is_dark=False)
    found = colored_words(block_of(view))
    assert found["def"] == palette["keyword"]
    assert found["f"] == palette["name"]
    assert found["'é🙂'"] == palette["string"]
    assert found["# why"] == palette["comment"]


def test_colours_wait_until_the_fence_is_closed(qtbot: QtBot, view: ChatView) -> None:
    view.set_items((answer(1, "", MessageState.STREAMING),))
    view.append_text("a1", f"```python\n{PYTHON}")
    wait_until_idle(qtbot, view)
    assert colored_words(block_of(view)) == {}
    view.append_text("a1", "```\n")
    wait_until_idle(qtbot, view)
    assert "def" in colored_words(block_of(view))


@pytest.mark.parametrize("language", ["", "nonsense", "file:///etc/passwd", "PYTHON "])
def test_an_unknown_language_is_no_trouble(qtbot: QtBot, view: ChatView, language: str) -> None:
    view.set_items((answer(1, f"```{language}\n{PYTHON}```"),))
    wait_until_idle(qtbot, view)
    assert block_of(view).first.text == PYTHON.rstrip("\n")


def test_every_offered_language_has_a_lexer_that_keeps_the_places() -> None:
    code = "a = 'b' # c\n\n<d>e</d>\n\tf(1);\n"
    lines = code.split("\n")
    for language in LANGUAGES:
        found = list(spans(code, language))
        assert found, language
        for line, (start, length, _kind) in found:
            assert 0 <= start < start + length <= len(lines[line]), language


def test_large_code_stays_in_one_colour() -> None:
    assert not list(spans("x = 1\n" * (LARGEST_CODE // 6 + 1), "python"))
    assert not list(spans("x" * 2_000, "python"))


@pytest.mark.parametrize(("is_dark", "ground"), [(False, LIGHT.surface), (True, DARK.surface)])
def test_colours_can_be_read(is_dark: bool, ground: str) -> None:
    for color in colors(is_dark=is_dark).values():
        assert contrast(color, ground) >= 4.5


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG defines it."""

    def luminance(color: str) -> float:
        channels = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def test_copy_gives_the_code_alone(qtbot: QtBot, view: ChatView) -> None:
    view.set_items((answer(1, f"Look:\n\n```python\n{PYTHON}```\n\nThat was it."),))
    copy = button(block_of(view), "Copy code")
    QTest.mouseClick(copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == PYTHON.rstrip("\n")


def test_long_lines_scroll_in_their_own_box(qtbot: QtBot, view: ChatView) -> None:
    view.set_items((answer(1, "```\n" + "x" * 500 + "\n```"),))
    wait_until_idle(qtbot, view)
    text = block_of(view).text
    assert text.horizontalScrollBar().maximum() > 0
    assert block_of(view).width() <= widget_of(view, "a1").width()
    QTest.keyClick(text, Qt.Key.Key_Right)
    assert text.horizontalScrollBar().value() > 0


@pytest.mark.parametrize("lines", [1, 2, 50, 400])
def test_the_box_is_as_high_as_its_code(qtbot: QtBot, view: ChatView, lines: int) -> None:
    view.set_items((answer(1, "```\n" + "code 中文\n" * lines + "```"),))
    wait_until_idle(qtbot, view)
    text = block_of(view).text
    assert text.verticalScrollBar().maximum() == 0
    last = text.document().lastBlock()
    bottom = text.blockBoundingGeometry(last).translated(text.contentOffset()).bottom()
    assert 0 <= text.height() - bottom < 24


def test_code_that_streams_in_is_as_high_as_code_shown_at_once(
    qtbot: QtBot, view: ChatView
) -> None:
    text = "```\n" + "one line of it\n" * 40 + "```\n"
    view.set_items((answer(1, "", MessageState.STREAMING), answer(2, text)))
    for start in range(0, len(text), 7):
        view.append_text("a1", text[start : start + 7])
        view._frames.frame_due.emit()
    view.change_item(answer(1, text))
    wait_until_idle(qtbot, view)
    assert block_of(view).height() == block_of(view, "a2").height()
    assert block_of(view).text.toPlainText() == block_of(view, "a2").text.toPlainText()


def test_a_lexer_that_takes_too_long_is_given_up(
    qtbot: QtBot, view: ChatView, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.ui.chat.code_block._STEP_S", -1.0)
    monkeypatch.setattr("app.ui.chat.code_block._PATIENCE_S", 0.0)
    view.set_items((answer(1, f"```python\n{PYTHON}```"),))
    wait_until_idle(qtbot, view)
    assert colored_words(block_of(view)) == {}


LONG = "```python\n# app/tools.py\n" + "word " * 100 + "\n```\n"


def test_wrapped_lines_go_on_below(qtbot: QtBot, view: ChatView) -> None:
    view.set_items((answer(1, LONG),))
    wait_until_idle(qtbot, view)
    block = block_of(view)
    before = block.height()
    QTest.mouseClick(button(block, "Wrap lines"), Qt.MouseButton.LeftButton)
    wait_until_idle(qtbot, view)
    assert block.text.horizontalScrollBar().maximum() == 0
    assert block.text.verticalScrollBar().maximum() == 0
    assert block.height() > before
    view.resize(500, 480)
    wait_until_idle(qtbot, view)
    assert block.text.verticalScrollBar().maximum() == 0
    QTest.mouseClick(button(block, "Wrap lines"), Qt.MouseButton.LeftButton)
    wait_until_idle(qtbot, view)
    assert block.height() == before


def test_code_is_saved_where_the_user_says(qtbot: QtBot, view: ChatView, tmp_path: Path) -> None:
    view.set_items((answer(1, LONG),))
    wait_until_idle(qtbot, view)
    QTest.mouseClick(button(block_of(view), "Save code as a file"), Qt.MouseButton.LeftButton)
    dialog = child_of(view, SaveDialog)
    assert [Path(name).name for name in dialog.selectedFiles()] == ["tools.py"]
    dialog.fileSelected.emit(str(tmp_path / "x.py"))
    assert (tmp_path / "x.py").read_text() == block_of(view).first.text + "\n"
    dialog.close()


def test_code_that_cannot_be_saved_is_told_in_words(
    qtbot: QtBot, view: ChatView, tmp_path: Path
) -> None:
    dialog = ask_and_save(view, "x.py", "code")
    dialog.fileSelected.emit(str(tmp_path / "missing" / "x.py"))
    box = child_of(view, QMessageBox)
    assert box.text() == "x.py could not be saved: no such file or directory."
    box.close()
    dialog.close()


@pytest.mark.parametrize(
    ("code", "language", "name"),
    [
        ("x", "python", "code.py"),
        ("x", "", "code.txt"),
        ("x", "Dockerfile", "Dockerfile"),
        ("x", "../../etc/passwd", "code.txt"),
        ("# app/main.py\nx", "python", "main.py"),
        ("\n// file: a-b.c\nx", "c", "a-b.c"),
        ("<!-- index.html -->\nx", "html", "index.html"),
        ("/* style.css */", "css", "style.css"),
        ("# /etc/../.bashrc.sh\nx", "sh", "bashrc.sh"),
        ("# ../../.ssh/.config\nx", "sh", "config"),
        ("# a comment. Not a name\nx", "python", "code.py"),
        ("# " + "x" * 100 + ".py\n", "python", "code.py"),
        ("#!/usr/bin/env python3.11\nx", "python", "code.py"),
    ],
)
def test_a_file_is_named_by_its_first_line_or_its_language(
    code: str, language: str, name: str
) -> None:
    assert file_name(code, language) == name
