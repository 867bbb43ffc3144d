"""The real program, with a guide inside that tells a driver how it stands and where things are.

The driver writes one question per line to stdin and reads one JSON answer per line from stdout:

    state           what the program is doing, and what it told the user so far
    focus           accessible name or text of the widget that has the keyboard
    menu            text of the item that is marked in the open menu
    where NAME      centre of the visible widget of that accessible name or text
    size W H        resizes the window
    clipboard TEXT  puts a text into the clipboard
    load PATH       loads a model, as the picker would
    send TEXT       sends a message, as the composer would
    edit TEXT       writes another version of the user's last message
    again           lets the model give its last answer again
    stop            stops the answer
    new             shows an empty conversation
    step N          shows the conversation N places further down
    delete          deletes the shown conversation
    beside          shows an empty conversation beside the shown one
    across          goes to the other conversation in view
    draft TEXT      leaves a text in the composer
    close           closes the window, as its frame would
"""

from __future__ import annotations

import json
import os
import sys

from PySide6.QtCore import QObject, QSocketNotifier, Slot
from PySide6.QtWidgets import QAbstractButton, QApplication, QMenu, QWidget

from app.main import main
from app.presenters.notices import Notice, Notices
from app.session import Session

_show = Session.show
_show_quick_ask = Session.show_quick_ask
_post = Notices.post
_told: list[str] = []


class Guide(QObject):
    """Answers the driver. Lives on the window's thread."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._rest = b""
        self._filled = False
        self._notifier = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_readable)
        session._conversations.conversations_changed.connect(self._on_conversations_changed)

    @Slot()
    def _on_readable(self) -> None:
        data = os.read(sys.stdin.fileno(), 4096)
        if not data:
            self._notifier.setEnabled(False)
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            sys.stdout.write(json.dumps(self._answer(line.decode())) + "\n")
            sys.stdout.flush()

    @Slot(object)
    def _on_conversations_changed(self, _conversations: object) -> None:
        self._filled = True

    def _answer(self, question: str) -> object:
        verb, _, rest = question.partition(" ")
        match verb:
            case "focus":
                return _name(QApplication.focusWidget())
            case "menu":
                return _marked_item()
            case "where":
                return _centre(rest)
            case "size":
                width, height = map(int, rest.split())
                self._session._window.resize(width, height)
            case "clipboard":
                QApplication.clipboard().setText(rest)
            case "load":
                self._session._models.load(rest)
            case "send":
                self._session._places.chat.send(rest)
            case "edit":
                self._session._places.chat.edit(self._session._places.chat.last_question_id(), rest)
            case "again":
                self._session._places.chat.regenerate_last()
            case "stop":
                self._session._places.chat.stop()
            case "new":
                self._session._conversations.new()
            case "beside":
                self._session._places.open_beside()
            case "across":
                self._session._places.go_across()
            case "step":
                self._session._conversations.step(int(rest))
            case "delete":
                conversations = self._session._conversations
                conversations.delete(conversations.current_id)
            case "draft":
                self._session._places.chat.keep_draft(rest)
            case "close":
                self._session._window.close()
            case _:
                return self._state()
        return None

    def _state(self) -> dict[str, object]:
        places = self._session._places
        shown = places.chat
        reading = any(chat._branch.is_reading for chat in places.in_view)
        return {
            "filled": self._filled and not reading,
            "stage": self._session._models.state.stage.value,
            "model": self._session._models.state.name,
            "answering": shown.is_answering,
            "answer": shown.last_answer(),
            "states": [message.state.value for message in shown._branch.path()],
            "told": _told,
        }


def _name(widget: QWidget | None) -> str:
    if widget is None:
        return ""
    if isinstance(widget, QAbstractButton) and not widget.accessibleName():
        return widget.text().replace("&", "")
    return widget.accessibleName()


def _marked_item() -> str:
    menu = QApplication.activePopupWidget()
    action = menu.activeAction() if isinstance(menu, QMenu) else None
    return "" if action is None else action.text().replace("&", "")


def _centre(name: str) -> tuple[int, int] | None:
    found: list[QWidget] = []
    for widget in QApplication.allWidgets():
        names = [widget.accessibleName()]
        if isinstance(widget, QAbstractButton):
            names.append(widget.text().replace("&", ""))
        if name in names and widget.isVisible() and not widget.visibleRegion().isEmpty():
            found.append(widget)
    if not found:
        return None
    widget = min(found, key=lambda each: each.width() * each.height())
    centre = widget.mapToGlobal(widget.visibleRegion().boundingRect().center())
    return centre.x(), centre.y()


def _show_with_guide(session: Session) -> None:
    _show(session)
    Guide(session)


def _show_quick_ask_with_guide(session: Session) -> None:
    _show_quick_ask(session)
    Guide(session)


def _post_and_remember(notices: Notices, notice: Notice) -> None:
    _post(notices, notice)
    _told.append(f"{notice.cause} {notice.advice}".strip())


if __name__ == "__main__":
    Session.show = _show_with_guide  # type: ignore[method-assign, assignment]
    Session.show_quick_ask = _show_quick_ask_with_guide  # type: ignore[method-assign, assignment]
    Notices.post = _post_and_remember  # type: ignore[method-assign, assignment]
    sys.exit(main())
