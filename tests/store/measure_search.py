"""How long a search takes over many messages: `python -m tests.store.measure_search [messages]`.

The texts are drawn from made-up words whose frequencies fall as in a language; every fifth one
is Chinese characters. The words that are searched are picked by how common they are.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from itertools import accumulate
from pathlib import Path

from app.chat.conversation import Conversation
from app.chat.message import Message, Role
from app.store.store import Store

MESSAGES = 100_000
MESSAGES_PER_CONVERSATION = 20
MESSAGES_PER_WRITE = 1000
#: Every so many messages has a note, every so many conversations lost its messages.
NOTED_EVERY = 50
DELETED_EVERY = 50
ROUNDS = 100
BUDGET_MS = 50.0

_COMMON = ("the", "of", "and", "to", "in", "is", "that", "with", "this", "for")
_VOCABULARY = 30_000
_CHARACTERS = 3_000


class Language:
    """Texts that nobody wrote, the same ones every time."""

    def __init__(self, seed: int = 1) -> None:
        self._random = random.Random(seed)
        made_up = (self._word() for _ in range(_VOCABULARY))
        self.words = (*_COMMON, *made_up)
        self._word_weights = tuple(accumulate(1 / (rank + 2) for rank in range(len(self.words))))
        self.characters = tuple(chr(0x4E00 + number) for number in range(_CHARACTERS))
        self._character_weights = tuple(accumulate(1 / (rank + 5) for rank in range(_CHARACTERS)))

    def title(self) -> str:
        """Return the title of a conversation."""
        return " ".join(self._random.choices(self.words, cum_weights=self._word_weights, k=6))

    def text(self, number: int) -> str:
        """Return the text of one message."""
        if number % 5 == 0:
            count = self._random.randint(10, 200)
            return "".join(
                self._random.choices(self.characters, cum_weights=self._character_weights, k=count)
            )
        count = self._random.randint(5, 150)
        return " ".join(self._random.choices(self.words, cum_weights=self._word_weights, k=count))

    def queries(self) -> dict[str, str]:
        """Return what is searched, by what is special about it."""
        words, characters = self.words, self.characters
        return {
            "in nearly every message": "the ",
            "one letter, being typed": "t",
            "two letters, being typed": "th",
            "four letters, being typed": words[200][:4],
            "three common words": "the of and ",
            "a common phrase": '"the of the"',
            "common and rare word": f"the {words[20_000]} ",
            "rare word": f"{words[25_000]} ",
            "not there": "qqxxyyzz ",
            "one common character": characters[0],
            "two common characters": characters[0] + characters[1],
            "four characters": "".join(characters[1:5]),
            "two rare characters": characters[2_000] + characters[2_500],
        }

    def _word(self) -> str:
        letters = "etaoinshrdlucmfwypvbgkjqxz"
        length = self._random.randint(3, 10)
        return "".join(self._random.choices(letters, weights=range(26, 0, -1), k=length))


def fill(store: Store, messages: int, language: Language) -> None:
    """Write so many messages, in conversations of twenty; some have notes, some are deleted."""
    for first in range(0, messages, MESSAGES_PER_WRITE):
        numbers = range(first, min(messages, first + MESSAGES_PER_WRITE))
        for number in numbers[::MESSAGES_PER_CONVERSATION]:
            moment = float(number)
            store.add_conversation(
                Conversation(f"conversation-{number}", language.title(), moment, moment)
            )
        store.add_messages(_message(number, language.text(number)) for number in numbers)
    # The first message of a conversation takes all of it along.
    for number in range(0, messages, DELETED_EVERY * MESSAGES_PER_CONVERSATION):
        store.delete_message(f"message-{number}")


def search_times(folder: Path, messages: int = MESSAGES) -> dict[str, float]:
    """Return the median and the slowest hundredth in milliseconds, for each kind of query."""
    language = Language()
    store = Store.open(folder / "search.sqlite3")
    try:
        fill(store, messages, language)
        times: dict[str, float] = {}
        for kind, query in language.queries().items():
            taken = sorted(_search_ms(store, query) for _ in range(ROUNDS))
            times[f"{kind}, p50 ms"] = statistics.median(taken)
            times[f"{kind}, p99 ms"] = taken[ROUNDS * 99 // 100 - 1]
        return times
    finally:
        store.close()


def main() -> None:
    """Print the times, and fail when one is over the budget."""
    messages = int(sys.argv[1]) if len(sys.argv) > 1 else MESSAGES
    with tempfile.TemporaryDirectory(prefix="cairn-search-") as folder:
        times = search_times(Path(folder), messages)
    for kind, milliseconds in times.items():
        print(f"{kind:36} {milliseconds:8.2f}")
    slowest = max(times.values())
    print(f"slowest of all: {slowest:.2f} ms, budget {BUDGET_MS:.0f} ms, {messages} messages")
    sys.exit(slowest > BUDGET_MS)


def _message(number: int, text: str) -> Message:
    place = number % MESSAGES_PER_CONVERSATION
    return Message(
        f"message-{number}",
        f"conversation-{number - place}",
        f"message-{number - 1}" if place else None,
        Role.ASSISTANT if place % 2 else Role.USER,
        text,
        float(number),
        note=f"look at {number} again" if number % NOTED_EVERY == 0 else "",
    )


def _search_ms(store: Store, query: str) -> float:
    started = time.perf_counter()
    store.search(query)
    return (time.perf_counter() - started) * 1000.0


if __name__ == "__main__":
    main()
