"""Says what of the system is missing for Cairn, before anything is installed.

Run by `start`, with any Python from 3.8 on and without any package: `preflight.py list.txt…`
prints `<package> <what it is wanted for>` for each missing thing of the lists. It asks the
dynamic linker rather than the package manager, so it is right on every distribution.
Exit code 3 means that this machine cannot run Cairn at all; the reason is on stderr.
"""

from __future__ import annotations

import ctypes
import os
import platform
import shutil
import sys
from pathlib import Path

# Of the pinned Qt wheels, by machine: older systems have no matching file at the package index.
OLDEST_GLIBC = {"x86_64": (2, 28), "aarch64": (2, 31)}

CANNOT_RUN = 3


def main(lists: list[str]) -> int:
    """Print what is missing of the things in `lists`."""
    if reason := unsupported():
        print(reason, file=sys.stderr)
        return CANNOT_RUN
    for name in lists:
        for line in Path(name).read_text(encoding="utf-8").splitlines():
            words = line.split("#")[0].split()
            if words and not present(*words):
                print(words[2], words[1] if words[0] != "font" else "a font")
    return 0


def unsupported() -> str:
    """Return why Cairn cannot run on this machine, or nothing."""
    machine = platform.machine()
    if sys.platform != "linux" or machine not in OLDEST_GLIBC:
        return f"Cairn runs on Linux on x86-64 and aarch64; this is {sys.platform} on {machine}."
    library, version = platform.libc_ver()
    needed = OLDEST_GLIBC[machine]
    if library != "glibc" or tuple(int(part) for part in version.split(".")[:2]) < needed:
        return (
            f"Cairn needs glibc {needed[0]}.{needed[1]} or newer (Debian 11, Ubuntu 20.04); "
            f"this system has {library or 'another C library'} {version}".rstrip()
            + "."
        )
    return ""


def present(kind: str, name: str, package: str, machine: str = "") -> bool:  # noqa: ARG001
    """Return whether one line of a list is satisfied here."""
    if machine and machine != platform.machine():
        return True
    if kind == "font":
        return has_font()
    if kind == "command":
        return shutil.which(name) is not None
    if kind == "file":
        return Path(name).exists()
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def has_font() -> bool:
    """Return whether any scalable font is where fontconfig looks."""
    home = Path.home()
    folders = (
        "/usr/share/fonts",
        "/usr/local/share/fonts",
        home / ".local/share/fonts",
        home / ".fonts",
    )
    return any(
        name.lower().endswith((".ttf", ".otf", ".ttc"))
        for folder in folders
        for _, _, names in os.walk(folder)
        for name in names
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
