"""The keyboard's place can be seen wherever it stops, and only then."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QWidget

from app.chat.message import MessageState
from app.ui.chat.view import ChatView
from app.ui.theme import Theme
from tests.ui.chat.seen import answer, children, user, widget_of

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
