"""The part of a text that shows why it was found.

Finds words where the index does, but for a few characters that the two split differently; a hit
is then shown without a mark, never left out.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

from app.store.plain import begins_in_code, plain
from app.store.words import SINGLE, Term, composed, folded, is_single

SNIPPET_LENGTH = 160
#: So much of a text is made one line: the marks that are taken away are not in it.
LOOKED_AT_LENGTH = 3 * SNIPPET_LENGTH
#: How much stands before the first match.
LEAD_LENGTH = 40
#: Matches deeper in a text than this are not looked for: the snippet is its beginning then.
SEARCHED_LENGTH = 200_000
#: So many matches of a term are weighed against each other.
WEIGHED_MATCHES = 20

_LETTER = rf"[^\W_{SINGLE}]"


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
        """Return the part of `text` that holds most of the terms, on one line, in plain words."""
        text = composed(text[:SEARCHED_LENGTH])
        start = max(0, self._best_start(folded(text)) - LEAD_LENGTH)
        if start:
            # Begin with a whole word where one begins soon.
            space = text.find(" ", start, start + LEAD_LENGTH // 2)
            start = start if space < 0 else space + 1
        found = self._marked_line(
            text,
            start,
            plain(text[start : start + LOOKED_AT_LENGTH], in_code=begins_in_code(text, start)),
        )
        if not found.highlights:
            # It may be in the address of a link, which is no word to read but was looked for.
            found = self._marked_line(text, start, text[start : start + LOOKED_AT_LENGTH])
        return found

    def _marked_line(self, text: str, start: int, words: str) -> Snippet:
        """Return the beginning of `words`, which stand in `text` at `start`, on one line."""
        line = " ".join(words.split())
        goes_on = len(line) > SNIPPET_LENGTH or start + LOOKED_AT_LENGTH < len(text)
        line = line[:SNIPPET_LENGTH].rstrip()
        return self.marked(("… " if start else "") + line + (" …" if goes_on else ""))

    def marked(self, text: str) -> Snippet:
        """Return the whole of `text` with every match in it."""
        text = composed(text)
        plain = folded(text)
        spans = sorted(
            match.span() for pattern in self._patterns for match in pattern.finditer(plain)
        )
        merged: list[tuple[int, int]] = []
        for start, end in spans:
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        return Snippet(text, tuple(merged))

    def _best_start(self, plain: str) -> int:
        """Return where the first window with the largest number of different terms begins."""
        found = sorted(
            (match.start(), index)
            for index, pattern in enumerate(self._patterns)
            for match, _ in zip(pattern.finditer(plain), range(WEIGHED_MATCHES), strict=False)
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
    words = term.words
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
