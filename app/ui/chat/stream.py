"""Reads an answer while it is written: finished blocks once, the open one with every frame.

1. Text arrives in any pieces. Only complete lines close a block: "2" may become "2. item".
2. The last block of the complete lines is open; all before it are closed, read once and kept.
3. An open code fence only grows, so its lines are taken over without reading anything again.
4. An open block that is large or slow to read is shown as it came from there on, until closed.
5. A link may be defined after its use. Those are looked up when the answer is finished.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field, replace
from typing import Any

from app.ui.chat.parts import Code, Gap, Part
from app.ui.chat.plain import clean, verbatim
from app.ui.chat.reader import Block, MarkdownReader

#: An open block beyond this size, in characters, is not read again until it is closed.
LARGEST_OPEN_BLOCK = 16 * 1024
#: Nor is one that takes longer than this to read.
SLOWEST_OPEN_BLOCK_S = 0.1
#: How much a large open block must have grown before its end is looked for again.
_GROWTH = 1.25

# The beginning of a line that is markup so far: shown now, "-" below a paragraph would make it
# a heading for the moment until the item's words arrive.
_UNDECIDED = re.compile(r"[>#*_=+`~|:$\-\s]*\\?(?:\d{1,9}[.)]?)?\s*(?:\[[ xX]?\]?\s?)?\Z")


@dataclass(slots=True)
class _Fence:
    """A code fence at the top level that has not ended."""

    marker: str
    code: Code
    lines: list[str] = field(default_factory=list)
    partial: str = ""

    def ends_with(self, line: str) -> bool:
        """Return whether `line` is the end of the fence."""
        text = line.strip(" \t")
        indent = len(line) - len(line.lstrip(" "))
        only_marker = len(text) >= len(self.marker) and set(text) == {self.marker[0]}
        return only_marker and indent <= 3 and not line.startswith("\t")

    def part(self, *, closed: bool) -> Code:
        """Return what it says so far."""
        lines = self.lines
        may_end_it = set(self.partial.strip(" ")) <= {self.marker[0]} and len(self.partial) < 80
        if self.partial and (closed or not may_end_it):
            lines = [*lines, self.partial]
        return replace(self.code, text="\n".join(lines), closed=closed)


class MarkdownStream:
    """The parts of one message that is being written, or read in slices."""

    def __init__(self) -> None:
        #: What the text says so far. Owned by the stream; read it, do not change it.
        self.parts: list[Part] = []
        self._reader = MarkdownReader()
        self._references: dict[str, Any] = {}
        self._source: list[str] = []
        self._arrived: list[str] = []
        self._closed = 0
        self._fence: _Fence | None = None
        self._open = ""
        self._looked_at = 0
        self._is_heavy = False
        self._settled = 0
        self._settled_parts = 0

    def feed(self, text: str) -> None:
        """Take over more text; `update` reads it."""
        self._source.append(text)
        self._arrived.append(text)

    def update(self) -> int:
        """Read what has arrived. Return the index of the first part that may have changed."""
        first = self._closed
        text = "".join(self._arrived)
        # The second half of a line end may still be on its way.
        kept = "\r" if text.endswith("\r") else ""
        self._arrived = [kept] if kept else []
        self._take(clean(text.removesuffix("\r") if kept else text))
        self._show_open_block()
        return first

    def finish(self) -> int:
        """Read the rest: nothing more will come. Return the first part that may have changed."""
        first = self._closed
        self._take(clean("".join(self._arrived)))
        self._arrived = []
        self._close_parts(())
        if self._fence is not None:
            last = self._fence.partial
            # Markdown knows no last line of spaces only.
            if not last.strip(" \t") or self._fence.ends_with(last):
                self._fence.partial = ""
            self._close_parts((self._fence.part(closed=True),))
            self._fence = None
        else:
            for block in self._reader.read(self._open, self._references):
                self._close_parts(block.parts)
        self._start_open_block("")
        if not self._references:
            return first
        self._references = {}
        self._closed = 0
        for block in self._reader.read(clean("".join(self._source)), self._references):
            self._close_parts(block.parts)
        return 0

    def _take(self, text: str) -> None:
        while text:
            if self._fence is not None:
                text = self._take_into_fence(self._fence, text)
            else:
                self._open += text
                text = ""
                if self._close_blocks():
                    text, self._open = self._open, ""

    def _take_into_fence(self, fence: _Fence, text: str) -> str:
        """Add lines to the open fence; return what follows its end."""
        *lines, partial = (fence.partial + text).split("\n")
        for number, line in enumerate(lines):
            if fence.ends_with(line):
                fence.partial = ""
                self._close_parts((fence.part(closed=True),))
                self._fence = None
                return "\n".join([*lines[number + 1 :], partial])
            fence.lines.append(line)
        fence.partial = partial
        return ""

    def _close_blocks(self) -> bool:
        """Close what complete lines have ended. Return whether a fence is open now."""
        end = self._open.rfind("\n") + 1
        if end <= self._looked_at or (self._is_heavy and end < self._looked_at * _GROWTH):
            return False
        self._looked_at = end
        complete = self._open[:end]
        references = dict(self._references)
        blocks = self._reader.read(complete, references)
        if not blocks:
            if not complete.strip(" \t\n"):
                # Lines without anything on them before a block say nothing.
                self._start_open_block(self._open[end:])
            return False
        fence = blocks[-1].open_fence and _open_fence(complete, blocks[-1])
        if len(blocks) == 1 and not fence:
            return False
        for block in blocks[:-1]:
            self._close_parts(block.parts)
        offset = _offset_of_line(complete, blocks[-1].first_line)
        if len(references) > len(self._references):
            self._reader.define(complete[:offset], self._references)
        self._start_open_block(self._open[offset:])
        self._looked_at = end - offset
        if fence:
            self._fence = fence
            # Its opening line is known; the rest is taken again, line by line.
            self._open = self._open[self._open.index("\n") + 1 :]
        return bool(fence)

    def _close_parts(self, parts: tuple[Part, ...]) -> None:
        del self.parts[self._closed :]
        self.parts.extend(parts)
        self._closed = len(self.parts)

    def _start_open_block(self, text: str) -> None:
        self._open = text
        # How much of the open block was searched for the end of blocks.
        self._looked_at = 0
        self._is_heavy = False
        # How much of a heavy open block is shown by parts that stay, and how many these are.
        self._settled = 0
        self._settled_parts = 0

    def _show_open_block(self) -> None:
        if self._fence is not None:
            del self.parts[self._closed :]
            self.parts.append(self._fence.part(closed=False))
            return
        if not self._is_heavy and len(self._open) > LARGEST_OPEN_BLOCK:
            self._settle()
        if self._is_heavy:
            self._show_heavy_block()
            return
        start = time.perf_counter()
        del self.parts[self._closed :]
        self.parts.extend(self._read_open(_without_undecided(self._open)))
        if time.perf_counter() - start > SLOWEST_OPEN_BLOCK_S:
            self._is_heavy = True

    def _read_open(self, text: str) -> list[Part]:
        blocks = self._reader.read(text, dict(self._references))
        parts = [part for block in blocks for part in block.parts]
        if parts and blocks[-1].open_fence and isinstance(last := parts[-1], Code):
            parts[-1] = replace(last, closed=False)
        return parts

    def _settle(self) -> None:
        """Read the lines that are small enough a last time; from there on show text as it came."""
        self._is_heavy = True
        self._settled = self._open.rfind("\n", 0, LARGEST_OPEN_BLOCK) + 1
        del self.parts[self._closed :]
        if self._settled:
            self.parts.extend(self._read_open(self._open[: self._settled]))
        self._settled_parts = len(self.parts) - self._closed

    def _show_heavy_block(self) -> None:
        del self.parts[self._closed + self._settled_parts :]
        gap = Gap.NONE if self._settled_parts else Gap.NORMAL
        end = self._open.rfind("\n") + 1
        if end > self._settled:
            self.parts.extend(verbatim(self._open[self._settled : end - 1], gap))
            self._settled = end
            self._settled_parts = len(self.parts) - self._closed
            gap = Gap.NONE
        if self._open[self._settled :]:
            self.parts.extend(verbatim(self._open[self._settled :], gap))


def _open_fence(complete: str, block: Block) -> _Fence | None:
    """Return the fence that `block` opens, if its lines can be taken over as they are."""
    code = block.parts[0]
    line = complete.split("\n")[block.first_line]
    if line.startswith((" ", "\t")) or not isinstance(code, Code):
        return None
    return _Fence(block.open_fence, code)


def _offset_of_line(text: str, number: int) -> int:
    offset = 0
    for _ in range(number):
        offset = text.index("\n", offset) + 1
    return offset


def _without_undecided(text: str) -> str:
    end = text.rfind("\n") + 1
    return text[:end] if len(text) - end < 80 and _UNDECIDED.match(text, end) else text
