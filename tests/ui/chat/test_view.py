"""The list of messages: what it makes, where it stands, and that nothing jumps."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from app.chat.message import MessageState
from app.settings.schema import Theme as ThemeChoice
from app.ui.chat.message_widget import MARGIN, MessageWidget
from app.ui.chat.text_view import TextView
from app.ui.chat.view import ChatView
from app.ui.theme import COLUMN_WIDTH, Theme
from tests.ui.chat.seen import (
    answer,
    button,
    child_of,
    children,
    conversation,
    shown,
    user,
    wait_until_idle,
    widget_of,
    words,
)

STREAMING = MessageState.STREAMING


def places(view: ChatView) -> dict[str, int]:
    return {message_id: widget.y() for message_id, widget in shown(view).items()}


def at_end(view: ChatView) -> bool:
    bar = view.verticalScrollBar()
    return bar.value() == bar.maximum()


def test_a_conversation_opens_at_its_end(view: ChatView) -> None:
    view.set_items(conversation(200))
    assert "a199" in shown(view)
    assert at_end(view)


def test_only_messages_near_the_viewport_have_widgets(qtbot: QtBot, view: ChatView) -> None:
    view.set_items(conversation(2_000))
    wait_until_idle(qtbot, view)
    for value in (0, 30_000, 60_000):
        view.verticalScrollBar().setValue(value)
        wait_until_idle(qtbot, view)
        QApplication.sendPostedEvents(None, 52)
        assert len(children(view.viewport(), MessageWidget)) < 40


def test_messages_stand_below_each_other_in_the_column(qtbot: QtBot, view: ChatView) -> None:
    view.resize(1_200, 800)
    view.set_items(conversation(30))
    wait_until_idle(qtbot, view)
    widgets = list(shown(view).values())
    assert len(widgets) > 3
    for above, below in pairwise(widgets):
        assert above.geometry().bottom() < below.y()
    for widget in widgets:
        assert widget.width() == COLUMN_WIDTH + 2 * MARGIN
        assert abs(widget.geometry().center().x() - view.rect().center().x()) <= 1


@pytest.mark.parametrize("width", [320, 480, 800])
def test_nothing_is_wider_than_a_narrow_view(qtbot: QtBot, view: ChatView, width: int) -> None:
    view.resize(width, 480)
    view.set_items((user(1, "w" * 300), answer(2, "x" * 300 + "\n\n|a|b|\n|-|-|\n|1|2|")))
    wait_until_idle(qtbot, view)
    for widget in shown(view).values():
        assert widget.x() >= 0
        assert widget.geometry().right() < width
        for text in filter(TextView.isVisible, children(widget, TextView)):
            assert text.document().size().width() <= text.width() + 1
            assert text.horizontalScrollBar().maximum() == 0


def test_what_is_visible_stays_while_heights_above_are_found_out(
    qtbot: QtBot, view: ChatView
) -> None:
    view.set_items(conversation(300))
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum() // 2)
    before = places(view)
    wait_until_idle(qtbot, view)
    assert places(view) == before


def test_scrolling_up_step_by_step_moves_everything_by_the_step(
    qtbot: QtBot, view: ChatView
) -> None:
    view.set_items(conversation(300))
    wait_until_idle(qtbot, view)
    for _ in range(150):
        before = places(view)
        view.verticalScrollBar().setValue(view.verticalScrollBar().value() - 97)
        after = places(view)
        both = before.keys() & after.keys()
        assert both
        assert {after[message_id] - before[message_id] for message_id in both} == {97}


def test_paging_to_the_beginning_passes_every_message(qtbot: QtBot, view: ChatView) -> None:
    view.set_items(conversation(60))
    view.setFocus()
    passed = set(shown(view))
    while view.verticalScrollBar().value() > 0:
        QTest.keyClick(view, Qt.Key.Key_PageUp)
        passed |= set(shown(view))
    assert len(passed) == 60


def test_home_and_end_go_to_the_edges(qtbot: QtBot, view: ChatView) -> None:
    view.set_items(conversation(100))
    QTest.keyClick(view, Qt.Key.Key_Home)
    assert "u0" in shown(view)
    QTest.keyClick(view, Qt.Key.Key_End)
    assert "a99" in shown(view)
    assert at_end(view)


def test_streaming_text_is_followed_at_the_end(qtbot: QtBot, view: ChatView) -> None:
    view.set_items((*conversation(20), answer(99, "", STREAMING)))
    for number in range(30):
        view.append_text("a99", f"Paragraph {number}.\n\n")
    wait_until_idle(qtbot, view)
    assert at_end(view)
    assert "Paragraph 29." in words(widget_of(view, "a99"))


def test_streaming_text_moves_nothing_once_the_user_has_scrolled_up(
    qtbot: QtBot, view: ChatView
) -> None:
    view.set_items((*conversation(20), answer(99, "Begun.\n\n" * 30, STREAMING)))
    wait_until_idle(qtbot, view)
    QTest.keyClick(view, Qt.Key.Key_PageUp)
    wait_until_idle(qtbot, view)
    before = places(view)
    for number in range(30):
        view.append_text("a99", f"Paragraph {number}.\n\n")
    wait_until_idle(qtbot, view)
    assert places(view) == before
    assert not at_end(view)


def test_the_jump_button_leads_back_to_the_end(qtbot: QtBot, view: ChatView) -> None:
    view.set_items(conversation(50))
    assert not view._jump.isVisible()
    QTest.keyClick(view, Qt.Key.Key_PageUp)
    jump = button(view, "Go to the end")
    QTest.mouseClick(jump, Qt.MouseButton.LeftButton)
    assert at_end(view)
    assert not jump.isVisible()


def test_a_message_of_the_user_is_always_brought_into_view(view: ChatView) -> None:
    view.set_items(conversation(50))
    view.verticalScrollBar().setValue(0)
    view.add_item(user(77, "My next question"))
    assert "u77" in shown(view)


def test_an_answer_is_not_brought_into_view_while_the_user_reads_elsewhere(view: ChatView) -> None:
    view.set_items(conversation(50))
    view.verticalScrollBar().setValue(0)
    before = places(view)
    view.add_item(answer(77))
    assert places(view) == before


def test_another_answer_below_what_the_user_reads_keeps_its_place(view: ChatView) -> None:
    items = conversation(50)
    view.set_items(items)
    view.verticalScrollBar().setValue(2_000)
    before = places(view)
    view.set_items((*items[:-1], answer(77, "Another one.")))
    assert places(view) == before


def test_an_answer_that_begins_anew_is_followed(view: ChatView) -> None:
    items = conversation(50)
    view.set_items(items)
    view.verticalScrollBar().setValue(0)
    view.set_items((*items[:-1], answer(77, "", STREAMING)))
    assert at_end(view)


def test_widgets_of_messages_that_stay_are_kept(view: ChatView) -> None:
    items = conversation(6)
    view.set_items(items)
    kept = widget_of(view, "u4")
    view.set_items((*items[:-1], answer(77)))
    assert widget_of(view, "u4") is kept


def test_another_conversation_replaces_everything(view: ChatView) -> None:
    view.set_items(conversation(10))
    view.set_items((user(70), answer(71)))
    assert list(shown(view)) == ["u70", "a71"]
    view.set_items(())
    assert not shown(view)


def test_a_revealed_message_stands_at_the_top(qtbot: QtBot, view: ChatView) -> None:
    view.set_items(conversation(300))
    view.reveal("u40")
    wait_until_idle(qtbot, view)
    first, *_ = [item for item in shown(view).items() if item[1].y() >= 0]
    assert first[0] == "u40"
    assert first[1].y() < 40


def test_unknown_messages_are_left_alone(view: ChatView) -> None:
    view.set_items(conversation(4))
    view.append_text("nobody", "text")
    view.change_item(answer(1_000))
    view.set_prefill("nobody", 1, 2)
    view.reveal("nobody")
    view.begin_edit("nobody")
    assert len(shown(view)) == 4


def test_text_that_arrives_before_the_widget_is_made_is_shown(qtbot: QtBot, view: ChatView) -> None:
    view.set_items((answer(999, "", STREAMING), *conversation(100)))
    wait_until_idle(qtbot, view)
    view.append_text("a999", "Far away")
    wait_until_idle(qtbot, view)
    QTest.keyClick(view, Qt.Key.Key_Home)
    wait_until_idle(qtbot, view)
    assert words(widget_of(view, "a999")) == "Far away"


def test_a_final_state_that_is_behind_the_stream_still_shows_the_whole_text(
    qtbot: QtBot, view: ChatView
) -> None:
    item = answer(1, "", STREAMING)
    view.set_items((item,))
    view.append_text("a1", "one ")
    view.append_text("a1", "two")
    done = replace(item.message, text="one two", state=MessageState.COMPLETE)
    view.change_item(replace(item, message=done))
    wait_until_idle(qtbot, view)
    assert words(widget_of(view, "a1")) == "one two"


def test_a_view_that_is_hidden_makes_no_widgets(qtbot: QtBot, theme: Theme, view: ChatView) -> None:
    view.hide()
    view.set_items(conversation(20))
    assert not children(view.viewport(), MessageWidget)
    view.show()
    assert "a19" in shown(view)


def test_a_resize_keeps_the_message_at_the_top(qtbot: QtBot, view: ChatView) -> None:
    long = "Many words that will wrap at another place when the width is another one. " * 4
    view.set_items(tuple(answer(number, long) for number in range(60)))
    view.reveal("a20")
    wait_until_idle(qtbot, view)
    view.resize(500, 480)
    wait_until_idle(qtbot, view)
    assert "a20" in shown(view)


@pytest.mark.parametrize("kind", [TextView, QPlainTextEdit])
def test_the_wheel_is_left_to_the_view(
    qtbot: QtBot, view: ChatView, kind: type[QAbstractScrollArea]
) -> None:
    view.set_items((answer(1, "Words.\n\n```\n" + "code\n" * 60 + "```"),))
    wait_until_idle(qtbot, view)
    before = view.verticalScrollBar().value()
    text = child_of(widget_of(view, "a1"), kind)
    assert not turn_wheel(text.viewport())
    assert turn_wheel(view.viewport())
    assert view.verticalScrollBar().value() < before


def turn_wheel(widget: QWidget) -> bool:
    """Turn the wheel up by one notch. Return whether the widget took it."""
    middle = QPointF(widget.rect().center())
    event = QWheelEvent(
        middle,
        QPointF(widget.mapToGlobal(middle.toPoint())),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QGuiApplication.sendEvent(widget, event)
    return event.isAccepted()


def test_another_theme_is_taken_over_in_place(qtbot: QtBot, view: ChatView, theme: Theme) -> None:
    view.set_items(conversation(60))
    view.reveal("u20")
    wait_until_idle(qtbot, view)
    top = next(iter(shown(view)))
    theme.set_preferences(ThemeChoice.DARK, 1.0)
    wait_until_idle(qtbot, view)
    assert next(iter(shown(view))) == top
    text = child_of(widget_of(view, "u20"), TextView)
    color = text.document().begin().begin().fragment().charFormat().foreground().color()
    assert color.name() == theme.colors.text


def test_larger_text_makes_a_wider_column(qtbot: QtBot, view: ChatView, theme: Theme) -> None:
    view.resize(1_600, 800)
    view.set_items(conversation(4))
    before = widget_of(view, "a1").width()
    theme.set_preferences(ThemeChoice.LIGHT, 1.5)
    wait_until_idle(qtbot, view)
    assert widget_of(view, "a1").width() > before * 1.4


def test_a_very_long_message_comes_in_slices_and_whole(qtbot: QtBot, view: ChatView) -> None:
    text = "\n\n".join(f"Paragraph {number}." for number in range(6_000))
    view.set_items((answer(1, text),))
    assert widget_of(view, "a1").is_waiting
    wait_until_idle(qtbot, view)
    QTest.keyClick(view, Qt.Key.Key_End)
    wait_until_idle(qtbot, view)
    texts = children(widget_of(view, "a1"), TextView)
    assert sum(text.document().blockCount() for text in texts) >= 6_000
