"""Says what is wrong with a model file before native code sees it, in words for the user.

llama.cpp answers nearly every bad file with the same sentence and aborts on a few; what can be
known from the header alone is found out here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from app.errors import ModelLoadError
from app.runtime.file_beginning import (
    DOWNLOAD_AGAIN,
    FOREIGN_CONTENT,
    foreign,
    read_beginning,
    refusal,
    unreadable,
)
from app.runtime.gguf.fields import HeaderEnds, HeaderNonsense
from app.runtime.gguf.header import MAGIC, Header, read_header
from app.runtime.gguf.layout import Layout, layout_of, mismatch

#: llama.cpp aborts beyond it.
_MAX_LAYERS = 512

_SPLIT_NAME = re.compile(r"(?P<stem>.+)-(?P<number>\d{5})-of-(?P<count>\d{5})\.gguf")

#: Families that llama.cpp loads but that do not write text.
_NOT_WRITING = {
    "bert": "makes embeddings for search",
    "modern-bert": "makes embeddings for search",
    "nomic-bert": "makes embeddings for search",
    "nomic-bert-moe": "makes embeddings for search",
    "neo-bert": "makes embeddings for search",
    "jina-bert-v2": "makes embeddings for search",
    "jina-bert-v3": "makes embeddings for search",
    "gemma-embedding": "makes embeddings for search",
    "t5encoder": "makes embeddings for search",
    "clip": "reads pictures for another model",
    "wavtokenizer-dec": "makes speech for another model",
}


@dataclass(frozen=True, slots=True)
class CheckedModel:
    """A model whose headers are sound; `parts` are all its files, the first one first."""

    header: Header
    parts: tuple[Path, ...]
    file_bytes: int
    weight_bytes: int
    parameters: int


def check_model(path: Path, *, with_vocabulary: bool = False) -> CheckedModel:
    """Read the header of a model and of its further parts.

    `with_vocabulary` looks closer and takes longer, see `read_header`.

    Raises ModelLoadError when the file cannot be a model that llama.cpp loads.
    """
    return model_of(path, checked_header(path, "model", with_vocabulary))


def model_of(path: Path, header: Header) -> CheckedModel:
    """Return the model whose first header is `header`. Raises ModelLoadError when it is none."""
    kind = header.text("general.type")
    if kind in ("adapter", "imatrix", "mmproj"):
        raise refusal(
            f"{path.name} is {_KINDS[kind]}, not a model.", "Choose the model it belongs to."
        )
    if not header.architecture:
        raise refusal(f"{path.name} does not say which kind of model it is.", DOWNLOAD_AGAIN)
    if header.architecture in _NOT_WRITING:
        raise refusal(
            f"{path.name} {_NOT_WRITING[header.architecture]} and cannot chat.",
            "Choose a model made for chat.",
        )
    if not header.tensors:
        raise refusal(
            f"{path.name} has a vocabulary but no weights.", "Choose a model made for chat."
        )
    layers = header.number("block_count")
    if layers is not None and not 0 < layers <= _MAX_LAYERS:
        raise refusal(
            f"{path.name} is damaged: it claims to have {layers:,} layers.", DOWNLOAD_AGAIN
        )
    parts = _parts(path, header)
    headers = [header, *(checked_header(part, "model") for part in parts[1:])]
    return CheckedModel(
        header=header,
        parts=parts,
        file_bytes=sum(part.end for part in headers),
        weight_bytes=sum(part.weight_bytes for part in headers),
        parameters=sum(part.parameters for part in headers),
    )


def check_adapter(path: Path, model: Header) -> None:
    """Raise ModelLoadError when the file cannot be a LoRA adapter for `model`."""
    layout = adapter_layout(path, checked_header(path, "adapter"))
    if problem := mismatch(layout, layout_of(model)):
        raise refusal(
            f"The adapter {path.name} {problem}.", "Choose an adapter made for this model."
        )


def adapter_layout(path: Path, header: Header) -> Layout:
    """Return the matrices of a LoRA adapter. Raises ModelLoadError when it is none."""
    if header.text("general.type") != "adapter" or header.text("adapter.type") != "lora":
        raise refusal(f"{path.name} is not a LoRA adapter.", "Choose another adapter.")
    layout = layout_of(header)
    if not layout.pairs:
        raise refusal(f"{path.name} is a LoRA adapter without weights.", DOWNLOAD_AGAIN)
    return layout


_KINDS = {
    "adapter": "a LoRA adapter",
    "imatrix": "a table for making quantised models",
    "mmproj": "the part of a model that reads pictures",
}


def check_beginning(path: Path, what: str = "model") -> None:
    """Raise ModelLoadError when the first bytes are not those of a GGUF file that is read here."""
    beginning = read_beginning(path, ".gguf", what)
    if not beginning.startswith(MAGIC):
        raise foreign(path, beginning, ".gguf") or refusal(
            f"{path.name} is not a GGUF file.", FOREIGN_CONTENT
        )
    if problem := _version_problem(path, beginning):
        raise problem


def checked_header(
    path: Path, what: str, with_vocabulary: bool = False, pause_s: float = 0.0
) -> Header:
    """Return the header of a whole GGUF file; `what` it should be. Raises ModelLoadError."""
    check_beginning(path, what)
    try:
        header = read_header(path, with_vocabulary=with_vocabulary, pause_s=pause_s)
        size = path.stat().st_size
    except OSError as error:
        raise unreadable(path, error) from error
    except HeaderEnds as error:
        raise refusal(
            f"{path.name} ends inside its header: it is damaged or not complete.", DOWNLOAD_AGAIN
        ) from error
    except HeaderNonsense as error:
        raise refusal(
            f"{path.name} is damaged: its header makes no sense.",
            DOWNLOAD_AGAIN,
            f"The header has {error}.",
        ) from error
    if header.end > size:
        raise refusal(
            f"{path.name} is not complete: {header.end - size:,} of {header.end:,} bytes are "
            "missing.",
            DOWNLOAD_AGAIN,
        )
    return header


def _version_problem(path: Path, beginning: bytes) -> ModelLoadError | None:
    version = beginning[4:8]
    if len(version) < 4:
        return None
    number = int.from_bytes(version, "little")
    if number == 1:
        return refusal(
            f"{path.name} is in version 1 of GGUF, which is no longer supported.",
            "Look for a newer version of the same model.",
        )
    if int.from_bytes(version, "big") in (2, 3):
        return refusal(
            f"{path.name} was made for big-endian machines.",
            "Look for the ordinary version of the same model.",
        )
    if number > 3:
        return refusal(
            f"{path.name} is in version {number} of GGUF; this Cairn reads 2 and 3.",
            "Look for a newer Cairn, or choose another model.",
        )
    return None


def _parts(path: Path, header: Header) -> tuple[Path, ...]:
    """Return the files of a split model, `path` first."""
    count = header.metadata.get("split.count", 1)
    if not isinstance(count, int) or count <= 1:
        return (path,)
    name = _SPLIT_NAME.fullmatch(path.name)
    if name is None or int(name["count"]) != count:
        raise refusal(
            f"{path.name} is a part of a model in {count} parts, but its name does not say which.",
            "Give the parts back the names they were published under.",
        )
    files = [
        path.with_name(f"{name['stem']}-{number:05d}-of-{count:05d}.gguf")
        for number in range(1, count + 1)
    ]
    if path != files[0] and files[0].is_file():
        raise refusal(
            f"{path.name} is part {int(name['number'])} of {count}.", f"Choose {files[0].name}."
        )
    for number, file in enumerate(files, 1):
        if not file.is_file():
            raise refusal(
                f"Part {number} of {count} of the model is missing: {file.name}.",
                "Put all parts into one folder.",
            )
    return tuple(files)
