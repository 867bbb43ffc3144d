"""Names for files that have to be free and not too long for a file system."""

from __future__ import annotations

import os

#: What file systems of Linux take, in bytes.
_LONGEST = 255


def fitting(stem: str, ending: str, *, room: int = 0) -> str:
    """Return `stem` and `ending` as one name; the stem is cut where both do not fit.

    `room` bytes are left for what is added to the name.
    """
    left = _LONGEST - room - len(os.fsencode(ending))
    while len(os.fsencode(stem)) > max(0, left):
        stem = stem[:-1]
    return f"{stem}{ending}"
