"""Text from files and their names as people can read it: on one line, in the order it has.

A name comes from anywhere. One that turns the direction of writing shows another ending than it
has, and one of several lines takes the place of others.
"""

from __future__ import annotations

import re

from app.chat.text import well_formed

LONGEST = 200
#: Control characters, and those that turn the direction of writing.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def shown_text(text: str, longest: int = LONGEST) -> str:
    """Return `text` on one line, cut after `longest` characters; controls become U+FFFD."""
    line = _CONTROLS.sub("\ufffd", " ".join(well_formed(text).split()))
    return line if len(line) <= longest else f"{line[: longest - 1]}…"
