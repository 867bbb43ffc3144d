"""Two models at once, each in its own engine: one that is kept stays while another is loaded."""

from __future__ import annotations

import pytest

from app.catalog import fit
from app.presenters import memory_check
from app.presenters.model_state import ModelStage
from app.presenters.notices import Level
from tests.guards import LogGuard
from tests.presenters.conftest import Play
from tests.presenters.desk import Desk, until
from tests.scripted_runtime import Script


async def keep_one(desk: Desk, script: Script | None = None) -> None:
    """Load a model that stays when another one is chosen."""
    await desk.load(script or Script(reply="I am one"), "one.script")
    path = desk.models.state.path
    assert path is not None
    await until(lambda: desk.library.entry_for(path) is not None)
    desk.models.set_kept(True)


def _stage(desk: Desk) -> ModelStage:
    return desk.models.state.stage


def _names(desk: Desk) -> list[str]:
    return [state.name for state in desk.models.loaded]


def test_another_model_takes_the_place_of_the_one_in_use(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script(), "one.script")
        assert desk.models.makes_room() == "one"
        await desk.load(Script(), "two.script")
        assert _names(desk) == ["two"]

    play(scene)


def test_a_load_names_the_model_that_made_room_for_it(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script(), "one.script")
        desk.models.load(str(Script().write_to(desk.folder / "two.script")))
        assert desk.models.state.replaces == "one"
        await until(lambda: desk.models.state.stage is ModelStage.READY)

    play(scene)


def test_a_model_that_is_kept_stays_beside_the_next_one(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await keep_one(desk)
        assert desk.models.makes_room() == ""
        await desk.load(Script(), "two.script")
        assert _names(desk) == ["two", "one"]

    play(scene)


def test_after_a_failed_load_the_model_that_is_kept_is_the_last_one(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await keep_one(desk)
        desk.models.load(str(Script(load_end="error").write_to(desk.folder / "two.script")))
        await until(lambda: bool(desk.told))
        state = desk.settings.settings.state
        assert state.last_model.endswith("one.script")
        assert not state.last_load_failed

    play(scene)


def test_the_third_model_takes_the_place_of_the_one_that_is_not_kept(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await keep_one(desk)
        await desk.load(Script(), "two.script")
        await desk.load(Script(), "three.script")
        assert _names(desk) == ["three", "one"]

    play(scene)


def test_each_model_has_a_memory_domain_of_its_own(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await keep_one(desk)
        first = desk.models.request
        await desk.load(Script(), "two.script")
        second = desk.models.request
        assert first is not None
        assert second is not None
        assert first.npu.base_domain_id == 0
        assert second.npu.base_domain_id == 1

    play(scene)


def test_choosing_a_loaded_model_shows_it_at_once(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await keep_one(desk)
        one = str(desk.models.state.path)
        await desk.load(Script(reply="I am two"), "two.script")
        desk.models.load(one)
        assert _stage(desk) is ModelStage.READY
        await desk.ask("Who are you?")
        assert desk.texts()[1].strip() == "I am one"

    play(scene)


def test_a_conversation_that_is_opened_shows_its_model(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await keep_one(desk)
        await desk.ask("Q")
        first = desk.conversations.current_id
        desk.conversations.new()
        await desk.load(Script(), "two.script")
        await desk.ask("Q")
        assert desk.models.state.name == "two"
        desk.conversations.open(first)
        assert desk.models.state.name == "one"

    play(scene)


def test_a_conversation_whose_model_is_not_loaded_leaves_the_shown_one(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script(), "one.script")
        await desk.ask("Q")
        first = desk.conversations.current_id
        await desk.load(Script(), "two.script")
        desk.conversations.new()
        desk.conversations.open(first)
        assert desk.models.state.name == "two"

    play(scene)


def test_switching_the_model_in_the_middle_keeps_the_conversation(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script(reply="first"), "one.script")
        await desk.ask("Q1")
        await desk.load(Script(reply="second"), "two.script")
        await desk.ask("Q2")
        assert [text.strip() for text in desk.texts()] == ["Q1", "first", "Q2", "second"]
        assert [message.model for message in desk.messages()][1::2] == ["one", "two"]

    play(scene)


def test_when_the_second_cannot_be_loaded_the_first_stays_and_is_shown(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await keep_one(desk)
        bad = Script(load_end="error").write_to(desk.folder / "bad.script")
        desk.models.load(str(bad))
        await until(lambda: desk.told != [] and desk.told[-1].level is Level.ERROR)
        assert desk.models.state.name == "one"
        await desk.ask("Q")
        assert desk.texts()[1].strip() == "I am one"

    play(scene)


def test_a_second_model_that_does_not_fit_is_not_loaded_and_says_so(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    too_big = fit.Fit(fit.FitMark.TOO_BIG, "Needs ≈ 9 GB; 1 GB is free.")
    monkeypatch.setattr(memory_check, "fit_of", lambda *_: too_big)

    async def scene(desk: Desk) -> None:
        await keep_one(desk)
        two = Script().write_to(desk.folder / "two.script")
        known = desk.settings.settings.state.recent_models
        desk.settings.set_value("state", "recent_models", (str(two), *known))
        await until(lambda: desk.library.entry_for(two) is not None)
        desk.models.load(str(two))
        assert "does not fit beside one" in desk.told[-1].cause
        assert "one stays loaded" in desk.told[-1].advice
        assert _names(desk) == ["one"]
        (instead,) = desk.told[-1].actions
        instead.run()
        await until(lambda: desk.models.state.stage is ModelStage.READY)
        assert _names(desk) == ["two"]

    play(scene)


def test_unloading_the_shown_model_shows_the_other_one(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await keep_one(desk)
        await desk.load(Script(), "two.script")
        desk.models.unload()
        await until(lambda: desk.models.state.name == "one")
        assert _names(desk) == ["one"]

    play(scene)


def test_a_model_rests_after_a_while_and_the_next_message_wakes_it(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script(reply="awake"))
        desk.models._slots.shown._on_rest_due()
        assert _stage(desk) is ModelStage.RESTING
        await desk.ask("Q")
        assert desk.texts()[1].strip() == "awake"
        assert _stage(desk) is ModelStage.READY

    play(scene)


def test_a_model_that_writes_does_not_rest(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        desk.settings.set_value("engine", "unload_after_minutes", 5)
        await desk.load(Script(tokens_per_second=50, repeat=20))
        desk.chat.send("Q")
        await until(lambda: desk.streamed != {})
        desk.models._slots.shown._on_rest_due()
        assert _stage(desk) is ModelStage.READY
        desk.chat.stop()
        await desk.answered()

    play(scene)


def test_a_lost_engine_leaves_the_other_model_alone(play: Play, expected_log: LogGuard) -> None:
    async def scene(desk: Desk) -> None:
        await keep_one(desk)
        await desk.load(Script(run_end="bug"), "two.script")
        await desk.ask("Q")
        desk.models.load(str(desk.folder / "one.script"))
        desk.conversations.new()
        await desk.ask("Q")
        assert desk.texts()[1].strip() == "I am one"

    play(scene)


def test_choosing_the_model_in_use_changes_nothing(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script(tokens_per_second=50, repeat=20))
        desk.chat.send("Q")
        await until(lambda: desk.streamed != {})
        desk.models.load(str(desk.models.state.path))
        assert _stage(desk) is ModelStage.READY
        assert desk.chat.is_answering
        desk.chat.stop()
        await desk.answered()

    play(scene)


def test_a_model_that_is_chosen_in_a_conversation_comes_back_with_it(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await keep_one(desk)
        await desk.ask("Q")
        first = desk.conversations.current_id
        await desk.load(Script(), "two.script")
        desk.conversations.new()
        desk.models.load(str(desk.folder / "one.script"))
        desk.conversations.open(first)
        assert desk.models.state.name == "two"

    play(scene)


def test_the_crash_of_another_model_does_not_keep_the_last_one_from_loading(
    play: Play, expected_log: LogGuard
) -> None:
    async def scene(desk: Desk) -> None:
        await keep_one(desk)
        await desk.load(Script(), "two.script")
        two = desk.models._slots.shown
        desk.models.load(str(desk.folder / "one.script"))
        two.engine._host.give_up()
        await until(lambda: two.state.stage is ModelStage.FAILED)
        assert not desk.settings.settings.state.last_load_failed
        assert "two: " in desk.told[-1].cause
        assert _names(desk) == ["one"]

    play(scene)
