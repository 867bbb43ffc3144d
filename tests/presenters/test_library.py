"""The library in the window: found, watched, described, remembered, and never in the way."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt, QTimer, Slot

from app.catalog.facts import FactName, Kind, Source
from app.catalog.importing import How
from app.catalog.library import LibraryEntry, Severity
from app.catalog.records import AdapterOutcome, RecordsFile
from app.catalog.starter import bundled_files, starter_path
from app.errors import ModelLoadError, Remedy, SettingsError
from app.presenters.library import LibraryPresenter
from app.presenters.notices import Level, Notice, Notices
from app.presenters.settings import SettingsPresenter
from app.presenters.tasks import Tasks
from app.runtime.protocol import Detail, ModelInfo
from app.settings.file import SettingsFile
from tests.catalog.files import npu_file, settle
from tests.gguf_files import gguf_bytes, model_metadata, model_tensors, write_adapter
from tests.gguf_files import write_model as _write_model
from tests.presenters.desk import PATIENCE_S, until


class Shelf(QObject):
    """A library over real files, and what a window would hear of it."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.models = folder / "models"
        self.notices = Notices(self)
        self.tasks = Tasks(self.notices)
        self.settings = SettingsPresenter(SettingsFile(folder / "settings.toml"), self.notices)
        self.library = LibraryPresenter(
            self.models, folder / "library.json", self.settings, self.notices, self.tasks, self
        )
        self.told: list[Notice] = []
        self.changes = 0
        self.arrived: list[object] = []
        self.notices.notice_posted.connect(self._on_notice_posted)
        self.notices.attach()
        self.library.library_changed.connect(self._on_library_changed)
        self.library.import_finished.connect(self._on_import_finished)

    async def open(self) -> None:
        self.library.start()
        await self.looked()

    async def looked(self) -> None:
        """Wait for the end of the look that goes on."""
        await until(lambda: not self.library.is_scanning)

    async def look(self) -> None:
        self.library.refresh()
        await self.looked()

    async def close(self) -> None:
        self.library.close()
        self.settings.save_now()
        await self.tasks.finish(PATIENCE_S)

    def entry(self, name: str) -> LibraryEntry:
        found = self.library.entry_for(self.models / name)
        assert found is not None
        return found

    def names(self) -> list[str]:
        return [
            entry.path.name for entry in self.library.entries if entry.path not in bundled_files()
        ]

    @Slot(object)
    def _on_notice_posted(self, notice: Notice) -> None:
        self.told.append(notice)

    @Slot(object)
    def _on_library_changed(self, entries: tuple[LibraryEntry, ...]) -> None:
        assert entries == self.library.entries
        self.changes += 1

    @Slot(object)
    def _on_import_finished(self, paths: object) -> None:
        self.arrived.append(paths)


Scene = Callable[[Shelf], Awaitable[None]]
PlayShelf = Callable[[Scene], None]


@pytest.fixture
def play_shelf(
    loop: asyncio.AbstractEventLoop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[PlayShelf]:
    """Play a scene with a shelf that is opened before and closed after it."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    (tmp_path / "models").mkdir()

    async def run(scene: Scene) -> None:
        shelf = Shelf(tmp_path)
        await shelf.open()
        try:
            await scene(shelf)
        finally:
            await shelf.close()
            shelf.settings.deleteLater()
            shelf.deleteLater()

    def start(scene: Scene) -> None:
        loop.run_until_complete(run(scene))

    yield start


def write_model(path: Path) -> Path:
    """Write a model that is not like any other of another name, and not a new one."""
    _write_model(path, general__name=path.name)
    settle(path)
    return path


def _info(path: Path, **changes: object) -> ModelInfo:
    info = ModelInfo(path, path.stem, "librkllmrt 1.2.3", 4096, context_limit=4096)
    return replace(info, **changes)  # type: ignore[arg-type]


def test_models_and_adapters_are_found_at_the_start(play_shelf: PlayShelf, tmp_path: Path) -> None:
    write_model(tmp_path / "models" / "b.gguf")
    write_adapter(tmp_path / "models" / "a.gguf")

    async def scene(shelf: Shelf) -> None:
        library = shelf.library
        assert shelf.names() == ["a.gguf", "b.gguf"]
        assert [entry.path.name for entry in library.adapters] == ["a.gguf", "pirate.gguf"]
        assert [entry.path for entry in library.models] == [
            shelf.models / "b.gguf",
            starter_path(),
        ]
        assert library.folders[0].is_default

    play_shelf(scene)


def test_a_file_that_comes_or_goes_is_noticed(play_shelf: PlayShelf) -> None:
    async def scene(shelf: Shelf) -> None:
        path = write_model(shelf.models / "model.gguf")
        await until(lambda: shelf.names() == ["model.gguf"])
        path.unlink()
        await until(lambda: shelf.names() == [])

    play_shelf(scene)


def test_nothing_is_said_of_a_look_that_found_nothing_new(
    play_shelf: PlayShelf, tmp_path: Path
) -> None:
    write_model(tmp_path / "models" / "model.gguf")

    async def scene(shelf: Shelf) -> None:
        changes = shelf.changes
        await shelf.look()
        assert shelf.changes == changes
        shelf.library.rename(shelf.models / "model.gguf", "Mine")
        assert shelf.changes == changes + 1
        await shelf.look()
        assert shelf.changes == changes + 1
        assert shelf.entry("model.gguf").label == "Mine"

    play_shelf(scene)


def test_a_folder_is_added_and_removed(play_shelf: PlayShelf, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    write_model(other / "model.gguf")

    async def scene(shelf: Shelf) -> None:
        shelf.library.add_folder(other)
        await until(lambda: shelf.names() == ["model.gguf"])
        assert [folder.path for folder in shelf.library.folders] == [shelf.models, other]
        shelf.library.remove_folder(other)
        await until(lambda: shelf.names() == [])
        assert (other / "model.gguf").exists()

    play_shelf(scene)


def test_a_stick_that_is_pulled_out_and_plugged_in_again_is_noticed(
    play_shelf: PlayShelf, tmp_path: Path
) -> None:
    stick = tmp_path / "media" / "stick"
    stick.mkdir(parents=True)
    write_model(stick / "model.gguf")

    async def scene(shelf: Shelf) -> None:
        shelf.library.add_folder(stick)
        await until(lambda: shelf.names() == ["model.gguf"])
        stick.rename(tmp_path / "drawer")
        await until(lambda: shelf.names() == [])
        assert "not plugged in" in shelf.library.folders[1].problem
        (tmp_path / "drawer").rename(stick)
        await until(lambda: shelf.names() == ["model.gguf"])
        assert shelf.library.folders[1].problem == ""

    play_shelf(scene)


def test_what_is_said_of_a_file_stays_with_it(play_shelf: PlayShelf, tmp_path: Path) -> None:
    path = write_model(tmp_path / "models" / "model.gguf")
    adapter = write_adapter(tmp_path / "models" / "pirate.gguf")

    async def scene(shelf: Shelf) -> None:
        library = shelf.library
        key = shelf.entry("model.gguf").key
        library.rename(path, " Mine ")
        library.set_notes(path, "rhymes")
        library.set_favourite(path, True)
        library.set_keep_loaded(path, True)
        library.set_overrides(path, "{}")
        library.note_speed(path, 12.5, 64)
        library.set_base(adapter, key)
        library.set_scale(adapter, 0.5)
        library.note_adapter_test(adapter, AdapterOutcome.CHANGES, key)

    async def next_start(shelf: Shelf) -> None:
        record = shelf.entry("renamed.gguf").record
        assert (record.name, record.notes, record.overrides) == ("Mine", "rhymes", "{}")
        assert record.favourite
        assert record.keep_loaded
        assert record.speed is not None
        assert (record.speed.tokens_per_second, record.speed.context_tokens) == (12.5, 64)
        pirate = shelf.entry("pirate.gguf").record
        assert (pirate.base, pirate.scale) == (shelf.entry("renamed.gguf").key, 0.5)
        assert pirate.adapter_test is not None
        assert pirate.adapter_test.outcome is AdapterOutcome.CHANGES

    play_shelf(scene)
    path.rename(path.with_name("renamed.gguf"))
    play_shelf(next_start)


def test_what_was_said_is_saved_a_moment_later(play_shelf: PlayShelf, tmp_path: Path) -> None:
    path = write_model(tmp_path / "models" / "model.gguf")

    async def scene(shelf: Shelf) -> None:
        shelf.library.set_favourite(path, True)
        await until(lambda: (tmp_path / "library.json").is_file())

    play_shelf(scene)


def test_what_cannot_be_saved_is_told_once(
    play_shelf: PlayShelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_model(tmp_path / "models" / "model.gguf")

    def refuse(_: RecordsFile) -> None:
        raise SettingsError("It could not be saved.", "Make room.")

    async def scene(shelf: Shelf) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(RecordsFile, "save", refuse)
            shelf.library.set_favourite(path, True)
            await until(lambda: len(shelf.told) == 1)
            shelf.library.set_favourite(path, False)
            shelf.library.close()
        assert [notice.level for notice in shelf.told] == [Level.ERROR]

    play_shelf(scene)


def test_a_damaged_file_of_records_is_told(play_shelf: PlayShelf, tmp_path: Path) -> None:
    (tmp_path / "library.json").write_text("{")

    async def scene(shelf: Shelf) -> None:
        assert "library.json.broken-1" in shelf.told[0].cause

    play_shelf(scene)


def test_what_the_engine_saw_is_kept_with_its_source(play_shelf: PlayShelf, tmp_path: Path) -> None:
    path = npu_file(tmp_path / "models" / "Qwen3-1.7B-rk3588-8k.rkllm", 2_400_000_000)
    details = (
        Detail("Model made with toolkit", "1.2.1b1"),
        Detail("Made for", "RK3588"),
        Detail("Data type", "W8A8"),
        Detail("NPU cores", "3"),
    )

    async def scene(shelf: Shelf) -> None:
        shelf.library.note_loaded(_info(path, details=details))
        row = shelf.entry(path.name)
        seen = {fact.name: fact.value for fact in row.facts if fact.source is Source.ENGINE}
        assert seen == {
            FactName.TOOLKIT: "1.2.1b1",
            FactName.PLATFORM: "rk3588",
            FactName.QUANTIZATION: "w8a8",
            FactName.NPU_CORES: "3",
            FactName.CONTEXT: "4096",
        }
        # The name says 8k, the engine knows better.
        assert row.context_limit == 4096
        assert row.detail == "1.7B · w8a8 · 2.4 GB"

    play_shelf(scene)


def test_the_double_teaches_the_library_nothing(play_shelf: PlayShelf, tmp_path: Path) -> None:
    path = npu_file(tmp_path / "models" / "model.rkllm")

    async def scene(shelf: Shelf) -> None:
        shelf.library.note_loaded(_info(path, is_demo=True))
        assert shelf.entry("model.rkllm").record.facts == ()

    play_shelf(scene)


def test_a_model_loaded_from_elsewhere_is_known_once_it_was_looked_at(
    play_shelf: PlayShelf, tmp_path: Path
) -> None:
    outside = write_model(tmp_path / "outside.gguf")

    async def scene(shelf: Shelf) -> None:
        shelf.settings.set_value("state", "recent_models", (str(outside),))
        shelf.library.note_speed(outside, 3.0, 64)
        await shelf.looked()
        entry = shelf.library.entry_for(outside)
        assert entry is not None
        assert entry.record.speed is not None

    play_shelf(scene)


def _foreign(name: str) -> ModelLoadError:
    return ModelLoadError(
        f"{name} was made for another chip than the RK3588.",
        "Look for a conversion of the model for rk3588, w8a8.",
        remedy=Remedy.CHOOSE_MODEL,
        details="E rkllm: The model target_platform does not match!",
    )


def test_a_foreign_platform_is_the_reason_of_the_row_until_the_file_changes(
    play_shelf: PlayShelf, tmp_path: Path
) -> None:
    path = npu_file(tmp_path / "models" / "model.rkllm")

    async def scene(shelf: Shelf) -> None:
        shelf.library.note_load_failed(path, _foreign("model.rkllm"))
        row = shelf.entry("model.rkllm")
        assert row.severity is Severity.BROKEN
        assert row.problem == "model.rkllm was made for another chip than the RK3588."

    async def next_start(shelf: Shelf) -> None:
        assert shelf.entry("model.rkllm").severity is Severity.BROKEN
        npu_file(path, salt="another conversion")
        await shelf.look()
        assert shelf.entry("model.rkllm").severity is Severity.OK

    play_shelf(scene)
    play_shelf(next_start)


@pytest.mark.parametrize(
    ("error", "severity"),
    [
        (ModelLoadError("The NPU has no memory left.", remedy=Remedy.CHOOSE_MODEL), Severity.OK),
        (ModelLoadError("The socket failed.", remedy=Remedy.RETRY), Severity.OK),
        (
            ModelLoadError("It contradicts itself.", remedy=Remedy.CHOOSE_MODEL),
            Severity.WARNING,
        ),
    ],
)
def test_only_what_lies_in_the_file_is_held_against_it(
    play_shelf: PlayShelf, tmp_path: Path, error: ModelLoadError, severity: Severity
) -> None:
    path = npu_file(tmp_path / "models" / "model.rkllm")

    async def scene(shelf: Shelf) -> None:
        shelf.library.note_load_failed(path, error)
        assert shelf.entry("model.rkllm").severity is severity
        shelf.library.note_loaded(_info(path))
        assert shelf.entry("model.rkllm").severity is Severity.OK

    play_shelf(scene)


def test_the_user_decides_what_an_npu_file_is(play_shelf: PlayShelf, tmp_path: Path) -> None:
    path = npu_file(tmp_path / "models" / "pirate.rkllm")

    async def scene(shelf: Shelf) -> None:
        shelf.library.set_kind(path, Kind.ADAPTER)
        assert shelf.entry("pirate.rkllm") in shelf.library.adapters
        shelf.library.set_kind(path, None)
        assert shelf.entry("pirate.rkllm") in shelf.library.models

    play_shelf(scene)


def test_a_deleted_model_comes_back_with_undo(play_shelf: PlayShelf, tmp_path: Path) -> None:
    folder = tmp_path / "models" / "big"
    folder.mkdir()
    for number in (1, 2):
        metadata = model_metadata() | {"split.no": number - 1, "split.count": 2}
        part = folder / f"big-0000{number}-of-00002.gguf"
        part.write_bytes(gguf_bytes(metadata, model_tensors()))
    (folder / "config.json").write_text("{}")
    (folder / "notes.txt").write_text("mine")

    async def scene(shelf: Shelf) -> None:
        path = folder / "big-00001-of-00002.gguf"
        shelf.library.set_notes(path, "rhymes")
        shelf.library.delete(path)
        await until(lambda: shelf.names() == [])
        assert [file.name for file in folder.iterdir()] == ["notes.txt"]
        (notice,) = shelf.told
        assert notice.cause.startswith("“big” is in the trash: 229.")
        notice.actions[0].run()
        await until(lambda: shelf.names() == [path.name])
        assert len(list(folder.iterdir())) == 4
        assert shelf.entry("big/big-00001-of-00002.gguf").record.notes == "rhymes"

    play_shelf(scene)


def test_a_folder_is_not_deleted(play_shelf: PlayShelf, tmp_path: Path) -> None:
    folder = tmp_path / "models" / "folder.gguf"
    folder.mkdir()

    async def scene(shelf: Shelf) -> None:
        shelf.library.delete(folder)
        await until(lambda: bool(shelf.told))
        assert "is a folder" in shelf.told[0].cause
        assert folder.is_dir()

    play_shelf(scene)


def test_files_are_brought_in(play_shelf: PlayShelf, tmp_path: Path) -> None:
    source = write_model(tmp_path / "model.gguf")

    async def scene(shelf: Shelf) -> None:
        shelf.library.import_files((source,), None, How.COPY)
        await until(lambda: shelf.names() == ["model.gguf"])
        await until(lambda: shelf.arrived == [(shelf.models / "model.gguf",)])
        shelf.library.import_files((source,), None, How.COPY)
        await until(lambda: bool(shelf.told))
        assert shelf.told[0].cause == "Already in models: model.gguf."

    play_shelf(scene)


def test_an_import_that_fails_is_told_and_ends(play_shelf: PlayShelf, tmp_path: Path) -> None:
    async def scene(shelf: Shelf) -> None:
        shelf.library.import_files((tmp_path / "gone.gguf",), None, How.MOVE)
        await until(lambda: shelf.arrived == [()])
        await until(lambda: bool(shelf.told))
        assert shelf.told[0].level is Level.ERROR

    play_shelf(scene)


def test_a_library_that_is_closed_while_it_looks_ends_at_once(
    loop: asyncio.AbstractEventLoop, tmp_path: Path
) -> None:
    (tmp_path / "models").mkdir()
    for number in range(20):
        write_model(tmp_path / "models" / f"{number}.gguf")

    async def run() -> None:
        shelf = Shelf(tmp_path)
        shelf.library.start()
        await asyncio.sleep(0)
        await shelf.close()
        shelf.settings.deleteLater()
        shelf.deleteLater()

    loop.run_until_complete(run())


class Heartbeat(QObject):
    """Measures how late the window's event loop is, in milliseconds."""

    INTERVAL_MS = 2

    def __init__(self) -> None:
        super().__init__()
        self.longest = 0.0
        self._last = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(self.INTERVAL_MS)
        self._timer.timeout.connect(self._on_beat)

    def start(self) -> None:
        self.longest = 0.0
        self._last = time.perf_counter()
        self._timer.start()

    def stop(self) -> float:
        """Return the longest time that the loop waited."""
        self._timer.stop()
        return self.longest

    @Slot()
    def _on_beat(self) -> None:
        now = time.perf_counter()
        self.longest = max(self.longest, (now - self._last) * 1000 - self.INTERVAL_MS)
        self._last = now


LIMIT_MS = 16.0
RUNS = 7


def _large_library(folder: Path) -> None:
    """Write 300 models and 40 adapters; their weights take no room on the disk."""
    whole = gguf_bytes(model_metadata(), model_tensors())
    adapter = write_adapter(folder / "adapter.gguf").read_bytes()
    (folder / "adapter.gguf").unlink()
    for number in range(300):
        place = folder / f"publisher-{number % 10}"
        place.mkdir(exist_ok=True)
        if number % 2:
            npu_file(place / f"Qwen3-1.7B-w8a8-rk3588-{number}.rkllm", 2_400_000_000)
            continue
        path = place / f"tiny-{number}.gguf"
        path.write_bytes(whole)
        os.truncate(path, 1_000_000_000 + number)
    (folder / "loras").mkdir()
    for number in range(40):
        path = folder / "loras" / f"lora-{number}.gguf"
        path.write_bytes(adapter)
        os.truncate(path, 20_000_000 + number)
    settle(*folder.rglob("*.gguf"), *folder.rglob("*.rkllm"))


@pytest.mark.alone
def test_a_look_through_340_files_never_holds_up_the_window(
    play_shelf: PlayShelf, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    # Of seven runs the third best counts: the machine that runs the tests does other things as
    # well and holds up any loop now and then, while a look that blocks does so in every run. On a
    # quiet machine of two cores the longest wait was 1 to 6 ms.
    beat = Heartbeat()
    longest: list[float] = []

    async def scene(shelf: Shelf) -> None:
        _large_library(shelf.models)
        for run in range(RUNS):
            fresh = LibraryPresenter(
                shelf.models,
                tmp_path / f"library-{run}.json",
                shelf.settings,
                shelf.notices,
                shelf.tasks,
                shelf,
            )
            beat.start()
            fresh.start()
            await until(lambda library=fresh: not library.is_scanning)  # type: ignore[misc]
            longest.append(beat.stop())
            assert len(fresh.models) == 301
            assert len(fresh.adapters) == 41
            assert {entry.problem for entry in fresh.entries} == {""}
            fresh.close()
        started = time.perf_counter()
        await shelf.look()
        record_property("second look, ms", (time.perf_counter() - started) * 1000)

    play_shelf(scene)
    beat.deleteLater()
    record_property("longest waits, ms", longest)
    print("longest waits, ms:", sorted(round(each, 1) for each in longest))
    assert sorted(longest)[2] < LIMIT_MS, longest


def test_what_a_killed_import_left_is_gone_after_the_first_look(
    play_shelf: PlayShelf, tmp_path: Path
) -> None:
    inner = tmp_path / "models" / "inner"
    inner.mkdir()
    left = [tmp_path / "models" / ".importing-abc", inner / ".importing-def"]
    for path in left:
        path.write_bytes(b"half")
        settle(path)

    async def scene(shelf: Shelf) -> None:
        await until(lambda: not any(path.exists() for path in left))
        # Later ones may belong to an import that goes on.
        left[0].write_bytes(b"half")
        settle(left[0])
        await shelf.look()
        assert left[0].exists()

    play_shelf(scene)


def test_what_the_engine_saw_is_told_once_and_what_the_user_says_at_once(
    play_shelf: PlayShelf, tmp_path: Path
) -> None:
    path = npu_file(tmp_path / "models" / "m.rkllm")
    settle(path)

    async def scene(shelf: Shelf) -> None:
        before = shelf.changes
        shelf.library.note_loaded(ModelInfo(path, "m", "RKLLM", 4096, context_limit=4096))
        shelf.library.note_speed(path, 12.0, 100)
        assert shelf.entry("m.rkllm").record.speed is not None
        assert shelf.changes == before
        shelf.library.set_favourite(path, True)
        assert shelf.changes == before + 1
        shelf.library.note_speed(path, 13.0, 100)
        await until(lambda: shelf.changes == before + 2)

    play_shelf(scene)
