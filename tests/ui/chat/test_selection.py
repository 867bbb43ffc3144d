"""Selecting across sections and messages, by mouse and keyboard, and what is copied then."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QMouseEvent, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from app.chat.message import MessageState
from app.settings.schema import Theme as ThemeChoice
from app.ui.chat.selection import Section
from app.ui.chat.view import ChatView
from app.ui.theme import Theme
from tests.ui.chat.seen import answer, conversation, user, wait_until_idle, widget_of

SHIFT = Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton
MIXED = "First words.\n\n```py\nx = 1\ny = 2\n```\n\nLast **bold** words."


@pytest.fixture(autouse=True)
def empty_clipboard(qapp: QApplication) -> Iterator[None]:
    QGuiApplication.clipboard().setText("nothing")
    yield
    QGuiApplication.clipboard().setText("")


def clipboard() -> str:
    return QGuiApplication.clipboard().text()


def section(view: ChatView, message_id: str, number: int = 0) -> Section:
    return widget_of(view, message_id).sections()[number]


def place_in(text: Section, position: int) -> QPoint:
    cursor = QTextCursor(text.document())
    cursor.setPosition(position)
    return text.cursorRect(cursor).center()


def mouse(
    kind: QEvent.Type,
    target: Section,
    place: QPoint,
    buttons: Qt.MouseButton,
    modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    """Send what a mouse sends to the widget in which it was pressed."""
    viewport = target.viewport()
    button = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseMove else LEFT
    event = QMouseEvent(
        kind,
        QPointF(place),
        QPointF(viewport.mapToGlobal(place)),
        button,
        buttons,
        modifiers,
    )
    QApplication.sendEvent(viewport, event)


def drag(begin: Section, start: int, end: Section, stop: int) -> None:
    """Drag from a place in one section to a place in another one."""
    target = begin.viewport().mapFromGlobal(end.viewport().mapToGlobal(place_in(end, stop)))
    mouse(QEvent.Type.MouseButtonPress, begin, place_in(begin, start), LEFT)
    mouse(QEvent.Type.MouseMove, begin, target, LEFT)
    mouse(QEvent.Type.MouseButtonRelease, begin, target, Qt.MouseButton.NoButton)


def click(
    target: Section, position: int, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    """Click on a place; a section that Qt gives the focus to has it."""
    target.setFocus()
    place = place_in(target, position)
    mouse(QEvent.Type.MouseButtonPress, target, place, LEFT, modifiers)
    mouse(QEvent.Type.MouseButtonRelease, target, place, Qt.MouseButton.NoButton, modifiers)


def copy(target: Section) -> None:
    QTest.keySequence(target, QKeySequence(QKeySequence.StandardKey.Copy))


def selected(text: Section) -> str:
    return text.textCursor().selection().toPlainText()


def test_a_drag_selects_across_the_sections_of_an_answer(qtbot: QtBot, view: ChatView) -> None:
    view.set_items((answer(1, MIXED),))
    wait_until_idle(qtbot, view)
    drag(section(view, "a1"), 6, section(view, "a1", 2), 4)
    assert [selected(section(view, "a1", number)) for number in range(3)] == [
        "words.",
        "x = 1\ny = 2",
        "Last",
    ]
    section(view, "a1").setFocus()
    copy(section(view, "a1"))
    assert clipboard() == "words.\n\nx = 1\ny = 2\n\nLast"


def test_a_drag_upwards_selects_the_same(qtbot: QtBot, view: ChatView) -> None:
    view.set_items((answer(1, MIXED),))
    wait_until_idle(qtbot, view)
    drag(section(view, "a1", 2), 4, section(view, "a1"), 6)
    section(view, "a1", 2).setFocus()
    copy(section(view, "a1", 2))
    assert clipboard() == "words.\n\nx = 1\ny = 2\n\nLast"


def test_a_drag_across_messages_says_whose_each_is(qtbot: QtBot, view: ChatView) -> None:
    view.set_items((user(1, "A question?"), answer(2, "An answer."), user(3, "And more?")))
    wait_until_idle(qtbot, view)
    drag(section(view, "u1"), 2, section(view, "u3"), 3)
    section(view, "u1").setFocus()
    copy(section(view, "u1"))
    assert clipboard() == "You:\nquestion?\n\nModel:\nAn answer.\n\nYou:\nAnd"


def test_a_message_in_between_is_copied_without_markup(qtbot: QtBot, view: ChatView) -> None:
    text = "# Head\n\n- one\n  - two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> said"
    view.set_items((user(1, "Q?"), answer(2, text), user(3, "And?")))
    wait_until_idle(qtbot, view)
    drag(section(view, "u1"), 0, section(view, "u3"), 4)
    section(view, "u1").setFocus()
    copy(section(view, "u1"))
    assert "Model:\nHead\n\n• one\n  ◦ two\n\na\tb\n1\t2\n\n> said\n\nYou:" in clipboard()


def test_part_of_a_table_is_copied_by_rows(qtbot: QtBot, view: ChatView) -> None:
    view.set_items((answer(1, "Before.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n\nAfter."),))
    wait_until_idle(qtbot, view)
    drag(section(view, "a1"), 0, section(view, "a1", 2), 2)
    section(view, "a1").setFocus()
    copy(section(view, "a1"))
    assert clipboard() == "Before.\n\na\tb\n1\t2\n3\t4\n\nAf"


def test_shift_and_a_click_extend_what_a_click_began(qtbot: QtBot, view: ChatView) -> None:
    view.set_items((user(1, "A question?"), answer(2, "An answer.")))
    wait_until_idle(qtbot, view)
    begin, end = section(view, "u1"), section(view, "a2")
    click(begin, 2)
    click(end, 2, SHIFT)
    assert [selected(begin), selected(end)] == ["question?", "An"]
    copy(end)
    assert clipboard() == "You:\nquestion?\n\nModel:\nAn"


def test_a_click_selects_nothing_any_more(qtbot: QtBot, view: ChatView) -> None:
    view.set_items((user(1, "A question?"), answer(2, MIXED)))
    wait_until_idle(qtbot, view)
    drag(section(view, "u1"), 0, section(view, "a2", 2), 2)
    click(section(view, "a2"), 1)
    texts = [section(view, "u1"), *(section(view, "a2", number) for number in range(3))]
    assert [selected(text) for text in texts] == ["", "", "", ""]


def test_leaving_for_another_field_selects_nothing_any_more(qtbot: QtBot, view: ChatView) -> None:
    field = QLineEdit(view)
    field.show()
    view.set_items((user(1, "A question?"), answer(2, "An answer.")))
    wait_until_idle(qtbot, view)
    section(view, "u1").setFocus()
    drag(section(view, "u1"), 0, section(view, "a2"), 2)
    field.setFocus(Qt.FocusReason.MouseFocusReason)
    assert [selected(section(view, "u1")), selected(section(view, "a2"))] == ["", ""]


def test_select_all_takes_the_message_and_no_other(qtbot: QtBot, view: ChatView) -> None:
    view.set_items((user(1, "A question?"), answer(2, MIXED)))
    wait_until_idle(qtbot, view)
    text = section(view, "a2", 1)
    text.setFocus()
    QTest.keySequence(text, QKeySequence(QKeySequence.StandardKey.SelectAll))
    assert selected(section(view, "u1")) == ""
    copy(text)
    assert clipboard() == "First words.\n\nx = 1\ny = 2\n\nLast bold words."


def test_the_view_itself_selects_the_whole_conversation(qtbot: QtBot, view: ChatView) -> None:
    view.set_items(conversation(400))
    wait_until_idle(qtbot, view)
    view.setFocus()
    QTest.keySequence(view, QKeySequence(QKeySequence.StandardKey.SelectAll))
    QTest.keySequence(view, QKeySequence(QKeySequence.StandardKey.Copy))
    assert clipboard().startswith("You:\nQuestion 0?\n\nModel:\nAnswer 1.")
    assert clipboard().count("You:\n") == 200
    assert clipboard().index("Question 198?") < clipboard().index("Answer 399.")


def test_messages_that_come_into_view_show_that_they_are_selected(
    qtbot: QtBot, view: ChatView
) -> None:
    view.set_items(conversation(200))
    wait_until_idle(qtbot, view)
    view.selector.select_all()
    view.verticalScrollBar().setValue(0)
    wait_until_idle(qtbot, view)
    assert selected(section(view, "u0")) == "Question 0?"


def test_the_ends_of_a_selection_outlive_their_way_out_of_view(
    qtbot: QtBot, view: ChatView
) -> None:
    view.set_items((user(1, "Begin here"), *conversation(200), user(900, "and end here")))
    view.verticalScrollBar().setValue(0)
    wait_until_idle(qtbot, view)
    begin = section(view, "u1")
    click(begin, 6)
    QTest.keyClick(begin, Qt.Key.Key_End, SHIFT)
    QTest.keyClick(begin, Qt.Key.Key_Right, SHIFT)
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum())
    wait_until_idle(qtbot, view)
    end = section(view, "u900")
    click(end, 7, SHIFT)
    wait_until_idle(qtbot, view)
    copy(end)
    assert clipboard().startswith("You:\nhere\n\nYou:\nQuestion 0?")
    assert clipboard().endswith("You:\nand end")


def test_the_keyboard_goes_on_into_the_next_section(qtbot: QtBot, view: ChatView) -> None:
    view.set_items((answer(1, "ab\n\n```\ncd\n```"), user(2, "ef")))
    wait_until_idle(qtbot, view)
    text = section(view, "a1")
    text.setFocus(Qt.FocusReason.TabFocusReason)
    for _ in range(7):
        QTest.keyClick(text, Qt.Key.Key_Right, SHIFT)
    copy(text)
    assert clipboard() == "Model:\nab\n\ncd\n\nYou:\ne"
    for _ in range(5):
        QTest.keyClick(text, Qt.Key.Key_Left, SHIFT)
    copy(text)
    assert clipboard() == "ab"


def test_lines_are_selected_across_messages_by_keyboard(qtbot: QtBot, view: ChatView) -> None:
    view.set_items((user(1, "one"), answer(2, "two"), user(3, "three")))
    wait_until_idle(qtbot, view)
    text = section(view, "u3")
    text.setFocus()
    cursor = text.textCursor()
    cursor.movePosition(QTextCursor.MoveOperation.End)
    text.setTextCursor(cursor)
    for _ in range(3):
        QTest.keyClick(text, Qt.Key.Key_Up, SHIFT)
    copy(text)
    assert "three" in clipboard()
    assert "two" in clipboard()


def test_another_branch_drops_what_it_does_not_have(qtbot: QtBot, view: ChatView) -> None:
    view.set_items((user(1, "one"), answer(2, "two")))
    wait_until_idle(qtbot, view)
    view.selector.select_all()
    view.set_items((user(1, "one"), answer(3, "three")))
    assert not view.selector.has_selection
    assert selected(section(view, "u1")) == ""


def test_a_change_of_the_theme_drops_the_selection(
    qtbot: QtBot, view: ChatView, theme: Theme
) -> None:
    view.set_items((user(1, "one"), answer(2, "two")))
    view.selector.select_all()
    theme.set_preferences(ThemeChoice.DARK, 1.0)
    wait_until_idle(qtbot, view)
    assert not view.selector.has_selection


def test_text_that_arrives_leaves_a_selection_above_it(qtbot: QtBot, view: ChatView) -> None:
    view.set_items((user(1, "one"), answer(2, "two\n\n", MessageState.STREAMING)))
    wait_until_idle(qtbot, view)
    drag(section(view, "u1"), 0, section(view, "a2"), 3)
    for number in range(20):
        view.append_text("a2", f"More {number}.\n\n")
        view._frames.frame_due.emit()
    wait_until_idle(qtbot, view)
    section(view, "u1").setFocus()
    copy(section(view, "u1"))
    assert clipboard() == "You:\none\n\nModel:\ntwo"


def test_a_drag_beyond_the_edge_scrolls(qtbot: QtBot, view: ChatView) -> None:
    view.set_items(conversation(60))
    view.verticalScrollBar().setValue(0)
    wait_until_idle(qtbot, view)
    begin = section(view, "u0")
    mouse(QEvent.Type.MouseButtonPress, begin, place_in(begin, 0), LEFT)
    below = begin.viewport().mapFromGlobal(view.viewport().mapToGlobal(QPoint(200, 700)))
    mouse(QEvent.Type.MouseMove, begin, below, LEFT)
    qtbot.waitUntil(lambda: view.verticalScrollBar().value() > 300)
    mouse(QEvent.Type.MouseButtonRelease, begin, below, Qt.MouseButton.NoButton)
    copy(begin)
    assert clipboard().startswith("You:\nQuestion 0?\n\nModel:\nAnswer 1.")
