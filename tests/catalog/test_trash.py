"""The trash: what goes in can come back."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.catalog.trash import move_to_trash, restore
from app.errors import AppError


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.mark.parametrize("name", ["a b.gguf", os.fsdecode(b"m\xff.gguf")])
def test_a_file_goes_and_comes_back(tmp_path: Path, data: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("weights")
    trashed = move_to_trash(path)
    assert not path.exists()
    assert trashed.path == data / "Trash" / "files" / name
    note = trashed.info.read_text()
    assert note.startswith("[Trash Info]\nPath=/")
    assert ("a%20b" in note) or ("m%FF" in note)
    restore(trashed)
    assert path.read_text() == "weights"
    assert not trashed.info.exists()


@pytest.mark.parametrize("letter", ["n", "é"])
def test_the_longest_name_there_is_goes_and_comes_back(tmp_path: Path, letter: str) -> None:
    stem = letter * (250 // len(letter.encode()))
    for content in ("one", "two"):
        path = tmp_path / f"{stem}.gguf"
        path.write_text(content)
        trashed = move_to_trash(path)
        assert trashed.path.name.endswith(".gguf")
        assert trashed.path.read_text() == content
        restore(trashed)
        assert path.read_text() == content
        move_to_trash(path)


def test_two_files_of_a_name_have_room_in_the_trash(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    trashed = []
    for content in ("one", "two"):
        path.write_text(content)
        trashed.append(move_to_trash(path))
    assert [item.path.read_text() for item in trashed] == ["one", "two"]


def test_a_link_goes_and_what_it_leads_to_stays(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("weights")
    link = tmp_path / "model.gguf"
    link.symlink_to("file")
    trashed = move_to_trash(link)
    assert (tmp_path / "file").exists()
    restore(trashed)
    assert link.read_text() == "weights"


def test_nothing_is_overwritten_when_a_file_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_text("old")
    trashed = move_to_trash(path)
    path.write_text("new")
    with pytest.raises(AppError, match="another file has its place"):
        restore(trashed)
    assert path.read_text() == "new"


def test_a_file_that_is_gone_is_told_and_leaves_no_note(tmp_path: Path, data: Path) -> None:
    with pytest.raises(AppError, match="could not be moved to the trash"):
        move_to_trash(tmp_path / "gone.gguf")
    assert list((data / "Trash" / "info").iterdir()) == []
