"""The store's thread: order, errors, and an end that waits for work but not for ever."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from pathlib import Path
from typing import NoReturn

import pytest

from app.chat.message import Message
from app.errors import StoreDamaged, StoreError, StoreFull
from app.store.store import Store
from app.store.worker import StoreThread
from tests.guards import LogGuard
from tests.store.chats import add_texts, conversation, question, reply

ROOT = Path(__file__).parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "conversations.sqlite3"


class Gate:
    """A verb that hangs, as a disk may, until it is opened."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.opened = threading.Event()

    def wait(self, _: Store) -> None:
        """Hang."""
        self.reached.set()
        assert self.opened.wait(10)


def _name_of_thread(store: Store) -> str:
    return threading.current_thread().name


def _break(store: Store) -> NoReturn:
    raise ZeroDivisionError


def _texts_of(store: Store) -> list[str]:
    return [message.text for message in store.messages("c")]


def test_calls_are_made_on_one_thread_that_is_not_the_callers(path: Path) -> None:
    async def run() -> set[str]:
        thread = StoreThread(path)
        await thread.open()
        names = {await thread.run(_name_of_thread) for _ in range(3)}
        await thread.close()
        return names

    (name,) = asyncio.run(run())
    assert name != threading.current_thread().name


def test_results_and_arguments_go_through(path: Path) -> None:
    async def run() -> int:
        thread = StoreThread(path)
        await thread.open()
        await thread.run(add_texts, "walrus", "walrus", chat="a")
        hits = await thread.run(Store.search, "walrus", limit=1)
        await thread.close()
        return len(hits)

    assert asyncio.run(run()) == 1


def test_calls_are_made_in_the_order_they_were_asked_for(path: Path) -> None:
    async def run() -> str:
        thread = StoreThread(path)
        await thread.open()
        await thread.run(Store.add_conversation, conversation())
        await thread.run(Store.add_message, reply("r"))
        await asyncio.gather(*(thread.run(Store.journal, "r", f"{n} ") for n in range(200)))
        (recovered,) = await thread.run(Store.recover)
        await thread.close()
        return recovered.text

    assert asyncio.run(run()) == "".join(f"{n} " for n in range(200))


def test_the_loop_goes_on_while_a_call_hangs(path: Path) -> None:
    async def run() -> None:
        thread, gate = StoreThread(path), Gate()
        await thread.open()
        hanging = asyncio.ensure_future(thread.run(gate.wait))
        while not gate.reached.is_set():
            await asyncio.sleep(0)
        assert not hanging.done()
        gate.opened.set()
        await hanging
        await thread.close()

    asyncio.run(run())


@pytest.mark.parametrize("times", [1, 3])
def test_an_error_reaches_whoever_awaits_and_the_thread_goes_on(path: Path, times: int) -> None:
    async def run() -> None:
        thread = StoreThread(path)
        await thread.open()
        for _ in range(times):
            with pytest.raises(ZeroDivisionError):
                await thread.run(_break)
            with pytest.raises(StoreError):
                await thread.run(Store.add_message, question("m", "text", chat="nowhere"))
        assert await thread.run(Store.conversations) == ()
        await thread.close()

    asyncio.run(run())


def test_a_call_before_opening_is_told(path: Path) -> None:
    async def run() -> None:
        thread = StoreThread(path)
        with pytest.raises(StoreError):
            await thread.run(Store.conversations)
        await thread.close()

    asyncio.run(run())
    assert not path.exists()


def test_closing_makes_the_calls_that_wait_first(path: Path) -> None:
    async def run() -> None:
        thread, gate = StoreThread(path), Gate()
        await thread.open()
        await thread.run(Store.add_conversation, conversation())
        waiting = [
            asyncio.ensure_future(thread.run(gate.wait)),
            asyncio.ensure_future(thread.run(Store.add_message, question("m", "last words"))),
        ]
        closing = asyncio.ensure_future(thread.close())
        while not gate.reached.is_set():
            await asyncio.sleep(0)
        gate.opened.set()
        await asyncio.gather(closing, *waiting)

    asyncio.run(run())
    store = Store.open(path)
    assert _texts_of(store) == ["last words"]
    store.close()


def test_a_call_whose_caller_is_cancelled_is_made_all_the_same(path: Path) -> None:
    async def run() -> list[str]:
        thread, gate = StoreThread(path), Gate()
        await thread.open()
        await thread.run(Store.add_conversation, conversation())
        hanging = asyncio.ensure_future(thread.run(gate.wait))
        saving = asyncio.ensure_future(thread.run(Store.add_message, question("m", "kept")))
        while not gate.reached.is_set():
            await asyncio.sleep(0)
        saving.cancel()
        gate.opened.set()
        await hanging
        texts = await thread.run(_texts_of)
        await thread.close()
        return texts

    assert asyncio.run(run()) == ["kept"]


def test_closing_gives_up_on_a_call_that_hangs(path: Path, expected_log: LogGuard) -> None:
    gate = Gate()

    async def run() -> None:
        thread = StoreThread(path)
        await thread.open()
        hanging = asyncio.ensure_future(thread.run(gate.wait))
        while not gate.reached.is_set():
            await asyncio.sleep(0)
        assert await thread.close(budget_s=0.05) is False
        assert not hanging.done()
        gate.opened.set()
        await hanging

    asyncio.run(run())


def test_the_store_is_closed_when_the_call_that_hung_ends_late(
    path: Path, expected_log: LogGuard
) -> None:
    gate = Gate()
    before = set(threading.enumerate())

    async def run() -> None:
        thread = StoreThread(path)
        await thread.open()
        hanging = asyncio.ensure_future(thread.run(gate.wait))
        await thread.close(budget_s=0.05)
        hanging.cancel()

    asyncio.run(run())
    gate.opened.set()
    for thread in set(threading.enumerate()) - before:
        thread.join(10)
    assert list(path.parent.iterdir()) == [path]


def test_nothing_is_done_after_closing(path: Path) -> None:
    async def run() -> None:
        thread = StoreThread(path)
        await thread.open()
        await thread.close()
        await thread.close()
        with pytest.raises(StoreError):
            await thread.run(Store.conversations)
        with pytest.raises(StoreError):
            await thread.open()

    asyncio.run(run())
    assert list(path.parent.iterdir()) == [path]


def test_closing_a_thread_that_was_never_used_is_quick(path: Path) -> None:
    asyncio.run(StoreThread(path).close())


def test_opening_can_fail_and_go_on_in_memory(path: Path) -> None:
    path.write_text("not a database")

    async def run() -> list[str]:
        thread = StoreThread(path)
        with pytest.raises(StoreDamaged):
            await thread.open()
        await thread.open_in_memory()
        await thread.run(add_texts, "kept for now")
        texts = await thread.run(_texts_of)
        await thread.close()
        return texts

    assert asyncio.run(run()) == ["kept for now"]
    assert path.read_text() == "not a database"


def test_what_was_written_meanwhile_goes_into_the_new_file(path: Path) -> None:
    path.write_text("not a database")

    async def run() -> Path:
        thread = StoreThread(path)
        with pytest.raises(StoreDamaged):
            await thread.open()
        await thread.open_in_memory()
        await thread.run(add_texts, "written meanwhile")
        kept = await thread.set_aside()
        await thread.open()
        assert await thread.run(_texts_of) == ["written meanwhile"]
        await thread.run(Store.add_message, question("later", "later", "c 0"))
        await thread.close()
        return kept

    kept = asyncio.run(run())
    assert kept.read_text() == "not a database"
    store = Store.open(path)
    assert _texts_of(store) == ["written meanwhile", "later"]
    assert [hit.message_id for hit in store.search("meanwhile")] == ["c 0"]
    store.close()


def test_a_reply_that_streams_while_the_file_is_replaced_is_not_cut(path: Path) -> None:
    path.write_text("not a database")

    async def run() -> str:
        thread = StoreThread(path)
        await thread.open_in_memory()
        await thread.run(Store.add_conversation, conversation())
        await thread.run(Store.add_message, reply("r"))
        await thread.run(Store.journal, "r", "one ")
        await thread.set_aside()
        await thread.open()
        await thread.run(Store.journal, "r", "two")
        ((message),) = await thread.run(Store.messages, "c")
        await thread.close()
        return message.text

    assert asyncio.run(run()) == "one two"


def test_nothing_is_lost_when_taking_over_fails_and_is_tried_again(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = Store.open(path)
    add_texts(before, "old 0", "old 1", "old 2", chat="old")
    before.close()
    room = [2]
    add_message = Store.add_message

    def add_while_there_is_room(store: Store, message: Message) -> None:
        if not store.is_in_memory:
            room[0] -= 1
            if room[0] < 0:
                raise StoreFull("The disk is full.")
        add_message(store, message)

    monkeypatch.setattr(Store, "add_message", add_while_there_is_room)

    async def run() -> dict[str, list[str]]:
        thread = StoreThread(path)
        await thread.open_in_memory()
        await thread.run(add_texts, "new", chat="new")
        await thread.set_aside()
        with pytest.raises(StoreFull):
            await thread.open()
        await thread.open_in_memory()
        assert [chat.id for chat in await thread.run(Store.conversations)] == ["new"]
        room[0] = 100
        await thread.open()
        kept = {
            chat: [message.text for message in await thread.run(Store.messages, chat)]
            for chat in ("old", "new")
        }
        await thread.close()
        return kept

    assert asyncio.run(run()) == {"old": ["old 0", "old 1", "old 2"], "new": ["new"]}


def test_a_disk_that_hangs_does_not_keep_the_program_from_ending(path: Path) -> None:
    program = (
        "import asyncio, sys, threading\n"
        "from pathlib import Path\n"
        "from app.store.worker import StoreThread\n"
        "async def run():\n"
        "    thread = StoreThread(Path(sys.argv[1]))\n"
        "    await thread.open()\n"
        "    thread.submit(lambda store: threading.Event().wait())\n"
        "    assert not await thread.close(0.05)\n"
        "asyncio.run(run())\n"
    )
    ended = subprocess.run([sys.executable, "-c", program, str(path)], cwd=ROOT, timeout=30)
    assert ended.returncode == 0
