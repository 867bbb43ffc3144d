"""The program as a whole, started as a user would, in a process of its own."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import __version__

PATIENCE_S = 30


class Program:
    """Cairn in a child process, without a screen, with a profile of its own."""

    def __init__(self, profile: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.program_with_words", "--profile", str(profile)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._heard = ""

    def said(self, word: str) -> None:
        """Wait until the program has printed `word`; what stood before it is passed over."""
        assert self.process.stdout is not None
        while word not in self._heard:
            ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE_S)
            data = os.read(self.process.stdout.fileno(), 65536).decode() if ready else ""
            if not data:
                raise AssertionError(f"{word!r} was not said, but: {self._heard}")
            self._heard += data
        self._heard = self._heard.partition(word)[2]

    def end(self) -> tuple[int, str]:
        """Wait for the end; return the exit status and what was written to stderr."""
        _, words = self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode, words

    def children(self) -> list[int]:
        """Return the process ids of the program's children."""
        pid = self.process.pid
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
        return [int(child) for child in listed.split()]


@pytest.fixture
def programs() -> Iterator[list[Program]]:
    """Programs that are ended after the test, whatever happened."""
    started: list[Program] = []
    yield started
    for program in started:
        program.process.kill()
        program.process.communicate()


def test_the_version_is_told(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "app", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == f"Cairn {__version__}"


def test_without_a_screen_one_sentence_says_so(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "QT_QPA_PLATFORM"}
    done = subprocess.run(
        [sys.executable, "-m", "app", "--profile", str(tmp_path)],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("cairn: There is no screen")
    assert len(done.stderr.splitlines()) == 1


def test_a_profile_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "app", "--profile", str(tmp_path / "file")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "cannot be made" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_second_start_on_the_same_profile_says_that_it_is_open(
    programs: list[Program], tmp_path: Path
) -> None:
    programs.append(first := Program(tmp_path))
    first.said("open")
    programs.append(second := Program(tmp_path))
    status, words = second.end()
    assert status == 1
    assert "already open" in words


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_the_program_in_order(
    programs: list[Program], tmp_path: Path, number: signal.Signals
) -> None:
    programs.append(program := Program(tmp_path))
    program.said("open")
    children = program.children()
    program.process.send_signal(number)
    status, words = program.end()
    assert status == 0, words
    assert words == ""
    assert not any(Path(f"/proc/{child}").exists() for child in children)


def test_private_files_are_readable_by_the_user_only(
    programs: list[Program], tmp_path: Path
) -> None:
    programs.append(program := Program(tmp_path))
    program.said("open")
    program.process.terminate()
    program.end()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {"cairn.log", "conversations.sqlite3"}
    assert [path.name for path in files if path.stat().st_mode & 0o077] == []


def test_a_corrupt_settings_file_is_kept_and_told(programs: list[Program], tmp_path: Path) -> None:
    (tmp_path / "config").mkdir(parents=True)
    (tmp_path / "config" / "settings.toml").write_bytes(b"\x00\xff not toml [")
    programs.append(program := Program(tmp_path))
    program.said("open")
    program.process.terminate()
    status, words = program.end()
    assert status == 0
    assert "settings" in words
    assert list((tmp_path / "config").glob("settings.toml.broken*"))


def test_a_database_from_a_newer_version_is_left_alone(
    programs: list[Program], tmp_path: Path
) -> None:
    import sqlite3

    (tmp_path / "data").mkdir(parents=True)
    database = tmp_path / "data" / "conversations.sqlite3"
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA user_version = 9999")
    connection.execute("CREATE TABLE things (x)")
    connection.close()
    before = database.read_bytes()
    programs.append(program := Program(tmp_path))
    program.said("newer version")
    program.said("open")
    program.process.terminate()
    assert program.end()[0] == 0
    assert database.read_bytes() == before
