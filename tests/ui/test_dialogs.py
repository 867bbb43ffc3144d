"""The dialogs of the window say what is true: sizes, versions, keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QFileDialog, QLabel, QScrollArea, QTreeView, QWidget
from pytestqt.qtbot import QtBot

from app import __version__
from app.board.findings import Finding, Level
from app.catalog.starter import STARTER_LABEL
from app.presenters.model_state import ModelStage, ModelState
from app.runtime.protocol import Capabilities, Capability, Detail, ModelInfo
from app.ui.about_dialog import PARTS, AboutDialog
from app.ui.board_dialog import BoardDialog
from app.ui.icons import Icons
from app.ui.menus import MENUS
from app.ui.models import model_dialogs
from app.ui.models.details_dialog import DetailsDialog
from app.ui.models.model_dialogs import SOURCES, GetModelDialog, file_dialog
from app.ui.shortcuts_dialog import ShortcutsDialog
from tests.ui.presenter_fakes import FakeBoard, children


def words(parent: QWidget) -> str:
    return "\n".join(label.text() for label in children(parent, QLabel))


def test_a_model_is_looked_for_by_whole_names_and_dates(qtbot: QtBot, tmp_path: Path) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    dialog = file_dialog(window, tmp_path)
    (table,) = children(dialog, QTreeView)
    shown = [column for column in range(4) if not table.isColumnHidden(column)]
    titles = [table.model().headerData(column, Qt.Orientation.Horizontal) for column in shown]
    assert titles == ["Name", "Size", "Date Modified"]


@pytest.mark.parametrize(("gigabytes", "too_large"), [(2, 3), (8, 1), (64, 0)])
def test_models_too_large_for_this_computer_are_named_so(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, gigabytes: int, too_large: int
) -> None:
    monkeypatch.setattr(model_dialogs, "memory_bytes", lambda: gigabytes * 10**9)
    dialog = GetModelDialog()
    qtbot.addWidget(dialog)
    assert words(dialog).count("too large for this computer") == too_large
    assert f"{gigabytes}.0 GB of memory" in words(dialog)


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
    assert dialog.nameFilters()[0] == "Models (*.gguf *.rkllm)"


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


FOUND = (
    Finding(Level.OK, "Chip", "Orange Pi 5 has an RK3588S."),
    Finding(Level.WARNING, "CPU clock", "Slow.", "Let it run at full speed:", "echo performance"),
    Finding(Level.PROBLEM, "NPU library", "There is no librkllmrt.so.", "Put it into /usr/lib."),
)


@pytest.fixture
def board(qtbot: QtBot, icons: Icons) -> tuple[FakeBoard, BoardDialog]:
    presenter = FakeBoard()
    dialog = BoardDialog(cast(Any, presenter), icons)
    qtbot.addWidget(dialog)
    dialog.show()
    return presenter, dialog


def test_the_board_check_begins_when_its_dialog_opens(
    board: tuple[FakeBoard, BoardDialog],
) -> None:
    presenter, dialog = board
    assert presenter.checks == 1
    assert dialog._progress.isVisible()
    assert not dialog._copy.isEnabled()


def test_the_board_check_shows_every_finding_with_its_remedy_and_command(
    board: tuple[FakeBoard, BoardDialog],
) -> None:
    presenter, dialog = board
    presenter.checked.emit(FOUND)
    shown = words(dialog)
    for finding in FOUND:
        for text in (finding.name, finding.text, finding.remedy, finding.command):
            assert text in shown
    assert "1 thing keeps models off the NPU." in shown
    assert not dialog._progress.isVisible()
    marks = {label.accessibleName() for label in children(dialog, QLabel)}
    assert {"In order", "Warning", "Problem"} <= marks


def test_the_board_check_can_be_repeated_and_copied(
    qtbot: QtBot, board: tuple[FakeBoard, BoardDialog]
) -> None:
    presenter, dialog = board
    presenter.checked.emit(FOUND)
    dialog._copy.click()
    assert "PROBLEM  NPU library" in QGuiApplication.clipboard().text()
    dialog._again.click()
    assert presenter.checks == 2
    presenter.checked.emit(FOUND[:1])
    qtbot.waitUntil(lambda: "librkllmrt" not in words(dialog))


def test_the_details_of_a_model_say_where_each_value_comes_from(qtbot: QtBot) -> None:
    info = ModelInfo(
        Path("/models/a <b>.rkllm"),
        "a",
        "RKLLM 1.2.3",
        4096,
        context_limit=16384,
        quantization="w8a8",
        capabilities=Capabilities(frozenset({Capability.LORA}), {Capability.SEED: "No seed."}),
        details=(Detail("NPU library", "1.2.3", "chosen because it is the newest"),),
    )
    dialog = DetailsDialog(ModelState(ModelStage.READY, "a", info=info))
    qtbot.addWidget(dialog)
    shown = words(dialog)
    assert "/models/a <b>.rkllm" in shown
    assert "4,096 tokens" in shown
    assert "at most 16,384" in shown
    assert "chosen because it is the newest" in shown
    assert "What it cannot do" in shown
    assert "No seed." in shown


def test_the_details_without_a_model_say_so(qtbot: QtBot) -> None:
    dialog = DetailsDialog(ModelState())
    qtbot.addWidget(dialog)
    assert words(dialog) == "No model is loaded"
