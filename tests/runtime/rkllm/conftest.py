"""The double of each generation, and a runtime on it whose caller's mistakes fail the test."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.runtime.protocol import LoadRequest, ModelInfo, NpuOptions, RunRequest, RunResult
from app.runtime.rkllm import runtime as runtime_module
from app.runtime.rkllm.examine import examine
from app.runtime.rkllm.runtime import RkllmRuntime
from tests.rkllm_double import VERSIONS, Record, library, write_model
from tests.runtime.conftest import Listener, ask, ignore_progress


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Record]:
    """What the double notes; a violation of its contract fails the test."""
    record = Record(tmp_path / "calls.jsonl")
    monkeypatch.setenv("RKLLM_DOUBLE_RECORD", str(record.file))
    # What the runtime would set for its own process.
    monkeypatch.setenv("RKLLM_LOG_LEVEL", "1")
    # A library is looked at in a child each time; here it is the same one again and again.
    monkeypatch.setattr(runtime_module, "examine", _examined)
    yield record
    assert record.violations() == []


_examined = functools.cache(examine)


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


#: The other answer to each question that no document answers; the double's own are the first.
#: What decides whether something is possible at all has tests of its own.
OTHERWISE = {
    "log_stream": "stderr",
    "log_flush": "1",
    "finish_text": "empty",
    "finish_result": "null",
    "utf8": "partial",
    "overflow": "both",
    "context_full": "shift",
    "abort_idle": "0",
    "abort_prefill": "step",
    "abort_keeps": "0",
    "hidden": "two",
    "lora_unknown": "error",
    "pause_finish": "1",
    "poison": "0",
    "failed_handle": "junk",
}


@dataclass
class Board:
    """A runtime over the double of one version."""

    version: str
    folder: Path
    record: Record
    runtime: RkllmRuntime
    #: How its library behaves where that is not known.
    unknown: dict[str, str]

    def is_at_least(self, version: str) -> bool:
        """Return whether the library is of that version or newer."""
        return _numbers(self.version) >= _numbers(version)

    @property
    def tells_performance(self) -> bool:
        """Return whether the library says what a run cost."""
        return self.is_at_least("1.2.1") and self.unknown.get("finish_result") != "null"

    def write_model(self, name: str = "qwen2-test", **options: object) -> Path:
        """Write a model; its name decides which template it gets."""
        return write_model(self.folder / f"{name}.rkllm", **{**self.unknown, **options})

    def load(
        self, name: str = "qwen2-test", request: dict[str, Any] | None = None, **options: object
    ) -> ModelInfo:
        """Load a model that does what `options` say."""
        given = request or {}
        npu = given.pop("npu", NpuOptions(library=str(library(self.version))))
        model = given.pop("model", None) or self.write_model(name, **options)
        return self.runtime.load(LoadRequest(model, npu=npu, **given), ignore_progress)

    def run(self, request: RunRequest, listener: Listener | None = None) -> tuple[str, RunResult]:
        """Run to the end; return the text and the result."""
        listener = listener or Listener()
        result = self.runtime.run(request, listener.on_text, listener.on_prefill)
        return listener.text, result

    def say(self, *texts: str, **more: object) -> tuple[str, RunResult]:
        """Run with turns that alternate, the user's first."""
        return self.run(ask(*texts, **{"max_new_tokens": 0, **more}))


@pytest.fixture(params=[{}, OTHERWISE], ids=["", "otherwise"])
def unknown(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """How the library behaves where that is not known: both ways."""
    ways: dict[str, str] = request.param
    # The defaults of the parameters are asked for before there is a model that says how.
    monkeypatch.setenv("RKLLM_DOUBLE", f"poison={ways.get('poison', '1')}")
    return ways


def _board(version: str, folder: Path, record: Record, unknown: dict[str, str]) -> Iterator[Board]:
    runtime = RkllmRuntime(folder / "data")
    yield Board(version, folder, record, runtime, unknown)
    runtime.close()


@pytest.fixture(params=VERSIONS)
def board(
    request: pytest.FixtureRequest, tmp_path: Path, record: Record, unknown: dict[str, str]
) -> Iterator[Board]:
    """A board for each generation, or for those that a test names."""
    yield from _board(request.param, tmp_path, record, unknown)


def since(version: str) -> pytest.MarkDecorator:
    """Run a test on the boards from `version` on; on the others the capability is missing."""
    newer = [each for each in VERSIONS if _numbers(each) >= _numbers(version)]
    return pytest.mark.parametrize("board", newer, indirect=True)


@pytest.fixture
def newest(tmp_path: Path, record: Record, unknown: dict[str, str]) -> Iterator[Board]:
    """A board with the newest library, for what does not depend on it."""
    yield from _board(VERSIONS[-1], tmp_path, record, unknown)
