"""Writes a RunRequest the way llama.cpp's server wants it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from app.chat.message import Role
from app.chat.prompt import Turn
from app.errors import RunError
from app.runtime.protocol import RunRequest, Sampling

Message = dict[str, str]

#: A tag that a chat template may open the answer with ("<think>"); it is part of the answer too.
_OPENING_TAG = re.compile(r"<[\w|-]+>\s*")


def messages_of(request: RunRequest) -> list[Message]:
    """Return the turns, neighbours of one role joined: many templates insist on alternation.

    Raises RunError when there is nothing to answer.
    """
    joined: list[Turn] = []
    for turn in request.turns:
        if joined and joined[-1].role is turn.role:
            joined[-1] = Turn(turn.role, f"{joined[-1].text}\n\n{turn.text}")
        else:
            joined.append(turn)
    if not any(turn.role is Role.USER for turn in joined):
        raise RunError("There is no message to answer.", "Write a message first.")
    if joined[-1].role is not Role.USER and not request.continue_answer:
        raise RunError("The last message is already an answer.", "Write a message first.")
    return [{"role": turn.role.value, "content": _sendable(turn.text)} for turn in joined]


def run_options(request: RunRequest, adapters: Sequence[str]) -> dict[str, Any]:
    """Return everything of a streaming request but the prompt.

    `adapters` has the names of the loaded LoRA adapters in the order they were loaded. Raises
    RunError when an adapter is not loaded.
    """
    return {
        "stream": True,
        # Makes the callback come after each prefill step, so that a stop is seen there.
        "return_progress": True,
        # Token counts in every chunk: those of a stopped run are as true as of a finished one.
        "timings_per_token": True,
        "cache_prompt": True,
        # The text as the model wrote it; what is thinking is decided elsewhere.
        "reasoning_format": "none",
        # Where these are special tokens they would be left out of a continued answer.
        "preserved_tokens": ["<think>", "</think>"],
        "max_tokens": request.max_new_tokens if request.max_new_tokens > 0 else -1,
        "lora": _lora(request.adapter_scales, adapters),
        **_sampling(request.sampling),
    }


def continued(prompt: str, answer: str) -> str:
    """Return `prompt`, which ends where an answer begins, with the unfinished answer behind it.

    What the template has opened already (a thinking tag) is not opened twice. llama.cpp's own way
    to continue puts an empty thought in front when the model can think.
    """
    tag = _OPENING_TAG.match(answer)
    if tag:
        for end in range(tag.end(), len(tag.group().rstrip()) - 1, -1):
            if prompt.endswith(answer[:end]):
                return prompt + answer[end:]
    return prompt + answer


def _sendable(text: str) -> str:
    """Replace half characters, which UTF-8 cannot carry."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _lora(scales: Sequence[tuple[str, float]], adapters: Sequence[str]) -> list[dict[str, Any]]:
    """Return the scale of every loaded adapter.

    Always all of them: without the list, llama.cpp b11549 keeps the KV cache that the run before
    computed with an adapter and answers from it.
    """
    wanted = dict(scales)
    for name in wanted:
        if name not in adapters:
            raise RunError(
                f"The adapter {name} is not loaded with this model.",
                "Load the model again with the adapter, or switch it off.",
            )
    return [{"id": number, "scale": wanted.get(name, 0.0)} for number, name in enumerate(adapters)]


def _sampling(sampling: Sampling) -> dict[str, Any]:
    return {
        "temperature": sampling.temperature,
        "top_k": sampling.top_k,
        "top_p": sampling.top_p,
        "min_p": sampling.min_p,
        "repeat_penalty": sampling.repeat_penalty,
        "frequency_penalty": sampling.frequency_penalty,
        "presence_penalty": sampling.presence_penalty,
        "seed": sampling.seed if sampling.seed >= 0 else -1,
    }
