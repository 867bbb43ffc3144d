"""What a message says as plain text to paste elsewhere: readable, without any markup."""

from __future__ import annotations

from collections.abc import Sequence

from app.ui.chat.parts import Code, Formula, Gap, Kind, Paragraph, Part, Run
from app.ui.chat.plain import LINE_BREAK
from app.ui.chat.reader import LIST_STEPS, QUOTE_STEPS

_RULE = "———"
#: So many steps of indent are written as one space: an item of a list hangs in by two.
_STEPS_PER_SPACE = LIST_STEPS // 2


def plain_text(parts: Sequence[Part]) -> str:
    """Return `parts` as text: lists indented, quotes marked, the cells of tables behind tabs."""
    pieces: list[str] = []
    for number, part in enumerate(parts):
        if number:
            close = part.place.gap in (Gap.NONE, Gap.TIGHT)
            pieces.append("\n" if close else "\n\n")
        pieces.append(_lines(part))
    return "".join(pieces).strip("\n")


def _lines(part: Part) -> str:
    quotes = "> " * len(part.place.quotes)
    if isinstance(part, Paragraph):
        return _indented(_words(part), quotes, _margin(part), part.marker)
    if isinstance(part, Code):
        return _indented(part.text, quotes, "", "")
    if isinstance(part, Formula):
        return _indented(part.source, quotes, "", "")
    rows = ("\t".join(_text(cell) for cell in row) for row in part.rows)
    return _indented("\n".join(rows), quotes, "", "")


def _words(part: Paragraph) -> str:
    if part.kind is Kind.RULE:
        return _RULE
    return _text(part.runs)


def _text(runs: tuple[Run, ...]) -> str:
    """Return what the runs say, formulas as their source."""
    return "".join(run.formula or run.text for run in runs).replace(LINE_BREAK, "\n")


def _margin(part: Paragraph) -> str:
    if part.kind is Kind.VERBATIM:
        return ""
    begin = part.place.quotes[-1] + QUOTE_STEPS if part.place.quotes else 0
    return " " * max(0, (part.place.indent - begin) // _STEPS_PER_SPACE)


def _indented(text: str, quotes: str, margin: str, marker: str) -> str:
    """Return `text` with `margin` before each line; the marker stands in that of the first."""
    head = margin
    if marker:
        # The marker hangs where the items of the list around it begin.
        head = margin[LIST_STEPS // _STEPS_PER_SPACE :] + marker + " "
        margin = " " * len(head)
    first, *rest = text.split("\n")
    lines = [quotes + head + first, *(quotes + margin + line for line in rest)]
    return "\n".join(line.rstrip() if not line.strip() else line for line in lines)
