"""A quick question disturbs no conversation, and becomes one when that is wanted."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from PySide6.QtCore import QObject, Slot

from app.chat.message import Message, MessageState
from app.errors import AppError
from app.presenters import quick_ask
from app.presenters.quick_ask import QuickAsk
from app.presenters.requests import run_request
from app.runtime.protocol import Adapter, RunRequest
from app.settings.layers import Layer, Overrides
from app.settings.schema import Settings
from tests.presenters.conftest import Play
from tests.presenters.desk import Desk, until
from tests.scripted_runtime import Script

ENDLESS = Script(reply="word", repeat=10_000, tokens_per_second=200)


class Reader(QObject):
    """Remembers what the small window would show."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.quick_ask = QuickAsk(
            desk.models,
            desk.places,
            desk.conversations,
            desk.settings,
            desk.saver,
            desk.tasks,
            self,
        )
        self.shown = ""
        self.ends: list[AppError | None] = []
        self.quick_ask.text_added.connect(self._on_text_added)
        self.quick_ask.finished.connect(self._on_finished)

    async def ask(self, question: str) -> None:
        """Ask and wait for the end."""
        self.quick_ask.ask(question)
        await until(lambda: bool(self.ends) and not self.quick_ask.is_running)

    @Slot(str)
    def _on_text_added(self, text: str) -> None:
        self.shown += text

    @Slot(object)
    def _on_finished(self, error: AppError | None) -> None:
        self.ends.append(error)


def test_the_answer_comes_and_the_conversation_stays_as_it_is(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script(reply="An answer "))
        await desk.ask("In the conversation")
        before = desk.messages()
        reader = Reader(desk)
        await reader.ask("Quickly")
        assert reader.shown == "An answer  "
        assert reader.quick_ask.text == "An answer"
        assert reader.ends == [None]
        assert reader.quick_ask.statistics is not None
        assert desk.messages() == before
        assert len(desk.conversations.conversations) == 1
        assert desk.told == []

    play(scene)


def test_without_a_model_it_says_so(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        quick_ask = Reader(desk).quick_ask
        assert "No model is loaded" in quick_ask.obstacle
        quick_ask.ask("Why?")
        assert not quick_ask.is_running

    play(scene)


def test_while_the_model_answers_elsewhere_it_says_so(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(ENDLESS)
        quick_ask = Reader(desk).quick_ask
        desk.chat.send("Long")
        assert "busy" in quick_ask.obstacle
        quick_ask.ask("Why?")
        assert not quick_ask.is_running
        desk.chat.stop()
        await desk.answered()
        assert quick_ask.obstacle == ""

    play(scene)


def test_a_stop_keeps_what_is_written(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(ENDLESS)
        reader = Reader(desk)
        reader.quick_ask.ask("Long")
        await until(lambda: bool(reader.shown))
        reader.quick_ask.stop()
        await until(lambda: bool(reader.ends))
        assert reader.ends == [None]
        assert reader.quick_ask.text.startswith("word")

    play(scene)


def test_a_failure_is_told_with_what_was_written(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script(reply="one two three", run_end="error", end_after_tokens=2))
        reader = Reader(desk)
        await reader.ask("Why?")
        (error,) = reader.ends
        assert error is not None
        assert reader.quick_ask.text == "one two"

    play(scene)


def test_thoughts_are_not_shown_and_kept_in_the_conversation(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script(reply="<think>\nhm\n</think>\n\nYes."))
        reader = Reader(desk)
        await reader.ask("Is it?")
        assert reader.shown.strip() == reader.quick_ask.text == "Yes."
        reader.quick_ask.open_as_conversation()
        await until(lambda: len(desk.shown) == 2)
        assert desk.texts()[1].startswith("<think>")

    play(scene)


def test_it_becomes_a_conversation_that_goes_on(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(Script(reply="An answer"))
        await desk.ask("Another conversation")
        reader = Reader(desk)
        await reader.ask("Quickly")
        reader.quick_ask.open_as_conversation()
        await until(lambda: desk.texts() == ["Quickly", "An answer "])
        question, answer = desk.messages()
        assert answer.parent_id == question.id
        assert answer.state is MessageState.COMPLETE
        assert answer.model == desk.models.state.name
        assert answer.statistics is not None
        assert desk.conversations.conversations[0].title == "Quickly"
        # Once is enough.
        assert not reader.quick_ask.can_become_conversation
        await desk.ask("And then?")
        assert len(desk.messages()) == 4

    play(scene)

    async def again(desk: Desk) -> None:
        await until(lambda: len(desk.shown) == 4)
        assert desk.texts()[0] == "Quickly"

    play(again)


def test_a_stopped_answer_can_be_continued_in_the_conversation(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.load(ENDLESS)
        reader = Reader(desk)
        reader.quick_ask.ask("Long")
        await until(lambda: bool(reader.shown))
        assert not reader.quick_ask.can_become_conversation
        reader.quick_ask.stop()
        await until(lambda: bool(reader.ends))
        reader.quick_ask.open_as_conversation()
        await until(lambda: len(desk.shown) == 2)
        assert desk.messages()[1].state is MessageState.STOPPED

    play(scene)


def test_settings_of_the_shown_conversation_do_not_count(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Settings] = []

    def noted_request(
        path: Sequence[Message], settings: Settings, adapters: tuple[Adapter, ...]
    ) -> RunRequest:
        asked.append(settings)
        return run_request(path, settings, adapters)

    monkeypatch.setattr(quick_ask, "run_request", noted_request)

    async def scene(desk: Desk) -> None:
        await desk.load(Script(reply="one two three four five six"))
        few = Overrides({("sampling", "max_new_tokens"): 16, ("sampling", "top_k"): 3})
        desk.settings.set_layer(Layer.CONVERSATION, "This one", few)
        await Reader(desk).ask("How many?")
        (settings,) = asked
        assert settings.sampling.max_new_tokens == 1024
        assert settings.sampling.top_k != 3

    play(scene)
