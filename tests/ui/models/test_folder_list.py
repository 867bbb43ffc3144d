"""The folders of the library, and those that may become some."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import (
    QWidget,
)

from app.catalog.removable import Place, Suggestion
from app.ui.models.folder_row import FolderRow, RowAction
from app.ui.models.models_window import ModelsWindow
from app.ui.notice_view import ActionButton
from tests.catalog.files import npu_file
from tests.ui.models.scene import QWEN, LibraryScene, Play, button, words
from tests.ui.presenter_fakes import child, children


def test_folders_are_shown_with_what_is_in_them_and_what_is_wrong(
    play: Play, tmp_path: Path
) -> None:
    async def act(scene: LibraryScene, window: ModelsWindow) -> None:
        window.tabs.setCurrentIndex(2)
        more = tmp_path / "more"
        more.mkdir()
        npu_file(more / "Phi-w8a8.rkllm", 1_000_000)
        scene.library.add_folder(more)
        scene.library.add_folder(tmp_path / "gone")
        await scene.until(lambda: len(children(window.folders, FolderRow)) == 3)
        await scene.until(lambda: words(window.folders).count(" free") == 3 - 1)
        shown = words(window.folders)
        assert "1 file · 1.0 MB" in shown
        assert "gone is not there" in shown
        assert "Cairn's own" in shown

    play(act, QWEN)


def test_a_folder_is_removed_with_a_way_back_and_cairns_own_is_not(
    play: Play, tmp_path: Path
) -> None:
    async def act(scene: LibraryScene, window: ModelsWindow) -> None:
        more = tmp_path / "more"
        more.mkdir()
        scene.library.add_folder(more)
        window.tabs.setCurrentIndex(2)
        await scene.until(lambda: len(scene.library.folders) == 2)
        names = [each.accessibleName() for each in children(window.folders, QWidget)]
        assert f"Remove from the library: {more}" in names
        assert f"Remove from the library: {scene.models_folder}" not in names
        window.folders.action_chosen.emit(more, RowAction.REMOVE)
        await scene.until(lambda: len(scene.library.folders) == 1)
        child(window, ActionButton).click()
        await scene.until(lambda: len(scene.library.folders) == 2)

    play(act)


def test_sticks_and_other_programs_folders_are_offered(
    play: Play, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stick = tmp_path / "KINGSTON"
    stick.mkdir()
    npu_file(stick / "Phi-w8a8.rkllm")
    found = (
        Suggestion(stick, "KINGSTON", Place.MEDIUM, is_read_only=True),
        Suggestion(tmp_path, "rkllama", Place.TOOL),
    )

    async def act(scene: LibraryScene, window: ModelsWindow) -> None:
        monkeypatch.setattr(type(scene.library), "suggested_folders", lambda _: found)
        window.tabs.setCurrentIndex(2)
        await scene.until(lambda: "rkllama" in words(window.folders))
        assert "Plugged in · may only be read" in words(window.folders)
        assert "From KINGSTON" in [each.text() for each in window.import_button.menu().actions()]
        await scene.until(lambda: not scene.library.is_scanning)
        button(window.folders, "Add").click()
        await scene.until(lambda: len(scene.library.folders) == 2)

    play(act)
