"""Text as it came, made fit for a text document, and as paragraphs that show it verbatim."""

from __future__ import annotations

import re

from app.ui.chat.parts import Gap, Kind, Paragraph, Place, Run

#: A longer line is cut into several paragraphs: laying out one costs more than its length.
LONGEST_LINE = 2_000
LINE_BREAK = "\u2028"

_LINE_ENDS = re.compile(r"\r\n?")
# NUL, control characters, halves of surrogate pairs, and the characters that a QTextDocument
# keeps for the borders of its own frames and objects.
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufdd0-\ufdef\ufffc\ufffe\uffff]")


def clean(text: str) -> str:
    """Return `text` with plain line ends and without characters a document cannot hold."""
    if "\r" in text:
        text = _LINE_ENDS.sub("\n", text)
    return _UNFIT.sub("\ufffd", text.replace("\u2029", "\n"))


def verbatim(text: str, gap: Gap = Gap.NORMAL) -> list[Paragraph]:
    """Return the lines of clean `text` as paragraphs, `gap` above the first."""
    paragraphs: list[Paragraph] = []
    for line in text.split("\n"):
        for start in range(0, len(line) or 1, LONGEST_LINE):
            run = Run(line[start : start + LONGEST_LINE])
            place = Place(gap=Gap.NONE if paragraphs else gap)
            paragraphs.append(Paragraph((run,), Kind.VERBATIM, place))
    return paragraphs
