"""Bookmarks, notes and deletions of messages, and that they are on disk."""

from __future__ import annotations

from app.presenters.notices import Notice
from app.store.store import Store
from tests.presenters.conftest import Play
from tests.presenters.desk import Desk, until
from tests.scripted_runtime import Script

SLOW = Script(reply="one two three", repeat=500, tokens_per_second=200)


def undo(notice: Notice) -> None:
    (action,) = notice.actions
    assert action.label == "Undo"
    action.run()


async def stop_an_answer(desk: Desk) -> None:
    """Let an answer be written in part."""
    await desk.load(SLOW)
    desk.chat.send("Q")
    await until(lambda: any(desk.streamed.values()))
    desk.chat.stop()
    await desk.answered()


async def stored(desk: Desk) -> list[str]:
    await desk.saver.flush(5)
    found = await desk.store.run(Store.messages, desk.conversations.current_id)
    return [message.text for message in found]


def test_a_bookmark_and_a_note_are_shown_and_kept(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script(reply="A"))
        await desk.ask("Q")
        answer = desk.messages()[1]
        desk.chat.marks.set_bookmarked(answer.id, True)
        desk.chat.marks.set_note(answer.id, "  look this up \n")
        assert desk.messages()[1].bookmarked
        assert desk.messages()[1].note == "look this up"

    async def after_a_restart(desk: Desk) -> None:
        await until(lambda: len(desk.shown) == 2)
        answer = desk.messages()[1]
        assert (answer.bookmarked, answer.note) == (True, "look this up")
        desk.chat.marks.set_bookmarked(answer.id, False)
        desk.chat.marks.set_note(answer.id, "")
        assert (desk.messages()[1].bookmarked, desk.messages()[1].note) == (False, "")

    play(scene)
    play(after_a_restart)


def test_an_edit_that_is_not_saved_outlives_the_program(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script(reply="A"))
        await desk.ask("Q")
        desk.chat.marks.keep_edit(desk.messages()[0].id, "Q, but better")

    async def after_a_restart(desk: Desk) -> None:
        await until(lambda: len(desk.shown) == 2)
        assert desk.messages()[0].edit == "Q, but better"
        await desk.load(Script(reply="A"))
        desk.chat.edit(desk.messages()[0].id, "Q, but better")
        await desk.answered()
        desk.chat.choose_version(desk.messages()[0].id, -1)
        assert desk.texts()[0] == "Q"
        assert desk.messages()[0].edit == ""
        desk.chat.marks.keep_edit(desk.messages()[0].id, "again")
        desk.chat.marks.keep_edit(desk.messages()[0].id, "Q")

    async def after_another(desk: Desk) -> None:
        await until(lambda: len(desk.shown) == 2)
        found = await desk.store.run(Store.messages, desk.conversations.current_id)
        assert {message.edit for message in found} == {""}

    play(scene)
    play(after_a_restart)
    play(after_another)


def test_what_is_marked_while_an_answer_is_written_stays(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await stop_an_answer(desk)
        answer = desk.messages()[1].id
        desk.chat.marks.keep_edit(answer, "mine")
        await desk.load(Script(reply="rest"), "two.script")
        desk.chat.continue_answer(answer)
        desk.chat.marks.keep_edit(answer, "")
        desk.chat.marks.set_note(answer, "look")
        assert desk.chat.message(answer) is not None
        await desk.answered()
        assert (desk.messages()[1].edit, desk.messages()[1].note) == ("", "look")

    play(scene)


def test_marks_survive_another_run_of_the_answer(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await stop_an_answer(desk)
        answer = desk.messages()[1]
        desk.chat.marks.set_bookmarked(answer.id, True)
        await desk.load(Script(reply="rest"), "two.script")
        desk.chat.continue_answer(answer.id)
        await desk.answered()
        assert desk.messages()[1].bookmarked

    play(scene)


def test_deleting_a_message_takes_what_follows_and_can_be_undone(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script(reply="A"))
        await desk.ask("first")
        await desk.ask("second")
        desk.chat.marks.delete(desk.messages()[2].id)
        assert desk.texts() == ["first", "A "]
        assert await stored(desk) == ["first", "A "]
        assert desk.told[-1].cause == "The message and what follows it were deleted."
        undo(desk.told[-1])
        assert desk.texts() == ["first", "A ", "second", "A "]
        assert await stored(desk) == ["first", "A ", "second", "A "]

    async def after_a_restart(desk: Desk) -> None:
        await until(lambda: len(desk.shown) == 4)

    play(scene)
    play(after_a_restart)


def test_deleting_a_version_shows_the_one_beside_it(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script(reply="first"))
        await desk.ask("Q")
        await desk.load(Script(reply="second"), "two.script")
        desk.chat.regenerate(desk.messages()[1].id)
        await desk.answered()
        desk.chat.marks.delete(desk.messages()[1].id)
        assert desk.texts() == ["Q", "first "]
        assert (desk.shown[1].version, desk.shown[1].versions) == (1, 1)
        undo(desk.told[-1])
        assert desk.texts() == ["Q", "second "]
        assert (desk.shown[1].version, desk.shown[1].versions) == (2, 2)

    play(scene)


def test_deleting_the_first_message_leaves_an_empty_conversation(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script(reply="A"))
        await desk.ask("Q")
        desk.chat.marks.delete(desk.messages()[0].id)
        assert desk.texts() == []
        await desk.ask("again")
        assert desk.texts() == ["again", "A "]

    async def after_a_restart(desk: Desk) -> None:
        await until(lambda: len(desk.shown) == 2)
        assert desk.texts() == ["again", "A "]

    play(scene)
    play(after_a_restart)


def test_a_deletion_can_be_undone_from_another_conversation(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script(reply="A"))
        await desk.ask("Q")
        here = desk.conversations.current_id
        desk.chat.marks.delete(desk.messages()[1].id)
        deleted = desk.told[-1]
        desk.conversations.new()
        undo(deleted)
        assert desk.conversations.current_id == here
        await until(lambda: len(desk.shown) == 2)
        assert desk.texts() == ["Q", "A "]

    play(scene)


def test_what_an_answer_hangs_on_is_not_deleted_while_it_is_written(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(SLOW)
        desk.chat.send("Q")
        desk.chat.marks.delete(desk.messages()[0].id)
        assert "being written" in desk.told[-1].cause
        assert len(desk.shown) == 2
        desk.chat.stop()
        await desk.answered()

    play(scene)
