"""Bringing files in: what will happen is said before, what happened after."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import (
    QFileDialog,
    QPushButton,
    QRadioButton,
)
from pytestqt.qtbot import QtBot

from app.catalog import removable
from app.catalog.importing import How, ImportProgress
from app.catalog.removable import Place, Suggestion
from app.presenters import import_preview
from app.ui.models.import_dialog import ImportDialog
from app.ui.models.import_progress import ImportProgressView
from app.ui.models.models_window import ModelsWindow
from app.ui.notice_bar import NoticeBar
from app.ui.theme import Theme
from tests.catalog.files import npu_file
from tests.ui.models.scene import QWEN, LibraryScene, Play, button, drop, rows, words
from tests.ui.presenter_fakes import child, children


def test_dropped_files_are_asked_about_and_linked(play: Play, tmp_path: Path) -> None:
    other = tmp_path / "downloads"
    other.mkdir()
    npu_file(other / "Phi-w8a8.rkllm", 5_000_000)
    (other / "readme.txt").write_text("Read me.")

    async def act(scene: LibraryScene, window: ModelsWindow) -> None:
        drop(window, other / "Phi-w8a8.rkllm", other / "readme.txt")
        dialog = child(window, ImportDialog)
        start = button(dialog, "Start")
        await scene.until(start.isEnabled)
        assert "One file, 5.0 MB" in words(dialog)
        assert "Left out, since they are no models: readme.txt" in words(dialog)
        # It lies on a disk of this computer.
        assert dialog._how.how is How.LINK
        await scene.until(lambda: "are free there" in words(dialog))
        start.click()
        await scene.until(lambda: "One file is in" in words(dialog))
        assert (scene.models_folder / "Phi-w8a8.rkllm").is_symlink()
        button(dialog, "Close").click()
        await scene.until(lambda: any(row.startswith("Phi") for row in rows(window)))
        shown = window.page.sheet.entry
        assert shown is not None
        assert shown.path.name == "Phi-w8a8.rkllm"

    play(act, QWEN)


def test_a_folder_is_imported_as_copies(play: Play, tmp_path: Path) -> None:
    other = tmp_path / "downloads"
    other.mkdir()
    for name in ("Phi-w8a8.rkllm", "Gemma-w8a8.rkllm"):
        npu_file(other / name)

    async def act(scene: LibraryScene, window: ModelsWindow) -> None:
        window.import_button.files_chosen.emit((other,))
        dialog = child(window, ImportDialog)
        start = button(dialog, "Start")
        await scene.until(start.isEnabled)
        assert "2 models and adapters" in words(dialog)
        next(each for each in children(dialog, QRadioButton) if each.text() == "Copy").click()
        start.click()
        await scene.until(lambda: "2 files are in" in words(dialog))
        assert not (scene.models_folder / "Phi-w8a8.rkllm").is_symlink()
        assert (other / "Phi-w8a8.rkllm").is_file()
        button(dialog, "Close").click()
        await scene.until(lambda: not scene.library.is_scanning)

    play(act)


def test_what_goes_wrong_in_an_import_is_said_in_its_dialog_only(
    play: Play, tmp_path: Path
) -> None:
    source = npu_file(tmp_path / "Phi-w8a8.rkllm")

    async def act(scene: LibraryScene, window: ModelsWindow) -> None:
        window.import_button.files_chosen.emit((source,))
        dialog = child(window, ImportDialog)
        start = button(dialog, "Start")
        await scene.until(start.isEnabled)
        source.unlink()
        start.click()
        await scene.until(lambda: "it was moved or deleted" in words(dialog))
        assert "Nothing was brought in" in words(dialog)
        button(dialog, "Close").click()
        assert child(window, NoticeBar).notice is None
        await scene.until(lambda: not scene.library.is_scanning)

    play(act)


def test_what_holds_no_models_is_not_imported(play: Play, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    async def act(scene: LibraryScene, window: ModelsWindow) -> None:
        drop(window, tmp_path / "empty")
        dialog = child(window, ImportDialog)
        await scene.until(lambda: "There is nothing to import" in words(dialog))
        assert "Start" not in [b.text() for b in children(dialog, QPushButton) if b.isVisible()]
        button(dialog, "Close").click()

    play(act)


def test_files_for_an_import_are_looked_for_by_menu(play: Play) -> None:
    async def act(_scene: LibraryScene, window: ModelsWindow) -> None:
        texts = [action.text() for action in window.import_button.menu().actions()]
        assert texts[:2] == ["Files…", "Folder…"]
        window.import_button.choose_files()
        dialog = child(window, QFileDialog)
        assert dialog.fileMode() is QFileDialog.FileMode.ExistingFiles
        dialog.close()

    play(act)


def test_a_stick_is_copied_from_and_one_that_is_read_only_gives_nothing_away(
    play: Play, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stick = tmp_path / "KINGSTON"
    stick.mkdir()
    npu_file(stick / "Phi-w8a8.rkllm")
    medium = Suggestion(stick, "KINGSTON", Place.MEDIUM, is_read_only=True)
    monkeypatch.setattr(removable, "removable_media", lambda *_: (medium,))

    async def act(scene: LibraryScene, window: ModelsWindow) -> None:
        window.import_button.files_chosen.emit((stick,))
        dialog = child(window, ImportDialog)
        await scene.until(button(dialog, "Start").isEnabled)
        assert dialog._how.how is How.COPY
        move = next(each for each in children(dialog, QRadioButton) if each.text() == "Move")
        assert not move.isEnabled()
        assert "may only be read" in words(dialog)
        dialog.close()

    play(act)


def test_what_has_no_room_is_not_copied_but_can_be_linked(
    play: Play, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = npu_file(tmp_path / "Phi-w8a8.rkllm", 5_000_000)
    monkeypatch.setattr(import_preview, "_free", lambda _: 1_000_000)

    async def act(scene: LibraryScene, window: ModelsWindow) -> None:
        window.import_button.files_chosen.emit((source,))
        dialog = child(window, ImportDialog)
        start = button(dialog, "Start")
        await scene.until(start.isEnabled)
        dialog._how.choose(How.COPY)
        await scene.until(lambda: "5.0 MB are needed" in words(dialog))
        assert not start.isEnabled()
        dialog._how.choose(How.LINK)
        assert start.isEnabled()
        dialog.close()

    play(act)


def test_the_dialog_leaves_the_same_room_on_a_disk_as_the_import(
    play: Play, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = npu_file(tmp_path / "Phi-w8a8.rkllm", 114_000)
    monkeypatch.setattr(import_preview, "_free", lambda _: 5_100_000)

    async def act(scene: LibraryScene, window: ModelsWindow) -> None:
        window.import_button.files_chosen.emit((source,))
        dialog = child(window, ImportDialog)
        start = button(dialog, "Start")
        await scene.until(start.isEnabled)
        dialog._how.choose(How.COPY)
        figures = "114.0 kB are needed, 5.1 MB are free, and 100 MB should stay free"
        await scene.until(lambda: figures in words(dialog))
        assert not start.isEnabled()
        # On the same disk a moved file takes no room.
        dialog._how.choose(How.MOVE)
        assert start.isEnabled()
        dialog.close()

    play(act)


def test_another_folder_to_import_to_becomes_one_of_the_library(play: Play, tmp_path: Path) -> None:
    source = npu_file(tmp_path / "Phi-w8a8.rkllm")
    other = tmp_path / "other"
    other.mkdir()

    async def act(scene: LibraryScene, window: ModelsWindow) -> None:
        window.import_button.files_chosen.emit((source,))
        dialog = child(window, ImportDialog)
        await scene.until(button(dialog, "Start").isEnabled)
        dialog._on_folder_selected(str(other))
        button(dialog, "Start").click()
        await scene.until(lambda: f"One file is in {other}" in words(dialog))
        await scene.until(lambda: any(row.startswith("Phi") for row in rows(window)))
        assert other in [folder.path for folder in scene.library.folders]
        dialog.close()

    play(act)


def test_a_cancelled_import_says_what_stays_and_can_be_closed(
    play: Play, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = npu_file(tmp_path / "Phi-w8a8.rkllm")

    async def act(scene: LibraryScene, window: ModelsWindow) -> None:
        library = scene.library
        cancelled: list[bool] = []
        monkeypatch.setattr(library, "import_files", lambda *_: None)
        monkeypatch.setattr(library, "cancel_import", lambda: cancelled.append(True))
        window.import_button.files_chosen.emit((source,))
        dialog = child(window, ImportDialog)
        await scene.until(button(dialog, "Start").isEnabled)
        button(dialog, "Start").click()
        library.import_progressed.emit(ImportProgress("Phi-w8a8.rkllm", 1_000_000, 4_000_000))
        assert "1.0 MB of 4.0 MB" in words(dialog)
        button(dialog, "Cancel").click()
        assert cancelled
        # A drive that hangs must not keep the dialog open.
        assert button(dialog, "Close").isEnabled()
        library.import_finished.emit(())
        assert "Nothing was brought in." in words(dialog)
        button(dialog, "Close").click()

    play(act)


def test_the_rate_is_that_of_the_last_second(
    qtbot: QtBot, theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr("app.ui.models.import_progress.time.monotonic", lambda: now[0])
    view = ImportProgressView()
    qtbot.addWidget(view)
    view.show()
    view.begin()
    view.set_progress(ImportProgress("a.gguf", 1_000_000, 9_000_000))
    assert "/s" not in words(view)
    now[0] += 2
    view.set_progress(ImportProgress("a.gguf", 5_000_000, 9_000_000))
    assert "2.5 MB/s" in words(view)
    now[0] += 1
    view.set_progress(ImportProgress("a.gguf", 6_000_000, 9_000_000))
    assert "1.0 MB/s" in words(view)
