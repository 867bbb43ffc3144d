"""The start of the program: options, folders, the lock, Qt and its loop, then one `Session`."""

from __future__ import annotations

from app import lean_imports  # isort: split

import asyncio
import gc
import logging
import os
import signal
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from types import FrameType

from PySide6.QtCore import QLockFile
from PySide6.QtWidgets import QApplication

from app import __version__, logs
from app.options import parse
from app.presenters.crash_hook import CrashHook
from app.presenters.notices import Notices
from app.presenters.tasks import make_event_loop
from app.session import Session
from app.ui.first_picture import without_plugins
from app.ui.icons import window_icon
from app.ui.theme import QT_OPTIONS

logger = logging.getLogger(__name__)

_ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main(
    arguments: Sequence[str] | None = None, begin: Callable[[Session], None] | None = None
) -> int:
    """Run Cairn until its window is closed; return the exit status.

    `begin` is called once the window is shown.
    """
    options = parse(arguments)
    paths = options.paths
    try:
        paths.create()
    except OSError as error:
        return _refuse(
            f"The folder {error.filename} cannot be made ({error.strerror}).",
            "Make it writable, or start with --profile FOLDER.",
        )
    if not _has_display():
        return _refuse(
            "There is no screen to open a window on.", "Start Cairn from a desktop session."
        )
    lock = QLockFile(str(paths.runtime / "cairn.lock"))
    lock.setStaleLockTime(0)
    if not lock.tryLock(0) and lock.error() is QLockFile.LockError.LockFailedError:
        # Another start has it.
        from app.visit import Visit, find_the_other

        visit = Visit.of_this_start(options.model, quick=options.quick)
        if find_the_other(paths.socket, visit, lock):
            return 0
        if not lock.isLocked():
            return _refuse("Cairn is already open.", "Look for its window on your desktop.")
    logs.hold(paths.log_file)
    notices = Notices()
    crash_hook = CrashHook(notices)
    crash_hook.install()
    application = QApplication([sys.argv[0], *QT_OPTIONS])
    application.setApplicationName("cairn")
    application.setApplicationDisplayName("Cairn")
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("cairn")
    application.setQuitOnLastWindowClosed(False)
    with without_plugins():
        session = Session(application, paths, notices)
    for number in _ENDING_SIGNALS:
        # Until the event loop runs and takes them over.
        signal.signal(number, partial(_end, session))
    if options.quick:
        session.show_quick_ask()
    else:
        session.show()
    application.setWindowIcon(window_icon())
    if begin is not None:
        begin(session)
    logs.start(paths.log_file)
    lean_imports.finish()
    # No collection from here on but the session's: one on another thread could free widgets there
    # and crash Qt.
    gc.collect()
    gc.freeze()
    loop = make_event_loop(application)
    crash_hook.install_on(loop)
    try:
        loop.run_until_complete(_run(session, options.model))
    finally:
        loop.close()
        crash_hook.uninstall()
        lock.unlock()
    return 0


async def _run(session: Session, model: Path | None) -> None:
    loop = asyncio.get_running_loop()
    for number in _ENDING_SIGNALS:
        loop.add_signal_handler(number, session.end)
    await session.run(str(model) if model else "")


def _end(session: Session, _number: int, _frame: FrameType | None) -> None:
    session.end()


def _has_display() -> bool:
    """Return whether Qt has a screen to ask for; without one it would abort."""
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def _refuse(cause: str, advice: str) -> int:
    sys.stderr.write(f"cairn: {cause} {advice}\n")
    return 1
