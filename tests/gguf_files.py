"""Writes tiny GGUF models and LoRA adapters with random weights, in milliseconds and without numpy.

The tokenizer knows the 256 bytes and a few specials, so a model reads one token for each byte and
writes noise; that is enough for everything but the meaning of an answer.
"""

from __future__ import annotations

import math
import random
import struct
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

ALIGNMENT = 32
F32, Q8_0 = 0, 8
_Q8_BLOCK, _Q8_BYTES = 32, 34
_UINT32, _INT32, _FLOAT32, _BOOL, _STRING, _ARRAY = 4, 5, 6, 7, 8, 9

CHATML = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
    "{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
SPECIALS = ("<|im_start|>", "<|im_end|>")


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of a llama model; widths are multiples of 32."""

    width: int = 64
    layers: int = 2
    heads: int = 2
    kv_heads: int = 2
    hidden: int = 128
    context: int = 512
    seed: int = 1


TINY = Shape()
#: About 60 million parameters: slow enough on any machine to be stopped while it reads.
SLOW = Shape(width=768, layers=8, heads=12, kv_heads=12, hidden=2048, context=8192)


@dataclass(frozen=True, slots=True)
class Tensor:
    """One tensor; `shape` has the fastest dimension first, as in the file."""

    name: str
    shape: tuple[int, ...]
    type: int
    data: bytes


def _string(text: str) -> bytes:
    raw = text.encode()
    return struct.pack("<Q", len(raw)) + raw


def _value(value: Any) -> bytes:
    """Return a metadata value with its type in front."""
    if isinstance(value, bool):
        return struct.pack("<I?", _BOOL, value)
    if isinstance(value, int):
        return struct.pack("<II", _UINT32, value)
    if isinstance(value, float):
        return struct.pack("<If", _FLOAT32, value)
    if isinstance(value, str):
        return struct.pack("<I", _STRING) + _string(value)
    if isinstance(value[0], int):
        numbers = struct.pack(f"<{len(value)}i", *value)
        return struct.pack("<IIQ", _ARRAY, _INT32, len(value)) + numbers
    parts = [_value(item) for item in value]
    return (
        struct.pack("<I", _ARRAY)
        + parts[0][:4]
        + struct.pack("<Q", len(parts))
        + b"".join(part[4:] for part in parts)
    )


def gguf_bytes(metadata: dict[str, Any], tensors: list[Tensor], version: int = 3) -> bytes:
    """Return a whole GGUF file."""
    parts = [b"GGUF", struct.pack("<IQQ", version, len(tensors), len(metadata))]
    parts += [_string(key) + _value(value) for key, value in metadata.items()]
    offset, body = 0, []
    for tensor in tensors:
        dims = struct.pack(f"<I{len(tensor.shape)}Q", len(tensor.shape), *tensor.shape)
        parts.append(_string(tensor.name) + dims + struct.pack("<IQ", tensor.type, offset))
        padding = -len(tensor.data) % ALIGNMENT
        body += [tensor.data, bytes(padding)]
        offset += len(tensor.data) + padding
    header = b"".join(parts)
    return header + bytes(-len(header) % ALIGNMENT) + b"".join(body)


def _noise(rng: random.Random, name: str, columns: int, rows: int) -> Tensor:
    """Return a q8_0 matrix of about unit gain."""
    blocks = columns * rows // _Q8_BLOCK
    data = bytearray(rng.randbytes(blocks * _Q8_BYTES))
    low, high = struct.pack("<e", 1.0 / (74.0 * math.sqrt(columns)))
    data[0::_Q8_BYTES] = bytes([low]) * blocks
    data[1::_Q8_BYTES] = bytes([high]) * blocks
    return Tensor(name, (columns, rows), Q8_0, bytes(data))


def _ones(name: str, size: int) -> Tensor:
    return Tensor(name, (size,), F32, struct.pack("<f", 1.0) * size)


def byte_tokens() -> list[str]:
    """Return the GPT-2 spelling of the 256 bytes."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    spare = iter(range(256, 512))
    return [chr(byte) if byte in plain else chr(next(spare)) for byte in range(256)]


def model_metadata(shape: Shape = TINY, template: str | None = CHATML) -> dict[str, Any]:
    """Return the metadata of a tiny llama model, to be changed by a test."""
    tokens = [*byte_tokens(), *SPECIALS]
    tokens += [f"[unused{n}]" for n in range(-len(tokens) % 32)]
    metadata: dict[str, Any] = {
        "general.architecture": "llama",
        "general.name": "Tiny noise",
        "general.file_type": 7,
        "llama.context_length": shape.context,
        "llama.embedding_length": shape.width,
        "llama.block_count": shape.layers,
        "llama.feed_forward_length": shape.hidden,
        "llama.attention.head_count": shape.heads,
        "llama.attention.head_count_kv": shape.kv_heads,
        "llama.attention.layer_norm_rms_epsilon": 1e-5,
        "llama.rope.dimension_count": shape.width // shape.heads,
        "llama.rope.freq_base": 10000.0,
        "llama.vocab_size": len(tokens),
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "qwen2",
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.token_type": [1] * 256 + [3] * (len(tokens) - 256),
        "tokenizer.ggml.merges": ["Ġ Ġ"],
        "tokenizer.ggml.bos_token_id": 256,
        "tokenizer.ggml.eos_token_id": 257,
        "tokenizer.ggml.padding_token_id": 257,
        "tokenizer.ggml.add_bos_token": False,
    }
    if template is not None:
        metadata["tokenizer.chat_template"] = template
    return metadata


def model_tensors(shape: Shape = TINY, vocabulary: int = 288) -> list[Tensor]:
    """Return random weights for `shape`, the output tied to the embedding."""
    rng = random.Random(shape.seed)
    kv_width = shape.width // shape.heads * shape.kv_heads
    tensors = [_noise(rng, "token_embd.weight", shape.width, vocabulary)]
    tensors.append(_ones("output_norm.weight", shape.width))
    for layer in range(shape.layers):
        block = f"blk.{layer}."
        tensors += [
            _ones(f"{block}attn_norm.weight", shape.width),
            _noise(rng, f"{block}attn_q.weight", shape.width, shape.width),
            _noise(rng, f"{block}attn_k.weight", shape.width, kv_width),
            _noise(rng, f"{block}attn_v.weight", shape.width, kv_width),
            _noise(rng, f"{block}attn_output.weight", shape.width, shape.width),
            _ones(f"{block}ffn_norm.weight", shape.width),
            _noise(rng, f"{block}ffn_gate.weight", shape.width, shape.hidden),
            _noise(rng, f"{block}ffn_up.weight", shape.width, shape.hidden),
            _noise(rng, f"{block}ffn_down.weight", shape.hidden, shape.width),
        ]
    return tensors


def write_model(
    path: Path, shape: Shape = TINY, *, template: str | None = CHATML, **changes: Any
) -> Path:
    """Write a model to `path` and return it; `changes` are metadata with `__` for dots."""
    metadata = model_metadata(shape, template)
    metadata.update({key.replace("__", "."): value for key, value in changes.items()})
    path.write_bytes(gguf_bytes(metadata, model_tensors(shape)))
    return path


def write_adapter(path: Path, shape: Shape = TINY, *, seed: int = 7, rank: int = 32) -> Path:
    """Write a LoRA adapter for the model of `shape`, strong enough to change every answer."""
    rng = random.Random(seed)
    metadata = {
        "general.architecture": "llama",
        "general.type": "adapter",
        "adapter.type": "lora",
        "adapter.lora.alpha": float(rank),
    }
    tensors = []
    for layer in range(shape.layers):
        name = f"blk.{layer}.attn_output.weight"
        for suffix, columns, rows in (("a", shape.width, rank), ("b", rank, shape.width)):
            noise = [rng.uniform(-1.0, 1.0) for _ in range(columns * rows)]
            data = struct.pack(f"<{len(noise)}f", *noise)
            tensors.append(Tensor(f"{name}.lora_{suffix}", (columns, rows), F32, data))
    path.write_bytes(gguf_bytes(metadata, tensors))
    return path


def without(metadata: dict[str, Any], *keys: str) -> dict[str, Any]:
    """Return `metadata` with `keys` left out."""
    return {key: value for key, value in metadata.items() if key not in keys}


def longer(shape: Shape, context: int) -> Shape:
    """Return `shape` with another context length."""
    return replace(shape, context=context)
