"""Messages that wait for the end of an answer: sent when it ends well, given back when not."""

from __future__ import annotations

import threading

import pytest

from app.chat.message import Message, MessageState
from app.presenters.message_queue import MessageQueue
from app.presenters.written_with import read_settings
from app.settings.layers import Layer
from app.settings.schema import entry_named
from app.store.store import Store
from tests.presenters.conftest import Play
from tests.presenters.desk import Desk, settle, until
from tests.scripted_runtime import Script

SLOW = Script(reply="one two three", repeat=500, tokens_per_second=200)
SHORT = Script(reply="one two", repeat=4, tokens_per_second=100)


def waiting(desk: Desk) -> tuple[str, ...]:
    return desk.chat.queue.texts


def test_what_is_sent_during_an_answer_waits_and_follows_in_order(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(SHORT)
        desk.chat.send("first")
        desk.chat.send("second")
        desk.chat.send("third")
        assert waiting(desk) == ("second", "third")
        assert len(desk.shown) == 2
        await until(lambda: len(desk.shown) == 6 and not desk.chat.is_answering)
        assert desk.texts()[::2] == ["first", "second", "third"]
        assert waiting(desk) == ()

    play(scene)


def test_after_a_stop_what_waits_goes_back_to_the_composer(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        returned: list[str] = []
        desk.chat.queue.text_returned.connect(returned.append)
        await desk.load(SLOW)
        desk.chat.send("first")
        desk.chat.send("second")
        desk.chat.send("third")
        desk.chat.stop()
        await desk.answered()
        assert returned == ["second\n\nthird"]
        assert waiting(desk) == ()
        assert len(desk.shown) == 2

    play(scene)


def test_after_a_failure_what_waits_goes_back_to_the_composer(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        returned: list[str] = []
        desk.chat.queue.text_returned.connect(returned.append)
        await desk.load(
            Script(repeat=20, tokens_per_second=100, run_end="error", end_after_tokens=5)
        )
        desk.chat.send("first")
        desk.chat.send("second")
        await desk.answered()
        assert desk.messages()[1].state is MessageState.INTERRUPTED
        assert returned == ["second"]

    play(scene)


def test_a_waiting_message_can_be_edited_or_removed(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        returned: list[str] = []
        desk.chat.queue.text_returned.connect(returned.append)
        await desk.load(SLOW)
        desk.chat.send("first")
        for text in ("second", "third", "fourth"):
            desk.chat.send(text)
        desk.chat.queue.edit(1)
        assert returned == ["third"]
        desk.chat.queue.remove(0)
        assert waiting(desk) == ("fourth",)
        desk.chat.stop()
        await desk.answered()

    play(scene)


def test_what_waits_is_kept_with_the_draft_for_the_case_of_a_crash(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(SLOW)
        desk.chat.send("first")
        desk.chat.send("second")
        desk.chat.keep_draft("third, half")
        current = desk.conversations.current
        assert current is not None
        assert current.draft == "second\n\nthird, half"
        desk.chat.stop()
        await desk.answered()

    play(scene)


def test_a_look_at_another_conversation_leaves_what_waits(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(SLOW)
        desk.chat.send("first")
        desk.chat.send("second")
        here = desk.conversations.current_id
        desk.chat.keep_draft("half")
        desk.conversations.new()
        assert waiting(desk) == ()
        desk.conversations.open(here)
        await until(lambda: len(desk.shown) == 2)
        assert waiting(desk) == ("second",)
        assert desk.draft == "half"
        desk.chat.stop()
        await desk.answered()

    play(scene)


async def leave_two(desk: Desk) -> str:
    """Send two messages in a conversation and leave it; return its id."""
    await desk.load(SHORT)
    desk.chat.send("first")
    desk.chat.send("second")
    here = desk.conversations.current_id
    desk.conversations.new()
    return here


async def all_answered(desk: Desk, conversation_id: str, count: int) -> tuple[Message, ...]:
    """Wait until a conversation has `count` messages and nothing is being written."""
    messages: tuple[Message, ...] = ()
    while len(messages) < count or desk.chat.is_answering:
        messages = await desk.store.run(Store.messages, conversation_id)
    assert await desk.saver.flush(5.0)
    return await desk.store.run(Store.messages, conversation_id)


def test_what_waits_is_sent_while_another_conversation_is_shown(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(SHORT)
        desk.chat.send("first")
        desk.chat.send("second")
        desk.chat.send("third")
        here = desk.conversations.current_id
        desk.conversations.new()
        messages = await all_answered(desk, here, 6)
        assert [message.text for message in messages][::2] == ["first", "second", "third"]
        assert {message.state for message in messages} == {MessageState.COMPLETE}
        assert messages[2].parent_id == messages[1].id
        assert desk.shown == []
        assert not desk.told
        kept = desk.conversations.book.get(here)
        assert kept is not None
        assert kept.draft == ""

    play(scene)


def test_what_waits_elsewhere_is_asked_as_it_was_set_there(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(SHORT)
        desk.settings.set_scope(Layer.CONVERSATION)
        desk.settings.edit(entry_named("max_new_tokens"), 77)
        desk.chat.send("first")
        desk.chat.send("second")
        here = desk.conversations.current_id
        desk.conversations.new()
        messages = await all_answered(desk, here, 4)
        assert read_settings(messages[-1].settings)["max_new_tokens"] == 77

    play(scene)


def test_a_conversation_that_is_shown_again_goes_on_with_what_waits(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(SHORT)
        desk.chat.send("first")
        desk.chat.send("second")
        desk.chat.send("third")
        here = desk.conversations.current_id
        desk.conversations.new()
        await all_answered(desk, here, 3)
        desk.conversations.open(here)
        await until(lambda: len(desk.shown) == 6 and not desk.chat.is_answering)
        assert desk.texts()[::2] == ["first", "second", "third"]

    play(scene)


def test_a_glance_at_a_conversation_does_not_keep_it_from_going_on(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        here = await leave_two(desk)
        desk.conversations.open(here)
        desk.conversations.new()
        messages = await all_answered(desk, here, 4)
        assert [message.text for message in messages][::2] == ["first", "second"]

    play(scene)


def test_nothing_is_sent_in_a_temporary_conversation_that_was_left(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []

    async def scene(desk: Desk) -> None:
        await desk.load(SHORT)
        desk.chat.send("first")
        desk.conversations.new_temporary()
        desk.chat.send("second")
        assert waiting(desk) == ("second",)
        desk.conversations.new()
        monkeypatch.setattr(desk.engine, "run", asked.append)
        await desk.answered()
        await settle(desk)
        assert not asked
        assert not desk.told

    play(scene)


def test_nothing_is_sent_in_a_conversation_that_was_deleted(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        here = await leave_two(desk)
        desk.conversations.delete(here)
        await desk.answered()
        desk.told[-1].actions[0].run()
        await until(lambda: len(desk.shown) == 2)
        await settle(desk)
        assert desk.texts()[0] == "first"
        assert desk.draft == "second"
        assert not desk.chat.is_answering

    play(scene)


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """While this is not set, the messages of a conversation do not come."""
    may_come = threading.Event()
    may_come.set()
    messages = Store.messages

    def slow_messages(store: Store, conversation_id: str) -> tuple[Message, ...]:
        assert may_come.wait(5.0)
        return messages(store, conversation_id)

    monkeypatch.setattr(Store, "messages", slow_messages)
    return may_come


def test_an_answer_that_ends_while_its_conversation_is_read_is_known_to_what_waits(
    play: Play, reading: threading.Event
) -> None:
    async def scene(desk: Desk) -> None:
        here = await leave_two(desk)
        reading.clear()
        desk.conversations.open(here)
        await desk.answered()
        desk.conversations.new()
        reading.set()
        messages = await all_answered(desk, here, 4)
        assert [message.text for message in messages][::2] == ["first", "second"]
        assert messages[2].parent_id == messages[1].id

    play(scene)


def test_nothing_is_sent_before_the_conversation_is_there(
    play: Play, reading: threading.Event
) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(SLOW)
        desk.chat.send("first")
        here = desk.conversations.current_id
        desk.conversations.new()
        reading.clear()
        desk.conversations.open(here)
        desk.draft = "second"
        desk.chat.send("second")
        assert desk.draft == "second"
        assert waiting(desk) == ()
        reading.set()
        await until(lambda: len(desk.shown) == 2)
        desk.chat.stop()
        await desk.answered()

    play(scene)


def test_what_waited_comes_back_with_the_draft_of_a_conversation_that_is_being_read(
    play: Play, reading: threading.Event
) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(SLOW)
        desk.chat.send("first")
        desk.chat.send("second")
        desk.chat.keep_draft("half")
        here = desk.conversations.current_id
        desk.conversations.new()
        reading.clear()
        desk.conversations.open(here)
        desk.models.unload()
        await desk.answered()
        reading.set()
        await until(lambda: len(desk.shown) == 2)
        assert desk.draft == "second\n\nhalf"

    play(scene)


@pytest.mark.parametrize("what", ["conversation", "message"])
def test_a_paused_answer_that_is_deleted_holds_nothing_up(play: Play, what: str) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script(reply="a b c", repeat=60, tokens_per_second=400, pauses=True))
        desk.chat.send("first")
        await until(lambda: any(desk.streamed.values()))
        first = desk.conversations.current_id
        desk.chat.pause()
        await desk.answered()
        if what == "message":
            desk.chat.marks.delete(desk.messages()[0].id)
        desk.conversations.new()
        if what == "conversation":
            desk.conversations.delete(first)
        desk.chat.send("second")
        await until(lambda: len(desk.shown) == 2)
        assert desk.texts()[0] == "second"
        desk.chat.stop()
        await desk.answered()

    play(scene)


def test_the_draft_of_a_new_conversation_outlives_a_message_in_another_one(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script(reply="A"))
        await desk.ask("first")
        first = desk.conversations.current_id
        desk.conversations.new()
        desk.chat.keep_draft("half")
        desk.conversations.open(first)
        await until(lambda: len(desk.shown) == 2)
        await desk.ask("second")
        desk.conversations.new()
        assert desk.draft == "half"

    play(scene)


def test_what_waited_elsewhere_is_a_draft_when_its_model_is_gone(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(SLOW)
        desk.chat.send("first")
        desk.chat.send("second")
        here = desk.conversations.current_id
        desk.conversations.new()
        desk.models.unload()
        await desk.answered()
        assert "“first” was not sent" in desk.told[-1].cause
        desk.told[-1].actions[0].run()
        assert desk.conversations.current_id == here
        await until(lambda: len(desk.shown) == 2)
        assert desk.draft == "second"
        assert waiting(desk) == ()

    play(scene)


def test_a_draft_that_does_not_begin_with_what_waits_stays_as_it_is() -> None:
    queue = MessageQueue({})
    queue.show("c")
    queue.add("waits")
    assert queue.without_waiting("something else") == "something else"
    assert queue.without_waiting(queue.with_waiting("draft")) == "draft"
    assert queue.without_waiting(queue.with_waiting("")) == ""
