"""Messages that wait for the end of an answer: sent when it ends well, given back when not."""

from __future__ import annotations

from app.chat.message import MessageState
from app.presenters.message_queue import MessageQueue
from tests.presenters.conftest import Play
from tests.presenters.desk import Desk, until
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


def test_what_waited_elsewhere_is_sent_when_its_conversation_is_shown(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(SHORT)
        desk.chat.send("first")
        desk.chat.send("second")
        here = desk.conversations.current_id
        desk.conversations.new()
        await desk.answered()
        assert desk.shown == []
        desk.conversations.open(here)
        await until(lambda: len(desk.shown) == 4 and not desk.chat.is_answering)
        assert desk.texts()[::2] == ["first", "second"]
        current = desk.conversations.current
        assert current is not None
        assert current.draft == ""

    play(scene)


def test_what_waited_elsewhere_is_a_draft_after_a_stop(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(SLOW)
        desk.chat.send("first")
        desk.chat.send("second")
        here = desk.conversations.current_id
        desk.conversations.new()
        desk.chat.stop()
        await desk.answered()
        desk.conversations.open(here)
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
