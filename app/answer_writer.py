"""Writes an answer to a text stream, piece by piece or at its end.

What a model writes may hold sequences that a terminal obeys: they could write to the clipboard or
change what stood there before. Control characters are therefore left out, except where the text is
wanted as it is and no terminal reads it.
"""

from __future__ import annotations

import io
import re
import select
from typing import TextIO

from app.chat.spoken import SpokenText
from app.chat.thinking import without_thinking

#: As many characters as fit, however long each is, where a pipe says that it has room.
_SMALL = select.PIPE_BUF // 4
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def printable(text: str) -> str:
    """Return `text` without what a terminal would obey; line ends and tabs stay."""
    return _CONTROLS.sub("", text)


class AnswerWriter:
    """Takes the text of one answer; what the model thinks is shown only where it is wanted raw.

    Every method raises OSError when the stream does not take it: the disk is full, or whoever
    read it has gone.
    """

    def __init__(self, stream: TextIO, *, raw: bool, at_once: bool) -> None:
        if isinstance(stream, io.TextIOWrapper):
            # A character that the user's encoding does not have must not end the answer.
            stream.reconfigure(errors="replace")
        self._stream = stream
        self._raw = raw
        self._obeyed = stream.isatty()
        self._at_once = at_once
        self._pieces: list[str] = []
        self._spoken = SpokenText()
        self._begun = False
        self._last = ""
        #: The stream is being written to; that takes as long as its reader makes it.
        self.is_writing = False
        #: Whoever does not read by now gets nothing more: that raises InterruptedError.
        self.may_not_wait = False

    @property
    def text(self) -> str:
        """The answer so far, as the model wrote it."""
        return "".join(self._pieces)

    def add(self, text: str) -> None:
        """Take the next piece."""
        self._pieces.append(text)
        if self._at_once:
            self._show(text if self._raw else self._spoken.feed(text))

    def finish(self) -> None:
        """Show what was held back, and end the last line."""
        if not self._at_once:
            self._show(self.text if self._raw else without_thinking(self.text))
        elif not self._raw:
            self._show(self._spoken.finish())
        if self._last and self._last != "\n" and (not self._raw or self._obeyed):
            self._write("\n")

    def finish_with(self, document: str) -> None:
        """Show one line that stands for the answer."""
        self._write(document + "\n")

    def _show(self, text: str) -> None:
        if not self._raw or self._obeyed:
            text = printable(text)
        if not self._raw and not self._begun:
            text = text.lstrip()
        if text:
            self._begun = True
            self._last = text[-1]
            self._write(text)

    def _write(self, text: str) -> None:
        step = _SMALL if self.may_not_wait else len(text)
        for start in range(0, len(text), step):
            if self.may_not_wait and not select.select([], [self._stream], [], 0)[1]:
                raise InterruptedError
            self.is_writing = True
            try:
                self._stream.write(text[start : start + step])
                self._stream.flush()
            finally:
                self.is_writing = False
