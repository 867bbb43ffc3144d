"""What a message's Markdown says, as values without Qt: paragraphs, code, tables, formulas.

The parts of a message form a flat sequence; nesting is told by each part's `Place`. Two equal
parts look alike, so a view need only touch what differs.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, Flag, auto


class Style(Flag):
    """How a run of text differs from its surroundings."""

    PLAIN = 0
    BOLD = auto()
    ITALIC = auto()
    STRIKE = auto()
    CODE = auto()
    FORMULA = auto()
    """The source of a formula, as long as there is no picture of it."""


class Kind(Enum):
    """What a paragraph is."""

    TEXT = auto()
    HEADING_1 = auto()
    HEADING_2 = auto()
    HEADING_3 = auto()
    HEADING_4 = auto()
    RULE = auto()
    """A line across the column; it has no text."""
    VERBATIM = auto()
    """Text as it came, shown when Markdown is not read; it follows its predecessor closely."""


class Gap(Enum):
    """The distance to the part above."""

    NONE = auto()
    TIGHT = auto()
    """Between the items of a list."""
    NORMAL = auto()
    WIDE = auto()
    """Above headings."""


class Alignment(Enum):
    """Where the text of a table's column stands; LEADING follows the writing direction."""

    LEADING = auto()
    LEFT = auto()
    CENTER = auto()
    RIGHT = auto()


@dataclass(frozen=True, slots=True)
class Run:
    """Text in one style. `link` is an address that may be offered to the user, or empty."""

    text: str
    style: Style = Style.PLAIN
    link: str = ""
    formula: str = ""
    """The source of a formula with its delimiters: the run is that, or a picture of it."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a part stands: its indent in steps, and the steps at which quotes began."""

    indent: int = 0
    quotes: tuple[int, ...] = ()
    gap: Gap = Gap.NORMAL


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines of text; a line break inside is U+2028. `marker` hangs to the left of the first."""

    runs: tuple[Run, ...]
    kind: Kind = Kind.TEXT
    place: Place = Place()
    marker: str = ""

    @property
    def length(self) -> int:
        """Return the number of characters, roughly; tells how large a document grows."""
        return sum(len(run.text) for run in self.runs)


@dataclass(frozen=True, slots=True)
class Code:
    """A code block. `closed` is False while its end has not arrived."""

    text: str
    language: str = ""
    closed: bool = True
    place: Place = Place()


@dataclass(frozen=True, slots=True)
class Table:
    """Some rows of a table. Long tables come in several parts of equal `shares`."""

    rows: tuple[tuple[tuple[Run, ...], ...], ...]
    alignments: tuple[Alignment, ...]
    shares: tuple[int, ...]
    """The part of the width that each column takes, in percent."""
    words: tuple[int, ...] = ()
    """The letters of each column's longest word; where these have no room, the table scrolls."""
    has_header: bool = True
    place: Place = Place()


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula on its own, as its source with the delimiters."""

    source: str
    place: Place = Place()


Part = Paragraph | Code | Table | Formula


def text_of(runs: tuple[Run, ...]) -> str:
    """Return what the runs say."""
    return "".join(run.text for run in runs)
