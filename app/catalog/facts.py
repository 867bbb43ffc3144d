"""What can be known of a model file: facts, each with where it comes from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What a file is for."""

    MODEL = "model"
    ADAPTER = "adapter"


class FactName(Enum):
    """What a fact is about."""

    FAMILY = "family"
    PARAMETERS = "parameters"
    """As models are named: "1.7B"."""
    QUANTIZATION = "quantization"
    PLATFORM = "platform"
    """In lower case: "rk3588"."""
    TOOLKIT = "toolkit"
    """Version of the toolkit that wrote an NPU model: "1.2.3"."""
    CONTEXT = "context"
    """The longest context window, in tokens."""
    NPU_CORES = "npu_cores"
    HYBRID_RATIO = "hybrid_ratio"
    """The share of layers that are quantised in groups."""
    OPTIMIZATION = "optimization"
    """Optimization level of the conversion."""
    BASE = "base"
    """The model that an adapter was trained for."""
    RANK = "rank"
    """Rank of an adapter."""
    KV_BYTES = "kv_bytes"
    """What one token takes in the KV cache, in bytes."""

    @property
    def label(self) -> str:
        """Return what it is called for people."""
        return _LABELS[self]


_LABELS = {
    FactName.FAMILY: "Family",
    FactName.PARAMETERS: "Parameters",
    FactName.QUANTIZATION: "Quantisation",
    FactName.PLATFORM: "Made for",
    FactName.TOOLKIT: "Made with toolkit",
    FactName.CONTEXT: "Longest context",
    FactName.NPU_CORES: "NPU cores",
    FactName.HYBRID_RATIO: "Hybrid ratio",
    FactName.OPTIMIZATION: "Optimization",
    FactName.BASE: "Adapter for",
    FactName.RANK: "Rank",
    FactName.KV_BYTES: "Memory for each token",
}


class Source(Enum):
    """Where a fact comes from, the most trusted one first."""

    USER = "user"
    ENGINE = "engine"
    HEADER = "header"
    SIDECAR = "sidecar"
    NAME = "name"

    @property
    def words(self) -> str:
        """Return it for people."""
        return _WORDS[self]


_WORDS = {
    Source.USER: "you said so",
    Source.ENGINE: "seen when it was loaded",
    Source.HEADER: "from the file itself",
    Source.SIDECAR: "from a file beside it",
    Source.NAME: "read from the file's name",
}
_RANKS = {source: rank for rank, source in enumerate(Source)}


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is known, as text for people, and who says so."""

    name: FactName
    value: str
    source: Source

    @property
    def number(self) -> int | None:
        """Return the value as a whole number, or None where it is none."""
        return int(self.value) if self.value.isdecimal() and len(self.value) < 16 else None


def best(facts: Iterable[Fact], name: FactName) -> Fact | None:
    """Return the most trusted fact about `name`; of equally trusted ones the first."""
    about = [fact for fact in facts if fact.name is name]
    return min(about, key=_rank, default=None)


def _rank(fact: Fact) -> int:
    return _RANKS[fact.source]
