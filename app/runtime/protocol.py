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
    LORA_LATER = "lora_later"
    """Adapters can be loaded into a model that is loaded already."""
    CONTINUE_ANSWER = "continue_answer"
    PREFILL_PROGRESS = "prefill_progress"
    PROMPT_CACHE = "prompt_cache"
    CLEAR_CACHE = "clear_cache"
    CACHE_SIZE = "cache_size"
    PAUSE = "pause"
    THINKING_SWITCH = "thinking_switch"
    INPUT_OF_TOKENS = "input_of_tokens"
    SEED = "seed"
    MIN_P = "min_p"
    MIROSTAT = "mirostat"
    TOOLS = "tools"
    HIDDEN_STATES = "hidden_states"
    LOGITS = "logits"


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
    """A LoRA adapter of a model."""

    name: str
    """Tells it from every other adapter of the model."""
    path: Path
    scale: float = 1.0


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
    mirostat: int = 0
    """0 is off, 1 and 2 are the versions of the method; it then replaces top-k and top-p."""
    mirostat_tau: float = 5.0
    mirostat_eta: float = 0.1


@dataclass(frozen=True, slots=True)
class NpuOptions:
    """What only the NPU runtime has a use for."""

    library: str = ""
    """Path of librkllmrt.so or of a folder with some; empty looks in the usual places."""
    trusted: tuple[str, ...] = ()
    """Versions that Cairn does not know and the user wants to try."""
    cpus: tuple[int, ...] = ()
    """CPU cores that help the NPU; empty takes the fast ones."""
    embed_flash: bool = True
    """Read embeddings from storage instead of keeping them in memory, as Rockchip's demos do."""
    base_domain_id: int = 0
    """NPU memory domain to begin with; a second model or an image encoder wants another."""
    ignore_eos: bool = False


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
    sampling: Sampling = Sampling()
    """For runtimes that take it when the model loads, and not with each run."""
    chat_template: str = ""
    """A Jinja template that takes the place of the model's own."""
    npu: NpuOptions = NpuOptions()


@dataclass(frozen=True, slots=True)
class Detail:
    """One line about a model, for people."""

    label: str
    value: str
    source: str = ""
    """Where the value comes from."""


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
    details: tuple[Detail, ...] = ()
    is_demo: bool = False
    """No model at all, but the test double; the interface says so wherever it names the model."""
    stop_budget_s: float = 3.0
    """How long a run that was stopped may go on before its engine is given up."""


class RunMode(Enum):
    """What a run is for."""

    GENERATE = "generate"
    HIDDEN_STATES = "hidden_states"
    """The last hidden layer of each token of the prompt."""
    LOGITS = "logits"
    """The logits of each token of the prompt."""


@dataclass(frozen=True, slots=True)
class Vectors:
    """Rows of 32-bit floats in the machine's byte order, `count` of them, `width` numbers each."""

    width: int
    count: int
    data: bytes


@dataclass(frozen=True, slots=True)
class RunRequest:
    """One request for text."""

    turns: tuple[Turn, ...]
    """The whole conversation, first turn first; reuse of its beginning is the runtime's work."""
    sampling: Sampling = Sampling()
    max_new_tokens: int = 1024
    """At most this many tokens; 0 means to the end of the context window."""
    adapters: tuple[Adapter, ...] = ()
    """Those that are on; every other one is off. What is not loaded yet is loaded where
    Capability.LORA_LATER is present, and refused where it is not."""
    continue_answer: bool = False
    """The last turn is an unfinished answer: write on from its end."""
    thinking: bool | None = None
    """Let the model think first, or not; None leaves it to the model."""
    tools: str = ""
    """Functions the model may ask for, as a JSON list in OpenAI's form."""
    tokens: tuple[int, ...] = ()
    """Token ids to read instead of `turns`; no template is applied."""
    mode: RunMode = RunMode.GENERATE
    resume: bool = False
    """Go on where a run was paused; `turns` and `tokens` are then what to read first, if any."""
    load_cache: Path | None = None
    """A prompt cache to begin from."""
    save_cache: Path | None = None
    """Where to save the prompt cache at the end of the run."""


@dataclass(frozen=True, slots=True)
class RunResult:
    """How a run ended and what it cost."""

    finish: FinishReason
    statistics: RunStatistics
    vectors: Vectors | None = None


@dataclass(frozen=True, slots=True)
class LoadProgress:
    """Where a load stands; `fraction` is None while it cannot be known."""

    stage: str
    fraction: float | None = None


class CommandKind(Enum):
    """What can be asked of a loaded model between runs."""

    CLEAR_CACHE = "clear_cache"
    """Forget what was read, so that the next prompt is read from its beginning."""
    CACHE_SIZE = "cache_size"
    """How many tokens are in the KV cache."""
    RELEASE_CACHE = "release_cache"
    """Let a loaded prompt cache go."""


@dataclass(frozen=True, slots=True)
class Command:
    """A request that writes nothing."""

    kind: CommandKind
    keep_system: bool = False
    """CLEAR_CACHE: keep what belongs to the system prompt."""


@dataclass(frozen=True, slots=True)
class CommandResult:
    """What came of a command."""

    tokens: int | None = None
    """CACHE_SIZE: tokens in the cache."""


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

    def perform(self, command: Command) -> CommandResult:
        """Do what `command` asks, between runs. Raise RunError when it cannot be done."""

    def abort(self) -> None:
        """End the current run soon. From any thread; harmless when nothing runs."""

    def pause(self) -> None:
        """End the current run soon, in a state that a run with `resume` goes on from.

        From any thread; harmless when nothing runs. Needs Capability.PAUSE.
        """

    def close(self) -> None:
        """Give everything back. Never called during a run; calling it twice is harmless."""
