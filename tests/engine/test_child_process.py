"""What only a process can do: crash, hang, be killed, leave its output, outlive its parent."""

from __future__ import annotations

import errno
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Slot
from pytestqt.qtbot import QtBot

from app.engine.engine import Engine
from app.engine.load_watch import LoadBudget
from app.engine.process import ChildProcess
from app.engine.state import EngineState
from app.errors import EngineError
from app.runtime.protocol import LoadRequest, RunRequest
from tests.engine.test_engine import REQUEST, Listener, load
from tests.guards import LogGuard
from tests.program import is_alive
from tests.scripted_runtime import Script


@pytest.mark.parametrize(
    ("end", "words"),
    [("segfault", "SIGSEGV"), ("abort", "SIGABRT"), ("exit", "exit status 3")],
)
def test_a_crash_while_answering_keeps_the_text_and_names_the_cause(
    child_engine: Engine, qtbot: QtBot, tmp_path: Path, end: str, words: str
) -> None:
    load(
        child_engine,
        qtbot,
        tmp_path,
        Script(reply="a b c d", run_end=end, end_after_tokens=3, tokens_per_second=50),
    )
    listener = Listener(child_engine)
    with (
        qtbot.waitSignal(child_engine.engine_failed, timeout=4000),
        qtbot.waitSignal(child_engine.run_failed, timeout=4000) as failed,
    ):
        child_engine.run(REQUEST)
    assert failed.args is not None
    assert isinstance(failed.args[1], EngineError)
    assert words in str(failed.args[1])
    assert listener.text.startswith("a b")
    assert child_engine.state is EngineState.EMPTY


def test_the_request_after_a_crash_works_in_a_fresh_process(
    child_engine: Engine, qtbot: QtBot, tmp_path: Path
) -> None:
    load(child_engine, qtbot, tmp_path, Script(run_end="segfault"))
    with qtbot.waitSignal(child_engine.engine_failed, timeout=4000):
        child_engine.run(REQUEST)
    Script().write_to(tmp_path / "model.script")
    listener = Listener(child_engine)
    with qtbot.waitSignal(child_engine.run_finished, timeout=8000):
        child_engine.run(REQUEST)
    assert listener.text == "one two three  "


@pytest.mark.parametrize("end", ["segfault", "abort", "exit"])
def test_a_crash_while_loading_fails_the_load(
    child_engine: Engine, qtbot: QtBot, tmp_path: Path, end: str
) -> None:
    script = Script(load_end=end).write_to(tmp_path / "model.script")
    with qtbot.waitSignal(child_engine.model_load_failed, timeout=8000) as failed:
        child_engine.load(LoadRequest(script))
    assert failed.args is not None
    assert isinstance(failed.args[0], EngineError)
    assert failed.args[0].advice == "Choose another model, or try again."


def test_a_killed_idle_engine_is_told_at_once(
    child_engine: Engine, qtbot: QtBot, tmp_path: Path
) -> None:
    load(child_engine, qtbot, tmp_path, Script())
    with qtbot.waitSignal(child_engine.engine_failed, timeout=2000) as failed:
        os.kill(child_pid(), signal.SIGKILL)
    assert failed.args is not None
    assert "memory" in str(failed.args[0])


def test_an_idle_engine_that_dies_is_not_taken_for_an_unloaded_model(
    child_engine: Engine, qtbot: QtBot, tmp_path: Path, expected_log: LogGuard
) -> None:
    child_engine.prepare()
    with qtbot.assertNotEmitted(child_engine.model_unloaded):
        os.kill(child_pid(), signal.SIGKILL)
        qtbot.waitUntil(lambda: "an idle engine ended" in "".join(expected_log.messages))
    load(child_engine, qtbot, tmp_path, Script())


def test_a_load_given_to_an_idle_engine_that_just_died_fails_once(
    child_engine: Engine, qtbot: QtBot, tmp_path: Path
) -> None:
    child_engine.prepare()
    qtbot.waitUntil(lambda: child_engine._host.is_ready)
    kill_unseen(child_pid())
    with qtbot.waitSignal(child_engine.model_load_failed, timeout=4000):
        child_engine.load(LoadRequest(Script().write_to(tmp_path / "model.script")))
    load(child_engine, qtbot, tmp_path, Script())


def test_a_request_given_to_an_engine_that_just_died_fails_after_it_has_its_number(
    child_engine: Engine, qtbot: QtBot, tmp_path: Path
) -> None:
    load(child_engine, qtbot, tmp_path, Script())
    kill_unseen(child_pid())
    with qtbot.assertNotEmitted(child_engine.run_failed):
        run_id = child_engine.run(REQUEST)
    with qtbot.waitSignal(child_engine.run_failed, timeout=4000) as failed:
        pass
    assert failed.args is not None
    assert failed.args[0] == run_id


def test_a_stop_given_to_an_engine_that_just_died_ends_the_run_once(
    child_engine: Engine, qtbot: QtBot, tmp_path: Path
) -> None:
    load(child_engine, qtbot, tmp_path, Script(repeat=1000, tokens_per_second=100))
    listener = Listener(child_engine)
    with qtbot.waitSignal(child_engine.text_generated, timeout=4000):
        run_id = child_engine.run(REQUEST)
    kill_unseen(child_pid())
    with qtbot.waitSignal(child_engine.engine_failed, timeout=4000):
        child_engine.stop(run_id)
    assert len(listener.results) == 1


def test_a_load_that_hangs_can_be_cancelled(
    child_engine: Engine, qtbot: QtBot, tmp_path: Path
) -> None:
    script = Script(load_end="hang").write_to(tmp_path / "model.script")
    with qtbot.waitSignal(child_engine.model_load_progressed, timeout=8000):
        child_engine.load(LoadRequest(script))
    with qtbot.waitSignal(child_engine.model_unloaded, timeout=1000):
        child_engine.unload()


IMPATIENT = LoadBudget(stalled_s=0.3, base_s=60)


@pytest.fixture
def impatient_engine(scripted_children: None, qtbot: QtBot) -> Iterator[Engine]:
    """An engine that gives up a load soon when nothing happens."""
    engine = Engine(ChildProcess, load_budget=IMPATIENT)
    yield engine
    with qtbot.waitSignal(engine.shut_down_finished, timeout=8000):
        engine.shut_down()


def test_a_load_in_which_nothing_happens_any_more_is_given_up(
    impatient_engine: Engine, qtbot: QtBot, tmp_path: Path
) -> None:
    script = Script(load_end="hang").write_to(tmp_path / "model.script")
    with qtbot.waitSignal(impatient_engine.model_load_failed, timeout=8000) as failed:
        impatient_engine.load(LoadRequest(script))
    assert failed.args is not None
    assert "stopped responding" in failed.args[0].cause
    load(impatient_engine, qtbot, tmp_path, Script())


def test_an_engine_that_never_gets_ready_fails_the_load(
    impatient_engine: Engine, qtbot: QtBot, tmp_path: Path
) -> None:
    script = Script().write_to(tmp_path / "model.script")
    with qtbot.waitSignal(impatient_engine.model_load_failed, timeout=8000):
        impatient_engine.load(LoadRequest(script))
        os.kill(child_pid(), signal.SIGSTOP)


def test_a_load_that_computes_for_ever_is_given_up_in_the_end(
    scripted_children: None, qtbot: QtBot, tmp_path: Path
) -> None:
    engine = Engine(ChildProcess, load_budget=LoadBudget(stalled_s=60, base_s=1.0))
    script = Script(load_end="spin").write_to(tmp_path / "model.script")
    with qtbot.waitSignal(engine.model_load_failed, timeout=8000):
        engine.load(LoadRequest(script))
    with qtbot.waitSignal(engine.shut_down_finished, timeout=8000):
        engine.shut_down()


def test_a_larger_model_may_load_longer() -> None:
    assert LoadBudget().whole_s(8_000_000_000) > 10 * LoadBudget().whole_s(0)


def test_a_run_that_does_not_listen_to_stop_ends_with_its_process(
    child_engine: Engine, qtbot: QtBot, tmp_path: Path
) -> None:
    load(child_engine, qtbot, tmp_path, Script(repeat=10_000, tokens_per_second=50, deaf=True))
    with qtbot.waitSignal(child_engine.text_generated, timeout=4000):
        run_id = child_engine.run(RunRequest(REQUEST.turns, max_new_tokens=0))
    with qtbot.waitSignals(
        [child_engine.run_finished, child_engine.engine_failed], timeout=6000, order="strict"
    ):
        child_engine.stop(run_id)


def test_the_output_of_the_library_arrives_line_by_line(
    child_engine: Engine, qtbot: QtBot, tmp_path: Path
) -> None:
    lines = Lines(child_engine)
    load(child_engine, qtbot, tmp_path, Script())
    qtbot.waitUntil(lambda: any("loading scripted model" in line for line in lines.lines))


def test_a_library_that_never_stops_logging_does_not_hold_up_the_window(
    child_engine: Engine, qtbot: QtBot, tmp_path: Path
) -> None:
    script = Script(load_end="chatter").write_to(tmp_path / "model.script")
    with qtbot.waitSignal(child_engine.log_received, timeout=8000):
        child_engine.load(LoadRequest(script))
    with qtbot.waitSignal(child_engine.model_unloaded, timeout=2000):
        child_engine.unload()


def test_a_bug_behind_a_failed_load_ends_the_engine_and_not_the_hope_for_an_answer(
    child_engine: Engine, qtbot: QtBot, tmp_path: Path
) -> None:
    script = Script(load_end="error", close_end="bug").write_to(tmp_path / "model.script")
    with qtbot.waitSignal(child_engine.model_load_failed, timeout=8000) as failed:
        child_engine.load(LoadRequest(script))
    assert failed.args is not None
    assert isinstance(failed.args[0], EngineError)
    assert "ZeroDivisionError" in failed.args[0].details


def test_a_model_that_cannot_be_closed_is_killed(
    child_engine: Engine, qtbot: QtBot, tmp_path: Path
) -> None:
    load(child_engine, qtbot, tmp_path, Script(close_end="hang"))
    with qtbot.waitSignal(child_engine.model_unloaded, timeout=6000):
        child_engine.unload()


def test_the_child_ends_when_its_parent_is_killed(
    scripted_children: None, qtbot: QtBot, tmp_path: Path
) -> None:
    script = Script(load_end="hang").write_to(tmp_path / "model.script")
    parent = subprocess.Popen(
        [sys.executable, "-m", "tests.engine.lonely_parent", str(script)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait(5)
    parent.stdout.close()
    qtbot.waitUntil(lambda: not is_alive(child), timeout=3000)


def test_an_engine_that_cannot_be_started_says_so(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nothing here"))
    engine = Engine(ChildProcess)
    with qtbot.waitSignal(engine.model_load_failed, timeout=2000) as failed:
        engine.load(LoadRequest(tmp_path / "model.script"))
    assert failed.args is not None
    assert "could not be started" in str(failed.args[0])


def test_an_engine_for_which_no_file_can_be_opened_says_so(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "socketpair", _no_more_files)
    engine = Engine(ChildProcess)
    with qtbot.waitSignal(engine.model_load_failed, timeout=2000) as failed:
        engine.load(LoadRequest(tmp_path / "model.script"))
    assert failed.args is not None
    assert "Too many open files" in str(failed.args[0])


def _no_more_files() -> None:
    raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))


def test_an_engine_that_never_gets_ready_is_replaced_at_the_next_load(
    child_engine: Engine, qtbot: QtBot, tmp_path: Path
) -> None:
    script = Script().write_to(tmp_path / "model.script")
    child_engine.load(LoadRequest(script))
    os.kill(child_pid(), signal.SIGSTOP)
    with qtbot.waitSignal(child_engine.model_unloaded, timeout=1000):
        child_engine.unload()
    load(child_engine, qtbot, tmp_path, Script())


def test_shutting_down_in_the_middle_of_a_load_leaves_no_process(
    scripted_children: None, qtbot: QtBot, tmp_path: Path
) -> None:
    engine = Engine(ChildProcess)
    script = Script(load_end="hang").write_to(tmp_path / "model.script")
    with qtbot.waitSignal(engine.model_load_progressed, timeout=8000):
        engine.load(LoadRequest(script))
    child = child_pid()
    with qtbot.waitSignal(engine.shut_down_finished, timeout=2000):
        engine.shut_down()
    assert not is_alive(child)


class Lines(QObject):
    """Collects the lines that an engine logs."""

    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self.lines: list[str] = []
        engine.log_received.connect(self._on_log_received)

    @Slot(str)
    def _on_log_received(self, line: str) -> None:
        self.lines.append(line)


def kill_unseen(pid: int) -> None:
    """Kill a child and wait for its end, without a turn of the event loop."""
    handle = os.pidfd_open(pid)
    os.kill(pid, signal.SIGKILL)
    select.select([handle], [], [])
    os.close(handle)


def child_pid() -> int:
    """Return the only child of this process."""
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split()
    (child,) = map(int, children)
    return child


def test_a_library_that_never_ends_reading_is_given_up_and_the_next_request_is_answered(
    child_engine: Engine, qtbot: QtBot, tmp_path: Path
) -> None:
    slow = Script(reply="one", prefill_steps=1, prefill_step_s=60, prefill_deaf=True)
    load(child_engine, qtbot, tmp_path, slow)
    with qtbot.waitSignal(child_engine.prefill_progressed, timeout=4000):
        run_id = child_engine.run(REQUEST)
    child_engine.stop(run_id)
    Script(reply="one").write_to(tmp_path / "model.script")
    with qtbot.waitSignals([child_engine.engine_failed, child_engine.run_finished], timeout=9000):
        child_engine.run(REQUEST)
