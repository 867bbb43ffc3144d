"""The window about models over a real library, on the event loop it really uses."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.presenters.tasks import make_event_loop
from app.ui.icons import Icons
from app.ui.models.models_window import ModelsWindow
from app.ui.theme import Theme
from tests.catalog.files import settle
from tests.ui.models.scene import Act, LibraryScene, Play, write


@pytest.fixture
def loop(qapp: QApplication) -> Iterator[asyncio.AbstractEventLoop]:
    loop = make_event_loop(qapp)
    quits = qapp.quitOnLastWindowClosed()
    qapp.setQuitOnLastWindowClosed(False)
    yield loop
    qapp.setQuitOnLastWindowClosed(quits)
    loop.close()
    asyncio.set_event_loop(None)


@pytest.fixture
def below(qtbot: QtBot, theme: Theme) -> QWidget:
    """The window that the dialog lies over."""
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1000, 700)
    return window


@pytest.fixture
def play(
    loop: asyncio.AbstractEventLoop,
    below: QWidget,
    tmp_path: Path,
    theme: Theme,
    icons: Icons,
) -> Play:
    async def run(act: Act, names: tuple[str, ...], size: tuple[int, int]) -> None:
        scene = LibraryScene(tmp_path)
        for name in names:
            settle(write(scene.models_folder / name))
        await scene.open()
        below.resize(*size)
        window = ModelsWindow(scene.presenters(), theme, icons, below)
        window.open()
        window.resize(*size)
        window.activateWindow()
        await scene.until(window.isActiveWindow)
        try:
            await act(scene, window)
        finally:
            window.close()
            window.deleteLater()
            await scene.close()

    def start(act: Act, *names: str, size: tuple[int, int] = (1000, 700)) -> None:
        loop.run_until_complete(run(act, names, size))

    return start
