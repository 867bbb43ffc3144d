"""What a model thought, folded away below the time it took."""

from __future__ import annotations

import time
from collections.abc import Iterator

from PySide6.QtCore import QTimerEvent
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from app.ui.chat.flow import Flow
from app.ui.chat.fold import Fold

#: A shorter time is not given in seconds.
_MOMENT_MS = 1_000


def now() -> float:
    """Return the time by which thinking is measured, in seconds."""
    return time.monotonic()


class ThinkingFold(Fold):
    """Says "Thinking…" and then "Thought for 4 s"; inside is Markdown as in an answer."""

    _began_at: float | None = None
    _milliseconds: float | None = None
    _flow: Flow | None = None
    #: How many of the pieces are in the flow, and whether there is a word among them.
    _shown = 0
    _has_words = False
    _timer = 0

    def begin(self, at: float) -> None:
        """Note when, by `now`, the model began to think: the time is measured from there."""
        self._began_at = at

    def show_milliseconds(self, milliseconds: float | None) -> None:
        """Say how long the model thought, unless that was measured here; None for unknown."""
        if self._began_at is None:
            self._milliseconds = milliseconds
            self._show_words(self._title())

    def end(self) -> None:
        """Note that the model thinks no more."""
        if not self._is_ended and self._began_at is not None:
            self._milliseconds = (now() - self._began_at) * 1000
        super().end()

    def show_caret(self, color: QColor | None) -> None:
        """Mark the end of what is open."""
        if self._flow is not None:
            self._flow.show_caret(None if self._is_ended else color)

    def colorize(self) -> bool:
        """Colour a code block that is not coloured yet. Return whether there was one."""
        return self._flow is not None and self._flow.colorize()

    def timerEvent(self, event: QTimerEvent) -> None:
        """Show more of a long thought that was opened."""
        if event.timerId() == self._timer:
            self.killTimer(self._timer)
            self._timer = 0
            self._show_text()
            self.height_changed.emit()

    def _title(self) -> str:
        if self._is_ended:
            if self._milliseconds is None:
                return self.tr("Thought")
            if self._milliseconds < _MOMENT_MS:
                return self.tr("Thought for a moment")
            return self.tr("Thought for {time}").format(time=self._time(self._milliseconds))
        if self._began_at is None:
            return self.tr("Thinking…")
        passed = (now() - self._began_at) * 1000
        if passed < _MOMENT_MS:
            return self.tr("Thinking…")
        return self.tr("Thinking… {time}").format(time=self._time(passed))

    def _time(self, milliseconds: float) -> str:
        seconds = max(1, round(milliseconds / 1000))
        if seconds < 60:
            return self.tr("{n} s").format(n=seconds)
        minutes, seconds = divmod(seconds, 60)
        return self.tr("{m} min {n} s").format(m=minutes, n=seconds)

    def _show_text(self) -> None:
        if self._flow is None:
            self._flow = flow = Flow(
                self._theme,
                self._icons,
                self._styles,
                self.tr("Thought"),
                self._margin,
                max(1, self.width() - 2 * self._margin),
                self,
            )
            flow.link_activated.connect(self.link_activated)
            flow.menu_requested.connect(self.menu_requested)
            flow.height_changed.connect(self.height_changed)
        flow = self._flow
        text = "".join(self._pieces[self._shown :])
        self._shown = len(self._pieces)
        if not self._has_words:
            # Templates put empty lines around a thought.
            text = text.lstrip("\n")
            self._has_words = bool(text)
        flow.append(text)
        if self._is_ended and not flow.is_ended:
            flow.end()
        flow.advance()
        flow.show()
        if flow.is_waiting and not self._timer:
            self._timer = self.startTimer(0)

    def _hide_content(self) -> None:
        if self._flow is not None:
            self._flow.hide()

    def _arrange_content(self, width: int, left: int, top: int) -> int:
        assert self._flow is not None
        height = self._flow.arrange(width)
        self._flow.setGeometry(left - self._margin, top, width + 2 * self._margin, height)
        return height

    def _content_focus_widgets(self) -> Iterator[QWidget]:
        if self._flow is not None:
            yield from self._flow.focus_widgets()
