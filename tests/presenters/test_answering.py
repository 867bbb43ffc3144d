"""Other answers: with another model, adapter or temperature; paused, edited and resumed."""

from __future__ import annotations

import pytest

from app.chat.message import MessageState
from app.presenters.message_offers import MessageOffers
from app.presenters.variation import Variation
from app.presenters.written_with import read_settings
from app.runtime.protocol import RunRequest
from tests.presenters.conftest import Play
from tests.presenters.desk import Desk, until
from tests.scripted_runtime import Script

COUNTING = Script(reply=" ".join(map(str, range(400))), tokens_per_second=200, pauses=True)


def requests_of(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> list[RunRequest]:
    """Note what is asked of the model."""
    asked: list[RunRequest] = []
    run = desk.engine.run

    def note(request: RunRequest) -> int:
        asked.append(request)
        return run(request)

    monkeypatch.setattr(desk.engine, "run", note)
    return asked


def offers(desk: Desk, place: int) -> MessageOffers:
    found = desk.chat.offers(desk.messages()[place].id)
    assert found is not None
    return found


async def paused(desk: Desk) -> None:
    desk.chat.send("Count")
    await until(lambda: len("".join(desk.streamed.values())) > 40)
    desk.chat.pause()
    await desk.answered()


def test_a_paused_answer_is_resumed_where_it_was(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(COUNTING)
        await paused(desk)
        answer = desk.messages()[1]
        assert answer.state is MessageState.STOPPED
        assert desk.shown[1].is_paused
        assert offers(desk, 1).is_paused
        desk.chat.continue_answer(answer.id)
        await desk.answered()
        assert [item.is_paused for item in desk.shown] == [False, False]
        numbers = desk.messages()[1].text.split()
        assert numbers == list(map(str, range(400)))

    play(scene)


def test_a_paused_answer_that_was_edited_is_continued_from_its_new_end(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(COUNTING)
        await paused(desk)
        desk.chat.edit(desk.messages()[1].id, "0 1 two")
        edited = desk.messages()[1]
        assert edited.state is MessageState.STOPPED
        assert desk.shown[1].versions == 2
        asked = requests_of(desk, monkeypatch)
        desk.chat.continue_answer(edited.id)
        assert asked[0].continue_answer
        assert not asked[0].resume
        assert asked[0].turns[-1].text == "0 1 two"
        await until(lambda: len(desk.streamed.get(edited.id, "")) > 10)
        desk.chat.stop()
        await desk.answered()
        assert desk.messages()[1].text.startswith("0 1 two0 1")

    play(scene)


def test_after_another_answer_a_paused_one_is_continued_and_not_resumed(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(COUNTING)
        await paused(desk)
        first = desk.messages()[1].id
        desk.chat.regenerate(first)
        desk.chat.stop()
        await desk.answered()
        desk.chat.show_branch(first)
        assert not desk.shown[1].is_paused

    play(scene)


def test_a_model_that_cannot_pause_says_so(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script(reply="a b c", repeat=500, tokens_per_second=200))
        desk.chat.send("Q")
        desk.chat.pause()
        assert "cannot be paused" in desk.told[-1].cause
        assert desk.chat.is_answering
        desk.chat.stop()
        await desk.answered()

    play(scene)


def test_another_model_is_loaded_for_another_answer(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script(reply="from the first"), "one.script")
        await desk.ask("Q")
        other = Script(reply="from the second").write_to(desk.folder / "two.script")
        desk.chat.regenerate(desk.messages()[1].id, Variation(model=str(other)))
        await desk.answered()
        answer = desk.messages()[1]
        assert (answer.text, answer.model) == ("from the second ", "two")
        assert desk.shown[1].versions == 2
        assert desk.conversations.choices.model == str(other)

    play(scene)


def test_another_model_can_be_asked_while_none_is_loaded(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script(reply="A"))
        await desk.ask("Q")
        desk.models.unload()
        await until(lambda: desk.models.state.path is None)
        assert offers(desk, 1).busy == "No model is loaded."
        other = Script(reply="B").write_to(desk.folder / "two.script")
        desk.chat.regenerate(desk.messages()[1].id, Variation(model=str(other)))
        await desk.answered()
        assert desk.texts() == ["Q", "B "]

    play(scene)


def test_another_temperature_counts_for_one_answer(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script(reply="A"))
        asked = requests_of(desk, monkeypatch)
        await desk.ask("Q")
        desk.chat.regenerate(desk.messages()[1].id, Variation(temperature=0.0))
        await desk.answered()
        desk.chat.regenerate(desk.messages()[1].id)
        await desk.answered()
        assert [request.sampling.temperature for request in asked] == [0.7, 0.0, 0.7]

    play(scene)


def test_the_settings_of_an_answer_are_kept_with_it(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script(reply="A"))
        desk.settings.set_value("sampling", "max_new_tokens", 77)
        await desk.ask("Q")

    async def after_a_restart(desk: Desk) -> None:
        await until(lambda: len(desk.shown) == 2)
        known = read_settings(desk.messages()[1].settings)
        assert known["max_new_tokens"] == 77
        assert known["temperature"] == 0.7
        assert "min_p" not in known

    play(scene)
    play(after_a_restart)


@pytest.mark.parametrize("text", ["", "{", "[1]", "null", '{"temperature": "hot"}', "[" * 5000])
def test_settings_that_cannot_be_read_are_unknown(text: str) -> None:
    assert read_settings(text) == {}


def test_the_time_of_thinking_is_measured(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        words = " ".join(["<think>hm", *["hm"] * 30, "</think>\n\nDone"])
        await desk.load(Script(reply=words, tokens_per_second=200))
        await desk.ask("Q")
        statistics = desk.messages()[1].statistics
        assert statistics is not None
        assert statistics.thinking_ms is not None
        assert 50 < statistics.thinking_ms < 2_000
        await desk.load(Script(reply="Done"), "two.script")
        await desk.ask("Q")
        statistics = desk.messages()[3].statistics
        assert statistics is not None
        assert statistics.thinking_ms is None

    play(scene)


def test_the_outline_has_every_branch_and_marks_the_shown_one(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script(reply="A"))
        await desk.ask("first")
        await desk.ask("second")
        desk.chat.edit(desk.messages()[2].id, "changed")
        await desk.answered()
        rows = desk.chat.outline()
        assert [(row.message.text, row.depth, row.is_shown) for row in rows] == [
            ("first", 0, True),
            ("A ", 0, True),
            ("second", 1, False),
            ("A ", 1, False),
            ("changed", 1, True),
            ("A ", 1, True),
        ]
        desk.chat.show_branch(rows[2].message.id)
        assert desk.texts() == ["first", "A ", "second", "A "]

    play(scene)
