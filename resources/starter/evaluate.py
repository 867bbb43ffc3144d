"""Measures `starter.gguf` in the application's own CPU runtime and writes `evaluation.json`.

    python -m resources.starter.evaluate [--model FILE] [--output FILE]

The questions are those of `evaluation.toml`, which the trainer never reads. Needs the application
only, none of the training libraries.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.chat.message import Role
from app.chat.prompt import Turn
from app.chat.statistics import FinishReason
from app.runtime.gguf.runtime import GgufRuntime
from app.runtime.protocol import Adapter, LoadProgress, LoadRequest, RunRequest, Sampling
from app.settings.schema import SamplingSettings
from resources.starter.corpus import DONT_KNOW, load_corpus
from resources.starter.judge import HONEST, Judge, Verdict

FOLDER = Path(__file__).parent
GREEDY = Sampling(temperature=0.0, repeat_penalty=1.0)
SAMPLED_SEEDS = (1, 2, 3)
QUESTION_SETS = ("seen", "unseen")
LONG_TOKENS = 1500
MAX_NEW_TOKENS = 300


class Player:
    """Asks one loaded model, with `adapters` on."""

    def __init__(self, runtime: GgufRuntime, adapters: tuple[Adapter, ...] = ()) -> None:
        self._runtime = runtime
        self._adapters = adapters
        self.finishes: Counter[FinishReason] = Counter()
        self.prompt_tokens = 0
        self.generated = 0
        self.seconds = 0.0

    def answer(self, turns: Sequence[str], sampling: Sampling = GREEDY) -> str:
        """Return the answer to the last of `turns`, which alternate and begin with the user's."""
        pieces: list[str] = []

        def on_text(text: str, _tokens: int) -> None:
            pieces.append(text)

        roles = (Role.USER, Role.ASSISTANT)
        request = RunRequest(
            tuple(Turn(roles[place % 2], text) for place, text in enumerate(turns)),
            sampling,
            MAX_NEW_TOKENS,
            adapters=self._adapters,
        )
        started = time.perf_counter()
        result = self._runtime.run(request, on_text, _ignore_prefill)
        self.seconds += time.perf_counter() - started
        self.finishes[result.finish] += 1
        self.prompt_tokens = result.statistics.prompt_tokens or 0
        self.generated += result.statistics.generated_tokens or 0
        return "".join(pieces)


def main() -> None:
    """Measure, print the figures, write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=FOLDER / "starter.gguf")
    parser.add_argument("--output", type=Path, default=FOLDER / "evaluation.json")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cairn-") as folder:
        runtime = GgufRuntime(Path(folder))
        started = time.perf_counter()
        runtime.load(LoadRequest(options.model, 2048, threads=1), _ignore_load)
        load_ms = (time.perf_counter() - started) * 1000
        try:
            figures = measure(Player(runtime))
        finally:
            runtime.close()
    content = options.model.read_bytes()
    report = {
        "file": {
            "name": options.model.name,
            "bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
        },
        "questions_sha256": hashlib.sha256((FOLDER / "evaluation.toml").read_bytes()).hexdigest(),
        "load_ms": round(load_ms),
        **figures,
    }
    options.output.write_text(
        json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    print(json.dumps({name: report[name] for name in report if name != "misses"}, indent=1))


def measure(player: Player) -> dict[str, Any]:
    """Return every figure."""
    questions = tomllib.loads((FOLDER / "evaluation.toml").read_text(encoding="utf-8"))
    judge = Judge(load_corpus())
    as_shipped = [_as_shipped(seed) for seed in SAMPLED_SEEDS]
    sets: dict[str, Any] = {}
    misses: list[dict[str, str]] = []
    for name in QUESTION_SETS:
        greedy, missed = _asked(player, judge, questions[name], [GREEDY])
        sampled, _ = _asked(player, judge, questions[name], as_shipped)
        sets[name] = {"greedy": greedy, "sampled": sampled}
        misses += missed
    dialogues = sum(_dialogue_is_right(player, case) for case in questions["dialogue"])
    long = _long_conversation(player, judge, questions)
    ended = player.finishes[FinishReason.STOP]
    return {
        **sets,
        "follow_ups": {"asked": len(questions["dialogue"]), "right": dialogues},
        "long_conversation": long,
        "ended_by_itself": round(ended / player.finishes.total(), 4),
        "tokens_per_second": round(player.generated / player.seconds),
        "misses": misses,
    }


def _asked(
    player: Player, judge: Judge, questions: dict[str, Any], samplings: Sequence[Sampling]
) -> tuple[dict[str, Any], list[dict[str, str]]]:
    known: Counter[Verdict] = Counter()
    unknown: Counter[bool] = Counter()
    misses: list[dict[str, str]] = []
    for sampling in samplings:
        for case in questions["known"]:
            text = player.answer([case["ask"]], sampling)
            verdict = judge.verdict(text, frozenset(case["intents"]))
            known[verdict] += 1
            if verdict is not Verdict.RIGHT:
                given = judge.intent(text)
                misses.append({"ask": case["ask"], "wanted": case["intents"][0], "given": given})
        for ask in questions["unknown"]:
            given = judge.intent(player.answer([ask], sampling))
            unknown[given in HONEST] += 1
            if given not in HONEST:
                misses.append({"ask": ask, "wanted": DONT_KNOW, "given": given})
    return {
        "known": {
            "asked": known.total(),
            **{verdict.value: _share(known[verdict], known.total()) for verdict in Verdict},
        },
        "unknown": {"asked": unknown.total(), "honest": _share(unknown[True], unknown.total())},
    }, misses


def _dialogue_is_right(player: Player, case: dict[str, Any]) -> bool:
    return case["answer"] in player.answer([*_played(player, case["turns"]), case["ask"]])


def _long_conversation(player: Player, judge: Judge, questions: dict[str, Any]) -> dict[str, Any]:
    """Ask on in one conversation, and count how answers fare once it is long."""
    turns: list[str] = []
    verdicts: Counter[Verdict] = Counter()
    alone: Counter[Verdict] = Counter()
    for case in questions["unseen"]["known"]:
        wanted = frozenset(case["intents"])
        text = player.answer([*turns, case["ask"]])
        if player.prompt_tokens > 2048 - MAX_NEW_TOKENS:
            turns = []
        elif player.prompt_tokens > LONG_TOKENS:
            verdicts[judge.verdict(text, wanted)] += 1
            alone[judge.verdict(player.answer([case["ask"]]), wanted)] += 1
        turns += [case["ask"], text]
    return {
        "from_tokens": LONG_TOKENS,
        "asked": verdicts.total(),
        "right": _share(verdicts[Verdict.RIGHT], verdicts.total()),
        "right_when_asked_alone": _share(alone[Verdict.RIGHT], alone.total()),
    }


def _played(player: Player, questions: Sequence[str]) -> list[str]:
    turns: list[str] = []
    for question in questions:
        turns += [question, player.answer([*turns, question])]
    return turns


def _as_shipped(seed: int) -> Sampling:
    """Return the application's default sampling with a fixed seed."""
    settings = SamplingSettings()
    return Sampling(
        temperature=settings.temperature,
        top_k=settings.top_k,
        top_p=settings.top_p,
        min_p=settings.min_p,
        repeat_penalty=settings.repeat_penalty,
        frequency_penalty=settings.frequency_penalty,
        presence_penalty=settings.presence_penalty,
        seed=seed,
    )


def _share(part: int, whole: int) -> float:
    return round(part / whole, 3) if whole else 0.0


def _ignore_prefill(_read: int, _total: int) -> None:
    pass


def _ignore_load(_progress: LoadProgress) -> None:
    pass


if __name__ == "__main__":
    main()
