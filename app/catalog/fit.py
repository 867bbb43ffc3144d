"""Whether a model fits the memory that is free: weights, the KV cache of the context, and room."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from app.catalog.library import LibraryEntry, Severity
from app.catalog.model_file import size_text
from app.runtime.gguf.memory import OVERHEAD_BYTES, available_bytes

__all__ = ["Fit", "FitMark", "available_bytes", "fit_of", "memory_of"]

#: What should stay free for the desktop; with less a model loads, but everything is slow.
_COMFORT_BYTES = 400_000_000
#: A model whose KV cache is not known fits surely enough when this much more is free.
_AMPLE = 2.0


class FitMark(Enum):
    """Whether a model fits."""

    FITS = "fits"
    TIGHT = "tight"
    TOO_BIG = "too_big"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Fit:
    """Whether a model fits, and why, as one sentence with figures."""

    mark: FitMark
    reason: str
    needed: int | None = None
    """Bytes; None where it cannot be known."""


def fit_of(entry: LibraryEntry, context_tokens: int, available: int | None, freed: int = 0) -> Fit:
    """Return whether a model fits with a context of `context_tokens`.

    `available` is what `available_bytes` says now, `freed` what comes free because another model
    is unloaded for it.
    """
    if entry.severity is Severity.BROKEN:
        return Fit(FitMark.UNKNOWN, entry.problem)
    if not entry.size:
        return Fit(FitMark.UNKNOWN, "Its size cannot be read.")
    tokens = min(context_tokens, entry.context_limit or context_tokens)
    per_token = entry.kv_bytes_per_token
    cache = per_token * tokens if per_token is not None else None
    needed = entry.size + OVERHEAD_BYTES + (cache or 0)
    needs = _needs(entry.size, needed, cache, tokens)
    if available is None:
        return Fit(
            FitMark.UNKNOWN,
            f"{needs}; how much is free cannot be read.",
            needed if cache is not None else None,
        )
    free = available + freed
    reason = f"{needs}; {_free(available, freed)}."
    if needed > free:
        return Fit(FitMark.TOO_BIG, reason, needed)
    if cache is None:
        mark = FitMark.FITS if needed * _AMPLE <= free else FitMark.UNKNOWN
        return Fit(mark, reason)
    return Fit(FitMark.TIGHT if needed + _COMFORT_BYTES > free else FitMark.FITS, reason, needed)


def memory_of(entry: LibraryEntry, context_tokens: int) -> int:
    """Return what comes free when a loaded model is unloaded, in bytes; at the least its weights.

    The weights of a GGUF file are mapped and count as free already.
    """
    tokens = min(context_tokens, entry.context_limit or context_tokens)
    cache = (entry.kv_bytes_per_token or 0) * tokens
    weights = 0 if entry.path.suffix.lower() == ".gguf" else entry.size
    return weights + cache


def _needs(weights: int, needed: int, cache: int | None, tokens: int) -> str:
    if cache is None:
        return (
            f"Needs ≈ {size_text(needed)} and more: {size_text(weights)} weights; what "
            f"{tokens:,} tokens take is not known for this model"
        )
    return (
        f"Needs ≈ {size_text(needed)}: {size_text(weights)} weights, {size_text(cache)} for "
        f"{tokens:,} tokens"
    )


def _free(available: int, freed: int) -> str:
    if freed:
        return f"{size_text(available + freed)} are free once the model in use is unloaded"
    return f"{size_text(available)} are free"
