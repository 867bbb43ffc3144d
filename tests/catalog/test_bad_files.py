"""One folder with every kind of bad file: each is a row with its reason, and nothing is raised."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest

from app.catalog.describe import describe_file
from app.catalog.facts import Kind
from app.catalog.library import LibraryEntry, Severity, entry_of
from app.catalog.records import LoadFailure, Record
from app.catalog.scan import Scanner, ScanRequest
from app.catalog.walk import found_file
from tests.catalog.files import npu_file
from tests.gguf_files import gguf_bytes, model_metadata, model_tensors, write_adapter, write_model

GONE = "is a link to a file that is not there."
#: File, severity, and what the reason says.
BAD = (
    ("empty.gguf", Severity.BROKEN, "empty.gguf is empty."),
    ("empty.rkllm", Severity.BROKEN, "empty.rkllm is empty."),
    ("text.gguf", Severity.BROKEN, "text.gguf is a text file."),
    ("text.rkllm", Severity.BROKEN, "text.rkllm is a text file."),
    ("page.gguf", Severity.BROKEN, "page.gguf is a web page."),
    ("page.rkllm", Severity.BROKEN, "page.rkllm is a web page."),
    ("pointer.rkllm", Severity.BROKEN, "pointer.rkllm is a pointer to the model, not the model."),
    ("cut.gguf", Severity.BROKEN, "cut.gguf is not complete: "),
    ("cut-header.gguf", Severity.BROKEN, "cut-header.gguf ends inside its header"),
    ("Qwen3-1.7B-w8a8-cut.rkllm", Severity.WARNING, "It has 4.1 kB, too little for 1.7B"),
    ("model-rk3576.rkllm", Severity.WARNING, "By its name it was made for the RK3576; this"),
    ("model-w4a16.rkllm", Severity.WARNING, "It is quantised as w4a16, and the RK3588 takes"),
    ("model-rkllm-1.0.1.rkllm", Severity.WARNING, "By its name it was made with toolkit 1.0.1"),
    ("model-v1.9.0.rkllm", Severity.WARNING, "By its name it was made with toolkit 1.9.0, which"),
    ("future.gguf", Severity.BROKEN, "future.gguf is in version 4 of GGUF; this Cairn reads"),
    ("old.gguf", Severity.BROKEN, "old.gguf is in version 1 of GGUF, which is no longer"),
    ("wrong.rkllm", Severity.BROKEN, "wrong.rkllm is a GGUF model with the ending of another"),
    ("weights.safetensors", Severity.BROKEN, "weights.safetensors is a safetensors file, which"),
    ("adapter_model.safetensors", Severity.BROKEN, "adapter_model.safetensors is an adapter as"),
    ("net.onnx", Severity.BROKEN, "net.onnx is an ONNX file, which no runtime of Cairn reads."),
    ("vision.rknn", Severity.BROKEN, "vision.rknn is an RKNN file: a network for the NPU that"),
    ("folder.gguf", Severity.BROKEN, "folder.gguf is a folder, not a model file."),
    ("broken-link.gguf", Severity.BROKEN, f"broken-link.gguf {GONE}"),
    ("broken-link.rkllm", Severity.BROKEN, f"broken-link.rkllm {GONE}"),
    ("loop.gguf", Severity.BROKEN, "loop.gguf is a link that leads back to itself."),
    ("pipe.gguf", Severity.BROKEN, "pipe.gguf is a device, not a model file."),
    ("half.gguf.part", Severity.BROKEN, "The download of half.gguf.part is not finished."),
    ("half.rkllm.crdownload", Severity.BROKEN, "The download of half.rkllm.crdownload is not"),
    ("half.rkllm.incomplete", Severity.BROKEN, "The download of half.rkllm.incomplete is not"),
    ("half.gguf.download", Severity.BROKEN, "The download of half.gguf.download is not"),
    ("half.gguf.tmp", Severity.BROKEN, "The download of half.gguf.tmp is not finished."),
    ("reserved.gguf", Severity.BROKEN, "The download of reserved.gguf is not finished."),
    ("mmproj.gguf", Severity.BROKEN, "mmproj.gguf is the part of a model that reads pictures"),
    ("imatrix.gguf", Severity.BROKEN, "imatrix.gguf is a table for making quantised models"),
    ("vocabulary.gguf", Severity.BROKEN, "vocabulary.gguf has a vocabulary but no weights."),
    ("search.gguf", Severity.BROKEN, "search.gguf makes embeddings for search and cannot chat."),
    ("lone-00001-of-00002.gguf", Severity.BROKEN, "Part 2 of 2 of the model is missing: lone-"),
    ("late-00002-of-00002.gguf", Severity.BROKEN, "Part 1 of 2 of the model is missing: late-"),
    ("b?d.gguf", Severity.BROKEN, "b?d.gguf is empty."),
)


def _fill(folder: Path) -> None:
    whole = gguf_bytes(model_metadata(), model_tensors())
    for ending in ("gguf", "rkllm"):
        (folder / f"empty.{ending}").touch()
        (folder / f"text.{ending}").write_text("Not a model at all. " * 50)
        (folder / f"page.{ending}").write_text("<!DOCTYPE html><html>404</html>")
        (folder / f"broken-link.{ending}").symlink_to(folder / "nowhere")
    (folder / "pointer.rkllm").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:")
    (folder / "cut.gguf").write_bytes(whole[:-5000])
    (folder / "cut-header.gguf").write_bytes(whole[:900])
    for name in ("Qwen3-1.7B-w8a8-cut", "model-rk3576", "model-w4a16", "model-v1.9.0"):
        npu_file(folder / f"{name}.rkllm")
    npu_file(folder / "model-rkllm-1.0.1.rkllm")
    (folder / "future.gguf").write_bytes(gguf_bytes({}, [], version=4))
    (folder / "old.gguf").write_bytes(gguf_bytes({}, [], version=1))
    (folder / "wrong.rkllm").write_bytes(whole)
    for name in ("weights.safetensors", "adapter_model.safetensors", "net.onnx", "vision.rknn"):
        (folder / name).write_bytes(b"\x08\x00\x00\x00\x00\x00\x00\x00weights")
    (folder / "folder.gguf").mkdir()
    (folder / "loop.gguf").symlink_to("loop.gguf")
    os.mkfifo(folder / "pipe.gguf")
    for name in (
        "half.gguf.part",
        "half.rkllm.crdownload",
        "half.rkllm.incomplete",
        "half.gguf.download",
        "half.gguf.tmp",
    ):
        (folder / name).write_bytes(whole[:1000])
    (folder / "reserved.gguf").write_bytes(whole)
    (folder / "reserved.gguf.aria2").write_bytes(b"\0\1")
    for kind in ("mmproj", "imatrix"):
        (folder / f"{kind}.gguf").write_bytes(gguf_bytes({"general.type": kind}, []))
    (folder / "vocabulary.gguf").write_bytes(gguf_bytes(model_metadata(), []))
    (folder / "search.gguf").write_bytes(
        gguf_bytes({"general.architecture": "bert"}, model_tensors())
    )
    for name, number in (("lone", 0), ("late", 1)):
        metadata = model_metadata() | {"split.no": number, "split.count": 2}
        file = folder / f"{name}-0000{number + 1}-of-00002.gguf"
        file.write_bytes(gguf_bytes(metadata, model_tensors()))
    (folder / os.fsdecode(b"b\xffd.gguf")).touch()
    # What is no business of the library's.
    for name in ("notes.txt", "picture.png", "README", ".hidden.gguf", "._mac.gguf", "x.part"):
        (folder / name).write_text("x")


def _scan(folder: Path) -> dict[str, LibraryEntry]:
    library = Scanner().scan(ScanRequest((folder,)), {}, Event())
    assert library is not None
    return {entry.path.name.encode("utf-8", "replace").decode(): entry for entry in library.entries}


def test_every_bad_file_is_a_row_with_its_reason(tmp_path: Path) -> None:
    _fill(tmp_path)
    rows = _scan(tmp_path)
    seen = {name: (row.severity, row.problem) for name, row in rows.items()}
    assert set(seen) == {name for name, _, _ in BAD}
    for name, severity, reason in BAD:
        assert seen[name][0] is severity, name
        assert seen[name][1].startswith(reason), (name, seen[name][1])
        assert rows[name].advice.endswith("."), name


def test_a_file_that_may_not_be_read_is_a_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_model(tmp_path / "secret.gguf")
    real = Path.open

    def refuse(self: Path, *args: object, **more: object) -> object:
        if self == path:
            # The tests may run as root, who may read everything.
            raise PermissionError(13, "Permission denied")
        return real(self, *args, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refuse)
    (row,) = _scan(tmp_path).values()
    assert row.problem == "secret.gguf may not be read."
    assert row.severity is Severity.BROKEN


def test_a_file_that_vanishes_during_the_scan_is_a_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_model(tmp_path / "there.gguf")
    found = found_file(path)
    path.unlink()
    row = entry_of(describe_file(found), Record())
    assert row.problem == "there.gguf is not there."

    path = npu_file(tmp_path / "between.rkllm")

    def vanish(file: Path) -> str:
        raise FileNotFoundError(2, "No such file or directory", str(file))

    monkeypatch.setattr("app.catalog.describe.fingerprint", vanish)
    row = entry_of(describe_file(found_file(path)), Record())
    assert row.problem == "between.rkllm is not there."


def test_what_the_engine_said_of_another_platform_is_final(tmp_path: Path) -> None:
    described = describe_file(found_file(npu_file(tmp_path / "model.rkllm")))
    failure = LoadFailure("model.rkllm was made for another chip than the RK3588.", is_final=True)
    row = entry_of(described, Record(failure=failure))
    assert row.severity is Severity.BROKEN
    assert row.problem == "model.rkllm was made for another chip than the RK3588."


def test_an_npu_adapter_is_known_by_name_by_folder_or_by_the_user(tmp_path: Path) -> None:
    npu_file(tmp_path / "pirate-lora.rkllm")
    npu_file(tmp_path / "loras" / "pirate.rkllm")
    npu_file(tmp_path / "model.rkllm")
    rows = _scan(tmp_path)
    kinds = {name: row.kind for name, row in rows.items()}
    assert kinds == {
        "pirate-lora.rkllm": Kind.ADAPTER,
        "pirate.rkllm": Kind.ADAPTER,
        "model.rkllm": Kind.MODEL,
    }
    said = entry_of(rows["model.rkllm"].description, Record(kind=Kind.ADAPTER))
    assert said.kind is Kind.ADAPTER


def test_a_gguf_adapter_says_so_itself(tmp_path: Path) -> None:
    write_adapter(tmp_path / "pirate.gguf")
    (row,) = _scan(tmp_path).values()
    assert (row.kind, row.problem) == (Kind.ADAPTER, "")


@pytest.mark.parametrize("write", [write_model, write_adapter])
def test_a_gguf_file_whose_name_is_not_utf8_says_so(
    tmp_path: Path, write: Callable[[Path], Path]
) -> None:
    row = entry_of(
        describe_file(found_file(write(tmp_path / os.fsdecode(b"m\xff.gguf")))), Record()
    )
    assert row.severity is Severity.BROKEN
    assert row.problem == "Its name is not UTF-8, and llama.cpp cannot open it."
    assert row.advice == "Give it another name."
    assert row.key
    assert row.description.layout is not None


def test_a_gguf_file_in_a_folder_whose_name_is_not_utf8_says_so(tmp_path: Path) -> None:
    folder = tmp_path / os.fsdecode(b"m\xff")
    folder.mkdir()
    row = entry_of(describe_file(found_file(write_model(folder / "m.gguf"))), Record())
    assert "folder that it lies in is not UTF-8" in row.problem
    npu = entry_of(describe_file(found_file(npu_file(folder / "m.rkllm"))), Record())
    assert npu.is_usable
