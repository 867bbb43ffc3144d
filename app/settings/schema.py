"""Every setting, declared once: its type, default, range, label, help and when it takes effect.

The settings panel is generated from these declarations, the file codec checks against them.
A wrong name in code is an AttributeError or a type error; a wrong value in the file becomes the
default and a notice.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from enum import Enum
from typing import Any, cast

from app.settings.core_list import parse_cores


class Effect(Enum):
    """When a changed setting takes effect."""

    AT_ONCE = "at_once"
    NEXT_ANSWER = "next_answer"
    RELOAD = "reload"
    """When the model is next loaded."""


@dataclass(frozen=True, slots=True)
class Spec:
    """How a setting is named, explained, bounded and edited."""

    label: str
    help: str
    effect: Effect = Effect.AT_ONCE
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    unit: str = ""
    multiline: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    """Value and label of each choice, for an Enum field: the value is the Enum's."""
    capability: str = ""
    """Value of the runtime capability without which the setting has no effect."""
    hidden: bool = False
    """Kept in the file but not shown in the panel."""
    layered: bool = False
    """A model, a preset or a conversation may have a value of its own."""
    rare: bool = False
    """Few people ever change it; the panel folds it away."""
    item_type: type[str | int] = str
    """The type of the items, for a field that is a tuple."""
    check: Callable[[Any], object] | None = None
    """Raises ValueError, saying what is wrong, for a value of the right type that cannot be."""

    @property
    def bounds(self) -> tuple[float, float]:
        """The least and the greatest value; infinite where there is none."""
        return (
            -math.inf if self.minimum is None else self.minimum,
            math.inf if self.maximum is None else self.maximum,
        )


def _setting(default: Any, label: str, help: str, **more: Any) -> Any:  # noqa: A002
    return field(default=default, metadata={"spec": Spec(label, help, **more)})


class Theme(Enum):
    """Light, dark, or as the desktop has it."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class EnterKey(Enum):
    """What Enter does in the composer."""

    SENDS = "sends"
    NEW_LINE = "new_line"


class Thinking(Enum):
    """Whether a model that can think first does so."""

    MODEL = "model"
    ALWAYS = "always"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class SamplingSettings:
    """How the next token is chosen."""

    temperature: float = _setting(
        0.7,
        "Temperature",
        "Higher is more surprising, lower more predictable. 0 always takes the likeliest word.",
        effect=Effect.NEXT_ANSWER,
        layered=True,
        minimum=0.0,
        maximum=2.0,
        step=0.05,
    )
    top_p: float = _setting(
        0.9,
        "Top-p",
        "Considers the likeliest words until their chances add up to this.",
        effect=Effect.NEXT_ANSWER,
        layered=True,
        minimum=0.01,
        maximum=1.0,
        step=0.01,
    )
    top_k: int = _setting(
        40,
        "Top-k",
        "Considers at most this many words at each step.",
        effect=Effect.NEXT_ANSWER,
        layered=True,
        minimum=1,
        maximum=200,
        step=1,
    )
    min_p: float = _setting(
        0.05,
        "Min-p",
        "Leaves out words less likely than this share of the likeliest one.",
        effect=Effect.NEXT_ANSWER,
        layered=True,
        minimum=0.0,
        maximum=1.0,
        step=0.01,
        capability="min_p",
        rare=True,
    )
    repeat_penalty: float = _setting(
        1.1,
        "Repeat penalty",
        "Makes words that were just used less likely. 1 switches it off.",
        effect=Effect.NEXT_ANSWER,
        layered=True,
        minimum=1.0,
        maximum=2.0,
        step=0.01,
    )
    frequency_penalty: float = _setting(
        0.0,
        "Frequency penalty",
        "Makes a word less likely the more often it was used.",
        effect=Effect.NEXT_ANSWER,
        layered=True,
        minimum=-2.0,
        maximum=2.0,
        step=0.05,
        rare=True,
    )
    presence_penalty: float = _setting(
        0.0,
        "Presence penalty",
        "Makes words that were used at all less likely.",
        effect=Effect.NEXT_ANSWER,
        layered=True,
        minimum=-2.0,
        maximum=2.0,
        step=0.05,
        rare=True,
    )
    seed: int = _setting(
        -1,
        "Seed",
        "The same number gives the same answer again. −1 draws a new one each time.",
        effect=Effect.NEXT_ANSWER,
        layered=True,
        minimum=-1,
        maximum=2_147_483_647,
        step=1,
        capability="seed",
        rare=True,
    )
    max_new_tokens: int = _setting(
        1024,
        "Longest answer",
        "An answer is cut after this many tokens and can then be continued.",
        effect=Effect.NEXT_ANSWER,
        layered=True,
        minimum=16,
        maximum=16384,
        step=64,
        unit="tokens",
    )


@dataclass(frozen=True, slots=True)
class ContextSettings:
    """How much the model reads, and what it reads first."""

    context_tokens: int = _setting(
        4096,
        "Context length",
        "How much of the conversation the model can read. More needs more memory.",
        effect=Effect.RELOAD,
        layered=True,
        minimum=256,
        maximum=32768,
        step=256,
        unit="tokens",
    )
    system_prompt: str = _setting(
        "",
        "System prompt",
        "Instructions that the model reads before every conversation.",
        effect=Effect.NEXT_ANSWER,
        layered=True,
        multiline=True,
    )
    thinking: Thinking = _setting(
        Thinking.MODEL,
        "Thinking",
        "Whether a model that can think before it answers does so. Thinking takes time.",
        effect=Effect.NEXT_ANSWER,
        layered=True,
        choices=(
            ("model", "As the model wants"),
            ("always", "Always think first"),
            ("never", "Answer at once"),
        ),
        capability="thinking_switch",
    )


@dataclass(frozen=True, slots=True)
class AppearanceSettings:
    """How the window looks."""

    theme: Theme = _setting(
        Theme.SYSTEM,
        "Theme",
        "Light, dark, or as the desktop has it.",
        choices=(("system", "As the desktop"), ("light", "Light"), ("dark", "Dark")),
    )
    text_scale: float = _setting(
        1.0,
        "Text size",
        "Makes all text larger or smaller.",
        minimum=0.8,
        maximum=2.0,
        step=0.05,
    )
    enter_key: EnterKey = _setting(
        EnterKey.SENDS,
        "Enter key",
        "What Enter does while writing. Shift+Enter does the other one.",
        choices=(("sends", "Sends the message"), ("new_line", "Starts a new line")),
    )


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """How models are loaded and run."""

    threads: int = _setting(
        0,
        "CPU threads",
        "Threads of the CPU engine. 0 takes as many as fit beside the window.",
        effect=Effect.RELOAD,
        layered=True,
        minimum=0,
        maximum=64,
        step=1,
    )
    npu_library: str = _setting(
        "",
        "NPU library",
        "Path of librkllmrt.so, or of a folder with several. Empty looks in the usual places.",
        effect=Effect.RELOAD,
        rare=True,
    )
    embed_flash: bool = _setting(
        True,
        "Read embeddings from storage",
        "Saves memory with NPU models. Switch it off when the models lie on a slow card.",
        effect=Effect.RELOAD,
        layered=True,
        rare=True,
    )
    npu_cpus: str = _setting(
        "",
        "CPU cores for the NPU",
        "Cores that help the NPU, such as 4-7 or 4,5,6. Empty takes the fast ones.",
        effect=Effect.RELOAD,
        layered=True,
        rare=True,
        check=parse_cores,
    )
    memory_domain: int = _setting(
        0,
        "NPU memory domain",
        "Where NPU memory is taken from. A second large model may need another domain.",
        effect=Effect.RELOAD,
        minimum=0,
        maximum=15,
        step=1,
        layered=True,
        rare=True,
    )
    chat_template: str = _setting(
        "",
        "Chat template",
        "Path of a Jinja template file. Empty takes the one the model comes with.",
        effect=Effect.RELOAD,
        layered=True,
        rare=True,
    )
    unload_after_minutes: int = _setting(
        0,
        "Unload when idle",
        "Gives the memory back after this time without a question. 0 keeps the model loaded.",
        minimum=0,
        maximum=1440,
        step=5,
        unit="minutes",
    )
    load_last_model: bool = _setting(
        True,
        "Load the last model at start",
        "Saves a click. A model that ended its engine is not loaded by itself.",
    )


@dataclass(frozen=True, slots=True)
class StateSettings:
    """What the program remembers by itself. Not shown in the panel."""

    last_model: str = _setting("", "Last model", "The model in use.", hidden=True)
    recent_models: tuple[str, ...] = _setting((), "Recent models", "Newest first.", hidden=True)
    model_folders: tuple[str, ...] = _setting(
        (), "Model folders", "Looked through beside Cairn's own.", hidden=True
    )
    last_load_failed: bool = _setting(
        False, "Last load failed", "The last model ended its engine.", hidden=True
    )
    trusted_libraries: tuple[str, ...] = _setting(
        (), "Trusted libraries", "Versions that the user wanted to try.", hidden=True
    )
    last_conversation: str = _setting("", "Last conversation", "The one shown.", hidden=True)
    conversations_in_view: tuple[str, ...] = _setting(
        (), "Conversations in view", "From left to right.", hidden=True
    )
    window_size: tuple[int, ...] = _setting(
        (), "Window size", "Width and height.", hidden=True, item_type=int
    )
    show_conversations: bool = _setting(True, "Show conversations", "The list.", hidden=True)
    collapsed_groups: tuple[str, ...] = _setting(
        ("archive",), "Collapsed groups", "In the list of conversations.", hidden=True
    )
    preset: str = _setting("", "Preset", "The name of the one in use.", hidden=True)


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, by group. Change with `dataclasses.replace`."""

    sampling: SamplingSettings = field(default=SamplingSettings(), metadata={"label": "Sampling"})
    context: ContextSettings = field(default=ContextSettings(), metadata={"label": "Context"})
    appearance: AppearanceSettings = field(
        default=AppearanceSettings(), metadata={"label": "Appearance"}
    )
    engine: EngineSettings = field(default=EngineSettings(), metadata={"label": "Engine"})
    state: StateSettings = field(default=StateSettings(), metadata={"label": "", "hidden": True})


@dataclass(frozen=True, slots=True)
class Entry:
    """One setting with its address: what the panel and the codec iterate over."""

    group: str
    name: str
    default: Any
    spec: Spec


def entry_named(name: str) -> Entry:
    """Return the declaration of a setting; names are unique over all groups."""
    return next(entry for entry in entries() if entry.name == name)


def entries() -> tuple[Entry, ...]:
    """Return every setting in the order of declaration."""
    found: list[Entry] = []
    for group in fields(Settings):
        found.extend(
            Entry(group.name, item.name, item.default, cast(Spec, item.metadata["spec"]))
            for item in fields(cast(Any, group.default))
        )
    return tuple(found)


def group_label(group: str) -> str:
    """Return the heading of a group in the panel."""
    return next(str(item.metadata["label"]) for item in fields(Settings) if item.name == group)
