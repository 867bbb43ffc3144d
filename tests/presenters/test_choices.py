"""What was chosen for a conversation counts while it is shown, and comes back with it."""

from __future__ import annotations

from app.settings.layers import Layer
from app.settings.schema import entries
from tests.presenters.conftest import Play
from tests.presenters.desk import Desk
from tests.scripted_runtime import Script

TEMPERATURE = next(entry for entry in entries() if entry.name == "temperature")


def _temperature(desk: Desk) -> float:
    return desk.settings.settings.sampling.temperature


def test_settings_of_a_conversation_count_only_while_it_is_shown(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script())
        await desk.ask("Q")
        first = desk.conversations.current_id
        before = _temperature(desk)
        desk.settings.set_scope(Layer.CONVERSATION)
        desk.settings.edit(TEMPERATURE, 1.5)
        assert _temperature(desk) == 1.5
        desk.conversations.new()
        assert _temperature(desk) == before
        desk.conversations.open(first)
        assert _temperature(desk) == 1.5

    play(scene)


def test_settings_of_a_conversation_are_there_after_the_next_start(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script())
        desk.settings.set_scope(Layer.CONVERSATION)
        desk.settings.edit(TEMPERATURE, 1.5)
        await desk.ask("Q")

    async def next_start(desk: Desk) -> None:
        assert _temperature(desk) == 1.5
        assert desk.settings.origin_of(TEMPERATURE) is Layer.CONVERSATION

    play(scene)
    play(next_start)


def test_settings_of_a_model_count_while_it_is_shown(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script(reply="I am one"), "one.script")
        one = str(desk.models.state.path)
        before = _temperature(desk)
        desk.settings.set_scope(Layer.MODEL)
        desk.settings.edit(TEMPERATURE, 0.1)
        await desk.load(Script(reply="I am two"), "two.script")
        assert _temperature(desk) == before
        desk.models.load(one)
        assert _temperature(desk) == 0.1

    play(scene)


def test_a_preset_is_kept_with_the_conversation(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script())
        precise, creative = (preset.name for preset in desk.settings.presets()[:2])
        desk.settings.choose_preset(precise)
        await desk.ask("Q")
        first = desk.conversations.current_id
        desk.conversations.new()
        desk.settings.choose_preset(creative)
        await desk.ask("Q")
        desk.conversations.open(first)
        assert desk.settings.preset == precise

    play(scene)


def test_a_preset_that_is_renamed_stays_with_every_conversation(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script())
        desk.settings.save_preset("Mine")
        await desk.ask("Q")
        first = desk.conversations.current_id
        desk.conversations.new()
        await desk.ask("Q")
        desk.settings.rename_preset("Mine", "Yours")
        desk.conversations.open(first)
        assert desk.settings.preset == "Yours"

    async def next_start(desk: Desk) -> None:
        names = {one.choices.preset for one in desk.conversations.conversations}
        assert names == {"Yours"}

    play(scene)
    play(next_start)
