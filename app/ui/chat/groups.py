"""Which parts of a message share a section, that is, a widget."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from app.ui.chat.parts import (
    Code,
    Formula,
    Gap,
    Kind,
    Paragraph,
    Part,
    Place,
    Run,
    Style,
    Table,
    text_of,
)
from app.ui.chat.plain import LINE_BREAK, verbatim

#: After so many boxes the rest is shown as words: each is some widgets, and they cost time.
MOST_BOXES = 100
#: How much one section of prose holds: what changes at its end is laid out with all of it.
_MOST_PARAGRAPHS = 40
_MOST_CHARACTERS = 8_000


@dataclass(frozen=True, slots=True)
class Group:
    """Parts that one section shows: from where, before which, and what they are there."""

    start: int
    end: int
    parts: Sequence[Part]


def groups(parts: Sequence[Part], start: int, boxes: int) -> Iterator[Group]:
    """Yield the groups from `start` on, of which `boxes` at most are no prose.

    Only what stands before decides, so that an answer that grows is cut as the finished one is.
    """
    while start < len(parts):
        if boxes > 0 and not isinstance(parts[start], Paragraph):
            boxes -= 1
            yield Group(start, start + 1, parts[start : start + 1])
            start += 1
            continue
        end = start
        room = _MOST_CHARACTERS
        while end < len(parts) and end - start < _MOST_PARAGRAPHS and (room > 0 or end == start):
            part = parts[end]
            if boxes > 0 and not isinstance(part, Paragraph):
                break
            room -= _length(part)
            end += 1
        yield Group(start, end, _in_prose(parts[start:end]))
        start = end


def _in_prose(parts: Sequence[Part]) -> Sequence[Part]:
    """Return `parts` as paragraphs."""
    if all(isinstance(part, Paragraph) for part in parts):
        return parts
    return [paragraph for part in parts for paragraph in _paragraphs(part)]


def _length(part: Part) -> int:
    if isinstance(part, Paragraph):
        return part.length
    if isinstance(part, Code):
        return len(part.text)
    if isinstance(part, Formula):
        return len(part.source)
    return sum(len(text_of(cell)) for row in part.rows for cell in row)


def _paragraphs(part: Part) -> list[Paragraph]:
    if isinstance(part, Paragraph):
        return [part]
    if isinstance(part, Formula):
        words = part.source.replace("\n", LINE_BREAK)
        return [Paragraph((Run(words, Style.FORMULA, formula=part.source),), place=part.place)]
    if isinstance(part, Code):
        lines = verbatim(part.text, part.place.gap)
        return [_placed(line, part.place) for line in lines]
    return [
        Paragraph((Run(words),), Kind.VERBATIM, replace(part.place, gap=gap))
        for words, gap in _rows(part)
    ]


def _rows(part: Table) -> Iterator[tuple[str, Gap]]:
    for number, row in enumerate(part.rows):
        gap = Gap.NONE if number else part.place.gap
        yield " | ".join(text_of(cell).replace(LINE_BREAK, " ") for cell in row), gap


def _placed(line: Paragraph, place: Place) -> Paragraph:
    return replace(line, place=replace(place, gap=line.place.gap))
