"""Settings become requests; a chat template that cannot be read is said in a sentence."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.errors import ModelLoadError, Remedy
from app.presenters.requests import load_request
from app.settings.codec import with_value
from app.settings.schema import Settings

MODEL = Path("/models/m.rkllm")


def with_template(path: str) -> Settings:
    return with_value(Settings(), "engine", "chat_template", path)


def test_what_the_npu_wants_is_in_the_request() -> None:
    settings = with_value(Settings(), "engine", "npu_cpus", "4-6")
    settings = with_value(settings, "engine", "memory_domain", 3)
    npu = load_request(MODEL, settings).npu
    assert npu.cpus == (4, 5, 6)
    assert npu.base_domain_id == 3


def test_without_a_template_the_model_has_its_own() -> None:
    assert load_request(MODEL, with_template("  ")).chat_template == ""


def test_the_text_of_the_template_file_is_in_the_request(tmp_path: Path) -> None:
    file = tmp_path / "t.jinja"
    file.write_bytes("\ufeff{{ messages }} ü".encode())
    assert load_request(MODEL, with_template(f" {file} ")).chat_template == "{{ messages }} ü"


@pytest.mark.parametrize("fault", ["missing", "folder", "pipe", "bytes", "empty", "long", "nul"])
def test_every_template_that_cannot_be_used_is_told_with_a_way_out(
    tmp_path: Path, fault: str
) -> None:
    path = tmp_path / fault
    match fault:
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case "bytes":
            path.write_bytes(b"\xff\xfe\x00")
        case "empty":
            path.write_text(" \n")
        case "long":
            path.write_bytes(b"x" * 1_000_001)
    text = "a\0b" if fault == "nul" else str(path)
    with pytest.raises(ModelLoadError) as caught:
        load_request(MODEL, with_template(text))
    assert caught.value.cause.startswith("The chat template ")
    assert caught.value.cause.endswith(".")
    assert "model's own template" in caught.value.advice
    assert caught.value.remedy is Remedy.OPEN_SETTINGS


def test_a_home_of_somebody_who_is_not_known_is_told() -> None:
    with pytest.raises(ModelLoadError, match="cannot be read"):
        load_request(MODEL, with_template("~nobody-of-that-name/t.jinja"))
