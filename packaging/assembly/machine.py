"""The kinds of machine that packages are made for, and what others call them."""

from __future__ import annotations

import platform
from enum import Enum


class Machine(Enum):
    """A kind of machine; its value is the kernel's name for it."""

    X86_64 = "x86_64"
    AARCH64 = "aarch64"

    @property
    def debian(self) -> str:
        """Debian's name."""
        return {"x86_64": "amd64", "aarch64": "arm64"}[self.value]

    @property
    def triplet(self) -> str:
        """The name in the folders of libraries and before the tools of a compiler."""
        return f"{self.value}-linux-gnu"

    @property
    def elf_number(self) -> int:
        """The number in the headers of its programs (elf.h: EM_X86_64, EM_AARCH64)."""
        return {"x86_64": 62, "aarch64": 183}[self.value]

    @property
    def oldest_wheels(self) -> tuple[str, ...]:
        """The platforms of wheels that run on the oldest system supported, newest first."""
        names = ("manylinux_2_31", "manylinux_2_28", "manylinux_2_17", "manylinux2014")
        return tuple(f"{name}_{self.value}" for name in names)


def this_machine() -> Machine:
    """Return the machine that this runs on. Raises ValueError for one of another kind."""
    return Machine(platform.machine())
