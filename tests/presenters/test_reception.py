"""A second start is received over a private socket, whoever else knocks."""

from __future__ import annotations

import json
import os
import socket
import stat
import threading
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
from PySide6.QtTest import QSignalSpy
from pytestqt.qtbot import QtBot

from app import visit as visit_module
from app.presenters import reception as reception_module
from app.presenters.reception import Reception
from app.visit import Visit, hand_over, short
from tests.guards import LogGuard


@pytest.fixture
def path(tmp_path: Path) -> Path:
    # Longer than what the kernel takes as the address of a socket.
    folder = tmp_path / ("long" * 30)
    folder.mkdir(mode=0o700)
    return folder / "cairn.socket"


@pytest.fixture
def reception(qtbot: QtBot, path: Path) -> Iterator[Reception]:
    reception = Reception(path)
    reception.open()
    yield reception
    reception.close()


def visited(qtbot: QtBot, reception: Reception, path: Path, visit: Visit) -> object:
    """Hand over from another thread, as another process would; return what was received."""
    taken: list[bool] = []
    thread = threading.Thread(target=lambda: taken.append(hand_over(path, visit)))
    with qtbot.waitSignal(reception.visited) as signal:
        thread.start()
    qtbot.waitUntil(lambda: not thread.is_alive())
    assert taken == [True]
    return signal.args[0]


@pytest.mark.parametrize(
    "visit", [Visit(), Visit("/models/\udcff ü.gguf"), Visit("", True, "a-b_1")]
)
def test_a_visit_arrives_as_it_was_meant(
    qtbot: QtBot, reception: Reception, path: Path, visit: Visit
) -> None:
    assert visited(qtbot, reception, path, visit) == visit


def test_the_socket_is_for_this_user_only(reception: Reception, path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_nobody_is_there_before_and_after(qtbot: QtBot, path: Path) -> None:
    assert not hand_over(path, Visit())
    reception = Reception(path)
    reception.open()
    reception.close()
    assert not path.exists()
    assert not hand_over(path, Visit())


def test_what_a_killed_program_left_is_no_hindrance(qtbot: QtBot, path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as left, short(path) as address:
        left.bind(address)
    assert not hand_over(path, Visit())
    reception = Reception(path)
    reception.open()
    assert visited(qtbot, reception, path, Visit()) == Visit()
    reception.close()


@pytest.mark.parametrize(
    "said",
    [
        b"\xff\x00",
        b"[" * 30_000,
        b"[]",
        b"{}",
        json.dumps(asdict(Visit()) | {"model": 7}).encode(),
    ],
)
def test_nonsense_is_not_answered(
    qtbot: QtBot, reception: Reception, path: Path, said: bytes
) -> None:
    spy = QSignalSpy(reception.visited)
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as end:
        with short(path) as address:
            end.connect(address)
        end.send(said)
        end.setblocking(False)
        qtbot.waitUntil(lambda: _is_closed(end))
    assert spy.count() == 0


def test_a_token_that_could_be_anything_is_left_out(
    qtbot: QtBot, reception: Reception, path: Path
) -> None:
    received = visited(qtbot, reception, path, Visit(token="x\n" * 300))
    assert received == Visit()


def test_whoever_says_nothing_is_sent_away(
    qtbot: QtBot, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reception_module, "_SILENCE_MS", 20)
    reception = Reception(path)
    reception.open()
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as end:
        with short(path) as address:
            end.connect(address)
        end.setblocking(False)
        qtbot.waitUntil(lambda: _is_closed(end))
    reception.close()


def test_another_user_is_not_listened_to(
    qtbot: QtBot, reception: Reception, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 4321)
    assert not visit_module.hand_over(path, Visit())


def test_a_folder_that_is_gone_is_told_in_the_log(
    qtbot: QtBot, tmp_path: Path, expected_log: LogGuard
) -> None:
    reception = Reception(tmp_path / "gone" / "cairn.socket")
    reception.open()
    reception.close()
    assert "no second start can be received" in expected_log.messages[0]


def _is_closed(end: socket.socket) -> bool:
    try:
        return end.recv(100) == b""
    except BlockingIOError:
        return False
    except ConnectionResetError:
        return True
