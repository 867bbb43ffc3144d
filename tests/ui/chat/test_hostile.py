"""Hostile texts: nothing is opened, nothing hangs, whatever a message says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QImage, QTextDocument
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.chat.message import MessageState
from app.chat.tree import ShownMessage
from app.ui.chat.text_view import TextView
from app.ui.chat.view import ChatView
from tests.ui.chat.hostile import CASES, LOADING_CASES
from tests.ui.chat.seen import answer, child_of, user, wait_until_idle, widget_of

pytestmark = pytest.mark.alone

#: Each case takes less than a second of one processor; this machine may be slow.
BUDGET_S = 2.0
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with what a message might want to be loaded."""
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "text").write_text("secret")
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    assert image.save(str(tmp_path / "picture.png"))
    return tmp_path


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("make", [user, answer])
def test_a_hostile_message_is_shown_in_time(
    view: ChatView, name: str, make: Callable[[int, str], ShownMessage]
) -> None:
    view.set_items((answer(0, "Warm up.\n\n```py\nx\n```"),))
    item = make(1, CASES[name])
    start = time.process_time()
    view.set_items((item,))
    view.grab()
    assert time.process_time() - start < BUDGET_S


@pytest.mark.parametrize("name", CASES)
def test_no_frame_of_a_hostile_stream_takes_long(view: ChatView, name: str) -> None:
    text = CASES[name]
    item = answer(1, "", MessageState.STREAMING)
    view.set_items((item,))
    step = len(text) // 5 + 1
    for begin in range(0, len(text), step):
        start = time.process_time()
        view.append_text("a1", text[begin : begin + step])
        view._frames.frame_due.emit()
        QApplication.processEvents()
        assert time.process_time() - start < BUDGET_S
    start = time.process_time()
    done = replace(item.message, text=text, state=MessageState.COMPLETE)
    view.change_item(replace(item, message=done))
    assert time.process_time() - start < BUDGET_S


def test_nothing_is_opened_and_nobody_is_called(folder: Path) -> None:
    cases = {name: text.replace("{folder}", str(folder)) for name, text in LOADING_CASES.items()}
    cases |= {name: CASES[name] for name in ("many links", "many bare addresses", "huge table")}
    done = subprocess.run(
        [sys.executable, "-m", "tests.ui.chat.audit", str(folder)],
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {name: [] for name in cases}


def test_no_resource_is_handed_out(view: ChatView, folder: Path) -> None:
    view.set_items((answer(1),))
    text = child_of(widget_of(view, "a1"), TextView)
    picture = QUrl.fromLocalFile(str(folder / "picture.png"))
    kind = QTextDocument.ResourceType
    found = text.document().resource(kind.ImageResource.value, picture)
    assert isinstance(found, QImage)
    assert found.size().width() == 1
    secret = QUrl.fromLocalFile(str(folder / "text"))
    assert not text.document().resource(kind.StyleSheetResource.value, secret)
    text.setSource(secret)
    assert "secret" not in text.toPlainText()


def test_a_file_link_that_got_in_all_the_same_is_not_told(qtbot: QtBot, view: ChatView) -> None:
    view.set_items((answer(1),))
    text = child_of(widget_of(view, "a1"), TextView)
    with qtbot.assertNotEmitted(view.link_activated):
        text.anchorClicked.emit(QUrl("file:///etc/passwd"))
    assert text.toPlainText() == "Like this."


def test_what_is_dropped_on_a_message_changes_nothing(view: ChatView) -> None:
    view.set_items((answer(1),))
    text = child_of(widget_of(view, "a1"), TextView)
    assert not text.acceptDrops()
    assert not text.viewport().acceptDrops()
    assert text.isReadOnly()


def test_direction_marks_cannot_reach_beyond_their_paragraph(qtbot: QtBot, view: ChatView) -> None:
    view.set_items((answer(1, "\u202eabc\n\nNext words"),))
    wait_until_idle(qtbot, view)
    document = child_of(widget_of(view, "a1"), TextView).document()
    assert document.findBlockByNumber(1).text() == "Next words"
