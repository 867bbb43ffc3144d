"""Looks into a chat view the way a user does: what is on the screen, and what it says."""

from __future__ import annotations

from typing import TypeVar, cast

from PySide6.QtWidgets import QApplication, QPlainTextEdit, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from app.chat.message import Message, MessageState, Role
from app.chat.statistics import RunStatistics
from app.chat.tree import ShownMessage
from app.ui.chat.message_widget import MessageWidget
from app.ui.chat.text_view import TextView
from app.ui.chat.view import ChatView

_Widget = TypeVar("_Widget", bound=QWidget)


def user(number: int, text: str = "And how?", versions: int = 1) -> ShownMessage:
    """Return a message of the user."""
    made = Message(f"u{number}", "c", None, Role.USER, text, float(number))
    return ShownMessage(made, versions, versions)


def answer(
    number: int,
    text: str = "Like this.",
    state: MessageState = MessageState.COMPLETE,
    *,
    version: int = 1,
    versions: int = 1,
    model: str = "Model",
    failure: str = "",
    statistics: RunStatistics | None = None,
) -> ShownMessage:
    """Return a message of the model."""
    made = Message(
        f"a{number}",
        "c",
        None,
        Role.ASSISTANT,
        text,
        float(number),
        state,
        model,
        failure,
        statistics,
    )
    return ShownMessage(made, version, versions)


def conversation(length: int) -> tuple[ShownMessage, ...]:
    """Return `length` messages of different heights that take turns."""
    return tuple(
        answer(number, f"Answer {number}.\n\n" + "A line of it.\n\n" * (number % 7))
        if number % 2
        else user(number, f"Question {number}?")
        for number in range(length)
    )


def children(widget: QWidget, kind: type[_Widget]) -> list[_Widget]:
    """Return all widgets of a kind below `widget`."""
    return cast("list[_Widget]", widget.findChildren(kind))


def child_of(widget: QWidget, kind: type[_Widget]) -> _Widget:
    """Return the first widget of a kind below `widget`."""
    return children(widget, kind)[0]


def shown(view: ChatView) -> dict[str, MessageWidget]:
    """Return the message widgets that can be seen, by id, from top to bottom."""
    area = view.viewport().rect()
    found = [
        widget
        for widget in children(view.viewport(), MessageWidget)
        if widget.isVisible() and widget.geometry().intersects(area)
    ]
    return {item.message.id: item for item in sorted(found, key=lambda item: item.y())}


def widget_of(view: ChatView, message_id: str) -> MessageWidget:
    """Return the widget of a message that has one."""
    found = view._widgets.get(message_id)
    assert found is not None
    return found


def words(widget: QWidget) -> str:
    """Return all text that can be read in `widget`, from top to bottom."""
    texts: list[TextView | QPlainTextEdit] = [
        *children(widget, TextView),
        *children(widget, QPlainTextEdit),
    ]
    texts = [child for child in texts if child.isVisible()]
    texts.sort(key=lambda child: child.mapTo(widget, child.rect().topLeft()).y())
    return "\n".join(child.toPlainText() for child in texts)


def button(widget: QWidget, name: str) -> QToolButton:
    """Return the visible button of that name."""
    (found,) = [
        child
        for child in children(widget, QToolButton)
        if child.accessibleName() == name and child.isVisible()
    ]
    return found


def button_names(widget: QWidget) -> list[str]:
    """Return the names of the buttons that can be seen, from left to right."""
    found = [child for child in children(widget, QToolButton) if child.isVisible()]
    return [child.accessibleName() for child in sorted(found, key=lambda child: child.x())]


def wait_until_idle(qtbot: QtBot, view: ChatView) -> None:
    """Wait until the view has nothing left to prepare, to colour or to draw."""
    qtbot.waitUntil(lambda: not view._idle.isActive() and not view._stale, timeout=10_000)
    QApplication.processEvents()
