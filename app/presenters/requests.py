"""Settings as an engine wants them: what to load, and how to write."""

from __future__ import annotations

from pathlib import Path

from app.runtime.protocol import LoadRequest, NpuOptions, Sampling
from app.settings.schema import SamplingSettings, Settings, Thinking

_THINKS = {Thinking.MODEL: None, Thinking.ALWAYS: True, Thinking.NEVER: False}


def load_request(model: Path, settings: Settings) -> LoadRequest:
    """Return the request that loads `model` with the settings as they are."""
    return LoadRequest(
        model,
        context_tokens=settings.context.context_tokens,
        threads=settings.engine.threads,
        sampling=sampling_of(settings.sampling),
        npu=NpuOptions(
            library=settings.engine.npu_library.strip(),
            trusted=settings.state.trusted_libraries,
            embed_flash=settings.engine.embed_flash,
        ),
    )


def sampling_of(settings: SamplingSettings) -> Sampling:
    """Return how the next token is chosen."""
    return Sampling(
        settings.temperature,
        settings.top_k,
        settings.top_p,
        settings.min_p,
        settings.repeat_penalty,
        settings.frequency_penalty,
        settings.presence_penalty,
        settings.seed,
    )


def thinks(settings: Settings) -> bool | None:
    """Return whether the model shall think first; None leaves it to the model."""
    return _THINKS[settings.context.thinking]
