"""A second start of Cairn hands what it was started for to the running one, and ends.

1. The running program listens on a socket in its private runtime folder; no network is involved.
2. A second start sends one message, a JSON object, and waits for the answer.
3. Both look who the other one is: whoever is not the same user is not listened to.
4. A program that is ending does not listen any more, so the second start goes on to be the first.

Nothing of Qt is imported here: a key of the desktop opens the small window this way, at once.
"""

from __future__ import annotations

import json
import os
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtCore import QLockFile

ANSWER = b"ok"
#: How long a second start waits for the answer: the running one may be busy for a moment.
_ANSWER_S = 5.0
#: How long a second start looks for the first one, which takes about as long to end.
_PATIENCE_S = 10.0
_LOOK_AGAIN_MS = 50


@dataclass(frozen=True, slots=True)
class Visit:
    """What a second start was started for."""

    model: str = ""
    """Path of the model to load; empty for none."""
    quick: bool = False
    """Show the small window for one question, and not the large one."""
    token: str = ""
    """With this the desktop lets a window come to the front (xdg-activation)."""

    @classmethod
    def of_this_start(cls, model: Path | None, *, quick: bool) -> Visit:
        """Return the visit of this process."""
        token = os.environ.get("XDG_ACTIVATION_TOKEN") or os.environ.get("DESKTOP_STARTUP_ID", "")
        return cls("" if model is None else str(model), quick, token)


def find_the_other(path: Path, visit: Visit, lock: QLockFile) -> bool:
    """Hand `visit` over to whoever holds `lock`; return whether it was taken.

    The other one may be starting or ending just now. When it has ended `lock` is held by us.
    """
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        if hand_over(path, visit):
            return True
        if lock.tryLock(_LOOK_AGAIN_MS):
            return False
    return False


def hand_over(path: Path, visit: Visit) -> bool:
    """Send `visit` to the program that listens at `path`; return whether it was taken."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as end:
        end.settimeout(_ANSWER_S)
        try:
            with short(path) as address:
                end.connect(address)
            if not is_same_user(end):
                return False
            end.send(json.dumps(asdict(visit)).encode("ascii"))
            return end.recv(len(ANSWER)) == ANSWER
        except OSError:
            # Nobody listens, or not for long.
            return False


@contextmanager
def short(path: Path) -> Iterator[str]:
    """Give the path of a socket in a form that is short enough, however long it is.

    The kernel takes 107 bytes.
    """
    handle = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{handle}/{path.name}"
    finally:
        os.close(handle)


def is_same_user(end: socket.socket) -> bool:
    """Return whether the process at the other end belongs to this user (unix(7): SO_PEERCRED)."""
    form = "3i"
    found = end.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize(form))
    return bool(struct.unpack(form, found)[1] == os.getuid())
