"""The composer sends what the keys say, stops, keeps every draft, and never loses text."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, Qt, QUrl
from PySide6.QtGui import (
    QAction,
    QDragEnterEvent,
    QInputMethodEvent,
    QKeySequence,
    QPaintEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.presenters.chat_status import Activity, ChatStatus
from app.settings.schema import EnterKey
from app.ui.answer_status import AnswerStatus, Room
from app.ui.composer import DRAFT_DELAY_MS, Composer
from app.ui.icon_button import IconButton
from app.ui.icons import Icons
from app.ui.message_edit import MessageEdit
from app.ui.plain_text_edit import MAX_CHARACTERS, MAX_LINES
from app.ui.theme import Theme
from tests.ui.presenter_fakes import children

ENTER = Qt.Key.Key_Return
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def window(qtbot: QtBot) -> Iterator[QWidget]:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(760, 480)
    yield window


@pytest.fixture
def composer(qtbot: QtBot, window: QWidget, theme: Theme, icons: Icons) -> Composer:
    composer = Composer(theme, icons)
    rows = QVBoxLayout(window)
    rows.addStretch(1)
    rows.addWidget(composer)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    composer.setFocus()
    qtbot.waitUntil(edit_of(composer).hasFocus)
    return composer


def edit_of(composer: Composer) -> MessageEdit:
    return composer._edit


def button_of(composer: Composer) -> IconButton:
    return composer._button


def paste(composer: Composer, text: str) -> None:
    source = QMimeData()
    source.setText(text)
    edit_of(composer).insertFromMimeData(source)


def sent_by(composer: Composer) -> list[str]:
    sent: list[str] = []
    composer.send_requested.connect(sent.append)
    return sent


def test_enter_sends_what_is_written(qtbot: QtBot, composer: Composer) -> None:
    QTest.keyClicks(edit_of(composer), "hello")
    with qtbot.waitSignal(composer.send_requested) as sent:
        QTest.keyClick(edit_of(composer), ENTER)
    assert sent.args == ["hello"]


def test_shift_and_enter_start_a_line(qtbot: QtBot, composer: Composer) -> None:
    sent = sent_by(composer)
    QTest.keyClicks(edit_of(composer), "a")
    QTest.keyClick(edit_of(composer), ENTER, SHIFT)
    QTest.keyClicks(edit_of(composer), "b")
    assert composer.text() == "a\nb"
    assert sent == []


def test_enter_starts_a_line_when_the_user_wants_that(qtbot: QtBot, composer: Composer) -> None:
    sent = sent_by(composer)
    composer.set_enter_key(EnterKey.NEW_LINE)
    QTest.keyClicks(edit_of(composer), "a")
    QTest.keyClick(edit_of(composer), Qt.Key.Key_Enter, Qt.KeyboardModifier.KeypadModifier)
    QTest.keyClicks(edit_of(composer), "b")
    assert sent == []
    QTest.keyClick(edit_of(composer), ENTER, SHIFT)
    assert sent == ["a\nb"]


def test_enter_with_control_is_left_to_the_menu(qtbot: QtBot, composer: Composer) -> None:
    sent = sent_by(composer)
    QTest.keyClicks(edit_of(composer), "a")
    QTest.keyClick(edit_of(composer), ENTER, Qt.KeyboardModifier.ControlModifier)
    assert sent == []
    assert composer.text() == "a"


def test_enter_in_the_middle_of_a_composed_word_does_not_send(
    qtbot: QtBot, composer: Composer
) -> None:
    sent = sent_by(composer)
    edit = edit_of(composer)
    QApplication.sendEvent(edit, QInputMethodEvent("ni", []))
    QTest.keyClick(edit, ENTER)
    assert sent == []
    assert composer.text() == ""
    done = QInputMethodEvent()
    done.setCommitString("你")
    QApplication.sendEvent(edit, done)
    QTest.keyClick(edit, ENTER)
    assert sent == ["你"]


def test_nothing_but_white_space_is_not_sent(qtbot: QtBot, composer: Composer) -> None:
    sent = sent_by(composer)
    composer.show_draft(" \n\t ")
    QTest.keyClick(edit_of(composer), ENTER)
    assert sent == []


def test_a_refused_message_stays(qtbot: QtBot, composer: Composer) -> None:
    QTest.keyClicks(edit_of(composer), "important")
    QTest.keyClick(edit_of(composer), ENTER)
    assert composer.text() == "important"


def test_an_accepted_message_leaves_and_undo_brings_it_back(
    qtbot: QtBot, composer: Composer, window: QWidget
) -> None:
    accepting = Accepting(composer, window)
    QTest.keyClicks(edit_of(composer), "important")
    QTest.keyClick(edit_of(composer), ENTER)
    assert accepting.texts == ["important"]
    assert composer.text() == ""
    edit_of(composer).undo()
    assert composer.text() == "important"


class Accepting(QWidget):
    """Takes messages as the presenter does: an accepted one empties the composer."""

    def __init__(self, composer: Composer, parent: QWidget) -> None:
        super().__init__(parent)
        self.texts: list[str] = []
        self._composer = composer
        composer.send_requested.connect(self.take)

    def take(self, text: str) -> None:
        self.texts.append(text)
        self._composer.show_draft("")


def test_the_draft_of_another_conversation_cannot_be_undone(composer: Composer) -> None:
    composer.show_draft("one")
    composer.show_draft("two")
    edit_of(composer).undo()
    assert composer.text() == "two"


def test_what_was_sent_in_another_conversation_cannot_be_brought_back(
    composer: Composer, window: QWidget
) -> None:
    accepting = Accepting(composer, window)
    QTest.keyClicks(edit_of(composer), "secret")
    QTest.keyClick(edit_of(composer), ENTER)
    assert accepting.texts == ["secret"]
    composer.show_draft("")
    edit_of(composer).undo()
    assert composer.text() == ""


def test_the_button_sends_and_is_off_while_nothing_is_written(
    qtbot: QtBot, composer: Composer
) -> None:
    sent = sent_by(composer)
    assert not button_of(composer).isEnabled()
    QTest.keyClicks(edit_of(composer), "x")
    QTest.mouseClick(button_of(composer), Qt.MouseButton.LeftButton)
    assert sent == ["x"]


def test_the_button_stops_while_an_answer_is_written(qtbot: QtBot, composer: Composer) -> None:
    composer.set_running(True)
    assert button_of(composer).accessibleName() == "Stop"
    with qtbot.waitSignal(composer.stop_requested):
        QTest.mouseClick(button_of(composer), Qt.MouseButton.LeftButton)
    composer.set_running(False)
    assert button_of(composer).accessibleName() == "Send"


def test_escape_stops_only_while_an_answer_is_written(qtbot: QtBot, composer: Composer) -> None:
    with qtbot.assertNotEmitted(composer.stop_requested):
        QTest.keyClick(edit_of(composer), Qt.Key.Key_Escape)
    composer.set_running(True)
    with qtbot.waitSignal(composer.stop_requested):
        QTest.keyClick(edit_of(composer), Qt.Key.Key_Escape)


def queue_button(composer: Composer) -> IconButton:
    (found,) = (
        each
        for each in children(composer, IconButton)
        if each.accessibleName() == "Send when the answer is finished"
    )
    return found


def test_a_message_can_be_sent_to_wait_while_an_answer_is_written(
    qtbot: QtBot, composer: Composer
) -> None:
    sent = sent_by(composer)
    composer.set_running(True)
    assert not queue_button(composer).isVisible()
    QTest.keyClicks(edit_of(composer), "next")
    assert queue_button(composer).isVisible()
    QTest.keyClick(edit_of(composer), ENTER)
    QTest.mouseClick(queue_button(composer), Qt.MouseButton.LeftButton)
    assert sent == ["next", "next"]
    composer.set_running(False)
    assert not queue_button(composer).isVisible()


def test_a_message_that_comes_back_stands_before_what_is_written(composer: Composer) -> None:
    composer.take_back("first")
    assert composer.text() == "first"
    composer.show_draft("second")
    composer.take_back("first")
    assert composer.text() == "first\n\nsecond"


class Paints(QObject):
    """Notes how wide a stretch of a widget was painted."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.widths: list[int] = []
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.widths.append(event.rect().width())
        return super().eventFilter(watched, event)


def test_another_prompt_is_painted_whole(qtbot: QtBot, composer: Composer) -> None:
    composer.set_enabled_reason("Choose a model first.")
    viewport = edit_of(composer).viewport()
    viewport.repaint()
    paints = Paints(viewport)
    composer.set_enabled_reason("")
    qtbot.waitUntil(lambda: viewport.width() in paints.widths)


def test_without_a_model_the_reason_is_shown_and_text_can_be_written(
    qtbot: QtBot, composer: Composer
) -> None:
    sent = sent_by(composer)
    composer.set_enabled_reason("Choose a model first.")
    assert edit_of(composer).placeholderText() == "Choose a model first."
    QTest.keyClicks(edit_of(composer), "x")
    QTest.keyClick(edit_of(composer), ENTER)
    assert sent == []
    assert composer.text() == "x"
    assert not button_of(composer).isEnabled()
    composer.set_enabled_reason("")
    QTest.keyClick(edit_of(composer), ENTER)
    assert sent == ["x"]


def test_a_reason_with_markup_is_shown_as_it_is(composer: Composer) -> None:
    composer.set_enabled_reason("<img src=file:///x> is not a model.")
    assert "<img" not in button_of(composer).toolTip()


def test_the_draft_is_told_once_after_a_pause(qtbot: QtBot, composer: Composer) -> None:
    told: list[str] = []
    composer.draft_changed.connect(told.append)
    QTest.keyClicks(edit_of(composer), "abc")
    assert told == []
    qtbot.waitUntil(lambda: bool(told), timeout=10 * DRAFT_DELAY_MS)
    assert told == ["abc"]


def test_the_draft_is_told_at_once_when_the_focus_leaves(
    qtbot: QtBot, composer: Composer, window: QWidget
) -> None:
    other = QPushButton("x", window)
    other.show()
    QTest.keyClicks(edit_of(composer), "abc")
    with qtbot.waitSignal(composer.draft_changed) as told:
        other.setFocus()
    assert told.args == ["abc"]


def test_the_draft_is_told_before_a_shortcut_acts(
    qtbot: QtBot, composer: Composer, window: QWidget
) -> None:
    order: list[str] = []
    action = QAction("next", window)
    action.setShortcut(QKeySequence("Ctrl+PgDown"))
    window.addAction(action)
    composer.draft_changed.connect(order.append)
    noted = Noting(order, window)
    action.triggered.connect(noted.note)
    QTest.keyClicks(edit_of(composer), "abc")
    QTest.keyClick(edit_of(composer), Qt.Key.Key_PageDown, Qt.KeyboardModifier.ControlModifier)
    assert order == ["abc", "shortcut"]


class Noting(QWidget):
    """Notes that a shortcut acted."""

    def __init__(self, order: list[str], parent: QWidget) -> None:
        super().__init__(parent)
        self._order = order

    def note(self) -> None:
        self._order.append("shortcut")


def test_a_shown_draft_is_not_told_back(qtbot: QtBot, composer: Composer) -> None:
    with qtbot.assertNotEmitted(composer.draft_changed, wait=DRAFT_DELAY_MS + 50):
        composer.show_draft("kept earlier")
        composer.flush_draft()
    assert composer.text() == "kept earlier"


def test_page_keys_turn_the_conversation_s_pages(qtbot: QtBot, composer: Composer) -> None:
    for key, direction in ((Qt.Key.Key_PageUp, -1), (Qt.Key.Key_PageDown, 1)):
        with qtbot.waitSignal(composer.page_requested) as requested:
            QTest.keyClick(edit_of(composer), key)
        assert requested.args == [direction]


def test_up_in_an_empty_field_asks_for_the_last_message(qtbot: QtBot, composer: Composer) -> None:
    with qtbot.waitSignal(composer.edit_last_requested):
        QTest.keyClick(edit_of(composer), Qt.Key.Key_Up)
    QTest.keyClicks(edit_of(composer), "x")
    with qtbot.assertNotEmitted(composer.edit_last_requested):
        QTest.keyClick(edit_of(composer), Qt.Key.Key_Up)


def test_a_paste_arrives_as_plain_text(composer: Composer) -> None:
    source = QMimeData()
    source.setHtml("<b>bold</b>")
    source.setText("bold\r\nnext\u2028last\x00\x1b")
    edit_of(composer).insertFromMimeData(source)
    assert composer.text() == "bold\nnext\nlast"


def test_no_break_spaces_survive(composer: Composer) -> None:
    paste(composer, "10\u00a0km")
    assert composer.text() == "10\u00a0km"


class _TornText(QMimeData):
    """What another program may put on the clipboard; `setText` would already mend it."""

    def hasText(self) -> bool:
        return True

    def text(self) -> str:
        return "a\ud800b"


def test_a_lone_surrogate_is_replaced(composer: Composer) -> None:
    edit_of(composer).insertFromMimeData(_TornText())
    assert composer.text() == "a\ufffdb"


def test_a_huge_paste_is_cut_quickly_and_the_cut_is_told(qtbot: QtBot, composer: Composer) -> None:
    begin = time.process_time()
    with qtbot.waitSignal(composer.paste_cut) as cut:
        paste(composer, "many words " * 450_000)
    QApplication.processEvents()
    spent = time.process_time() - begin
    assert len(composer.text()) == MAX_CHARACTERS
    assert cut.args == [11 * 450_000 - MAX_CHARACTERS]
    # The budget is 0.1 s; a busy machine gets some air.
    assert spent < 0.5


def test_a_huge_paste_without_a_space_is_laid_out_quickly(composer: Composer) -> None:
    begin = time.process_time()
    paste(composer, "x" * 5_000_000)
    QApplication.processEvents()
    assert time.process_time() - begin < 0.5


def test_a_paste_of_very_many_lines_is_cut(qtbot: QtBot, composer: Composer) -> None:
    with qtbot.waitSignal(composer.paste_cut):
        paste(composer, "a\n" * 29_000)
    assert edit_of(composer).blockCount() <= MAX_LINES


def test_files_that_are_dropped_are_left_to_the_window(composer: Composer) -> None:
    source = QMimeData()
    source.setUrls([QUrl.fromLocalFile("/tmp/model.gguf")])
    event = QDragEnterEvent(
        QPoint(5, 5),
        Qt.DropAction.CopyAction,
        source,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(edit_of(composer).viewport(), event)
    assert not event.isAccepted()


def test_it_grows_with_the_text_up_to_a_third_of_the_window(
    qtbot: QtBot, composer: Composer, window: QWidget
) -> None:
    low = composer.height()
    composer.show_draft("one\ntwo\nthree")
    qtbot.waitUntil(lambda: composer.height() > low)
    composer.show_draft("line\n" * 100)
    qtbot.waitUntil(lambda: composer.height() > 120)
    assert composer.height() <= window.height() // 3
    window.resize(760, 900)
    qtbot.waitUntil(lambda: composer.height() > 200)
    composer.show_draft("")
    qtbot.waitUntil(lambda: composer.height() == low)


def test_all_lines_are_seen_as_long_as_it_can_grow(qtbot: QtBot, composer: Composer) -> None:
    bar = edit_of(composer).verticalScrollBar()
    for number in range(3):
        QTest.keyClicks(edit_of(composer), f"line {number}")
        QTest.keyClick(edit_of(composer), ENTER, SHIFT)
    qtbot.waitUntil(lambda: bar.maximum() == 0)


def test_long_text_gets_the_whole_width(qtbot: QtBot, composer: Composer) -> None:
    narrow = edit_of(composer).width()
    composer.show_draft("some words that go on " * 10)
    qtbot.waitUntil(lambda: edit_of(composer).width() > narrow)


@pytest.mark.parametrize("width", [320, 420, 760])
def test_nothing_sticks_out_at_any_width(
    qtbot: QtBot, composer: Composer, window: QWidget, width: int
) -> None:
    composer.set_status(ChatStatus(Activity.WRITING, 1234.5, 98765.0, 31_000, 32_768))
    composer.show_draft("Donaudampfschifffahrtsgesellschaftskapitän" * 5)
    window.resize(width, 480)
    qtbot.waitUntil(lambda: window.width() == width)
    qtbot.waitUntil(lambda: button_of(composer).geometry().right() < composer.width())
    assert composer.minimumSizeHint().width() <= 320


def test_unknown_figures_are_a_dash_with_the_reason(qtbot: QtBot, theme: Theme) -> None:
    status = AnswerStatus(theme)
    qtbot.addWidget(status)
    status.set_status(ChatStatus(context_limit=4096))
    assert "– of 4,096 tokens (the model has not read it yet)" in status.toolTip()
    assert "Speed: – (no answer was measured yet)" in status.toolTip()


def test_known_figures_are_told_in_full(qtbot: QtBot, theme: Theme) -> None:
    status = AnswerStatus(theme)
    qtbot.addWidget(status)
    status.set_status(ChatStatus(Activity.WRITING, 12.44, 412.0, 1229, 4096))
    assert status.toolTip() == (
        "Context: 1,229 of 4,096 tokens\nSpeed: 12.4 tokens/s\nTime to first token: 0.4 s"
    )
    shown = [status._tokens.text(), status._figures.text()]
    assert "1.2k/4k" in shown
    assert "Writing · 12.4 tok/s · 0.4 s" in shown


def test_a_model_that_writes_elsewhere_is_told_with_the_title(qtbot: QtBot, theme: Theme) -> None:
    status = AnswerStatus(theme)
    qtbot.addWidget(status)
    title = "A title that is far longer than there is room for"
    status.set_status(ChatStatus(context_limit=4096, elsewhere=title))
    assert status._figures.text().startswith("Writing in “A title")
    assert status._figures.text().endswith("…”")
    assert f"“{title}”" in status.toolTip()
    assert f"“{title}”" in status.accessibleName()


def test_the_figures_give_way_before_the_count_and_the_ring_stays(
    qtbot: QtBot, theme: Theme
) -> None:
    status = AnswerStatus(theme)
    qtbot.addWidget(status)
    status.set_status(ChatStatus(Activity.WRITING, 12.0, 400.0, 1, 4096))
    widths = []
    for room in (Room.FIGURES, Room.TOKENS, Room.RING):
        status.set_room(room)
        widths.append(status.sizeHint().width())
    assert widths == sorted(widths, reverse=True)
    assert not status._ring.isHidden()
