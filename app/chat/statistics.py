"""What one run of a model cost, as measured. Unknown is None, never a guess."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class FinishReason(Enum):
    """Why a run ended."""

    STOP = "stop"
    """The model said all it had to say."""
    LENGTH = "length"
    """The limit of new tokens or the end of the context window."""
    STOPPED = "stopped"
    """The user asked for it."""
    PAUSED = "paused"
    """The user asked for a pause; the run can be resumed."""


@dataclass(frozen=True, slots=True)
class RunStatistics:
    """Counts in tokens, times in milliseconds; None where the runtime did not say."""

    prompt_tokens: int | None = None
    """The whole prompt, cached part included."""
    cached_tokens: int | None = None
    """How many of the prompt tokens were reused from the KV cache."""
    generated_tokens: int | None = None
    prefill_ms: float | None = None
    decode_ms: float | None = None
    first_token_ms: float | None = None
    """From the start of the run to its first text, measured in the engine process."""
    decoded_tokens: int | None = None
    """How many tokens `decode_ms` stands for, where a runtime counts the first to the prefill."""
    peak_memory_mb: float | None = None
    """The most memory that the engine process has had so far."""
    thinking_ms: float | None = None
    """From the first text of the run to the end of its thinking block."""

    @property
    def decode_tokens_per_second(self) -> float | None:
        """Return the decode speed, or None when it was not measured."""
        tokens = self.generated_tokens if self.decoded_tokens is None else self.decoded_tokens
        if not tokens or not self.decode_ms:
            return None
        return tokens * 1000.0 / self.decode_ms

    @property
    def prefill_tokens_per_second(self) -> float | None:
        """Return the prefill speed over the tokens that were really computed."""
        if self.prompt_tokens is None or not self.prefill_ms:
            return None
        computed = self.prompt_tokens - (self.cached_tokens or 0)
        return computed * 1000.0 / self.prefill_ms if computed > 0 else None

    @property
    def context_tokens(self) -> int | None:
        """Return how much of the context window the run left filled."""
        if self.prompt_tokens is None or self.generated_tokens is None:
            return None
        return self.prompt_tokens + self.generated_tokens
