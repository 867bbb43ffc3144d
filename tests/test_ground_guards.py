"""The guards themselves: each sees what it is there for, and nothing else."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QStandardPaths, QThread, QTimer
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests import guards

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guards, "GRACE_S", 0.01)


@pytest.mark.usefixtures("_impatient")
def test_a_running_python_thread_is_named() -> None:
    guard = guards.ThreadGuard()
    may_end = threading.Event()
    thread = threading.Thread(target=may_end.wait, name="left over")
    thread.start()
    try:
        assert guard.leftovers() == ["thread 'left over' is running"]
    finally:
        may_end.set()
        thread.join()
    assert guard.leftovers() == []


@pytest.mark.usefixtures("_impatient", "qapp")
def test_a_running_qt_thread_is_named() -> None:
    guard = guards.QtThreadGuard()
    thread = QThread()
    thread.setObjectName("worker")
    thread.start()
    try:
        assert guard.leftovers() == ["QThread 'worker' is running"]
    finally:
        thread.quit()
        thread.wait()
    assert guard.leftovers() == []


@pytest.mark.usefixtures("qapp")
def test_an_active_timer_is_named_with_its_owner() -> None:
    guard = guards.TimerGuard()
    owner = QObject()
    timer = QTimer(owner)
    timer.setInterval(60_000)
    timer.start()
    assert guard.leftovers() == ["QTimer '' of QObject is active, every 60000 ms"]
    timer.stop()
    assert guard.leftovers() == []


@pytest.mark.usefixtures("_impatient")
def test_a_running_child_is_named_and_ended() -> None:
    guard = guards.ChildGuard()
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    (line,) = guard.leftovers()
    assert f"child process {child.pid} is running" in line
    child.communicate()
    assert child.returncode < 0


def test_a_file_outside_the_temporary_folder_is_named(tmp_path: Path) -> None:
    guard = guards.FileGuard()
    (tmp_path / "allowed").write_text("")
    stray = ROOT / "stray-file-of-a-test"
    try:
        stray.write_text("")
    finally:
        stray.unlink(missing_ok=True)
    assert guard.leftovers() == [f"file outside the test's folders was written: {stray}"]


def test_reading_the_repository_is_no_offence() -> None:
    guard = guards.FileGuard()
    (ROOT / "pyproject.toml").read_text()
    assert guard.leftovers() == []


def test_an_unexpected_warning_is_named(expected_log: guards.LogGuard) -> None:
    guard = guards.LogGuard()
    logging.getLogger("app.somewhere").warning("went on without %s", "it")
    assert guard.leftovers() == ["unexpected log: WARNING app.somewhere: went on without it"]
    assert expected_log.messages == ["went on without it"]


def test_tests_have_a_home_of_their_own() -> None:
    home = Path(os.environ["HOME"])
    assert home.name.startswith("cairn-test-")
    kinds = QStandardPaths.StandardLocation
    for kind in (kinds.GenericConfigLocation, kinds.GenericDataLocation, kinds.RuntimeLocation):
        assert Path(QStandardPaths.writableLocation(kind)).is_relative_to(home)


def test_widgets_are_drawn_offscreen(qtbot: QtBot) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.show()
    assert QApplication.platformName() == "offscreen"


LEAKING = """
import logging, os, subprocess, sys, threading
from pathlib import Path
from PySide6.QtCore import QTimer

kept = []


def test_timer(qapp):
    kept.append(QTimer())
    kept[-1].start(60_000)


def test_child():
    kept.append(subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE))


def test_log():
    logging.getLogger("app.x").warning("something went wrong")


def test_environment():
    os.environ["LEFT_OVER"] = "1"


def test_qt_warning(qapp):
    QTimer().startTimer(-1)


def test_python_warning():
    b"" == ""


def test_nothing():
    pass
"""


def test_each_left_over_fails_its_test_and_no_other(tmp_path: Path) -> None:
    (tmp_path / "test_leaking.py").write_text(LEAKING)
    pytest_here = [sys.executable, "-bb", "-m", "pytest", "-p", "tests.conftest"]
    places = ["--rootdir", str(tmp_path), "-c", str(ROOT / "pyproject.toml"), str(tmp_path)]
    run = subprocess.run(
        [*pytest_here, "-p", "no:cacheprovider", *places],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = run.stdout.splitlines()
    summary = {line.split(" - ")[0].split("::")[1] for line in lines if "test_leaking.py::" in line}
    assert summary == {
        "test_timer",
        "test_child",
        "test_log",
        "test_environment",
        "test_qt_warning",
        "test_python_warning",
    }
    assert "Tests run: 7" in lines
