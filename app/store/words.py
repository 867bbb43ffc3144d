"""Words of texts and queries, as the search index takes them.

The index splits at spaces and punctuation. Chinese, Japanese, Korean, Thai and their neighbours
write without spaces, so each of their letters is made a word of its own, in the index and in the
query alike; a query of several such letters becomes a phrase. Symbols are treated the same way,
so that an emoji can be found. Case, diacritics and width make no difference: the tokenizer of
SQLite knows the diacritics of Latin letters only, so they are taken off here.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass

#: A longer query is cut: nobody types one, and a pasted page would only be slow.
QUERY_LENGTH = 200
QUERY_WORDS = 16

#: Characters that are words by themselves, as the inside of a character class.
SINGLE = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f"  # Burmese
    "\u1780-\u17ff"  # Khmer
    "\u2190-\u2bff"  # arrows, technical and other symbols
    "\u2e80-\u2fdf"  # radicals
    "\u3005-\u3007\u3041-\u33ff"  # kana, bopomofo, Hangul letters, squared words
    "\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf"  # Han, Yi
    "\uac00-\ud7a3"  # Hangul syllables
    "\uf900-\ufaff\uff66-\uff9f"  # compatibility Han, halfwidth kana
    "\U0001f000-\U0001faff"  # emoji
    "\U00020000-\U0003ffff"  # rarer Han
)

#: Latin, Greek and Cyrillic letters that have a mark of their own.
_MARKED_LETTERS = ((0x00C0, 0x0250), (0x0370, 0x0530), (0x1E00, 0x2000))

_QUERY_PART = re.compile(r'"([^"]*)"|(\S+)')
#: The categories that the tokenizer of the index keeps; see `migrations`.
_KEPT = ("L", "N", "Co", "Mn", "Mc", "So")


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that a message must contain: folded words that follow each other."""

    words: tuple[str, ...]
    is_prefix: bool
    """The last word may go on: it is still being typed."""


def indexable(text: str) -> str:
    """Return `text` as it is given to the index: folded, and split where no space does it.

    What is returned for a text must not change: the index forgets a text by its words. A change
    here is a migration that makes the indexes anew.
    """
    return text if text.isascii() else _single().sub(r" \1 ", folded(composed(text)))


def composed(text: str) -> str:
    """Return `text` with each letter and its marks as one character, where there is one."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def folded(text: str) -> str:
    """Return `text` without case, diacritics and width; every character stays in its place."""
    return (text if text.isascii() else text.translate(_folds())).lower()


def is_single(character: str) -> bool:
    """Return whether the character is a word by itself."""
    return _single().match(character) is not None


def terms_of(query: str) -> tuple[Term, ...]:
    """Return what a message must contain to answer `query`; nothing when it has no words.

    Words in double quotes stand together. The last word is a beginning, unless a space follows.
    """
    query = query[:QUERY_LENGTH]
    terms: list[Term] = []
    for part in _QUERY_PART.finditer(query):
        words = _words(part[1] if part[1] is not None else part[2])
        if words:
            typing = part.end() == len(query) and part[1] is None
            typing = typing and _is_kept(query[-1]) and not is_single(query[-1])
            terms.append(Term(words, typing))
    return tuple(terms[:QUERY_WORDS])


def expression(terms: tuple[Term, ...]) -> str:
    """Return the terms as an expression of FTS5 that asks for all of them."""
    return " ".join(f'"{" ".join(term.words)}"{"*" if term.is_prefix else ""}' for term in terms)


def _words(text: str) -> tuple[str, ...]:
    spaced = "".join(letter if _is_kept(letter) else " " for letter in indexable(text))
    return tuple(spaced.lower().split())


def _is_kept(character: str) -> bool:
    return unicodedata.category(character).startswith(_KEPT)


@functools.cache
def _single() -> re.Pattern[str]:
    # Compiling it takes 3 ms, and so it waits for the first word that needs it.
    return re.compile(f"([{SINGLE}])")


@functools.cache
def _folds() -> dict[int, str]:
    # Made when it is needed first: the window does not wait for it.
    # The dotted capital would become two letters, the final sigma depends on its place.
    folds = {0x130: "i", 0x3A3: "σ", 0x3C2: "σ"}
    for first, end in _MARKED_LETTERS:
        for code in range(first, end):
            parts = unicodedata.normalize("NFD", chr(code))
            if len(parts) > 1 and all(unicodedata.combining(mark) for mark in parts[1:]):
                folds.setdefault(code, folds.get(ord(parts[0]), parts[0].lower()))
    for code in range(0xFF01, 0xFF5F):
        folds[code] = chr(code - 0xFEE0).lower()
    return folds
