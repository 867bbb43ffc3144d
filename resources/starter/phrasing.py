"""Writes questions: fills phrases into wrappers, swaps synonyms, drops words, makes typing errors.

Known and unknown subjects go through the same steps, so that nothing but the subject tells them
apart. Everything is lower case: the chat template lowers what the user writes.
"""

from __future__ import annotations

import random
import re
import string
from collections.abc import Sequence

from resources.starter.corpus import ALTERNATIVES, Corpus, Intent, Kind

#: How much oftener a phrase with choices is drawn than a plain one.
PATTERN_WEIGHT = 6.0

_KIND_WEIGHTS = {Kind.DO: 4.0, Kind.ABOUT: 2.0, Kind.ASK: 4.0}

_SMALL_WORDS = frozenset(
    (
        *("a", "an", "the", "my", "this", "that", "do", "does", "i", "to", "is", "are", "am"),
        *("of", "it", "in", "on", "for", "with", "can", "you", "me", "how", "please"),
    )
)


class Phraser:
    """Draws questions from a corpus with one random generator."""

    def __init__(self, corpus: Corpus, rng: random.Random) -> None:
        self._corpus = corpus
        self._rng = rng
        self._synonyms: dict[tuple[str, ...], Sequence[str]] = {}
        for group in corpus.synonyms:
            for phrase in group:
                self._synonyms.setdefault(tuple(phrase.split()), group)

    def question(self, intent: Intent) -> str:
        """Return one way to ask for `intent`."""
        kinds = [kind for kind in Kind if getattr(intent, kind.value)]
        kind = self._rng.choices(kinds, [_KIND_WEIGHTS[kind] for kind in kinds])[0]
        phrase = self._drawn(getattr(intent, kind.value))
        return self._disguised(self._wrapped(kind, phrase))

    def off_topic_question(self) -> str:
        """Return a question that the starter cannot answer."""
        source = self._corpus.off_topic
        draw = self._rng.random()
        if draw < 0.04:
            return self._long_text()
        if draw < 0.07:
            return self._word_salad()
        if draw < 0.27:
            return self._disguised(self._wrapped(Kind.DO, self._drawn(source.do)))
        if draw < 0.43:
            return self._disguised(self._wrapped(Kind.ABOUT, self._drawn(source.about)))
        if draw < 0.65:
            return self._disguised(self._drawn(source.ask))
        if draw < 0.92:
            return self._disguised(self._drawn(source.sentences))
        return self._disguised(self._drawn(source.near))

    def typed(self, phrase: str) -> str:
        """Return `phrase` with a wrapper word or a typing error now and then."""
        return self._disguised(phrase)

    def _wrapped(self, kind: Kind, phrase: str) -> str:
        if kind is Kind.DO:
            return self._rng.choice(self._corpus.wrappers.do).format(phrase)
        if kind is Kind.ABOUT:
            return self._rng.choice(self._corpus.wrappers.about).format(phrase)
        return phrase

    def _filled(self, phrase: str) -> str:
        """Put a word into each slot and take one of each `{one|other}`."""
        source = self._corpus.off_topic
        for slot, words in (
            ("{noun}", source.nouns),
            ("{verb}", source.verbs),
            ("{adjective}", source.adjectives),
            ("{place}", source.places),
            ("{person}", source.people),
            ("{known}", source.known),
        ):
            while slot in phrase:
                # One word in twelve is made up: an unknown word is no subject of the app.
                word = self._made_up() if self._rng.random() < 0.08 else self._rng.choice(words)
                phrase = phrase.replace(slot, word, 1)
        while "{number}" in phrase:
            phrase = phrase.replace("{number}", str(self._rng.randint(0, 2000)), 1)
        return " ".join(ALTERNATIVES.sub(self._one_of, phrase).split())

    def _drawn(self, phrases: Sequence[str]) -> str:
        """Draw a phrase; one with choices stands for many and comes more often."""
        weights = [PATTERN_WEIGHT if "|" in phrase else 1.0 for phrase in phrases]
        return self._filled(self._rng.choices(phrases, weights)[0])

    def _one_of(self, choices: re.Match[str]) -> str:
        return self._rng.choice(choices.group(1).split("|"))

    def _disguised(self, text: str) -> str:
        rng, wrappers = self._rng, self._corpus.wrappers
        if rng.random() < 0.6:
            text = self._with_synonyms(text)
        if rng.random() < 0.05:
            text = f"{text} {self._filled(rng.choice(wrappers.asides).replace('{}', '{noun}'))}"
        if rng.random() < 0.15:
            text = f"{text} {rng.choice(wrappers.after)}"
        if rng.random() < 0.15:
            text = f"{rng.choice(wrappers.before)} {text}"
        if rng.random() < 0.15:
            text = self._without_small_words(text)
        if rng.random() < 0.2:
            text = self._with_a_gap_or_guest(text)
        if rng.random() < 0.12:
            text = self._with_typing_error(text)
        if rng.random() < 0.15:
            text = text.replace("'", "")
        if text[-1:] not in string.punctuation:
            text += rng.choices(["", "?", ".", "!", " ?", "??"], [45, 40, 9, 3, 2, 1])[0]
        return text.lower()

    def _with_synonyms(self, text: str) -> str:
        words, result, place = text.split(), list[str](), 0
        while place < len(words):
            for length in (3, 2, 1):
                group = self._synonyms.get(tuple(words[place : place + length]))
                if group is not None:
                    keep = self._rng.random() < 0.5
                    original = " ".join(words[place : place + length])
                    result.append(original if keep else self._rng.choice(group))
                    place += length
                    break
            else:
                result.append(words[place])
                place += 1
        return " ".join(result)

    def _without_small_words(self, text: str) -> str:
        words = text.split()
        kept = [word for word in words if word not in _SMALL_WORDS or self._rng.random() < 0.4]
        return " ".join(kept) if kept else text

    def _with_a_gap_or_guest(self, text: str) -> str:
        """Leave out any one word, or put a strange one in: no single word decides."""
        words = text.split()
        if len(words) < 4:
            return text
        at = self._rng.randrange(len(words))
        if self._rng.random() < 0.5:
            del words[at]
        else:
            nouns = self._corpus.off_topic.nouns
            words.insert(at, self._rng.choice((self._made_up(), self._rng.choice(nouns))))
        return " ".join(words)

    def _with_typing_error(self, text: str) -> str:
        words = text.split()
        places = [place for place, word in enumerate(words) if len(word) > 3]
        if not places:
            return text
        place = self._rng.choice(places)
        letters = list(words[place])
        at = self._rng.randrange(1, len(letters) - 1)
        match self._rng.randrange(4):
            case 0:
                letters[at], letters[at + 1] = letters[at + 1], letters[at]
            case 1:
                del letters[at]
            case 2:
                letters.insert(at, letters[at])
            case _:
                letters[at] = self._rng.choice(string.ascii_lowercase)
        words[place] = "".join(letters)
        return " ".join(words)

    def _made_up(self) -> str:
        syllables = self._rng.randint(1, 4)
        return "".join(
            self._rng.choice("bcdfghjklmnprstvwz")
            + self._rng.choice("aeiou")
            + self._rng.choice(" nrslt ").strip()
            for _ in range(syllables)
        )

    def _word_salad(self) -> str:
        nouns = self._corpus.off_topic.nouns
        count = self._rng.randint(1, 5)
        words = [
            self._made_up() if self._rng.random() < 0.4 else self._rng.choice(nouns)
            for _ in range(count)
        ]
        return " ".join(words)

    def _long_text(self) -> str:
        sentences = [
            self._drawn(self._corpus.off_topic.ask) for _ in range(self._rng.randint(2, 8))
        ]
        return self._rng.choice([". ", ", ", " ", "\n"]).join(sentences).lower()
