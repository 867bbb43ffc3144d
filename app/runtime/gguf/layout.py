"""Which matrices a model has and an adapter changes, and whether the two go together.

llama.cpp looks for the matrix of each pair "NAME.lora_a", "NAME.lora_b" and compares the sizes
(llama_adapter_lora_init_impl); it then says only that the adapter could not be loaded. Layers of
one shape are kept once, so that the layouts of hundreds of models take little memory.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.runtime.gguf.header import Header

_LAYER = re.compile(r"\bblk\.(\d+)\.")
_EMBEDDING = "token_embd.weight"


@dataclass(frozen=True, slots=True)
class Matrix:
    """A matrix, or those of all layers: its name, the sizes it is there in, and how often."""

    name: str
    """With "*" for the number of the layer."""
    sizes: tuple[tuple[int, int], ...]
    """Columns and rows, each one once."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The matrices of a model, or those that an adapter changes."""

    architecture: str
    matrices: tuple[Matrix, ...] = ()
    pairs: tuple[Matrix, ...] = ()
    """The matrices that an adapter changes."""
    layers: int = 0
    """One more than the highest layer that is named."""
    is_whole: bool = True
    """Whether every matrix is known: the first part of a split model names only its own."""


def layout_of(header: Header) -> Layout:
    """Return the layout of the model or adapter with this header."""
    matrices: dict[str, set[tuple[int, int]]] = {}
    pairs: dict[str, set[tuple[int, int]]] = {}
    shapes = {tensor.name: tensor.shape for tensor in header.tensors}
    layers = 0
    for name, shape in shapes.items():
        if layer := _LAYER.search(name):
            layers = max(layers, int(layer[1]) + 1)
        base, dot, suffix = name.rpartition(".")
        if dot and suffix == "lora_a":
            other = shapes.get(f"{base}.lora_b", ())
            size = _changed(base, shape, other)
            pairs.setdefault(_LAYER.sub("blk.*.", base), set()).add(size)
        elif len(shape) > 1 and suffix != "lora_b":
            matrices.setdefault(_LAYER.sub("blk.*.", name), set()).add((shape[0], shape[1]))
    count = header.metadata.get("split.count", 1)
    return Layout(
        architecture=header.architecture,
        matrices=_sorted(matrices),
        pairs=_sorted(pairs),
        layers=layers,
        is_whole=not (isinstance(count, int) and count > 1),
    )


def mismatch(adapter: Layout, model: Layout) -> str:
    """Return why an adapter does not fit a model, as the rest of a sentence, or an empty text."""
    if adapter.architecture != model.architecture:
        return (
            f"was made for a model of the kind “{adapter.architecture}”, this one is "
            f"“{model.architecture}”"
        )
    if model.is_whole and adapter.layers > model.layers:
        return (
            f"was made for a larger model: it changes layer {adapter.layers}, this one has "
            f"{model.layers}"
        )
    known = {matrix.name: matrix.sizes for matrix in model.matrices}
    for pair in adapter.pairs:
        sizes = known.get(pair.name)
        if sizes is None:
            if model.is_whole:
                return f"changes “{pair.name}”, which this model does not have"
            continue
        for size in pair.sizes:
            if size not in sizes:
                return (
                    f"was made for another model of the kind “{model.architecture}”: its "
                    f"“{pair.name}” is {_size_text(size)}, this one's is {_size_text(sizes[0])}"
                )
    return ""


def rank_of(header: Header) -> int | None:
    """Return the rank of a LoRA adapter, or None where its matrices do not agree."""
    ranks = {
        tensor.shape[1]
        for tensor in header.tensors
        if tensor.name.endswith(".lora_a")
        and len(tensor.shape) > 1
        and not tensor.name.startswith(_EMBEDDING)
    }
    return ranks.pop() if len(ranks) == 1 else None


def _changed(base: str, a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, int]:
    """Return columns and rows of the matrix that a pair changes; (0, 0) for half a pair."""
    if len(a) < 2 or len(b) < 2:
        return (0, 0)
    # The pair of the embedding is kept transposed.
    return (b[1], a[1]) if base == _EMBEDDING else (a[0], b[1])


def _sorted(found: dict[str, set[tuple[int, int]]]) -> tuple[Matrix, ...]:
    return tuple(Matrix(name, tuple(sorted(sizes))) for name, sizes in sorted(found.items()))


def _size_text(size: tuple[int, int]) -> str:
    return f"{size[0]:,} × {size[1]:,}"
