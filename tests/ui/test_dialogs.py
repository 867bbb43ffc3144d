"""The dialogs of the window say what is true: sizes, versions, keys."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialog, QFileDialog, QLabel, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from app import __version__
from app.catalog.starter import STARTER_LABEL
from app.ui import model_dialogs
from app.ui.about_dialog import PARTS, AboutDialog
from app.ui.menus import MENUS
from app.ui.model_dialogs import SOURCES, GetModelDialog, file_dialog
from app.ui.shortcuts_dialog import ShortcutsDialog
from tests.ui.presenter_fakes import children


def words(parent: QWidget) -> str:
    return "\n".join(label.text() for label in children(parent, QLabel))


@pytest.mark.parametrize(("gib", "too_large"), [(2, 2), (8, 1), (64, 0)])
def test_models_too_large_for_this_computer_are_named_so(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, gib: int, too_large: int
) -> None:
    monkeypatch.setattr(model_dialogs, "memory_bytes", lambda: gib * 1024**3)
    dialog = GetModelDialog()
    qtbot.addWidget(dialog)
    assert words(dialog).count("too large for this computer") == too_large
    assert f"{gib}.0 GiB of memory" in words(dialog)


def test_unknown_memory_makes_no_promise(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_dialogs, "memory_bytes", lambda: None)
    dialog = GetModelDialog()
    qtbot.addWidget(dialog)
    assert "of memory" not in words(dialog)
    assert "too large" not in words(dialog)


def test_every_source_shows_its_whole_address(qtbot: QtBot) -> None:
    dialog = GetModelDialog()
    qtbot.addWidget(dialog)
    assert all(f">{source.address}</a>" in words(dialog) for source in SOURCES)


def test_having_a_file_leads_to_opening_it(qtbot: QtBot) -> None:
    dialog = GetModelDialog()
    qtbot.addWidget(dialog)
    with qtbot.waitSignal(dialog.file_requested):
        dialog.accept()


def test_the_file_dialog_looks_for_one_existing_model(qtbot: QtBot, tmp_path: Path) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = file_dialog(parent, tmp_path)
    assert dialog.fileMode() is QFileDialog.FileMode.ExistingFile
    assert dialog.nameFilters()[0] == "GGUF models (*.gguf)"


def test_about_names_version_starter_and_every_part(qtbot: QtBot) -> None:
    dialog = AboutDialog()
    qtbot.addWidget(dialog)
    shown = words(dialog)
    assert f"Version {__version__}" in shown
    assert STARTER_LABEL in shown
    assert all(name in shown and licence in shown for _, name, licence in PARTS)
    assert "–" not in shown.splitlines()


@pytest.mark.parametrize("kind", [AboutDialog, GetModelDialog, ShortcutsDialog])
def test_nothing_is_cut_off_in_a_small_window(qtbot: QtBot, kind: type[QDialog]) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(400, 300)
    dialog = kind(window)
    with qtbot.waitExposed(dialog):
        dialog.show()
    (area,) = children(dialog, QScrollArea)
    assert area.horizontalScrollBar().maximum() == 0


def test_every_shortcut_of_the_menus_is_listed(qtbot: QtBot) -> None:
    dialog = ShortcutsDialog()
    qtbot.addWidget(dialog)
    shown = words(dialog).splitlines()
    for menu in MENUS:
        for item in menu.items:
            if item is not None and item.keys:
                assert item.text.rstrip("…") in shown
                assert item.keys in shown
