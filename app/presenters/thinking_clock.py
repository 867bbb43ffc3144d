"""Measures how long a model thinks in an answer, while the answer arrives."""

from __future__ import annotations

import time

from app.chat.thinking import PassageKind, PassageReader


class ThinkingClock:
    """Belongs to one answer. A thought lasts from its first word here to what closes it."""

    def __init__(self) -> None:
        self._reader = PassageReader()
        self._first_s: float | None = None
        #: When thoughts began and ended, by the number of their passage.
        self._begun: dict[int, float] = {}
        self._ended: dict[int, float] = {}

    def feed(self, text: str) -> None:
        """Note more text that has arrived now."""
        self._reader.feed(text)
        self._look(time.monotonic())

    def finish(self) -> float | None:
        """Return how long all thoughts took, in milliseconds, or None when there were none."""
        self._reader.finish()
        now = time.monotonic()
        self._look(now)
        if not self._begun:
            return None
        spans = (self._ended.get(number, now) - begun for number, begun in self._begun.items())
        return sum(spans) * 1000.0

    def _look(self, now: float) -> None:
        if self._first_s is None:
            self._first_s = now
        for number, passage in enumerate(self._reader.passages):
            if passage.kind is PassageKind.THINKING:
                # One without an opening tag began with the text.
                self._begun.setdefault(number, now if number else self._first_s)
                if passage.is_closed:
                    self._ended.setdefault(number, now)
