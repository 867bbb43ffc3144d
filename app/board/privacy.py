"""Takes out of a report what says who wrote it."""

from __future__ import annotations

import getpass
import re
import socket
from pathlib import Path

#: Shorter names are parts of too many words.
_SHORTEST_NAME = 3


def anonymous(text: str) -> str:
    """Return `text` without the home folder, the user's name and the name of the computer."""
    text = text.replace(str(Path.home()), "~")
    text = re.sub(r"/(home|Users)/[^/\s:\"']+", r"/\1/USER", text)
    for name, mark in ((_user(), "USER"), (socket.gethostname(), "HOST")):
        if len(name) >= _SHORTEST_NAME and name not in ("root", "localhost"):
            text = re.sub(rf"\b{re.escape(name)}\b", mark, text)
    return text


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
