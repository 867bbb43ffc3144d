"""The structs that are handed to the library, filled from values, for every generation.

cffi frees what it allocated with the last reference to it, and a pointer inside of a struct is no
reference. Everything made here is therefore put into a list that the caller keeps: for the life
of the handle what goes to `rkllm_init`, for the length of a run what goes to `rkllm_run`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.runtime.protocol import RunMode, Sampling
from app.runtime.rkllm.abi import Generation

_INPUT_PROMPT = 0
_INPUT_TOKEN = 1
_MODES = {RunMode.GENERATE: 0, RunMode.HIDDEN_STATES: 1, RunMode.LOGITS: 2}


@dataclass(frozen=True, slots=True)
class InitOptions:
    """Every field of RKLLMParam that some generation has; nothing is left to a default."""

    model: Path
    context_tokens: int
    max_new_tokens: int
    """−1 writes until the model ends."""
    sampling: Sampling
    cpus: tuple[int, ...]
    """Empty leaves the choice to the library."""
    embed_flash: bool
    base_domain_id: int
    n_keep: int
    n_batch: int = 1
    skip_special_tokens: bool = True
    ignore_eos: bool = False


@dataclass(frozen=True, slots=True)
class RunOptions:
    """One call of `rkllm_run`."""

    prompt: str = ""
    tokens: tuple[int, ...] = ()
    """Sent instead of `prompt` when there are any."""
    role: str = "user"
    enable_thinking: bool = False
    mode: RunMode = RunMode.GENERATE
    keep_history: bool = False
    max_new_tokens: int = 0
    """0 leaves what was said at init."""
    sampling: Sampling | None = None
    adapter: str = ""
    save_cache: Path | None = None


class Structs:
    """Makes the structs of one generation."""

    def __init__(self, ffi: Any, generation: Generation) -> None:
        self._ffi = ffi
        self._generation = generation

    def param(self, defaults: Any, options: InitOptions, kept: list[Any]) -> Any:
        """Return an RKLLMParam: the library's `defaults` with every known field set on purpose."""
        ffi = self._ffi
        param = ffi.new("RKLLMParam *", defaults)
        path = ffi.new("char[]", os.fsencode(options.model))
        kept += [path, param]
        param.model_path = path
        param.max_context_len = options.context_tokens
        param.max_new_tokens = options.max_new_tokens
        for name, value in _sampling_fields(options.sampling).items():
            setattr(param, name, value)
        param.skip_special_token = options.skip_special_tokens
        # The blocking call is the one that works in every release.
        param.is_async = False
        extend = param.extend_param
        extend.base_domain_id = options.base_domain_id
        if self._generation.is_at_least("1.2.0"):
            param.n_keep = options.n_keep
            extend.embed_flash = int(options.embed_flash)
            if options.cpus:
                extend.enabled_cpus_num = len(options.cpus)
                extend.enabled_cpus_mask = sum(1 << cpu for cpu in options.cpus)
        if self._generation.is_at_least("1.2.1"):
            extend.n_batch = options.n_batch
            extend.use_cross_attn = 0
        if self._generation.is_at_least("1.3.0"):
            param.ignore_eos_token = options.ignore_eos
        else:
            # Tags around pictures, of which there are none; 1.3.0 takes them with each picture.
            empty = ffi.new("char[]", b"")
            kept.append(empty)
            param.img_start = param.img_end = param.img_content = empty
        return param

    def input(self, options: RunOptions, kept: list[Any]) -> Any:
        """Return an RKLLMInput; it lives as long as `kept`, as it has to until the run ends."""
        ffi = self._ffi
        given = ffi.new("RKLLMInput *")
        kept.append(given)
        if self._generation.is_at_least("1.2.1"):
            role = ffi.new("char[]", options.role.encode())
            kept.append(role)
            given.role = role
            given.enable_thinking = options.enable_thinking
        if options.tokens:
            tokens = ffi.new("int32_t[]", list(options.tokens))
            kept.append(tokens)
            given.input_type = _INPUT_TOKEN
            given.token_input.input_ids = tokens
            given.token_input.n_tokens = len(options.tokens)
        else:
            prompt = ffi.new("char[]", options.prompt.encode("utf-8", "replace"))
            kept.append(prompt)
            given.input_type = _INPUT_PROMPT
            given.prompt_input = prompt
        return given

    def infer(self, options: RunOptions, kept: list[Any]) -> Any:
        """Return an RKLLMInferParam; it lives as long as `kept`."""
        ffi = self._ffi
        infer = ffi.new("RKLLMInferParam *")
        kept.append(infer)
        infer.mode = _MODES[options.mode]
        if options.adapter:
            lora = ffi.new("RKLLMLoraParam *")
            name = ffi.new("char[]", options.adapter.encode())
            lora.lora_adapter_name = name
            kept += [lora, name]
            infer.lora_params = lora
        if options.save_cache is not None:
            cache = ffi.new("RKLLMPromptCacheParam *")
            path = ffi.new("char[]", os.fsencode(options.save_cache))
            cache.save_prompt_cache = 1
            cache.prompt_cache_path = path
            kept += [cache, path]
            infer.prompt_cache_params = cache
        if self._generation.is_at_least("1.2.0"):
            infer.keep_history = int(options.keep_history)
        if self._generation.is_at_least("1.3.0"):
            infer.max_new_tokens = options.max_new_tokens
            if options.sampling is not None:
                sampling = ffi.new("RKLLMSamplingParam *", _sampling_fields(options.sampling))
                kept.append(sampling)
                infer.sampling_params = sampling
        return infer


def _sampling_fields(sampling: Sampling) -> dict[str, Any]:
    """Return the fields that RKLLMParam and RKLLMSamplingParam have in common."""
    return {
        "top_k": sampling.top_k,
        "top_p": sampling.top_p,
        "temperature": sampling.temperature,
        "repeat_penalty": sampling.repeat_penalty,
        "frequency_penalty": sampling.frequency_penalty,
        "presence_penalty": sampling.presence_penalty,
        "mirostat": sampling.mirostat,
        "mirostat_tau": sampling.mirostat_tau,
        "mirostat_eta": sampling.mirostat_eta,
    }
