"""The small window asks, shows, copies, hands over and closes, by keyboard alone."""

from __future__ import annotations

from typing import Any, cast

import pytest
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from app.chat.statistics import RunStatistics
from app.errors import AppError, EngineError
from app.settings.schema import Theme as ThemeChoice
from app.ui.chat.answer_page import AnswerPage
from app.ui.chat.code_block import CodeBlock
from app.ui.chat.text_view import TextView
from app.ui.icons import Icons
from app.ui.link_dialog import LinkDialog
from app.ui.quick_ask import QuickAskWindow
from app.ui.theme import Theme
from tests.ui.presenter_fakes import child, children


class FakeQuickAsk(QObject):
    """Stands in for QuickAsk; a test says what the model writes."""

    started = Signal()
    text_added = Signal(str)
    finished = Signal(object)
    readiness_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.is_running = False
        self.text = ""
        self.model = "Qwen3"
        self.obstacle = ""
        self.can_become_conversation = False
        self.statistics: RunStatistics | None = None
        self.asked: list[str] = []
        self.stops = 0

    def ask(self, question: str) -> None:
        if question and not self.obstacle:
            self.asked.append(question)
            self.is_running = True
            self.text = ""
            self.started.emit()

    def stop(self) -> None:
        self.stops += 1

    def write(self, text: str) -> None:
        self.text += text
        self.text_added.emit(text)

    def end(self, error: AppError | None = None) -> None:
        self.is_running = False
        self.can_become_conversation = bool(self.text)
        self.statistics = None if error else RunStatistics(generated_tokens=2, decode_ms=100.0)
        self.finished.emit(error)


@pytest.fixture
def quick_ask() -> FakeQuickAsk:
    return FakeQuickAsk()


@pytest.fixture
def window(qtbot: QtBot, theme: Theme, icons: Icons, quick_ask: FakeQuickAsk) -> QuickAskWindow:
    window = QuickAskWindow(cast(Any, quick_ask), theme, icons)
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.come_up()
    return window


def button(window: QuickAskWindow, text: str) -> QPushButton:
    return next(each for each in children(window, QPushButton) if each.text() == text)


def page_of(window: QuickAskWindow) -> AnswerPage:
    return child(window, AnswerPage)


def answer(window: QuickAskWindow, qtbot: QtBot) -> str:
    """Return what is shown of the answer, once all of it is."""
    page = page_of(window)
    qtbot.waitUntil(lambda: not page._body.is_waiting)
    return "\n".join(
        part.toPlainText() for part in page._body.focus_widgets() if isinstance(part, TextView)
    )


def type_question(window: QuickAskWindow, text: str) -> None:
    line = child(window, QLineEdit)
    assert QApplication.focusWidget() is line
    QTest.keyClicks(line, text)
    QTest.keyClick(line, Qt.Key.Key_Return)


def let_answer(window: QuickAskWindow, quick_ask: FakeQuickAsk, text: str) -> None:
    """Ask, and have all of the answer written."""
    type_question(window, "How?")
    quick_ask.write(text)
    quick_ask.end()


def test_enter_asks_and_the_answer_comes_as_it_is_written(
    qtbot: QtBot, window: QuickAskWindow, quick_ask: FakeQuickAsk
) -> None:
    type_question(window, "Why?")
    assert quick_ask.asked == ["Why?"]
    quick_ask.write("Be")
    quick_ask.write("cause")
    assert answer(window, qtbot) == "Because"
    assert button(window, "Stop").isEnabled()
    quick_ask.end()
    assert button(window, "Ask").isEnabled()
    assert any("20.0 tok/s" in label for label in texts(window))


def test_another_question_takes_the_place_of_the_first(
    qtbot: QtBot, window: QuickAskWindow, quick_ask: FakeQuickAsk
) -> None:
    type_question(window, "Why?")
    quick_ask.write("Because")
    quick_ask.end()
    window.come_up()
    type_question(window, "How?")
    assert quick_ask.asked == ["Why?", "How?"]
    assert answer(window, qtbot) == ""


def test_escape_stops_and_closes(
    qtbot: QtBot, window: QuickAskWindow, quick_ask: FakeQuickAsk
) -> None:
    type_question(window, "Why?")
    with qtbot.waitSignal(window.closed):
        QTest.keyClick(child(window, QLineEdit), Qt.Key.Key_Escape)
    assert quick_ask.stops == 1
    assert not window.isVisible()


def test_copy_takes_the_answer(
    qtbot: QtBot, window: QuickAskWindow, quick_ask: FakeQuickAsk
) -> None:
    assert not button(window, "Copy").isEnabled()
    type_question(window, "Why?")
    quick_ask.write("Because")
    keys = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(window, Qt.Key.Key_C, keys)
    qtbot.waitUntil(lambda: QGuiApplication.clipboard().text() == "Because")


def test_an_answer_can_be_gone_on_with(
    qtbot: QtBot, window: QuickAskWindow, quick_ask: FakeQuickAsk
) -> None:
    type_question(window, "Why?")
    quick_ask.write("Because")
    assert not button(window, "Open as conversation").isEnabled()
    quick_ask.end()
    with qtbot.waitSignal(window.conversation_requested):
        QTest.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)


def test_what_is_in_the_way_is_said(window: QuickAskWindow, quick_ask: FakeQuickAsk) -> None:
    quick_ask.obstacle = "The model is busy."
    quick_ask.readiness_changed.emit()
    assert "The model is busy." in texts(window)
    type_question(window, "Why?")
    assert quick_ask.asked == []
    assert not button(window, "Ask").isEnabled()
    quick_ask.obstacle = ""
    quick_ask.readiness_changed.emit()
    assert "The model is busy." not in texts(window)
    assert button(window, "Ask").isEnabled()


def test_a_failure_is_told_below_the_question(
    qtbot: QtBot, window: QuickAskWindow, quick_ask: FakeQuickAsk
) -> None:
    type_question(window, "Why?")
    quick_ask.write("Be")
    quick_ask.end(EngineError("The engine crashed.", "Ask again."))
    assert "The engine crashed. Ask again." in texts(window)
    assert answer(window, qtbot) == "Be"


def test_a_thought_that_looked_like_an_answer_is_taken_back(
    qtbot: QtBot, window: QuickAskWindow, quick_ask: FakeQuickAsk
) -> None:
    type_question(window, "Why?")
    quick_ask.write("Hm. </think> Because")
    quick_ask.text = "Because"
    quick_ask.end()
    assert answer(window, qtbot) == "Because"


def test_html_of_a_model_is_shown_as_it_is(
    qtbot: QtBot, window: QuickAskWindow, quick_ask: FakeQuickAsk
) -> None:
    type_question(window, "Why?")
    quick_ask.write('<img src="file:///etc/passwd"><b>bold</b>')
    assert answer(window, qtbot) == '<img src="file:///etc/passwd"><b>bold</b>'


def test_an_answer_looks_as_in_a_conversation(
    qtbot: QtBot, window: QuickAskWindow, quick_ask: FakeQuickAsk
) -> None:
    let_answer(window, quick_ask, "**Like** this:\n\n```py\nprint(1)\n```\n")
    assert answer(window, qtbot) == "Like this:"
    assert child(page_of(window), CodeBlock).text.toPlainText() == "print(1)"


def test_a_long_answer_is_followed_unless_the_user_reads_further_up(
    qtbot: QtBot, window: QuickAskWindow, quick_ask: FakeQuickAsk
) -> None:
    type_question(window, "How?")
    quick_ask.write("A line.\n\n" * 100)
    bar = page_of(window).verticalScrollBar()
    qtbot.waitUntil(lambda: bar.value() == bar.maximum() > 0)
    before = bar.maximum()
    bar.setValue(3)
    quick_ask.write("More.\n\n" * 50)
    qtbot.waitUntil(lambda: bar.maximum() > before)
    assert bar.value() == 3


def test_another_theme_shows_the_same_answer(
    qtbot: QtBot, window: QuickAskWindow, quick_ask: FakeQuickAsk, theme: Theme
) -> None:
    let_answer(window, quick_ask, "Like this.")
    theme.set_preferences(ThemeChoice.DARK, 1.5)
    assert answer(window, qtbot) == "Like this."
    shown = page_of(window)._body.focus_widgets()
    assert next(iter(shown)).font().pointSizeF() == theme.font().pointSizeF()


@pytest.mark.parametrize("address", ["https://example.org/", "javascript:alert(1)"])
def test_a_link_is_asked_about_or_refused(
    qtbot: QtBot, window: QuickAskWindow, quick_ask: FakeQuickAsk, address: str
) -> None:
    type_question(window, "Where?")
    page_of(window).link_activated.emit(address)
    asked = [dialog for dialog in children(window, LinkDialog) if dialog.isVisible()]
    assert bool(asked) == address.startswith("https:")
    assert (f"The link could not be opened. {address}" in texts(window)) == (not asked)


def test_tab_goes_from_the_question_through_the_answer_to_the_buttons(
    qtbot: QtBot, window: QuickAskWindow, quick_ask: FakeQuickAsk
) -> None:
    let_answer(window, quick_ask, "Like this.")
    assert answer(window, qtbot) == "Like this."
    child(window, QLineEdit).setFocus()
    seen: list[object] = []
    while QApplication.focusWidget() not in seen:
        focused = QApplication.focusWidget()
        assert focused is not None
        seen.append(focused)
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    (part,) = page_of(window)._body.focus_widgets()
    order = [child(window, QLineEdit), page_of(window), part, button(window, "Copy")]
    assert seen[: len(order)] == order


def texts(window: QuickAskWindow) -> list[str]:
    return [label.text() for label in children(window, QLabel) if label.isVisible()]
