"""The pirate's voice: the starter's own answers, said in other words by rule.

Names of the interface, keys, code and slots are never touched, so that an answer stays as true as
it was. The words are in `pirate.toml`.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path

from resources.starter.corpus import Corpus

_FILE = Path(__file__).with_name("pirate.toml")
_UNTOUCHED = re.compile(r"(```.*?```|`[^`]*`|\*\*.*?\*\*|\{\w+\})", re.DOTALL)
_WORD = re.compile(r"[A-Za-z]+")
_SENTENCE_END = re.compile(r"(?=[.:]\s)")


@dataclass(frozen=True, slots=True)
class Voice:
    """What to say instead of what."""

    asides: dict[str, str]
    closing: str
    phrases: dict[str, str]
    words: dict[str, str]

    def said(self, text: str) -> str:
        """Return the answer `text` as a pirate says it."""
        aside = next(words for start, words in self.asides.items() if text.startswith(start))
        pieces = _UNTOUCHED.split(text)
        pieces[::2] = [self._reworded(piece) for piece in pieces[::2]]
        for place in range(0, len(pieces), 2):
            pieces[place], found = _SENTENCE_END.subn(aside, pieces[place], count=1)
            if found:
                break
        said = "".join(pieces)
        return said.removesuffix(".") + self.closing if said.endswith(".") else said

    def _reworded(self, text: str) -> str:
        for plain, instead in self.phrases.items():
            text = text.replace(plain, instead)
        return _WORD.sub(self._word, text)

    def _word(self, found: re.Match[str]) -> str:
        word = found.group()
        instead = self.words.get(word.lower(), word)
        return instead if word[0].islower() else instead[0].upper() + instead[1:]


def pirate_voice() -> Voice:
    """Read the voice from its file."""
    table = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return Voice(
        asides=table["asides"],
        closing=table["closing"]["words"],
        phrases=table["phrases"],
        words=table["words"],
    )


def in_voice(corpus: Corpus, voice: Voice) -> Corpus:
    """Return `corpus` with every answer said in `voice`; the questions stay."""
    follow_ups = corpus.follow_ups
    return replace(
        corpus,
        intents=tuple(
            replace(intent, answers=tuple(map(voice.said, intent.answers)))
            for intent in corpus.intents
        ),
        off_topic=replace(
            corpus.off_topic, answers=tuple(map(voice.said, corpus.off_topic.answers))
        ),
        follow_ups=replace(
            follow_ups,
            answers={kind: voice.said(answer) for kind, answer in follow_ups.answers.items()},
        ),
    )
