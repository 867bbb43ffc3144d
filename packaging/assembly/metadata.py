"""Writes what an installed package says of itself: name, version and the runtimes it announces.

Cairn finds its runtimes through entry points, as it does in every other installation.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from assembly.keep import ROOT


def project() -> dict[str, Any]:
    """Return the table `project` of pyproject.toml."""
    table: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    found: dict[str, Any] = table["project"]
    return found


def write_metadata(lib: Path) -> None:
    """Write the dist-info of Cairn into `lib`."""
    about = project()
    name, version = about["name"], about["version"]
    folder = lib / f"{name.replace('-', '_')}-{version}.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(
        f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\n"
        f"Summary: {about['description']}\nLicense-Expression: {about['license']}\n",
        "utf-8",
    )
    (folder / "INSTALLER").write_text("package\n", "utf-8")
    groups = {"console_scripts": about["scripts"], **about["entry-points"]}
    lines = [
        line
        for group, entries in groups.items()
        for line in (f"[{group}]", *(f"{key} = {value}" for key, value in entries.items()), "")
    ]
    (folder / "entry_points.txt").write_text("\n".join(lines), "utf-8")
