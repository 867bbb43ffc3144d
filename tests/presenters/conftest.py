"""The program without its window, on the event loop it really uses."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.engine.connection import Connection
from app.presenters.tasks import make_event_loop
from app.runtime import registry
from tests.engine.in_process import InProcess
from tests.presenters.desk import Desk
from tests.scripted_runtime import RUNTIME

#: Runs a scene: a coroutine that gets an open desk.
Play = Callable[[Callable[[Desk], Awaitable[None]]], None]


@pytest.fixture(autouse=True)
def scripted_runtime(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let scripts be models beside the files of the installed runtimes."""
    kinds = (*registry.runtime_kinds(), RUNTIME)
    monkeypatch.setattr(registry, "runtime_kinds", lambda: kinds)


@pytest.fixture
def loop(qapp: QApplication) -> Iterator[asyncio.AbstractEventLoop]:
    """The event loop of Qt and asyncio."""
    loop = make_event_loop(qapp)
    yield loop
    loop.close()
    asyncio.set_event_loop(None)


@pytest.fixture
def connect() -> Callable[[], Connection]:
    """What the engines are: here threads of this process, which follow scripts."""
    return InProcess


@pytest.fixture
def play(
    loop: asyncio.AbstractEventLoop,
    qtbot: QtBot,
    tmp_path: Path,
    connect: Callable[[], Connection],
) -> Play:
    """Play a scene with a desk that is opened before and closed after it.

    A second call opens the same folder again, as a second start of the program would.
    """

    async def run(scene: Callable[[Desk], Awaitable[None]]) -> None:
        desk = Desk(tmp_path, connect)
        await desk.open()
        try:
            await scene(desk)
        finally:
            await desk.close()
            desk.deleteLater()

    def start(scene: Callable[[Desk], Awaitable[None]]) -> None:
        loop.run_until_complete(run(scene))

    return start
