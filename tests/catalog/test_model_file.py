"""How a model file is described in a list."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.catalog.describe import describe_file
from app.catalog.library import LibraryEntry, entry_of
from app.catalog.model_file import count_text, size_text
from app.catalog.records import NOTHING_SAID
from app.catalog.starter import STARTER_LABEL, is_starter, starter_path
from app.catalog.walk import found_file
from tests.gguf_files import Tensor, gguf_bytes, model_metadata, write_model


def describe(path: Path) -> LibraryEntry:
    """Return the row for a file of which nothing was said."""
    return entry_of(describe_file(found_file(path)), NOTHING_SAID)


def test_a_sound_model_has_parameters_quantisation_and_size(tmp_path: Path) -> None:
    model = describe(write_model(tmp_path / "tiny-noise.Q8_0.gguf"))
    assert model.label == "tiny-noise.Q8_0"
    assert model.detail == "101K · Q8_0 · 114.4 kB"
    assert model.problem == ""


def test_a_damaged_model_has_a_problem_and_still_a_size(tmp_path: Path) -> None:
    path = write_model(tmp_path / "cut.gguf")
    path.write_bytes(path.read_bytes()[:50_000])
    model = describe(path)
    assert model.detail == "50.0 kB"
    assert model.problem.startswith("cut.gguf is not complete: ")


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("gone.gguf", "gone.gguf is not there."),
        ("gone.rkllm", "gone.rkllm is not there."),
        ("gone.txt", "gone.txt is not a model file that Cairn knows."),
    ],
)
def test_a_file_that_cannot_be_loaded_is_a_value(tmp_path: Path, name: str, problem: str) -> None:
    model = describe(tmp_path / name)
    assert model.problem == problem
    assert model.detail == ""


def test_a_folder_is_a_value_too(tmp_path: Path) -> None:
    path = tmp_path / "folder.gguf"
    path.mkdir()
    assert describe(path).problem == "folder.gguf is a folder, not a model file."


def test_the_parts_of_a_split_model_are_one_model(tmp_path: Path) -> None:
    for number in (1, 2):
        metadata = model_metadata() if number == 1 else {"general.architecture": "llama"}
        metadata |= {"split.no": number - 1, "split.count": 2}
        tensor = Tensor(f"part{number}.weight", (1_000_000,), 0, bytes(4_000_000))
        path = tmp_path / f"big-0000{number}-of-00002.gguf"
        path.write_bytes(gguf_bytes(metadata, [tensor]))
    model = describe(tmp_path / "big-00001-of-00002.gguf")
    assert model.label == "big"
    assert model.detail.startswith("2.0M · ")
    assert model.detail.endswith(" · 8.0 MB")


def test_the_starter_has_its_own_label() -> None:
    assert describe(starter_path()).label == STARTER_LABEL
    assert is_starter(starter_path())


def test_another_file_of_that_name_is_not_the_starter(tmp_path: Path) -> None:
    assert not is_starter(tmp_path / "starter.gguf")


def test_a_link_to_itself_is_not_the_starter(tmp_path: Path) -> None:
    (tmp_path / "loop.gguf").symlink_to("loop.gguf")
    assert not is_starter(tmp_path / "loop.gguf")


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (1_720_574_976, "1.7B"),
        (8_030_261_248, "8.0B"),
        (70_553_706_496, "71B"),
        (134_515_008, "135M"),
        (2_150_000, "2.1M"),
        (999, "999"),
    ],
)
def test_parameters_are_counted_the_way_models_are_named(count: int, text: str) -> None:
    assert count_text(count) == text


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (2_104_932_768, "2.1 GB"),
        (311_000_000, "311.0 MB"),
        (4_096, "4.1 kB"),
        (12, "12 bytes"),
        (1, "1 byte"),
    ],
)
def test_sizes_are_decimal(size: int, text: str) -> None:
    assert size_text(size) == text
