"""Trains a LoRA adapter that makes the shipped starter talk like a pirate: `pirate.gguf`.

    python -m resources.starter.train_adapter [--steps N] [--output FILE]

Runs on one thread of a CPU with a fixed seed, like `train.py`, on the starter's own corpus said in
another voice.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import torch

from resources.starter.adapter import Adapted, adapt, export_adapter
from resources.starter.batches import Batches
from resources.starter.corpus import Corpus, load_corpus
from resources.starter.dialogue import Dialogues, Exchange
from resources.starter.network import Network
from resources.starter.pirate import in_voice, pirate_voice
from resources.starter.shipped import read_shipped
from resources.starter.train import Schedule

SEED = 20261125
STEPS = 1600
DECISION_ROWS = 48
CONVERSATION_EVERY = 2
LONG_EVERY = 16
DROPOUT = 0.1
RATE = 3e-3
#: How many conversations begin with answers that were given without the adapter.
PLAIN_SHARE = 0.3
FOLDER = Path(__file__).parent


class VoicedDialogues(Dialogues):
    """Draws dialogues of `corpus`; some go on from plain ones, which are read and not learnt."""

    def __init__(self, corpus: Corpus, plain: Corpus, seed: int) -> None:
        super().__init__(corpus, seed)
        self._plain = Dialogues(plain, seed + 1)
        self._begins_plain = random.Random(seed + 2)

    def conversation(self) -> Iterator[Exchange]:
        """Yield the exchanges of a conversation without end."""
        if self._begins_plain.random() < PLAIN_SHARE:
            count = self._begins_plain.randint(1, 4)
            for exchange in islice(self._plain.conversation(), count):
                yield replace(exchange, learnt=False)
        yield from super().conversation()


def main() -> None:
    """Train, print the loss now and then, write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--output", type=Path, default=FOLDER / "pirate.gguf")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    plain = load_corpus()
    network, tokenizer = read_shipped(FOLDER / "starter.gguf")
    adapted = adapt(network)
    dialogues = VoicedDialogues(in_voice(plain, pirate_voice()), plain, SEED)
    train(network, adapted, Batches(tokenizer, dialogues), options.steps)
    export_adapter(adapted, "Pirate", "Makes the Cairn Starter talk like a pirate", options.output)
    print(f"{options.output}: {options.output.stat().st_size} bytes")


def train(network: Network, adapted: dict[str, Adapted], batches: Batches, steps: int) -> None:
    """Train the adapter; the network stays as it is."""
    weights = [layer.lora_a for layer in adapted.values()]
    weights += [layer.lora_b for layer in adapted.values()]
    optimizer = torch.optim.AdamW(weights, lr=RATE, betas=(0.9, 0.98), weight_decay=0.0)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, Schedule(steps))
    decisions = batches.decisions(DECISION_ROWS)
    network.train()
    started = time.process_time()
    for step in range(steps):
        if step % LONG_EVERY == LONG_EVERY - 1:
            batch = batches.conversation(1, network.shape.context)
        elif step % CONVERSATION_EVERY == CONVERSATION_EVERY - 1:
            batch = batches.conversation(6, 320)
        else:
            batch = next(decisions)
        loss = network.loss(network(batch.ids, DROPOUT), batch.targets, batch.weights)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        schedule.step()
        if step % 50 == 0:
            spent = time.process_time() - started
            print(f"step {step} loss {loss.item():.4f} {spent:.0f} s", flush=True)


if __name__ == "__main__":
    main()
