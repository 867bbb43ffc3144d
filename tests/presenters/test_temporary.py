"""A temporary conversation works like any other and leaves nothing on the disk."""

from __future__ import annotations

import sqlite3

import pytest

from app.chat.message import Message
from app.store.store import Store
from tests.presenters.conftest import Play
from tests.presenters.desk import Desk, until
from tests.scripted_runtime import Script

QUESTION = "walruses in the harbour"


async def talk(desk: Desk, script: Script | None = None) -> str:
    """Have a temporary conversation and return its id."""
    await desk.load(script or Script(reply="the answer about narwhals "))
    desk.conversations.new_temporary()
    await desk.ask(QUESTION)
    return desk.conversations.current_id


def traces(desk: Desk, *words: str) -> list[str]:
    """Return the files under the program's folders that hold one of `words`."""
    return [
        f"{path.name}: {word}"
        for path in desk.folder.rglob("*")
        if path.is_file() and path.suffix != ".script"
        for word in words
        if word.encode() in path.read_bytes()
    ]


def test_a_temporary_conversation_is_answered_and_continued(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await talk(desk)
        await desk.ask("and again")
        assert [text.strip() for text in desk.texts()] == [
            QUESTION,
            "the answer about narwhals",
            "and again",
            "the answer about narwhals",
        ]
        assert desk.conversations.is_temporary

    play(scene)


def test_the_end_of_the_program_is_its_end(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[Store] = []
    make = Store.in_memory

    def remembered() -> Store:
        held.append(make())
        return held[-1]

    async def scene(desk: Desk) -> None:
        monkeypatch.setattr(Store, "in_memory", remembered)
        await talk(desk)

    play(scene)
    (store,) = held
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        store.connection.execute("SELECT 1")


def test_nothing_of_it_is_in_list_search_settings_or_any_file(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        conversation_id = await talk(desk, Script(reply="narwhals " * 40, tokens_per_second=200))
        desk.chat.regenerate_last()
        await desk.answered()
        desk.chat.keep_draft("seals")
        answer = desk.messages()[-1].id
        desk.chat.marks.set_note(answer, "porpoises")
        desk.chat.marks.set_bookmarked(answer, True)
        assert await desk.saver.flush(5.0)
        assert desk.conversations.conversations == ()
        for word in ("walruses", "narwhals", "seals", "porpoises"):
            assert await desk.store.run(Store.search, word) == ()
        assert await desk.store.run(Store.bookmarks) == ()
        assert desk.settings.settings.state.last_conversation == ""
        desk.settings.save_now()
        ids = (conversation_id, *(message.id for message in desk.messages()))
        assert traces(desk, "walruses", "narwhals", "seals", "porpoises", *ids) == []

    play(scene)


def test_leaving_it_ends_it_and_stops_its_answer(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        ended: list[str] = []
        desk.conversations.temporary_ended.connect(ended.append)
        await desk.load(Script(repeat=1000, tokens_per_second=500))
        desk.conversations.new_temporary()
        desk.chat.send(QUESTION)
        await until(lambda: any(desk.streamed.values()))
        left = desk.conversations.current_id
        desk.conversations.new()
        assert not desk.conversations.is_temporary
        assert ended == [left]
        await desk.answered()
        desk.conversations.open(left)
        assert desk.conversations.current_id == ""
        desk.conversations.go_back()
        assert desk.conversations.current_id == ""
        assert await desk.saver.flush(5.0)
        assert desk.told == []
        assert traces(desk, "walruses") == []

    async def next_start(desk: Desk) -> None:
        assert desk.conversations.conversations == ()

    play(scene)
    play(next_start)


def test_a_kept_one_is_there_with_all_of_its_branches_after_a_restart(play: Play) -> None:
    said: list[Message] = []

    async def scene(desk: Desk) -> None:
        changes: list[bool] = []
        desk.conversations.temporary_changed.connect(changes.append)
        await talk(desk)
        desk.chat.edit(desk.messages()[0].id, "walruses elsewhere")
        await desk.answered()
        desk.conversations.keep_temporary()
        assert changes == [True, False]
        assert [one.title for one in desk.conversations.conversations] == [QUESTION]
        assert desk.settings.settings.state.last_conversation == desk.conversations.current_id
        await desk.ask("and again")
        said.extend(desk.messages())

    async def next_start(desk: Desk) -> None:
        desk.conversations.open(desk.conversations.conversations[0].id)
        await until(lambda: len(desk.shown) == 4)
        assert desk.messages() == said
        assert desk.shown[0].versions == 2
        assert len(await desk.store.run(Store.search, "walruses")) == 3

    play(scene)
    play(next_start)


def test_one_that_is_kept_in_the_middle_of_an_answer_gets_all_of_it(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script(repeat=40, tokens_per_second=200))
        desk.conversations.new_temporary()
        desk.chat.send(QUESTION)
        await until(lambda: len("".join(desk.streamed.values())) > 100)
        desk.conversations.keep_temporary()
        await desk.answered()
        assert await desk.saver.flush(5.0)
        kept = await desk.store.run(Store.messages, desk.conversations.current_id)
        assert list(kept) == desk.messages()

    play(scene)


def test_an_empty_one_becomes_an_ordinary_new_conversation(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        desk.conversations.new_temporary()
        desk.conversations.keep_temporary()
        await desk.load(Script())
        await desk.ask("kept")
        assert [one.title for one in desk.conversations.conversations] == ["kept"]

    play(scene)


def test_a_temporary_one_can_follow_another(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        first = await talk(desk)
        desk.conversations.new_temporary()
        assert desk.conversations.is_temporary
        assert desk.texts() == []
        await desk.ask("narwhals again")
        assert desk.conversations.current_id != first
        assert desk.conversations.conversations == ()

    play(scene)
