"""Text from files, on one line and in the order it has."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.catalog.describe import shown_name
from app.catalog.library import label_of
from app.catalog.records import Record
from app.catalog.shown import LONGEST, shown_text
from tests.catalog.files import entry, npu_file


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("two\n lines\tand a tab", "two lines and a tab"),
        ("bidi\u202egpj.fdp", "bidi\ufffdgpj.fdp"),
        ("\u2066isolated\u2069 \x1b[31mred", "\ufffdisolated\ufffd \ufffd[31mred"),
        ("ordinary Ünïcode עברית", "ordinary Ünïcode עברית"),
        (os.fsdecode(b"m\xff"), "m?"),
    ],
)
def test_what_is_not_to_be_seen_is_seen_as_such(text: str, shown: str) -> None:
    assert shown_text(text) == shown


def test_a_long_text_is_cut() -> None:
    assert shown_text("n" * 1_000_000) == "n" * (LONGEST - 1) + "…"
    assert shown_text("n" * LONGEST) == "n" * LONGEST


def test_the_row_of_a_file_has_a_name_on_one_line(tmp_path: Path) -> None:
    path = npu_file(tmp_path / "Qwen3\n-1.7B-\u202ew8a8.rkllm")
    assert shown_name(path) == "Qwen3 -1.7B-\ufffdw8a8.rkllm"
    assert entry(path).label == label_of(path) == "Qwen3 -1.7B-\ufffdw8a8"
    assert entry(path, Record(name="my\nmodel\u202e")).label == "my model\ufffd"


def test_a_reason_has_the_name_of_its_file_on_one_line(tmp_path: Path) -> None:
    path = tmp_path / "a\nb\u202e.gguf"
    path.touch()
    assert entry(path).problem == "a b\ufffd.gguf is empty."
