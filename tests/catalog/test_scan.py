"""Looking through folders: what is found there, how deep, and how quickly a second time."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path
from threading import Event

import pytest

from app.catalog.describe import Description, FoundFile, describe_file
from app.catalog.facts import FactName, Source
from app.catalog.library import LibraryEntry, Severity
from app.catalog.records import Record
from app.catalog.scan import Library, Scanner, ScanRequest
from app.catalog.starter import STARTER_LABEL, starter_path
from tests.catalog.files import npu_file, settle
from tests.gguf_files import Tensor, gguf_bytes, model_metadata, write_model


def look(*folders: Path, files: tuple[Path, ...] = (), scanner: Scanner | None = None) -> Library:
    found = (scanner or Scanner()).scan(ScanRequest(folders, files), {}, Event())
    assert found is not None
    return found


def labels(library: Library) -> list[str]:
    return [entry.label for entry in library.entries]


def only(library: Library) -> LibraryEntry:
    (entry,) = library.entries
    return entry


def test_a_model_is_described_from_its_header_and_its_name(tmp_path: Path) -> None:
    write_model(tmp_path / "Qwen3-1.7B-Q8_0.gguf")
    entry = only(look(tmp_path))
    assert entry.label == "Qwen3-1.7B-Q8_0"
    assert entry.detail == "101K · Q8_0 · 114.4 kB"
    assert entry.context_limit == 512
    assert entry.kv_bytes_per_token == 2 * 2 * 64 * 2
    # The file itself is believed before its name.
    parameters = entry.fact(FactName.PARAMETERS)
    assert parameters is not None
    assert (parameters.value, parameters.source) == ("101K", Source.HEADER)


def test_an_npu_model_is_described_from_its_name(tmp_path: Path) -> None:
    npu_file(tmp_path / "Qwen3-1.7B_w8a8_rk3588_4k.rkllm", 2_400_000_000)
    entry = only(look(tmp_path))
    assert entry.detail == "1.7B · w8a8 · 2.4 GB"
    assert entry.severity is Severity.OK
    assert entry.context_limit == 4096
    assert entry.kv_bytes_per_token == 2 * 28 * 8 * 128 * 2


def test_the_folder_of_a_repository_tells_what_the_file_does_not(tmp_path: Path) -> None:
    npu_file(tmp_path / "Qwen3-1.7B-w8a8-rk3588" / "model.rkllm", 2_400_000_000)
    assert only(look(tmp_path)).detail == "1.7B · w8a8 · 2.4 GB"


def test_the_parts_of_a_split_model_are_one_row_with_their_size(tmp_path: Path) -> None:
    for number in (1, 2):
        metadata = model_metadata() if number == 1 else {"general.architecture": "llama"}
        metadata |= {"split.no": number - 1, "split.count": 2}
        path = tmp_path / f"big-0000{number}-of-00002.gguf"
        tensor = Tensor(f"part{number}.weight", (1_000_000,), 0, bytes(4_000_000))
        path.write_bytes(gguf_bytes(metadata, [tensor]))
    entry = only(look(tmp_path))
    assert entry.label == "big"
    assert len(entry.parts) == 2
    assert entry.size == sum(part.stat().st_size for part in entry.parts)


def test_a_link_to_a_model_is_a_model(tmp_path: Path) -> None:
    write_model(tmp_path / "blob")
    folder = tmp_path / "snapshots"
    folder.mkdir()
    (folder / "model.gguf").symlink_to("../blob")
    assert only(look(folder)).problem == ""


def test_folders_that_lead_in_a_circle_are_looked_into_once(tmp_path: Path) -> None:
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    write_model(inner / "model.gguf")
    (inner / "up").symlink_to(tmp_path)
    assert labels(look(tmp_path)) == ["model"]


def test_neither_too_deep_nor_hidden_folders_are_looked_into(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*"abcdefghij")
    deep.mkdir(parents=True)
    write_model(deep / "deep.gguf")
    (tmp_path / ".cache").mkdir()
    write_model(tmp_path / ".cache" / "hidden.gguf")
    assert labels(look(tmp_path)) == []


def test_a_hidden_folder_that_was_added_is_looked_into(tmp_path: Path) -> None:
    folder = tmp_path / ".lmstudio"
    folder.mkdir()
    write_model(folder / "model.gguf")
    assert labels(look(folder)) == ["model"]


def test_a_folder_named_like_its_model_is_no_row_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "model.gguf").mkdir()
    write_model(tmp_path / "model.gguf" / "model.gguf")
    assert only(look(tmp_path)).problem == ""


def test_a_folder_that_is_not_there_has_a_reason_and_hides_no_other(tmp_path: Path) -> None:
    write_model(tmp_path / "model.gguf")
    library = look(tmp_path, tmp_path / "stick")
    assert labels(library) == ["model"]
    assert library.folders[0].problem == ""
    assert library.folders[1].problem.startswith("The folder stick is not there: ")


def test_a_folder_that_may_not_be_opened_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "private").mkdir()
    write_model(tmp_path / "model.gguf")
    real = os.scandir

    def refuse(path: Path) -> object:
        if Path(path).name == "private":
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", refuse)
    library = look(tmp_path)
    assert labels(library) == ["model"]
    assert library.folders[0].problem == "private in it may not be opened."


def test_models_outside_the_folders_are_described_too(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    outside = write_model(tmp_path / "outside.gguf")
    library = look(tmp_path / "models", files=(outside, tmp_path / "gone.gguf", starter_path()))
    problems = {entry.label: entry.problem for entry in library.entries}
    assert problems["outside"] == ""
    assert problems["gone"] == "gone.gguf is not there."
    assert problems[STARTER_LABEL] == ""


def test_a_renamed_file_keeps_its_key(tmp_path: Path) -> None:
    path = write_model(tmp_path / "one.gguf")
    scanner = Scanner()
    before = only(look(tmp_path, scanner=scanner)).key
    path.rename(tmp_path / "two.gguf")
    after = only(look(tmp_path, scanner=scanner))
    assert (after.label, after.key) == ("two", before)


def test_what_was_said_goes_with_the_content(tmp_path: Path) -> None:
    path = write_model(tmp_path / "one.gguf")
    key = only(look(tmp_path)).key
    said: Mapping[str, Record] = {key: Record(name="My model")}
    path.rename(tmp_path / "two.gguf")
    library = Scanner().scan(ScanRequest((tmp_path,)), said, Event())
    assert library is not None
    assert only(library).label == "My model"


def test_files_that_did_not_change_are_not_opened_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [write_model(tmp_path / f"{name}.gguf", general__name=name) for name in "abc"]
    scanner = Scanner()
    first = look(tmp_path, scanner=scanner)
    opened: list[Path] = []

    def note(found: FoundFile) -> Description:
        opened.append(found.path)
        return describe_file(found)

    monkeypatch.setattr("app.catalog.scan.describe_file", note)
    assert look(tmp_path, scanner=scanner).entries == first.entries
    assert opened == []
    write_model(paths[1], general__name="changed")
    look(tmp_path, scanner=scanner)
    assert opened == [paths[1]]


def test_a_file_that_is_being_written_is_not_settled(tmp_path: Path) -> None:
    path = write_model(tmp_path / "model.gguf")
    assert not look(tmp_path).is_settled
    settle(path)
    assert look(tmp_path).is_settled


def test_a_scan_that_is_stopped_returns_nothing(tmp_path: Path) -> None:
    write_model(tmp_path / "model.gguf")
    stopped = Event()
    stopped.set()
    assert Scanner().scan(ScanRequest((tmp_path,)), {}, stopped) is None


def test_ten_thousand_other_files_cost_little(tmp_path: Path) -> None:
    for number in range(10_000):
        (tmp_path / f"photo-{number}.jpg").touch()
    write_model(tmp_path / "model.gguf")
    started = time.perf_counter()
    assert labels(look(tmp_path)) == ["model"]
    # 40 ms where it was measured; a stat of each file would take ten times that on a card.
    assert time.perf_counter() - started < 2.0


def test_shared_sidecars_belong_to_the_only_model_of_a_folder(tmp_path: Path) -> None:
    npu_file(tmp_path / "one" / "model.rkllm")
    config = '{"model_type": "qwen3", "num_hidden_layers": 28, "num_attention_heads": 16, '
    config += '"num_key_value_heads": 8, "head_dim": 128}'
    (tmp_path / "one" / "config.json").write_text(config)
    entry = only(look(tmp_path))
    assert entry.value(FactName.FAMILY) == "Qwen3"
    assert entry.kv_bytes_per_token == 114_688
    npu_file(tmp_path / "one" / "another.rkllm")
    assert {entry.sidecars for entry in look(tmp_path).entries} == {()}


def test_a_modelfile_of_rkllama_names_the_repository(tmp_path: Path) -> None:
    npu_file(tmp_path / "m" / "model.rkllm")
    modelfile = 'FROM="model.rkllm"\n\nHUGGINGFACE_PATH="x/Qwen2.5-3B-rk3588-1.1.4"\nSYSTEM=""\n'
    (tmp_path / "m" / "Modelfile").write_text(modelfile)
    entry = only(look(tmp_path))
    fact = entry.fact(FactName.TOOLKIT)
    assert fact is not None
    assert (fact.value, fact.source) == ("1.1.4", Source.SIDECAR)
    assert entry.value(FactName.PARAMETERS) == "3B"


@pytest.mark.parametrize(
    "content",
    [
        b"[" * 200_000,
        b'{"model_type": 7, "num_hidden_layers": "many", "head_dim": -1}',
        b'{"num_hidden_layers": 1e400, "text_config": []}',
        b"\xff\xfe\x00",
        b"9" * 20_000,
        b" " * 3_000_000,
        b"",
    ],
)
def test_hostile_sidecars_change_nothing(tmp_path: Path, content: bytes) -> None:
    npu_file(tmp_path / "m" / "Qwen3-1.7B.rkllm", 2_400_000_000)
    for name in ("config.json", "adapter_config.json", "Modelfile"):
        (tmp_path / "m" / name).write_bytes(content)
    assert only(look(tmp_path)).detail == "1.7B · 2.4 GB"
