"""A report of the findings, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict

from app import __version__
from app.board.findings import Finding, Level

_MARKS = {Level.OK: "ok     ", Level.WARNING: "warning", Level.PROBLEM: "PROBLEM"}
_INDENT = " " * 9


def as_text(findings: Sequence[Finding]) -> str:
    """Return the report as lines."""
    lines = [f"Cairn {__version__}: board check", ""]
    for finding in findings:
        lines.append(f"{_MARKS[finding.level]}  {finding.name}: {finding.text}")
        lines += [f"{_INDENT}{words}" for words in (finding.remedy, finding.command) if words]
    lines += ["", summary(findings)]
    return "\n".join(lines) + "\n"


def as_json(findings: Sequence[Finding]) -> str:
    """Return the report as JSON: `cairn`, `level`, and the findings with all their fields."""
    report = {
        "cairn": __version__,
        "level": worst(findings).value,
        "findings": [asdict(each) | {"level": each.level.value} for each in findings],
    }
    return json.dumps(report, indent=2, ensure_ascii=False) + "\n"


def worst(findings: Sequence[Finding]) -> Level:
    """Return the gravest level."""
    order = (Level.OK, Level.WARNING, Level.PROBLEM)
    return max((each.level for each in findings), key=order.index, default=Level.OK)


def summary(findings: Sequence[Finding]) -> str:
    """Return the whole in one sentence."""
    problems = sum(each.level is Level.PROBLEM for each in findings)
    warnings = sum(each.level is Level.WARNING for each in findings)
    if problems:
        return f"{problems} {'thing keeps' if problems == 1 else 'things keep'} models off the NPU."
    if warnings:
        return f"Everything needed is there; {warnings} could be better."
    return "Everything is as it should be."
