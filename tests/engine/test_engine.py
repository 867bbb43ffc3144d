"""What the window can rely on, whichever host stands behind the engine."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.chat.message import Role
from app.chat.prompt import Turn
from app.chat.statistics import FinishReason
from app.engine.engine import Engine
from app.engine.state import EngineState
from app.errors import ContextOverflow, RunError
from app.runtime.protocol import (
    Command,
    CommandKind,
    CommandResult,
    LoadRequest,
    ModelInfo,
    RunRequest,
    RunResult,
)
from tests.scripted_runtime import Script

REQUEST = RunRequest((Turn(Role.USER, "Hello"),))


class Listener:
    """Collects what an engine says about its runs."""

    def __init__(self, engine: Engine) -> None:
        self.text = ""
        self.tokens = 0
        self.after_the_end = 0
        self.results: list[RunResult] = []
        self.prefill: list[tuple[int, int]] = []
        engine.text_generated.connect(self._on_text)
        engine.run_finished.connect(self._on_finished)
        engine.prefill_progressed.connect(self._on_prefill)

    def _on_text(self, _run_id: int, text: str, tokens: int) -> None:
        self.text += text
        self.tokens += tokens
        self.after_the_end += bool(self.results)

    def _on_finished(self, _run_id: int, result: RunResult) -> None:
        self.results.append(result)

    def _on_prefill(self, _run_id: int, processed: int, total: int) -> None:
        self.prefill.append((processed, total))


def load(engine: Engine, qtbot: QtBot, path: Path, script: Script) -> ModelInfo:
    with qtbot.waitSignal(engine.model_loaded, timeout=8000) as loaded:
        engine.load(LoadRequest(script.write_to(path / "model.script")))
    assert loaded.args is not None
    info = loaded.args[0]
    assert isinstance(info, ModelInfo)
    return info


def test_a_loaded_model_tells_what_it_is(engine: Engine, qtbot: QtBot, tmp_path: Path) -> None:
    info = load(engine, qtbot, tmp_path, Script())
    assert info.path == tmp_path / "model.script"
    assert info.runtime == "scripted"
    assert engine.state is EngineState.READY


def test_every_piece_of_text_arrives_in_order_before_the_end(
    engine: Engine, qtbot: QtBot, tmp_path: Path
) -> None:
    load(engine, qtbot, tmp_path, Script(reply="a b c d e f g h i j", repeat=200))
    listener = Listener(engine)
    with qtbot.waitSignal(engine.run_finished, timeout=8000):
        engine.run(RunRequest(REQUEST.turns, max_new_tokens=0))
    assert listener.text == "a b c d e f g h i j " * 200
    assert listener.tokens == 2000
    assert listener.after_the_end == 0
    assert listener.results[0].finish is FinishReason.STOP
    assert listener.results[0].statistics.generated_tokens == 2000


def test_a_request_before_the_end_of_the_load_is_answered_after_it(
    engine: Engine, qtbot: QtBot, tmp_path: Path
) -> None:
    listener = Listener(engine)
    engine.load(LoadRequest(Script(load_s=0.05).write_to(tmp_path / "model.script")))
    with qtbot.waitSignal(engine.run_finished, timeout=8000):
        engine.run(REQUEST)
    assert listener.text == "one two three  "


def test_the_reading_of_the_prompt_is_reported(
    engine: Engine, qtbot: QtBot, tmp_path: Path
) -> None:
    load(engine, qtbot, tmp_path, Script(prefill_steps=3))
    listener = Listener(engine)
    with qtbot.waitSignal(engine.run_finished, timeout=8000):
        engine.run(REQUEST)
    assert listener.prefill == [(1, 3), (2, 3), (3, 3)]


def test_stop_ends_a_run_and_keeps_what_was_written(
    engine: Engine, qtbot: QtBot, tmp_path: Path
) -> None:
    load(engine, qtbot, tmp_path, Script(repeat=1000, tokens_per_second=100))
    listener = Listener(engine)
    with qtbot.waitSignal(engine.text_generated, timeout=8000):
        run_id = engine.run(REQUEST)
    with qtbot.waitSignal(engine.run_finished, timeout=1000):
        engine.stop(run_id)
    assert listener.results[0].finish is FinishReason.STOPPED
    assert listener.text.startswith("one ")


def test_stop_ends_a_run_that_still_reads_its_prompt(
    engine: Engine, qtbot: QtBot, tmp_path: Path
) -> None:
    load(engine, qtbot, tmp_path, Script(prefill_steps=100, prefill_step_s=0.1))
    with qtbot.waitSignal(engine.prefill_progressed, timeout=8000):
        run_id = engine.run(REQUEST)
    with qtbot.waitSignal(engine.run_finished, timeout=1000) as finished:
        engine.stop(run_id)
    assert finished.args is not None
    assert finished.args[1].finish is FinishReason.STOPPED


def test_a_stop_right_behind_the_request_is_not_lost(
    engine: Engine, qtbot: QtBot, tmp_path: Path
) -> None:
    load(engine, qtbot, tmp_path, Script(repeat=1000, tokens_per_second=100))
    for _ in range(10):
        with qtbot.waitSignal(engine.run_finished, timeout=1000) as finished:
            engine.stop(engine.run(REQUEST))
        assert finished.args is not None
        assert finished.args[1].finish is FinishReason.STOPPED


def test_the_next_request_after_a_stop_is_answered_whole(
    engine: Engine, qtbot: QtBot, tmp_path: Path
) -> None:
    load(engine, qtbot, tmp_path, Script())
    with qtbot.waitSignal(engine.run_finished, timeout=1000):
        engine.stop(engine.run(REQUEST))
    listener = Listener(engine)
    with qtbot.waitSignal(engine.run_finished, timeout=1000):
        engine.run(REQUEST)
    assert listener.text == "one two three  "


def test_a_second_request_during_a_run_is_refused(
    engine: Engine, qtbot: QtBot, tmp_path: Path
) -> None:
    load(engine, qtbot, tmp_path, Script(repeat=1000, tokens_per_second=100))
    run_id = engine.run(REQUEST)
    with pytest.raises(RunError, match="being written"):
        engine.run(REQUEST)
    with qtbot.waitSignal(engine.run_finished, timeout=1000):
        engine.stop(run_id)


def test_a_request_without_any_model_is_refused(engine: Engine) -> None:
    with pytest.raises(RunError, match="No model"):
        engine.run(REQUEST)


def test_a_request_that_is_not_unicode_is_refused_and_the_next_one_answered(
    engine: Engine, qtbot: QtBot, tmp_path: Path
) -> None:
    load(engine, qtbot, tmp_path, Script())
    with pytest.raises(RunError, match="broken characters"):
        engine.run(RunRequest((Turn(Role.USER, "half a pair: \ud83d"),)))
    with qtbot.waitSignal(engine.run_finished, timeout=1000):
        engine.run(REQUEST)


def test_a_waiting_request_that_is_not_unicode_fails_once_the_model_is_there(
    engine: Engine, qtbot: QtBot, tmp_path: Path
) -> None:
    engine.load(LoadRequest(Script().write_to(tmp_path / "model.script")))
    with qtbot.waitSignal(engine.run_failed, timeout=8000):
        engine.run(RunRequest((Turn(Role.USER, "half a pair: \ud83d"),)))
    assert engine.state is EngineState.READY


def test_a_model_whose_file_name_is_not_unicode_is_loaded(
    engine: Engine, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / os.fsdecode(b"m\xff.script")
    with qtbot.waitSignal(engine.model_loaded, timeout=8000) as loaded:
        engine.load(LoadRequest(Script().write_to(path)))
    assert loaded.args is not None
    assert loaded.args[0].path == path


def test_text_that_is_not_unicode_is_mended_on_its_way(
    engine: Engine, qtbot: QtBot, tmp_path: Path
) -> None:
    load(engine, qtbot, tmp_path, Script(reply="a\ud83d"))
    listener = Listener(engine)
    with qtbot.waitSignal(engine.run_finished, timeout=1000):
        engine.run(REQUEST)
    assert listener.text == "a? "


def test_a_failed_request_leaves_the_model_loaded(
    engine: Engine, qtbot: QtBot, tmp_path: Path
) -> None:
    load(engine, qtbot, tmp_path, Script(run_end="overflow"))
    with qtbot.waitSignal(engine.run_failed, timeout=1000) as failed:
        engine.run(REQUEST)
    assert failed.args is not None
    error = failed.args[1]
    assert isinstance(error, ContextOverflow)
    assert (error.prompt_tokens, error.context_tokens) == (5000, 4096)
    assert engine.state is EngineState.READY


def test_a_model_that_cannot_be_loaded_says_why(
    engine: Engine, qtbot: QtBot, tmp_path: Path
) -> None:
    script = Script(load_end="error").write_to(tmp_path / "model.script")
    with qtbot.waitSignal(engine.model_load_failed, timeout=8000) as failed:
        engine.load(LoadRequest(script))
    assert failed.args is not None
    assert "cannot be loaded" in str(failed.args[0])
    assert engine.state is EngineState.EMPTY


def test_a_second_model_takes_the_place_of_the_first(
    engine: Engine, qtbot: QtBot, tmp_path: Path
) -> None:
    load(engine, qtbot, tmp_path, Script(reply="first"))
    load(engine, qtbot, tmp_path, Script(reply="second"))
    listener = Listener(engine)
    with qtbot.waitSignal(engine.run_finished, timeout=1000):
        engine.run(REQUEST)
    assert listener.text == "second "


def test_loading_another_model_ends_a_run_as_stopped(
    engine: Engine, qtbot: QtBot, tmp_path: Path
) -> None:
    load(engine, qtbot, tmp_path, Script(repeat=1000, tokens_per_second=100))
    listener = Listener(engine)
    with qtbot.waitSignal(engine.text_generated, timeout=8000):
        engine.run(REQUEST)
    load(engine, qtbot, tmp_path, Script())
    assert [result.finish for result in listener.results] == [FinishReason.STOPPED]


def test_a_second_load_in_the_middle_of_one_wins(
    engine: Engine, qtbot: QtBot, tmp_path: Path
) -> None:
    slow = Script(load_s=0.2).write_to(tmp_path / "slow.script")
    with qtbot.waitSignal(engine.model_load_progressed, timeout=8000):
        engine.load(LoadRequest(slow))
    assert load(engine, qtbot, tmp_path, Script()).path.name == "model.script"


def test_unload_gives_the_model_back(engine: Engine, qtbot: QtBot, tmp_path: Path) -> None:
    load(engine, qtbot, tmp_path, Script())
    with qtbot.waitSignal(engine.model_unloaded, timeout=4000):
        engine.unload()
    assert engine.state is EngineState.EMPTY
    with pytest.raises(RunError):
        engine.run(REQUEST)


def test_a_bug_in_a_runtime_becomes_a_sentence(
    engine: Engine, qtbot: QtBot, tmp_path: Path, expected_log: pytest.LogCaptureFixture
) -> None:
    load(engine, qtbot, tmp_path, Script(run_end="bug"))
    with qtbot.waitSignal(engine.run_failed, timeout=1000) as failed:
        engine.run(REQUEST)
    assert failed.args is not None
    assert "inside Cairn" in str(failed.args[1])
    assert "ZeroDivisionError" in failed.args[1].details


def test_a_run_stopped_while_it_reads_is_over_at_once_and_the_next_one_waits(
    engine: Engine, qtbot: QtBot, tmp_path: Path
) -> None:
    script = Script(reply="one two", prefill_steps=8, prefill_step_s=0.05, prefill_deaf=True)
    load(engine, qtbot, tmp_path, script)
    listener = Listener(engine)
    with qtbot.waitSignal(engine.prefill_progressed, timeout=4000):
        run_id = engine.run(REQUEST)
    engine.stop(run_id)
    assert [result.finish for result in listener.results] == [FinishReason.STOPPED]
    with qtbot.waitSignal(engine.run_finished, timeout=8000) as finished:
        following = engine.run(REQUEST)
    assert finished.args is not None
    assert finished.args[0] == following
    assert listener.text == "one two "
    assert engine.state is EngineState.READY


def test_a_run_that_waits_behind_a_stopped_one_can_be_stopped_too(
    engine: Engine, qtbot: QtBot, tmp_path: Path
) -> None:
    load(engine, qtbot, tmp_path, Script(prefill_steps=8, prefill_step_s=0.05, prefill_deaf=True))
    listener = Listener(engine)
    with qtbot.waitSignal(engine.prefill_progressed, timeout=4000):
        first = engine.run(REQUEST)
    engine.stop(first)
    engine.stop(engine.run(REQUEST))
    assert len(listener.results) == 2
    qtbot.waitUntil(lambda: engine.state is EngineState.READY, timeout=4000)


def test_a_model_is_loaded_with_as_much_context_as_it_has(
    engine: Engine, qtbot: QtBot, tmp_path: Path
) -> None:
    info = load(engine, qtbot, tmp_path, Script(context_limit=2048))
    assert info.context_tokens == 2048


def test_a_command_is_carried_out(engine: Engine, qtbot: QtBot, tmp_path: Path) -> None:
    load(engine, qtbot, tmp_path, Script())
    with qtbot.waitSignal(engine.command_performed, timeout=4000) as performed:
        number = engine.perform(Command(CommandKind.CACHE_SIZE))
    assert performed.args == [number, CommandResult(tokens=7)]


def test_a_command_that_the_runtime_does_not_know_fails_with_a_sentence(
    engine: Engine, qtbot: QtBot, tmp_path: Path
) -> None:
    load(engine, qtbot, tmp_path, Script())
    with qtbot.waitSignal(engine.command_failed, timeout=4000) as failed:
        engine.perform(Command(CommandKind.CLEAR_CACHE))
    assert failed.args is not None
    assert isinstance(failed.args[1], RunError)


def test_a_command_without_a_model_is_refused(engine: Engine) -> None:
    with pytest.raises(RunError):
        engine.perform(Command(CommandKind.CACHE_SIZE))


def test_a_pause_reaches_the_run(engine: Engine, qtbot: QtBot, tmp_path: Path) -> None:
    load(engine, qtbot, tmp_path, Script(repeat=10_000, tokens_per_second=200))
    with qtbot.waitSignal(engine.text_generated, timeout=4000):
        run_id = engine.run(RunRequest(REQUEST.turns, max_new_tokens=0))
    with qtbot.waitSignal(engine.run_finished, timeout=4000):
        engine.pause(run_id)
