"""The log: private, bounded, and harmless when it cannot be written."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import logs
from tests.guards import LogGuard


@pytest.fixture(autouse=True)
def _own_root_logger() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level, raising = root.handlers[:], root.level, logging.raiseExceptions
    yield
    for handler in root.handlers:
        if handler not in handlers:
            handler.close()
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.raiseExceptions = raising


def test_the_log_is_readable_by_the_user_only(tmp_path: Path) -> None:
    logs.start(tmp_path / "cairn.log")
    logging.getLogger("app.test").info("hello")
    assert "hello" in (tmp_path / "cairn.log").read_text(encoding="utf-8")
    assert (tmp_path / "cairn.log").stat().st_mode & 0o077 == 0


def test_what_is_logged_before_the_file_is_opened_is_written_then(tmp_path: Path) -> None:
    logs.hold(tmp_path / "cairn.log")
    logging.getLogger("app.test").info("early")
    assert not (tmp_path / "cairn.log").exists()
    logs.start(tmp_path / "cairn.log")
    logging.getLogger("app.test").info("late")
    text = (tmp_path / "cairn.log").read_text(encoding="utf-8")
    assert text.index("early") < text.index("late")


def test_an_error_does_not_wait_for_the_file_to_be_opened(
    tmp_path: Path, expected_log: LogGuard
) -> None:
    logs.hold(tmp_path / "cairn.log")
    logging.getLogger("app.test").warning("before")
    logging.getLogger("app.test").critical("the end")
    text = (tmp_path / "cairn.log").read_text(encoding="utf-8")
    assert text.count("before") == 1
    assert text.count("the end") == 1


def test_the_log_stays_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "MAX_BYTES", 2000)
    logs.start(tmp_path / "cairn.log")
    for number in range(300):
        logging.getLogger("app.test").info("line %s", number)
    files = list(tmp_path.iterdir())
    assert len(files) == logs.BACKUPS + 1
    assert sum(file.stat().st_size for file in files) < 3 * 2100


def test_a_log_that_cannot_be_written_is_no_reason_to_stop(
    tmp_path: Path, expected_log: LogGuard
) -> None:
    logs.start(tmp_path / "no such folder" / "cairn.log")
    logging.getLogger("app.test").info("still here")
