"""What falls through is logged whole and told once."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from app.presenters.crash_hook import CrashHook
from app.presenters.notices import Notice, Notices
from tests.guards import LogGuard


@pytest.fixture
def told(qtbot: QtBot, expected_log: LogGuard) -> Iterator[list[Notice]]:
    """What the user is told while the hook is installed."""
    notices = Notices()
    heard: list[Notice] = []
    notices.notice_posted.connect(heard.append)
    notices.attach()
    hook = CrashHook(notices)
    hook.install()
    yield heard
    hook.uninstall()


def _break() -> None:
    raise ValueError("broken inside")


def _report() -> None:
    try:
        _break()
    except ValueError:
        sys.excepthook(*sys.exc_info())


def test_an_uncaught_error_is_told_with_its_traceback(told: list[Notice]) -> None:
    _report()
    assert "broken inside" in told[0].cause
    assert "_break" in told[0].details


def test_the_same_error_is_told_once(told: list[Notice]) -> None:
    for _ in range(5):
        _report()
    assert len(told) == 1


def test_an_error_on_another_thread_is_told_on_the_window_s(
    told: list[Notice], qtbot: QtBot
) -> None:
    thread = threading.Thread(target=_break)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: len(told) == 1)
