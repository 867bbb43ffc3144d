"""Whether a case went well."""

from __future__ import annotations

from dataclasses import replace

from tests.survival.cases import Case, Phase
from tests.survival.scene import Outcome

LARGEST_GAP_MS = 100


def problems(case: Case, outcome: Outcome) -> list[str]:
    """Return what is wrong with the way a case went."""
    found = []
    if case.phase is Phase.QUIT:
        # Nobody is there to be told.
        outcome = replace(outcome, told=())
    if case.words and not any(case.words in words for words in outcome.told):
        found.append(f"not told “{case.words}”")
    if not case.words and outcome.told:
        found.append("told without need")
    if len(outcome.told) > 1:
        found.append(f"told {len(outcome.told)} times: {outcome.told}")
    if case.keeps and case.keeps not in outcome.kept:
        found.append(f"lost “{case.keeps}”")
    if not outcome.recovered:
        found.append("no answer afterwards")
    if outcome.left_running:
        found.append(f"left running: {outcome.left_running}")
    return found
