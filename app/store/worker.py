"""The thread of the store: calls go in from the event loop and are made one after the other.

1. Calls are made in the order they were asked for. A call that was asked for is made, even when
   whoever awaits it is cancelled: a wish to save is not taken back by closing a window.
2. The thread is a daemon and not a ThreadPoolExecutor, whose threads Python joins at exit: a disk
   that hangs must not keep the program from ending.
3. `close` refuses new calls, lets those that wait be made, closes the store, and gives up after
   its budget.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Concatenate, ParamSpec, TypeVar

from app.errors import StoreError
from app.store.salvage import set_aside, take_over, take_over_file
from app.store.store import Store

logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

CLOSE_BUDGET_S = 5.0


@dataclass(frozen=True, slots=True)
class _Call:
    function: Callable[[], Any]
    future: Future[Any]


class StoreThread:
    """Owns a Store and the thread it lives on. Used from the thread of the event loop."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._calls: SimpleQueue[_Call | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._closing = False
        # Both are the thread's own.
        self._store: Store | None = None
        self._kept: Path | None = None

    async def open(self) -> None:
        """Open the database. Raises StoreError; may then be called again.

        What was written to a store in memory meanwhile is taken over.
        """
        await asyncio.wrap_future(self._enqueue(self._open))

    async def open_in_memory(self) -> None:
        """Go on without the file: everything works, nothing outlives the program."""
        await asyncio.wrap_future(self._enqueue(self._open_in_memory))

    async def open_to_read(self) -> None:
        """Show what the file holds; changes fail until `open` works. Raises StoreError."""
        await asyncio.wrap_future(self._enqueue(self._open_to_read))

    @property
    def is_in_memory(self) -> bool:
        """Whether what is written now does not outlive the program."""
        return self._store is not None and self._store.is_in_memory

    async def set_aside(self) -> Path:
        """Rename the damaged database and return its new path.

        The next `open` makes a new one and takes over what can still be read of the old one.
        """
        return await asyncio.wrap_future(self._enqueue(self._set_aside))

    async def run(
        self, verb: Callable[Concatenate[Store, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Make a call of a method of Store, as `run(Store.messages, conversation_id)`.

        Returns and raises what the method does, and raises StoreError when the store is not open.
        """
        return await asyncio.wrap_future(self.submit(verb, *args, **kwargs))

    def submit(
        self, verb: Callable[Concatenate[Store, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> Future[T]:
        """Queue a call of a method of Store; the future need not be looked at."""

        def call() -> T:
            return verb(self._opened(), *args, **kwargs)

        return self._enqueue(call)

    async def close(self, budget_s: float = CLOSE_BUDGET_S) -> bool:
        """Make the calls that wait, close the store, end the thread; return whether in time."""
        if self._closing or self._thread is None:
            self._closing = True
            return True
        deadline = time.monotonic() + budget_s
        closed = asyncio.wrap_future(self._enqueue(self._close))
        self._closing = True
        self._calls.put(None)
        done, _ = await asyncio.wait({closed}, timeout=budget_s)
        if not done:
            logger.error("the store did not close within %.1f s", budget_s)
            return False
        # The thread has nothing left to do but to return.
        self._thread.join(max(0.0, deadline - time.monotonic()))
        if (error := closed.exception()) is not None:
            logger.error("the store was not closed properly: %s", error)
        return error is None

    def _enqueue(self, function: Callable[[], T]) -> Future[T]:
        future: Future[T] = Future()
        # From here on it cannot be cancelled.
        future.set_running_or_notify_cancel()
        if self._closing:
            future.set_exception(_not_open())
            return future
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="store", daemon=True)
            self._thread.start()
        self._calls.put(_Call(function, future))
        return future

    def _work(self) -> None:
        while (call := self._calls.get()) is not None:
            try:
                result = call.function()
            except Exception as error:
                call.future.set_exception(error)
            else:
                call.future.set_result(result)
            # A future that waits in this frame would keep its result alive until the next call.
            del call

    def _open(self) -> None:
        store = Store.open(self._path)
        try:
            if self._kept is not None:
                take_over_file(self._kept, store)
            if self._store is not None:
                take_over(self._store.connection, store)
        except BaseException:
            # What is in memory stays in use; the next attempt goes on where this one ended.
            store.close()
            raise
        self._close()
        self._store, self._kept = store, None

    def _open_in_memory(self) -> None:
        if self._store is None or not self._store.is_in_memory:
            self._close()
            self._store = Store.in_memory()

    def _open_to_read(self) -> None:
        store = Store.to_read(self._path)
        self._close()
        self._store = store

    def _set_aside(self) -> Path:
        self._kept = set_aside(self._path)
        return self._kept

    def _close(self) -> None:
        store, self._store = self._store, None
        if store is not None:
            store.close()

    def _opened(self) -> Store:
        if self._store is None:
            raise _not_open()
        return self._store


def _not_open() -> StoreError:
    return StoreError("The conversations are not open.", "Start Cairn again.")
