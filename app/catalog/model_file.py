"""Describes a model file for a list: its name, its size, and what is wrong with it.

Only the header is read, in milliseconds and without native code; a bad file is a value with a
problem, never an exception.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from app.catalog.shown import shown_text
from app.catalog.starter import STARTER_LABEL, is_starter
from app.errors import ModelLoadError
from app.runtime.gguf.file_check import CheckedModel, check_model
from app.runtime.registry import runtime_for
from app.runtime.rkllm.file_check import check_model as check_npu_model

_BEFORE_PART_NUMBER = re.compile(r"-\d{5}-of-\d{5}$")


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A model file as it is shown in a list."""

    path: Path
    label: str
    detail: str
    """Parameters, quantisation and size: "1.7B · Q8_0 · 2.1 GB"."""
    problem: str = ""
    """Why it cannot be loaded, as a sentence; empty for a sound file."""


def describe(path: Path) -> ModelFile:
    """Return what the file at `path` says of itself."""
    label = STARTER_LABEL if is_starter(path) else _label(path)
    try:
        kind = runtime_for(path)
        if ".rkllm" in kind.suffixes:
            return ModelFile(path, label, size_text(check_npu_model(path)))
        if ".gguf" not in kind.suffixes:
            return ModelFile(path, label, _size(path))
        return ModelFile(path, label, _detail(check_model(path)))
    except ModelLoadError as error:
        return ModelFile(path, label, _size(path), error.cause)


def _label(path: Path) -> str:
    # The name inside the file is often that of the model it was tuned from; people know their
    # files by the names they were published under.
    return shown_text(_BEFORE_PART_NUMBER.sub("", path.stem))


def _detail(model: CheckedModel) -> str:
    parts = (
        count_text(model.parameters),
        model.header.quantization,
        size_text(model.file_bytes),
    )
    return " · ".join(part for part in parts if part)


def _size(path: Path) -> str:
    try:
        return size_text(path.stat().st_size) if path.is_file() else ""
    except OSError:
        return ""


def count_text(count: int) -> str:
    """Return a number of parameters the way models are named: "1.7B", "135M", "42K"."""
    for limit, unit in ((10**9, "B"), (10**6, "M"), (10**3, "K")):
        if count >= limit:
            number = count / limit
            return f"{number:.1f}{unit}" if number < 9.95 else f"{number:.0f}{unit}"
    return str(count)


def size_text(size: int) -> str:
    """Return a file size in decimal units, as file managers show it: "2.1 GB"."""
    for limit, unit in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if size >= limit:
            return f"{size / limit:.1f} {unit}"
    return "1 byte" if size == 1 else f"{size} bytes"
