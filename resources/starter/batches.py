"""Turns dialogues into batches of token ids, targets and weights.

Two kinds. Decisions: one question and the first tokens of its answer, where the answer is chosen;
short, so that many phrasings fit into the time. Conversations: packed exchanges with whole
answers up to the context length, where the starter learns to finish, to find the last question,
and to stay itself in a long conversation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from tokenizers import Tokenizer
from torch import Tensor

from resources.starter.dialogue import Dialogues, Exchange
from resources.starter.tokenizer import END, PAD, START, with_dropout

DECISION_TOKENS = 14
# The first tokens choose the answer; the rest follows from them.
DECISION_WEIGHT = 2.0
_MERGE_DROPOUT = 0.05


@dataclass(frozen=True, slots=True)
class Batch:
    """Ids of shape (rows, length), the id that follows each, and how much it counts."""

    ids: Tensor
    targets: Tensor
    weights: Tensor


class Batches:
    """Draws batches from dialogues. `system_prompt` and questions are read, answers are learnt."""

    def __init__(self, tokenizer: Tokenizer, dialogues: Dialogues) -> None:
        self._tokenizer = tokenizer
        self._loose = with_dropout(tokenizer, _MERGE_DROPOUT)
        self._dialogues = dialogues
        self._pad = tokenizer.token_to_id(PAD)

    def decisions(self, rows: int, pools: int = 4) -> Iterator[Batch]:
        """Yield batches of single exchanges, `pools` at a time, those of like length together."""
        while True:
            drawn = [self._decision() for _ in range(rows * pools)]
            drawn.sort(key=_length)
            for start in range(0, len(drawn), rows):
                yield self._padded(drawn[start : start + rows])

    def conversation(self, rows: int, length: int) -> Batch:
        """Return a batch of conversations that fill `length` tokens."""
        return self._padded([self._packed(length) for _ in range(rows)])

    def _decision(self) -> tuple[list[int], list[float]]:
        ids, weights = self._opening()
        self._append(ids, weights, self._dialogues.exchange())
        first = next(place for place, weight in enumerate(weights) if weight)
        keep = first + DECISION_TOKENS
        return ids[:keep], weights[:keep]

    def _packed(self, length: int) -> tuple[list[int], list[float]]:
        ids, weights = self._opening()
        for exchange in self._dialogues.conversation():
            self._append(ids, weights, exchange)
            if len(ids) > length:
                break
        return ids[: length + 1], weights[: length + 1]

    def _opening(self) -> tuple[list[int], list[float]]:
        prompt = self._dialogues.system_prompt()
        ids = self._encoded(f"{START}system\n{prompt}{END}\n") if prompt else []
        return ids, [0.0] * len(ids)

    def _append(self, ids: list[int], weights: list[float], exchange: Exchange) -> None:
        question = [
            *self._encoded(f"{START}user\n"),
            *self._loose.encode(f" {exchange.question.strip()}").ids,
            *self._encoded(f"{END}\n{START}assistant\n"),
        ]
        answer = self._encoded(f"{exchange.answer}{END}")
        ids += [*question, *answer, *self._encoded("\n")]
        if not exchange.learnt:
            weights += [0.0] * (len(question) + len(answer) + 1)
            return
        heavy = min(len(answer), 6)
        weights += [0.0] * len(question) + [DECISION_WEIGHT] * heavy
        weights += [1.0] * (len(answer) - heavy) + [0.0]

    def _encoded(self, text: str) -> list[int]:
        return list(self._tokenizer.encode(text).ids)

    def _padded(self, rows: list[tuple[list[int], list[float]]]) -> Batch:
        length = max(len(ids) for ids, _ in rows)
        ids = torch.full((len(rows), length), self._pad)
        weights = torch.zeros((len(rows), length))
        for row, (row_ids, row_weights) in enumerate(rows):
            ids[row, : len(row_ids)] = torch.tensor(row_ids)
            weights[row, : len(row_weights)] = torch.tensor(row_weights)
        return Batch(ids[:, :-1], ids[:, 1:], weights[:, 1:])


def _length(example: tuple[list[int], list[float]]) -> int:
    return len(example[0])
