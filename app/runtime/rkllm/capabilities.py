"""What a library of some generation can do with the model in it, and why not the rest."""

from __future__ import annotations

from app.runtime.protocol import Capabilities, Capability
from app.runtime.rkllm.abi import Generation
from app.runtime.rkllm.templates import Template


def capabilities_of(
    generation: Generation, version: str, template: Template | None
) -> Capabilities:
    """Return what the runtime can do; `template` is None where the library's own is used."""
    present = {
        Capability.LORA,
        Capability.LORA_LATER,
        Capability.PROMPT_CACHE,
        Capability.MIROSTAT,
        Capability.HIDDEN_STATES,
    }
    present.add(Capability.INPUT_OF_TOKENS)
    missing = {
        Capability.SEED: "The NPU library takes no seed.",
        Capability.MIN_P: "The NPU library does not know min-p.",
        Capability.PREFILL_PROGRESS: "The NPU library does not say how far it has read.",
        Capability.LORA_SCALE_PER_RUN: (
            "The NPU library fixes the scale when it loads an adapter; another scale loads it again."
        ),
    }

    def since(first: str, *which: Capability) -> None:
        for capability in which:
            if generation.is_at_least(first):
                present.add(capability)
            else:
                missing[capability] = f"Needs librkllmrt {first}; this is {version}."

    since("1.2.0", Capability.CLEAR_CACHE, Capability.LOGITS)
    since("1.2.1", Capability.CACHE_SIZE, Capability.PAUSE)
    if generation.is_at_least("1.3.0"):
        present.add(Capability.SAMPLING_PER_RUN)
    else:
        missing[Capability.SAMPLING_PER_RUN] = (
            f"librkllmrt {version} takes sampling when the model loads: changes apply after a reload."
        )
    if template is not None:
        present.add(Capability.CONTINUE_ANSWER)
        _if(
            template.switches_thinking,
            Capability.THINKING_SWITCH,
            present,
            missing,
            "The model's chat template has no switch for thinking.",
        )
        _if(
            template.takes_tools,
            Capability.TOOLS,
            present,
            missing,
            "The model's chat template takes no tools.",
        )
    else:
        missing[Capability.CONTINUE_ANSWER] = (
            "The template inside the NPU library begins a new answer each time."
        )
        since("1.2.1", Capability.THINKING_SWITCH, Capability.TOOLS)
    return Capabilities(frozenset(present), missing)


def _if(
    condition: bool,
    capability: Capability,
    present: set[Capability],
    missing: dict[Capability, str],
    reason: str,
) -> None:
    if condition:
        present.add(capability)
    else:
        missing[capability] = reason
