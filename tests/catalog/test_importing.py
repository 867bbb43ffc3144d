"""Bringing files in: whole or not at all, nothing overwritten, nothing lost."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from threading import Event
from types import SimpleNamespace

import pytest

from app.catalog import importing
from app.catalog.importing import How, Imported, ImportProgress, ImportResult, import_files
from app.catalog.model_file import size_text
from app.errors import AppError
from tests.catalog.files import npu_file
from tests.gguf_files import gguf_bytes, model_metadata, model_tensors, write_model


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    (tmp_path / "stick").mkdir()
    return tmp_path / "stick"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "models"


def bring(paths: list[Path], folder: Path, how: How = How.COPY) -> ImportResult:
    return import_files(paths, folder, how, lambda _: None, Event())


def names_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def _other_disk(_: Path, __: Path) -> bool:
    return False


def test_a_copy_is_whole_and_leaves_the_original(stick: Path, home: Path) -> None:
    source = write_model(stick / "model.gguf")
    result = bring([source], home)
    assert result.items == (Imported(home / "model.gguf"),)
    assert (home / "model.gguf").read_bytes() == source.read_bytes()
    assert names_in(home) == ["model.gguf"]


@pytest.mark.parametrize("same_disk", [True, False])
def test_a_moved_file_is_gone_from_where_it_was(
    stick: Path, home: Path, same_disk: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = write_model(stick / "model.gguf")
    content = source.read_bytes()
    if not same_disk:
        monkeypatch.setattr(importing, "_renamed", _other_disk)
    bring([source], home, How.MOVE)
    assert not source.exists()
    assert (home / "model.gguf").read_bytes() == content


def test_a_link_leads_to_the_file(stick: Path, home: Path) -> None:
    source = write_model(stick / "model.gguf")
    bring([source], home, How.LINK)
    assert (home / "model.gguf").readlink() == source


def test_a_link_that_is_moved_brings_what_it_leads_to(stick: Path, home: Path) -> None:
    blob = write_model(stick / "blob")
    (stick / "model.gguf").symlink_to("blob")
    bring([stick / "model.gguf"], home, How.MOVE)
    assert not (home / "model.gguf").is_symlink()
    assert (home / "model.gguf").read_bytes() == blob.read_bytes()
    assert not (stick / "model.gguf").is_symlink()


def test_all_parts_come_together(stick: Path, home: Path) -> None:
    for number in (1, 2):
        metadata = model_metadata() | {"split.no": number - 1, "split.count": 2}
        part = stick / f"big-0000{number}-of-00002.gguf"
        part.write_bytes(gguf_bytes(metadata, model_tensors()))
    result = bring([stick / "big-00002-of-00002.gguf"], home)
    assert [item.path.name for item in result.items] == ["big-00001-of-00002.gguf"]
    assert names_in(home) == ["big-00001-of-00002.gguf", "big-00002-of-00002.gguf"]


def test_what_belongs_to_a_model_comes_in_a_folder_with_it(stick: Path, home: Path) -> None:
    npu_file(stick / "Qwen3.rkllm")
    (stick / "config.json").write_text("{}")
    (stick / "holiday.jpg").touch()
    bring([stick / "Qwen3.rkllm"], home)
    assert names_in(home) == ["Qwen3/Qwen3.rkllm", "Qwen3/config.json"]


def test_a_folder_brings_all_its_models(stick: Path, home: Path) -> None:
    write_model(stick / "a.gguf", general__name="a")
    npu_file(stick / "inner" / "b.rkllm")
    (stick / "half.gguf.part").touch()
    bring([stick], home)
    assert names_in(home) == ["a.gguf", "b.rkllm"]


def test_the_same_content_is_already_there(stick: Path, home: Path) -> None:
    source = write_model(stick / "model.gguf")
    bring([source], home)
    source = source.rename(stick / "renamed.gguf")
    assert bring([source], home).items == (Imported(home / "model.gguf", was_there=True),)
    assert names_in(home) == ["model.gguf"]


def test_other_content_of_that_name_gets_another_name(stick: Path, home: Path) -> None:
    bring([write_model(stick / "model.gguf")], home)
    bring([write_model(stick / "model.gguf", general__name="Another")], home)
    assert names_in(home) == ["model (2).gguf", "model.gguf"]


def test_progress_ends_at_the_whole(stick: Path, home: Path) -> None:
    seen: list[ImportProgress] = []
    sources = [write_model(stick / f"{name}.gguf", general__name=name) for name in "ab"]
    import_files(sources, home, How.COPY, seen.append, Event())
    assert seen[0] == ImportProgress("a.gguf", 0, seen[0].total_bytes)
    assert seen[-1].done_bytes == seen[-1].total_bytes == sum(p.stat().st_size for p in sources)


def test_a_cancelled_import_keeps_what_is_whole(stick: Path, home: Path) -> None:
    cancelled = Event()

    def cancel_after_a(progress: ImportProgress) -> None:
        if progress.done_bytes:
            cancelled.set()

    sources = [write_model(stick / f"{name}.gguf", general__name=name) for name in "ab"]
    result = import_files(sources, home, How.MOVE, cancel_after_a, cancelled)
    assert result == ImportResult((Imported(home / "a.gguf"),), is_cancelled=True)
    assert names_in(home) == ["a.gguf"]
    assert sources[1].exists()


def test_a_copy_that_is_cancelled_in_the_middle_is_removed(
    stick: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "_CHUNK_BYTES", 1000)
    cancelled = Event()

    def cancel_later(progress: ImportProgress) -> None:
        if progress.done_bytes > 5000:
            cancelled.set()

    source = write_model(stick / "a.gguf")
    result = import_files([source], home, How.COPY, cancel_later, cancelled)
    assert result == ImportResult((), is_cancelled=True)
    assert list(home.iterdir()) == []


def test_a_full_disk_is_told_before_anything_is_copied(
    stick: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = write_model(stick / "model.gguf")

    def nearly_full(_: Path) -> SimpleNamespace:
        return SimpleNamespace(free=50_000)

    monkeypatch.setattr(shutil, "disk_usage", nearly_full)
    with pytest.raises(AppError) as caught:
        bring([source], home)
    needed = size_text(source.stat().st_size)
    assert caught.value.cause == (
        f"There is no room in models: {needed} are needed, 50.0 kB are free, and 100 MB should "
        "stay free."
    )
    assert list(home.iterdir()) == []
    bring([source], home, How.LINK)


def test_a_disk_that_fills_up_meanwhile_keeps_nothing_half(
    stick: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    source = write_model(stick / "model.gguf")
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", refuse)
        with pytest.raises(AppError, match="The disk of models is full"):
            bring([source], home)
    assert list(home.iterdir()) == []


def test_a_stick_that_is_pulled_out_is_told(
    stick: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = write_model(stick / "model.gguf")
    real = Path.open

    def gone(self: Path, *args: object, **more: object) -> object:
        if self == source and more.get("buffering") == 0 and home.exists():
            raise OSError(errno.EIO, "Input/output error")
        return real(self, *args, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", gone)
    with pytest.raises(AppError, match=r"model.gguf cannot be read any more") as caught:
        bring([source], home)
    assert "unplugged" in caught.value.advice
    assert list(home.iterdir()) == []


def test_a_file_that_is_not_there_is_told(stick: Path, home: Path) -> None:
    with pytest.raises(AppError, match="its drive was unplugged"):
        bring([stick / "gone.gguf"], home)


def test_a_folder_that_cannot_be_made_is_told(stick: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(AppError, match="takes no files"):
        bring([write_model(stick / "model.gguf")], tmp_path / "file" / "models")


def test_what_cannot_be_deleted_was_copied(
    stick: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = write_model(stick / "model.gguf")
    real = Path.unlink

    def read_only(self: Path, missing_ok: bool = False) -> None:
        if self == source:
            raise OSError(errno.EROFS, "Read-only file system")
        real(self, missing_ok)

    monkeypatch.setattr(importing, "_renamed", _other_disk)
    monkeypatch.setattr(Path, "unlink", read_only)
    result = bring([source], home, How.MOVE)
    assert result.items == (Imported(home / "model.gguf", source_stayed=True),)
    assert source.exists()


def test_a_name_that_is_not_unicode_comes_in_as_it_is(stick: Path, home: Path) -> None:
    name = os.fsdecode(b"m\xff.gguf")
    bring([write_model(stick / name)], home)
    assert (home / name).exists()


def test_the_longest_name_there_is_can_be_numbered(stick: Path, home: Path) -> None:
    name = "n" * 250 + ".gguf"
    bring([write_model(stick / name)], home)
    bring([write_model(stick / name, general__name="Another")], home)
    assert names_in(home) == ["n" * 246 + " (2).gguf", name]


def test_parts_with_the_longest_names_keep_their_numbers(stick: Path, home: Path) -> None:
    names = [f"{'n' * 235}-0000{number}-of-00002.gguf" for number in (1, 2)]
    for salt in "ab":
        for name in names:
            (stick / name).write_bytes(gguf_bytes(model_metadata() | {"general.name": salt}, []))
        bring([stick / names[0]], home)
    assert names_in(home) == sorted(
        [*names, *(f"{'n' * 231} (2)-0000{number}-of-00002.gguf" for number in (1, 2))]
    )
