"""The program as a whole, started as a user would, in a process of its own."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app import __version__
from tests.program import Program, is_alive
from tests.scripted_runtime import Script


@pytest.fixture
def programs() -> Iterator[list[Program]]:
    """Programs that are killed after the test, whatever happened."""
    started: list[Program] = []
    yield started
    for program in started:
        program.kill()


def started(programs: list[Program], profile: Path) -> Program:
    """Start the program and wait until it shows what it holds."""
    program = Program(profile)
    programs.append(program)
    program.opened()
    return program


def terminated(program: Program) -> str:
    """End the program in order and return what it wrote to stderr."""
    program.process.terminate()
    status, words = program.end()
    assert status == 0, words
    return words


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the program to its end."""
    return subprocess.run(
        [sys.executable, "-m", "app", *arguments],
        capture_output=True,
        text=True,
        env=os.environ | environment,
        check=False,
    )


def test_the_version_is_told() -> None:
    assert run("--version").stdout.strip() == f"Cairn {__version__}"


def test_without_a_screen_one_sentence_says_so(tmp_path: Path) -> None:
    done = run("--profile", str(tmp_path), QT_QPA_PLATFORM="")
    assert done.returncode == 1
    assert done.stderr.startswith("cairn: There is no screen")
    assert len(done.stderr.splitlines()) == 1


def test_a_screen_that_is_gone_is_told_without_a_crash(tmp_path: Path) -> None:
    # No server has this number: X11 would have to listen on port 65535.
    done = run("--profile", str(tmp_path), QT_QPA_PLATFORM="xcb", DISPLAY=":59535")
    assert done.returncode == 1
    assert done.stderr.startswith("cairn: No window can be opened on this screen.")
    assert len(done.stderr.splitlines()) == 1


def test_what_is_neither_a_file_nor_a_command_is_told_without_a_window(tmp_path: Path) -> None:
    done = run("--profile", str(tmp_path), "qiuck")
    assert done.returncode == 2
    assert done.stderr.endswith("there is neither a file nor a command qiuck\n")


def test_a_profile_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    done = run("--profile", str(tmp_path / "file"))
    assert done.returncode == 1
    assert "cannot be made" in done.stderr
    assert "Traceback" not in done.stderr


def test_after_a_kill_the_program_starts_again(programs: list[Program], tmp_path: Path) -> None:
    started(programs, tmp_path).kill()
    started(programs, tmp_path)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_the_program_in_order(
    programs: list[Program], tmp_path: Path, number: signal.Signals
) -> None:
    program = started(programs, tmp_path)
    children = program.children()
    program.process.send_signal(number)
    assert program.end() == (0, "")
    assert not any(is_alive(child) for child in children)


def test_closing_before_the_database_is_open_ends_the_program_in_order(
    programs: list[Program], tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir(parents=True)
    other = sqlite3.connect(tmp_path / "data" / "conversations.sqlite3", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    program = Program(tmp_path)
    programs.append(program)
    program.ask("state")
    program.process.terminate()
    assert program.end() == (0, "")
    other.close()


def test_private_files_are_readable_by_the_user_only(
    programs: list[Program], tmp_path: Path
) -> None:
    terminated(started(programs, tmp_path))
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {"cairn.log", "conversations.sqlite3"}
    assert [path.name for path in files if path.stat().st_mode & 0o077] == []


def test_a_corrupt_settings_file_is_kept_and_told(programs: list[Program], tmp_path: Path) -> None:
    (tmp_path / "config").mkdir(parents=True)
    (tmp_path / "config" / "settings.toml").write_bytes(b"\x00\xff not toml [")
    words = terminated(started(programs, tmp_path))
    assert "settings" in words
    assert list((tmp_path / "config").glob("settings.toml.broken*"))


def test_a_database_from_a_newer_version_is_left_alone(
    programs: list[Program], tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir(parents=True)
    database = tmp_path / "data" / "conversations.sqlite3"
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA user_version = 9999")
    connection.execute("CREATE TABLE things (x)")
    connection.close()
    before = database.read_bytes()
    program = started(programs, tmp_path)
    assert any("newer version" in words for words in program.ask("state")["told"])
    terminated(program)
    assert database.read_bytes() == before


def test_a_load_that_was_cut_short_by_closing_is_done_at_the_next_start(
    programs: list[Program], tmp_path: Path
) -> None:
    model = Script(load_s=5.0).write_to(tmp_path / "slow.script")
    program = started(programs, tmp_path)
    program.ask(f"load {model}")
    terminated(program)
    again = started(programs, tmp_path)
    assert again.until(lambda state: bool(state["stage"] == "loading"))["told"] == []


def test_what_was_written_while_the_database_could_not_be_opened_is_kept(
    programs: list[Program], tmp_path: Path
) -> None:
    model = Script(reply="An answer").write_to(tmp_path / "quick.script")
    data = tmp_path / "profile" / "data"
    (data / "conversations.sqlite3").mkdir(parents=True)
    program = started(programs, tmp_path / "profile")
    program.until(lambda state: bool(state["told"]))
    program.ask(f"load {model}")
    program.until(lambda state: bool(state["stage"] == "ready"))
    program.ask("send Keep this")
    program.until(lambda state: state["states"] == ["complete", "complete"])
    program.ask("close")
    program.until(lambda state: any("could not be saved yet" in words for words in state["told"]))
    (data / "conversations.sqlite3").rmdir()
    program.until(lambda state: any("saved again" in words for words in state["told"]))
    terminated(program)
    again = started(programs, tmp_path / "profile")
    assert again.until(lambda state: len(state["states"]) == 2)["answer"] == "An answer "


def test_a_signal_ends_the_program_also_when_nothing_can_be_saved(
    programs: list[Program], tmp_path: Path
) -> None:
    model = Script(reply="An answer").write_to(tmp_path / "quick.script")
    (tmp_path / "profile" / "data" / "conversations.sqlite3").mkdir(parents=True)
    program = started(programs, tmp_path / "profile")
    program.ask(f"load {model}")
    program.until(lambda state: bool(state["stage"] == "ready"))
    program.ask("send Nobody will click")
    program.until(lambda state: state["states"] == ["complete", "complete"])
    assert "The last changes could not be saved." in terminated(program)


def test_a_killed_window_loses_at_most_a_quarter_of_a_second_of_an_answer(
    programs: list[Program], tmp_path: Path
) -> None:
    rate = 200
    script = Script(reply="word", repeat=10_000, tokens_per_second=rate)
    model = script.write_to(tmp_path / "slow.script")
    chance = random.Random(5)
    for round_ in range(4):
        program = started(programs, tmp_path / str(round_))
        program.ask(f"load {model}")
        program.until(lambda state: state["stage"] == "ready")
        program.ask("send Go")
        program.until(lambda state: bool(state["answer"]))
        state = program.until(_has_words(chance.randint(20, 160)))
        engines = program.children()
        program.kill()
        again = started(programs, tmp_path / str(round_))
        after = again.until(lambda state: len(state["states"]) == 2)
        assert after["states"][1] == "interrupted"
        kept = len(after["answer"].split())
        assert kept >= len(state["answer"].split()) - rate * 0.25
        assert not any(is_alive(engine) for engine in engines)
        terminated(again)


def _has_words(count: int) -> Callable[[dict[str, Any]], bool]:
    def long_enough(state: dict[str, Any]) -> bool:
        return len(state["answer"].split()) > count

    return long_enough


def test_ctrl_c_ends_a_start_before_there_is_a_window(tmp_path: Path) -> None:
    code = (
        "import signal, sys, types\n"
        "window = types.ModuleType('app.main')\n"
        "window.main = lambda given: print(signal.getsignal(signal.SIGINT).name)\n"
        "sys.modules['app.main'] = window\n"
        "from app.cli import main\n"
        f"main(['--profile', {str(tmp_path)!r}])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "SIG_DFL\n"
