"""The test double of the NPU library, built for this test run, and what it noticed."""

from __future__ import annotations

import functools
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from native.double.build import build

MAGIC = b"RKLLM-DOUBLE-MODEL\xff 1\n"
LORA_MAGIC = b"RKLLM-DOUBLE-LORA\xff 1\n"
#: One release of each generation.
VERSIONS = ("1.1.4", "1.2.0", "1.2.3", "1.3.0")
_FNV_OFFSET = 0xCBF29CE484222325
_FNV_PRIME = 0x100000001B3

_folder = tempfile.TemporaryDirectory(prefix="cairn-double-")


@functools.cache
def library(version: str) -> Path:
    """Return the double as a version of the library, or as "VERSION=GENERATION"; built once."""
    name = version.partition("=")[0]
    return build(version, Path(_folder.name) / f"librkllmrt-{name}.so")


def write_model(file: Path, **options: object) -> Path:
    """Write a "model" that does what the options say; `native/double` lists them."""
    lines = [f"{name} = {value!s}".replace("\n", "\\n") for name, value in options.items()]
    file.write_bytes(MAGIC + "\n".join([*lines, "", ""]).encode())
    return file


def write_adapter(file: Path, base: str, reply: str) -> Path:
    """Write a LoRA "adapter" for models whose path holds `base`, which changes the reply."""
    data = LORA_MAGIC + f"base={base}\nreply={reply}\n".encode()
    file.write_bytes(data + f"sum={_checksum(data):016x}\n".encode())
    return file


@dataclass(frozen=True, slots=True)
class Record:
    """The calls that the double has noted in a file."""

    file: Path

    def all(self) -> list[dict[str, Any]]:
        """Return everything, oldest first."""
        if not self.file.exists():
            return []
        return [json.loads(line) for line in self.file.read_text("utf-8", "replace").splitlines()]

    def calls(self, name: str) -> list[dict[str, Any]]:
        """Return the calls of one function."""
        return [entry for entry in self.all() if entry.get("call") == name]

    def names(self) -> list[str]:
        """Return the names of all calls, in order."""
        return [entry["call"] for entry in self.all() if "call" in entry]

    def violations(self) -> list[str]:
        """Return what the caller did wrong."""
        return [entry["violation"] for entry in self.all() if "violation" in entry]


def _checksum(data: bytes) -> int:
    value = _FNV_OFFSET
    for byte in data:
        value = (value ^ byte) * _FNV_PRIME % 2**64
    return value
