"""Reads what a GGUF file says of itself, without native code and without its weights.

The format (docs/gguf.md of ggml): magic, version, the number of tensors and of metadata pairs, the
pairs, one record for each tensor, padding, then the weights. Only the header is read.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from app.runtime.gguf.fields import Fields, HeaderNonsense
from app.runtime.gguf.tensor_types import FILE_TYPES, TENSOR_TYPES, commonest_type

MAGIC = b"GGUF"
#: Version 1 had 32-bit counts and died out in 2023; llama.cpp reads 2 and 3.
VERSIONS = (2, 3)

_MAX_PAIRS = 4096
_MAX_TENSORS = 65536
_MAX_DIMENSIONS = 4
_MAX_KEPT_NUMBERS = 1024
_MAX_ELEMENTS = 2**56

_STRING, _ARRAY = 8, 9
_NUMBERS = {
    0: "B",
    1: "b",
    2: "H",
    3: "h",
    4: "I",
    5: "i",
    6: "f",
    7: "?",
    10: "Q",
    11: "q",
    12: "d",
}
_NUMBER_BYTES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}

Value = int | float | bool | str | tuple[int | float | bool, ...]


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """Where one tensor lies; `offset` counts from the first weight."""

    name: str
    shape: tuple[int, ...]
    type: int
    offset: int

    @property
    def elements(self) -> int:
        """Return how many numbers it holds."""
        return math.prod(self.shape)

    @property
    def size(self) -> int | None:
        """Return its bytes, or None for a number format newer than our table."""
        kind = TENSOR_TYPES.get(self.type)
        return kind.row_bytes(self.elements) if kind else None


@dataclass(frozen=True)
class Header:
    """What a GGUF file says of itself."""

    version: int
    metadata: dict[str, Value]
    """Numbers, texts and short lists of numbers."""
    list_lengths: dict[str, int]
    tensors: tuple[TensorInfo, ...]
    weights_start: int
    """Where in the file the first weight lies."""

    @property
    def architecture(self) -> str:
        """Return the family of the model ("llama"), or an empty text."""
        return self.text("general.architecture")

    @property
    def name(self) -> str:
        """Return the name its maker gave it, or an empty text."""
        return self.text("general.name").strip()

    @property
    def context_length(self) -> int | None:
        """Return the context window the model was made for."""
        return self.number("context_length")

    @cached_property
    def parameters(self) -> int:
        """Count the weights."""
        return sum(tensor.elements for tensor in self.tensors)

    @cached_property
    def weight_bytes(self) -> int:
        """Return the bytes of all tensors whose number format is known."""
        return sum(tensor.size or 0 for tensor in self.tensors)

    @cached_property
    def end(self) -> int:
        """Return the file size that the tensors need at least."""
        ends = (tensor.offset + (tensor.size or 0) for tensor in self.tensors)
        return self.weights_start + max(ends, default=0)

    @property
    def quantization(self) -> str:
        """Return the mix of number formats ("Q4_K_M"), or an empty text."""
        declared = self.metadata.get("general.file_type")
        if isinstance(declared, int) and declared in FILE_TYPES:
            return FILE_TYPES[declared]
        return commonest_type((tensor.type, tensor.elements) for tensor in self.tensors)

    def text(self, key: str) -> str:
        """Return a text of the metadata, or an empty one."""
        value = self.metadata.get(key)
        return value if isinstance(value, str) else ""

    def number(self, key: str) -> int | None:
        """Return a whole number of the architecture's metadata ("block_count")."""
        value = self.metadata.get(f"{self.architecture}.{key}")
        if isinstance(value, bool) or not isinstance(value, int):
            return None
        return value

    def numbers(self, key: str, count: int) -> tuple[int, ...]:
        """Return whole numbers, one for each of `count` layers; a single one counts for all."""
        value = self.metadata.get(f"{self.architecture}.{key}")
        if isinstance(value, tuple):
            return tuple(int(item) for item in value)[:count]
        one = self.number(key)
        return (one,) * count if one is not None else ()


def read_header(path: Path, *, with_vocabulary: bool = False, pause_s: float = 0.0) -> Header:
    """Read the header of the GGUF file at `path`.

    `with_vocabulary` also refuses a token that is there twice, on which llama.cpp b11549 aborts;
    this takes 0.1 s for the largest vocabularies. `pause_s` lets other threads run now and then.
    Raises OSError, `HeaderEnds` for a file that ends inside it, and `HeaderNonsense`.
    """
    size = path.stat().st_size
    with path.open("rb", buffering=0) as file:
        return _read(Fields(file, size, pause_s), with_vocabulary)


def _read(fields: Fields, with_vocabulary: bool) -> Header:
    if fields.u32() != int.from_bytes(MAGIC, "little"):
        raise HeaderNonsense("no GGUF magic")
    version = fields.u32()
    if version not in VERSIONS:
        raise HeaderNonsense(f"GGUF version {version}")
    tensor_count = fields.u64()
    pair_count = fields.u64()
    if tensor_count > _MAX_TENSORS:
        raise HeaderNonsense(f"{tensor_count} tensors")
    if pair_count > _MAX_PAIRS:
        raise HeaderNonsense(f"{pair_count} metadata pairs")
    metadata: dict[str, Value] = {}
    list_lengths: dict[str, int] = {}
    for _ in range(pair_count):
        _read_pair(fields, metadata, list_lengths, with_vocabulary)
    tensors = tuple(_read_tensor(fields) for _ in range(tensor_count))
    alignment = metadata.get("general.alignment", 32)
    if not isinstance(alignment, int) or alignment <= 0 or alignment & (alignment - 1):
        raise HeaderNonsense(f"an alignment of {alignment}")
    start = fields.position + -fields.position % alignment
    for tensor in tensors:
        if tensor.offset % alignment:
            raise HeaderNonsense(f"a tensor at {tensor.offset}, which is not aligned")
    return Header(version, metadata, list_lengths, tensors, start)


def _read_pair(
    fields: Fields,
    metadata: dict[str, Value],
    list_lengths: dict[str, int],
    with_vocabulary: bool,
) -> None:
    key = fields.string()
    if key in metadata or key in list_lengths:
        raise HeaderNonsense(f"the key {key[:80]!r} twice")
    kind = fields.u32()
    if kind == _STRING:
        metadata[key] = fields.string()
    elif kind == _ARRAY:
        item_kind = fields.u32()
        count = fields.u64()
        list_lengths[key] = count
        if with_vocabulary and key == "tokenizer.ggml.tokens" and item_kind == _STRING:
            fields.distinct_strings(count)
            return
        values = _read_list(fields, item_kind, count)
        if values is not None:
            metadata[key] = values
    elif kind in _NUMBERS:
        metadata[key] = fields.number(f"<{_NUMBERS[kind]}")
    else:
        raise HeaderNonsense(f"a metadata value of type {kind}")


def _read_list(fields: Fields, kind: int, count: int) -> tuple[int | float | bool, ...] | None:
    """Return a short list of numbers; move on over any other."""
    if kind == _STRING:
        fields.skip_strings(count)
        return None
    if kind not in _NUMBERS:
        raise HeaderNonsense(f"a list of values of type {kind}")
    if count <= _MAX_KEPT_NUMBERS:
        return fields.numbers(_NUMBERS[kind], count)
    fields.skip(count * _NUMBER_BYTES[kind])
    return None


def _read_tensor(fields: Fields) -> TensorInfo:
    name = fields.string()
    dimensions = fields.u32()
    if not 1 <= dimensions <= _MAX_DIMENSIONS:
        raise HeaderNonsense(f"a tensor of {dimensions} dimensions")
    shape = tuple(int(size) for size in fields.numbers("Q", dimensions))
    tensor = TensorInfo(name, shape, fields.u32(), fields.u64())
    if not 0 < tensor.elements < _MAX_ELEMENTS:
        raise HeaderNonsense(f"a tensor of shape {shape}")
    kind = TENSOR_TYPES.get(tensor.type)
    if kind is not None and shape[0] % kind.block:
        raise HeaderNonsense(f"a {kind.name} tensor with rows of {shape[0]}")
    return tensor
