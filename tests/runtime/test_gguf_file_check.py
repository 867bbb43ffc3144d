"""Files that are no sound model are found out before native code sees them."""

from __future__ import annotations

import gzip
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from app.errors import ModelLoadError, Remedy
from app.runtime.gguf.file_check import check_adapter, check_model
from tests.gguf_files import (
    Tensor,
    gguf_bytes,
    model_metadata,
    model_tensors,
    write_adapter,
    write_model,
)


def _missing(_: Path) -> None:
    return


def _folder(path: Path) -> None:
    path.mkdir()


def _empty(path: Path) -> None:
    path.touch()


def _text(path: Path) -> None:
    path.write_text("Dear model, this is a text with an umlaut: ü. " * 20)


def _noise(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 20)


def _web_page(path: Path) -> None:
    path.write_text("\n<!DOCTYPE html><title>Sign in</title>")


def _git_pointer(path: Path) -> None:
    path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n")


def _zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("model.bin", b"0")


def _gzip(path: Path) -> None:
    path.write_bytes(gzip.compress(b"model"))


def _safetensors(path: Path) -> None:
    header = b'{"weight":{"dtype":"F16","shape":[1],"data_offsets":[0,2]}}'
    path.write_bytes(struct.pack("<Q", len(header)) + header + b"\0\0")


def _old_ggml(path: Path) -> None:
    path.write_bytes(b"tjgg" + bytes(100))


def _version_one(path: Path) -> None:
    path.write_bytes(gguf_bytes(model_metadata(), model_tensors(), version=1))


def _version_nine(path: Path) -> None:
    path.write_bytes(gguf_bytes(model_metadata(), model_tensors(), version=9))


def _big_endian(path: Path) -> None:
    path.write_bytes(b"GGUF" + struct.pack(">IQQ", 3, 1, 1) + bytes(100))


def _only_the_magic(path: Path) -> None:
    path.write_bytes(b"GGUF")


def _cut_in_the_header(path: Path) -> None:
    path.write_bytes(write_model(path).read_bytes()[:1000])


def _cut_in_the_weights(path: Path) -> None:
    path.write_bytes(write_model(path).read_bytes()[:-5000])


def _no_architecture(path: Path) -> None:
    write_model(path, general__architecture="")


def _embeddings(path: Path) -> None:
    write_model(path, general__architecture="nomic-bert")


def _vocabulary_only(path: Path) -> None:
    path.write_bytes(gguf_bytes(model_metadata(), []))


def _countless_layers(path: Path) -> None:
    write_model(path, llama__block_count=100_000)


def _token_twice(path: Path) -> None:
    write_model(path, tokenizer__ggml__tokens=["a", "b", "b\0c"])


@pytest.mark.parametrize(
    ("make", "cause"),
    [
        (_missing, "model.gguf is not there."),
        (_folder, "model.gguf is a folder, not a model file."),
        (_empty, "model.gguf is empty."),
        (_text, "model.gguf is a text file."),
        (_noise, "model.gguf is not a GGUF file."),
        (_web_page, "model.gguf is a web page."),
        (_git_pointer, "model.gguf is a pointer to the model, not the model."),
        (_zip, "model.gguf is a ZIP archive."),
        (_gzip, "model.gguf is a gzip archive."),
        (_safetensors, "model.gguf is a safetensors file."),
        (_old_ggml, "model.gguf is a model in the old GGML format."),
        (_version_one, "model.gguf is in version 1 of GGUF, which is no longer supported."),
        (_version_nine, "model.gguf is in version 9 of GGUF; this Cairn reads 2 and 3."),
        (_big_endian, "model.gguf was made for big-endian machines."),
        (_only_the_magic, "model.gguf ends inside its header: it is damaged or not complete."),
        (_cut_in_the_header, "model.gguf ends inside its header: it is damaged or not complete."),
        (_no_architecture, "model.gguf does not say which kind of model it is."),
        (_embeddings, "model.gguf makes embeddings for search and cannot chat."),
        (_vocabulary_only, "model.gguf has a vocabulary but no weights."),
        (_countless_layers, "model.gguf is damaged: it claims to have 100,000 layers."),
        (_token_twice, "model.gguf is damaged: its header makes no sense."),
        (write_adapter, "model.gguf is a LoRA adapter, not a model."),
    ],
)
def test_a_bad_file_has_a_cause_and_an_advice(
    tmp_path: Path, make: Callable[[Path], object], cause: str
) -> None:
    path = tmp_path / "model.gguf"
    make(path)
    with pytest.raises(ModelLoadError) as caught:
        check_model(path, with_vocabulary=True)
    assert caught.value.cause == cause
    assert caught.value.advice.endswith(".")
    assert caught.value.remedy is Remedy.CHOOSE_MODEL


def test_a_truncated_file_says_how_many_bytes_are_missing(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    whole = len(write_model(path).read_bytes())
    _cut_in_the_weights(path)
    with pytest.raises(ModelLoadError) as caught:
        check_model(path)
    # Behind the last tensor there is padding that nothing needs.
    missing, end = (int(word.replace(",", "")) for word in caught.value.cause.split()[4:7:2])
    assert end - missing == whole - 5000
    assert whole - 32 < end <= whole


def test_a_sound_model_is_described(tmp_path: Path) -> None:
    model = check_model(write_model(tmp_path / "model.gguf"), with_vocabulary=True)
    assert model.header.architecture == "llama"
    assert model.parameters == sum(tensor.elements for tensor in model.header.tensors)
    assert model.parts == (tmp_path / "model.gguf",)


def _part(folder: Path, number: int, count: int = 2) -> Path:
    path = folder / f"model-{number:05d}-of-{count:05d}.gguf"
    metadata = model_metadata() if number == 1 else {"general.architecture": "llama"}
    metadata |= {"split.no": number - 1, "split.count": count}
    tensor = Tensor(f"part{number}.weight", (32,), 0, bytes(128))
    path.write_bytes(gguf_bytes(metadata, [tensor]))
    return path


def test_the_parts_of_a_split_model_are_added_up(tmp_path: Path) -> None:
    parts = (_part(tmp_path, 1), _part(tmp_path, 2))
    model = check_model(parts[0])
    assert model.parts == parts
    assert model.parameters == 64
    assert model.weight_bytes == 256


def test_a_missing_part_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelLoadError, match="Part 2 of 2 of the model is missing: model-00002"):
        check_model(_part(tmp_path, 1))


def test_a_later_part_points_to_the_first(tmp_path: Path) -> None:
    _part(tmp_path, 1)
    with pytest.raises(ModelLoadError, match=r"is part 2 of 2\. Choose model-00001-of-00002"):
        check_model(_part(tmp_path, 2))


def test_a_renamed_part_is_refused(tmp_path: Path) -> None:
    path = _part(tmp_path, 1).rename(tmp_path / "renamed.gguf")
    with pytest.raises(ModelLoadError, match="its name does not say which"):
        check_model(path)


def test_an_adapter_of_another_family_is_refused(tmp_path: Path) -> None:
    model = check_model(write_model(tmp_path / "model.gguf", general__architecture="qwen3"))
    with pytest.raises(ModelLoadError, match="kind “llama”, this one is “qwen3”"):
        check_adapter(write_adapter(tmp_path / "adapter.gguf"), model.header)
