"""What every runtime can be asked for, and the values that go in and come out.

A runtime is driven by one thread: `load`, then any number of `run`, then `close`. The one call
allowed from another thread is `abort`. Values here cross the engine link, so they are frozen and
made of plain types; paths are text there and `Path` here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Protocol

from app.chat.prompt import Turn
from app.chat.statistics import FinishReason, RunStatistics


class Capability(Enum):
    """Something that not every runtime, or not every version of one, can do."""

    SAMPLING_PER_RUN = "sampling_per_run"
    LORA = "lora"
    LORA_SCALE_PER_RUN = "lora_scale_per_run"
    CONTINUE_ANSWER = "continue_answer"
    PREFILL_PROGRESS = "prefill_progress"
    PROMPT_CACHE = "prompt_cache"
    SEED = "seed"
    MIN_P = "min_p"
    MIROSTAT = "mirostat"
    TOOLS = "tools"
    HIDDEN_STATES = "hidden_states"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What this runtime, at this version, can do; and why it cannot do the rest."""

    present: frozenset[Capability] = frozenset()
    missing: dict[Capability, str] = field(default_factory=dict)
    """The reason for each absent capability, as one sentence for the user."""

    def __contains__(self, capability: Capability) -> bool:
        return capability in self.present

    def reason(self, capability: Capability) -> str:
        """Return why `capability` is absent, or an empty text when it is there."""
        if capability in self.present:
            return ""
        return self.missing.get(capability, "This runtime cannot do it.")


@dataclass(frozen=True, slots=True)
class Adapter:
    """A LoRA adapter to load together with a model."""

    name: str
    path: Path
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class LoadRequest:
    """Which model to load, and how."""

    model: Path
    context_tokens: int = 4096
    """Size of the context window in tokens; clamped to what the model was made for."""
    threads: int = 0
    """CPU threads; 0 lets the runtime count the fast cores."""
    batch_tokens: int = 128
    """Tokens per prefill step: a stop during prefill waits for one step."""
    adapters: tuple[Adapter, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What is known of a model once it is loaded."""

    path: Path
    name: str
    runtime: str
    """Name and version of the runtime, for people: "llama.cpp b11549, CPU"."""
    context_tokens: int
    """The context window in force."""
    context_limit: int | None = None
    """The largest context window that the model was made for."""
    architecture: str = ""
    parameters: int | None = None
    quantization: str = ""
    capabilities: Capabilities = field(default_factory=Capabilities)


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the next token is chosen."""

    temperature: float = 0.8
    top_k: int = 40
    top_p: float = 0.9
    min_p: float = 0.05
    repeat_penalty: float = 1.1
    frequency_penalty: float = 0.0
    presence_penalty: float = 0.0
    seed: int = -1
    """A negative seed draws a new one for each run."""


@dataclass(frozen=True, slots=True)
class RunRequest:
    """One request for text."""

    turns: tuple[Turn, ...]
    """The whole conversation, first turn first; reuse of its beginning is the runtime's work."""
    sampling: Sampling = Sampling()
    max_new_tokens: int = 1024
    """At most this many tokens; 0 means to the end of the context window."""
    adapter_scales: tuple[tuple[str, float], ...] = ()
    """Name and scale of each adapter that is on; every other loaded one is off."""
    continue_answer: bool = False
    """The last turn is an unfinished answer: write on from its end."""


@dataclass(frozen=True, slots=True)
class RunResult:
    """How a run ended and what it cost."""

    finish: FinishReason
    statistics: RunStatistics


@dataclass(frozen=True, slots=True)
class LoadProgress:
    """Where a load stands; `fraction` is None while it cannot be known."""

    stage: str
    fraction: float | None = None


#: Receives each piece of text and how many tokens it stands for. Called on the runtime's thread.
OnText = Callable[[str, int], None]
#: Receives tokens read so far and tokens of the whole prompt. Called on the runtime's thread.
OnPrefill = Callable[[int, int], None]
OnLoadProgress = Callable[[LoadProgress], None]


class Runtime(Protocol):
    """One model in memory. Made empty, loaded once, run often, closed once."""

    def load(self, request: LoadRequest, on_progress: OnLoadProgress) -> ModelInfo:
        """Load the model. Raise ModelLoadError with cause and remedy when it cannot be."""

    def run(self, request: RunRequest, on_text: OnText, on_prefill: OnPrefill) -> RunResult:
        """Write until the end, the limit or `abort`.

        Raises ContextOverflow when the prompt does not fit, RunError for any other failure of
        this request; the model stays loaded after both.
        """

    def abort(self) -> None:
        """End the current run soon. From any thread; harmless when nothing runs."""

    def close(self) -> None:
        """Give everything back. Never called during a run; calling it twice is harmless."""
