"""The models and adapters that there are, what is known of them, and what the user says of them."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.catalog.starter import bundled_files, is_starter, starter_path
from app.errors import AppError
from app.presenters.library_look import Look, Places
from app.presenters.library_saving import LibrarySaving
from app.presenters.notices import Notices
from app.presenters.settings import SettingsPresenter
from app.presenters.tasks import Tasks
from app.runtime.protocol import ModelInfo
from app.settings.schema import Settings

if TYPE_CHECKING:
    from app.catalog.facts import Kind
    from app.catalog.importing import How
    from app.catalog.library import LibraryEntry
    from app.catalog.records import AdapterOutcome, Record, RecordsFile
    from app.catalog.removable import Suggestion
    from app.catalog.scan import Library, LibraryFolder
    from app.presenters.library_files import LibraryFiles
    from app.presenters.library_watch import LibraryWatch


class LibraryPresenter(QObject):
    """Knows every model and adapter. Lives on the window's thread."""

    #: Files came, went or changed, or something was said of one; carries a tuple of LibraryEntry.
    #: What the engine shows of a file is told once for a turn of the loop, at its end.
    library_changed = Signal(object)
    #: A look through the folders has begun or ended; carries whether one goes on.
    scanning_changed = Signal(bool)
    #: Files are being brought in; carries an ImportProgress.
    import_progressed = Signal(object)
    #: An import has ended, also a cancelled or failed one; carries the paths that are there now.
    import_finished = Signal(object)
    #: A deletion was undone; carries the path of what is there again, at the next look.
    file_restored = Signal(object)

    def __init__(
        self,
        default_folder: Path,
        records_file: Path,
        settings: SettingsPresenter,
        notices: Notices,
        tasks: Tasks,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._default_folder = default_folder
        self._records_file = records_file
        self._settings = settings
        self._notices = notices
        self._tasks = tasks
        self._library: Library | None = None
        self._entries: tuple[LibraryEntry, ...] = ()
        self._by_path: dict[Path, LibraryEntry] = {}
        self._waiting: list[tuple[Path, Callable[[Record], Record]]] = []
        """What was said of files before the first look at them."""
        self._stopped = threading.Event()
        self._looker = Look(self._stopped)
        self._is_started = False
        self._is_scanning = False
        self._is_wanted_again = False
        self._looked_at: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
        self._saving = LibrarySaving(self._records_now, notices, tasks, self)
        self._news_timer = QTimer(self)
        self._news_timer.setSingleShot(True)
        self._news_timer.setInterval(0)
        self._news_timer.timeout.connect(self._on_news_due)
        settings.settings_changed.connect(self._on_settings_changed)

    @property
    def entries(self) -> tuple[LibraryEntry, ...]:
        """Every model and adapter, by name."""
        return self._entries

    @property
    def models(self) -> tuple[LibraryEntry, ...]:
        """The models among them; the starter is one."""
        return tuple(entry for entry in self._entries if not entry.is_adapter)

    @property
    def adapters(self) -> tuple[LibraryEntry, ...]:
        """The adapters among them."""
        return tuple(entry for entry in self._entries if entry.is_adapter)

    @property
    def folders(self) -> tuple[LibraryFolder, ...]:
        """The folders that are looked through, the default one first, as they were found."""
        return self._library.folders if self._library is not None else ()

    @property
    def is_scanning(self) -> bool:
        """Whether a look through the folders goes on."""
        return self._is_scanning

    def start(self) -> None:
        """Read what is known, then look through the folders; needs the event loop."""
        if not self._is_started:
            self._is_started = True
            self._looked = asyncio.Event()
            self._looked_at = self._places()
            self._is_scanning = True
            self._tasks.start(self._begin(), "library")

    @Slot()
    def refresh(self) -> None:
        """Look through the folders again; another look follows when one goes on already."""
        if not self._is_started or self._stopped.is_set():
            return
        if self._is_scanning:
            self._is_wanted_again = True
            return
        self._is_scanning = True
        self._tasks.start(self._scan(), "library")

    def entry_for(self, path: Path) -> LibraryEntry | None:
        """Return the entry of a file, if it is known."""
        found = self._by_path.get(path)
        if found is None and is_starter(path):
            found = self._by_path.get(starter_path())
        return found

    def record_for(self, path: Path) -> Record:
        """Return what was said of a file, also before it is known."""
        from app.catalog.records import NOTHING_SAID

        entry = self.entry_for(path)
        record = NOTHING_SAID if entry is None else entry.record
        for waiting, change in self._waiting:
            if waiting == path:
                record = change(record)
        return record

    async def first_look(self, budget_s: float) -> None:
        """Wait until the folders were looked through once, but no longer than `budget_s`."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._looked.wait(), budget_s)

    def suggested_folders(self) -> tuple[Suggestion, ...]:
        """Return plugged-in media and other tools' folders, as they were at the last look."""
        return self._library.suggestions if self._library is not None else ()

    def add_folder(self, folder: Path) -> None:
        """Look through one more folder from now on."""
        known = self._settings.settings.state.model_folders
        if str(folder) not in known and folder != self._default_folder:
            self._settings.set_value("state", "model_folders", (*known, str(folder)))

    def remove_folder(self, folder: Path) -> None:
        """Look through a folder no more; its files stay as they are."""
        known = self._settings.settings.state.model_folders
        left = tuple(each for each in known if each != str(folder))
        self._settings.set_value("state", "model_folders", left)

    def rename(self, path: Path, name: str) -> None:
        """Call a file by another name; an empty one gives it its own back."""
        self._say(path, name=name.strip())

    def set_notes(self, path: Path, notes: str) -> None:
        """Keep what the user notes on a file."""
        self._say(path, notes=notes)

    def set_favourite(self, path: Path, is_favourite: bool) -> None:
        """Mark a file as a favourite, or not."""
        self._say(path, favourite=is_favourite)

    def set_keep_loaded(self, path: Path, is_kept: bool) -> None:
        """Keep a model loaded, or not."""
        self._say(path, keep_loaded=is_kept)

    def set_kind(self, path: Path, kind: Kind | None) -> None:
        """Say what a file is; None leaves it to the file."""
        self._say(path, kind=kind)

    def set_base(self, adapter: Path, model_key: str) -> None:
        """Say which model an adapter belongs to; an empty key leaves it open."""
        self._say(adapter, base=model_key)

    def set_scale(self, adapter: Path, scale: float) -> None:
        """Say how strongly an adapter works."""
        self._say(adapter, scale=scale)

    def set_overrides(self, path: Path, text: str) -> None:
        """Keep the settings of one model, as text that is opaque here."""
        self._say(path, overrides=text)

    def note_loaded(self, info: ModelInfo) -> None:
        """Keep what the engine saw of a model that it loaded."""
        from app.catalog.engine_facts import facts_of

        facts = facts_of(info)
        self._note(info.path, failure=None, **({"facts": facts} if facts else {}))

    def note_load_failed(self, path: Path, error: AppError) -> None:
        """Keep why the engine could not load a file, when the file is the reason."""
        from app.catalog.engine_facts import failure_of

        failure = failure_of(error)
        if failure is not None:
            self._note(path, failure=failure)

    def note_speed(self, path: Path, tokens_per_second: float, context_tokens: int) -> None:
        """Keep how fast a model has just written."""
        from app.catalog.records import Speed

        self._note(path, speed=Speed(tokens_per_second, context_tokens, time.time()))

    def note_adapter_test(self, path: Path, outcome: AdapterOutcome, model_key: str = "") -> None:
        """Keep what the self-test of an adapter found, and with which model."""
        from app.catalog.records import AdapterTest

        self._note(path, adapter_test=AdapterTest(outcome, time.time(), model_key))

    def delete(self, path: Path) -> None:
        """Move a file with all that belongs to it to the trash; the notice can undo it."""
        entry = self.entry_for(path)
        if entry is not None:
            self._files.delete(entry)

    def import_files(self, paths: tuple[Path, ...], folder: Path | None, how: How) -> None:
        """Bring files into `folder`, or into the default one."""
        self._files.bring(paths, folder or self._default_folder, how)

    def cancel_import(self) -> None:
        """Give up an import that goes on; what is whole stays."""
        self._files.cancel()

    def close(self) -> None:
        """End what goes on and write what is not written yet."""
        self._stopped.set()
        if "_watch" in vars(self):
            self._watch.close()
        if "_files" in vars(self):
            self._files.cancel()
        self._news_timer.stop()
        self._saving.close()

    @cached_property
    def _watch(self) -> LibraryWatch:
        # Not before the folders are looked through, as with the records.
        from app.presenters.library_watch import LibraryWatch

        watch = LibraryWatch(self)
        watch.look_wanted.connect(self.refresh)
        return watch

    @cached_property
    def _files(self) -> LibraryFiles:
        from app.presenters.library_files import LibraryFiles

        files = LibraryFiles(self._notices, self._tasks, self)
        files.import_progressed.connect(self.import_progressed)
        files.import_finished.connect(self.import_finished)
        files.file_restored.connect(self.file_restored)
        files.files_changed.connect(self.refresh)
        return files

    @cached_property
    def _records(self) -> RecordsFile:
        # Not before the folders are looked through: the window is painted by then.
        from app.catalog.records import RecordsFile

        return RecordsFile(self._records_file)

    def _records_now(self) -> RecordsFile:
        return self._records

    async def _begin(self) -> None:
        self.scanning_changed.emit(True)
        for complaint in await asyncio.to_thread(self._records.load):
            self._notices.warn(complaint)
        await self._scan()

    async def _scan(self) -> None:
        self.scanning_changed.emit(True)
        try:
            wanted = True
            while wanted:
                self._is_wanted_again = False
                await self._look()
                wanted = self._is_wanted_again and not self._stopped.is_set()
        finally:
            self._is_scanning = False
            self._looked.set()
            self.scanning_changed.emit(False)

    async def _look(self) -> None:
        folders, files = self._places()
        places = Places(
            (self._default_folder, *map(Path, folders)), (*bundled_files(), *map(Path, files))
        )
        shown = (self._entries, self.folders) if self._library is not None else None
        records = self._records.snapshot()
        is_importing = "_files" in vars(self) and self._files.is_importing
        look = partial(self._looker.look, is_importing=is_importing)
        found = await asyncio.to_thread(look, places, records, shown)
        if found is None or self._stopped.is_set():
            return
        library, is_same = found
        roots = {folder.path: folder.is_there for folder in library.folders}
        self._watch.watch(library.watched, roots, growing=not library.is_settled)
        self._library = library
        if not is_same:
            self._show(library.entries)
        self._say_what_waited()
        self._tell_now()

    def _places(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the folders and the single files that the user has."""
        state = self._settings.settings.state
        recent = tuple(path for path in state.recent_models if "\0" not in path)
        folders = tuple(path for path in state.model_folders if path and "\0" not in path)
        return folders, recent

    def _show(self, entries: tuple[LibraryEntry, ...]) -> None:
        from app.catalog.library import entry_of

        # Something may have been said while the folders were looked through.
        self._entries = tuple(
            entry
            if (record := self._records.get(entry.key)) == entry.record
            else entry_of(entry.description, record)
            for entry in entries
        )
        self._by_path = {entry.path: entry for entry in self._entries}
        self._news_timer.start()

    def _say(self, path: Path, **changes: Any) -> None:
        """Change the record of a file as the user says, and tell of it at once."""
        self._note(path, **changes)
        self._tell_now()

    def _note(self, path: Path, **changes: Any) -> None:
        """Change the record of a file, now or when it is known; several notes are told together."""
        change = partial(replace, **changes)
        entry = self.entry_for(path)
        if entry is None:
            self._waiting.append((path, change))
            self.refresh()
        elif entry.key:
            self._change(entry, change)

    def _say_what_waited(self) -> None:
        waiting, self._waiting = self._waiting, []
        for path, change in waiting:
            entry = self.entry_for(path)
            if entry is None and self._is_wanted_again:
                # It came after this look had begun.
                self._waiting.append((path, change))
            elif entry is not None and entry.key:
                self._change(entry, change)

    def _change(self, entry: LibraryEntry, change: Callable[[Record], Record]) -> None:
        before = self._records.get(entry.key)
        record = change(before)
        if record != before:
            self._records.set(entry.key, record)
            self._saving.start()
            self._show(self._entries)

    @Slot(object)
    def _on_settings_changed(self, _: Settings) -> None:
        places = self._places()
        if places != self._looked_at:
            self._looked_at = places
            self.refresh()

    def _tell_now(self) -> None:
        if self._news_timer.isActive():
            self._news_timer.stop()
            self._on_news_due()

    @Slot()
    def _on_news_due(self) -> None:
        self.library_changed.emit(self._entries)
