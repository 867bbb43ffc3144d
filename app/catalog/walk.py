"""Finds the files in a folder that may be models, without opening one of them.

Nothing stops the walk: folders that may not be opened, links in a circle, files that vanish
meanwhile, ten thousand files that are none of ours.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from app.catalog.describe import FOREIGN_SUFFIXES, FoundFile
from app.catalog.sidecars import sidecars_of
from app.runtime.registry import runtime_kinds

#: The Hugging Face cache keeps its files four folders deep.
MAX_DEPTH = 6
#: Somebody may add a whole disk.
MAX_FOLDERS = 5000

_SPLIT = re.compile(r"(?P<stem>.+)-(?P<number>\d{5})-of-(?P<count>\d{5})(?P<ending>\.\w+)$")
_UNFINISHED = re.compile(
    r"(?P<whole>.+\.(?:gguf|rkllm))(?:\.[\w-]+)?"
    r"\.(?P<how>part|partial|crdownload|aria2|incomplete|download|tmp)$",
    re.I,
)


@dataclass(slots=True)
class Walk:
    """What a walk has found; grows while it goes on."""

    files: list[FoundFile] = field(default_factory=list)
    folders: list[Path] = field(default_factory=list)
    """Every folder that was looked into."""
    closed: list[Path] = field(default_factory=list)
    """Those that may not be opened."""
    is_cut_short: bool = False
    """There were more folders than are looked into."""


def walk(root: Path, is_wanted: Callable[[], bool]) -> Walk:
    """Look through `root` until `is_wanted` says no. Raises OSError when it cannot be opened."""
    found = Walk()
    seen: set[tuple[int, int]] = set()
    waiting: list[tuple[Path, int]] = [(root, 0)]
    while waiting and is_wanted():
        folder, depth = waiting.pop()
        try:
            here = folder.stat()
            if (here.st_dev, here.st_ino) in seen:
                continue
            seen.add((here.st_dev, here.st_ino))
            with os.scandir(folder) as listing:
                # Hidden ones are caches of tools and what a Mac leaves on a stick.
                listed = [entry for entry in listing if not entry.name.startswith(".")]
        except OSError:
            if folder == root:
                raise
            found.closed.append(folder)
            continue
        if len(found.folders) == MAX_FOLDERS:
            found.is_cut_short = True
            break
        found.folders.append(folder)
        inner = [entry.name for entry in listed if _is_folder(entry)]
        if depth < MAX_DEPTH:
            waiting += [(folder / name, depth + 1) for name in sorted(inner, reverse=True)]
        names = [entry.name for entry in listed]
        found.files += _files_in(root, folder, names, frozenset(inner))
    return found


def found_file(path: Path) -> FoundFile:
    """Return one file that lies in none of the folders."""
    try:
        names = [entry.name for entry in path.parent.iterdir()]
    except OSError:
        names = []
    if path.name not in names:
        return _found(path.parent, (path,), ())
    return next(
        (file for file in _files_in(path.parent, path.parent, names) if path in file.parts),
        _found(path.parent, (path,), ()),
    )


def _files_in(
    root: Path, folder: Path, names: list[str], inner: frozenset[str] = frozenset()
) -> Iterator[FoundFile]:
    """Yield the models and adapters among the files of one folder."""
    endings = model_endings()
    wanted = [name for name in names if name.lower().endswith(endings)]
    downloads = [match for name in names if (match := _UNFINISHED.fullmatch(name))]
    if not wanted and not downloads:
        return
    unfinished = _unfinished_wholes(folder, downloads)
    groups = _groups(wanted)
    models = sum(group[0] not in inner for group in groups)
    for group in groups:
        if group[0] in inner and _holds_models(folder / group[0]):
            continue
        paths = tuple(folder / name for name in group)
        sidecars = sidecars_of(paths[0], names, models)
        yield _found(root, paths, sidecars, is_unfinished=any(n in unfinished for n in group))
    for match in downloads:
        if match["whole"] not in unfinished or match["whole"] not in wanted:
            yield _found(root, (folder / match[0],), (), is_unfinished=True)


@cache
def model_endings() -> tuple[str, ...]:
    """Return the endings of files that get a row, in lower case."""
    own = {ending for kind in runtime_kinds() for ending in kind.suffixes}
    return tuple(sorted(own | set(FOREIGN_SUFFIXES)))


def _unfinished_wholes(folder: Path, downloads: Iterable[re.Match[str]]) -> frozenset[str]:
    """Return the files that are there under their final name while a download goes on.

    aria2 reserves the whole size, Firefox leaves an empty file.
    """
    names = set()
    for match in downloads:
        if match["how"].lower() == "aria2" or _size(folder / match["whole"]) == 0:
            names.add(match["whole"])
    return frozenset(names)


def _groups(names: list[str]) -> list[list[str]]:
    """Return the names with the parts of split models together, the first part first."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for name in sorted(names):
        part = _SPLIT.fullmatch(name)
        group = (part["stem"], part["count"], part["ending"].lower()) if part else (name,)
        groups.setdefault(group, []).append(name)
    return list(groups.values())


def _holds_models(folder: Path) -> bool:
    """Return whether a folder with the name of a model is only where that model lies."""
    try:
        return any(path.name.lower().endswith(model_endings()) for path in folder.iterdir())
    except OSError:
        return False


def _found(
    root: Path, parts: tuple[Path, ...], sidecars: tuple[Path, ...], *, is_unfinished: bool = False
) -> FoundFile:
    stats = [_stat(part) for part in parts]
    known = [each for each in stats if each is not None and stat.S_ISREG(each.st_mode)]
    return FoundFile(
        path=parts[0],
        folder=root,
        size=sum(each.st_size for each in known),
        modified=max((each.st_mtime for each in known), default=0.0),
        parts=parts,
        sidecars=sidecars,
        is_unfinished=is_unfinished,
        is_link=parts[0].is_symlink(),
    )


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _size(path: Path) -> int | None:
    known = _stat(path)
    return known.st_size if known is not None else None


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except (OSError, ValueError):
        return None
