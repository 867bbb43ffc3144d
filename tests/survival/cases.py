"""Every fault in every phase in which the library can have it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Phase(Enum):
    """What goes on when the fault happens."""

    LOAD = "load"
    PREFILL = "prefill"
    DECODE = "decode"
    STOP = "stop"
    UNLOAD = "unload"
    QUIT = "quit"


@dataclass(frozen=True, slots=True)
class Case:
    """One row of the table."""

    fault: str
    phase: Phase
    options: tuple[tuple[str, str], ...]
    """For the double."""
    words: str = ""
    """What the user has to be told; empty where nothing is amiss for them."""
    keeps: str = ""
    """What of the answer has to stay."""

    @property
    def name(self) -> str:
        return f"{self.phase.value}: {self.fault}"


_WORDS = "one two three four five six seven eight "
_DEATHS = {
    "segfault": "crashed (SIGSEGV)",
    "abort": "crashed (SIGABRT)",
    "kill": "ended by the system",
    "exit": "ended unexpectedly (exit status 3)",
}
_HANGS = {"block": "stopped responding", "spin": "stopped responding"}
_AFTER = ("fault_after", "6")
_SLOW = ("rate", "60")


def _case(fault: str, phase: Phase, words: str, *options: tuple[str, str], keeps: str = "") -> Case:
    base = (("reply", _WORDS), ("repeat", "4"), ("utf8", "whole"))
    return Case(fault, phase, (*base, *options), words, keeps)


def all_cases() -> tuple[Case, ...]:
    """Return the matrix."""
    return (*_load(), *_prefill(), *_decode(), *_stop(), *_unload(), *_quit())


def _load() -> list[Case]:
    silent = {
        "silent": "could not load",
        "null": "nothing to show for it",
        "fail": "no memory left",
    }
    wanted = _DEATHS | _HANGS | silent
    return [
        _case(fault, Phase.LOAD, words, ("fault", f"{fault}@init"))
        for fault, words in wanted.items()
    ]


def _prefill() -> list[Case]:
    wanted = _DEATHS | {
        "fail": "could not answer",
        "null": "without an answer",
        "error": "driver cannot compute",
    }
    found = [
        _case(fault, Phase.PREFILL, words, ("fault", f"{fault}@prefill"))
        for fault, words in wanted.items()
    ]
    # Nobody can tell a hang from a long prompt: the user stops it, and the next answer comes from
    # a fresh engine.
    found += [
        _case(fault, Phase.PREFILL, words, ("fault", f"{fault}@prefill"))
        for fault, words in _HANGS.items()
    ]
    return found


def _decode() -> list[Case]:
    deaths = [
        _case(
            fault, Phase.DECODE, words, ("fault", f"{fault}@decode"), _AFTER, _SLOW, keeps="one two"
        )
        for fault, words in (_DEATHS | _HANGS).items()
    ]
    return [
        *deaths,
        _case(
            "error",
            Phase.DECODE,
            "driver cannot compute",
            ("fault", "error@decode"),
            _AFTER,
            keeps="one two three",
        ),
        _case("no finish", Phase.DECODE, "", ("fault", "nofinish@decode"), _AFTER, keeps="one two"),
        _case("late callback", Phase.DECODE, "", ("fault", "late@decode"), keeps="seven eight"),
        _case(
            "garbage UTF-8",
            Phase.DECODE,
            "",
            ("fault", "garbage@decode"),
            ("utf8", "raw"),
            keeps="sound ",
        ),
        _case("slow tokens", Phase.DECODE, "", ("rate", "8"), ("repeat", "1"), keeps="seven eight"),
        _case("memory growth", Phase.DECODE, "", ("fault", "grow@decode"), keeps="seven eight"),
    ]


def _stop() -> list[Case]:
    endless = ("repeat", "2000")
    # The user stopped it: that it takes the engine with it is told, and nothing is lost.
    wanted = _DEATHS | {"block": "stopped responding", "deaf": "stopped responding"}
    return [
        _case(fault, Phase.STOP, words, ("fault", f"{fault}@stop"), endless, _SLOW, keeps="one")
        for fault, words in wanted.items()
    ]


def _unload() -> list[Case]:
    # Whoever unloads a model wants it gone: how it goes is of no interest.
    return [
        _case(fault, Phase.UNLOAD, "", ("fault", f"{fault}@destroy"), keeps="one")
        for fault in (*_DEATHS, *_HANGS)
    ]


def _quit() -> list[Case]:
    endless = ("repeat", "2000")
    return [
        _case("a blocked load", Phase.QUIT, "", ("fault", "block@init")),
        _case("a blocked prompt", Phase.QUIT, "", ("fault", "block@prefill")),
        _case("a blocked answer", Phase.QUIT, "", ("fault", "block@decode"), _AFTER, keeps="one"),
        _case("an endless answer", Phase.QUIT, "", endless, _SLOW, keeps="one"),
        _case(
            "a deaf library", Phase.QUIT, "", ("fault", "deaf@stop"), endless, _SLOW, keeps="one"
        ),
        *(
            _case(f"{fault} at the end", Phase.QUIT, "", ("fault", f"{fault}@destroy"))
            for fault in (*_DEATHS, *_HANGS)
        ),
    ]
