"""Decides whether a library can be spoken to, and how: three witnesses have to agree.

1. The version that is written in the file.
2. Its functions, which tell the releases apart up to a point.
3. Where it keeps the fields whose defaults are documented: 1.2.1 and 1.3.0 have the same
   functions and other structs, and a wrong guess ends in a crash without a word.

An unknown version whose functions and layout are those of one known generation may be tried when
the user says so. A contradiction is never tried.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from app.runtime.rkllm.abi import FIRST_FUNCTIONS, GENERATIONS, Generation, ffi_of, generation_of
from app.runtime.rkllm.library_file import NotALibrary, read_version

#: A library whose constructors hang is given up after this time.
PROBE_BUDGET_S = 20.0


class Verdict(Enum):
    """What the witnesses say together."""

    GOOD = "good"
    UNKNOWN = "unknown"
    """Not released publicly, but like a generation that is known."""
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Library:
    """A file that may be the runtime, and what is known of it."""

    path: Path
    verdict: Verdict
    version: str = ""
    """As it stands in the file; empty where it does not."""
    generation: Generation | None = None
    reason: str = ""
    """Why it is not GOOD, as the rest of a sentence that names the file."""
    advice: str = ""
    is_double: bool = False


def examine(path: Path) -> Library:
    """Ask the three witnesses about the library at `path`."""
    try:
        version, is_double = read_version(path)
    except NotALibrary as error:
        return Library(path, Verdict.REFUSED, reason=str(error), advice=_ANOTHER)
    if version.startswith("1.0"):
        return Library(path, Verdict.REFUSED, version, reason=_TOO_OLD, advice=_TOO_OLD_ADVICE)
    seen, problem = _probe(path)
    if problem:
        return Library(path, Verdict.REFUSED, version, reason=problem, advice=_advice_for(problem))
    functions = frozenset(seen["functions"])
    if not functions >= FIRST_FUNCTIONS:
        reason = "it lacks functions that every release has"
        return Library(path, Verdict.REFUSED, version, reason=reason, advice=_ANOTHER)
    by_functions = [item for item in GENERATIONS if functions == item.functions]
    by_layout = matching_layouts(bytes.fromhex(seen["defaults"]))
    both = [item for item in by_functions if item in by_layout]
    known = generation_of(version)
    if known is not None and known in both:
        return Library(path, Verdict.GOOD, version, known, is_double=is_double)
    if known is None and len(both) == 1:
        named = f"its version is {version}" if version else "it does not say its version"
        reason = f"{named}, which Cairn does not know; it looks like {both[0].name}"
        return Library(path, Verdict.UNKNOWN, version, both[0], reason, _TRY_IT, is_double)
    reason = (
        f"it says {version or 'no version'}, has the functions of {_names(by_functions)} "
        f"and the layout of {_names(by_layout)}"
    )
    return Library(path, Verdict.REFUSED, version, reason=reason, advice=_ANOTHER)


def matching_layouts(defaults: bytes) -> list[Generation]:
    """Return the generations at whose offsets the documented defaults stand in `defaults`.

    Fields were only ever added, so of generations that match the later one has more to match.
    """
    matching = [item for item in GENERATIONS if _has_defaults(item, defaults)]
    by_name = {item.name: item for item in matching}
    if "1.2.1" in by_name and "1.2.0" in by_name:
        # All that sets them apart is n_batch, where 1.2.0 keeps reserved bytes.
        matching.remove(by_name["1.2.0"])
    return matching


def _has_defaults(generation: Generation, defaults: bytes) -> bool:
    ffi = ffi_of(generation)
    param: Any = ffi.new("RKLLMParam *")
    if len(defaults) < ffi.sizeof("RKLLMParam"):
        return False
    ffi.memmove(param, defaults, ffi.sizeof("RKLLMParam"))
    seen = [
        (param.top_k, 40),
        (param.top_p, 0.9),
        (param.temperature, 0.8),
        (param.repeat_penalty, 1.1),
        (param.mirostat, 0),
    ]
    if generation.is_at_least("1.2.0"):
        seen.append((param.extend_param.enabled_cpus_num, 4))
    if generation.is_at_least("1.2.1"):
        seen.append((param.extend_param.n_batch, 1))
    return all(abs(value - wanted) < 1e-3 for value, wanted in seen)


def _probe(path: Path) -> tuple[dict[str, Any], str]:
    """Return what a child saw of the library, and what is wrong with it, if anything."""
    # -P: a folder named "app" where the user stands must not shadow ours.
    command = [sys.executable, "-P", "-m", "app.runtime.rkllm.probe", str(path)]
    try:
        child = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PROBE_BUDGET_S
        )
    except subprocess.TimeoutExpired:
        return {}, f"it did not answer within {PROBE_BUDGET_S:.0f} seconds"
    except OSError as error:
        return {}, f"it could not be looked at ({error.strerror})"
    try:
        # The library may have printed something of its own before.
        seen: dict[str, Any] = json.loads(child.stdout.splitlines()[-1])
    except (ValueError, IndexError):
        how = f"signal {-child.returncode}" if child.returncode < 0 else "no reason"
        return {}, f"it crashed when it was opened ({how})"
    if "error" in seen:
        return {}, f"it cannot be opened ({seen['error']})"
    return seen, ""


def _names(generations: list[Generation]) -> str:
    return " or ".join(item.name for item in generations) or "no known release"


def _advice_for(problem: str) -> str:
    if "libgomp" in problem:
        return "Install it: sudo apt install libgomp1"
    return _ANOTHER


_ANOTHER = "Install librkllmrt.so 1.1.0 to 1.3.0 from Rockchip's rknn-llm repository."
_TOO_OLD = "its version is 1.0, which loads no model that is made today"
_TOO_OLD_ADVICE = (
    "Install librkllmrt.so 1.1.0 or later, and convert models made for 1.0 again with a newer "
    "toolkit."
)
_TRY_IT = "Try it if you trust the file, or install a release that Cairn knows."
