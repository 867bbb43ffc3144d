"""What a run gives back: text, counts, ends and errors."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from app.chat.message import Role
from app.chat.prompt import Turn
from app.chat.statistics import FinishReason
from app.errors import ContextOverflow, RunError
from app.runtime.gguf.runtime import GgufRuntime
from app.runtime.protocol import Capability, LoadRequest, RunRequest, Sampling
from tests.gguf_files import CHATML, SLOW, write_model
from tests.runtime.conftest import CONTEXT, Listener, Loaded, ask, ignore_progress


def test_a_run_streams_text_and_counts_its_tokens(loaded: Loaded) -> None:
    listener = Listener()
    text, result = loaded.run(ask("Count", max_new_tokens=40), listener)
    statistics = result.statistics
    assert text
    assert len(listener.texts) > 1
    assert statistics.generated_tokens == 40
    assert 0 < listener.tokens <= 40
    # The bytes of the text, six tokens of ChatML and the role names.
    assert statistics.prompt_tokens == len("Count") + len("user\n") + len("\nassistant\n") + 3


def test_times_are_measured(loaded: Loaded) -> None:
    statistics = loaded.run(ask("How long does it take?", max_new_tokens=20))[1].statistics
    assert statistics.prefill_ms is not None
    assert statistics.decode_ms is not None
    assert statistics.first_token_ms is not None
    assert 0 < statistics.prefill_ms <= statistics.first_token_ms + 1.0


def test_no_half_character_is_reported(loaded: Loaded) -> None:
    listener = Listener()
    loaded.run(ask("Noise", max_new_tokens=200, sampling=Sampling(temperature=2.0)), listener)
    for text in listener.texts:
        assert text.encode("utf-8").decode("utf-8") == text


def test_prefill_progress_ends_with_the_whole_prompt(loaded: Loaded) -> None:
    listener = Listener()
    _, result = loaded.run(ask("Read this. " * 40), listener)
    processed, total = listener.prefills[-1]
    assert processed == total == result.statistics.prompt_tokens
    assert len(listener.prefills) > 2


def test_the_next_turn_reuses_what_was_read(loaded: Loaded) -> None:
    text, first = loaded.run(ask("A rather long first question, to be kept"))
    _, second = loaded.run(ask("A rather long first question, to be kept", "An answer", "And?"))
    assert first.statistics.prompt_tokens is not None
    assert second.statistics.cached_tokens is not None
    assert second.statistics.cached_tokens >= first.statistics.prompt_tokens - 1
    assert text


def test_the_limit_of_new_tokens_cuts_the_answer(loaded: Loaded) -> None:
    _, result = loaded.run(ask("Long", max_new_tokens=16))
    assert result.finish is FinishReason.LENGTH
    assert result.statistics.generated_tokens == 16


def test_no_limit_means_to_the_end_of_the_context(fresh: GgufRuntime, tmp_path: Path) -> None:
    # A model whose end token is one that the template, not the model, writes.
    path = write_model(tmp_path / "endless.gguf", tokenizer__ggml__eos_token_id=280)
    fresh.load(LoadRequest(path, context_tokens=256, threads=1), ignore_progress)
    listener = Listener()
    request = ask("Go", max_new_tokens=0, sampling=Sampling(temperature=1.0, top_k=40, seed=3))
    result = fresh.run(request, listener.on_text, listener.on_prefill)
    assert result.finish is FinishReason.LENGTH
    assert result.statistics.context_tokens in (256, 257)


def test_a_prompt_longer_than_the_context_is_a_typed_error(loaded: Loaded) -> None:
    with pytest.raises(ContextOverflow) as caught:
        loaded.run(ask("x" * 2000))
    assert caught.value.prompt_tokens > 2000
    assert caught.value.context_tokens == CONTEXT == loaded.info.context_tokens


def test_a_run_after_an_error_works(loaded: Loaded) -> None:
    with pytest.raises(ContextOverflow):
        loaded.run(ask("x" * 2000))
    assert loaded.run(ask("Again"))[1].statistics.generated_tokens == 8


def test_greedy_runs_repeat_themselves(loaded: Loaded) -> None:
    # Once to fill the cache: reading one token or many differs in the last bits.
    loaded.run(ask("Same"))
    assert loaded.run(ask("Same"))[0] == loaded.run(ask("Same"))[0]


def test_the_same_seed_gives_the_same_answer(loaded: Loaded) -> None:
    def answer(seed: int) -> str:
        sampling = Sampling(temperature=1.5, seed=seed)
        return loaded.run(ask("Seed", max_new_tokens=40, sampling=sampling))[0]

    answer(1)
    assert answer(1) == answer(1)
    assert answer(1) != answer(2)


def test_a_negative_seed_draws_a_new_one(loaded: Loaded) -> None:
    sampling = Sampling(temperature=1.5, seed=-1)
    request = ask("Seed", max_new_tokens=60, sampling=sampling)
    assert len({loaded.run(request)[0] for _ in range(3)}) > 1


@pytest.mark.parametrize(
    "sampling",
    [
        Sampling(temperature=0.0, repeat_penalty=2.0),
        Sampling(temperature=0.0, frequency_penalty=2.0),
        Sampling(temperature=0.0, presence_penalty=2.0),
    ],
    ids=["repeat", "frequency", "presence"],
)
def test_penalties_change_a_repetitive_answer(loaded: Loaded, sampling: Sampling) -> None:
    plain = ask("Again and again", max_new_tokens=60, sampling=Sampling(0.0, repeat_penalty=1.0))
    loaded.run(plain)
    punished = ask("Again and again", max_new_tokens=60, sampling=sampling)
    assert loaded.run(plain)[0] != loaded.run(punished)[0]


def test_top_k_of_one_is_greedy(loaded: Loaded) -> None:
    loaded.run(ask("Top"))
    greedy = loaded.run(ask("Top", sampling=Sampling(0.0, repeat_penalty=1.0)))[0]
    narrow = ask("Top", sampling=Sampling(2.0, top_k=1, repeat_penalty=1.0))
    assert loaded.run(narrow)[0] == greedy


def test_half_characters_in_a_message_do_not_break_the_run(loaded: Loaded) -> None:
    assert loaded.run(ask("broken \ud83d here"))[1].finish is FinishReason.LENGTH


def test_neighbouring_messages_of_one_role_are_joined(loaded: Loaded) -> None:
    turns = (Turn(Role.USER, "one"), Turn(Role.USER, "two"))
    joined = loaded.run(RunRequest(turns, max_new_tokens=1))[1].statistics.prompt_tokens
    assert joined == loaded.run(ask("one\n\ntwo", max_new_tokens=1))[1].statistics.prompt_tokens


def test_an_empty_conversation_is_refused(loaded: Loaded) -> None:
    with pytest.raises(RunError, match="no message to answer"):
        loaded.run(RunRequest(()))


def test_an_answered_conversation_is_refused(loaded: Loaded) -> None:
    with pytest.raises(RunError, match="already an answer"):
        loaded.run(ask("Question", "Answer"))


def test_an_answer_is_continued_where_it_stopped(loaded: Loaded) -> None:
    text, first = loaded.run(ask("Tell me", max_new_tokens=12))
    request = ask("Tell me", "abc ", continue_answer=True)
    _, second = loaded.run(request)
    assert first.statistics.prompt_tokens is not None
    assert second.statistics.prompt_tokens == first.statistics.prompt_tokens + len("abc ")
    assert text


#: Written the way thinking models do: the answer is opened with a thought, old thoughts go.
#: llama.cpp recognises such templates by example, and not when they write message['role'].
THINKING = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n"
    "{% if message.role == 'assistant' and '</think>' in message.content %}"
    "{{ message.content.split('</think>')[-1] }}"
    "{% else %}{{ message.content }}{% endif %}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n"
    "{% if enable_thinking is defined and enable_thinking is false %}<think>\n\n</think>\n\n"
    "{% else %}<think>\n{% endif %}{% endif %}"
)


def test_continuing_does_not_open_a_thought_twice(fresh: GgufRuntime, tmp_path: Path) -> None:
    path = write_model(tmp_path / "thinking.gguf", template=THINKING)
    fresh.load(LoadRequest(path, context_tokens=256, threads=1), ignore_progress)
    listener = Listener()
    first = fresh.run(ask("Hm"), listener.on_text, listener.on_prefill).statistics
    assert listener.text.startswith("<think>\n")
    again = ask("Hm", "<think>\nabc", continue_answer=True)
    second = fresh.run(again, listener.on_text, listener.on_prefill).statistics
    assert first.prompt_tokens is not None
    assert second.prompt_tokens == first.prompt_tokens + len("abc")


def test_a_template_that_refuses_is_a_readable_error(fresh: GgufRuntime, tmp_path: Path) -> None:
    picky = (
        "{% if messages | length > 2 %}{{ raise_exception('Only one question, please') }}"
        "{% endif %}" + CHATML
    )
    path = write_model(tmp_path / "picky.gguf", template=picky)
    fresh.load(LoadRequest(path, context_tokens=256, threads=1), ignore_progress)
    listener = Listener()
    with pytest.raises(RunError, match="Only one question, please"):
        fresh.run(ask("a", "b", "c"), listener.on_text, listener.on_prefill)
    with pytest.raises(RunError, match="Only one question, please"):
        fresh.run(
            ask("a", "b", "c", "d", continue_answer=True), listener.on_text, listener.on_prefill
        )


def test_a_model_without_a_template_answers(fresh: GgufRuntime, tmp_path: Path) -> None:
    path = write_model(tmp_path / "bare.gguf", template=None)
    fresh.load(LoadRequest(path, context_tokens=256, threads=1), ignore_progress)
    listener = Listener()
    result = fresh.run(ask("Hello"), listener.on_text, listener.on_prefill)
    assert result.statistics.generated_tokens == 8


def test_an_error_of_the_listener_is_raised_after_the_run(loaded: Loaded) -> None:
    def fail() -> None:
        raise ZeroDivisionError("in the listener")

    with pytest.raises(ZeroDivisionError, match="in the listener"):
        loaded.run(ask("Hello"), Listener(at_text=fail))
    assert loaded.run(ask("Hello"))[1].statistics.generated_tokens == 8


def test_a_stop_while_writing_ends_the_run(loaded: Loaded) -> None:
    request = ask("Go on", max_new_tokens=500)
    listener = Listener(at_text=loaded.runtime.abort)
    text, result = loaded.run(request, listener)
    assert result.finish is FinishReason.STOPPED
    assert text
    assert result.statistics.generated_tokens in range(1, 20)
    assert result.statistics.prompt_tokens


def test_a_stop_while_reading_ends_the_run(loaded: Loaded) -> None:
    request = ask("Something long to read. " * 20)
    listener = Listener(at_prefill=loaded.runtime.abort)
    text, result = loaded.run(request, listener)
    assert result.finish is FinishReason.STOPPED
    assert not text
    assert result.statistics.generated_tokens == 0


def test_a_run_right_after_a_stop_works(loaded: Loaded) -> None:
    loaded.run(ask("Go on", max_new_tokens=500), Listener(at_text=loaded.runtime.abort))
    assert loaded.run(ask("Go on"))[1].finish is FinishReason.LENGTH


def test_a_stop_when_nothing_runs_is_harmless(loaded: Loaded) -> None:
    loaded.runtime.abort()
    assert loaded.run(ask("Hello"))[1].finish is FinishReason.LENGTH


def test_a_slow_prefill_is_stopped_from_another_thread(fresh: GgufRuntime, tmp_path: Path) -> None:
    path = write_model(tmp_path / "slow.gguf", SLOW)
    fresh.load(LoadRequest(path, context_tokens=8192, threads=1), ignore_progress)
    # Stops once the reading has begun; what is left would take a minute.
    reading = threading.Event()
    listener = Listener(at_prefill=reading.set)

    def stop() -> None:
        reading.wait(10)
        fresh.abort()

    stopper = threading.Thread(target=stop)
    stopper.start()
    result = fresh.run(ask("word " * 1500), listener.on_text, listener.on_prefill)
    stopper.join()
    processed, total = listener.prefills[-1]
    assert result.finish is FinishReason.STOPPED
    # Two steps: the one in which the stop came and the one that was begun.
    assert processed <= 2 * 128 < total


def test_what_is_missing_has_a_reason(loaded: Loaded) -> None:
    capabilities = loaded.info.capabilities
    for capability in Capability:
        assert (capability in capabilities) is (capabilities.reason(capability) == "")
        if capability not in capabilities:
            assert capability in capabilities.missing


def test_running_without_a_model_is_refused(fresh: GgufRuntime) -> None:
    with pytest.raises(RunError, match="No model is loaded"):
        fresh.run(ask("Hello"), Listener().on_text, Listener().on_prefill)
