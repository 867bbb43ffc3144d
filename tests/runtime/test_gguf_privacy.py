"""Nobody else can reach a loaded model."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

from app.runtime.gguf.runtime import GgufRuntime
from app.runtime.gguf.server import make_socket_folder, socket_in
from app.runtime.protocol import LoadRequest
from tests.runtime.conftest import Loaded, ask, ignore_progress

_LISTENING = "0A"


def _own_listening_ports() -> list[str]:
    """Return the local addresses on which this process listens for TCP."""
    own = set()
    for link in Path("/proc/self/fd").iterdir():
        try:
            own.add(str(link.readlink()))
        except FileNotFoundError:
            continue  # the descriptor of this very listing
    found = []
    for table in ("tcp", "tcp6"):
        for line in Path("/proc/self/net", table).read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == _LISTENING and f"socket:[{fields[9]}]" in own:
                found.append(fields[1])
    return found


def test_no_tcp_port_is_opened(loaded: Loaded) -> None:
    loaded.run(ask("Hello"))
    assert _own_listening_ports() == []
    loaded.run(ask("Hello", "I am", continue_answer=True))
    assert _own_listening_ports() == []


def test_a_port_would_be_noticed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        (address,) = _own_listening_ports()
        assert address == f"0100007F:{server.getsockname()[1]:04X}"


def test_the_socket_lies_in_a_private_folder(loaded: Loaded) -> None:
    (folder,) = loaded.runtime_dir.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert [stat.S_ISSOCK(file.stat().st_mode) for file in folder.iterdir()] == [True]


def test_closing_removes_the_folder(model_path: Path, tmp_path: Path) -> None:
    runtime = GgufRuntime(tmp_path)
    runtime.load(LoadRequest(model_path, context_tokens=256, threads=1), ignore_progress)
    assert len(list(tmp_path.iterdir())) == 1
    runtime.close()
    runtime.close()
    assert list(tmp_path.iterdir()) == []


def test_folders_of_dead_processes_are_removed(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    stale = tmp_path / f"gguf-{ended.pid}-abcdefgh"
    stale.mkdir()
    (stale / "l.sock").touch()
    foreign = tmp_path / "something-else"
    foreign.mkdir()
    mine = make_socket_folder(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted((foreign, mine))


def test_folders_of_living_processes_are_kept(tmp_path: Path) -> None:
    living = make_socket_folder(tmp_path)
    other = make_socket_folder(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted((living, other))


def test_a_path_too_long_for_a_socket_is_avoided(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100)
    folder = make_socket_folder(deep)
    assert list(deep.iterdir()) == []
    assert len(os.fsencode(socket_in(folder))) <= 107
    folder.rmdir()
