"""How much memory a model needs and how much there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.errors import ModelLoadError, Remedy
from app.runtime.gguf.header import Header, Value, read_header
from app.runtime.gguf.memory import available_bytes, check_memory, kv_bytes_per_token
from tests.gguf_files import write_model

MIB = 1024 * 1024


def _header(**numbers: Value) -> Header:
    metadata: dict[str, Value] = {"general.architecture": "llama"}
    metadata |= {f"llama.{key.replace('__', '.')}": value for key, value in numbers.items()}
    return Header(3, metadata, {}, (), 0)


def test_the_kv_cache_has_a_key_and_a_value_for_each_head(tmp_path: Path) -> None:
    header = read_header(write_model(tmp_path / "model.gguf"))
    # 2 layers, 2 heads of 32 numbers, key and value, 2 bytes each
    assert kv_bytes_per_token(header) == 2 * 2 * 32 * 2 * 2


def test_layers_without_attention_need_no_kv_cache() -> None:
    header = _header(
        block_count=4,
        embedding_length=128,
        attention__head_count=4,
        attention__head_count_kv=(4, 0, 0, 4),
    )
    assert kv_bytes_per_token(header) == 2 * 4 * 32 * 2 * 2


def test_head_widths_of_their_own_count() -> None:
    header = _header(
        block_count=1,
        embedding_length=128,
        attention__head_count=4,
        attention__head_count_kv=1,
        attention__key_length=100,
        attention__value_length=60,
    )
    assert kv_bytes_per_token(header) == (100 + 60) * 2


def test_latent_attention_keeps_one_vector_for_each_layer() -> None:
    header = _header(block_count=3, attention__kv_lora_rank=512, rope__dimension_count=64)
    assert kv_bytes_per_token(header) == 3 * (512 + 64) * 2


def test_a_header_that_does_not_say_counts_nothing() -> None:
    assert kv_bytes_per_token(_header()) == 0
    assert kv_bytes_per_token(_header(block_count=4, embedding_length=64)) == 0


def _meminfo(folder: Path, available_kib: int) -> Path:
    path = folder / "meminfo"
    path.write_text(f"MemTotal: 9999999 kB\nMemAvailable: {available_kib} kB\n")
    return path


def test_available_memory_is_what_the_system_says(tmp_path: Path) -> None:
    nothing = tmp_path / "nothing"
    assert available_bytes(_meminfo(tmp_path, 2048), nothing, nothing) == 2 * MIB


def test_unknown_memory_is_not_guessed(tmp_path: Path) -> None:
    nothing = tmp_path / "nothing"
    assert available_bytes(nothing, nothing, nothing) is None
    check_memory(_header(), 10**15, 4096, None)


@pytest.mark.parametrize(
    ("line", "folder", "limit_file", "usage_file", "cache_key"),
    [
        ("0::/app/inner", "", "memory.max", "memory.current", "inactive_file"),
        (
            "4:memory:/app/inner",
            "memory",
            "memory.limit_in_bytes",
            "memory.usage_in_bytes",
            "total_inactive_file",
        ),
    ],
    ids=["version_2", "version_1"],
)
def test_a_limit_of_the_control_group_counts(
    tmp_path: Path, line: str, folder: str, limit_file: str, usage_file: str, cache_key: str
) -> None:
    cgroup = tmp_path / "cgroup"
    cgroup.write_text(f"{line}\n")
    root = tmp_path / "fs"
    group = root / folder / "app"
    inner = group / "inner"
    inner.mkdir(parents=True)
    (inner / limit_file).write_text("max\n")
    (inner / usage_file).write_text(f"{MIB}\n")
    (group / limit_file).write_text(f"{100 * MIB}\n")
    (group / usage_file).write_text(f"{70 * MIB}\n")
    (group / "memory.stat").write_text(f"anon 5\n{cache_key} {20 * MIB}\n")
    assert available_bytes(_meminfo(tmp_path, 1024**2), cgroup, root) == 50 * MIB


def test_this_machine_says_how_much_there_is() -> None:
    available = available_bytes()
    assert available is not None
    assert available > 0


def _kv_header() -> Header:
    """Return a header whose KV cache takes 1 KiB for each token."""
    return _header(
        block_count=8, embedding_length=32, attention__head_count=1, attention__head_count_kv=1
    )


def test_what_fits_is_accepted() -> None:
    check_memory(_kv_header(), 100 * MIB, 4096, 200 * MIB)


def test_a_context_too_long_is_refused_with_one_that_fits() -> None:
    with pytest.raises(ModelLoadError) as caught:
        check_memory(_kv_header(), 100 * MIB, 100 * 1024, 126 * MIB)
    assert "needs about 235 MB of memory with a context of 102,400 tokens" in caught.value.cause
    assert "only 132 MB is free" in caught.value.cause
    assert "Lower the context length to 2,048 tokens or less" in caught.value.advice
    assert caught.value.remedy is Remedy.OPEN_SETTINGS


def test_weights_too_large_are_refused() -> None:
    with pytest.raises(ModelLoadError) as caught:
        check_memory(_kv_header(), 8 * 1024 * MIB, 4096, 1024 * MIB)
    assert "needs about 8.6 GB" in caught.value.cause
    assert "only 1.1 GB is free" in caught.value.cause
    assert "choose a smaller model" in caught.value.advice
    assert caught.value.remedy is Remedy.CHOOSE_MODEL
