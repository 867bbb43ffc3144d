"""`keep.toml` as values: what goes into the packages."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PACKAGING = Path(__file__).resolve().parents[1]
ROOT = PACKAGING.parent


@dataclass(frozen=True, slots=True)
class Keep:
    """The lists of `keep.toml`, which says what each is for."""

    limits: dict[str, str]
    host: dict[str, str]
    python_suite: str
    python_packages: tuple[str, ...]
    python_leave: tuple[str, ...]
    python_leave_modules: tuple[str, ...]
    python_libraries: tuple[str, ...]
    wheels_leave: tuple[str, ...]
    wheels_leave_files: tuple[str, ...]
    qt_libraries: tuple[str, ...]
    qt_plugins: tuple[str, ...]
    qt_translations: str
    helper_suite: str
    helpers: dict[str, tuple[str, ...]]
    runtime_suite: str
    runtime_packages: tuple[str, ...]
    licence_suite: str
    licence_packages: tuple[str, ...]
    resources: tuple[str, ...]


def read_keep(file: Path = PACKAGING / "keep.toml") -> Keep:
    """Return what stands in `file`."""
    table: dict[str, Any] = tomllib.loads(file.read_text("utf-8"))
    python, wheels, qt = table["python"], table["wheels"], table["qt"]
    helpers, runtime, licences = table["helpers"], table["runtime"], table["licences"]
    return Keep(
        limits=table["limits"],
        host=table["host"],
        python_suite=python["suite"],
        python_packages=tuple(python["packages"]),
        python_leave=tuple(python["leave"]),
        python_leave_modules=tuple(python["leave_modules"]),
        python_libraries=tuple(python["keep_libraries"]),
        wheels_leave=tuple(wheels["leave"]),
        wheels_leave_files=tuple(wheels["leave_files"]),
        qt_libraries=tuple(qt["libraries"]),
        qt_plugins=tuple(qt["plugins"]),
        qt_translations=qt["translations"],
        helper_suite=helpers["suite"],
        helpers={name: tuple(files) for name, files in helpers["packages"].items()},
        runtime_suite=runtime["suite"],
        runtime_packages=tuple(runtime["packages"]),
        licence_suite=licences["suite"],
        licence_packages=tuple(licences["packages"]),
        resources=tuple(table["own"]["resources"]),
    )
