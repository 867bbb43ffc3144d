"""Follows one run: hands text on, counts, times, and says how it ended.

The callback only keeps the bytes of each token; the pump reads them on a thread of its own, so
that the model waits for nothing else. The library has no reason for the end of a run, so it is
derived: an abort that was asked for, the limit of tokens, a full context, or else the model's own
end.
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
        self, on_text: OnText, limit: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        #: Called with the first token, from inside of the library.
        self.on_first: Callable[[], object] = bool
        self._on_text = on_text
        self._limit = limit
        self._clock = clock
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        #: Every token: its bytes, or a tuple of them for one that waits for the next.
        self._tokens: list[bytes | tuple[bytes]] = []
        self._read = 0
        self._waiting = b""
        self._started = clock()
        self._first: float | None = None
        self._ended: float | None = None
        self._tokens_at_pause: int | None = None
        self._unsent_tokens = 0
        self._said: list[str] = []
        self.was_stopped = False
        self.reached_limit = False
        self.performance: Performance | None = None
        self.vectors: Vectors | None = None
        self.finished = False
        self.failed = False

    # Called by the binding, from inside of the library.

    def take_first(self, text: bytes) -> Callable[[bytes], object]:
        """Take the text of the first token, and return what takes the others."""
        self._first = self._first or self._clock()
        self._tokens.append(text)
        self.on_first()
        return self._tokens.append

    def take_waiting(self, text: bytes) -> None:
        """Take a token that ends in the middle of a character; `text` may be its beginning."""
        self._first = self._first or self._clock()
        self._tokens.append((text,))

    def take_vectors(self, vectors: Vectors) -> None:
        """Take hidden states or logits; the first ones are those of the prompt."""
        if self.vectors is None:
            self.vectors = vectors

    def take_finish(self, performance: Performance | None) -> None:
        """The library says that it is done."""
        self.finished = True
        self._ended = self._clock()
        self.performance = performance

    def take_error(self) -> None:
        """The library says that it failed."""
        self.failed = True

    # Called by whoever drives the run.

    def stop(self) -> None:
        """Note that the user wants the run to end."""
        self.was_stopped = True

    def pause(self) -> None:
        """Note that the user wants the run to pause."""
        self._tokens_at_pause = len(self._tokens)

    @property
    def was_paused(self) -> bool:
        """Whether a token came after the wish to pause: the answer to its callback is the pause."""
        return self._tokens_at_pause is not None and len(self._tokens) > self._tokens_at_pause

    def read(self) -> bool:
        """Hand on what has arrived; return whether the run is to be ended.

        Before 1.3.0 the library's own limit is fixed when the model loads, so it is kept here;
        tokens that come before the end is reached are left out.
        """
        arrived = self._tokens[self._read :]
        if self._limit:
            arrived = arrived[: self._limit - self._read]
        self._read += len(arrived)
        self._unsent_tokens += len(arrived)
        text = "".join(map(self._decoded, arrived))
        self.reached_limit = 0 < self._limit <= self._read
        self._say(text)
        return self.was_stopped or self.reached_limit

    def end(self) -> None:
        """Hand on what is left of the text: half a character becomes a replacement mark."""
        self._ended = self._ended or self._clock()
        self.read()
        self._say(self._decoder.decode(self._waiting, final=True))
        self._waiting = b""

    @property
    def tokens(self) -> int:
        """How many tokens were written."""
        return self._read

    @property
    def text(self) -> str:
        """All that was written."""
        return "".join(self._said)

    @property
    def problem(self) -> str:
        """What is wrong with a run that the library calls a success, or ""."""
        if self.failed:
            return "it reported an error"
        if not self.finished and not self._tokens and self.vectors is None:
            return "it returned without an answer"
        return ""

    def reason(self, cached_tokens: int | None, context_tokens: int) -> FinishReason:
        """Return why the run ended; `cached_tokens` is the size of the KV cache after it."""
        if self.was_paused and not self.was_stopped:
            return FinishReason.PAUSED
        if self.reached_limit:
            return FinishReason.LENGTH
        if self.was_stopped:
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
                # The cache holds all that was written but the last token, also what was cut off.
                prompt = max(computed, cached_tokens - max(0, len(self._tokens) - 1))
            elif began_empty:
                prompt = computed
        first = decode = None
        if self._first is not None:
            first = (self._first - self._started) * 1000.0
            decode = ((self._ended or self._clock()) - self._first) * 1000.0
        return RunStatistics(
            prompt_tokens=prompt,
            cached_tokens=None if prompt is None or computed is None else prompt - computed,
            generated_tokens=self.tokens,
            # Where the library measures nothing, the first token marks the end of the prefill.
            prefill_ms=perf.prefill_ms if perf is not None else first,
            decode_ms=perf.generate_ms if perf is not None and perf.generate_ms > 0 else decode,
            first_token_ms=first,
            decoded_tokens=perf.generate_tokens if perf is not None else len(self._tokens) - 1,
            peak_memory_mb=perf.memory_mb if perf is not None and perf.memory_mb > 0 else None,
        )

    def _decoded(self, token: bytes | tuple[bytes]) -> str:
        """Return the characters that are whole with `token`.

        Nothing says whether WAITING carries the first bytes of a character, and whether the text
        that follows repeats them; a text that begins in the middle of a character does not.
        """
        if isinstance(token, tuple):
            self._waiting += token[0]
            return ""
        waiting, self._waiting = self._waiting, b""
        if waiting and token[:1] and token[0] in _CONTINUES:
            token = waiting + token
        return self._decoder.decode(token)

    def _say(self, text: str) -> None:
        if text:
            self._said.append(text)
            tokens, self._unsent_tokens = self._unsent_tokens, 0
            self._on_text(text, tokens)
