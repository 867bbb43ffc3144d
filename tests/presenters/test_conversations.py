"""The list of conversations: order, titles, deletion and its undoing, search."""

from __future__ import annotations

from app.store.search import SearchHit
from tests.presenters.conftest import Play
from tests.presenters.desk import Desk, until
from tests.scripted_runtime import Script


async def talk(desk: Desk, *openings: str) -> None:
    """Have one conversation for each opening."""
    await desk.load(Script())
    for opening in openings:
        desk.conversations.new()
        await desk.ask(opening)


def titles(desk: Desk) -> list[str]:
    return [conversation.title for conversation in desk.conversations.conversations]


def test_the_newest_conversation_stands_first(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await talk(desk, "one", "two")
        assert titles(desk) == ["two", "one"]

    play(scene)


def test_a_pinned_conversation_stands_before_newer_ones(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await talk(desk, "one", "two")
        desk.conversations.set_pinned(desk.conversations.conversations[1].id, pinned=True)
        assert titles(desk) == ["one", "two"]

    play(scene)


def test_renaming_lasts(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await talk(desk, "one")
        desk.conversations.rename(desk.conversations.current_id, "  Better \n name ")
        desk.conversations.rename(desk.conversations.current_id, "   ")
        assert titles(desk) == ["Better name"]

    async def next_start(desk: Desk) -> None:
        assert titles(desk) == ["Better name"]

    play(scene)
    play(next_start)


def test_deleting_shows_the_neighbour_and_can_be_undone(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await talk(desk, "one", "two")
        desk.conversations.delete(desk.conversations.current_id)
        assert titles(desk) == ["one"]
        assert desk.conversations.current is not None
        assert desk.conversations.current.title == "one"
        desk.told[-1].actions[0].run()
        assert titles(desk) == ["two", "one"]
        await until(lambda: desk.texts()[:1] == ["two"])

    play(scene)


def test_what_was_deleted_is_gone_after_a_restart(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await talk(desk, "one")
        desk.conversations.delete(desk.conversations.current_id)
        assert desk.shown == []

    async def next_start(desk: Desk) -> None:
        assert titles(desk) == []

    play(scene)
    play(next_start)


def test_deleting_the_conversation_that_is_being_answered_keeps_the_program_whole(
    play: Play,
) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script(repeat=100, tokens_per_second=500))
        desk.chat.send("one")
        await until(lambda: any(desk.streamed.values()))
        desk.conversations.delete(desk.conversations.current_id)
        desk.chat.stop()
        await desk.answered()
        desk.told[-1].actions[0].run()
        await until(lambda: len(desk.shown) == 2)
        assert desk.texts()[1].startswith("one ")

    play(scene)


def test_search_finds_words_of_messages_and_opens_them(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await talk(desk, "about apples", "about pears")
        desk.conversations.search("apples")
        await until(lambda: bool(desk.searches))
        query, hits = desk.searches[-1]
        assert query == "apples"
        assert isinstance(hits, tuple)
        assert all(isinstance(hit, SearchHit) for hit in hits)
        desk.conversations.open_hit(hits[-1])
        await until(lambda: desk.texts()[:1] == ["about apples"])

    play(scene)


def test_a_hit_on_a_branch_that_is_hidden_shows_that_branch(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script())
        await desk.ask("about apples")
        desk.chat.edit(desk.messages()[0].id, "about pears")
        await desk.answered()
        conversation = desk.conversations.current_id
        desk.conversations.search("apples")
        await until(lambda: bool(desk.searches))
        hits = desk.searches[-1][1]
        assert isinstance(hits, tuple)
        (hit,) = [hit for hit in hits if hit.message_id]
        desk.conversations.open_hit(hit)
        assert desk.texts()[0] == "about apples"
        desk.chat.choose_version(desk.messages()[0].id, 1)
        desk.conversations.new()
        desk.conversations.open_hit(hit)
        await until(lambda: desk.texts()[:1] == ["about apples"])
        assert desk.conversations.current_id == conversation

    play(scene)


def test_a_message_sent_before_the_list_was_read_stays_in_view(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await talk(desk, "old")
        old = desk.conversations.current_id
        desk.conversations.new()
        desk.chat.send("early")
        await desk.conversations.load(old)
        await desk.answered()
        assert desk.texts() == ["early", "one two three  "]
        assert titles(desk) == ["early", "old"]
        early = desk.conversations.current_id
        desk.conversations.new()
        desk.conversations.open(early)
        await until(lambda: desk.texts() == ["early", "one two three  "])

    play(scene)


def test_stepping_through_the_list_stops_at_its_ends(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await talk(desk, "one", "two")
        desk.conversations.step(1)
        desk.conversations.step(1)
        assert desk.conversations.current is not None
        assert desk.conversations.current.title == "one"
        desk.conversations.step(-1)
        assert desk.conversations.current.title == "two"

    play(scene)
