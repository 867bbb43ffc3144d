"""What a message shows and offers: bubble, words, states, figures, versions, editing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QAction,
    QContextMenuEvent,
    QFont,
    QGuiApplication,
    QKeySequence,
    QTextCursor,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMainWindow, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from app.chat.message import CONTINUABLE_STATES, MessageState
from app.chat.statistics import RunStatistics
from app.chat.tree import ShownMessage
from app.ui.chat.message_widget import MessageWidget
from app.ui.chat.table import TableSection
from app.ui.chat.text_view import TextView
from app.ui.chat.view import ChatView
from app.ui.elided_label import ElidedLabel
from tests.ui.chat.seen import (
    answer,
    button,
    button_names,
    child_of,
    children,
    user,
    wait_until_idle,
    widget_of,
    words,
)

STREAMING = MessageState.STREAMING
FIGURES = RunStatistics(generated_tokens=124, decode_ms=10_000.0, first_token_ms=412.0)


def clipboard() -> str:
    return QGuiApplication.clipboard().text()


def continue_button(widget: MessageWidget) -> QPushButton | None:
    found = [child for child in children(widget, QPushButton) if child.isVisible()]
    return found[0] if found else None


def figures(widget: MessageWidget) -> str:
    label = child_of(widget, ElidedLabel)
    return label.text() if label.isVisible() else ""


def text_of(view: ChatView, message_id: str) -> TextView:
    return child_of(widget_of(view, message_id), TextView)


@pytest.mark.parametrize("text", ["**a** <b>c</b>\n\n# d", "- e\n    f", "[g](http://h)", "&amp;"])
def test_the_users_words_are_shown_exactly(view: ChatView, text: str) -> None:
    view.set_items((user(1, text),))
    assert words(widget_of(view, "u1")) == text


def test_a_short_question_has_a_small_bubble_at_the_right(view: ChatView) -> None:
    view.set_items((user(1, "Why?"), user(2, "Why? " * 100)))
    short, long = text_of(view, "u1"), text_of(view, "u2")
    column = widget_of(view, "u1").width()
    assert short.width() < 80
    assert short.geometry().right() == pytest.approx(long.geometry().right(), abs=2)
    assert long.width() < column * 0.8
    assert long.x() > column * 0.15


def test_markdown_is_shown_as_it_is_meant(view: ChatView) -> None:
    view.set_items((answer(1, "# Title\n\nSome **bold** words\n\n- item"),))
    document = text_of(view, "a1").document()
    assert document.toPlainText() == "Title\nSome bold words\n•\titem"
    assert document.begin().blockFormat().headingLevel() == 1
    cursor = QTextCursor(document.findBlockByNumber(1))
    cursor.movePosition(QTextCursor.MoveOperation.Right, n=6)
    assert cursor.charFormat().fontWeight() == QFont.Weight.Bold


def test_a_table_is_a_table(view: ChatView) -> None:
    view.set_items((answer(1, "| a | b |\n|---|---|\n| 1 | 2 |\n\nAfter."),))
    table = child_of(widget_of(view, "a1"), TableSection)
    assert [line for line in table.toPlainText().split("\n") if line] == ["a", "b", "1", "2"]


def test_a_table_that_streams_in_is_the_same_in_the_end(qtbot: QtBot, view: ChatView) -> None:
    rows = "".join(f"| {number} | {'x' * number} |\n" for number in range(70))
    text = "| a | b |\n|---|--:|\n" + rows
    view.set_items((answer(1, "", STREAMING),))
    for start in range(0, len(text), 61):
        view.append_text("a1", text[start : start + 61])
        view._frames.frame_due.emit()
    view.change_item(answer(1, text))
    wait_until_idle(qtbot, view)
    streamed = tables_of(view, "a1")
    view.set_items((answer(2, text),))
    wait_until_idle(qtbot, view)
    assert tables_of(view, "a2") == streamed


def tables_of(view: ChatView, message_id: str) -> list[tuple[str, int]]:
    """Return what the tables of a message say, and how high they are."""
    tables = children(widget_of(view, message_id), TableSection)
    return [(table.toPlainText(), table.height()) for table in tables]


def test_an_answer_without_words_says_that_it_is_thought_about(view: ChatView) -> None:
    view.set_items((answer(1, "", STREAMING),))
    assert words(widget_of(view, "a1")) == "Thinking…"


def test_prefill_says_how_far_it_got_until_words_arrive(qtbot: QtBot, view: ChatView) -> None:
    view.set_items((answer(1, "", STREAMING),))
    view.set_prefill("a1", 512, 1_024)
    assert words(widget_of(view, "a1")).replace(",", "") == "Reading 512 of 1024 tokens"
    view.append_text("a1", "Here")
    wait_until_idle(qtbot, view)
    assert words(widget_of(view, "a1")) == "Here"


@pytest.mark.parametrize("state", list(MessageState))
def test_continue_is_offered_where_an_answer_can_be_continued(
    qtbot: QtBot, view: ChatView, state: MessageState
) -> None:
    view.set_items((answer(1, "Half of", state),))
    found = continue_button(widget_of(view, "a1"))
    assert (found is not None) == (state in CONTINUABLE_STATES)
    if found is not None:
        with qtbot.waitSignal(view.continue_requested) as asked:
            QTest.mouseClick(found, Qt.MouseButton.LeftButton)
        assert asked.args == ["a1"]


def test_a_failure_says_why(view: ChatView) -> None:
    view.set_items((answer(1, "", MessageState.FAILED, failure="The engine ended."),))
    assert words(widget_of(view, "a1")) == "The engine ended."


def test_a_failure_is_text_whatever_it_holds(view: ChatView) -> None:
    sentence = "<img src='/dev/zero'> <b>x</b>"
    view.set_items((answer(1, "", MessageState.FAILED, failure=sentence),))
    assert words(widget_of(view, "a1")) == sentence


def test_figures_are_those_that_are_known(view: ChatView) -> None:
    view.set_items(
        (
            answer(1, statistics=FIGURES, model="Qwen3"),
            answer(2, model="Qwen3"),
            answer(3, model=""),
            answer(4, "x", STREAMING, statistics=FIGURES),
        )
    )
    shown_figures = [figures(widget_of(view, f"a{number}")) for number in (1, 2, 3, 4)]
    assert shown_figures == ["12.4 tok/s · 0.4 s · Qwen3", "Qwen3", "", ""]


def test_a_model_name_is_text_whatever_it_holds(view: ChatView) -> None:
    view.set_items((answer(1, model="<img src='/dev/zero'>"),))
    label = child_of(widget_of(view, "a1"), ElidedLabel)
    assert label.textFormat() == Qt.TextFormat.PlainText
    assert label.text() == "<img src='/dev/zero'>"


def test_actions_are_always_there(view: ChatView) -> None:
    view.set_items((user(1), answer(2), answer(3, version=2, versions=3)))
    assert button_names(widget_of(view, "u1")) == ["Copy message", "Edit message", "More"]
    assert button_names(widget_of(view, "a2")) == [
        "Copy message",
        "Regenerate answer",
        "Edit message",
        "More",
    ]
    assert button_names(widget_of(view, "a3")) == [
        "Copy message",
        "Regenerate answer",
        "Previous version",
        "Next version",
        "Edit message",
        "More",
    ]


def test_an_answer_that_is_written_offers_its_menu_only(view: ChatView) -> None:
    view.set_items((answer(1, "x", STREAMING, versions=2),))
    assert button_names(widget_of(view, "a1")) == ["More"]


def test_copy_gives_the_text_as_it_was_written(qtbot: QtBot, view: ChatView) -> None:
    view.set_items((answer(1, "**a**\n\n- b"),))
    QTest.mouseClick(button(widget_of(view, "a1"), "Copy message"), Qt.MouseButton.LeftButton)
    assert clipboard() == "**a**\n\n- b"


def test_a_selection_is_copied_as_plain_text(qtbot: QtBot, view: ChatView) -> None:
    view.set_items((answer(1, "Some **bold** words"),))
    text = text_of(view, "a1")
    text.setFocus()
    QTest.keySequence(text, QKeySequence(QKeySequence.StandardKey.SelectAll))
    QTest.keySequence(text, QKeySequence(QKeySequence.StandardKey.Copy))
    data = QGuiApplication.clipboard().mimeData()
    assert data.text() == "Some bold words"
    assert not data.hasHtml()


def test_regenerate_is_asked_for(qtbot: QtBot, view: ChatView) -> None:
    view.set_items((answer(1),))
    with qtbot.waitSignal(view.regenerate_requested) as asked:
        QTest.mouseClick(
            button(widget_of(view, "a1"), "Regenerate answer"), Qt.MouseButton.LeftButton
        )
    assert asked.args == ["a1"]


@pytest.mark.parametrize(("name", "step"), [("Previous version", -1), ("Next version", 1)])
def test_versions_are_asked_for(qtbot: QtBot, view: ChatView, name: str, step: int) -> None:
    view.set_items((answer(1, version=2, versions=3),))
    with qtbot.waitSignal(view.version_requested) as asked:
        QTest.mouseClick(button(widget_of(view, "a1"), name), Qt.MouseButton.LeftButton)
    assert asked.args == ["a1", step]


def test_there_is_nothing_before_the_first_version(view: ChatView) -> None:
    view.set_items((answer(1, version=1, versions=2), answer(2, version=2, versions=2)))
    assert not button(widget_of(view, "a1"), "Previous version").isEnabled()
    assert button(widget_of(view, "a1"), "Next version").isEnabled()
    assert not button(widget_of(view, "a2"), "Next version").isEnabled()


def editor_of(view: ChatView, message_id: str) -> QPlainTextEdit:
    edits = children(widget_of(view, message_id), QPlainTextEdit)
    (found,) = [edit for edit in edits if edit.isVisible()]
    return found


def test_an_edit_begins_with_the_text_as_it_was_written(qtbot: QtBot, view: ChatView) -> None:
    view.set_items((answer(1, "**a**\n\nb"),))
    QTest.mouseClick(button(widget_of(view, "a1"), "Edit message"), Qt.MouseButton.LeftButton)
    assert editor_of(view, "a1").toPlainText() == "**a**\n\nb"
    assert QApplication.focusWidget() is editor_of(view, "a1")


def test_control_and_enter_save_an_edit(qtbot: QtBot, view: ChatView) -> None:
    view.set_items((user(1, "old"),))
    view.begin_edit("u1")
    editor_of(view, "u1").setPlainText("new")
    with qtbot.waitSignal(view.edit_submitted) as asked:
        QTest.keyClick(
            editor_of(view, "u1"), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier
        )
    assert asked.args == ["u1", "new"]


def test_an_edit_that_begins_out_of_view_is_seen_whole(qtbot: QtBot, view: ChatView) -> None:
    view.set_items((user(1, "old"), answer(2, "x\n\n" * 20)))
    wait_until_idle(qtbot, view)
    QTest.keyClick(view, Qt.Key.Key_End)
    wait_until_idle(qtbot, view)
    view.begin_edit("u1")
    wait_until_idle(qtbot, view)
    assert widget_of(view, "u1").y() >= 0
    assert view.viewport().rect().contains(widget_of(view, "u1").geometry())


def test_a_refused_edit_is_not_lost(view: ChatView) -> None:
    view.set_items((user(1, "old"),))
    view.begin_edit("u1")
    editor_of(view, "u1").setPlainText("new")
    # Nobody listens, so no new version comes.
    QTest.keyClick(editor_of(view, "u1"), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert editor_of(view, "u1").toPlainText() == "new"


def test_the_new_version_takes_the_editors_place(view: ChatView) -> None:
    view.set_items((user(1, "old"), answer(2)))
    view.begin_edit("u1")
    view.set_items((user(3, "new", versions=2), answer(4, "", STREAMING)))
    assert words(widget_of(view, "u3")) == "new"
    assert not widget_of(view, "u3").is_editing


def test_escape_leaves_the_text_as_it_was(qtbot: QtBot, view: ChatView) -> None:
    view.set_items((user(1, "old"),))
    height = widget_of(view, "u1").height()
    view.begin_edit("u1")
    editor_of(view, "u1").setPlainText("new")
    with qtbot.assertNotEmitted(view.edit_submitted):
        QTest.keyClick(editor_of(view, "u1"), Qt.Key.Key_Escape)
    assert words(widget_of(view, "u1")) == "old"
    assert widget_of(view, "u1").height() == height


def test_an_edit_that_changes_nothing_asks_for_nothing(qtbot: QtBot, view: ChatView) -> None:
    view.set_items((user(1, "old"),))
    view.begin_edit("u1")
    with qtbot.assertNotEmitted(view.edit_submitted):
        QTest.keyClick(
            editor_of(view, "u1"), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier
        )


def test_shortcuts_of_the_window_do_not_take_the_editors_keys(qtbot: QtBot, view: ChatView) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    window.setCentralWidget(view)
    stop = QAction("Stop", window)
    stop.setShortcut(QKeySequence("Esc"))
    window.addAction(stop)
    window.show()
    qtbot.waitExposed(window)
    view.set_items((user(1, "old"),))
    view.begin_edit("u1")
    with qtbot.assertNotEmitted(stop.triggered):
        QTest.keyClick(editor_of(view, "u1"), Qt.Key.Key_Escape)
    assert not widget_of(view, "u1").is_editing
    window.takeCentralWidget()


def test_an_edit_survives_scrolling_far_away(qtbot: QtBot, view: ChatView) -> None:
    view.set_items((*(answer(number, "x\n\n" * 30) for number in range(60)), user(99, "old")))
    view.begin_edit("u99")
    editor_of(view, "u99").setPlainText("not lost")
    QTest.keyClick(view, Qt.Key.Key_Home)
    wait_until_idle(qtbot, view)
    QTest.keyClick(view, Qt.Key.Key_End)
    assert editor_of(view, "u99").toPlainText() == "not lost"


def being_edited(item: ShownMessage, text: str) -> ShownMessage:
    return replace(item, message=replace(item.message, edit=text))


def test_an_edit_is_told_at_a_pause_and_when_another_conversation_is_shown(
    qtbot: QtBot, view: ChatView
) -> None:
    here = (user(1, "old"), answer(2))
    view.set_items(here)
    view.begin_edit("u1")
    editor_of(view, "u1").setPlainText("half")
    with qtbot.waitSignal(view.edit_changed) as paused:
        pass
    assert paused.args == ["u1", "half"]
    editor_of(view, "u1").setPlainText("whole")
    with qtbot.waitSignal(view.edit_changed, timeout=0) as left:
        view.set_items((user(7, "elsewhere"),))
    assert left.args == ["u1", "whole"]


def test_an_edit_that_was_not_saved_goes_on(qtbot: QtBot, view: ChatView) -> None:
    view.set_items((being_edited(user(1, "old"), "not lost"), answer(2)))
    assert editor_of(view, "u1").toPlainText() == "not lost"
    with qtbot.waitSignal(view.edit_changed, timeout=0) as ended:
        QTest.keyClick(editor_of(view, "u1"), Qt.Key.Key_Escape)
    assert ended.args == ["u1", ""]
    assert words(widget_of(view, "u1")) == "old"


def test_a_saved_edit_does_not_come_back_with_the_old_version(qtbot: QtBot, view: ChatView) -> None:
    view.set_items((user(1, "old", versions=2),))
    view.begin_edit("u1")
    editor_of(view, "u1").setPlainText("new")

    def answer_it(message_id: str, text: str) -> None:
        view.set_items((user(3, text, versions=2),))

    view.edit_submitted.connect(answer_it)
    with qtbot.assertNotEmitted(view.edit_changed):
        QTest.keyClick(
            editor_of(view, "u1"), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier
        )
    view.set_items((user(1, "old", versions=2),))
    assert not widget_of(view, "u1").is_editing


def test_the_editor_grows_with_its_text(qtbot: QtBot, view: ChatView) -> None:
    view.set_items((user(1, "old"), answer(2)))
    view.begin_edit("u1")
    before = widget_of(view, "u1").height()
    editor_of(view, "u1").insertPlainText("line\n" * 5)
    assert widget_of(view, "u1").height() > before
    assert widget_of(view, "a2").y() > widget_of(view, "u1").geometry().bottom()


@pytest.mark.parametrize("text", ["a\nb", "a\nb\nc\nd\ne", "word " * 120])
def test_an_editor_that_shows_all_of_its_text_does_not_scroll(view: ChatView, text: str) -> None:
    view.set_items((user(1, text),))
    view.begin_edit("u1")
    bar = editor_of(view, "u1").verticalScrollBar()
    assert bar.maximum() == bar.minimum()


def test_a_link_is_told_and_not_opened(qtbot: QtBot, view: ChatView) -> None:
    view.set_items((answer(1, "See [it](https://x.y/z?a=1#b)."),))
    text = text_of(view, "a1")
    cursor = QTextCursor(text.document())
    cursor.setPosition(5)
    place = text.cursorRect(cursor).center()
    with qtbot.waitSignal(view.link_activated) as told:
        QTest.mouseClick(text.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert told.args == ["https://x.y/z?a=1#b"]
    assert text.toPlainText() == "See it."


def test_the_menu_is_asked_for_with_the_link_below_it(qtbot: QtBot, view: ChatView) -> None:
    view.set_items((answer(1, "See [it](https://x.y/)."),))
    with qtbot.waitSignal(view.menu_requested) as asked:
        text_of(view, "a1").menu_requested.emit(QPoint(10, 10), "https://x.y/")
    assert asked.args == ["a1", QPoint(10, 10), "https://x.y/"]


@pytest.mark.parametrize("where", ["More", "Copy message"])
def test_the_menu_key_opens_the_menu_from_any_button(
    qtbot: QtBot, view: ChatView, where: str
) -> None:
    view.set_items((answer(1),))
    place = QPoint(2, 2)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, place, place)
    with qtbot.waitSignal(view.menu_requested) as asked:
        QApplication.sendEvent(button(widget_of(view, "a1"), where), event)
    assert asked.args is not None
    assert asked.args[0] == "a1"


def test_a_finished_answer_is_announced_once(
    view: ChatView, monkeypatch: pytest.MonkeyPatch
) -> None:
    announced: list[str] = []

    def note(event: QAccessibleAnnouncementEvent) -> None:
        announced.append(event.message())

    monkeypatch.setattr(QAccessible, "updateAccessibility", note)
    item = answer(1, "", STREAMING)
    view.set_items((item,))
    view.append_text("a1", "Done.")
    done = replace(item.message, text="Done.", state=MessageState.COMPLETE)
    view.change_item(replace(item, message=done))
    view.change_item(replace(item, message=done, versions=2))
    assert announced == ["Done."]


def test_messages_have_accessible_names(view: ChatView) -> None:
    view.set_items((user(1), answer(2, model="Qwen3")))
    assert widget_of(view, "u1").accessibleName() == "You"
    assert widget_of(view, "a2").accessibleName() == "Qwen3"
    assert text_of(view, "a2").accessibleName() == "Qwen3"


def test_tab_goes_through_text_and_actions_in_reading_order(qtbot: QtBot, view: ChatView) -> None:
    view.set_items((user(1, "Question"), answer(2, "Words\n\n```\ncode\n```")))
    wait_until_idle(qtbot, view)
    view.setFocus()
    names: list[str] = []
    for _ in range(13):
        focus = QApplication.focusWidget()
        assert focus is not None
        QTest.keyClick(focus, Qt.Key.Key_Tab)
        focus = QApplication.focusWidget()
        assert focus is not None
        names.append(focus.accessibleName())
    assert names == [
        "You",
        "Copy message",
        "Edit message",
        "More",
        "Model",
        "Code, code",
        "Wrap lines",
        "Save code as a file",
        "Copy code",
        "Copy message",
        "Regenerate answer",
        "Edit message",
        "More",
    ]


def test_the_focus_brings_what_it_reaches_into_view(qtbot: QtBot, view: ChatView) -> None:
    view.set_items(tuple(answer(number, "x\n\n" * 12) for number in range(12)))
    QTest.keyClick(view, Qt.Key.Key_Home)
    wait_until_idle(qtbot, view)
    view.setFocus()
    for _ in range(20):
        focus = QApplication.focusWidget()
        assert focus is not None
        QTest.keyClick(focus, Qt.Key.Key_Tab)
        wait_until_idle(qtbot, view)
    focus = QApplication.focusWidget()
    assert focus is not None
    assert view.verticalScrollBar().value() > 0
    place = focus.mapTo(view.viewport(), focus.rect().topLeft())
    assert view.viewport().rect().intersects(focus.rect().translated(place))
