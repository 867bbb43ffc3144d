"""The program's own log: one rotating file, readable by the user only.

error = something was given up, warning = went on, info = a user could tell, debug = the rest.
What people and models write is never logged above debug. `CAIRN_LOG=debug` asks for everything.

`hold` keeps what is logged before the window is painted, and `start` writes it: the machinery of
rotating files is imported after the first picture.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path

MAX_BYTES = 1_000_000
BACKUPS = 2
_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class _Held(logging.Handler):
    """Keeps records until `start`, or until one says that the program will not get there."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self._file = file
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)
        if record.levelno >= logging.ERROR:
            start(self._file)


def hold(file: Path) -> None:
    """Keep what is logged until `start` is called, or an error is logged, which goes to `file`."""
    logging.basicConfig(level=_level(), handlers=[_Held(file)], force=True)


def start(file: Path) -> None:
    """Log to `file`, or to stderr with a sentence when it cannot be written."""
    held = [record for handler in logging.root.handlers for record in _records_of(handler)]
    handler, problem = _handler_for(file)
    # A full disk must not print a traceback for every line.
    logging.raiseExceptions = False
    handler.setFormatter(logging.Formatter(_FORMAT))
    logging.basicConfig(level=_level(), handlers=[handler], force=True)
    for record in held:
        handler.handle(record)
    if problem:
        logging.getLogger(__name__).warning("the log goes to stderr: %s", problem)


def _level() -> int:
    return logging.DEBUG if os.environ.get("CAIRN_LOG", "").lower() == "debug" else logging.INFO


def _records_of(handler: logging.Handler) -> list[logging.LogRecord]:
    return handler.records if isinstance(handler, _Held) else []


def _handler_for(file: Path) -> tuple[logging.Handler, str]:
    """Return a handler that writes to `file`, or else one for stderr and why."""
    from logging.handlers import RotatingFileHandler

    class PrivateFileHandler(RotatingFileHandler):
        """A rotating file that nobody else may read."""

        def _open(self):  # type: ignore[no-untyped-def]
            descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            return os.fdopen(descriptor, self.mode, encoding=self.encoding, errors=self.errors)

    try:
        handler = PrivateFileHandler(
            file, maxBytes=MAX_BYTES, backupCount=BACKUPS, encoding="utf-8", errors="replace"
        )
    except OSError as error:
        return logging.StreamHandler(), str(error)
    return handler, ""
