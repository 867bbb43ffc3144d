"""Whether an adapter belongs to a model, for the library and for the engine in the same words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.catalog.adapters import Answer, match
from app.catalog.facts import Kind
from app.catalog.records import Record
from app.errors import ModelLoadError
from app.runtime.gguf.file_check import check_adapter, check_model
from tests.catalog.files import entry, npu_file
from tests.gguf_files import (
    TINY,
    Tensor,
    gguf_bytes,
    model_metadata,
    model_tensors,
    write_adapter,
    write_model,
)


def test_an_adapter_with_the_matrices_of_the_model_belongs_to_it(tmp_path: Path) -> None:
    model = entry(write_model(tmp_path / "model.gguf"))
    adapter = entry(write_adapter(tmp_path / "pirate.gguf"))
    assert adapter.kind is Kind.ADAPTER
    assert match(adapter, model).answer is Answer.YES


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        (
            replace(TINY, width=96),
            "The adapter pirate.gguf was made for another model of the kind “llama”: its "
            "“blk.*.attn_output.weight” is 96 × 96, this one's is 64 × 64.",
        ),
        (
            replace(TINY, layers=3),
            "The adapter pirate.gguf was made for a larger model: it changes layer 3, this one "
            "has 2.",
        ),
    ],
)
def test_library_and_engine_refuse_another_size_in_the_same_words(
    tmp_path: Path, shape: object, reason: str
) -> None:
    path = write_model(tmp_path / "model.gguf")
    pirate = write_adapter(tmp_path / "pirate.gguf", shape)  # type: ignore[arg-type]
    found = match(entry(pirate), entry(path))
    assert (found.answer, found.reason) == (Answer.NO, reason)
    with pytest.raises(ModelLoadError) as caught:
        check_adapter(pirate, check_model(path).header)
    assert caught.value.cause == reason


def _adapter(path: Path, *names: str) -> Path:
    metadata = {
        "general.architecture": "llama",
        "general.type": "adapter",
        "adapter.type": "lora",
    }
    tensors = [Tensor(name, (64, 64), 0, bytes(64 * 64 * 4)) for name in names]
    path.write_bytes(gguf_bytes(metadata, tensors))
    return path


def test_a_matrix_that_the_model_does_not_have_is_named(tmp_path: Path) -> None:
    model = entry(write_model(tmp_path / "model.gguf"))
    name = "blk.0.ssm_in.weight"
    adapter = entry(_adapter(tmp_path / "a.gguf", f"{name}.lora_a", f"{name}.lora_b"))
    found = match(adapter, model)
    assert found.answer is Answer.NO
    assert "changes “blk.*.ssm_in.weight”, which this model does not have" in found.reason


def test_an_adapter_without_weights_is_broken(tmp_path: Path) -> None:
    adapter = entry(_adapter(tmp_path / "a.gguf"))
    assert adapter.problem == "a.gguf is a LoRA adapter without weights."


def test_of_a_split_model_not_every_matrix_is_known(tmp_path: Path) -> None:
    for number in (1, 2):
        metadata = model_metadata() | {"split.no": number - 1, "split.count": 2}
        tensors = model_tensors()[:2] if number == 1 else model_tensors()[2:]
        path = tmp_path / f"big-0000{number}-of-00002.gguf"
        path.write_bytes(gguf_bytes(metadata, tensors))
    model = tmp_path / "big-00001-of-00002.gguf"
    adapter = write_adapter(tmp_path / "pirate.gguf")
    assert match(entry(adapter), entry(model)).answer is Answer.YES
    check_adapter(adapter, check_model(model).header)


def test_the_user_cannot_make_a_gguf_adapter_fit(tmp_path: Path) -> None:
    model = entry(write_model(tmp_path / "model.gguf"))
    path = write_adapter(tmp_path / "pirate.gguf", replace(TINY, width=96))
    assert match(entry(path, Record(base=model.key)), model).answer is Answer.NO


def test_an_adapter_of_another_format_does_not_belong(tmp_path: Path) -> None:
    model = entry(npu_file(tmp_path / "model.rkllm"))
    found = match(entry(write_adapter(tmp_path / "pirate.gguf")), model)
    assert found.answer is Answer.NO
    assert ".rkllm" in found.reason


@pytest.mark.parametrize(
    ("adapter", "model", "answer"),
    [
        ("Qwen3-1.7B-lora-pirate.rkllm", "Qwen3-1.7B-w8a8-rk3588.rkllm", Answer.YES),
        ("qwen2.5-lora-pirate.rkllm", "Qwen3-1.7B-w8a8-rk3588.rkllm", Answer.NO),
        ("Qwen3-0.6B-lora-pirate.rkllm", "Qwen3-1.7B-w8a8-rk3588.rkllm", Answer.NO),
        ("pirate-lora.rkllm", "Qwen3-1.7B-w8a8-rk3588.rkllm", Answer.UNKNOWN),
        ("mine/lora/pirate.rkllm", "mine/model.rkllm", Answer.YES),
        ("mine/lora/pirate.rkllm", "other/model.rkllm", Answer.UNKNOWN),
    ],
)
def test_names_and_folders_tell_of_npu_adapters(
    tmp_path: Path, adapter: str, model: str, answer: Answer
) -> None:
    row = entry(npu_file(tmp_path / model, 2_000_000_000))
    row = replace(row, folder=tmp_path)
    assert match(entry(npu_file(tmp_path / adapter)), row).answer is answer


def test_what_the_user_says_of_an_npu_adapter_counts(tmp_path: Path) -> None:
    model = entry(npu_file(tmp_path / "Qwen3-1.7B.rkllm"))
    other = entry(npu_file(tmp_path / "Qwen3-0.6B.rkllm"))
    adapter = entry(npu_file(tmp_path / "Qwen3-1.7B-lora.rkllm"), Record(base=other.key))
    assert match(adapter, other).answer is Answer.YES
    assert match(adapter, model).answer is Answer.NO
