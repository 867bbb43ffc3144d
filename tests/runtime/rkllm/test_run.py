"""Runs on the NPU library, the same over every generation."""

from __future__ import annotations

import struct
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from app.chat.message import Role
from app.chat.prompt import Turn
from app.chat.statistics import FinishReason
from app.errors import ContextOverflow, ModelLoadError, RunError
from app.runtime.protocol import (
    Adapter,
    Command,
    CommandKind,
    RunMode,
    RunRequest,
    Sampling,
)
from tests.rkllm_double import write_adapter
from tests.runtime.conftest import Listener, ask
from tests.runtime.rkllm.conftest import Board, since

UTF8 = ["whole", "waiting", "silent", "partial", "repeat", "raw"]


@pytest.mark.parametrize("utf8", UTF8)
def test_the_text_arrives_whole_however_its_characters_are_cut(board: Board, utf8: str) -> None:
    words = "Grüße 你好 🙂👍🏽 e\u0301 fin"
    board.load(reply=words, utf8=utf8)
    text, result = board.say("Hello")
    assert text == words
    assert result.finish is FinishReason.STOP


def test_bytes_that_are_no_text_do_not_end_the_run(board: Board) -> None:
    board.load(fault="garbage@decode", utf8="raw")
    text, result = board.say("Hello")
    assert text.startswith("sound ")
    assert text.endswith("text")
    assert "�" in text
    assert result.finish is FinishReason.STOP


def test_tokens_are_counted_and_timed(board: Board) -> None:
    board.load(reply="one two three four", rate=100, prefill_rate=2000)
    _, result = board.say("Hello")
    assert result.statistics.generated_tokens == 5
    assert result.statistics.first_token_ms is not None
    assert result.statistics.decode_ms is not None
    assert result.statistics.decode_tokens_per_second == pytest.approx(100, rel=0.2)


def test_the_second_turn_reads_only_what_is_new(board: Board) -> None:
    board.load(reply="Hi there", utf8="whole")
    _, first = board.say("Hello")
    _, second = board.say("Hello", "Hi there", "And now?")
    if board.tells_performance:
        assert first.statistics.cached_tokens == 0
        assert second.statistics.prompt_tokens is not None
        assert second.statistics.cached_tokens is not None
        assert second.statistics.cached_tokens > (first.statistics.prompt_tokens or 0)
        assert second.statistics.cached_tokens < second.statistics.prompt_tokens
    else:
        assert second.statistics.prompt_tokens is None
        assert second.statistics.cached_tokens is None


def test_the_limit_of_tokens_ends_the_answer(board: Board) -> None:
    board.load(reply="word ", repeat=100)
    _, result = board.say("Hello", max_new_tokens=7)
    assert result.finish is FinishReason.LENGTH
    assert result.statistics.generated_tokens == 7


def test_a_full_context_ends_the_answer_as_its_limit(board: Board) -> None:
    board.load(request={"context_tokens": 64}, reply="word ", repeat=100)
    text, result = board.say("Hello")
    if len(text.split()) == 100:
        # The library made room by itself, and the answer came to its own end.
        assert result.finish is FinishReason.STOP
    elif board.is_at_least("1.2.1"):
        assert result.finish is FinishReason.LENGTH


def test_a_full_context_that_the_library_takes_for_an_error_is_told(newest: Board) -> None:
    newest.load(request={"context_tokens": 64}, reply="word ", repeat=100, context_full="error")
    with pytest.raises(RunError, match="context is full"):
        newest.say("Hello")


@pytest.mark.parametrize("overflow", ["return", "callback", "both"])
def test_a_prompt_that_does_not_fit_is_refused_and_the_next_one_answered(
    board: Board, overflow: str
) -> None:
    board.load(request={"context_tokens": 256}, overflow=overflow)
    with pytest.raises(ContextOverflow) as refused:
        board.say("word " * 400)
    assert refused.value.prompt_tokens > refused.value.context_tokens
    assert board.say("Hello")[0]


def test_stop_ends_the_answer_within_a_token(board: Board) -> None:
    board.load(reply="word ", repeat=1000, rate=100)
    listener = Listener(at_text=board.runtime.abort)
    text, result = board.run(ask("Hello", max_new_tokens=0), listener)
    assert result.finish is FinishReason.STOPPED
    assert 1 <= len(text.split()) <= 2


def test_stop_from_another_thread_ends_the_answer(board: Board) -> None:
    board.load(reply="word ", repeat=1000, rate=100)
    begun = threading.Event()

    def stop() -> None:
        begun.wait(5)
        board.runtime.abort()

    stopper = threading.Thread(target=stop)
    stopper.start()
    _, result = board.run(ask("Hello", max_new_tokens=0), Listener(at_text=begun.set))
    stopper.join()
    assert result.finish is FinishReason.STOPPED


@pytest.mark.parametrize("when", ["end", "step"])
def test_stop_while_the_prompt_is_read_ends_the_run_without_text(board: Board, when: str) -> None:
    board.load(prefill_rate=1500, abort_prefill=when)
    timer = threading.Timer(0.05, board.runtime.abort)
    timer.start()
    text, result = board.say("word " * 200)
    timer.join()
    assert result.finish is FinishReason.STOPPED
    assert text == ""


def test_stop_without_a_run_does_nothing(board: Board) -> None:
    board.load()
    board.runtime.abort()
    assert board.record.calls("abort") == []
    assert board.say("Hello")[1].finish is FinishReason.STOP


def test_the_answer_after_a_stop_is_whole(board: Board) -> None:
    board.load(reply="one two three")
    board.run(ask("Hello", max_new_tokens=0), Listener(at_text=board.runtime.abort))
    assert board.say("Hello")[0] == "one two three"


@pytest.mark.parametrize("text", ["null", "empty"])
@pytest.mark.parametrize("result", ["filled", "null"])
def test_the_end_may_carry_anything(board: Board, text: str, result: str) -> None:
    board.load(finish_text=text, finish_result=result, reply="fine")
    answer, outcome = board.say("Hello")
    assert answer == "fine"
    assert outcome.finish is FinishReason.STOP
    assert outcome.statistics.generated_tokens == 1


def test_an_end_that_is_never_told_is_one_all_the_same(board: Board) -> None:
    board.load(fault="nofinish@decode", fault_after=2)
    _, result = board.say("Hello")
    assert result.statistics.generated_tokens == 2


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("fail@prefill", "rkllm_run returned -1"),
        ("null@prefill", "returned without an answer"),
        ("error@prefill", "driver cannot compute"),
        ("error@decode", "driver cannot compute"),
    ],
)
def test_a_run_that_fails_says_why_and_the_next_one_works(
    board: Board, fault: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    board.load(fault=fault, reply="one two")
    with pytest.raises(RunError, match=words):
        board.say("Hello")


def test_a_call_after_the_end_is_ignored(board: Board) -> None:
    board.load(fault="late@decode", reply="once")
    assert board.say("Hello")[0] == "once"
    binding = board.runtime._binding
    assert binding is not None
    for _ in range(200):
        if binding.late_calls:
            break
        threading.Event().wait(0.01)
    assert binding.late_calls == 1
    # Said when the model goes, which is expected here.
    binding.late_calls = 0


def test_an_error_of_the_listener_is_raised_after_the_run(board: Board) -> None:
    board.load(reply="word ", repeat=1000, rate=1000)

    def fail() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        board.run(ask("Hello", max_new_tokens=0), Listener(at_text=fail))
    assert board.say("Hello", max_new_tokens=2)[1].finish is FinishReason.LENGTH


def test_sampling_goes_with_each_run_where_the_library_takes_it(board: Board) -> None:
    board.load()
    board.say("Hello", sampling=Sampling(0.3, 5, 0.7, 0.0, 1.05, 0.1, 0.2, mirostat=2))
    (infer,) = board.record.calls("infer")
    if board.is_at_least("1.3.0"):
        assert infer["sampling"] == {
            "temperature": 0.3,
            "top_k": 5,
            "top_p": 0.7,
            "repeat_penalty": 1.05,
            "frequency_penalty": 0.1,
            "presence_penalty": 0.2,
            "mirostat": 2,
            "mirostat_tau": 5,
            "mirostat_eta": 0.1,
        }
    else:
        assert "sampling" not in infer


def test_tokens_can_be_sent_instead_of_text(board: Board) -> None:
    board.load()
    board.run(RunRequest((), tokens=(11, 22, 33), max_new_tokens=0))
    (run,) = board.record.calls("run")
    assert (run["type"], run["tokens"]) == (1, 3)


def test_what_a_tool_answered_is_sent_in_its_role(newest: Board) -> None:
    newest.load("unheard-of")
    turns = (Turn(Role.USER, "Time?"), Turn(Role.ASSISTANT, "call"), Turn(Role.TOOL, '["noon"]'))
    newest.run(RunRequest(turns, max_new_tokens=0))
    assert newest.record.calls("run")


def test_tools_are_declared_to_the_built_in_template(newest: Board) -> None:
    newest.load("unheard-of")
    newest.say("Time?", tools='[{"name": "clock"}]')
    (call,) = newest.record.calls("set_function_tools")
    assert "clock" in call["tools"]


def test_the_built_in_template_is_told_to_think(newest: Board) -> None:
    newest.load("unheard-of")
    assert newest.say("Hello", thinking=True)[0].startswith("<think>")
    assert not newest.say("Hello", thinking=False)[0].startswith("<think>")


@since("1.2.0")
def test_the_built_in_template_keeps_the_history_of_a_conversation_that_goes_on(
    board: Board,
) -> None:
    board.load("unheard-of", reply="Hi")
    board.say("Hello")
    board.say("Hello", "Hi", "More")
    board.say("Something else")
    assert [call["keep_history"] for call in board.record.calls("infer")] == [0, 1, 0]
    assert len(board.record.calls("clear_kv_cache")) == 1


def test_hidden_states_are_copied_before_they_are_gone(board: Board) -> None:
    board.load()
    _, result = board.run(ask("Hello there", mode=RunMode.HIDDEN_STATES))
    vectors = result.vectors
    assert vectors is not None
    values = struct.unpack(f"{vectors.width * vectors.count}f", vectors.data)
    assert all(0 <= value < 1 for value in values)
    returned = board.record.calls("hidden_callback")[0]["returned"]
    assert returned == (2 if board.is_at_least("1.3.0") else 0)


def test_hidden_states_with_an_empty_call_before_them_arrive(newest: Board) -> None:
    newest.load(hidden="two")
    _, result = newest.run(ask("Hello", mode=RunMode.HIDDEN_STATES))
    assert result.vectors is not None


@since("1.2.0")
def test_logits_of_the_prompt_arrive(board: Board) -> None:
    board.load()
    request = ask("Hello", mode=RunMode.LOGITS)
    _, result = board.run(request)
    assert result.vectors is not None
    assert result.vectors.width == 32
    assert len(result.vectors.data) == 4 * 32 * result.vectors.count


@since("1.2.1")
def test_a_pause_keeps_the_state_and_a_resume_goes_on(board: Board) -> None:
    board.load(reply="one two three four five six", utf8="whole", rate=50)
    text, result = board.run(ask("Count", max_new_tokens=0), Listener(at_text=board.runtime.pause))
    assert result.finish is FinishReason.PAUSED
    rest, result = board.run(RunRequest((), resume=True, max_new_tokens=0))
    assert text + rest == "one two three four five six"
    assert result.finish is FinishReason.STOP


def test_the_size_of_the_cache_is_told_and_clearing_empties_it(newest: Board) -> None:
    newest.load(utf8="whole")
    newest.say("Hello")
    size = newest.runtime.perform(Command(CommandKind.CACHE_SIZE)).tokens
    assert size is not None
    assert size > 5
    newest.runtime.perform(Command(CommandKind.CLEAR_CACHE))
    assert newest.runtime.perform(Command(CommandKind.CACHE_SIZE)).tokens == 0


def test_a_prompt_cache_is_saved_and_begun_from(board: Board) -> None:
    file = board.folder / "cache.bin"
    board.load(utf8="whole")
    board.say("A long story", save_cache=file)
    assert file.exists()
    board.runtime.close()
    board.load(utf8="whole")
    _, result = board.say("A long story", load_cache=file)
    if board.tells_performance:
        assert result.statistics.cached_tokens
    board.runtime.perform(Command(CommandKind.RELEASE_CACHE))
    names = board.record.names()
    assert names.count("load_prompt_cache") == names.count("release_prompt_cache") == 1


def test_another_prompt_cache_lets_the_first_one_go(newest: Board) -> None:
    first, second = newest.folder / "a.bin", newest.folder / "b.bin"
    newest.load()
    newest.say("One", save_cache=first)
    newest.say("Two", save_cache=second)
    newest.say("One", load_cache=first)
    newest.say("One", load_cache=first)
    newest.say("Two", load_cache=second)
    names = [name for name in newest.record.names() if "prompt_cache" in name]
    assert names == ["load_prompt_cache", "release_prompt_cache", "load_prompt_cache"]


@pytest.mark.parametrize("content", [b"", b"nonsense", None], ids=["empty", "text", "gone"])
def test_a_broken_prompt_cache_fails_the_request_with_a_sentence(
    newest: Board, content: bytes | None
) -> None:
    file = newest.folder / "cache.bin"
    if content is not None:
        file.write_bytes(content)
    newest.load()
    with pytest.raises(RunError, match="saved prompt cannot be used"):
        newest.say("Hello", load_cache=file)
    assert newest.say("Hello")[0]


def test_a_prompt_cache_of_another_model_is_refused(newest: Board) -> None:
    file = newest.folder / "cache.bin"
    newest.load("qwen2-one")
    newest.say("Hello", save_cache=file)
    newest.runtime.close()
    newest.load("qwen2-two")
    with pytest.raises(RunError, match="another model wrote it"):
        newest.say("Hello", load_cache=file)


def test_a_prompt_cache_of_another_model_that_is_taken_spoils_no_later_answer(
    newest: Board,
) -> None:
    file = newest.folder / "cache.bin"
    newest.load("qwen2-one")
    newest.say("Hello", save_cache=file)
    newest.runtime.close()
    newest.load("qwen2-two", foreign_cache="garbage", reply="sense")
    newest.say("Hello", load_cache=file)
    newest.runtime.perform(Command(CommandKind.RELEASE_CACHE))
    newest.runtime.perform(Command(CommandKind.CLEAR_CACHE))
    assert newest.say("Hello")[0] == "sense"


def test_a_prompt_cache_that_cannot_be_written_does_not_cost_the_answer(newest: Board) -> None:
    newest.load(save_cache="refused", reply="kept")
    assert newest.say("Hello", save_cache=newest.folder / "cache.bin")[0] == "kept"


def adapter(folder: Path, name: str, base: str = "qwen2-test", scale: float = 1.0) -> Adapter:
    return Adapter(name, write_adapter(folder / f"{name}.lora", base, f"I am {name}"), scale)


def test_an_adapter_is_loaded_once_and_named_for_each_run(board: Board) -> None:
    pirate = adapter(board.folder, "pirate")
    board.load(request={"adapters": (pirate,)}, reply="plain")
    assert board.say("Hello")[0] == "plain"
    assert board.say("Hello", adapters=(pirate,))[0] == "I am pirate"
    assert board.say("Hello")[0] == "plain"
    assert len(board.record.calls("load_lora")) == 1
    assert [call["lora"] for call in board.record.calls("infer")] == ["", "pirate", ""]


def test_another_scale_loads_the_adapter_once_more(newest: Board) -> None:
    pirate = adapter(newest.folder, "pirate")
    newest.load(request={"adapters": (pirate,)})
    for scale in (0.5, 0.5, 1.0):
        newest.say("Hello", adapters=(replace(pirate, scale=scale),))
    loads = [(call["name"], call["scale"]) for call in newest.record.calls("load_lora")]
    assert loads == [("pirate", 1.0), ("pirate@0.5", 0.5)]
    assert [call["lora"] for call in newest.record.calls("infer")] == [
        "pirate@0.5",
        "pirate@0.5",
        "pirate",
    ]


def test_an_adapter_can_be_added_to_a_loaded_model(board: Board) -> None:
    late = adapter(board.folder, "late")
    board.load(reply="plain")
    for _ in range(2):
        assert board.say("Hello", adapters=(late,))[0] == "I am late"
        assert board.say("Hello")[0] == "plain"
    assert len(board.record.calls("load_lora")) == 1


def test_a_scale_of_zero_is_the_model_alone(board: Board) -> None:
    pirate = adapter(board.folder, "pirate", scale=0.0)
    board.load(reply="plain")
    assert board.say("Hello", adapters=(pirate,))[0] == "plain"
    assert board.record.calls("load_lora") == []


def test_two_adapters_at_once_are_refused_in_words(newest: Board) -> None:
    both = (adapter(newest.folder, "a"), adapter(newest.folder, "b"))
    newest.load(request={"adapters": both})
    with pytest.raises(RunError, match="one LoRA adapter at a time"):
        newest.say("Hello", adapters=both)


def test_an_adapter_whose_file_is_gone_is_refused_in_words(newest: Board) -> None:
    nobody = adapter(newest.folder, "nobody")
    nobody.path.unlink()
    newest.load()
    with pytest.raises(RunError, match="adapter"):
        newest.say("Hello", adapters=(nobody,))


def test_a_damaged_adapter_fails_the_load_with_a_sentence(board: Board) -> None:
    broken = adapter(board.folder, "broken")
    broken.path.write_bytes(broken.path.read_bytes().replace(b"I am", b"I was"))
    with pytest.raises(ModelLoadError, match="LoRA"):
        board.load(request={"adapters": (broken,)})


def test_an_adapter_of_another_model_is_named_as_such(newest: Board) -> None:
    foreign = adapter(newest.folder, "foreign", base="gemma")
    newest.load()
    with pytest.raises(RunError, match="made for another model"):
        newest.say("Hello", adapters=(foreign,))


def test_a_run_without_a_model_is_refused(newest: Board) -> None:
    with pytest.raises(RunError, match="No model"):
        newest.say("Hello")


def test_a_request_with_half_characters_is_sent(board: Board) -> None:
    board.load()
    assert board.say("broken \ud83d text\0 here")[0]


def test_a_long_conversation_costs_no_memory_of_its_own(newest: Board) -> None:
    newest.load(reply="short")
    request = ask("Hello", max_new_tokens=0)
    for _ in range(50):
        newest.run(replace(request))
    assert len(newest.record.calls("run")) == 50
