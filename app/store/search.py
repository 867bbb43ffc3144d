"""Full-text search: how texts are indexed, what a query means, and what of a text is shown.

FTS5's unicode61 tokenizer takes a run of Chinese or Japanese characters for one word. They are
indexed with spaces between them, and a run of them in a query becomes a phrase.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_CJK = "\u1100-\u11ff\u2e80-\u30ff\u3130-\u318f\u31f0-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_CJK_CHARACTER = re.compile(f"([{_CJK}])")
_TERM = re.compile(f"[{_CJK}]+|[^\\W{_CJK}]+")
_IS_CJK = re.compile(f"[{_CJK}]")

SNIPPET_BEFORE = 40
SNIPPET_LENGTH = 160


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A conversation or a message that matches."""

    conversation_id: str
    conversation_title: str
    message_id: str
    """Empty when the title matches."""
    snippet: str
    """A piece of the text, on one line."""
    highlights: tuple[tuple[int, int], ...]
    """Where in `snippet` the words of the query stand: start and end."""


def indexable(text: str) -> str:
    """Return `text` as it is given to the index."""
    return _CJK_CHARACTER.sub(r" \1 ", text)


def match_expression(query: str) -> str:
    """Return the FTS5 expression for what a user typed; empty when there is no word in it.

    All words must occur; the last one may be the beginning of a word, as it is still typed.
    Every word is quoted, so nothing in it is syntax.
    """
    terms = _TERM.findall(query)
    quoted = [f'"{indexable(term).strip()}"' for term in terms]
    if terms and not _IS_CJK.match(terms[-1]) and not query[-1:].isspace():
        quoted[-1] += "*"
    return " ".join(quoted)


def excerpt(text: str, query: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Return a piece of `text` around the first word of `query`, and where its words stand."""
    pattern = _highlight_pattern(query)
    found = pattern.search(text) if pattern else None
    start = max(0, found.start() - SNIPPET_BEFORE) if found else 0
    if start:
        # Begin at a word, unless the text has no spaces.
        space = text.find(" ", start, found.start() if found else start)
        start = space + 1 if space >= 0 else start
    piece = text[start : start + SNIPPET_LENGTH]
    snippet = " ".join(piece.split())
    if start:
        snippet = "…" + snippet
    if start + SNIPPET_LENGTH < len(text):
        snippet += "…"
    marks = tuple(match.span() for match in pattern.finditer(snippet)) if pattern else ()
    return snippet, marks


def _highlight_pattern(query: str) -> re.Pattern[str] | None:
    terms = _TERM.findall(query)
    if not terms:
        return None
    words = [
        re.escape(term) if _IS_CJK.match(term) else rf"\b{re.escape(term)}\w*" for term in terms
    ]
    return re.compile("|".join(words), re.IGNORECASE)
