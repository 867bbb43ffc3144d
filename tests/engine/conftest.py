"""An engine for each test, in a child process and on a thread."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.engine.connection import Connection
from app.engine.engine import Engine
from app.engine.process import ChildProcess
from tests.engine.in_process import InProcess

PLUGIN = Path(__file__).resolve().parents[1] / "plugin"


@pytest.fixture
def scripted_children(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let child processes find the scripted runtime."""
    given = filter(None, [os.environ.get("PYTHONPATH")])
    folders = (str(PLUGIN), str(PLUGIN.parents[1]), *given)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(folders))


@pytest.fixture(params=["child", "thread"])
def connect(request: pytest.FixtureRequest, scripted_children: None) -> Callable[[], Connection]:
    """What the engine connects to: both hosts must behave the same."""
    return ChildProcess if request.param == "child" else InProcess


def _shut_down(engine: Engine, qtbot: QtBot) -> None:
    with qtbot.waitSignal(engine.shut_down_finished, timeout=8000):
        engine.shut_down()


@pytest.fixture
def engine(connect: Callable[[], Connection], qtbot: QtBot) -> Iterator[Engine]:
    """An engine that is shut down afterwards."""
    engine = Engine(connect)
    yield engine
    _shut_down(engine, qtbot)


@pytest.fixture
def child_engine(scripted_children: None, qtbot: QtBot) -> Iterator[Engine]:
    """An engine in a child process, for what only a process can do."""
    engine = Engine(ChildProcess)
    yield engine
    _shut_down(engine, qtbot)
