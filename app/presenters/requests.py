"""Settings as an engine wants them: what to load, and how to write."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from app.chat.message import Message
from app.chat.prompt import prompt_for
from app.chat.text import well_formed
from app.errors import ModelLoadError, Remedy
from app.runtime.protocol import Adapter, LoadRequest, NpuOptions, RunRequest, Sampling
from app.settings.core_list import parse_cores
from app.settings.schema import SamplingSettings, Settings, Thinking

#: The longest templates of models have some ten thousand characters.
_LONGEST_TEMPLATE = 1_000_000
_THINKS = {Thinking.MODEL: None, Thinking.ALWAYS: True, Thinking.NEVER: False}


def load_request(model: Path, settings: Settings) -> LoadRequest:
    """Return the request that loads `model` with the settings as they are.

    Raises ModelLoadError when the chat template that the settings name cannot be read.
    """
    return LoadRequest(
        model,
        context_tokens=settings.context.context_tokens,
        threads=settings.engine.threads,
        sampling=sampling_of(settings.sampling),
        chat_template=_template_text(settings.engine.chat_template.strip()),
        npu=NpuOptions(
            library=settings.engine.npu_library.strip(),
            trusted=settings.state.trusted_libraries,
            cpus=parse_cores(settings.engine.npu_cpus),
            embed_flash=settings.engine.embed_flash,
            base_domain_id=settings.engine.memory_domain,
        ),
    )


def run_request(
    path: Sequence[Message], settings: Settings, adapters: tuple[Adapter, ...]
) -> RunRequest:
    """Return the request that lets a model answer the last message of `path`, or write on in it."""
    return RunRequest(
        prompt_for(path, well_formed(settings.context.system_prompt)),
        sampling_of(settings.sampling),
        settings.sampling.max_new_tokens,
        thinking=_THINKS[settings.context.thinking],
        adapters=adapters,
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


def _template_text(path: str) -> str:
    """Return what stands in a template file; an empty path has an empty text."""
    if not path:
        return ""
    try:
        text = _read(Path(path).expanduser())
    except (OSError, RuntimeError, ValueError) as error:
        # "~name" of somebody who is not known here is a RuntimeError.
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ModelLoadError(
            f"The chat template {path} cannot be read: {reason[:1].lower()}{reason[1:]}.",
            "Choose another file in Settings, or none to use the model's own template.",
            remedy=Remedy.OPEN_SETTINGS,
        ) from error
    if not text.strip():
        raise ModelLoadError(
            f"The chat template {path} is empty.",
            "Choose another file in Settings, or none to use the model's own template.",
            remedy=Remedy.OPEN_SETTINGS,
        )
    return text


def _read(path: Path) -> str:
    # Without O_NONBLOCK a pipe in place of the file would hold up the window for ever.
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise ValueError("it is not a file")
    with os.fdopen(handle, "rb") as file:
        data = file.read(_LONGEST_TEMPLATE + 1)
    if len(data) > _LONGEST_TEMPLATE:
        raise ValueError("it is far too long")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8 text") from None
