"""What one token takes in the KV cache of models whose files do not say it.

Layers, key-value heads and width of a head stand in the config.json that Qwen, Meta, Google,
Microsoft, InternLM and THUDM published with their models.
"""

from __future__ import annotations

from collections.abc import Iterable

from app.catalog.facts import Fact, FactName, best
from app.catalog.names import is_same_family

#: Family, parameters: layers, key-value heads, width of a head.
_SHAPES: tuple[tuple[str, str, int, int, int], ...] = (
    ("Qwen3", "0.6B", 28, 8, 128),
    ("Qwen3", "1.7B", 28, 8, 128),
    ("Qwen3", "4B", 36, 8, 128),
    ("Qwen3", "8B", 36, 8, 128),
    ("Qwen3-VL", "2B", 28, 8, 128),
    ("Qwen3-VL", "4B", 36, 8, 128),
    ("Qwen3-Embedding", "0.6B", 28, 8, 128),
    ("Qwen3-Reranker", "0.6B", 28, 8, 128),
    ("Qwen2.5", "0.5B", 24, 2, 64),
    ("Qwen2.5", "1.5B", 28, 2, 128),
    ("Qwen2.5", "3B", 36, 2, 128),
    ("Qwen2.5", "7B", 28, 4, 128),
    ("Qwen2.5-Coder", "0.5B", 24, 2, 64),
    ("Qwen2.5-Coder", "1.5B", 28, 2, 128),
    ("Qwen2.5-Coder", "3B", 36, 2, 128),
    ("Qwen2.5-Coder", "7B", 28, 4, 128),
    ("Qwen2", "0.5B", 24, 2, 64),
    ("Qwen2", "1.5B", 28, 2, 128),
    ("Qwen2", "7B", 28, 4, 128),
    ("DeepSeek-R1", "1.5B", 28, 2, 128),
    ("DeepSeek-R1", "7B", 28, 4, 128),
    ("Llama-3.2", "1B", 16, 8, 64),
    ("Llama-3.2", "3B", 28, 8, 128),
    ("Llama-3.1", "8B", 32, 8, 128),
    ("Llama-3", "8B", 32, 8, 128),
    ("TinyLlama", "1.1B", 22, 4, 64),
    ("InternLM2", "1.8B", 24, 8, 128),
    ("Gemma2", "2B", 26, 4, 256),
    ("Gemma", "2B", 18, 1, 256),
    ("Phi-3", "3.8B", 32, 32, 96),
    ("ChatGLM3", "6B", 28, 2, 128),
)
_NUMBER_BYTES = 2


def kv_bytes_per_token(facts: Iterable[Fact]) -> int | None:
    """Return the bytes of one token, as a file says or as its family has them, or None."""
    facts = tuple(facts)
    said = best(facts, FactName.KV_BYTES)
    if said is not None:
        return said.number
    family, parameters = best(facts, FactName.FAMILY), best(facts, FactName.PARAMETERS)
    if family is None or parameters is None:
        return None
    for name, count, layers, heads, width in _SHAPES:
        if is_same_family(name, family.value) and count == parameters.value:
            return 2 * layers * heads * width * _NUMBER_BYTES
    return None
