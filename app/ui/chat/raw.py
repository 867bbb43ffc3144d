"""The words of a model as they came, without reading any Markdown in them."""

from __future__ import annotations

from app.ui.chat.flow import Flow
from app.ui.chat.parts import Gap, Part
from app.ui.chat.plain import clean, verbatim
from app.ui.chat.stream import MarkdownStream


class VerbatimStream(MarkdownStream):
    """Gives every line as a paragraph that shows it exactly."""

    def __init__(self) -> None:
        super().__init__()
        self._text = ""
        #: How many parts stand for complete lines, which stay.
        self._complete = 0

    def feed(self, text: str) -> None:
        """Take over more text; `update` shows it."""
        self._text += text

    def update(self) -> int:
        """Take what has arrived. Return the index of the first part that may have changed."""
        first = self._complete
        del self.parts[first:]
        end = self._text.rfind("\n") + 1
        if end:
            self._add(clean(self._text[:end]).removesuffix("\n"))
            self._complete = len(self.parts)
        self._text = self._text[end:]
        if self._text:
            self._add(clean(self._text))
        return first

    def finish(self) -> int:
        """Take the rest: nothing more will come. Return the first part that may have changed."""
        return self.update()

    def _add(self, text: str) -> None:
        parts: list[Part] = self.parts
        parts.extend(verbatim(text, Gap.NONE))


class RawText(Flow):
    """Shows text that may still be arriving, as it came."""

    _STREAM = VerbatimStream

    def show_thinking_ms(self, milliseconds: float | None) -> None:
        """Take no notice: thoughts are text like everything else."""
