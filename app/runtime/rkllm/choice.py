"""Which of several libraries loads a model.

The rule: the one of the same version as the toolkit that made the model, else the newest that is
at least as new as it, else the newest. A path in the settings overrides it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.errors import ModelLoadError, Remedy
from app.runtime.rkllm.examine import Library, Verdict

_NUMBERS = re.compile(r"\d+")
_TOOLKIT_IN_NAME = re.compile(r"(?:^|[-_.])v?(1\.[1-9]\.\d+)(?=[-_.]|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The library to use and why, as one sentence."""

    library: Library
    why: str


def toolkit_from_name(model: Path) -> str:
    """Return the version of the toolkit in the name of a model file, or ""."""
    found = _TOOLKIT_IN_NAME.search(model.stem)
    return found[1] if found else ""


def choose(
    libraries: Sequence[Library], toolkit: str, trusted: Iterable[str], *, named: bool
) -> Chosen:
    """Return the library for a model made by `toolkit` ("" where that is not known).

    `trusted` has the versions that the user wants to try although they are not known. `named`
    says that the user named the library. Raises ModelLoadError when none can be used.
    """
    trusted = frozenset(trusted)
    usable = [item for item in libraries if _is_usable(item, trusted)]
    if not usable:
        raise _none_usable(libraries)
    usable.sort(key=lambda item: _numbers(item.version), reverse=True)
    chosen, why = _best(usable, toolkit)
    if named:
        why = "it is the one named in the settings"
    others = len(usable) - 1
    if others and not named:
        why += f"; {others} more could be used"
    return Chosen(chosen, why)


def _best(usable: list[Library], toolkit: str) -> tuple[Library, str]:
    if toolkit:
        for library in usable:
            if library.version == toolkit:
                return library, f"it has the version of the model's toolkit, {toolkit}"
        for library in usable:
            if _numbers(library.version) >= _numbers(toolkit):
                return library, f"it is the newest, and not older than the toolkit {toolkit}"
        return usable[0], f"it is the newest, though older than the toolkit {toolkit}"
    return usable[0], "it is the newest that can be used"


def _is_usable(library: Library, trusted: frozenset[str]) -> bool:
    if library.verdict is Verdict.UNKNOWN:
        return trust_name(library) in trusted
    return library.verdict is Verdict.GOOD


def trust_name(library: Library) -> str:
    """Return what the user trusts when they say so: the version, or the path without one."""
    return library.version or str(library.path)


def _none_usable(libraries: Sequence[Library]) -> ModelLoadError:
    details = "\n".join(f"{item.path}: {item.reason}" for item in libraries)
    for library in libraries:
        if library.verdict is Verdict.UNKNOWN:
            return ModelLoadError(
                f"The NPU library {library.path.name} is not used: {library.reason}.",
                library.advice,
                remedy=Remedy.TRUST_LIBRARY,
                details=details,
                subject=trust_name(library),
            )
    if libraries:
        first = libraries[0]
        return ModelLoadError(
            f"The NPU library {first.path} cannot be used: {first.reason}.",
            first.advice,
            remedy=Remedy.CHECK_BOARD,
            details=details,
        )
    return ModelLoadError(
        "Models of this kind need the NPU library librkllmrt.so, and there is none here.",
        "On a board with an RK3588, put it into /usr/lib; on other computers choose a GGUF model.",
        remedy=Remedy.CHECK_BOARD,
    )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in _NUMBERS.findall(version))
