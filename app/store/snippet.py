"""The part of a text that shows why it was found.

Mirrors what the index does with case and diacritics. Where the mirror is not exact, a hit is
shown without a mark, never left out.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from dataclasses import dataclass

from app.store.words import SINGLE, Term, is_single

SNIPPET_LENGTH = 160
#: How much stands before the first match.
LEAD_LENGTH = 40
#: Matches deeper in a text than this are not looked for: the snippet is its beginning then.
SEARCHED_LENGTH = 200_000
#: So many matches of a term are weighed against each other.
WEIGHED_MATCHES = 20

_LETTER = rf"[^\W_{SINGLE}]"
_FOLDED_BLOCKS = ((0x00C0, 0x0250), (0x0370, 0x0530), (0x1E00, 0x2000))


@dataclass(frozen=True, slots=True)
class Snippet:
    """One line of a text, with what was found in it."""

    text: str
    highlights: tuple[tuple[int, int], ...]
    """Start and end of each match, counted in code points."""


class Highlighter:
    """Finds the terms of one query in texts."""

    def __init__(self, terms: tuple[Term, ...]) -> None:
        self._patterns = [_pattern(term) for term in terms]

    def snippet(self, text: str) -> Snippet:
        """Return the part of `text` that holds most of the terms, on one line."""
        text = _composed(text[:SEARCHED_LENGTH])
        start = max(0, self._best_start(_folded(text)) - LEAD_LENGTH)
        if start:
            # Begin with a whole word where one begins soon.
            space = text.find(" ", start, start + LEAD_LENGTH // 2)
            start = start if space < 0 else space + 1
        end = min(len(text), start + SNIPPET_LENGTH)
        line = " ".join(text[start:end].split())
        line = ("… " if start else "") + line + (" …" if end < len(text) else "")
        return self.marked(line)

    def marked(self, text: str) -> Snippet:
        """Return the whole of `text` with every match in it."""
        text = _composed(text)
        folded = _folded(text)
        spans = sorted(
            match.span() for pattern in self._patterns for match in pattern.finditer(folded)
        )
        merged: list[tuple[int, int]] = []
        for start, end in spans:
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        return Snippet(text, tuple(merged))

    def _best_start(self, folded: str) -> int:
        """Return where the first window with the largest number of different terms begins."""
        found = sorted(
            (match.start(), index)
            for index, pattern in enumerate(self._patterns)
            for match, _ in zip(pattern.finditer(folded), range(WEIGHED_MATCHES), strict=False)
        )
        room = SNIPPET_LENGTH - LEAD_LENGTH
        best, most = 0, 0
        for start, _ in found:
            terms = len({index for place, index in found if start <= place < start + room})
            if terms > most:
                best, most = start, terms
        return best


def _pattern(term: Term) -> re.Pattern[str]:
    """Return a pattern for folded text that begins with plain letters, which `re` finds fast."""
    words = [_folded(_composed(word)) for word in term.words]
    first, last = words[0], words[-1]
    pieces = [re.escape(first)]
    if not is_single(first):
        pieces.append(f"(?<!{_LETTER}{re.escape(first)})")
    for before, word in itertools.pairwise(words):
        apart = "*" if is_single(before) or is_single(word) else "+"
        pieces.append(rf"[\W_]{apart}{re.escape(word)}")
    if not term.is_prefix and not is_single(last):
        pieces.append(f"(?!{_LETTER})")
    return re.compile("".join(pieces))


def _composed(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _folded(text: str) -> str:
    """Return `text` without case and diacritics; every character stays in its place."""
    return (text if text.isascii() else text.translate(_FOLDS)).lower()


def _folds() -> dict[int, str]:
    # The dotted capital would become two letters, the final sigma depends on its place.
    folds = {0x130: "i", 0x3A3: "σ", 0x3C2: "σ"}
    for first, end in _FOLDED_BLOCKS:
        for code in range(first, end):
            parts = unicodedata.normalize("NFD", chr(code))
            if len(parts) > 1 and all(unicodedata.combining(mark) for mark in parts[1:]):
                folds.setdefault(code, folds.get(ord(parts[0]), parts[0].lower()))
    return folds


_FOLDS = _folds()
