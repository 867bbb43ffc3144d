"""The list of conversations: order, titles, deletion and its undoing, search."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from app.chat.grouping import Group, Section
from app.store.search import SearchHit
from app.store.store import Store
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
        desk.conversations.book.set_pinned(desk.conversations.conversations[1].id, pinned=True)
        assert titles(desk) == ["one", "two"]

    play(scene)


def test_renaming_lasts(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await talk(desk, "one")
        desk.conversations.book.rename(desk.conversations.current_id, "  Better \n name ")
        desk.conversations.book.rename(desk.conversations.current_id, "   ")
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
        desk.conversations.finder.search("apples")
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
        desk.conversations.finder.search("apples")
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


def by_title(desk: Desk) -> dict[str, str]:
    return {one.title: one.id for one in desk.conversations.conversations}


def folder_names(desk: Desk) -> tuple[str, ...]:
    return desk.conversations.folders.names


def headings(desk: Desk) -> list[tuple[str, list[str]]]:
    return [
        (section.key, [one.title for one in section.conversations])
        for section in desk.conversations.sections
    ]


def test_folders_are_there_while_something_lies_in_them(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await talk(desk, "one", "two", "three")
        ids = by_title(desk)
        desk.conversations.book.set_folder(ids["one"], "  Work \n things ")
        desk.conversations.book.set_folder(ids["two"], "Home")
        assert folder_names(desk) == ("Home", "Work things")
        desk.conversations.folders.rename("Work things", "Home")
        assert folder_names(desk) == ("Home",)
        desk.conversations.folders.rename("Home", "   ")
        assert headings(desk) == [("folder:Home", ["two", "one"]), ("today", ["three"])]

    async def next_start(desk: Desk) -> None:
        assert headings(desk) == [("folder:Home", ["two", "one"]), ("today", ["three"])]
        desk.conversations.folders.remove("Home")
        assert headings(desk) == [("today", ["three", "two", "one"])]
        desk.told[-1].actions[0].run()
        assert folder_names(desk) == ("Home",)

    play(scene)
    play(next_start)


def test_dragging_moves_between_folders_archive_pinned_and_the_rest(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await talk(desk, "one")
        only = desk.conversations.current_id
        folders = desk.conversations.folders
        for group, folder, expected in (
            (Group.FOLDER, "Work", ("Work", False, False)),
            (Group.ARCHIVE, "", ("Work", False, True)),
            (Group.PINNED, "", ("", True, False)),
            (Group.FOLDER, "Work", ("Work", True, False)),
            (Group.OLDER, "", ("", False, False)),
        ):
            folders.move(only, Section(group, (), folder))
            now = desk.conversations.book.get(only)
            assert now is not None
            assert (now.folder, now.pinned, now.archived) == expected
        folders.move("nobody", Section(Group.ARCHIVE, ()))

    play(scene)


def test_archiving_puts_a_conversation_at_the_end_and_can_be_undone(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await talk(desk, "one", "two")
        desk.conversations.book.set_pinned(by_title(desk)["two"], pinned=True)
        desk.conversations.set_archived(by_title(desk)["two"], archived=True)
        assert headings(desk) == [("today", ["one"]), (Group.ARCHIVE.value, ["two"])]
        desk.told[-1].actions[0].run()
        assert headings(desk) == [("pinned", ["two"]), ("today", ["one"])]

    play(scene)


def test_what_is_folded_away_is_stepped_over(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await talk(desk, "one", "two", "three")
        desk.conversations.set_archived(by_title(desk)["two"], archived=True)
        desk.conversations.step(1)
        assert desk.conversations.current_id == by_title(desk)["one"]
        desk.conversations.step(1)
        assert desk.conversations.current_id == by_title(desk)["one"]
        desk.conversations.toggle_section(Group.ARCHIVE.value)
        desk.conversations.step(1)
        assert desk.conversations.current_id == by_title(desk)["two"]

    play(scene)


def test_conversations_are_reached_by_their_place_and_the_last_one_by_going_back(
    play: Play,
) -> None:
    async def scene(desk: Desk) -> None:
        await talk(desk, "one", "two", "three")
        ids = by_title(desk)
        desk.conversations.go_to(3)
        assert desk.conversations.current_id == ids["one"]
        desk.conversations.go_to(4)
        desk.conversations.go_to(0)
        assert desk.conversations.current_id == ids["one"]
        desk.conversations.go_back()
        assert desk.conversations.current_id == ids["three"]
        desk.conversations.go_back()
        assert desk.conversations.current_id == ids["one"]
        desk.conversations.new()
        desk.conversations.go_back()
        assert desk.conversations.current_id == ids["one"]

    play(scene)


def test_a_copy_is_shown_and_changes_nothing_in_the_original(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await talk(desk, "one")
        original = desk.conversations.current_id
        before = await desk.store.run(Store.messages, original)
        desk.conversations.duplicate(original)
        await until(lambda: desk.conversations.current_id != original)
        assert titles(desk) == ["one (copy)", "one"]
        await until(lambda: len(desk.shown) == 2 and desk.messages()[0].id != before[0].id)
        await desk.ask("only in the copy")
        assert await desk.store.run(Store.messages, original) == before

    play(scene)


def test_bookmarks_are_listed_with_their_note_and_open_at_their_message(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await talk(desk, "**one** thing", "two")
        desk.conversations.go_to(2)
        await until(lambda: desk.texts()[:1] == ["**one** thing"])
        question = desk.messages()[0].id
        desk.chat.marks.set_bookmarked(question, True)
        lists: list[tuple[SearchHit, ...]] = []
        desk.conversations.finder.bookmarks_listed.connect(lists.append)
        desk.conversations.finder.list_bookmarks()
        await until(lambda: len(lists) == 1)
        hit = lists[0][0]
        assert (hit.message_id, hit.snippet, hit.is_note) == (question, "one thing", False)
        desk.chat.marks.set_note(question, "look here")
        desk.conversations.finder.list_bookmarks()
        await until(lambda: len(lists) == 2)
        assert (lists[1][0].snippet, lists[1][0].is_note) == ("look here", True)
        desk.conversations.go_to(1)
        desk.conversations.open_hit(hit)
        await until(lambda: desk.texts()[:1] == ["**one** thing"])

    play(scene)


class _Leaving(QObject):
    """Notes which conversation is shown whenever another one is about to be."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._conversations = desk.conversations
        self.seen: list[str] = []
        desk.conversations.leaving.connect(self._on_leaving)

    @Slot()
    def _on_leaving(self) -> None:
        self.seen.append(self._conversations.current_id)


def test_what_is_written_can_be_handed_in_before_anything_else_is_shown(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script())
        await desk.ask("one")
        one = desk.conversations.current_id
        desk.conversations.new()
        await desk.ask("two")
        two = desk.conversations.current_id
        witness = _Leaving(desk)
        desk.conversations.open(one)
        desk.conversations.step(-1)
        desk.places.open_beside()
        desk.places.go_across()
        desk.conversations.delete(two)
        assert list(dict.fromkeys(witness.seen)) == [two, one, ""]
        assert witness.seen[-2] == two

    play(scene)
