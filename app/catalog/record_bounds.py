"""What a value of the records must be to make sense: the file may come from anywhere."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from app.catalog.facts import Fact, FactName
from app.catalog.records import AdapterTest, LoadFailure, Speed

#: The field for a name takes as many characters.
LONGEST_NAME = 200
_LONGEST_TEXT = 1_000_000
_LONGEST_SENTENCE = 2_000
_LONGEST_VALUE = 200
_MOST_FACTS = 100
_STRONGEST = 100.0
_FASTEST = 1_000_000.0
_MOST_TOKENS = 100_000_000
#: The end of the year 9999.
_LAST_MOMENT = 253_402_300_799.0


def bounded(name: str, value: Any) -> Any:
    """Return the value of a field of a record as far as it makes sense.

    Raises ValueError when it makes none.
    """
    if name == "facts":
        return tuple(fact for fact in value[:_MOST_FACTS] if _is_fact(fact))
    check = _CHECKS.get(name)
    if check is not None and value is not None and not check(value):
        raise ValueError(f"{name} is out of bounds")
    return value


def is_context(tokens: int) -> bool:
    """Return whether a context window may be as long as that."""
    return 0 < tokens <= _MOST_TOKENS


def _is_fact(fact: Fact) -> bool:
    if len(fact.value) > _LONGEST_VALUE:
        return False
    if fact.name is FactName.CONTEXT and fact.value.isdecimal():
        return fact.number is not None and is_context(fact.number)
    return True


def _is_speed(speed: Speed) -> bool:
    return (
        0 < speed.tokens_per_second <= _FASTEST
        and 0 <= speed.context_tokens <= _MOST_TOKENS
        and _is_moment(speed.measured_at)
    )


def _is_test(test: AdapterTest) -> bool:
    return _is_moment(test.tested_at) and len(test.model) <= _LONGEST_VALUE


def _is_failure(failure: LoadFailure) -> bool:
    return all(len(text) <= _LONGEST_SENTENCE for text in (failure.cause, failure.advice))


def _is_moment(seconds: float) -> bool:
    return 0 <= seconds <= _LAST_MOMENT


def _is_scale(scale: float) -> bool:
    return math.isfinite(scale) and 0 <= scale <= _STRONGEST


def _is_name(text: str) -> bool:
    return len(text) <= LONGEST_NAME


def _is_text(text: str) -> bool:
    return len(text) <= _LONGEST_TEXT


_CHECKS: dict[str, Callable[[Any], bool]] = {
    "name": _is_name,
    "notes": _is_text,
    "base": _is_name,
    "scale": _is_scale,
    "overrides": _is_text,
    "speed": _is_speed,
    "adapter_test": _is_test,
    "failure": _is_failure,
}
