"""Two conversations beside each other: one is in use, the other one stays as it is."""

from __future__ import annotations

import pytest

from app.chat.message import MessageState
from app.chat.tree import ShownMessage
from app.errors import RunError
from app.presenters.chat import ChatPresenter
from app.presenters.chat_status import Activity, ChatStatus
from app.settings.layers import Layer
from app.settings.schema import entry_named
from tests.presenters.conftest import Play
from tests.presenters.desk import Desk, settle, until
from tests.presenters.test_two_models import keep_one
from tests.scripted_runtime import Script

SLOW = Script(reply="one two three", repeat=500, tokens_per_second=200)
SHORT = Script(reply="one two", repeat=4, tokens_per_second=100)


def beside(desk: Desk) -> ChatPresenter:
    """Return the second place."""
    return desk.places.in_view[1]


def texts(chat: ChatPresenter) -> list[str]:
    return [item.message.text for item in chat.shown_messages()]


def heat(desk: Desk) -> None:
    """Let the conversation in use be answered at a temperature of its own."""
    desk.settings.set_scope(Layer.CONVERSATION)
    desk.settings.edit(entry_named("temperature"), 1.5)


async def two_asked(desk: Desk) -> tuple[str, str]:
    """Ask something in each place; the second one is in use then. Return both ids."""
    await desk.load(Script(reply="yes"))
    await desk.ask("left question")
    left = desk.conversations.current_id
    desk.places.open_beside()
    beside(desk).send("right question")
    await desk.answered()
    return left, desk.conversations.current_id


def test_a_new_conversation_opens_beside_the_one_in_use(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        left, right = await two_asked(desk)
        assert left != right
        assert [texts(chat)[0] for chat in desk.places.in_view] == [
            "left question",
            "right question",
        ]
        assert desk.places.chat is beside(desk)

    play(scene)


def test_a_conversation_of_the_list_opens_beside_the_one_in_use(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script())
        await desk.ask("older")
        older = desk.conversations.current_id
        desk.conversations.new()
        await desk.ask("newer")
        desk.places.open_beside(older)
        await until(lambda: len(texts(beside(desk))) == 2)
        assert texts(desk.chat)[0] == "newer"
        assert texts(beside(desk))[0] == "older"

    play(scene)


def test_going_across_shows_nothing_anew(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        left, right = await two_asked(desk)
        shown: list[object] = []
        for chat in desk.places.in_view:
            chat.messages_shown.connect(shown.append)
        desk.places.go_across()
        assert desk.conversations.current_id == left
        desk.places.go_across()
        assert desk.conversations.current_id == right
        assert shown == []

    play(scene)


def test_a_conversation_in_view_is_used_where_it_is(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        left, right = await two_asked(desk)
        desk.conversations.open(left)
        assert desk.places.chat is desk.chat
        assert [chat.place.conversation_id for chat in desk.places.in_view] == [left, right]

    play(scene)


def test_what_is_sent_anywhere_lets_that_place_be_in_use(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await two_asked(desk)
        desk.chat.send("left again")
        await desk.answered()
        assert desk.places.chat is desk.chat
        assert texts(desk.chat)[2] == "left again"
        assert len(texts(beside(desk))) == 2

    play(scene)


def test_settings_of_the_conversation_in_use_count(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await two_asked(desk)
        usual = desk.settings.settings.sampling.temperature
        heat(desk)
        assert desk.settings.settings.sampling.temperature == 1.5
        desk.places.go_across()
        assert desk.settings.settings.sampling.temperature == usual
        desk.places.go_across()
        assert desk.settings.settings.sampling.temperature == 1.5

    play(scene)


def test_the_model_of_the_conversation_in_use_is_shown(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await keep_one(desk)
        await desk.ask("Q")
        desk.places.open_beside()
        await desk.load(Script(reply="I am two"), "two.script")
        beside(desk).send("Q")
        await desk.answered()
        desk.places.go_across()
        assert desk.models.state.name == "one"
        desk.places.go_across()
        assert desk.models.state.name == "two"

    play(scene)


def test_two_models_answer_at_the_same_time(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await keep_one(desk, SLOW)
        desk.chat.send("left")
        await until(lambda: any(desk.streamed.values()))
        desk.places.open_beside()
        await desk.load(Script(reply="I am two"), "two.script")
        beside(desk).send("right")
        await until(lambda: [text.strip() for text in texts(beside(desk))[1:]] == ["I am two"])
        assert desk.places.is_answering
        assert desk.chat.status.activity is Activity.WRITING
        assert beside(desk).status.activity is Activity.IDLE
        desk.chat.stop()
        await desk.answered()

    play(scene)


def test_one_model_answers_one_after_the_other(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(SHORT)
        desk.chat.send("left")
        desk.places.open_beside()
        beside(desk).send("right")
        assert beside(desk).queue.texts == ("right",)
        await until(lambda: len(texts(beside(desk))) == 2 and not desk.places.is_answering)
        assert texts(beside(desk))[0] == "right"
        assert beside(desk).queue.texts == ()

    play(scene)


def test_places_that_wait_take_turns(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        added: list[ShownMessage] = []
        await desk.load(SHORT)
        desk.chat.send("left 1")
        desk.chat.send("left 2")
        desk.places.open_beside()
        beside(desk).send("right 1")
        for chat in desk.places.in_view:
            chat.message_added.connect(added.append)
        await until(lambda: len(added) == 4 and not desk.places.is_answering)
        assert [item.message.text for item in added if item.message.text] == ["right 1", "left 2"]

    play(scene)


def test_what_waits_beside_is_answered_with_what_counts_there(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script(reply="one two", repeat=40, tokens_per_second=200))
        desk.settings.set_scope(Layer.CONVERSATION)
        desk.settings.edit(entry_named("max_new_tokens"), 16)
        desk.places.open_beside()
        beside(desk).send("long one")
        desk.chat.send("short one")
        desk.places.go_across()
        assert desk.settings.settings.sampling.max_new_tokens != 16
        await until(lambda: len(texts(desk.chat)) == 2 and not desk.places.is_answering)
        assert len(texts(desk.chat)[1].split()) == 16
        assert desk.places.chat is beside(desk)

    play(scene)


def test_what_waits_beside_goes_back_when_its_model_is_gone(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        returned: list[str] = []
        desk.chat.queue.text_returned.connect(returned.append)
        await desk.load(SLOW)
        desk.chat.send("first")
        desk.chat.send("second")
        desk.places.open_beside()
        await desk.load(Script(), "two.script")
        await desk.answered()
        assert returned == ["second"]
        assert len(desk.shown) == 2

    play(scene)


def test_stop_is_about_the_answer_of_its_own_place(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(SLOW)
        desk.chat.send("left")
        await until(lambda: any(desk.streamed.values()))
        desk.places.open_beside()
        assert beside(desk).status.activity is Activity.IDLE
        beside(desk).stop()
        assert desk.places.is_answering
        desk.chat.stop()
        await desk.answered()
        assert desk.messages()[-1].state is MessageState.STOPPED

    play(scene)


def test_an_answer_that_nobody_looks_at_is_told_and_not_stopped_from_elsewhere(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(SLOW)
        desk.chat.send("left")
        await until(lambda: any(desk.streamed.values()))
        desk.conversations.new()
        assert desk.chat.status.activity is Activity.IDLE
        assert desk.chat.status.elsewhere == "left"
        assert desk.chat.status.context_used is None
        desk.chat.stop()
        await settle(desk)
        assert desk.chat.is_answering
        desk.places.stop()
        await desk.answered()
        assert desk.chat.status.elsewhere == ""

    play(scene)


def test_the_words_of_a_temporary_conversation_are_not_told_beside_it(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(SLOW)
        desk.conversations.new_temporary()
        desk.chat.send("secret")
        await until(lambda: any(desk.streamed.values()))
        desk.places.open_beside()
        assert beside(desk).status.elsewhere == "Temporary conversation"
        desk.places.stop()
        await desk.answered()

    play(scene)


def test_it_is_told_which_conversations_are_answered(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        told: list[frozenset[str]] = []
        desk.places.writing_changed.connect(told.append)
        await desk.load(SHORT)
        await desk.ask("left")
        assert told == [frozenset({desk.conversations.current_id}), frozenset()]

    play(scene)


def test_the_answer_in_a_conversation_that_is_deleted_is_stopped(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(SLOW)
        desk.chat.send("left")
        await until(lambda: any(desk.streamed.values()))
        desk.conversations.delete(desk.conversations.current_id)
        await desk.answered()
        desk.told[-1].actions[0].run()
        await until(lambda: len(desk.shown) == 2)
        assert desk.messages()[1].state is MessageState.STOPPED
        assert desk.texts()[1].startswith("one ")

    play(scene)


def test_an_answer_goes_on_when_its_place_is_closed(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(SHORT)
        desk.places.open_beside()
        beside(desk).send("right")
        right = desk.conversations.current_id
        desk.places.close(beside(desk))
        assert desk.places.in_view == (desk.chat,)
        assert desk.places.chat is desk.chat
        desk.conversations.open(right)
        await until(lambda: len(desk.shown) == 2)
        await desk.answered()
        assert desk.messages()[-1].state is MessageState.COMPLETE

    play(scene)


def test_closing_the_first_place_leaves_the_second_one(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        _left, right = await two_asked(desk)
        second = beside(desk)
        desk.places.close(desk.chat)
        assert desk.places.in_view == (second,)
        assert desk.conversations.current_id == right
        desk.places.close(second)
        assert desk.places.in_view == (second,)

    play(scene)


def test_the_other_place_can_be_closed_from_the_one_in_use(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        _left, right = await two_asked(desk)
        desk.places.close_other()
        assert [chat.place.conversation_id for chat in desk.places.in_view] == [right]

    play(scene)


def test_a_deleted_conversation_leaves_its_place_empty(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        left, right = await two_asked(desk)
        desk.conversations.delete(left)
        assert texts(desk.chat) == []
        assert desk.conversations.current_id == right

    play(scene)


def test_deleting_does_not_show_a_conversation_twice(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        left, right = await two_asked(desk)
        desk.conversations.delete(right)
        assert desk.conversations.current_id == ""
        assert desk.places.chat is beside(desk)
        assert desk.chat.place.conversation_id == left

    play(scene)


def test_a_temporary_conversation_lives_on_while_the_other_is_in_use(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await two_asked(desk)
        desk.conversations.new_temporary()
        beside(desk).send("secret")
        await desk.answered()
        desk.places.go_across()
        assert not desk.conversations.is_temporary
        assert texts(beside(desk))[0] == "secret"
        desk.places.go_across()
        assert desk.conversations.is_temporary

    play(scene)


def test_a_temporary_conversation_ends_with_its_place(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        ended: list[str] = []
        desk.conversations.temporary_ended.connect(ended.append)
        await two_asked(desk)
        desk.conversations.new_temporary()
        beside(desk).send("secret")
        await desk.answered()
        temporary = desk.conversations.current_id
        desk.places.go_across()
        desk.places.close_other()
        assert ended == [temporary]
        assert desk.settings.settings.state.conversations_in_view == (
            desk.conversations.current_id,
        )

    play(scene)


def test_what_was_written_beside_is_there_when_it_opens_again(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        drafts: list[str] = []
        await desk.load(Script())
        desk.places.open_beside()
        second = beside(desk)
        second.draft_shown.connect(drafts.append)
        second.keep_draft("half a thought")
        desk.places.close(second)
        desk.places.open_beside()
        assert drafts[-1] == "half a thought"

    play(scene)


def test_the_next_start_shows_both_where_they_were(play: Play) -> None:
    ids: list[str] = []

    async def first(desk: Desk) -> None:
        ids.extend(await two_asked(desk))

    async def second(desk: Desk) -> None:
        assert [chat.place.conversation_id for chat in desk.places.in_view] == ids
        assert desk.conversations.current_id == ids[1]
        await until(lambda: all(len(texts(chat)) == 2 for chat in desk.places.in_view))
        desk.places.go_across()

    async def third(desk: Desk) -> None:
        assert [chat.place.conversation_id for chat in desk.places.in_view] == ids
        assert desk.conversations.current_id == ids[0]
        desk.places.close_other()

    async def fourth(desk: Desk) -> None:
        assert [chat.place.conversation_id for chat in desk.places.in_view] == ids[:1]

    play(first)
    play(second)
    play(third)
    play(fourth)


def drafts(desk: Desk, *conversation_ids: str) -> list[str]:
    known = [desk.conversations.book.get(each) for each in conversation_ids]
    return [each.draft for each in known if each is not None]


async def wait_beside(desk: Desk) -> None:
    """Let the first place be answered slowly, and a message in the second one wait for it."""
    await desk.load(SLOW)
    desk.chat.send("left")
    await until(lambda: any(desk.streamed.values()))
    desk.places.open_beside()
    beside(desk).send("right")
    assert beside(desk).queue.texts == ("right",)


def test_what_waits_is_not_sent_when_the_program_ends(play: Play) -> None:
    returned: list[str] = []

    async def scene(desk: Desk) -> None:
        await wait_beside(desk)
        beside(desk).queue.text_returned.connect(returned.append)
        desk.places.stop()
        await desk.answered()
        await settle(desk)
        assert not desk.places.is_answering
        assert texts(beside(desk)) == []
        # As its composer does.
        beside(desk).keep_draft("right")

    async def next_start(desk: Desk) -> None:
        drafts = [one.draft for one in desk.conversations.conversations if one.title == "right"]
        assert drafts == ["right"]

    play(scene)
    assert returned == ["right"]
    play(next_start)


def test_what_waits_is_answered_by_the_model_that_is_chosen_meanwhile(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await wait_beside(desk)
        await desk.load(Script(reply="I am two"), "two.script")
        await until(lambda: len(texts(beside(desk))) == 2 and not desk.places.is_answering)
        answer = beside(desk).shown_messages()[1].message
        assert (answer.text.strip(), answer.model) == ("I am two", "two")
        assert answer.state is MessageState.COMPLETE

    play(scene)


def test_what_waits_goes_back_when_the_model_is_unloaded(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        returned: list[str] = []
        await wait_beside(desk)
        beside(desk).queue.text_returned.connect(returned.append)
        desk.models.unload()
        await until(lambda: bool(returned))
        assert returned == ["right"]
        assert texts(beside(desk)) == []

    play(scene)


def test_a_crash_is_not_repeated_for_what_waits(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        returned: list[str] = []
        script = Script(repeat=100, tokens_per_second=100, run_end="error", end_after_tokens=20)
        await desk.load(script)
        desk.chat.send("left")
        desk.places.open_beside()
        beside(desk).send("right")
        beside(desk).queue.text_returned.connect(returned.append)
        await desk.answered()
        await settle(desk)
        assert returned == ["right"]
        assert len(desk.told) == 1

    play(scene)


def test_a_message_stays_with_the_model_it_was_sent_to(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await keep_one(desk, SLOW)
        desk.chat.send("left")
        await until(lambda: any(desk.streamed.values()))
        desk.places.open_beside()
        beside(desk).send("right")
        desk.chat.use()
        await desk.load(Script(reply="I am two"), "two.script")
        desk.places.go_across()
        await settle(desk)
        assert desk.models.state.name == "one"
        assert beside(desk).queue.texts == ("right",)
        desk.chat.stop()
        await until(lambda: len(texts(beside(desk))) == 2)
        assert beside(desk).shown_messages()[1].message.model == "one"
        desk.places.stop()
        await desk.answered()

    play(scene)


def test_messages_go_out_in_the_order_they_were_sent(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await keep_one(desk, SLOW)
        desk.chat.send("left")
        await until(lambda: any(desk.streamed.values()))
        desk.places.open_beside()
        beside(desk).send("first")
        await desk.load(Script(reply="I am two"), "two.script")
        beside(desk).send("second")
        await until(lambda: len(texts(beside(desk))) == 4)
        assert texts(beside(desk))[::2] == ["first", "second"]
        desk.places.stop()
        await desk.answered()

    play(scene)


def test_a_new_conversation_keeps_its_preset_while_the_other_is_in_use(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await two_asked(desk)
        desk.places.go_across()
        desk.conversations.new()
        desk.settings.choose_preset("Short answers")
        desk.places.go_across()
        assert desk.settings.preset == ""
        desk.places.go_across()
        assert desk.settings.preset == "Short answers"
        desk.settings.choose_preset("")
        desk.places.go_across()
        desk.settings.choose_preset("Short answers")
        desk.places.go_across()
        assert desk.settings.preset == ""

    play(scene)


def test_undo_does_not_end_a_temporary_conversation(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        left, _right = await two_asked(desk)
        desk.conversations.new_temporary()
        beside(desk).send("precious")
        await desk.answered()
        desk.conversations.delete(left)
        desk.told[-1].actions[0].run()
        assert desk.conversations.is_temporary
        assert texts(beside(desk))[0] == "precious"
        assert desk.conversations.book.get(left) is not None

    play(scene)


def test_a_message_comes_back_where_its_conversation_is_now(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script(reply="yes"))
        await desk.ask("one")
        await desk.ask("two")
        conversation_id = desk.conversations.current_id
        desk.chat.marks.delete(desk.messages()[2].id)
        desk.conversations.new()
        desk.places.open_beside(conversation_id)
        await until(lambda: len(texts(beside(desk))) == 2)
        desk.told[-1].actions[0].run()
        await until(lambda: len(texts(beside(desk))) == 4)

    play(scene)


def test_stop_and_send_follow_the_place_in_use(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        left: list[ChatStatus] = []
        right: list[ChatStatus] = []
        await desk.load(
            Script(repeat=500, tokens_per_second=100, prefill_steps=1000, prefill_step_s=0.05)
        )
        desk.places.open_beside()
        desk.chat.status_changed.connect(left.append)
        beside(desk).status_changed.connect(right.append)
        desk.chat.send("left")
        await until(lambda: bool(left) and left[-1].activity is Activity.PREFILL)
        desk.conversations.new()
        desk.places.go_across()
        assert [said[-1].activity for said in (left, right)] == [Activity.IDLE, Activity.IDLE]
        assert [said[-1].elsewhere for said in (left, right)] == ["left", "left"]
        desk.places.stop()
        await desk.answered()

    play(scene)


def test_pause_is_about_the_model_that_writes(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await keep_one(desk, Script(reply="a b c", repeat=500, tokens_per_second=200, pauses=True))
        desk.chat.send("Q")
        await until(lambda: any(desk.streamed.values()))
        await desk.load(Script(), "two.script")
        desk.chat.pause()
        await desk.answered()
        assert desk.told == []

    play(scene)


def test_a_paused_answer_is_known_as_such_beside(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script(reply="a b c", repeat=500, tokens_per_second=200, pauses=True))
        desk.chat.send("Q")
        await until(lambda: any(desk.streamed.values()))
        desk.chat.pause()
        await desk.answered()
        conversation_id = desk.conversations.current_id
        desk.conversations.new()
        desk.places.open_beside(conversation_id)
        await until(lambda: len(texts(beside(desk))) == 2)
        assert beside(desk).shown_messages()[1].is_paused

    play(scene)


def test_what_cannot_be_asked_gives_back_what_waits_behind_it(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise RunError("Not now.", "")

    async def scene(desk: Desk) -> None:
        returned: list[str] = []
        await desk.load(SHORT)
        desk.chat.send("first")
        desk.chat.send("second")
        desk.chat.send("third")
        desk.chat.queue.text_returned.connect(returned.append)
        monkeypatch.setattr(desk.engine, "run", refuse)
        await until(lambda: bool(returned))
        assert returned == ["third"]

    play(scene)


def test_a_pause_keeps_the_model_from_what_waits(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script(reply="a b c", repeat=60, tokens_per_second=200, pauses=True))
        desk.chat.send("left")
        await until(lambda: any(desk.streamed.values()))
        desk.places.open_beside()
        beside(desk).send("right")
        desk.chat.pause()
        await desk.answered()
        await settle(desk)
        assert beside(desk).queue.texts == ("right",)
        desk.chat.continue_last()
        await until(lambda: len(texts(beside(desk))) == 2)
        assert desk.messages()[-1].state is MessageState.COMPLETE
        desk.places.stop()
        await desk.answered()

    play(scene)


def test_what_waits_is_sent_after_its_side_was_closed(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await wait_beside(desk)
        right = beside(desk).place.conversation_id
        desk.places.go_across()
        desk.places.close_other()
        desk.chat.stop()
        await until(lambda: drafts(desk, right) == [""])
        desk.conversations.open(right)
        await until(lambda: desk.texts()[:1] == ["right"])
        desk.places.stop()
        await desk.answered()

    play(scene)


def test_undo_shows_a_conversation_where_it_was(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        left, right = await two_asked(desk)
        desk.places.go_across()
        desk.conversations.delete(right)
        desk.told[-1].actions[0].run()
        assert [chat.place.conversation_id for chat in desk.places.in_view] == [left, right]
        assert desk.conversations.current_id == left

    play(scene)


def test_what_a_closed_place_showed_is_not_in_view(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        left, right = await two_asked(desk)
        desk.places.close_other()
        assert not desk.conversations.is_shown(left)
        desk.conversations.delete(right)
        desk.told[-1].actions[0].run()
        assert [chat.place.conversation_id for chat in desk.places.in_view] == [right]

    play(scene)
