"""Takes what a model writes apart: what it thinks, what it answers, which functions it calls.

1. `<think>` or `<thinking>` at the beginning of a line opens a thought. Its closing tag ends it,
   and so do the end of the text and the call of a function.
2. A closing tag without an opening one ends a thought that began with the text: the templates of
   some models write the opening tag themselves. Until it arrives the thought looks like an answer.
3. `<tool_call>` at the beginning of a line opens a call.
4. Tags in code are words like others, and so are tags in a thought, but for its end.
5. Text arrives in any pieces: what may become a tag is held back until that is known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum


class PassageKind(Enum):
    """What a stretch of the text is."""

    ANSWER = "answer"
    THINKING = "thinking"
    TOOL_CALL = "tool_call"


@dataclass(slots=True)
class Passage:
    """A stretch of the text, without its tags. It belongs to its reader and grows until closed."""

    kind: PassageKind
    pieces: list[str] = field(default_factory=list)
    is_closed: bool = False

    @property
    def text(self) -> str:
        """What it says so far."""
        return "".join(self.pieces)


_OPENING = {
    "<think>": PassageKind.THINKING,
    "<thinking>": PassageKind.THINKING,
    "<tool_call>": PassageKind.TOOL_CALL,
}
_CLOSING = {
    "</think>": PassageKind.THINKING,
    "</thinking>": PassageKind.THINKING,
    "</tool_call>": PassageKind.TOOL_CALL,
}
_TAG = re.compile("|".join((*_OPENING, *_CLOSING)))
_LONGEST_TAG = max(map(len, (*_OPENING, *_CLOSING)))
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
#: How much of a line is kept to see whether it is a fence.
_HEAD = 200
#: Beyond these, tags are words: nobody opens so many.
MOST_PASSAGES = 100


class PassageReader:
    """The passages of one text that arrives in pieces."""

    def __init__(self) -> None:
        #: What has arrived, in order. Read it, do not change it.
        self.passages: list[Passage] = []
        self._held = ""
        # The beginning of the line that is being read, and the backticks it has.
        self._line = ""
        self._ticks = 0
        #: The marker of the code fence that is open in the answer, if any.
        self._fence = ""
        self._has_thought = False

    def feed(self, text: str) -> None:
        """Read more text."""
        *lines, last = (self._held + text).split("\n")
        for line in lines:
            self._read(line)
            self._end_line()
        end = _decided(last)
        self._held = last[end:]
        self._read(last[:end])

    def finish(self) -> None:
        """Read what was held back: nothing more will come."""
        held, self._held = self._held, ""
        self._read(held)
        if self.passages:
            self.passages[-1].is_closed = True

    @property
    def _kind(self) -> PassageKind:
        if not self.passages or self.passages[-1].is_closed:
            return PassageKind.ANSWER
        return self.passages[-1].kind

    def _read(self, text: str) -> None:
        """Read some of a line, in which no tag is cut."""
        start = 0
        if "<" in text:
            for match in _TAG.finditer(text):
                self._add(text[start : match.start()])
                start = match.end()
                if not self._obey(match.group()):
                    self._add(match.group())
        self._add(text[start:])

    def _add(self, text: str) -> None:
        if not text:
            return
        self._ticks += text.count("`")
        if len(self._line) < _HEAD:
            self._line += text[:_HEAD]
        self._say(text)

    def _say(self, text: str) -> None:
        if not self.passages or self.passages[-1].is_closed:
            self.passages.append(Passage(PassageKind.ANSWER))
        self.passages[-1].pieces.append(text)

    def _end_line(self) -> None:
        if self._kind is PassageKind.ANSWER and (match := _FENCE.match(self._line)):
            marker, rest = match.groups()
            if not self._fence:
                self._fence = "" if "`" in rest and marker[0] == "`" else marker
            elif marker.startswith(self._fence) and not rest.strip():
                self._fence = ""
        self._say("\n")
        self._start_line()

    def _start_line(self) -> None:
        self._line = ""
        self._ticks = 0

    def _obey(self, tag: str) -> bool:
        """Do what a tag says. Return whether it is one here."""
        kind = self._kind
        begins_line = not self._line.strip()
        opened = _OPENING.get(tag)
        if opened is not None:
            can_open = kind is PassageKind.ANSWER or opened is PassageKind.TOOL_CALL
            is_full = len(self.passages) >= MOST_PASSAGES
            if not begins_line or not can_open or self._fence or is_full:
                return False
            self._close()
            self._open(opened)
            return True
        if kind is PassageKind.ANSWER:
            return self._obey_stray_end(_CLOSING[tag], begins_line=begins_line)
        if kind is not _CLOSING[tag] or self._line.endswith("`"):
            return False
        self._close()
        return True

    def _obey_stray_end(self, kind: PassageKind, *, begins_line: bool) -> bool:
        if kind is not PassageKind.THINKING or self._fence or self._ticks % 2:
            return False
        if self._has_thought or len(self.passages) > 1:
            # One too many is nothing that anyone needs to read.
            return begins_line
        if not self.passages:
            self.passages.append(Passage(kind))
        self.passages[0].kind = kind
        self._has_thought = True
        self._close()
        return True

    def _open(self, kind: PassageKind) -> None:
        self.passages.append(Passage(kind))
        self._has_thought = self._has_thought or kind is PassageKind.THINKING
        self._start_line()

    def _close(self) -> None:
        if self.passages:
            self.passages[-1].is_closed = True
        self._fence = ""
        self._start_line()


def passages_of(text: str) -> tuple[Passage, ...]:
    """Return the passages of a whole text."""
    reader = PassageReader()
    reader.feed(text)
    reader.finish()
    return tuple(reader.passages)


def without_thinking(text: str) -> str:
    """Return `text` without what the model thought; calls of functions stay, with their tags.

    A text without any thought comes back as it is.
    """
    if "think" not in text:
        return text
    passages = passages_of(text)
    if all(passage.kind is not PassageKind.THINKING for passage in passages):
        return text
    return "".join(map(_source, passages)).strip("\n")


def _source(passage: Passage) -> str:
    if passage.kind is PassageKind.THINKING:
        return ""
    if passage.kind is PassageKind.TOOL_CALL:
        return f"<tool_call>{passage.text}</tool_call>"
    return passage.text


def _decided(line: str) -> int:
    """Return how much of the beginning of a line cannot be part of a tag that is still coming."""
    start = line.rfind("<", max(0, len(line) - _LONGEST_TAG))
    if start < 0:
        return len(line)
    rest = line[start:]
    could_be = any(tag.startswith(rest) and tag != rest for tag in (*_OPENING, *_CLOSING))
    return start if could_be else len(line)
