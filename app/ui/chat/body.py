"""What a model wrote, from top to bottom: what it thought, what it answers, what it wants called."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from app.chat.thinking import Passage, PassageKind, PassageReader
from app.ui.chat.arriving_text import ArrivingText
from app.ui.chat.flow import Flow
from app.ui.chat.text_styles import TextStyles
from app.ui.chat.thinking_fold import ThinkingFold
from app.ui.chat.thinking_fold import now as time_now
from app.ui.chat.tool_call_fold import ToolCallFold
from app.ui.icons import Icons
from app.ui.theme import SPACE_S, SPACE_XS, Theme

#: A first piece with more letters than this did not come from a model just now.
_FIRST_WORDS = 400

PassageWidget = Flow | ThinkingFold | ToolCallFold


@dataclass(slots=True)
class _Shown:
    """A widget, and how much of which passage it shows."""

    widget: PassageWidget
    kind: PassageKind
    pieces: int = 0
    is_done: bool = False


class Body(ArrivingText):
    """Shows text that may still be arriving. The view asks it to go on and to lay out."""

    def __init__(
        self,
        theme: Theme,
        icons: Icons,
        styles: TextStyles,
        name: str,
        margin: int,
        width: int,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, icons, styles, name, margin, width, parent)
        self._reader = PassageReader()
        #: Whether it has been there since the first word, and can tell how long thinking takes.
        self._is_witness = True
        self._began_at = 0.0
        self._thinking_ms: float | None = None
        self._shown: list[_Shown] = []

    @property
    def is_waiting(self) -> bool:
        """Whether there is text that `advance` would show."""
        return super().is_waiting or any(shown.widget.is_waiting for shown in self._shown)

    @property
    def is_empty(self) -> bool:
        """Whether it shows nothing."""
        return all(shown.widget.is_empty for shown in self._shown)

    def show_thinking_ms(self, milliseconds: float | None) -> None:
        """Say how long the model thought, as far as that was not measured here."""
        self._thinking_ms = milliseconds
        folds = [shown.widget for shown in self._shown if isinstance(shown.widget, ThinkingFold)]
        for fold in folds:
            # A sum says nothing of each.
            fold.show_milliseconds(milliseconds if len(folds) == 1 else None)

    def arrange(self, width: int) -> int:
        """Place everything in `width` and return the height."""
        self._width = width
        top = 0
        above: QWidget | None = None
        for shown in self._shown:
            height = shown.widget.arrange(width)
            # Words keep some room above and below by themselves.
            if above is not None and height:
                top += SPACE_XS if isinstance(above, Flow) else SPACE_S
            shown.widget.setGeometry(0, top, width + 2 * self._margin, height)
            top += height
            above = shown.widget if height else above
        return top

    def show_caret(self, color: QColor | None) -> None:
        """Mark the end, where more will come, in `color`; None takes the mark away."""
        visible = [shown.widget for shown in self._shown if not shown.widget.is_empty]
        for widget in visible[:-1]:
            widget.show_caret(None)
        if visible:
            visible[-1].show_caret(color)

    def colorize(self) -> bool:
        """Colour one code block that is not coloured yet. Return whether there was one."""
        return any(shown.widget.colorize() for shown in self._shown)

    def focus_widgets(self) -> Iterator[QWidget]:
        """Yield what the Tab key should reach, in order."""
        for shown in self._shown:
            yield from shown.widget.focus_widgets()

    def _take(self, text: str) -> None:
        is_at_once = self._waiting or self._is_ending or len(text) > _FIRST_WORDS
        if text and not self._shown and is_at_once:
            self._is_witness = False
        if text and not self._began_at:
            self._began_at = time_now()
        self._reader.feed(text)
        if self._is_finished:
            self._reader.finish()
        self._show()

    def _show(self) -> None:
        """Bring the widgets up to date with the passages."""
        for number, passage in enumerate(self._reader.passages):
            if number == len(self._shown):
                self._shown.append(self._make(passage))
            shown = self._shown[number]
            if shown.kind is not passage.kind:
                # What looked like an answer was a thought.
                shown.widget.hide()
                shown.widget.deleteLater()
                shown = self._shown[number] = self._make(passage, is_late=True)
            if not shown.is_done:
                self._bring_up_to_date(shown, passage)

    def _bring_up_to_date(self, shown: _Shown, passage: Passage) -> None:
        text = "".join(passage.pieces[shown.pieces :])
        shown.pieces = len(passage.pieces)
        if text:
            shown.widget.append(text)
        if passage.is_closed and not shown.widget.is_ended:
            shown.widget.end()
        shown.widget.advance()
        shown.is_done = passage.is_closed and not shown.widget.is_waiting

    def _make(self, passage: Passage, *, is_late: bool = False) -> _Shown:
        widget: PassageWidget
        if passage.kind is PassageKind.ANSWER:
            widget = Flow(
                self._theme,
                self._icons,
                self._styles,
                self._name,
                self._margin,
                self._width,
                self,
            )
        elif passage.kind is PassageKind.THINKING:
            widget = ThinkingFold(self._theme, self._icons, self._styles, self._margin, self)
            if self._is_witness:
                # One without its opening tag began with the text.
                widget.begin(time_now() if self._shown and not is_late else self._began_at)
            elif all(shown.kind is not passage.kind for shown in self._shown):
                widget.show_milliseconds(self._thinking_ms)
        else:
            widget = ToolCallFold(self._theme, self._icons, self._styles, self._margin, self)
        widget.link_activated.connect(self.link_activated)
        widget.menu_requested.connect(self.menu_requested)
        widget.height_changed.connect(self.height_changed)
        widget.show()
        return _Shown(widget, passage.kind)
