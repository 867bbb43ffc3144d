"""Reads a table's tokens as parts of a bounded number of rows, so that a long one stays cheap."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from app.ui.chat.inline import InlineReader, is_too_hard
from app.ui.chat.parts import Alignment, Gap, Part, Place, Run, Table, text_of
from app.ui.chat.plain import verbatim

if TYPE_CHECKING:
    from markdown_it.token import Token

#: Rows in one part; a table is laid out anew as a whole with each change.
CHUNK_ROWS = 32
#: With more columns no word has room; such a table is shown as it came.
MOST_COLUMNS = 24

_ALIGNMENTS = {
    "text-align:left": Alignment.LEFT,
    "text-align:center": Alignment.CENTER,
    "text-align:right": Alignment.RIGHT,
}
_NARROWEST, _WIDEST = 4, 36

_Row = tuple[tuple[Run, ...], ...]


def end_of_table(tokens: list[Token], at: int) -> int:
    """Return the place after the end of the table that opens at `at`."""
    level = tokens[at].level
    while tokens[at].type != "table_close" or tokens[at].level != level:
        at += 1
    return at + 1


def read_table(
    tokens: list[Token], source: str, place: Place, inline: InlineReader, env: dict[str, Any]
) -> list[Part]:
    """Return the parts of a table; `source` is what it was read from."""
    rows: list[_Row] = []
    cells: list[tuple[Run, ...]] = []
    alignments: list[Alignment] = []
    for token in tokens:
        if token.type == "tr_open":
            cells = []
        elif token.type == "tr_close":
            rows.append(tuple(cells))
        elif token.type == "th_open":
            style = str(token.attrGet("style") or "")
            alignments.append(_ALIGNMENTS.get(style, Alignment.LEADING))
            if len(alignments) > MOST_COLUMNS:
                return list(verbatim(source.rstrip("\n")))
        elif token.type == "inline":
            hard = is_too_hard(token.content)
            cells.append((Run(token.content),) if hard else inline.read(token.content, env))
    shares = _shares(rows[:CHUNK_ROWS], len(alignments))
    parts: list[Part] = []
    for start in range(0, len(rows), CHUNK_ROWS):
        chunk = tuple(rows[start : start + CHUNK_ROWS])
        where = place if start == 0 else Place(place.indent, place.quotes, Gap.NONE)
        parts.append(Table(chunk, tuple(alignments), shares, start == 0, where))
    return parts


def _shares(rows: Iterable[_Row], columns: int) -> tuple[int, ...]:
    """Return how the width is divided, in percent: after the longest text of each column."""
    widths = [_NARROWEST] * columns
    for row in rows:
        for column, cell in enumerate(row[:columns]):
            longest = max(widths[column], len(text_of(cell)))
            widths[column] = min(longest, _WIDEST)
    whole = sum(widths)
    return tuple(max(1, round(100 * width / whole)) for width in widths)
