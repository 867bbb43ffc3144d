"""The program's own log: one rotating file, readable by the user only.

error = something was given up, warning = went on, info = a user could tell, debug = the rest.
What people and models write is never logged above debug. `CAIRN_LOG=debug` asks for everything.
"""

from __future__ import annotations

import logging
import os
from logging.handlers import RotatingFileHandler
from pathlib import Path

MAX_BYTES = 1_000_000
BACKUPS = 2
_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class _PrivateFileHandler(RotatingFileHandler):
    """A rotating file that nobody else may read."""

    def _open(self):  # type: ignore[no-untyped-def]
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return os.fdopen(descriptor, self.mode, encoding=self.encoding, errors=self.errors)


def start(file: Path) -> None:
    """Log to `file`, or to stderr with a sentence when it cannot be written."""
    level = logging.DEBUG if os.environ.get("CAIRN_LOG", "").lower() == "debug" else logging.INFO
    handler: logging.Handler
    problem = ""
    try:
        handler = _PrivateFileHandler(
            file, maxBytes=MAX_BYTES, backupCount=BACKUPS, encoding="utf-8", errors="replace"
        )
    except OSError as error:
        handler = logging.StreamHandler()
        problem = str(error)
    # A full disk must not print a traceback for every line.
    logging.raiseExceptions = False
    handler.setFormatter(logging.Formatter(_FORMAT))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    if problem:
        logging.getLogger(__name__).warning("the log goes to stderr: %s", problem)
