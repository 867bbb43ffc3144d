"""One measured figure, its budget, and how a table of them is printed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """A measurement that has a budget, or none when it is only told."""

    name: str
    value: float
    unit: str = ""
    most: float | None = None
    least: float | None = None
    how: str = ""

    @property
    def holds(self) -> bool:
        """Whether the budget is kept."""
        above = self.least is None or self.value >= self.least
        return above and (self.most is None or self.value <= self.most)


def table(figures: Iterable[Figure]) -> str:
    """Return figures as lines of text: value, budget, verdict, name, how it was measured."""
    lines = []
    for figure in figures:
        budget = ""
        if figure.most is not None:
            budget = f"≤ {figure.most:g}"
        elif figure.least is not None:
            budget = f"≥ {figure.least:g}"
        verdict = "" if not budget else "ok" if figure.holds else "OVER"
        value = f"{figure.value:.3g} {figure.unit}".rstrip()
        lines.append(f"{value:>14}  {budget:>8}  {verdict:4}  {figure.name}  {figure.how}".rstrip())
    return "\n".join(lines)
