"""`cairn selftest` and `cairn doctor`, as an owner of a board types them."""

from __future__ import annotations

import getpass
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from app.board.privacy import anonymous
from app.board.published import published_for
from app.paths import resources
from tests.rkllm_double import VERSIONS, library, write_adapter, write_model


def cairn(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app", *map(str, arguments)],
        capture_output=True,
        text=True,
        env=os.environ | environment,
        check=False,
    )


@pytest.mark.parametrize("version", VERSIONS)
def test_everything_is_tried_with_an_npu_model(tmp_path: Path, version: str) -> None:
    model = write_model(tmp_path / "Qwen3-0.6B.rkllm", reply="word ", repeat=200, rate=400)
    adapter = write_adapter(tmp_path / "pirate.lora", "Qwen3", "Arr!")
    record = tmp_path / "calls.jsonl"
    done = cairn(
        *("selftest", "--model", model, "--adapter", adapter, "--library", library(version)),
        *("--report", tmp_path / "report.txt", "--json"),
        RKLLM_DOUBLE_RECORD=str(record),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    outcome = json.loads(done.stdout)
    steps = {step["name"]: step for step in outcome["steps"]}
    assert outcome["passed"]
    assert {step["outcome"] for step in steps.values()} == {"ok"}
    assert "% of the 32.9 tokens/s" in steps["stream"]["text"]
    assert "violation" not in record.read_text()


def test_a_gguf_model_is_tried_with_what_its_runtime_can(tmp_path: Path) -> None:
    model = resources() / "starter" / "starter.gguf"
    done = cairn("selftest", "--model", model, "--report", tmp_path / "report.txt")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ok       stream" in done.stdout
    assert "skipped  save and restore" in done.stdout
    assert "Engine log" in (tmp_path / "report.txt").read_text()


def test_a_model_that_cannot_be_loaded_fails_the_test_with_its_reason(tmp_path: Path) -> None:
    done = cairn("selftest", "--model", tmp_path / "gone.gguf", "--report", tmp_path / "r.txt")
    assert done.returncode == 1
    assert "failed   load: gone.gguf is not there" in done.stdout
    assert "Traceback" not in done.stderr


def test_a_report_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    report = tmp_path / "no such folder" / "report.txt"
    done = cairn("selftest", "--model", tmp_path / "gone.gguf", "--report", report)
    assert "could not be written" in done.stdout


def test_the_doctor_speaks_to_people_and_to_programs() -> None:
    text, parsed = cairn("doctor"), cairn("doctor", "--json")
    assert "Memory:" in text.stdout
    assert "Memory" in {each["name"] for each in json.loads(parsed.stdout)["findings"]}
    assert text.returncode == parsed.returncode


def test_a_report_names_neither_user_nor_computer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/griselda")
    monkeypatch.setattr(getpass, "getuser", lambda: "griselda")
    monkeypatch.setattr(socket, "gethostname", lambda: "kitchen-board")
    text = "/home/griselda/models/a.rkllm; griselda@kitchen-board; /home/otto/x; grisel"
    assert anonymous(text) == "~/models/a.rkllm; USER@HOST; /home/USER/x; grisel"


def test_the_names_root_and_localhost_say_nothing_and_stay(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "root")
    monkeypatch.setattr(socket, "gethostname", lambda: "localhost")
    assert anonymous("the root of localhost") == "the root of localhost"


@pytest.mark.parametrize(
    ("name", "speed"),
    [
        ("Qwen2.5-1.5B-Instruct_W8A8_RK3588.rkllm", 16.7),
        ("qwen3-vl-2b-instruct_w8a8_rk3588.rkllm", 15.0),
        ("gemma-2-2b-it.rkllm", 10.4),
        ("Qwen3.5-4B_w8a8_rk3588_ctx4096.rkllm", 6.2),
    ],
)
def test_published_speeds_are_found_by_the_name_of_the_file(name: str, speed: float) -> None:
    published = published_for(name)
    assert published is not None
    assert published.tokens_per_second == speed


def test_a_model_for_which_nothing_is_published_is_not_compared() -> None:
    assert published_for("my-own-model.rkllm") is None
