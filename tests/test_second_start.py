"""Cairn started while it runs: the running one does what was wanted."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QLockFile

from app import visit as visit_module
from app.main import main
from app.paths import Paths
from tests.program import Program
from tests.scripted_runtime import Script


@pytest.fixture
def programs() -> Iterator[list[Program]]:
    """Programs that are killed after the test, whatever happened."""
    started: list[Program] = []
    yield started
    for program in started:
        program.kill()


def started(programs: list[Program], profile: Path, *arguments: str) -> Program:
    program = Program(profile, arguments=arguments)
    programs.append(program)
    program.opened()
    return program


def start_again(profile: Path, *arguments: object) -> None:
    """Start Cairn once more, and see it end well and without a word."""
    done = subprocess.run(
        [sys.executable, "-m", "app", *map(str, arguments), "--profile", str(profile)],
        capture_output=True,
        text=True,
        env=os.environ,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def is_seen(program: Program, name: str) -> bool:
    return program.ask(f"where {name}") is not None


def until_seen(program: Program, name: str, *, seen: bool = True) -> None:
    program.until(lambda _: is_seen(program, name) is seen)


def test_a_file_is_handed_to_the_running_window(programs: list[Program], tmp_path: Path) -> None:
    model = Script().write_to(tmp_path / "second.script")
    program = started(programs, tmp_path / "profile")
    start_again(tmp_path / "profile", model)
    state = program.until(lambda state: bool(state["stage"] == "ready"))
    assert state["model"] == "second"


def test_without_a_file_the_window_comes_to_the_front(
    programs: list[Program], tmp_path: Path
) -> None:
    program = started(programs, tmp_path)
    start_again(tmp_path)
    assert is_seen(program, "Message")
    assert not is_seen(program, "Question")


def test_quick_shows_the_small_window_of_the_running_one(
    programs: list[Program], tmp_path: Path
) -> None:
    program = started(programs, tmp_path)
    start_again(tmp_path, "quick")
    until_seen(program, "Question")


def test_quick_alone_shows_the_small_window_only(programs: list[Program], tmp_path: Path) -> None:
    program = started(programs, tmp_path, "--quick")
    assert is_seen(program, "Question")
    assert not is_seen(program, "Message")
    start_again(tmp_path)
    until_seen(program, "Message")


def test_one_that_ends_is_waited_for_and_followed(programs: list[Program], tmp_path: Path) -> None:
    paths = Paths.under(tmp_path)
    paths.create()
    first = QLockFile(str(paths.runtime / "cairn.lock"))
    second = QLockFile(str(paths.runtime / "cairn.lock"))
    assert first.tryLock(0)
    assert not second.tryLock(0)
    first.unlock()
    assert not visit_module.find_the_other(paths.socket, visit_module.Visit(), second)
    assert second.isLocked()
    second.unlock()


def test_one_that_does_not_answer_is_told_to_be_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(visit_module, "_PATIENCE_S", 0.1)
    paths = Paths.under(tmp_path)
    paths.create()
    lock = QLockFile(str(paths.runtime / "cairn.lock"))
    assert lock.tryLock(0)
    assert main(["--profile", str(tmp_path)]) == 1
    assert "Cairn is already open." in capsys.readouterr().err
    lock.unlock()
