"""What becomes of the chunks of one answer."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from app.chat.statistics import FinishReason
from app.errors import ContextOverflow, RunError
from app.runtime.gguf.stream import AnswerStream, run_error
from tests.runtime.conftest import Listener


class _Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def _progress(processed: int, total: int) -> dict[str, Any]:
    progress = {"processed": processed, "total": total, "cache": 2, "time_ms": 1}
    return {"choices": [{"delta": {"content": None}}], "prompt_progress": progress}


def _text(text: str, generated: int) -> dict[str, Any]:
    timings = {
        "cache_n": 2,
        "prompt_n": 8,
        "prompt_ms": 5.0,
        "predicted_n": generated,
        "predicted_ms": generated * 10.0,
    }
    choice = {"delta": {"content": text}, "finish_reason": None}
    return {"choices": [choice], "timings": timings}


def _end(reason: str) -> dict[str, Any]:
    return {"choices": [{"delta": {}, "finish_reason": reason}]}


class _Run:
    def __init__(self) -> None:
        self.listener = Listener()
        self.stop = threading.Event()
        self.clock = _Clock()
        self.stream = AnswerStream(
            self.listener.on_text, self.listener.on_prefill, self.stop, self.clock
        )


def test_text_and_tokens_are_handed_on() -> None:
    run = _Run()
    for chunk in (_progress(10, 10), _text("Hel", 1), _text("lo", 4)):
        assert run.stream.take(chunk) is False
    assert run.listener.texts == ["Hel", "lo"]
    assert run.listener.tokens == 4
    assert run.listener.prefills == [(10, 10)]


def test_statistics_are_those_of_the_last_chunk() -> None:
    run = _Run()
    run.stream.take(_progress(10, 10))
    run.clock.now += 0.25
    run.stream.take(_text("Hi", 3))
    run.clock.now += 1.0
    run.stream.take(_end("stop"))
    result = run.stream.result()
    assert result.finish is FinishReason.STOP
    assert result.statistics.prompt_tokens == 10
    assert result.statistics.cached_tokens == 2
    assert result.statistics.generated_tokens == 3
    assert result.statistics.prefill_ms == 5.0
    assert result.statistics.decode_ms == 30.0
    assert result.statistics.first_token_ms == pytest.approx(250.0)


@pytest.mark.parametrize(
    ("reason", "finish"), [("stop", FinishReason.STOP), ("length", FinishReason.LENGTH)]
)
def test_the_reason_of_the_end_is_told(reason: str, finish: FinishReason) -> None:
    run = _Run()
    run.stream.take(_text("x", 1))
    run.stream.take(_end(reason))
    assert run.stream.result().finish is finish


def test_a_stop_ends_the_stream_and_keeps_the_counts() -> None:
    run = _Run()
    run.stream.take(_progress(10, 10))
    run.stop.set()
    assert run.stream.take(_text("x", 7)) is True
    result = run.stream.result()
    assert result.finish is FinishReason.STOPPED
    assert result.statistics.generated_tokens == 7


def test_a_stop_in_prefill_knows_the_prompt() -> None:
    run = _Run()
    run.stop.set()
    assert run.stream.take(_progress(4, 10)) is True
    statistics = run.stream.result().statistics
    assert statistics.prompt_tokens == 10
    assert statistics.cached_tokens == 2
    assert statistics.generated_tokens == 0
    assert statistics.first_token_ms is None


def test_a_prompt_that_does_not_fit_is_a_typed_error() -> None:
    run = _Run()
    error = {"type": "exceed_context_size_error", "n_prompt_tokens": 900, "n_ctx": 512}
    assert run.stream.take({"error": error}) is True
    with pytest.raises(ContextOverflow) as caught:
        run.stream.result()
    assert (caught.value.prompt_tokens, caught.value.context_tokens) == (900, 512)


def test_any_other_error_keeps_its_words_as_details() -> None:
    error = run_error({"type": "server_error", "message": "failed to decode"})
    assert type(error) is RunError
    assert error.details == "failed to decode"
    assert run_error("just words").details == "just words"


def test_an_end_without_a_reason_is_an_error() -> None:
    run = _Run()
    run.stream.take(_text("x", 1))
    with pytest.raises(RunError, match="broke off"):
        run.stream.result()


def test_thoughts_filed_elsewhere_are_not_lost() -> None:
    run = _Run()
    run.stream.take({"choices": [{"delta": {"reasoning_content": "Hm. ", "content": "Yes."}}]})
    assert run.listener.texts == ["Hm. Yes."]


def test_the_first_error_of_the_listener_counts() -> None:
    run = _Run()

    def fail() -> None:
        raise ZeroDivisionError

    run.listener.at_text = fail
    assert run.stream.take(_text("x", 1)) is True
    with pytest.raises(ZeroDivisionError):
        run.stream.result()
