"""Writes to the store, in order, off the window's thread, and never given up.

A write that fails (disk full, folder read-only) stays at the head of the queue with everything
behind it; the user is told once, and it is tried again until it works or the program ends. Only
one that can never work is dropped, with a word.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec

from app.chat.message import Message
from app.errors import StoreError, StoreRefused
from app.presenters.notices import Notices
from app.presenters.temporary import TemporaryConversation
from app.store.store import Store
from app.store.worker import StoreThread

P = ParamSpec("P")

RETRY_S = 3.0


@dataclass(frozen=True, slots=True)
class _Write:
    verb: Callable[..., Any]
    arguments: tuple[Any, ...]


class Saver:
    """The queue of writes. Used on the window's thread; the store's thread empties it.

    A write is on its way when `save` returns, whatever the window then draws.
    """

    def __init__(self, store: StoreThread, notices: Notices) -> None:
        self._store = store
        self._notices = notices
        # Appended to by the window's thread, taken from by the store's: single steps, no lock.
        self._writes: deque[_Write] = deque()
        self._refused: deque[StoreRefused] = deque()
        self._retry: asyncio.TimerHandle | None = None
        self._failing = False
        self._temporary: list[TemporaryConversation] = []

    def hold(self, temporary: TemporaryConversation) -> None:
        """Let a temporary conversation take the writes that are about it."""
        self._temporary.append(temporary)

    def let_go(self, temporary: TemporaryConversation) -> None:
        """Save what is about a conversation that was temporary from now on."""
        self._temporary.remove(temporary)

    def save(
        self, verb: Callable[Concatenate[Store, P], Any], *args: P.args, **_: P.kwargs
    ) -> None:
        """Queue a call of a Store method."""
        for temporary in self._temporary:
            if temporary.takes(args):
                temporary.write(verb, args)
                return
        self._writes.append(_Write(verb, args))
        self._go_on()

    def unsaved_messages(self, conversation_id: str) -> tuple[Message, ...]:
        """Return the messages of a conversation that are not on disk yet, oldest write first."""
        return tuple(
            argument
            for write in tuple(self._writes)
            for argument in write.arguments
            if isinstance(argument, Message) and argument.conversation_id == conversation_id
        )

    async def flush(self, budget_s: float) -> bool:
        """Wait until everything is written; return whether it was within the budget."""
        deadline = time.monotonic() + budget_s
        while self._writes and (left := deadline - time.monotonic()) > 0:
            await asyncio.wait({self._go_on()}, timeout=left)
            if self._failing:
                await asyncio.sleep(min(RETRY_S, max(0.0, deadline - time.monotonic())))
        self._stop_retrying()
        return not self._writes

    def _go_on(self) -> asyncio.Future[None]:
        """Let the store's thread write what waits; the future ends when it has tried."""
        self._stop_retrying()
        written = asyncio.wrap_future(self._store.submit(self._write_all))
        written.add_done_callback(self._on_written)
        return written

    def _write_all(self, store: Store) -> None:
        """Write until nothing waits or a write fails. On the store's thread."""
        while self._writes:
            write = self._writes[0]
            try:
                write.verb(store, *write.arguments)
            except StoreRefused as error:
                self._refused.append(error)
            except StoreError:
                # It stays at the head, with everything behind it.
                raise
            except BaseException:
                self._writes.popleft()
                raise
            self._writes.popleft()

    def _on_written(self, written: asyncio.Future[None]) -> None:
        while self._refused:
            self._notices.error(self._refused.popleft())
        if written.cancelled():
            return
        error = written.exception()
        if isinstance(error, StoreError):
            self._tell_failure(error)
            self._stop_retrying()
            self._retry = asyncio.get_running_loop().call_later(RETRY_S, self._go_on)
            return
        if error is not None:
            sys.excepthook(type(error), error, error.__traceback__)
            # The write that met the bug is gone; the others are not held up by it.
            if self._writes:
                self._go_on()
            return
        self._tell_recovery()

    def _stop_retrying(self) -> None:
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None

    def _tell_failure(self, error: StoreError) -> None:
        if not self._failing:
            self._failing = True
            self._notices.error(error)

    def _tell_recovery(self) -> None:
        if self._failing:
            self._failing = False
            self._notices.info("Everything is saved again.")
