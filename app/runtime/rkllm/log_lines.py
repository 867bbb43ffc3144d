"""Reads what the library prints: it is the only thing that it says about a model and a failure."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from app.errors import Remedy

_RUNTIME = re.compile(
    r"rkllm-runtime version: (?P<runtime>[^,\s]+)"
    r"(?:, rknpu driver version: (?P<driver>[^,\s]+))?(?:, platform: (?P<platform>[^,\s]+))?"
)
_MODEL = re.compile(
    r"rkllm-toolkit version: (?P<toolkit>[^,\s]+), max_context_limit: (?P<limit>\d+)"
    r"(?:, npu_core_num: (?P<cores>\d+))?(?:, target_platform: (?P<target>[^,\s]+))?"
    r"(?:, model_dtype: (?P<dtype>[^,\s]+))?"
)
_CPUS = re.compile(r"Enabled cpus: \[(?P<cpus>[\d, ]*)\]")
_PREFIX = re.compile(r"^[IWE] (?:rkllm|RKNN):\s*(?:\[[\d:.]+\]\s*)?")


@dataclass(frozen=True, slots=True)
class LogFacts:
    """What the lines of an init say; empty or None where they do not."""

    runtime: str = ""
    driver: str = ""
    board: str = ""
    toolkit: str = ""
    context_limit: int | None = None
    npu_cores: int | None = None
    target: str = ""
    dtype: str = ""
    cpus: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """A line that was understood."""

    cause: str
    advice: str
    remedy: Remedy
    kind: str
    numbers: dict[str, int]
    """The groups of the pattern that are numbers."""


@dataclass(frozen=True, slots=True)
class _Entry:
    pattern: re.Pattern[str]
    cause: str
    advice: str
    remedy: Remedy
    kind: str


def facts_in(text: str) -> LogFacts:
    """Return what the lines of `text` say about library, driver and model."""
    runtime, model, cpus = _RUNTIME.search(text), _MODEL.search(text), _CPUS.search(text)
    return LogFacts(
        runtime=_group(runtime, "runtime"),
        driver=_group(runtime, "driver"),
        board=_group(runtime, "platform"),
        # Models of toolkit 1.1.1 say "unknown".
        toolkit=_group(model, "toolkit").replace("unknown", ""),
        context_limit=int(_group(model, "limit")) if model else None,
        npu_cores=int(cores) if (cores := _group(model, "cores")) else None,
        target=_group(model, "target"),
        dtype=_group(model, "dtype"),
        cpus=_group(cpus, "cpus"),
    )


def understood(text: str, file: str) -> Message | None:
    """Return what the lines of `text` mean for a user of the model `file`, or None."""
    lines = [_PREFIX.sub("", line) for line in text.splitlines()]
    for entry in _entries():
        for line in lines:
            found = entry.pattern.search(line)
            if found is None:
                continue
            groups = {name: value or "" for name, value in found.groupdict().items()}
            numbers = {name: int(value) for name, value in groups.items() if value.isdigit()}
            words = groups | {"file": file}
            return Message(
                entry.cause.format(**words),
                entry.advice.format(**words),
                entry.remedy,
                entry.kind,
                numbers,
            )
    return None


def says_failed(text: str) -> bool:
    """Return whether a line of `text` is an error that is known."""
    errors = [line for line in text.splitlines() if line.startswith("E ")]
    return understood("\n".join(errors), "") is not None


def error_lines(text: str) -> str:
    """Return the warnings and errors among the lines of `text`, else its last lines."""
    lines = text.splitlines()
    bad = [line for line in lines if line.startswith(("E ", "W ")) or "ASSERT" in line]
    return "\n".join((bad or lines)[-12:])


@cache
def _entries() -> tuple[_Entry, ...]:
    file = Path(__file__).with_name("messages.toml")
    tables = tomllib.loads(file.read_text(encoding="utf-8"))["message"]
    return tuple(
        _Entry(
            re.compile(table["pattern"]),
            table["cause"],
            table["advice"],
            Remedy(table.get("remedy", "none")),
            table.get("kind", ""),
        )
        for table in tables
    )


def _group(found: re.Match[str] | None, name: str) -> str:
    return (found[name] or "") if found else ""
