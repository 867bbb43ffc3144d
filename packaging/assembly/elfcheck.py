"""Says what would not run on the oldest system supported, before anybody finds out there.

Every program and library of a tree must be for the right machine, want no symbol version newer
than the limits, and need only libraries that lie in the tree where the linker finds them, or that
every desktop has.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from assembly.elf import Elf, is_elf, read_elf
from assembly.keep import Keep
from assembly.machine import Machine


@dataclass(frozen=True, slots=True)
class Report:
    """What was found in a tree."""

    problems: tuple[str, ...]
    newest: dict[str, str]
    """The newest version wanted of each kind of symbol, such as GLIBC."""
    from_host: tuple[str, ...]
    """The libraries that the system has to have."""
    files: int


def check_tree(folder: Path, machine: Machine, keep: Keep) -> Report:
    """Look at everything in `folder`."""
    files = {path: read_elf(path) for path in _elf_files(folder)}
    problems: list[str] = []
    newest: dict[str, str] = {}
    from_host: set[str] = set()
    for path, elf in files.items():
        shown = path.relative_to(folder)
        problems += _unfit(elf, str(shown), machine, keep)
        for kind, version in _versions(elf):
            if _number(version) > _number(newest.get(kind, "0")):
                newest[kind] = version
        for name in elf.needed:
            if name in keep.host:
                from_host.add(name)
            elif not _is_found(name, path, elf, folder):
                problems.append(f"{shown}: needs {name}, which is neither inside nor on the list")
    return Report(tuple(problems), newest, tuple(sorted(from_host)), len(files))


def check_library(path: Path, machine: Machine, keep: Keep) -> tuple[str, ...]:
    """Return what is wrong with one library that is to go into a tree."""
    try:
        elf = read_elf(path)
    except ValueError as error:
        return (str(error),)
    problems = [
        f"{path.name}: needs {name}, which not every desktop has"
        for name in elf.needed
        if name not in keep.host and name not in _inside(keep)
    ]
    return (*problems, *_unfit(elf, path.name, machine, keep))


def _unfit(elf: Elf, shown: str, machine: Machine, keep: Keep) -> Iterator[str]:
    """Yield why a file would not run on the oldest system, whatever it needs."""
    if elf.machine != machine.elf_number:
        yield f"{shown}: made for another machine ({elf.machine})"
    for kind, version in _versions(elf):
        if kind in keep.limits and _number(version) > _number(keep.limits[kind]):
            yield f"{shown}: wants {kind}_{version}, the limit is {keep.limits[kind]}"


def _inside(keep: Keep) -> set[str]:
    return {name for names in keep.helpers.values() for name in names}


def _elf_files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and is_elf(path):
            yield path


def _versions(elf: Elf) -> Iterator[tuple[str, str]]:
    for name in elf.versions:
        kind, _, version = name.rpartition("_")
        if kind and version[:1].isdigit():
            yield kind, version


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def _is_found(name: str, path: Path, elf: Elf, folder: Path) -> bool:
    """Return whether the linker finds `name` inside, for a library that is loaded first."""
    for entry in elf.search:
        place = Path(entry.replace("$ORIGIN", str(path.parent))) / name
        if entry.startswith("$ORIGIN") and place.exists():
            return place.resolve().is_relative_to(folder.resolve())
    return False
