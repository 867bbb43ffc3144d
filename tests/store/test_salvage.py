"""A damaged database: kept as it is, and what can be read of it is taken over."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest

from app.errors import StoreDamaged, StoreError
from app.store.salvage import set_aside, take_over_file
from app.store.store import Store
from app.store.worker import StoreThread
from tests.store.chats import add_texts, conversation, question, reply

MESSAGES = 400


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "conversations.sqlite3"


def _fill(path: Path) -> None:
    store = Store.open(path)
    for number in range(20):
        texts = (f"message {number} {n} " + "text " * 100 for n in range(MESSAGES // 20))
        add_texts(store, *texts, chat=f"c{number}")
    store.close()


def _damage(path: Path, first_page: int, pages: int) -> None:
    content = bytearray(path.read_bytes())
    noise = random.Random(3).randbytes(pages * 4096)
    content[first_page * 4096 : (first_page + pages) * 4096] = noise
    path.write_bytes(content)


def _taken_over(path: Path) -> Store:
    kept = set_aside(path)
    store = Store.open(path)
    take_over_file(kept, store)
    return store


def _all_texts(store: Store) -> list[str]:
    return [message.text for found in store.conversations() for message in store.messages(found.id)]


def test_a_database_is_renamed_with_what_belongs_to_it(path: Path) -> None:
    path.parent.mkdir()
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).write_text(f"content{ending}")
    kept = set_aside(path)
    assert kept.parent == path.parent
    names = sorted(file.name for file in path.parent.iterdir())
    assert names == [kept.name, f"{kept.name}-shm", f"{kept.name}-wal"]
    assert kept.read_text() == "content"


def test_two_databases_of_the_same_second_are_both_kept(path: Path) -> None:
    path.parent.mkdir()
    for content in ("first", "second", "third"):
        path.write_text(content)
        set_aside(path)
    contents = {file.read_text() for file in path.parent.iterdir()}
    assert contents == {"first", "second", "third"}


def test_setting_aside_nothing_is_told(path: Path) -> None:
    with pytest.raises(StoreError):
        set_aside(path)


@pytest.mark.parametrize("content", [b"", b"text", b"SQLite format 3\0" + b"\xff" * 9000])
def test_nothing_is_taken_over_from_what_was_never_a_database(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    store = _taken_over(path)
    assert store.conversations() == ()
    store.close()


def test_a_healthy_database_is_taken_over_whole(path: Path) -> None:
    _fill(path)
    store = Store.open(path)
    store.set_pinned("c3", True)
    store.set_draft("c3", "draft")
    store.delete_conversation("c4")
    store.add_message(reply("r", chat="c5"))
    store.journal("r", "half an ans")
    before = {found.id: (found, store.messages(found.id)) for found in store.conversations()}
    store.close()
    store = _taken_over(path)
    found = {found.id: (found, store.messages(found.id)) for found in store.conversations()}
    before.pop("c5")
    assert store.messages("c5")[-1].text == "half an ans"
    assert {name: found[name] for name in before} == before
    assert "c4" not in found
    assert store.search("message 7 3")
    store.close()


@pytest.mark.parametrize("first_page", [10, 30, 50])
def test_most_of_a_damaged_database_is_taken_over(path: Path, first_page: int) -> None:
    _fill(path)
    _damage(path, first_page, 3)
    with pytest.raises(StoreDamaged):
        Store.open(path)
    store = _taken_over(path)
    texts = _all_texts(store)
    assert len(texts) > MESSAGES * 0.6
    assert len(store.search("message", 10)) == 10
    store.add_message(question("new", "goes on", chat=store.conversations()[0].id))
    store.close()


def test_the_remedy_goes_all_the_way(path: Path) -> None:
    _fill(path)
    _damage(path, 30, 2)

    async def run() -> int:
        thread = StoreThread(path)
        with pytest.raises(StoreDamaged):
            await thread.open()
        await thread.open_in_memory()
        await thread.run(Store.add_conversation, conversation("meanwhile"))
        await thread.set_aside()
        await thread.open()
        names = {found.id for found in await thread.run(Store.conversations)}
        assert "meanwhile" in names
        await thread.close()
        return len(names)

    assert asyncio.run(run()) > 10
