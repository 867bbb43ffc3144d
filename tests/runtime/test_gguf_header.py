"""The header reader: what it finds, and that a hostile file cannot make it slow or large."""

from __future__ import annotations

import random
import struct
import time
import tracemalloc
from pathlib import Path

import pytest

from app.runtime.gguf.fields import MAX_STRING_BYTES, HeaderEnds, HeaderNonsense
from app.runtime.gguf.header import read_header
from tests.gguf_files import (
    Tensor,
    gguf_bytes,
    model_metadata,
    model_tensors,
    write_model,
)

_PAIR_TYPES = {"string": 8, "array": 9, "uint64": 10}


def _string(text: bytes) -> bytes:
    return struct.pack("<Q", len(text)) + text


def _with_pair(value: bytes) -> bytes:
    """Return the beginning of a file with one metadata pair, and room behind it."""
    return b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + _string(b"key") + value + bytes(4096)


def _read(path: Path, data: bytes) -> object:
    path.write_bytes(data)
    return read_header(path, with_vocabulary=True)


@pytest.mark.parametrize(
    "data",
    [
        b"GGUF" + struct.pack("<IQQ", 3, 2**60, 1),
        b"GGUF" + struct.pack("<IQQ", 3, 1, 2**60),
        _with_pair(struct.pack("<IQ", _PAIR_TYPES["string"], 2**63)),
        _with_pair(struct.pack("<IIQ", _PAIR_TYPES["array"], 8, 2**62)),
        _with_pair(struct.pack("<IIQ", _PAIR_TYPES["array"], 4, 2**62)),
        _with_pair(struct.pack("<IIQ", _PAIR_TYPES["array"], 9, 1)),
        _with_pair(struct.pack("<I", 77)),
        gguf_bytes({"general.alignment": 0}, []),
        gguf_bytes({"general.alignment": 24}, []),
        gguf_bytes({}, [Tensor("t", (2**40, 2**40), 0, b"")]),
        gguf_bytes({}, [Tensor("t", (0, 4), 0, b"")]),
        gguf_bytes({}, [Tensor("t", (1, 1, 1, 1, 1), 0, b"")]),
        gguf_bytes({}, [Tensor("t", (33,), 8, b"")]),
    ],
    ids=[
        "tensors",
        "pairs",
        "text",
        "texts",
        "numbers",
        "nested_lists",
        "unknown_type",
        "alignment_zero",
        "alignment_odd",
        "huge_tensor",
        "empty_tensor",
        "dimensions",
        "half_a_block",
    ],
)
def test_a_hostile_header_is_refused_at_once(tmp_path: Path, data: bytes) -> None:
    tracemalloc.start()
    try:
        started = time.monotonic()
        with pytest.raises((HeaderNonsense, HeaderEnds)):
            _read(tmp_path / "hostile.gguf", data)
        assert time.monotonic() - started < 0.5
        assert tracemalloc.get_traced_memory()[1] < 4 * 1024 * 1024
    finally:
        tracemalloc.stop()


def test_a_text_of_absurd_length_is_refused(tmp_path: Path) -> None:
    length = MAX_STRING_BYTES + 1
    data = _with_pair(struct.pack("<IQ", _PAIR_TYPES["string"], length)) + bytes(length)
    with pytest.raises(HeaderNonsense, match="a text of"):
        _read(tmp_path / "long.gguf", data)


def test_every_cut_of_a_header_is_noticed(tmp_path: Path) -> None:
    whole = write_model(tmp_path / "model.gguf").read_bytes()
    start = read_header(tmp_path / "model.gguf").weights_start
    # The header ends a few bytes of padding before the first weight.
    for length in range(8, start - 32, 127):
        with pytest.raises(HeaderEnds):
            _read(tmp_path / "cut.gguf", whole[:length])


def test_any_change_of_the_header_is_read_or_refused(tmp_path: Path) -> None:
    whole = bytearray(write_model(tmp_path / "model.gguf").read_bytes())
    start = read_header(tmp_path / "model.gguf").weights_start
    rng = random.Random(1)
    refused = 0
    for _ in range(200):
        position, mask = rng.randrange(start), rng.randrange(1, 256)
        whole[position] ^= mask
        try:
            _read(tmp_path / "changed.gguf", bytes(whole))
        except (HeaderNonsense, HeaderEnds):
            refused += 1
        whole[position] ^= mask
    assert 30 < refused < 200


def test_long_lists_are_skipped_but_counted(tmp_path: Path) -> None:
    path = write_model(tmp_path / "model.gguf", test__scores=[1] * 5000)
    header = read_header(path)
    assert header.list_lengths["test.scores"] == 5000
    assert "test.scores" not in header.metadata
    assert header.list_lengths["tokenizer.ggml.tokens"] == 288


def test_a_value_for_each_layer_is_read(tmp_path: Path) -> None:
    header = read_header(
        write_model(tmp_path / "model.gguf", llama__attention__head_count_kv=[2, 0])
    )
    assert header.numbers("attention.head_count_kv", 2) == (2, 0)
    assert header.numbers("attention.head_count", 2) == (2, 2)
    assert header.numbers("attention.missing", 2) == ()


def test_the_quantisation_falls_back_to_the_commonest_type(tmp_path: Path) -> None:
    metadata = model_metadata()
    del metadata["general.file_type"]
    path = tmp_path / "model.gguf"
    path.write_bytes(gguf_bytes(metadata, model_tensors()))
    assert read_header(path).quantization == "Q8_0"


def test_a_number_format_from_the_future_is_left_to_the_loader(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(gguf_bytes({}, [Tensor("t", (32,), 99, bytes(64))]))
    header = read_header(path)
    assert header.tensors[0].size is None
    assert header.weight_bytes == 0
    assert header.quantization == ""


def test_a_large_vocabulary_is_read_quickly(tmp_path: Path) -> None:
    metadata = {
        "general.architecture": "llama",
        "tokenizer.ggml.tokens": [f"token {n}" for n in range(30_000)],
        "tokenizer.ggml.merges": [f"a{n} b{n}" for n in range(60_000)],
    }
    path = tmp_path / "model.gguf"
    path.write_bytes(gguf_bytes(metadata, []))
    started = time.process_time()
    assert read_header(path).list_lengths["tokenizer.ggml.merges"] == 60_000
    assert time.process_time() - started < 0.3
