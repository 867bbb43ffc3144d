"""Says which answer of the corpus a text is, so that answers can be counted as right or wrong."""

from __future__ import annotations

from difflib import SequenceMatcher
from enum import Enum

from resources.starter.corpus import DONT_KNOW, Corpus

#: Below this likeness a text is no answer of the corpus at all.
LIKENESS = 0.85

#: Answers that claim nothing: "I only know this app", "I need a whole question".
HONEST = frozenset({DONT_KNOW, "unclear"})

GARBLED = "garbled"


class Verdict(Enum):
    """What an answer was worth."""

    RIGHT = "right"
    HONEST = "does not know"
    WRONG = "wrong"


class Judge:
    """Knows every wording of every answer."""

    def __init__(self, corpus: Corpus) -> None:
        self._exact = {
            wording: name for name, answers in corpus.answers().items() for wording in answers
        }
        self._words = [(wording.split(), name) for wording, name in self._exact.items()]

    def intent(self, text: str) -> str:
        """Return the name of the answer that `text` is, or `GARBLED`."""
        text = text.strip()
        if text in self._exact:
            return self._exact[text]
        likeness, name = max(
            (SequenceMatcher(None, words, text.split(), autojunk=False).ratio(), name)
            for words, name in self._words
        )
        return name if likeness >= LIKENESS else GARBLED

    def verdict(self, text: str, wanted: frozenset[str]) -> Verdict:
        """Judge an answer to a question whose right answers are `wanted`."""
        name = self.intent(text)
        if name in wanted:
            return Verdict.RIGHT
        return Verdict.HONEST if name in HONEST else Verdict.WRONG
