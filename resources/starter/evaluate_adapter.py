"""Measures `pirate.gguf` on `starter.gguf` in the application's runtime: `pirate_evaluation.json`.

    python -m resources.starter.evaluate_adapter [--adapter FILE] [--output FILE]

Asks the questions of `evaluation.toml` greedily without the adapter, with it, and with it at other
scales, and compares the answers. Like `evaluate.py` it needs the application only.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from app.chat.statistics import FinishReason
from app.runtime.gguf.runtime import GgufRuntime
from app.runtime.protocol import Adapter, LoadProgress, LoadRequest
from resources.starter.corpus import Corpus, load_corpus
from resources.starter.evaluate import FOLDER, QUESTION_SETS, Player
from resources.starter.judge import HONEST, Judge, Verdict
from resources.starter.pirate import in_voice, pirate_voice

MODEL = FOLDER / "starter.gguf"
ADAPTER = FOLDER / "pirate.gguf"
REPORT = FOLDER / "pirate_evaluation.json"
#: After how many answers without the adapter it is switched on.
PLAIN_ANSWERS = 3

_NAME_IN_BOLD = re.compile(r"\*\*(.+?)\*\*")


@dataclass(frozen=True, slots=True)
class Pair:
    """A question with its answers from the model alone and with the adapter."""

    ask: str
    plain: str
    voiced: str


class Measure:
    """Asks with and without the adapter, and counts."""

    def __init__(self, runtime: GgufRuntime, adapter: Adapter, corpus: Corpus) -> None:
        self._runtime, self._adapter = runtime, adapter
        self._plain = Player(runtime)
        self._voiced = Player(runtime, (adapter,))
        voiced = in_voice(corpus, pirate_voice())
        self._judge, self._voiced_judge = Judge(corpus), Judge(voiced)
        self._exact = {text for answers in voiced.answers().values() for text in answers}
        self._names = {
            name
            for answers in corpus.answers().values()
            for answer in answers
            for name in names_in(answer)
        }

    def figures(self, questions: dict[str, Any]) -> dict[str, Any]:
        """Return every figure of one set of questions."""
        known = [self._pair(case["ask"]) for case in questions["known"]]
        wanted = [frozenset(case["intents"]) for case in questions["known"]]
        unknown = [self._pair(ask) for ask in questions["unknown"]]
        declined = [pair for pair in unknown if self._judge.intent(pair.plain) in HONEST]
        kept = [pair for pair in declined if self._voiced_judge.intent(pair.voiced) in HONEST]
        return {
            "known": {
                "asked": len(known),
                "changed": share([pair.plain != pair.voiced for pair in known]),
                "names and keys of the plain answer": share(
                    [names_in(pair.plain) == names_in(pair.voiced) for pair in known]
                ),
                "names that exist": share(
                    [self._names.issuperset(names_in(pair.voiced)) for pair in known]
                ),
                "word for word": share([pair.voiced.strip() in self._exact for pair in known]),
                "right": share(
                    [
                        self._voiced_judge.verdict(pair.voiced, names) is Verdict.RIGHT
                        for pair, names in zip(known, wanted, strict=True)
                    ]
                ),
                "right without": share(
                    [
                        self._judge.verdict(pair.plain, names) is Verdict.RIGHT
                        for pair, names in zip(known, wanted, strict=True)
                    ]
                ),
            },
            "unknown": {
                "asked": len(unknown),
                "changed": share([pair.plain != pair.voiced for pair in unknown]),
                "declined without": len(declined),
                "of these declined": share([pair in kept for pair in declined]),
                "declined": share(
                    [self._voiced_judge.intent(pair.voiced) in HONEST for pair in unknown]
                ),
            },
            "changed at half scale": self._changed_at(0.5, known),
            "changed at scale 0": self._changed_at(0.0, [*known, *unknown]),
            "changed after plain answers": self._changed_after_plain(known),
        }

    def ended_by_itself(self) -> float:
        """Return how many of the adapter's answers came to their own end."""
        finishes = self._voiced.finishes
        return round(finishes[FinishReason.STOP] / finishes.total(), 4)

    def _pair(self, ask: str) -> Pair:
        return Pair(ask, self._plain.answer([ask]), self._voiced.answer([ask]))

    def _changed_at(self, scale: float, pairs: Sequence[Pair]) -> float:
        player = Player(self._runtime, (replace(self._adapter, scale=scale),))
        return share([player.answer([pair.ask]) != pair.plain for pair in pairs])

    def _changed_after_plain(self, pairs: Sequence[Pair]) -> float:
        changed: list[bool] = []
        for place in range(PLAIN_ANSWERS, len(pairs), PLAIN_ANSWERS + 1):
            before = pairs[place - PLAIN_ANSWERS : place]
            turns = [text for pair in before for text in (pair.ask, pair.plain)]
            asked = [*turns, pairs[place].ask]
            changed.append(self._plain.answer(asked) != self._voiced.answer(asked))
        return share(changed)


def main() -> None:
    """Measure, print the figures, write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--adapter", type=Path, default=ADAPTER)
    parser.add_argument("--output", type=Path, default=REPORT)
    options = parser.parse_args()
    questions = FOLDER / "evaluation.toml"
    sets = tomllib.loads(questions.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(prefix="cairn-") as folder:
        runtime = GgufRuntime(Path(folder))
        adapter = Adapter("pirate", options.adapter)
        runtime.load(LoadRequest(MODEL, 2048, threads=1, adapters=(adapter,)), _ignore)
        try:
            measure = Measure(runtime, adapter, load_corpus())
            figures = {name: measure.figures(sets[name]) for name in QUESTION_SETS}
            ended = measure.ended_by_itself()
        finally:
            runtime.close()
    report = {
        "adapter": {
            "name": options.adapter.name,
            "bytes": options.adapter.stat().st_size,
            "sha256": sha256(options.adapter),
        },
        "model_sha256": sha256(MODEL),
        "questions_sha256": sha256(questions),
        **figures,
        "ended_by_itself": ended,
    }
    text = json.dumps(report, indent=1, ensure_ascii=False)
    options.output.write_text(text + "\n", encoding="utf-8")
    print(text)


def names_in(answer: str) -> list[str]:
    """Return the names and keys of the interface that `answer` gives, in order."""
    return _NAME_IN_BOLD.findall(answer)


def share(cases: Sequence[bool]) -> float:
    """Return how many of `cases` are so, from 0 to 1."""
    return round(sum(cases) / len(cases), 3) if cases else 0.0


def sha256(path: Path) -> str:
    """Return the checksum of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _ignore(_progress: LoadProgress) -> None:
    pass


if __name__ == "__main__":
    main()
