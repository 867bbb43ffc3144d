"""A library over real folders for tests of its window, with models that only say they are loaded."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, cast

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from app.catalog.library import LibraryEntry
from app.paths import Paths
from app.presenters.library import LibraryPresenter
from app.presenters.model_choices import choices_of
from app.presenters.model_state import ModelChoice, ModelStage, ModelState
from app.presenters.notices import Notice, Notices
from app.presenters.settings import SettingsPresenter
from app.presenters.tasks import Tasks
from app.settings.file import SettingsFile
from app.ui.main_window import Presenters
from app.ui.models.models_window import ModelsWindow
from app.ui.text_label import TextLabel
from tests.catalog.files import npu_file
from tests.gguf_files import write_adapter, write_model
from tests.ui.presenter_fakes import FakeModel, FakePresenters, children

PATIENCE_S = 8.0
QWEN = "Qwen3-1.7B-rk3588-w8a8-ctx4096.rkllm"


#: What a test does with a library and its window.
Act = Callable[["LibraryScene", ModelsWindow], Awaitable[None]]
#: Opens the window over files of some names and plays an act with it.
Play = Callable[..., None]


class LibraryModels(FakeModel):
    """Stands in for ModelPresenter; what is loaded is what a test says."""

    def __init__(self, library: LibraryPresenter, settings: SettingsPresenter) -> None:
        super().__init__()
        self._library = library
        self._settings = settings
        self.loaded: tuple[ModelState, ...] = ()

    def choices(self) -> tuple[ModelChoice, ...]:
        return choices_of(self._library.models, self.loaded, self._settings)

    def hold(self, path: Path, stage: ModelStage = ModelStage.READY) -> None:
        self.loaded = (ModelState(stage, path.stem, path=path),)
        self.become(self.loaded[0])

    def unload(self, path: str = "") -> None:
        self.calls.append(("unload", path))


class LibraryScene:
    """What the window about models needs. Use inside the event loop."""

    def __init__(self, folder: Path) -> None:
        self.paths = Paths.under(folder)
        self.paths.create()
        self.models_folder = self.paths.models
        self.models_folder.mkdir(parents=True, exist_ok=True)
        self.notices = Notices()
        self.tasks = Tasks(self.notices)
        self.settings = SettingsPresenter(SettingsFile(self.paths.settings_file), self.notices)
        self.library = LibraryPresenter(
            self.paths.models,
            self.paths.library_file,
            self.settings,
            self.notices,
            self.tasks,
        )
        self.models = LibraryModels(self.library, self.settings)
        self.told: list[Notice] = []
        self.notices.notice_posted.connect(self.told.append)
        self.notices.attach()

    def presenters(self) -> Presenters:
        """Return what the window takes."""
        fakes = FakePresenters(notices=self.notices, library=self.library)
        fakes.model = self.models
        return fakes.bundle()

    async def open(self) -> None:
        """Look through the folders."""
        self.library.start()
        await self.until(lambda: not self.library.is_scanning)

    async def close(self) -> None:
        """End everything."""
        self.library.close()
        self.settings.save_now()
        await self.tasks.finish(PATIENCE_S)
        # What the window gave up ends at the next turn of the loop.
        for _ in range(3):
            await asyncio.sleep(0)
        for part in (self.library, self.models, self.settings, self.notices):
            cast(Any, part).deleteLater()

    async def caught_up(self, window: ModelsWindow) -> None:
        """Wait until a window shows what was said of files and models."""
        news = (self.library._news_timer, window._news_timer)
        await self.until(lambda: not any(timer.isActive() for timer in news))

    async def until(self, condition: Callable[[], bool]) -> None:
        """Let the event loop turn until `condition` holds; fail when it does not in time."""
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                await asyncio.sleep(0.002)


def write(path: Path) -> Path:
    """Write the kind of file that its name tells."""
    if path.suffix == ".gguf":
        return (write_adapter if "lora" in path.name else write_model)(path)
    # Most of it is not on the disk.
    return npu_file(path, 2_400_000_000 if "Qwen3" in path.name else 4096)


def rows(window: ModelsWindow) -> list[str]:
    model = window.page.list.model()
    return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


def find(scene: LibraryScene, name: str) -> LibraryEntry:
    return next(entry for entry in scene.library.entries if entry.path.name == name)


def go_to(scene: LibraryScene, window: ModelsWindow, name: str) -> LibraryEntry:
    entry = find(scene, name)
    assert window.page.show_path(entry.path)
    return entry


def words(widget: QWidget) -> str:
    labels = [label.text() for label in children(widget, QLabel) if label.isVisible()]
    texts = [each.toPlainText() for each in children(widget, TextLabel) if each.isVisible()]
    return "\n".join((*labels, *texts))


def button(widget: QWidget, text: str) -> QPushButton:
    found = children(widget, QPushButton)
    return next(each for each in found if each.text() == text and each.isVisible())


def drop(window: ModelsWindow, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    held = Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton
    enter = QDragEnterEvent(QPoint(50, 50), *held, Qt.KeyboardModifier.NoModifier)
    window.dragEnterEvent(enter)
    assert enter.isAccepted()
    window.dropEvent(QDropEvent(QPointF(50, 50), *held, Qt.KeyboardModifier.NoModifier))
