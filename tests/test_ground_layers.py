"""Borders that the import contracts cannot draw: they see PySide6 only as a whole."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def modules_below(package: str) -> Iterator[Path]:
    yield from sorted((ROOT / "app" / package).rglob("*.py"))


def qt_modules_of(path: Path) -> set[str]:
    """Return the parts of PySide6 that a module imports, wherever in it that happens."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module == "PySide6":
            names = [f"PySide6.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        else:
            continue
        found.update(name.split(".")[1] for name in names if name.startswith("PySide6."))
    return found


@pytest.mark.parametrize("package", ["presenters", "engine"])
def test_what_decides_knows_only_the_core_of_qt(package: str) -> None:
    beyond = {path.name: qt_modules_of(path) - {"QtCore"} for path in modules_below(package)}
    assert {name: modules for name, modules in beyond.items() if modules} == {}


def test_an_import_of_widgets_would_be_seen(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text("import PySide6.QtGui\n\ndef late():\n    from PySide6 import QtWidgets\n")
    assert qt_modules_of(module) == {"QtGui", "QtWidgets"}
