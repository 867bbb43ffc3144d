"""What the window knows of LoRA adapters: values for the menu, the chip and the dialogs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.runtime.protocol import Adapter


@dataclass(frozen=True, slots=True)
class AdapterChoice:
    """An adapter that can be picked for the shown model."""

    path: Path
    label: str
    detail: str = ""
    """What is known of it, for people."""
    problem: str = ""
    """Why it cannot be used with this model; empty when it can."""
    scale: float = 1.0
    """How strongly it works; 1 is as it was trained."""
    tested: str = ""
    """What the last test found, as a sentence."""


@dataclass(frozen=True, slots=True)
class AdapterState:
    """The adapters of the shown model, and the one that is on in the shown conversation."""

    choices: tuple[AdapterChoice, ...] = ()
    chosen: AdapterChoice | None = None
    unavailable: str = ""
    """Why no adapter can be used now; empty when one can."""


@dataclass(frozen=True, slots=True)
class UsedAdapter:
    """An adapter as it goes with a request, and what to call it in the conversation."""

    adapter: Adapter
    label: str
