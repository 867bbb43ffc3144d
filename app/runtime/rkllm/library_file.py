"""What a library file says about itself before anything in it is run."""

from __future__ import annotations

import mmap
import platform
import re
from pathlib import Path

#: Tools that look for the version scan for the same text. Another number in the file, after
#: "rknn llm lib version", is that of the matrix library inside.
_VERSION = re.compile(rb"RKLLM SDK \(version: ([0-9][0-9A-Za-z.\-]{0,20})")
#: A mark of the test double in `native/double`, which must not be taken for an NPU.
_DOUBLE = b"build: double (test double)"
_ELF = b"\x7fELF"
#: Machine numbers of ELF headers.
_MACHINES = {183: "aarch64", 62: "x86_64", 40: "32-bit ARM", 3: "32-bit x86"}
_MACHINE_OFFSET = 18


class NotALibrary(Exception):
    """The file cannot be this machine's library; the text says why."""


def read_version(path: Path) -> tuple[str, bool]:
    """Return the version that stands in the file, or "", and whether it is the test double.

    Raises NotALibrary when the file cannot be read or is made for another machine.
    """
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            _check_machine(data)
            found = _VERSION.search(data)
            return found[1].decode("ascii") if found else "", data.find(_DOUBLE) >= 0
    except (OSError, ValueError) as error:
        # An empty file cannot be mapped.
        reason = error.strerror if isinstance(error, OSError) else "it is empty"
        raise NotALibrary(f"it cannot be read ({reason})") from error


def _check_machine(data: mmap.mmap) -> None:
    if data[:4] != _ELF:
        raise NotALibrary("it is not a library")
    order = "little" if data[5] == 1 else "big"
    number = int.from_bytes(data[_MACHINE_OFFSET : _MACHINE_OFFSET + 2], order)  # type: ignore[arg-type]
    machine = _MACHINES.get(number, f"machine {number}")
    if machine != platform.machine():
        raise NotALibrary(f"it is made for {machine}, and this is {platform.machine()}")
