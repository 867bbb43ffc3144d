"""Reads a table's tokens as parts of a bounded number of rows, so that a long one stays cheap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from app.ui.chat.inline import InlineReader, is_too_hard
from app.ui.chat.parts import Alignment, Gap, Part, Place, Run, Table
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
#: A column is never so narrow that a word of this many letters is cut.
_LONGEST_WORD = 18
#: What the air beside the text of a column counts for.
_PADDING = 2
#: What a formula counts for, whose source says little of its width.
_FORMULA_LETTERS = 8

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
    shares, words = _widths(rows[:CHUNK_ROWS], len(alignments))
    parts: list[Part] = []
    for start in range(0, len(rows), CHUNK_ROWS):
        chunk = tuple(rows[start : start + CHUNK_ROWS])
        where = place if start == 0 else Place(place.indent, place.quotes, Gap.NONE)
        parts.append(Table(chunk, tuple(alignments), shares, words, start == 0, where))
    return parts


def _widths(rows: Sequence[_Row], columns: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return how the width is divided, in percent, and the letters of the longest words.

    A column gets its part after its longest text, and room for its longest word.
    """
    texts = [_NARROWEST] * columns
    words = [1] * columns
    for row in rows:
        for column, cell in enumerate(row[:columns]):
            length, longest = _letters(cell)
            texts[column] = min(max(texts[column], length), _WIDEST)
            words[column] = min(max(words[column], longest), _LONGEST_WORD)
    # Half way between them: where room is short, long texts give way before words do.
    widths = [
        max(text + word, 2 * word) / 2 + _PADDING for text, word in zip(texts, words, strict=True)
    ]
    whole = sum(widths)
    return tuple(max(1, round(100 * width / whole)) for width in widths), tuple(words)


def _letters(cell: tuple[Run, ...]) -> tuple[int, int]:
    """Return how many letters a cell has, and how many its longest word."""
    whole = longest = 0
    for run in cell:
        if run.formula:
            length = word = min(len(run.formula), _FORMULA_LETTERS)
        else:
            length = len(run.text)
            word = max(map(len, run.text.split()), default=0)
        whole += length
        longest = max(longest, word)
    return whole, longest
