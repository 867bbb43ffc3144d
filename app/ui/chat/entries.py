"""All messages of the view, in order: found by id or place, and their heights on the strip."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from app.chat.tree import ShownMessage
from app.ui.chat.entry import Entry
from app.ui.chat.strip import Strip


class Entries:
    """Keeps entries and strip in step."""

    def __init__(self, strip: Strip) -> None:
        self._strip = strip
        self._entries: list[Entry] = []
        self._places: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    def __getitem__(self, place: int) -> Entry:
        return self._entries[place]

    def __contains__(self, message_id: object) -> bool:
        return message_id in self._places

    def place_of(self, message_id: str) -> int | None:
        """Return the place of a message, or None when it is not shown."""
        return self._places.get(message_id)

    def place(self, message_id: str) -> int:
        """Return the place of a message that is shown. Raises KeyError for another."""
        return self._places[message_id]

    def get(self, message_id: str) -> Entry | None:
        """Return the entry of a message, or None when it is not shown."""
        place = self._places.get(message_id)
        return None if place is None else self._entries[place]

    def replace(self, items: Iterable[ShownMessage]) -> list[Entry]:
        """Keep exactly `items`. Return the entries that were there and have changed.

        Heights are to be guessed afterwards.
        """
        old, places = self._entries, self._places
        self._entries = []
        changed: list[Entry] = []
        for item in items:
            place = places.get(item.message.id)
            entry = Entry.of(item) if place is None else old[place]
            self._entries.append(entry)
            if entry.item != item:
                entry.change(item)
                changed.append(entry)
        self._places = {entry.id: place for place, entry in enumerate(self._entries)}
        return changed

    def add(self, item: ShownMessage, column: int, em: float) -> None:
        """Add a message at the end."""
        entry = Entry.of(item)
        self._places[entry.id] = len(self._entries)
        self._entries.append(entry)
        self._strip.append(entry.guess_height(column, em))

    def guess(self, place: int, column: int, em: float) -> None:
        """Guess the height of one message."""
        self._strip.set_height(place, self._entries[place].guess_height(column, em))

    def guess_all(self, column: int, em: float) -> None:
        """Guess the heights of all that were not measured; others serve as guesses as they are."""
        self._strip.reset(entry.height or entry.guess_height(column, em) for entry in self._entries)

    def set_height(self, place: int, height: int, column: int) -> bool:
        """Note the height that a message has at `column`. Return whether it had another one."""
        entry = self._entries[place]
        entry.height = height + entry.space_below
        entry.measured_width = column
        return self._strip.set_height(place, entry.height)

    def forget_heights(self) -> None:
        """Take all heights for guesses: the look has changed."""
        for entry in self._entries:
            entry.measured_width = entry.height = 0
