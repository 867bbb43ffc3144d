"""What happens to an error that nobody caught: it is logged whole and told to the user once."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import sys
import threading
import traceback
from types import TracebackType
from typing import Any

from PySide6.QtCore import (
    QCoreApplication,
    QMessageLogContext,
    QObject,
    QtMsgType,
    Signal,
    Slot,
    qInstallMessageHandler,
)

from app.presenters.notices import Level, Notice, Notices

#: What the platform plugins for X11 and Wayland say before they end the program.
_CONNECTION_BROKE = re.compile(r"The (X11|Wayland) connection (broke|experienced a fatal error)")

logger = logging.getLogger(__name__)
_qt_logger = logging.getLogger("qt")

_QT_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.DEBUG,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


class CrashHook(QObject):
    """Catches what falls through, from any thread. Lives on the window's thread."""

    #: An error was caught on some thread; carries its one-line form and its traceback.
    _error_caught = Signal(str, str)

    def __init__(self, notices: Notices, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._notices = notices
        self._told: set[str] = set()
        self._error_caught.connect(self._on_error_caught)

    def install(self) -> None:
        """Take over the hooks of Python, of its threads and of Qt's messages."""
        sys.excepthook = self._report
        threading.excepthook = self._report_thread
        qInstallMessageHandler(_log_qt_message)

    def install_on(self, loop: asyncio.AbstractEventLoop) -> None:
        """Take over what the event loop would only log."""
        loop.set_exception_handler(self._report_loop)

    @staticmethod
    def uninstall() -> None:
        """Give the hooks back."""
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__
        qInstallMessageHandler(None)

    def _report(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            return
        logger.critical("an error was not caught", exc_info=(kind, error, trace))
        text = "".join(traceback.format_exception(kind, error, trace))
        self._error_caught.emit(f"{kind.__name__}: {error}", text)

    def _report_thread(self, arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None:
            self._report(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)

    def _report_loop(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, BaseException):
            self._report(type(error), error, error.__traceback__)
        else:
            logger.error("event loop: %s", context.get("message"))

    @Slot(str, str)
    def _on_error_caught(self, line: str, trace: str) -> None:
        # The place is told once: an error in a paint event comes sixty times a second.
        place = trace.rsplit("File ", 1)[-1]
        if place in self._told:
            return
        self._told.add(place)
        self._notices.post(
            Notice(
                Level.ERROR,
                self.tr("Something inside Cairn went wrong ({line}).").format(line=line),
                self.tr("Your conversations are kept. Please report it with the details."),
                details=trace,
            )
        )


def _log_qt_message(kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
    _qt_logger.log(_QT_LEVELS.get(kind, logging.WARNING), "%s", message)
    # Qt ends the program after these; without a window stderr is the only place to say why.
    if _CONNECTION_BROKE.match(message):
        sys.stderr.write(
            "cairn: The screen was closed, and Cairn with it."
            " Start Cairn again: what was written is kept.\n"
        )
    elif kind is QtMsgType.QtFatalMsg and QCoreApplication.startingUp():
        # Qt advises to reinstall it, and lists its plugins: for the log.
        sys.stderr.write(
            "cairn: No window can be opened on this screen. Start Cairn from a desktop session.\n"
        )
        # Qt would abort, which leaves a core file and no more words.
        os._exit(1)
    elif kind is QtMsgType.QtFatalMsg:
        sys.stderr.write(f"cairn: {message}\n")
