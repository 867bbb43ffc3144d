"""Loading, unloading, remembering models, and what is said when one fails."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from app.catalog.starter import STARTER_LABEL
from app.engine.state import EngineState
from app.presenters.model_state import ModelStage
from app.presenters.notices import Level
from app.runtime.protocol import Adapter
from tests.guards import LogGuard
from tests.presenters.conftest import Play
from tests.presenters.desk import Desk, until
from tests.scripted_runtime import Script


async def failed(desk: Desk, name: str) -> None:
    """Load a model that fails."""
    desk.models.load(str(Script(load_end="error").write_to(desk.folder / name)))
    await until(lambda: desk.models.state.stage is ModelStage.FAILED)


def test_a_loaded_model_is_ready_and_named(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script(), "Qwen3-1.7B.script")
        state = desk.models.state
        assert state.name == "Qwen3-1.7B"
        assert state.info is not None
        assert state.info.context_tokens == 4096

    play(scene)


def test_the_last_model_is_loaded_again_at_the_next_start(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script())

    async def next_start(desk: Desk) -> None:
        desk.models.load_at_start("")
        await until(lambda: desk.models.state.stage is ModelStage.READY)

    play(scene)
    play(next_start)


def test_a_model_that_failed_is_not_loaded_by_itself_again(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await failed(desk, "bad.script")
        assert desk.told[-1].level is Level.ERROR

    async def next_start(desk: Desk) -> None:
        desk.models.load_at_start("")
        assert desk.models.state.stage is ModelStage.NONE
        assert "The last model, bad," in desk.told[-1].cause
        assert "not loaded again" in desk.told[-1].cause
        desk.told[-1].actions[0].run()
        assert desk.models.state.name == "bad"
        await until(lambda: desk.models.state.stage is ModelStage.FAILED)

    play(scene)
    play(next_start)


def _no_model(folder: Path) -> Path:
    return folder / "missing.gguf"


def _another_thing(folder: Path) -> Path:
    path = folder / "notes.gguf"
    path.write_bytes(b"\x00\x01 not a model at all")
    return path


def _unknown_ending(folder: Path) -> Path:
    path = folder / "model.docx"
    path.write_text("Dear all")
    return path


@pytest.mark.parametrize("make", [_no_model, _another_thing, _unknown_ending])
def test_what_is_plainly_no_model_does_not_take_the_place_of_one_that_works(
    play: Play, make: Callable[[Path], Path]
) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script(), "good.script")
        await desk.ask("Q")
        desk.models.load(str(make(desk.folder)))
        assert desk.told[-1].level is Level.ERROR
        assert desk.models.state.name == "good"
        assert desk.models.state.stage is ModelStage.READY
        assert desk.conversations.choices.model.endswith("good.script")
        state = desk.settings.settings.state
        assert state.last_model.endswith("good.script")
        assert not state.last_load_failed

    play(scene)


def test_after_a_failed_load_there_is_a_way_back_to_what_worked(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script(), "good.script")
        for name in ("bad.script", "worse.script"):
            await failed(desk, name)
            assert desk.told[-1].actions[-1].label == "Back to good"

    async def next_start(desk: Desk) -> None:
        desk.models.load_at_start("")
        await until(lambda: desk.models.state.stage is ModelStage.READY)
        assert desk.models.state.name == "good"

    async def way_back(desk: Desk) -> None:
        await desk.load(Script(), "good.script")
        await failed(desk, "bad.script")
        desk.told[-1].actions[-1].run()
        await until(lambda: desk.models.state.stage is ModelStage.READY)
        assert desk.models.state.name == "good"

    play(scene)
    play(next_start)
    play(way_back)


def test_a_model_that_worked_before_and_fails_now_is_not_loaded_by_itself_again(
    play: Play,
) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script(), "good.script")
        await failed(desk, "bad.script")
        Script(load_end="error").write_to(desk.folder / "good.script")
        desk.told[-1].actions[-1].run()
        await until(lambda: desk.models.state.stage is ModelStage.LOADING)
        await until(lambda: desk.models.state.stage is ModelStage.FAILED)
        assert desk.settings.settings.state.last_load_failed
        assert not any(action.label.startswith("Back") for action in desk.told[-1].actions)

    play(scene)


def test_a_load_that_is_given_up_leads_back_to_the_model_before(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script(), "good.script")
        desk.models.load(str(Script(load_s=60.0).write_to(desk.folder / "slow.script")))
        await until(lambda: desk.engine.state is EngineState.LOADING)
        desk.models.cancel()
        await until(lambda: desk.models.state.stage is ModelStage.NONE)
        assert desk.told[-1].cause == "slow is not loaded."
        desk.told[-1].actions[0].run()
        await until(lambda: desk.models.state.stage is ModelStage.READY)
        assert desk.models.state.name == "good"
        desk.models.load(str(Script(load_s=60.0).write_to(desk.folder / "slow.script")))
        await until(lambda: desk.engine.state is EngineState.LOADING)
        desk.models.cancel()
        await until(lambda: desk.models.state.stage is ModelStage.NONE)

    async def next_start(desk: Desk) -> None:
        desk.models.load_at_start("")
        await until(lambda: desk.models.state.stage is ModelStage.READY)
        assert desk.models.state.name == "good"

    play(scene)
    play(next_start)


@pytest.mark.parametrize("name", ["README.md", "\ud83d.gguf"])
def test_what_is_plainly_no_model_is_not_remembered(play: Play, name: str) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script(), "good.script")

    async def next_start(desk: Desk) -> None:
        desk.models.load_at_start(str(desk.folder / name))
        assert desk.told[-1].level is Level.ERROR
        assert desk.settings.settings.state.last_model.endswith("good.script")

    play(scene)
    play(next_start)


def test_models_that_cannot_be_used_are_the_last_choices(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        gone = Script().write_to(desk.folder / "gone.script")
        desk.settings.set_value("state", "recent_models", (str(gone),))
        gone.unlink()
        desk.models.refresh_choices()
        await until(lambda: len(desk.models.choices()) == 2)
        assert [bool(choice.problem) for choice in desk.models.choices()] == [False, True]

    play(scene)


def test_closing_during_a_load_is_not_taken_for_a_crash(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        path = Script(load_s=0.2).write_to(desk.folder / "slow.script")
        desk.models.load(str(path))
        await until(lambda: desk.engine.state is EngineState.LOADING)

    async def next_start(desk: Desk) -> None:
        desk.models.load_at_start("")
        await until(lambda: desk.models.state.stage is ModelStage.READY)

    play(scene)
    play(next_start)


@pytest.mark.parametrize("name", ["~nobody of that name/m.script", "a\0b.script"])
def test_a_path_that_means_nothing_is_a_model_that_fails(
    play: Play, name: str, expected_log: LogGuard
) -> None:
    async def scene(desk: Desk) -> None:
        desk.settings.set_value("state", "recent_models", (name,))
        desk.models.load(name)
        await until(lambda: desk.models.state.stage is ModelStage.FAILED)

    play(scene)


def test_a_model_whose_file_name_is_not_unicode_answers(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script(), os.fsdecode(b"m\xff.script"))
        assert desk.models.state.name == "m?"
        await desk.ask("Q")
        assert desk.messages()[1].model == "m?"

    play(scene)


def test_a_failed_load_has_nothing_to_say_once_another_model_loads(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        withdrawn: list[object] = []
        desk.notices.notice_withdrawn.connect(withdrawn.append)
        await failed(desk, "bad.script")
        told = desk.told[-1]
        assert withdrawn == []
        await desk.load(Script())
        assert withdrawn == [told]

    play(scene)


def test_only_the_last_thing_that_is_no_model_is_told_and_goes_with_the_next_load(
    play: Play,
) -> None:
    async def scene(desk: Desk) -> None:
        withdrawn: list[object] = []
        desk.notices.notice_withdrawn.connect(withdrawn.append)
        await failed(desk, "bad.script")
        desk.models.load(str(desk.folder / "missing.gguf"))
        assert withdrawn == desk.told[:1]
        await desk.load(Script(), "good.script")
        assert withdrawn == desk.told

    play(scene)


def test_a_model_given_on_the_command_line_wins(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        path = Script().write_to(desk.folder / "given.script")
        desk.models.load_at_start(str(path))
        await until(lambda: desk.models.state.stage is ModelStage.READY)
        assert desk.models.state.name == "given"

    play(scene)


def test_unloading_forgets_the_model(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script())
        desk.models.unload()
        await until(lambda: desk.models.state.stage is ModelStage.NONE)
        assert desk.settings.settings.state.last_model == ""

    play(scene)


def test_a_load_can_be_cancelled(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        path = Script(load_s=0.3).write_to(desk.folder / "slow.script")
        desk.models.load(str(path))
        desk.models.cancel()
        await until(lambda: desk.models.state.stage is ModelStage.NONE)

    play(scene)


def test_the_choices_are_the_recent_models_newest_first_and_the_starter(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script(), "one.script")
        await desk.load(Script(), "two.script")
        await until(lambda: len(desk.models.choices()) == 3)
        labels = [choice.label for choice in desk.models.choices()]
        assert labels == ["two", "one", STARTER_LABEL]

    play(scene)


def test_a_recent_model_that_vanished_is_a_choice_with_a_problem(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script(), "gone.gguf.script")
        desk.settings.set_value("state", "recent_models", (str(desk.folder / "gone.gguf"),))
        desk.models.refresh_choices()
        await until(lambda: any(choice.problem for choice in desk.models.choices()))

    play(scene)


def test_settings_that_the_model_cannot_honour_say_why(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        from app.settings.schema import entries

        by_name = {entry.name: entry for entry in entries()}
        assert desk.settings.unavailable_reason(by_name["min_p"]) == ""
        await desk.load(Script())
        assert desk.settings.unavailable_reason(by_name["seed"]) == ""
        assert desk.settings.unavailable_reason(by_name["min_p"]) != ""

    play(scene)


ADAPTERS = tuple(Adapter(name, Path(f"/m/{name}.gguf")) for name in ("good", "bad"))


@pytest.mark.parametrize(("spoiled_by", "left"), [("bad", ["good"]), ("?", [])])
def test_a_model_that_an_adapter_spoils_is_loaded_without_it_and_says_so(
    play: Play, monkeypatch: pytest.MonkeyPatch, spoiled_by: str, left: list[str]
) -> None:
    async def scene(desk: Desk) -> None:
        monkeypatch.setattr(desk.models.adapters, "to_load", lambda _model: ADAPTERS)
        await desk.load(Script(spoiled_by=spoiled_by))
        request = desk.models.request
        assert request is not None
        assert [adapter.name for adapter in request.adapters] == left
        assert "is loaded without" in desk.told[-1].cause
        assert "An adapter is damaged." in desk.told[-1].cause

    play(scene)
