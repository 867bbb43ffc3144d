"""The ground every test stands on: no display, a home of its own, and guards over what it leaves.

This module is imported before Qt is, so the environment it sets is the one Qt sees. Widgets are
tested on Qt's offscreen platform; what needs a real X screen lives in `tests.screenshots`.
"""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

# Short on purpose: the path of a unix socket below it may have at most 107 bytes.
HOME = Path(tempfile.mkdtemp(prefix="cairn-test-"))


def _set_environment() -> None:
    for name in [name for name in os.environ if name.startswith(("QT_", "QML", "XDG_"))]:
        del os.environ[name]
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        os.environ.pop(name, None)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    os.environ["LC_ALL"] = "C.UTF-8"
    os.environ["HOME"] = str(HOME)
    for name, folder in {
        "XDG_CONFIG_HOME": "config",
        "XDG_DATA_HOME": "data",
        "XDG_STATE_HOME": "state",
        "XDG_CACHE_HOME": "cache",
        "XDG_RUNTIME_DIR": "run",
    }.items():
        (HOME / folder).mkdir(mode=0o700)
        os.environ[name] = str(HOME / folder)


_set_environment()

from PySide6.QtCore import QCoreApplication, QEvent  # noqa: E402

from tests import guards  # noqa: E402


def pytest_configure() -> None:
    """Set up what is set up once: the guards' ears, and collection by hand as in the program."""
    guards.note_starts()
    guards.FileGuard.install()
    # A collection that starts on a worker's thread frees widgets there and crashes Qt. As in
    # `app.main`, only the main thread collects, and only when asked: after each test.
    gc.disable()


def pytest_collection_finish() -> None:
    """Take what the imports made out of every later collection: it makes them ten times faster."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests ran, whatever their outcome."""
    ran = sum(
        report.when == "call"
        for outcome in ("passed", "failed", "xfailed", "xpassed")
        for report in terminalreporter.stats.get(outcome, [])
    )
    terminalreporter.write_line(f"Tests run: {ran}")


def pytest_unconfigure() -> None:
    """Remove the home folder of this run."""
    shutil.rmtree(HOME, ignore_errors=True)


@pytest.fixture(autouse=True)
def log_guard() -> guards.LogGuard:
    """The guard over this test's log; tests ask for `expected_log` instead."""
    return guards.LogGuard()


@pytest.fixture
def expected_log(log_guard: guards.LogGuard) -> guards.LogGuard:
    """Warnings of this test are meant: look at its `records` or `messages`, nothing fails."""
    log_guard.expected = True
    return log_guard


@pytest.fixture(autouse=True)
def _leaves_nothing_behind(log_guard: guards.LogGuard) -> Iterator[None]:
    """Fail a test that leaves threads, timers, processes, files or unexpected log records."""
    environment = dict(os.environ)
    folder = Path.cwd()
    watching: tuple[guards.Guard, ...] = (
        guards.TimerGuard(),
        guards.QtThreadGuard(),
        guards.ThreadGuard(),
        guards.ChildGuard(),
        guards.FileGuard(),
        log_guard,
    )
    yield
    _delete_what_waits_for_it()
    gc.collect()
    gc.disable()
    left = [line for guard in watching for line in guard.leftovers()]
    if Path.cwd() != folder:
        os.chdir(folder)
        left.append("the current folder was changed")
    if changed := _differing_names(environment):
        left.append(f"environment variables were changed: {changed}")
    if left:
        pytest.fail("The test left something behind:\n  " + "\n  ".join(left), pytrace=False)


def _delete_what_waits_for_it() -> None:
    # processEvents leaves deleteLater alone outside an event loop, so this is asked for.
    if QCoreApplication.instance() is not None:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def _differing_names(before: dict[str, str]) -> str:
    names = before.keys() | os.environ.keys()
    # pytest itself keeps the name of the running phase there.
    names -= {"PYTEST_CURRENT_TEST"}
    return ", ".join(sorted(name for name in names if before.get(name) != os.environ.get(name)))
