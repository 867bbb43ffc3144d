"""Writes a RunRequest the way llama.cpp's server wants it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.errors import Remedy, RunError
from app.runtime.protocol import Adapter, RunRequest, Sampling
from app.runtime.turns import turns_to_answer

Message = dict[str, str]


def messages_of(request: RunRequest) -> list[Message]:
    """Return the turns as the chat interface takes them. Raises RunError without any to answer."""
    return [{"role": turn.role.value, "content": turn.text} for turn in turns_to_answer(request)]


def run_options(
    request: RunRequest, adapters: Sequence[str], *, reuse: bool = True
) -> dict[str, Any]:
    """Return everything of a streaming request but the prompt.

    `adapters` has the names of the loaded LoRA adapters in the order they were loaded; without
    `reuse` the whole prompt is read again. Raises RunError when an adapter is not loaded.
    """
    return {
        "stream": True,
        # Makes the callback come after each prefill step, so that a stop is seen there.
        "return_progress": True,
        # Token counts in every chunk: those of a stopped run are as true as of a finished one.
        "timings_per_token": True,
        "cache_prompt": reuse,
        # The text as the model wrote it; what is thinking is decided elsewhere.
        "reasoning_format": "none",
        # Where these are special tokens they would be left out of a continued answer.
        "preserved_tokens": ["<think>", "</think>"],
        "max_tokens": request.max_new_tokens if request.max_new_tokens > 0 else -1,
        "lora": _lora(request.adapters, adapters),
        **_sampling(request.sampling),
    }


def _lora(wanted: Sequence[Adapter], loaded: Sequence[str]) -> list[dict[str, Any]]:
    """Return the scale of every loaded adapter.

    Always all of them: without the list, llama.cpp b11549 keeps the KV cache that the run before
    computed with an adapter and answers from it.
    """
    for adapter in wanted:
        if adapter.name not in loaded:
            raise RunError(
                f"The adapter {adapter.path.stem} is not loaded with this model.",
                "Load the model again with the adapter, or switch it off.",
                remedy=Remedy.RELOAD_MODEL,
            )
    scales = {adapter.name: adapter.scale for adapter in wanted}
    return [{"id": number, "scale": scales.get(name, 0.0)} for number, name in enumerate(loaded)]


def _sampling(sampling: Sampling) -> dict[str, Any]:
    return {
        "temperature": sampling.temperature,
        "top_k": sampling.top_k,
        "top_p": sampling.top_p,
        "min_p": sampling.min_p,
        "repeat_penalty": sampling.repeat_penalty,
        "frequency_penalty": sampling.frequency_penalty,
        "presence_penalty": sampling.presence_penalty,
        "mirostat": sampling.mirostat,
        "mirostat_tau": sampling.mirostat_tau,
        "mirostat_eta": sampling.mirostat_eta,
        "seed": sampling.seed if sampling.seed >= 0 else -1,
    }
