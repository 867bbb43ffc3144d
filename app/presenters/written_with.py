"""The settings that an answer was written with, as they are kept beside it."""

from __future__ import annotations

from typing import Any

from app.runtime.protocol import Capability, LoadRequest, ModelInfo, RunRequest, Sampling

#: In the order to show them.
FIELDS = (
    "temperature",
    "top_p",
    "top_k",
    "min_p",
    "repeat_penalty",
    "frequency_penalty",
    "presence_penalty",
    "seed",
    "max_new_tokens",
    "context_tokens",
)
#: What not every runtime listens to.
_NEEDED = {"min_p": Capability.MIN_P, "seed": Capability.SEED}


def settings_of(request: RunRequest, info: ModelInfo | None, loaded: LoadRequest | None) -> str:
    """Return as JSON what is in force for `request`; empty while the model is not known yet.

    Where a runtime takes sampling only when it loads a model, that is what counts.
    """
    if info is None:
        return ""
    # A start without an answer goes without it.
    import json

    sampling: Sampling = request.sampling
    if Capability.SAMPLING_PER_RUN not in info.capabilities and loaded is not None:
        sampling = loaded.sampling
    known: dict[str, Any] = {
        name: getattr(sampling, name) for name in FIELDS if hasattr(sampling, name)
    }
    known["max_new_tokens"] = request.max_new_tokens
    known["context_tokens"] = info.context_tokens
    for name, capability in _NEEDED.items():
        if capability not in info.capabilities:
            del known[name]
    return json.dumps(known)


def read_settings(text: str) -> dict[str, float]:
    """Return what `settings_of` wrote, as far as it can be read; empty for an empty text."""
    import json

    try:
        found = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {
        name: found[name]
        for name in FIELDS
        if isinstance(found.get(name), int | float) and not isinstance(found[name], bool)
    }
