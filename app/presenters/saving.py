"""Writes to the store, in order, off the window's thread, and never given up.

A write that fails (disk full, folder read-only) stays at the head of the queue with everything
behind it; the user is told once, and it is tried again until it works or the program ends. Only
one that can never work is dropped, with a word.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec

from app.chat.message import Message
from app.errors import StoreError, StoreRefused
from app.presenters.notices import Notices
from app.presenters.tasks import Tasks
from app.store.store import Store
from app.store.worker import StoreThread

P = ParamSpec("P")

RETRY_S = 3.0


@dataclass(frozen=True, slots=True)
class _Write:
    verb: Callable[..., Any]
    arguments: tuple[Any, ...]


class Saver:
    """The queue of writes. Used on the window's thread only."""

    def __init__(self, store: StoreThread, notices: Notices, tasks: Tasks) -> None:
        self._store = store
        self._notices = notices
        self._tasks = tasks
        self._writes: deque[_Write] = deque()
        self._working: asyncio.Task[None] | None = None
        self._failing = False

    def save(
        self, verb: Callable[Concatenate[Store, P], Any], *args: P.args, **_: P.kwargs
    ) -> None:
        """Queue a call of a Store method."""
        self._writes.append(_Write(verb, args))
        self._go_on()

    def unsaved_messages(self, conversation_id: str) -> tuple[Message, ...]:
        """Return the messages of a conversation that are not on disk yet, oldest write first."""
        return tuple(
            argument
            for write in self._writes
            for argument in write.arguments
            if isinstance(argument, Message) and argument.conversation_id == conversation_id
        )

    async def flush(self, budget_s: float) -> bool:
        """Wait until everything is written; return whether it was within the budget."""
        self._go_on()
        deadline = time.monotonic() + budget_s
        while self._working is not None and (left := deadline - time.monotonic()) > 0:
            await asyncio.wait({self._working}, timeout=left)
        return not self._writes

    def _go_on(self) -> None:
        if self._writes and self._working is None:
            self._working = self._tasks.start(self._work(), "saving")
            self._working.add_done_callback(self._on_work_ended)

    def _on_work_ended(self, work: asyncio.Task[None]) -> None:
        self._working = None
        if not work.cancelled():
            # Writes are left when a bug ended the work; the one that met it is not among them.
            self._go_on()

    async def _work(self) -> None:
        while self._writes:
            write = self._writes[0]
            again = False
            try:
                await self._store.run(write.verb, *write.arguments)
            except StoreRefused as error:
                self._notices.error(error)
            except StoreError as error:
                again = True
                self._tell_failure(error)
            else:
                self._tell_recovery()
            finally:
                if not again:
                    self._writes.popleft()
            if again:
                await asyncio.sleep(RETRY_S)

    def _tell_failure(self, error: StoreError) -> None:
        if not self._failing:
            self._failing = True
            self._notices.error(error)

    def _tell_recovery(self) -> None:
        if self._failing:
            self._failing = False
            self._notices.info("Everything is saved again.")
