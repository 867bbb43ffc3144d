"""CPU cores as people write them: "4-7" or "4,5,6,7"."""

from __future__ import annotations

import re

#: The NPU library takes the cores as the bits of a 32-bit number.
HIGHEST_CORE = 31
_PART = re.compile(r"([0-9]{1,4})(?:\s*[-–]\s*([0-9]{1,4}))?")


def parse_cores(text: str) -> tuple[int, ...]:
    """Return the core numbers in `text`, each once and in order; none for an empty text.

    Raises ValueError, saying what is wrong, for anything else.
    """
    cores: set[int] = set()
    for part in text.split(",") if text.strip() else ():
        found = _PART.fullmatch(part.strip())
        if found is None:
            raise ValueError("needs core numbers such as 4-7 or 4,5,6")
        first, last = int(found[1]), int(found[2] or found[1])
        if first > last:
            raise ValueError(f"{first}-{last} does not begin with the smaller number")
        if last > HIGHEST_CORE:
            raise ValueError(f"{last} is outside 0 to {HIGHEST_CORE}")
        cores.update(range(first, last + 1))
    return tuple(sorted(cores))
