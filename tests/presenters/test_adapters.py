"""LoRA adapters over the real engines: chosen for a conversation or one answer, tested, compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from app.catalog.records import AdapterOutcome
from app.engine.process import ChildProcess
from app.presenters.comparison import WITH, WITHOUT
from app.presenters.model_state import ModelStage, ModelState
from app.presenters.notices import Level
from tests.gguf_files import TINY, write_adapter, write_model
from tests.presenters.conftest import Play
from tests.presenters.desk import Desk, until
from tests.rkllm_double import Record, library
from tests.rkllm_double import write_adapter as write_npu_adapter
from tests.rkllm_double import write_model as write_npu_model

#: Tokens of an answer: enough to differ, few enough to be quick.
LENGTH = 24


@pytest.fixture
def connect() -> Callable[[], ChildProcess]:
    """Real engines in processes of their own."""
    return ChildProcess


async def _with_gguf(desk: Desk) -> tuple[Path, Path]:
    """Load a tiny model with two adapters beside it, and one that is made for another."""
    folder = desk.paths.models
    folder.mkdir(exist_ok=True)
    model = write_model(folder / "tiny.gguf")
    first = write_adapter(folder / "first.gguf", seed=1)
    second = write_adapter(folder / "second.gguf", seed=2)
    write_adapter(folder / "foreign.gguf", replace(TINY, width=96, heads=3, kv_heads=3))
    desk.settings.set_value("sampling", "temperature", 0.0)
    desk.settings.set_value("sampling", "max_new_tokens", LENGTH)
    desk.settings.set_value("context", "context_tokens", 512)
    desk.library.refresh()
    await until(lambda: desk.library.entry_for(second) is not None)
    desk.models.load(str(model))
    await until(lambda: desk.models.state.stage is ModelStage.READY)
    return first, second


async def _with_npu(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Record]:
    folder = desk.paths.models
    folder.mkdir(exist_ok=True)
    record = Record(desk.folder / "calls.jsonl")
    monkeypatch.setenv("RKLLM_DOUBLE_RECORD", str(record.file))
    desk.settings.set_value("engine", "npu_library", str(library("1.3.0")))
    model = write_npu_model(folder / "Qwen3-1.7B-w8a8-rk3588.rkllm", reply="plain")
    adapter = write_npu_adapter(folder / "Qwen3-1.7B-pirate-lora.rkllm", "Qwen3", "I am a pirate")
    desk.library.refresh()
    await until(lambda: desk.library.entry_for(adapter) is not None)
    desk.models.load(str(model))
    await until(lambda: desk.models.state.stage is ModelStage.READY)
    return adapter, record


def _last(desk: Desk) -> str:
    return desk.texts()[-1]


def test_the_adapters_of_the_model_come_first_and_foreign_ones_say_why(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await _with_gguf(desk)
        state = desk.adapters.state
        usable = [choice.label for choice in state.choices if not choice.problem]
        assert usable == ["first", "second"]
        assert [choice.label for choice in state.choices[:2]] == usable
        assert "foreign" in [choice.label for choice in state.choices if choice.problem]
        assert state.chosen is None

    play(scene)


def test_an_adapter_changes_a_greedy_answer_and_off_gives_the_old_one_back(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        first, second = await _with_gguf(desk)
        await desk.ask("Hello")
        base = _last(desk)
        answers = []
        for path in (str(first), str(second), ""):
            desk.adapters.choose(path)
            desk.chat.regenerate_last()
            await desk.answered()
            answers.append(_last(desk))
        assert len({base, *answers[:2]}) == 3
        assert answers[2] == base

    play(scene)


def test_nothing_is_loaded_anew_when_an_adapter_is_switched(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        first, _second = await _with_gguf(desk)
        states: list[ModelState] = []
        desk.models.state_changed.connect(states.append)
        desk.adapters.choose(str(first))
        await desk.ask("Hello")
        assert ModelStage.LOADING not in [state.stage for state in states]

    play(scene)


def test_the_strength_changes_a_greedy_answer(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        first, _second = await _with_gguf(desk)
        desk.adapters.choose(str(first))
        await desk.ask("Hello")
        whole = _last(desk)
        desk.adapters.set_scale(first, 0.2)
        desk.chat.regenerate_last()
        await desk.answered()
        assert _last(desk) != whole
        assert desk.messages()[-1].adapter == "first × 0.2"

    play(scene)


def test_an_answer_says_which_adapter_was_on(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        first, _second = await _with_gguf(desk)
        desk.adapters.choose(str(first))
        await desk.ask("Hello")
        desk.chat.regenerate_last_with("")
        await desk.answered()
        assert desk.messages()[-1].adapter == ""
        desk.chat.choose_version(desk.messages()[-1].id, -1)
        assert desk.messages()[-1].adapter == "first"

    play(scene)


def test_one_answer_with_another_adapter_leaves_the_choice_of_the_conversation(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        first, second = await _with_gguf(desk)
        desk.adapters.choose(str(first))
        await desk.ask("Hello")
        desk.chat.regenerate_last_with(str(second))
        await desk.answered()
        chosen = desk.adapters.state.chosen
        assert chosen is not None
        assert chosen.label == "first"

    play(scene)


def test_each_conversation_has_an_adapter_of_its_own(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        first, _second = await _with_gguf(desk)
        desk.adapters.choose(str(first))
        await desk.ask("Hello")
        conversation = desk.conversations.current_id
        desk.conversations.new()
        assert desk.adapters.state.chosen is None
        desk.conversations.open(conversation)
        assert desk.adapters.state.chosen is not None

    play(scene)


def test_an_adapter_that_came_later_is_taken_in_with_a_reload(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await _with_gguf(desk)
        await desk.ask("Hello")
        base = _last(desk)
        late = write_adapter(desk.paths.models / "late.gguf", seed=9)
        desk.library.refresh()
        await until(lambda: desk.library.entry_for(late) is not None)
        desk.adapters.choose(str(late))
        assert "loaded again" in desk.told[-1].cause
        await until(lambda: desk.models.state.stage is ModelStage.LOADING)
        await until(lambda: desk.models.state.stage is ModelStage.READY)
        desk.chat.regenerate_last()
        await desk.answered()
        assert _last(desk) != base

    play(scene)


def test_an_adapter_whose_file_went_is_off_and_the_model_answers(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        first, _second = await _with_gguf(desk)
        desk.adapters.choose(str(first))
        first.unlink()
        desk.library.refresh()
        await until(lambda: desk.library.entry_for(first) is None)
        assert desk.adapters.in_use is None
        for _ in range(2):
            await desk.ask("Hello")
            assert desk.messages()[-1].adapter == ""
        told = [notice.cause for notice in desk.told if "is not used" in notice.cause]
        assert told == ["first is not used: Its file is not there any more."]

    play(scene)


@pytest.mark.parametrize(
    ("scale", "outcome"),
    [(1.0, AdapterOutcome.CHANGES), (0.0, AdapterOutcome.CHANGES_NOTHING)],
)
def test_the_test_of_an_adapter_says_whether_it_changes_anything(
    play: Play, scale: float, outcome: AdapterOutcome
) -> None:
    async def scene(desk: Desk) -> None:
        first, _second = await _with_gguf(desk)
        desk.library.set_scale(first, scale)
        desk.adapters.choose(str(first))
        check = desk.adapters.check
        check.start(str(first))
        await until(lambda: not check.is_running)
        entry = desk.library.entry_for(first)
        assert entry is not None
        assert entry.record.adapter_test is not None
        assert entry.record.adapter_test.outcome is outcome
        assert ("changes nothing" in desk.told[-1].cause) is (scale == 0)

    play(scene)


def test_a_test_that_is_stopped_says_nothing(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        first, _second = await _with_gguf(desk)
        check = desk.adapters.check
        check.start(str(first))
        await until(lambda: desk.models.engine.is_busy)
        desk.told[-1].actions[0].run()
        await until(lambda: not check.is_running)
        entry = desk.library.entry_for(first)
        assert entry is not None
        assert entry.record.adapter_test is None

    play(scene)


def test_a_message_during_a_test_is_refused_in_words(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        first, _second = await _with_gguf(desk)
        check = desk.adapters.check
        check.start(str(first))
        await until(lambda: desk.models.engine.is_busy)
        desk.chat.send("Hello")
        assert "busy" in desk.told[-1].cause
        assert desk.messages() == []
        check.stop()
        await until(lambda: not check.is_running)

    play(scene)


def test_a_comparison_answers_without_and_with_the_adapter(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        first, _second = await _with_gguf(desk)
        comparison = desk.adapters.comparison
        texts = {WITHOUT: "", WITH: ""}
        ends: list[object] = []

        def add(side: int, text: str) -> None:
            texts[side] += text

        comparison.text_added.connect(add)
        comparison.finished.connect(ends.append)
        comparison.start("Hello", str(first))
        await until(lambda: ends == [None])
        assert texts[WITHOUT]
        assert texts[WITH]
        assert texts[WITHOUT] != texts[WITH]
        assert desk.messages() == []

    play(scene)


def test_on_the_npu_an_adapter_is_loaded_once_and_named_for_each_answer(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(desk: Desk) -> None:
        adapter, record = await _with_npu(desk, monkeypatch)
        await desk.ask("Hello")
        desk.adapters.choose(str(adapter))
        for _ in range(2):
            desk.chat.regenerate_last()
            await desk.answered()
        assert _last(desk) == "I am a pirate"
        desk.adapters.choose("")
        desk.chat.regenerate_last()
        await desk.answered()
        assert _last(desk) == "plain"
        (load,) = record.calls("load_lora")
        name = load["name"]
        assert [call["lora"] for call in record.calls("infer")] == ["", name, name, ""]
        assert record.violations() == []

    play(scene)


def test_on_the_npu_another_strength_loads_the_adapter_anew_and_says_so(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(desk: Desk) -> None:
        adapter, record = await _with_npu(desk, monkeypatch)
        desk.adapters.choose(str(adapter))
        await desk.ask("Hello")
        desk.adapters.set_scale(adapter, 0.5)
        assert "loads it again" in desk.adapters.scale_reason
        desk.chat.regenerate_last()
        await desk.answered()
        assert [call["scale"] for call in record.calls("load_lora")] == [1.0, 0.5]

    play(scene)


def test_an_adapter_that_the_library_refuses_is_told_and_the_model_stays(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(desk: Desk) -> None:
        adapter, _record = await _with_npu(desk, monkeypatch)
        adapter.write_bytes(adapter.read_bytes().replace(b"I am", b"I was"))
        desk.adapters.choose(str(adapter))
        await desk.ask("Hello")
        assert desk.told[-1].level is Level.ERROR
        assert "LoRA" in desk.told[-1].cause
        desk.adapters.choose("")
        desk.chat.regenerate_last()
        await desk.answered()
        assert _last(desk) == "plain"

    play(scene)
