"""Reads what an ELF file says of itself: machine, needed libraries, symbol versions, sections.

Only 64-bit little-endian files, which is what both machines have; see elf(5).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

MAGIC = b"\x7fELF"
_HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
_SECTION = struct.Struct("<IIQQQQIIQQ")
_DYNAMIC = struct.Struct("<qQ")
_NEED = struct.Struct("<HHIII")
_NEED_ENTRY = struct.Struct("<IHHII")
_SHT_DYNAMIC = 6
_SHT_VERNEED = 0x6FFFFFFE
_DT_NEEDED, _DT_SONAME, _DT_RPATH, _DT_RUNPATH = 1, 14, 15, 29


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the file with a name."""

    name: str
    kind: int
    offset: int
    size: int
    link: int
    """The number of the section that holds its strings."""


@dataclass(frozen=True, slots=True)
class Elf:
    """What stands in one file."""

    machine: int
    soname: str
    needed: tuple[str, ...]
    search: tuple[str, ...]
    """Where it looks for them before the system does, with $ORIGIN unresolved."""
    versions: tuple[str, ...]
    """Of the symbols that it wants from others, such as GLIBC_2.17."""
    sections: tuple[Section, ...]

    def section(self, name: str) -> Section | None:
        """Return the section of that name, or None."""
        return next((each for each in self.sections if each.name == name), None)


def is_elf(path: Path) -> bool:
    """Return whether `path` is an ELF file."""
    with path.open("rb") as file:
        return file.read(4) == MAGIC


def read_elf(path: Path) -> Elf:
    """Return what stands in `path`. Raises ValueError for a file of another format."""
    data = path.read_bytes()
    if data[:4] != MAGIC or data[4:6] != b"\x02\x01":
        raise ValueError(f"{path} is not a 64-bit little-endian ELF file")
    try:
        return _read(data)
    except (struct.error, IndexError) as error:
        raise ValueError(f"{path} is a broken ELF file") from error


def _read(data: bytes) -> Elf:
    header = _HEADER.unpack_from(data)
    machine, table, size, count, names = header[2], header[6], header[11], header[12], header[13]
    raw = [_SECTION.unpack_from(data, table + size * number) for number in range(count)]
    sections = tuple(
        Section(_text(data, raw[names][4] + each[0]), each[1], each[4], each[5], each[6])
        for each in raw
    )
    tags: dict[int, list[str]] = {}
    for section in sections:
        if section.kind == _SHT_DYNAMIC:
            strings = sections[section.link].offset
            for tag, value in _DYNAMIC.iter_unpack(_bytes(data, section)):
                if tag in (_DT_NEEDED, _DT_SONAME, _DT_RPATH, _DT_RUNPATH):
                    tags.setdefault(tag, []).append(_text(data, strings + value))
                elif tag == 0:
                    break
    search = tags.get(_DT_RUNPATH) or tags.get(_DT_RPATH) or []
    return Elf(
        machine,
        "".join(tags.get(_DT_SONAME, ())),
        tuple(tags.get(_DT_NEEDED, ())),
        tuple(folder for entry in search for folder in entry.split(":") if folder),
        tuple(_versions(data, sections)),
        sections,
    )


def _versions(data: bytes, sections: tuple[Section, ...]) -> list[str]:
    found: list[str] = []
    for section in sections:
        if section.kind != _SHT_VERNEED:
            continue
        strings, at, more = sections[section.link].offset, section.offset, 1
        while more:
            _, _, _, first, more = _NEED.unpack_from(data, at)
            entry, another = at + first, 1
            while another:
                _, _, _, name, another = _NEED_ENTRY.unpack_from(data, entry)
                found.append(_text(data, strings + name))
                entry += another
            at += more
    return found


def _bytes(data: bytes, section: Section) -> bytes:
    # A stripped table may be cut in the middle of an entry.
    whole = section.size - section.size % _DYNAMIC.size
    return data[section.offset : section.offset + whole]


def _text(data: bytes, at: int) -> str:
    return data[at : data.index(b"\0", at)].decode("utf-8", "replace")
