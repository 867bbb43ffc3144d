"""Trains the starter from the corpus and writes `starter.gguf`.

    python -m resources.starter.train [--steps N] [--output FILE]

Runs on one thread of a CPU with a fixed seed. `requirements.txt` beside this file lists what it
needs; none of that is a dependency of the application.
"""

from __future__ import annotations

import argparse
import copy
import time
from pathlib import Path

import torch

from resources.starter.batches import Batches
from resources.starter.corpus import PARAMETERS_MILLION, Corpus, load_corpus
from resources.starter.dialogue import Dialogues
from resources.starter.export import export
from resources.starter.network import Network, Shape
from resources.starter.tokenizer import train_tokenizer, vocabulary

SEED = 20261123
STEPS = 5200
DECISION_ROWS = 64
CONVERSATION_EVERY = 4
LONG_EVERY = 12
DROPOUT = 0.1
WARM_UP = 0.03
MUON_RATE = 4e-3
ADAM_RATE = 3e-3
AVERAGE_DECAY = 0.998


def main() -> None:
    """Train, print the loss now and then, write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--output", type=Path, default=Path(__file__).with_name("starter.gguf"))
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    corpus = load_corpus()
    tokenizer = train_tokenizer(tokenizer_texts(corpus))
    network = Network(Shape())
    size = sum(weight.numel() for weight in network.parameters())
    if round(size / 1e6) != PARAMETERS_MILLION:
        raise SystemExit(f"the answers say {PARAMETERS_MILLION} million parameters, it has {size}")
    batches = Batches(tokenizer, Dialogues(corpus, SEED))
    averaged = train(network, batches, options.steps)
    export(averaged, vocabulary(tokenizer), options.output)
    print(f"{options.output}: {options.output.stat().st_size} bytes, {size} parameters")


def tokenizer_texts(corpus: Corpus) -> list[str]:
    """Return the texts whose frequent words become tokens: answers count more than questions."""
    dialogues = Dialogues(corpus, SEED + 1)
    texts = [f" {dialogues.exchange().question}" for _ in range(30_000)]
    for answers in corpus.answers().values():
        texts += list(answers) * (200 // len(answers))
    texts += ["user\n", "assistant\n", "system\n"] * 1000
    return texts


def train(network: Network, batches: Batches, steps: int) -> Network:
    """Train `network` and return the running average of its weights.

    Muon moves the matrices of the layers, AdamW embeddings and norms.
    """
    matrices = [weight for weight in network.blk.parameters() if weight.ndim == 2]
    others = [weight for weight in network.parameters() if not any(weight is m for m in matrices)]
    optimizers = [
        torch.optim.Muon(matrices, lr=MUON_RATE, weight_decay=0.05, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(others, lr=ADAM_RATE, betas=(0.9, 0.98), weight_decay=0.01),
    ]
    schedules = [
        torch.optim.lr_scheduler.LambdaLR(optimizer, Schedule(steps)) for optimizer in optimizers
    ]
    averaged = copy.deepcopy(network)
    decisions = batches.decisions(DECISION_ROWS)
    network.train()
    started, seen = time.process_time(), 0
    for step in range(steps):
        if step % LONG_EVERY == LONG_EVERY - 1:
            batch = batches.conversation(1, network.shape.context)
        elif step % CONVERSATION_EVERY == CONVERSATION_EVERY - 1:
            batch = batches.conversation(6, 320)
        else:
            batch = next(decisions)
        hidden = network(batch.ids, DROPOUT)
        loss = network.loss(hidden, batch.targets, batch.weights)
        for optimizer in optimizers:
            optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        for optimizer, schedule in zip(optimizers, schedules, strict=True):
            optimizer.step()
            schedule.step()
        _average(averaged, network, step)
        seen += batch.ids.numel()
        if step % 50 == 0:
            spent = time.process_time() - started
            print(
                f"step {step} loss {loss.item():.4f} rows {batch.ids.shape[0]} "
                f"{spent:.0f} s {seen / max(spent, 1e-9):.0f} tokens/s",
                flush=True,
            )
    return averaged.eval()


class Schedule:
    """Rises over the first steps, then falls to almost nothing, evenly."""

    def __init__(self, steps: int) -> None:
        self._steps = steps

    def __call__(self, step: int) -> float:
        """Return the share of the highest rate at `step`."""
        warm = max(1, int(self._steps * WARM_UP))
        if step < warm:
            return (step + 1) / warm
        done = (step - warm) / max(1, self._steps - warm)
        return 0.02 + 0.98 * (1 - done)


@torch.no_grad()
def _average(averaged: Network, network: Network, step: int) -> None:
    decay = min(AVERAGE_DECAY, (step + 1) / (step + 10))
    for kept, new in zip(averaged.parameters(), network.parameters(), strict=True):
        kept.lerp_(new, 1 - decay)


if __name__ == "__main__":
    main()
