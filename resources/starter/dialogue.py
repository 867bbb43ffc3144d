"""Draws the conversations that the starter is trained on, as turns."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from resources.starter.corpus import DONT_KNOW, Corpus, Intent
from resources.starter.phrasing import Phraser

OFF_TOPIC_SHARE = 0.46
_FOLLOW_UP_SHARE = 0.12
_SYSTEM_SHARE = 0.12

_SYSTEM_PROMPTS = (
    "You are a helpful assistant.",
    "You are Cairn, a helpful assistant.",
    "Be brief.",
    "Answer briefly and politely.",
    "Answer in German.",
    "You are a pirate.",
    "Always answer in the style of a {noun}.",
    "You are an expert on {noun}.",
    "My name is {noun}. I like {noun}.",
    "You are a friendly teacher who explains everything slowly and with examples.",
    "Never use lists. Never mention {noun}.",
)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question, its answer, and what it was about."""

    question: str
    answer: str
    intent: str
    learnt: bool = True
    """Whether the answer is to be learnt, or only read."""


class Dialogues:
    """Draws exchanges and conversations with one random generator."""

    def __init__(self, corpus: Corpus, seed: int) -> None:
        self._corpus = corpus
        self._rng = random.Random(seed)
        self._phraser = Phraser(corpus, self._rng)
        # Subjects with more phrases are asked more often, but no subject is rare.
        self._weights = [_weight(intent) for intent in corpus.intents]

    def system_prompt(self) -> str:
        """Return a system prompt, most often none."""
        if self._rng.random() > _SYSTEM_SHARE:
            return ""
        prompt = self._rng.choice(_SYSTEM_PROMPTS)
        return prompt.replace("{noun}", self._rng.choice(self._corpus.off_topic.nouns))

    def exchange(self) -> Exchange:
        """Return one exchange that needs nothing before it."""
        if self._rng.random() < OFF_TOPIC_SHARE:
            answer = self._rng.choice(self._corpus.off_topic.answers)
            return Exchange(self._phraser.off_topic_question(), answer, DONT_KNOW)
        intent = self._rng.choices(self._corpus.intents, self._weights)[0]
        return self._about(intent)

    def conversation(self) -> Iterator[Exchange]:
        """Yield the exchanges of a conversation without end."""
        before: Intent | None = None
        by_name = {intent.name: intent for intent in self._corpus.intents}
        while True:
            if before and before.item and self._rng.random() < _FOLLOW_UP_SHARE * 2:
                yield self._follow_up(before)
                continue
            exchange = self.exchange()
            before = by_name.get(exchange.intent)
            yield exchange

    def _about(self, intent: Intent) -> Exchange:
        return Exchange(
            self._phraser.question(intent), self._rng.choice(intent.answers), intent.name
        )

    def _follow_up(self, intent: Intent) -> Exchange:
        follow_ups = self._corpus.follow_ups
        if intent.item is None:
            raise ValueError(f"{intent.name} names no menu item")
        if self._rng.random() < 0.6:
            question = self._rng.choice(follow_ups.shortcut)
            answer = follow_ups.shortcut_answer(intent.item)
        else:
            question = self._rng.choice(follow_ups.where)
            answer = follow_ups.place_answer(intent.item)
        return Exchange(self._phraser.typed(question), answer, "follow_up")


def _weight(intent: Intent) -> float:
    phrases = len(intent.do) * 3 + len(intent.about) * 2 + len(intent.ask)
    return float(max(phrases, 12) ** 0.5)
