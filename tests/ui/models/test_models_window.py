"""The window about models, over a real library: everything that can be said and done is kept."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import (
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.catalog.facts import Kind
from app.catalog.records import AdapterOutcome
from app.presenters.model_state import ModelStage
from app.runtime.protocol import ModelInfo
from app.ui.icons import Icons
from app.ui.models.models_window import ModelsWindow
from app.ui.notice_bar import NoticeBar
from app.ui.notice_view import ActionButton
from app.ui.theme import Theme
from tests.ui.models.scene import QWEN, LibraryScene, Play, button, find, go_to, rows, words
from tests.ui.presenter_fakes import children


def test_every_file_is_a_row_also_one_that_cannot_be_used(play: Play) -> None:
    async def act(scene: LibraryScene, window: ModelsWindow) -> None:
        (scene.models_folder / "text.rkllm").write_text("Not a model at all. " * 50)
        scene.library.refresh()
        await scene.until(lambda: any("is a text file" in row for row in rows(window)))
        assert any(row.startswith("Qwen3-1.7B") and "1.7B · w8a8" in row for row in rows(window))
        assert window.tabs.tabText(0) == f"Models {len(rows(window))}"
        go_to(scene, window, "text.rkllm")
        assert "text.rkllm is a text file." in words(window.page.sheet)
        assert not button(window.page.sheet, "Load").isEnabled()

    play(act, QWEN)


def test_typing_leaves_only_what_has_the_words_and_says_so_when_nothing_has(play: Play) -> None:
    async def act(_scene: LibraryScene, window: ModelsWindow) -> None:
        QTest.keyClicks(window.filter, "qwen w8a8")
        assert [row.split("-")[0] for row in rows(window)] == ["Qwen3"]
        QTest.keyClicks(window.filter, " zzz")
        assert rows(window) == []
        assert "No file has this" in words(window.page.empty)

    play(act, QWEN, "tiny.gguf")


def test_every_fact_is_shown_with_where_it_comes_from(play: Play) -> None:
    async def act(scene: LibraryScene, window: ModelsWindow) -> None:
        go_to(scene, window, QWEN)
        shown = words(window.page.sheet)
        for text in (
            "4,096 tokens",
            "RK3588",
            "read from the file's name",
            str(scene.paths.models),
        ):
            assert text in shown
        assert "neither the file nor its name says it" in shown

    play(act, QWEN)


def test_a_name_is_kept_and_the_file_keeps_its_own(play: Play) -> None:
    async def act(scene: LibraryScene, window: ModelsWindow) -> None:
        entry = go_to(scene, window, QWEN)
        QTest.keyClick(window.page.list, Qt.Key.Key_F2)
        QTest.keyClicks(window.focusWidget(), "Helper")
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Return)
        assert find(scene, QWEN).label == "Helper"
        assert entry.path.is_file()
        assert window.isVisible()
        window.page.sheet.rename()
        window.focusWidget().clear()  # type: ignore[attr-defined]
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Return)
        assert find(scene, QWEN).label == entry.label

    play(act, QWEN)


def test_escape_gives_a_name_back_before_it_closes_anything(play: Play) -> None:
    async def act(scene: LibraryScene, window: ModelsWindow) -> None:
        entry = go_to(scene, window, QWEN)
        window.page.sheet.rename()
        QTest.keyClicks(window.focusWidget(), "x")
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Escape)
        assert window.isVisible()
        assert find(scene, QWEN).label == entry.label
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Escape)
        assert not window.isVisible()

    play(act, QWEN)


def test_notes_are_kept_after_a_pause_and_when_another_file_is_chosen(play: Play) -> None:
    async def act(scene: LibraryScene, window: ModelsWindow) -> None:
        go_to(scene, window, QWEN)
        notes = window.page.sheet._notes
        notes.setFocus()
        QTest.keyClicks(notes, "good at recipes")
        await scene.until(lambda: find(scene, QWEN).record.notes == "good at recipes")
        QTest.keyClicks(notes, "!")
        go_to(scene, window, "tiny.gguf")
        assert find(scene, QWEN).record.notes == "good at recipes!"
        assert notes.text() == ""

    play(act, QWEN, "tiny.gguf")


def test_notes_are_kept_when_the_window_closes(play: Play) -> None:
    async def act(scene: LibraryScene, window: ModelsWindow) -> None:
        go_to(scene, window, QWEN)
        QTest.keyClicks(window.page.sheet._notes, "last words")
        window.close()
        assert find(scene, QWEN).record.notes == "last words"

    play(act, QWEN)


def test_a_favourite_comes_first_and_stays_chosen(play: Play) -> None:
    async def act(scene: LibraryScene, window: ModelsWindow) -> None:
        entry = go_to(scene, window, "tiny.gguf")
        window.page.sheet._favourite.click()
        await scene.caught_up(window)
        assert rows(window)[0].startswith("tiny")
        assert "favourite" in rows(window)[0]
        shown = window.page.sheet.entry
        assert shown is not None
        assert shown.path == entry.path

    play(act, QWEN, "tiny.gguf")


def test_loading_names_what_is_unloaded_and_turns_into_unloading(play: Play) -> None:
    async def act(scene: LibraryScene, window: ModelsWindow) -> None:
        scene.models.leaving = "Phi"
        entry = go_to(scene, window, "tiny.gguf")
        assert "Loading it unloads Phi." in words(window.page.sheet)
        assert "Fits. Needs ≈" in words(window.page.sheet)
        button(window.page.sheet, "Load").click()
        assert ("load", str(entry.path)) in scene.models.calls
        scene.models.hold(entry.path, ModelStage.LOADING)
        await scene.caught_up(window)
        assert button(window.page.sheet, "Cancel loading").isEnabled()
        scene.models.hold(entry.path)
        await scene.caught_up(window)
        assert "loaded" in rows(window)[-1]
        button(window.page.sheet, "Unload").click()
        assert ("unload", str(entry.path)) in scene.models.calls

    play(act, QWEN, "tiny.gguf")


def test_the_starter_is_loaded_as_the_starter_and_cannot_be_deleted(play: Play) -> None:
    async def act(scene: LibraryScene, window: ModelsWindow) -> None:
        starter = next(entry for entry in scene.library.models if entry.is_starter)
        assert window.page.show_path(starter.path)
        assert window.page.sheet._trash.isHidden()
        QTest.keyClick(window.page.list, Qt.Key.Key_Delete)
        assert starter.path.is_file()
        button(window.page.sheet, "Load").click()
        assert ("load_starter",) in scene.models.calls

    play(act)


def test_keeping_loaded_is_kept_for_a_model_that_is_not_shown_too(play: Play) -> None:
    async def act(scene: LibraryScene, window: ModelsWindow) -> None:
        entry = go_to(scene, window, QWEN)
        window.page.sheet._load._keep.click()
        assert find(scene, QWEN).record.keep_loaded
        await scene.caught_up(window)
        assert "kept loaded" in "".join(rows(window))
        scene.models.hold(entry.path)
        await scene.caught_up(window)
        window.page.sheet._load._keep.click()
        assert ("set_kept", False) in scene.models.calls

    play(act, QWEN)


def test_a_file_goes_to_the_trash_and_comes_back(play: Play) -> None:
    async def act(scene: LibraryScene, window: ModelsWindow) -> None:
        entry = go_to(scene, window, QWEN)
        scene.models.hold(entry.path)
        window.page.list.setFocus()
        QTest.keyClick(window.page.list, Qt.Key.Key_Delete)
        assert ("unload", str(entry.path)) in scene.models.calls
        await scene.until(lambda: len(rows(window)) == 2)
        assert not entry.path.exists()
        (undo,) = children(window, ActionButton)
        undo.click()
        await scene.until(lambda: len(rows(window)) == 3)
        assert entry.path.is_file()
        # The keyboard is where the file is, and not at what comes after the notice.
        assert window.page.list.hasFocus()
        assert window.page.sheet.entry is not None
        assert window.page.sheet.entry.path == entry.path

    play(act, QWEN, "tiny.gguf")


def test_the_file_that_was_next_is_chosen_when_one_is_gone(play: Play) -> None:
    async def act(scene: LibraryScene, window: ModelsWindow) -> None:
        go_to(scene, window, "b.gguf")
        (scene.models_folder / "b.gguf").unlink()
        scene.library.refresh()
        await scene.until(lambda: not any(row.startswith("b") for row in rows(window)))
        shown = window.page.sheet.entry
        assert shown is not None
        assert shown.path.name == "c.gguf"

    play(act, "a.gguf", "b.gguf", "c.gguf")


def test_a_file_that_cannot_be_shown_in_a_file_manager_is_named(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def refuse(url: QUrl) -> bool:
        asked.append(url.toLocalFile())
        return False

    monkeypatch.setattr(QDesktopServices, "openUrl", refuse)

    async def act(scene: LibraryScene, window: ModelsWindow) -> None:
        go_to(scene, window, QWEN)
        window.page.sheet._folder.click()
        assert asked == [str(scene.models_folder)]
        assert str(scene.models_folder) in scene.told[-1].advice

    play(act, QWEN)


def test_an_npu_file_can_be_called_an_adapter_and_the_list_goes_after_it(play: Play) -> None:
    async def act(scene: LibraryScene, window: ModelsWindow) -> None:
        entry = go_to(scene, window, QWEN)
        kinds = window.page.sheet._kind
        kinds.setCurrentIndex(kinds.findData("adapter"))
        kinds.activated.emit(kinds.currentIndex())
        await scene.caught_up(window)
        assert find(scene, QWEN).kind is Kind.ADAPTER
        assert window.tabs.currentIndex() == 1
        shown = window.page.sheet.entry
        assert shown is not None
        assert shown.path == entry.path
        go_to(scene, window, QWEN)
        kinds.setCurrentIndex(0)
        kinds.activated.emit(0)
        await scene.caught_up(window)
        assert window.tabs.currentIndex() == 0

    play(act, QWEN)


def test_a_gguf_file_says_itself_what_it_is(play: Play) -> None:
    async def act(scene: LibraryScene, window: ModelsWindow) -> None:
        go_to(scene, window, "tiny.gguf")
        assert window.page.sheet._kind.isHidden()

    play(act, "tiny.gguf")


def test_an_adapter_without_a_known_base_asks_for_it_once(play: Play) -> None:
    async def act(scene: LibraryScene, window: ModelsWindow) -> None:
        window.tabs.setCurrentIndex(1)
        go_to(scene, window, "mystery-lora.rkllm")
        assert "Nothing says which model it belongs to" in words(window.page.sheet)
        box = window.page.sheet._base._box
        place = box.findText("Qwen3-1.7B-rk3588-w8a8-ctx4096")
        box.setCurrentIndex(place)
        box.activated.emit(place)
        assert find(scene, "mystery-lora.rkllm").record.base == find(scene, QWEN).key
        await scene.caught_up(window)
        assert "You said that it belongs to this model." in words(window.page.sheet)

    play(act, QWEN, "mystery-lora.rkllm")


def test_an_adapter_says_which_models_it_works_with_and_what_its_test_found(play: Play) -> None:
    async def act(scene: LibraryScene, window: ModelsWindow) -> None:
        window.tabs.setCurrentIndex(1)
        entry = go_to(scene, window, "small-lora.gguf")
        assert "Belongs to tiny." in words(window.page.sheet)
        scene.library.note_adapter_test(entry.path, AdapterOutcome.CHANGES)
        await scene.caught_up(window)
        assert "it changes the answers" in words(window.page.sheet)
        assert window.page.sheet._load.isHidden()

    play(act, "tiny.gguf", "small-lora.gguf")


def test_a_library_without_models_says_how_to_get_one(play: Play) -> None:
    async def act(_scene: LibraryScene, window: ModelsWindow) -> None:
        assert "Only the starter is here." in words(window.page.empty)
        for text in ("Get a model…", "Import files…", "Add folder…"):
            assert button(window.page.empty, text).isEnabled()

    play(act)


@pytest.mark.parametrize("size", [(560, 480), (800, 480), (320, 280)])
def test_nothing_is_cut_off_sideways(play: Play, size: tuple[int, int]) -> None:
    async def act(scene: LibraryScene, window: ModelsWindow) -> None:
        for tab in range(3):
            window.tabs.setCurrentIndex(tab)
            if tab < 2:
                window.page.show_path(find(scene, (QWEN, "small-lora.gguf")[tab]).path)
                QTest.keyClick(window.page.list, Qt.Key.Key_Return)
            await asyncio.sleep(0.01)
            shown = [area for area in children(window, QScrollArea) if area.isVisible()]
            assert len(shown) == 1
            assert shown[0].horizontalScrollBar().maximum() == 0
        assert (window.width(), window.height()) == size

    play(act, QWEN, "small-lora.gguf", size=size)


def test_in_a_narrow_window_the_sheet_lies_over_the_list_and_escape_leads_back(play: Play) -> None:
    async def act(scene: LibraryScene, window: ModelsWindow) -> None:
        go_to(scene, window, QWEN)
        assert not window.page.sheet.isVisible()
        QTest.keyClick(window.page.list, Qt.Key.Key_Return)
        assert window.page.sheet.isVisible()
        assert not window.page.list.isVisible()
        assert not window.filter.isVisible()
        QTest.keyClick(window, Qt.Key.Key_Escape)
        assert window.page.list.hasFocus()
        assert not window.page.sheet.isVisible()
        QTest.keyClick(window.page.list, Qt.Key.Key_Escape)
        assert not window.isVisible()

    play(act, QWEN, size=(560, 480))


@pytest.mark.alone
def test_three_hundred_files_open_within_a_tenth_of_a_second(
    play: Play, theme: Theme, icons: Icons
) -> None:
    def opening(scene: LibraryScene) -> float:
        began = time.perf_counter()
        second = ModelsWindow(scene.presenters(), theme, icons)
        second.show()
        second.grab()
        spent = time.perf_counter() - began
        second.close()
        second.deleteLater()
        return spent

    async def act(scene: LibraryScene, window: ModelsWindow) -> None:
        assert len(rows(window)) == 301
        # The best of some: other programs want the processor, too.
        assert min(opening(scene) for _ in range(5)) < 0.1

    play(act, *(f"model-{number:03d}-w8a8.rkllm" for number in range(300)))


def test_the_notices_of_the_window_below_are_shown_here_meanwhile(
    loop: asyncio.AbstractEventLoop, below: QWidget, tmp_path: Path, theme: Theme, icons: Icons
) -> None:
    async def run() -> None:
        scene = LibraryScene(tmp_path)
        await scene.open()
        bar = NoticeBar(scene.notices, theme, icons, below)
        home = QVBoxLayout(below)
        home.addWidget(bar)
        home.addWidget(QLabel("composer"))
        window = ModelsWindow(scene.presenters(), theme, icons, below)
        window.open()
        scene.notices.warn("Something is odd.")
        assert window.isAncestorOf(bar)
        assert bar.isVisible()
        assert len(children(below, NoticeBar)) == 1
        window.close()
        assert home.indexOf(bar) == 0
        assert bar.notice is not None
        assert not bar.isHidden()
        window.deleteLater()
        bar.dismiss()
        await scene.close()

    loop.run_until_complete(run())


def test_everything_the_keyboard_gets_to_has_a_name(play: Play) -> None:
    async def act(scene: LibraryScene, window: ModelsWindow) -> None:
        for tab in range(3):
            window.tabs.setCurrentIndex(tab)
            if tab < 2:
                go_to(scene, window, (QWEN, "small-lora.gguf")[tab])
            reached: list[QWidget] = []
            focus = window.focusWidget()
            while focus is not None and focus not in reached:
                reached.append(focus)
                text = getattr(focus, "text", str)()
                assert focus.accessibleName() or text, focus
                QTest.keyClick(focus, Qt.Key.Key_Tab)
                focus = window.focusWidget()
            names = {each.accessibleName() for each in reached}
            assert "Show" in names
            if tab < 2:
                assert {"Name", "Notes", "Favourite", "Show in files", "Move to trash"} <= names

    play(act, QWEN, "small-lora.gguf")


def test_facts_that_differ_are_both_shown(play: Play) -> None:
    async def act(scene: LibraryScene, window: ModelsWindow) -> None:
        entry = go_to(scene, window, QWEN)
        scene.library.note_loaded(ModelInfo(entry.path, "Qwen3", "RKLLM", 2048, context_limit=2048))
        await scene.caught_up(window)
        shown = words(window.page.sheet)
        assert "2,048 tokens" in shown
        assert "seen when it was loaded; otherwise 4,096 tokens: read from the file" in shown

    play(act, QWEN)


def test_a_measured_speed_is_shown_with_its_day(play: Play) -> None:
    async def act(scene: LibraryScene, window: ModelsWindow) -> None:
        entry = go_to(scene, window, QWEN)
        scene.library.note_speed(entry.path, 12.43, 812)
        await scene.caught_up(window)
        assert "Last speed here: 12.4 tok/s with 812 tokens" in words(window.page.sheet)

    play(act, QWEN)


def test_a_load_that_says_several_things_is_shown_once(play: Play) -> None:
    async def act(scene: LibraryScene, window: ModelsWindow) -> None:
        entry = go_to(scene, window, QWEN)
        await scene.caught_up(window)
        told: list[object] = []
        scene.library.library_changed.connect(told.append)
        due = QSignalSpy(window._news_timer.timeout)
        scene.library.note_loaded(ModelInfo(entry.path, "Qwen3", "RKLLM", 2048, context_limit=2048))
        scene.library.note_speed(entry.path, 12.43, 812)
        scene.models.hold(entry.path)
        scene.models.choices_changed.emit(scene.models.choices())
        await scene.caught_up(window)
        assert len(told) == 1
        assert due.count() <= 2
        assert "12.4 tok/s" in words(window.page.sheet)
        assert "loaded" in "".join(rows(window))

    play(act, QWEN)
