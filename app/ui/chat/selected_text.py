"""What a selection covers of each message, and what it says in the order in which it is read."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from app.chat.message import Message, Role
from app.ui.chat.copying import CopyForm, text_in
from app.ui.chat.entries import Entries
from app.ui.chat.message_widgets import MessageWidgets
from app.ui.chat.selection import Point, Reach, Span, text_between

#: Beyond this many letters, messages are copied as they were written: reading Markdown takes time.
_MOST_READ = 200_000


class SelectedText:
    """Reads from widgets where a message is cut, and else from what the message says."""

    def __init__(self, entries: Entries, widgets: MessageWidgets) -> None:
        self._entries = entries
        self._widgets = widgets

    def text(self, span: Span | None) -> str:
        """Return what `span` covers; with several messages each says whose it is."""
        reaches = reaches_of(span, self._entries)
        several = len(reaches) > 1
        pieces: list[str] = []
        read = 0
        for message_id, reach in reaches.items():
            message = self._entries[self._entries.place(message_id)].message
            form = CopyForm.PLAIN if read < _MOST_READ else CopyForm.MARKDOWN
            words = text_in(message, form) if reach.is_whole else self._part(message_id, reach)
            read += len(words)
            if words.strip():
                pieces.append(f"{_name_of(message)}:\n{words}" if several else words)
        return "\n\n".join(pieces)

    def _part(self, message_id: str, reach: Reach) -> str:
        widget = self._widgets.get(message_id)
        sections = widget.sections() if widget is not None else []
        pieces = [
            text_between(section, *within)
            for number, section in enumerate(sections)
            if (within := reach.within(number, section))[0] < within[1]
        ]
        return "\n\n".join(pieces)


def reaches_of(span: Span | None, entries: Entries) -> dict[str, Reach]:
    """Return what `span` covers of each message, in their order."""
    if span is None:
        return {}
    first, last = span.anchor, span.focus
    start, end = entries.place_of(first.message_id), entries.place_of(last.message_id)
    if start is None or end is None:
        return {}
    if (start, first.section, first.position) > (end, last.section, last.position):
        first, last, start, end = last, first, end, start
    ids = [entries[place].id for place in range(start, end + 1)]
    return {
        message_id: Reach(
            first if message_id == first.message_id else Point(message_id),
            last if message_id == last.message_id else Point.end_of(message_id),
        )
        for message_id in ids
    }


def _name_of(message: Message) -> str:
    if message.role is Role.USER:
        return QCoreApplication.translate("Selection", "You")
    return message.model or QCoreApplication.translate("Selection", "Model")
