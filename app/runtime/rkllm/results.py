"""Follows one run: hands text on, counts, times, and says how it ended.

The library has no reason for the end of a run, so it is derived: an abort that was asked for, the
limit of tokens, a full context, or else the model's own end.
"""

from __future__ import annotations

import codecs
import time
from collections.abc import Callable

from app.chat.statistics import FinishReason, RunStatistics
from app.runtime.protocol import OnText, Vectors
from app.runtime.rkllm.binding import Performance

_CONTINUES = range(0x80, 0xC0)


class Answer:
    """The listener of one run, made at its start."""

    def __init__(
        self,
        on_text: OnText,
        limit: int,
        abort: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._on_text = on_text
        self._limit = limit
        self._abort = abort
        self._clock = clock
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._waiting = b""
        self._started = clock()
        self._first: float | None = None
        self._last = self._started
        self._stopped = False
        self._pausing = False
        self._unsent_tokens = 0
        self._said: list[str] = []
        self.tokens = 0
        self.performance: Performance | None = None
        self.vectors: Vectors | None = None
        self.finished = False
        self.failed = False
        self.reached_limit = False

    def stop(self) -> None:
        """Note that the user wants the run to end. From any thread."""
        self._stopped = True

    def pause(self) -> None:
        """Note that the user wants the run to pause. From any thread."""
        self._pausing = True

    @property
    def was_stopped(self) -> bool:
        """Whether the user asked for the end."""
        return self._stopped

    @property
    def text(self) -> str:
        """All that was written."""
        return "".join(self._said)

    @property
    def problem(self) -> str:
        """What is wrong with a run that the library calls a success, or ""."""
        if self.failed:
            return "it reported an error"
        if not self.finished and not self.tokens and self.vectors is None and not self._pausing:
            return "it returned without an answer"
        return ""

    @property
    def was_paused(self) -> bool:
        """Whether the run ended because of `pause`."""
        return self._pausing and not self._stopped

    def take_text(self, text: bytes, *, waiting: bool) -> bool:
        """Take the text of one token. Return whether the run shall pause."""
        self._last = self._clock()
        if self._first is None:
            self._first = self._last
        self.tokens += 1
        self._unsent_tokens += 1
        if self._stopped:
            # An abort that came before the library had begun is lost; here it is not.
            self._abort()
        if waiting:
            self._waiting += text
        else:
            self._say(self._decoder.decode(self._joined(text)))
        if self._limit and self.tokens >= self._limit and not self.reached_limit:
            # Before 1.3.0 the library's own limit is fixed when the model loads.
            self.reached_limit = True
            self._abort()
        return self._pausing

    def take_vectors(self, vectors: Vectors) -> None:
        """Take hidden states or logits; the first ones are those of the prompt."""
        if self.vectors is None:
            self.vectors = vectors

    def take_finish(self, performance: Performance | None) -> None:
        """The library says that it is done."""
        self.finished = True
        self.performance = performance

    def take_error(self) -> None:
        """The library says that it failed."""
        self.failed = True

    def end(self) -> None:
        """Hand on what is left of the text: half a character becomes a replacement mark."""
        self._say(self._decoder.decode(self._waiting, final=True))
        self._waiting = b""

    def reason(self, cached_tokens: int | None, context_tokens: int) -> FinishReason:
        """Return why the run ended; `cached_tokens` is the size of the KV cache after it."""
        if self.was_paused:
            return FinishReason.PAUSED
        if self.reached_limit:
            return FinishReason.LENGTH
        if self._stopped:
            return FinishReason.STOPPED
        # Of what was written the last token is not in the cache.
        if cached_tokens is not None and cached_tokens + 1 >= context_tokens:
            return FinishReason.LENGTH
        return FinishReason.STOP

    def statistics(self, cached_tokens: int | None, *, began_empty: bool) -> RunStatistics:
        """Return what the run cost; `began_empty` says that nothing can have been reused."""
        perf = self.performance
        prompt = computed = None
        if perf is not None:
            computed = perf.prefill_tokens
            if cached_tokens is not None:
                prompt = max(computed, cached_tokens - max(0, self.tokens - 1))
            elif began_empty:
                prompt = computed
        first = None if self._first is None else (self._first - self._started) * 1000.0
        decode = (self._last - self._first) * 1000.0 if self._first is not None else None
        return RunStatistics(
            prompt_tokens=prompt,
            cached_tokens=None if prompt is None or computed is None else prompt - computed,
            generated_tokens=self.tokens,
            decoded_tokens=perf.generate_tokens if perf is not None else self.tokens - 1,
            # Where the library measures nothing, the first token marks the end of the prefill.
            prefill_ms=perf.prefill_ms if perf is not None else first,
            decode_ms=perf.generate_ms if perf is not None and perf.generate_ms > 0 else decode,
            first_token_ms=first,
            peak_memory_mb=perf.memory_mb if perf is not None and perf.memory_mb > 0 else None,
        )

    def _joined(self, text: bytes) -> bytes:
        """Return `text` with what waited for it.

        Nothing says whether WAITING carries the first bytes of a character, and whether the text
        that follows repeats them; a text that begins in the middle of a character does not.
        """
        waiting, self._waiting = self._waiting, b""
        if waiting and text[:1] and text[0] in _CONTINUES:
            return waiting + text
        return text

    def _say(self, text: str) -> None:
        if text:
            self._said.append(text)
            tokens, self._unsent_tokens = self._unsent_tokens, 0
            self._on_text(text, tokens)
