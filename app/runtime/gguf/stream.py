"""Follows one streamed answer: hands its text on, counts, and knows when to end it.

llama.cpp calls back on the thread of the run. An exception that left the callback would end the
stream without a trace, so it is kept here and raised after the call.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from app.chat.statistics import FinishReason, RunStatistics
from app.errors import ContextOverflow, RunError
from app.runtime.protocol import OnPrefill, OnText, RunResult

_FINISHES = {"stop": FinishReason.STOP, "length": FinishReason.LENGTH}

Chunk = dict[str, Any]


class AnswerStream:
    """One run's callback, made at the start of the run."""

    def __init__(
        self,
        on_text: OnText,
        on_prefill: OnPrefill,
        stop: threading.Event,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._on_text = on_text
        self._on_prefill = on_prefill
        self._stop = stop
        self._clock = clock
        self._started = clock()
        self._first_text: float | None = None
        self._reported_tokens = 0
        self._progress: Chunk = {}
        self._timings: Chunk = {}
        self._finish: FinishReason | None = None
        self._failure: BaseException | None = None

    def take(self, chunk: Chunk) -> bool:
        """Take one chunk; return whether llama.cpp shall end the stream."""
        try:
            self._take(chunk)
        except BaseException as error:  # kept whatever it is, and raised by `result`
            self._failure = error
        return self._failure is not None or self._stop.is_set()

    def result(self) -> RunResult:
        """Return how the run ended. Raises what the callbacks raised, ContextOverflow, RunError."""
        if self._failure is not None:
            raise self._failure
        if self._finish is None and not self._stop.is_set():
            raise RunError(
                "The answer broke off without a reason.", "Try again, or load the model again."
            )
        return RunResult(self._finish or FinishReason.STOPPED, self._statistics())

    def _take(self, chunk: Chunk) -> None:
        if "error" in chunk:
            raise run_error(chunk["error"])
        self._timings = chunk.get("timings") or self._timings
        progress = chunk.get("prompt_progress")
        if progress:
            self._progress = progress
            self._on_prefill(int(progress["processed"]), int(progress["total"]))
        for choice in chunk.get("choices", ()):
            delta = choice.get("delta") or {}
            # Some templates' parsers file a part under another name whatever they are told.
            text = (delta.get("reasoning_content") or "") + (delta.get("content") or "")
            text += choice.get("text") or ""
            if text:
                self._report(text)
            reason = choice.get("finish_reason")
            if reason:
                self._finish = _FINISHES.get(reason, FinishReason.STOP)

    def _report(self, text: str) -> None:
        if self._first_text is None:
            self._first_text = self._clock()
        generated = int(self._timings.get("predicted_n", 0))
        new_tokens = max(0, generated - self._reported_tokens)
        self._reported_tokens = generated
        self._on_text(text, new_tokens)

    def _statistics(self) -> RunStatistics:
        cached = self._timings.get("cache_n", self._progress.get("cache"))
        prompt = self._progress.get("total")
        if prompt is None and self._timings:
            prompt = self._timings["cache_n"] + self._timings["prompt_n"]
        first = self._first_text
        return RunStatistics(
            prompt_tokens=prompt,
            cached_tokens=cached,
            generated_tokens=self._timings.get("predicted_n", 0),
            prefill_ms=self._timings.get("prompt_ms"),
            decode_ms=self._timings.get("predicted_ms"),
            first_token_ms=None if first is None else (first - self._started) * 1000.0,
        )


def run_error(error: Any) -> RunError:
    """Return the error for llama.cpp's own description of one."""
    if not isinstance(error, dict):
        error = {"message": str(error)}
    message = str(error.get("message", ""))
    if error.get("type") == "exceed_context_size_error":
        return ContextOverflow(int(error["n_prompt_tokens"]), int(error["n_ctx"]))
    return RunError(
        "The model could not answer this.", "Try again, or load the model again.", details=message
    )
