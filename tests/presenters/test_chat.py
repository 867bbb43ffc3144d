"""Sending, stopping, branching and what is on disk afterwards."""

from __future__ import annotations

import pytest

from app.chat.message import CONTINUABLE_STATES, MessageState, Role
from app.errors import StoreDamaged
from app.presenters.chat_status import Activity
from app.presenters.model_state import ModelStage
from app.presenters.notices import Level
from app.store.store import Store
from tests.presenters.conftest import Play
from tests.presenters.desk import Desk, until
from tests.scripted_runtime import Script

SLOW = Script(reply="one two three", repeat=500, tokens_per_second=200)


def test_a_message_is_answered_and_both_are_kept(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script())
        await desk.ask("Hello there")
        assert desk.texts() == ["Hello there", "one two three  "]
        assert [message.state for message in desk.messages()] == [MessageState.COMPLETE] * 2
        assert desk.messages()[1].model == "model"

    async def after_a_restart(desk: Desk) -> None:
        await until(lambda: len(desk.shown) == 2)
        assert desk.texts() == ["Hello there", "one two three  "]
        assert [item.title for item in desk.conversations.conversations] == ["Hello there"]

    play(scene)
    play(after_a_restart)


def test_the_text_is_streamed_while_it_is_written(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(SLOW)
        desk.chat.send("Go")
        await until(lambda: any(desk.streamed.values()))
        assert desk.chat.is_answering
        assert desk.chat.status.activity is Activity.WRITING
        desk.chat.stop()
        await desk.answered()
        answer = desk.messages()[1]
        assert answer.text == desk.streamed[answer.id]

    play(scene)


def test_a_stopped_answer_keeps_its_text_and_can_be_continued(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(SLOW)
        desk.chat.send("Go")
        await until(lambda: any(desk.streamed.values()))
        desk.chat.stop()
        await desk.answered()
        stopped = desk.messages()[1]
        assert stopped.state is MessageState.STOPPED
        assert stopped.text.startswith("one ")
        await desk.load(Script(reply="and the rest"), "two.script")
        desk.chat.continue_answer(stopped.id)
        await desk.answered()
        continued = desk.messages()[1]
        assert continued.id == stopped.id
        assert continued.text == stopped.text + "and the rest "
        assert continued.state is MessageState.COMPLETE

    play(scene)


def test_regenerating_adds_a_version_and_keeps_the_old_one(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script(reply="first"))
        await desk.ask("Q")
        await desk.load(Script(reply="second"), "two.script")
        desk.chat.regenerate(desk.messages()[1].id)
        await desk.answered()
        assert desk.texts() == ["Q", "second "]
        assert (desk.shown[1].version, desk.shown[1].versions) == (2, 2)
        desk.chat.choose_version(desk.messages()[1].id, -1)
        assert desk.texts() == ["Q", "first "]

    async def after_a_restart(desk: Desk) -> None:
        await until(lambda: len(desk.shown) == 2)
        assert desk.texts() == ["Q", "first "]

    play(scene)
    play(after_a_restart)


def test_editing_a_question_makes_a_branch_that_is_answered(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script(reply="A"))
        await desk.ask("first")
        await desk.ask("second")
        desk.chat.edit(desk.messages()[0].id, "changed")
        await desk.answered()
        assert desk.texts() == ["changed", "A "]
        desk.chat.choose_version(desk.messages()[0].id, -1)
        assert desk.texts() == ["first", "A ", "second", "A "]

    play(scene)


def test_editing_an_answer_asks_the_model_nothing(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script(reply="wrong"))
        await desk.ask("Q")
        desk.chat.edit(desk.messages()[1].id, "right")
        assert not desk.chat.is_answering
        assert desk.texts() == ["Q", "right"]
        assert desk.shown[1].versions == 2

    play(scene)


def test_without_a_model_the_message_stays_in_the_composer(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        desk.draft = "kept"
        desk.chat.send("Hello")
        assert desk.draft == "kept"
        assert desk.shown == []
        assert desk.told[-1].level is Level.ERROR

    play(scene)


def test_a_message_elsewhere_during_an_answer_waits_for_its_end(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(SLOW)
        desk.chat.send("first")
        first = desk.conversations.current_id
        desk.conversations.new()
        desk.chat.send("second")
        second = desk.conversations.current_id
        assert desk.shown == []
        assert desk.chat.queue.texts == ("second",)
        desk.conversations.open(first)
        desk.chat.stop()
        desk.conversations.open(second)
        await until(lambda: len(desk.shown) == 2 and not desk.chat.queue.texts)
        assert desk.texts()[0] == "second"
        desk.chat.stop()
        await desk.answered()

    play(scene)


def test_an_answer_goes_on_while_another_conversation_is_shown(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(SLOW)
        desk.chat.send("long one")
        await until(lambda: any(desk.streamed.values()))
        first = desk.conversations.current_id
        desk.conversations.new()
        assert desk.shown == []
        desk.conversations.open(first)
        await until(lambda: len(desk.shown) == 2)
        assert desk.messages()[1].text.startswith("one ")
        desk.chat.stop()
        await desk.answered()
        assert desk.messages()[1].state is MessageState.STOPPED

    play(scene)


def test_an_answer_that_is_being_written_can_be_left_and_shown_again(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script(reply="old"))
        await desk.ask("Q")
        await desk.load(SLOW, "two.script")
        desk.chat.regenerate(desk.messages()[1].id)
        await until(lambda: any(text.count("two") > 1 for text in desk.streamed.values()))
        desk.chat.choose_version(desk.messages()[1].id, -1)
        desk.chat.choose_version(desk.messages()[1].id, 1)
        assert desk.messages()[1].text.startswith("one two")
        assert desk.chat.last_answer() == desk.messages()[1].text
        desk.chat.stop()
        await desk.answered()

    play(scene)


def test_a_failed_request_leaves_a_sentence_in_its_place(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script(run_end="overflow"))
        await desk.ask("too long")
        answer = desk.messages()[1]
        assert answer.state is MessageState.FAILED
        assert "5000 tokens" in answer.failure
        assert "4096" in desk.told[-1].cause

    play(scene)


def test_an_answer_that_breaks_off_is_marked_and_kept(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script(reply="a b c d", run_end="error", end_after_tokens=2))
        await desk.ask("Q")
        answer = desk.messages()[1]
        assert answer.state is MessageState.INTERRUPTED
        assert answer.text == "a b "

    play(scene)


def test_broken_characters_in_a_paste_do_not_break_anything(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script())
        await desk.ask("a\ud800b\0c")
        assert desk.texts()[0] == "a?bc"

    play(scene)


def test_broken_characters_in_the_system_prompt_do_not_break_anything(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        desk.settings.set_value("context", "system_prompt", "Be a\ud83d")
        await desk.load(Script())
        await desk.ask("Q")
        assert desk.messages()[1].state is MessageState.COMPLETE

    play(scene)


def test_an_answer_that_cannot_be_continued_now_can_be_continued_later(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(SLOW)
        desk.chat.send("Go")
        await until(lambda: any(desk.streamed.values()))
        desk.chat.stop()
        await desk.answered()
        stopped = desk.messages()[1]
        desk.engine.unload()
        desk.chat.continue_answer(stopped.id)
        kept = desk.messages()[1]
        assert kept.text == stopped.text
        assert kept.state in CONTINUABLE_STATES
        await until(lambda: desk.models.state.stage is ModelStage.NONE)

    play(scene)


def test_a_conversation_that_cannot_be_read_gives_way_to_an_empty_one(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script())
        await desk.ask("one")
        first = desk.conversations.current_id
        desk.conversations.new()
        await desk.ask("two")
        with monkeypatch.context() as patch:
            patch.setattr(Store, "messages", _unreadable)
            desk.conversations.open(first)
            await until(lambda: bool(desk.told))
        assert desk.conversations.current_id == ""
        assert desk.shown == []
        desk.conversations.open(first)
        await until(lambda: desk.texts()[:1] == ["one"])

    play(scene)


def _unreadable(_store: Store, _conversation_id: str) -> None:
    raise StoreDamaged("The database is damaged.")


def test_each_conversation_keeps_its_draft(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script())
        await desk.ask("one")
        desk.chat.keep_draft("half a thought")
        first = desk.conversations.current_id
        desk.conversations.new()
        assert desk.draft == ""
        desk.conversations.open(first)
        await until(lambda: desk.draft == "half a thought")

    play(scene)


def test_sending_empties_the_draft(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script())
        desk.chat.keep_draft("Hello")
        await desk.ask("Hello")
        assert desk.draft == ""

    play(scene)


def test_the_figures_of_an_answer_are_kept_with_it(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script())
        await desk.ask("Q")
        statistics = desk.messages()[1].statistics
        assert statistics is not None
        assert statistics.generated_tokens == 4
        assert desk.chat.status.context_used == 5
        assert desk.chat.status.context_limit == 4096

    play(scene)


def test_the_context_that_is_told_is_that_of_the_shown_conversation(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script())
        await desk.ask("Q")
        first = desk.messages()[0].conversation_id
        desk.conversations.new()
        assert desk.chat.status.context_used is None
        assert desk.chat.status.context_limit == 4096
        desk.conversations.open(first)
        await until(lambda: desk.chat.status.context_used == 5)

    play(scene)


def test_what_another_model_counted_is_not_told_as_the_context(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script())
        await desk.ask("Q")
        await desk.load(Script(), "other.script")
        assert desk.chat.status.context_used is None

    play(scene)


def test_a_streaming_answer_is_on_disk_before_its_end(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(SLOW)
        desk.chat.send("Go")
        await until(lambda: len("".join(desk.streamed.values())) > 400)
        copy = await desk.store.run(_journalled)
        assert copy
        assert "".join(desk.streamed.values()).startswith(copy)
        desk.chat.stop()
        await desk.answered()

    play(scene)


def _journalled(store: Store) -> str:
    rows = store._connection.execute("SELECT text FROM journal ORDER BY place").fetchall()
    return "".join(text for (text,) in rows)


def test_roles_alternate_in_what_is_shown(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script())
        await desk.ask("1")
        await desk.ask("2")
        assert [message.role for message in desk.messages()] == [Role.USER, Role.ASSISTANT] * 2

    play(scene)
