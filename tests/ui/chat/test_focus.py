"""The keyboard's place can be seen wherever it stops, and only then."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QPushButton, QScrollArea, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from app.chat.message import MessageState
from app.ui.chat.fold import FoldRow
from app.ui.chat.message_widget import MessageWidget
from app.ui.chat.raw import RawText
from app.ui.chat.tab_order import TabOrder
from app.ui.chat.view import ChatView
from app.ui.theme import Theme
from tests.ui.chat.seen import answer, children, user, wait_until_idle, widget_of

STATES = [MessageState.FAILED, MessageState.STOPPED]


def accented(widget: QWidget, theme: Theme) -> int:
    """Return how many pixels of `widget` have the colour of a focus ring."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    wanted = QColor(theme.colors.accent).rgb()
    return sum(
        image.pixel(x, y) == wanted for x in range(image.width()) for y in range(image.height())
    )


def test_the_view_shows_that_the_keyboard_scrolls_it(view: ChatView, theme: Theme) -> None:
    view.set_items((user(1, "one"), answer(2, "two")))
    view.clearFocus()
    without = accented(view, theme)
    view.setFocus(Qt.FocusReason.TabFocusReason)
    assert accented(view, theme) > without + view.width()


def test_a_click_into_the_view_draws_no_ring(view: ChatView, theme: Theme) -> None:
    view.set_items((user(1, "one"), answer(2, "two")))
    view.clearFocus()
    without = accented(view, theme)
    view.setFocus(Qt.FocusReason.MouseFocusReason)
    assert accented(view, theme) == without


@pytest.mark.parametrize("state", STATES)
def test_the_state_of_an_answer_shows_that_the_keyboard_is_there(
    view: ChatView, theme: Theme, state: MessageState
) -> None:
    view.set_items((user(1, "one"), answer(2, "", state, failure="It failed.")))
    widget = widget_of(view, "a2")
    (state_text,) = [
        child
        for child in children(widget, QWidget)
        if child.accessibleName() == "State of the answer"
    ]
    without = accented(widget, theme)
    state_text.setFocus(Qt.FocusReason.TabFocusReason)
    assert accented(widget, theme) > without + 50


class _Controls:
    """Stands in for a message with one control."""

    def __init__(self, control: QWidget) -> None:
        self._control = control

    def focus_widgets(self) -> Iterator[QWidget]:
        yield self._control


def test_what_the_tab_key_reaches_next_outlives_a_message(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    view, first = QWidget(window), QPushButton(window)
    # One that Qt has made, as it makes the viewport of a view.
    between = QScrollArea(window).viewport()
    between.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    last = QPushButton(window)
    order = TabOrder(view)
    order.apply(cast("list[MessageWidget]", [_Controls(first), _Controls(last)]))
    first.deleteLater()
    QCoreApplication.sendPostedEvents(first, QEvent.Type.DeferredDelete)
    assert isValid(between)


def test_raw_text_is_seen_where_the_keyboard_was_in_a_fold(qtbot: QtBot, view: ChatView) -> None:
    text = "<think>\nhm\n</think>\n" + "words\n\n" * 30
    view.set_items((user(1, "one"), answer(2, text)))
    wait_until_idle(qtbot, view)
    view.verticalScrollBar().setValue(0)
    children(widget_of(view, "a2"), FoldRow)[0].setFocus(Qt.FocusReason.TabFocusReason)
    view.set_raw("a2", True)
    wait_until_idle(qtbot, view)
    (raw,) = children(widget_of(view, "a2"), RawText)
    assert raw.width() > view.width() / 2
    assert view.verticalScrollBar().value() == 0
    assert view.hasFocus()
