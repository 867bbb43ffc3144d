"""Background work on the window's event loop: every task is kept, named and reported.

asyncio keeps only weak references to tasks and logs their errors when they are collected; here a
task lives until it ends, an AppError goes to the user, anything else to the crash hook.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor, Future
from functools import partial
from typing import Any, ParamSpec, TypeVar

import qasync
from PySide6.QtCore import QCoreApplication

from app.errors import AppError
from app.presenters.notices import Notices

P = ParamSpec("P")
T = TypeVar("T")


def make_event_loop(application: QCoreApplication) -> asyncio.AbstractEventLoop:
    """Return the one loop of Qt and asyncio, set as current; the caller closes it.

    qasync's own executor would start ten QThreads for the first blocking call, and wait for them.
    """
    loop: asyncio.AbstractEventLoop = qasync.QEventLoop(application)
    loop.set_default_executor(_DiskThreads())
    asyncio.set_event_loop(loop)
    return loop


class _DiskThreads(Executor):
    """A daemon thread for each call; few are made, to read a few files each.

    Nothing waits for these threads: a disk that hangs must not keep the program from ending.
    """

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        future: Future[T] = Future()
        call = partial(fn, *args, **kwargs)
        threading.Thread(target=_call, args=(call, future), name="disk", daemon=True).start()
        return future


def _call(function: Callable[[], T], future: Future[T]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = function()
    except Exception as error:
        future.set_exception(error)
    else:
        future.set_result(result)


class Tasks:
    """Starts tasks and waits for them at the end."""

    def __init__(self, notices: Notices) -> None:
        self._notices = notices
        self._running: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        """Run `work` on the event loop; its failure is told to the user."""
        task = asyncio.get_running_loop().create_task(self._guard(work), name=name)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def finish(self, budget_s: float) -> None:
        """Wait for what runs, at most `budget_s` seconds, then cancel the rest."""
        running = tuple(self._running)
        if not running:
            return
        _, late = await asyncio.wait(running, timeout=budget_s)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=budget_s)

    async def _guard(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except AppError as error:
            self._notices.error(error)
        except Exception:
            sys.excepthook(*sys.exc_info())
