"""Where the runtime library may be: what the user says, what is bundled, and the usual folders."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

#: Names the library in the environment; a folder is searched.
VARIABLE = "CAIRN_RKLLM_LIBRARY"
#: Several versions may lie side by side: librkllmrt-1.2.3.so, librkllmrt.so.1.3.0.
_PATTERN = "librkllmrt*.so*"
#: Where the dynamic linker looks, and where vendors' images and readmes put it.
_FOLDERS = (
    "/usr/lib",
    "/usr/lib/aarch64-linux-gnu",
    "/usr/lib64",
    "/lib",
    "/lib/aarch64-linux-gnu",
    "/usr/local/lib",
    "/usr/local/lib/aarch64-linux-gnu",
)
_BRANCHES = ("/opt/*/lib", "/opt/*/lib/*", "/usr/lib/rkllm*", "/usr/local/lib/rkllm*")


def candidates(
    wanted: str,
    data_dir: Path,
    environment: Mapping[str, str] = os.environ,
    root: Path = Path("/"),
) -> tuple[Path, ...]:
    """Return the libraries there are, best place first, each file once.

    `wanted` is the path in the settings; it and the environment variable stand alone. Below
    `data_dir` the user may keep libraries of their own, and beside an AppImage, too.
    """
    named = wanted or environment.get(VARIABLE, "")
    if named:
        path = Path(named).expanduser()
        return _once(_in_folder(path)) if path.is_dir() else (path,)
    folders = [data_dir / "lib", *_in_data(data_dir)]
    if image := environment.get("APPIMAGE"):
        folders.append(Path(image).parent)
    if inside := environment.get("APPDIR"):
        folders.append(Path(inside) / "usr" / "lib" / "rkllm")
    folders += [Path(entry) for entry in environment.get("LD_LIBRARY_PATH", "").split(":") if entry]
    folders += [root / folder.lstrip("/") for folder in _FOLDERS]
    for branch in _BRANCHES:
        folders += sorted(root.glob(branch.lstrip("/")))
    return _once(path for folder in folders for path in _in_folder(folder))


def _in_data(data_dir: Path) -> list[Path]:
    try:
        return sorted(path for path in (data_dir / "lib").iterdir() if path.is_dir())
    except OSError:
        return []


def _in_folder(folder: Path) -> Iterator[Path]:
    try:
        yield from sorted(path for path in folder.glob(_PATTERN) if path.is_file())
    except OSError:
        return


def _once(paths: Iterator[Path] | tuple[Path, ...]) -> tuple[Path, ...]:
    """Return `paths` without those that lead to a file named before."""
    seen: set[Path] = set()
    kept: list[Path] = []
    for path in paths:
        real = path.resolve()
        if real not in seen:
            seen.add(real)
            kept.append(path)
    return tuple(kept)
