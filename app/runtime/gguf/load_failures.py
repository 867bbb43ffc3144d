"""Turns what llama.cpp prints when a load fails into one sentence of cause and one of advice.

llama.cpp prints the innermost reason first, so the first line that the table knows decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.errors import ModelLoadError, Remedy

_ANOTHER_MODEL = "Choose another model."
_DOWNLOAD_AGAIN = "Download the file again, or choose another model."
_OTHER_ADAPTER = "Choose an adapter made for this model, or load the model without it."
_LESS_MEMORY = "Lower the context length, close other programs, or choose a smaller model."

_DETAIL_LINES = 12


@dataclass(frozen=True, slots=True)
class _Reason:
    pattern: re.Pattern[str]
    cause: str
    """May name groups of the pattern and {file}."""
    advice: str
    remedy: Remedy = Remedy.CHOOSE_MODEL


def _reason(pattern: str, cause: str, advice: str, remedy: Remedy = Remedy.CHOOSE_MODEL) -> _Reason:
    return _Reason(re.compile(pattern), cause, advice, remedy)


_REASONS = (
    _reason(
        r"unknown model architecture: '(?P<what>[^']*)'",
        "{file} is a model of the kind “{what}”, which this llama.cpp does not know.",
        "Look for a newer Cairn, or choose another model.",
    ),
    _reason(
        r"unknown (?:pre-)?tokenizer(?: type)?: '(?P<what>[^']*)'",
        "{file} uses the tokenizer “{what}”, which this llama.cpp does not know.",
        "Look for a newer Cairn, or choose another model.",
    ),
    _reason(
        r"GGUFv1 is no longer supported|only supports up to version",
        "{file} is in a version of GGUF that this llama.cpp does not read.",
        "Look for another version of the same model.",
    ),
    _reason(
        r"chat template parsing error|failed to initialize chat template",
        "The chat template inside {file} is broken.",
        "Look for a newer version of the same model, or choose another one.",
    ),
    _reason(
        r"failed to apply lora adapter: .*(?:incorrect shape|does not exist|not found|wrong base)",
        "A LoRA adapter does not belong to {file}.",
        _OTHER_ADAPTER,
        Remedy.RELOAD_MODEL,
    ),
    _reason(
        r"failed to (?:apply|load) lora adapter|llama_adapter_lora_init",
        "A LoRA adapter of {file} cannot be read.",
        _OTHER_ADAPTER,
        Remedy.RELOAD_MODEL,
    ),
    _reason(
        r"bad_alloc|insufficient memory|failed to allocate|unable to allocate|Cannot allocate memory",
        "There is not enough memory for {file}.",
        _LESS_MEMORY,
        Remedy.OPEN_SETTINGS,
    ),
    _reason(
        r"mmap failed|failed to mmap",
        "The system did not let {file} be mapped into memory.",
        _LESS_MEMORY,
        Remedy.OPEN_SETTINGS,
    ),
    _reason(
        r"not within the file bounds|unexpectedly reached end of file|read error|failed to read",
        "{file} is not complete.",
        _DOWNLOAD_AGAIN,
    ),
    _reason(
        r"has wrong shape|wrong number of tensors|tensor '(?P<what>[^']*)' not found"
        r"|missing tensor|duplicate tensor|invalid n_rot",
        "{file} contradicts itself: its weights do not fit its description.",
        _DOWNLOAD_AGAIN,
    ),
    _reason(
        r"error loading model vocabulary",
        "The vocabulary inside {file} is missing or damaged.",
        _DOWNLOAD_AGAIN,
    ),
    _reason(
        r"key not found in model|error loading model hyperparameters|has wrong (?:array length|type)",
        "{file} lacks a part of its description.",
        _DOWNLOAD_AGAIN,
    ),
    _reason(
        r"failed to open GGUF file|failed to open '",
        "{file} cannot be opened.",
        "Check that the file is there and may be read.",
    ),
    _reason(
        r"gguf_init|error loading model",
        "{file} is damaged.",
        _DOWNLOAD_AGAIN,
    ),
    _reason(
        r"couldn't bind HTTP server socket",
        "The engine could not make its private socket.",
        "Check that the disk is not full, then try again.",
        Remedy.RETRY,
    ),
)

#: Which adapter it is about, where a line says so.
_ADAPTER = re.compile(r"lora adapter[^']*'(?P<path>[^']+)'")
_TIME = re.compile(r"^\d+\.\d\d\.\d\d\d\.\d\d\d [A-Z] ")


def load_failure(file: str, native_log: str) -> ModelLoadError:
    """Return the error that says why llama.cpp could not load `file`."""
    lines = [_TIME.sub("", line).strip() for line in native_log.splitlines()]
    lines = [line for line in lines if line]
    details = "\n".join(lines[-_DETAIL_LINES:])
    for line in lines:
        for reason in _REASONS:
            found = reason.pattern.search(line)
            if found:
                cause = reason.cause.format(file=file, **found.groupdict())
                adapter = _ADAPTER.search(line)
                return ModelLoadError(
                    cause,
                    reason.advice,
                    remedy=reason.remedy,
                    details=details,
                    subject=adapter["path"] if adapter else "",
                )
    return ModelLoadError(
        f"llama.cpp could not load {file}.",
        f"{_ANOTHER_MODEL} The engine log may say more.",
        remedy=Remedy.CHOOSE_MODEL,
        details=details,
    )
