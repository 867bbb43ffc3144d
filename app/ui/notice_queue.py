"""The order in which notices are shown.

1. What was merely done is shown at once, over anything else: it may offer to undo it.
2. Errors and warnings cover it in turn, and wait for each other, first come, first shown.
3. The same words are not kept twice, unless each of them can undo something else.
"""

from __future__ import annotations

from dataclasses import replace

from app.presenters.notices import Level, Notice

#: More than anybody reads; the oldest ones make room.
MAX_WAITING = 20


class NoticeQueue:
    """Holds the notice that is shown and those that wait."""

    def __init__(self) -> None:
        self.current: Notice | None = None
        self._waiting: list[Notice] = []

    @property
    def waiting(self) -> int:
        """How many notices wait."""
        return len(self._waiting)

    def put(self, notice: Notice) -> None:
        """Take a notice in; afterwards `current` is the one to show."""
        if self.current is not None and _are_same(self.current, notice):
            self.current = notice
            return
        for place, waiting in enumerate(self._waiting):
            if _are_same(waiting, notice):
                self._waiting[place] = notice
                return
        if self.current is None:
            self.current = notice
        elif Level.INFO in (self.current.level, notice.level):
            self._waiting.insert(0, self.current)
            self.current = notice
        else:
            self._waiting.append(notice)
        if len(self._waiting) > MAX_WAITING:
            self._waiting.remove(self._least_needed())

    def take_out(self, notice: Notice) -> None:
        """Forget a notice, shown or waiting; afterwards `current` is the one to show."""
        self._waiting = [waiting for waiting in self._waiting if not _is_it(waiting, notice)]
        if self.current is not None and _is_it(self.current, notice):
            self.step()

    def step(self) -> None:
        """Put the current notice away and take the next one."""
        self.current = self._waiting.pop(0) if self._waiting else None

    def _least_needed(self) -> Notice:
        done = [notice for notice in self._waiting if notice.level is Level.INFO]
        return done[-1] if done else self._waiting[0]


def _is_it(one: Notice, wanted: Notice) -> bool:
    return one is wanted or _are_same(one, wanted)


def _are_same(one: Notice, other: Notice) -> bool:
    if one.level is Level.INFO and one.actions:
        return False
    return replace(one, actions=()) == replace(other, actions=())
