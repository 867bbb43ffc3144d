"""Writes that cannot be made wait, and are made later; the user is told once."""

from __future__ import annotations

import sys

import pytest

from app.chat.message import Message
from app.errors import StoreFull
from app.presenters import saving
from app.presenters.notices import Level
from app.store.store import Store
from tests.presenters.conftest import Play
from tests.presenters.desk import Desk, until
from tests.scripted_runtime import Script


class FullDisk:
    """Lets every write of a message fail while it is full."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.is_full = True
        self._add_message = Store.add_message
        monkeypatch.setattr(Store, "add_message", self.add_message_to)
        monkeypatch.setattr(saving, "RETRY_S", 0.02)

    def add_message_to(self, store: Store, message: Message) -> None:
        if self.is_full:
            raise StoreFull("The disk is full.", "Make room.")
        self._add_message(store, message)


@pytest.mark.qt_no_exception_capture
def test_a_bug_in_one_write_does_not_hold_up_those_behind_it(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    errors: list[type[BaseException]] = []

    def note(kind: type[BaseException], _error: object, _trace: object) -> None:
        errors.append(kind)

    async def scene(desk: Desk) -> None:
        monkeypatch.setattr(sys, "excepthook", note)
        with monkeypatch.context() as patch:
            patch.setattr(Store, "rename_conversation", _break)
            await desk.load(Script())
            await desk.ask("one")
            desk.conversations.book.rename(desk.conversations.current_id, "never saved")
            desk.conversations.book.set_pinned(desk.conversations.current_id, pinned=True)
            assert await desk.saver.flush(2.0)
        assert errors == [ZeroDivisionError]

    async def next_start(desk: Desk) -> None:
        (conversation,) = desk.conversations.conversations
        assert (conversation.title, conversation.pinned) == ("one", True)

    play(scene)
    play(next_start)


def _break(_store: Store, _conversation_id: str, _title: str) -> None:
    raise ZeroDivisionError("a bug in the store")


def test_a_full_disk_is_told_once_and_nothing_is_lost(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(desk: Desk) -> None:
        disk = FullDisk(monkeypatch)
        await desk.load(Script())
        await desk.ask("one")
        assert desk.texts() == ["one", "one two three  "]
        await until(lambda: bool(desk.told))
        errors = [notice for notice in desk.told if notice.level is Level.ERROR]
        assert [notice.cause for notice in errors] == ["The disk is full."]
        assert not await desk.saver.flush(0.1)
        first = desk.conversations.current_id
        desk.conversations.new()
        desk.conversations.open(first)
        await until(lambda: desk.texts() == ["one", "one two three  "])
        disk.is_full = False
        assert await desk.saver.flush(2.0)
        assert "saved again" in desk.told[-1].cause

    async def next_start(desk: Desk) -> None:
        await until(lambda: desk.texts() == ["one", "one two three  "])

    play(scene)
    play(next_start)
