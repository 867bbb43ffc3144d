"""The thread that owns the store: calls are made there in order, and awaited on the event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Concatenate, ParamSpec, TypeVar

from app.errors import StoreError
from app.store.store import Store

P = ParamSpec("P")
T = TypeVar("T")

CLOSE_BUDGET_S = 3.0


class StoreThread:
    """Opens, uses and closes one Store. A daemon: a disk that hangs does not keep the program."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._store: Store | None = None
        self._calls: SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    async def open(self) -> None:
        """Open the database file. Raises as `Store.open`."""
        await self._call(self._open)

    async def open_in_memory(self) -> None:
        """Go on with a database that ends with the program."""
        await self._call(self._open_in_memory)

    async def set_aside(self) -> Path:
        """Rename a damaged file; return its new place. `open` then makes a new one."""
        return await self._call(self._set_aside)

    async def run(
        self, verb: Callable[Concatenate[Store, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Call a method of Store, as in `run(Store.messages, conversation_id)`."""
        return await self._call(lambda: verb(self._opened(), *args, **kwargs))

    async def close(self) -> None:
        """Finish the calls that wait, close the store, end the thread; give up after a budget."""
        if self._thread is None:
            return
        closing = asyncio.ensure_future(self._call(self._close))
        await asyncio.wait({closing}, timeout=CLOSE_BUDGET_S)
        self._calls.put(None)
        if closing.done():
            self._thread.join(CLOSE_BUDGET_S)
        else:
            closing.cancel()
        self._thread = None

    def _call(self, call: Callable[[], T]) -> asyncio.Future[T]:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="store", daemon=True)
            self._thread.start()
        result: Future[T] = Future()
        self._calls.put((result, call))
        return asyncio.wrap_future(result)

    def _work(self) -> None:
        while (item := self._calls.get()) is not None:
            result, call = item
            if not result.set_running_or_notify_cancel():
                continue
            try:
                result.set_result(call())
            except BaseException as error:  # handed to whoever awaits the result
                result.set_exception(error)

    def _open(self) -> None:
        self._close()
        self._store = Store.open(self._path)

    def _open_in_memory(self) -> None:
        self._close()
        self._store = Store.in_memory()

    def _set_aside(self) -> Path:
        self._close()
        return Store.set_aside(self._path)

    def _close(self) -> None:
        if self._store is not None:
            self._store.close()
            self._store = None

    def _opened(self) -> Store:
        if self._store is None:
            raise StoreError("The conversations are not open.")
        return self._store
