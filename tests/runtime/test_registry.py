"""Finding runtimes, and the one for a model file."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from app.errors import ModelLoadError, Remedy
from app.runtime.gguf import RUNTIME
from app.runtime.gguf.runtime import GgufRuntime
from app.runtime.registry import (
    GROUP,
    RuntimeEnvironment,
    load_kinds,
    runtime_for,
    runtime_kinds,
)
from tests.guards import LogGuard

GGUF = EntryPoint("gguf", "app.runtime.gguf:RUNTIME", GROUP)


def test_the_gguf_runtime_is_installed() -> None:
    assert RUNTIME in runtime_kinds()


@pytest.mark.parametrize("name", ["model.gguf", "MODEL.GGUF", "a.b-00001-of-00002.gguf"])
def test_a_gguf_file_gets_the_gguf_runtime(name: str, tmp_path: Path) -> None:
    kind = runtime_for(tmp_path / name)
    assert kind is RUNTIME
    assert isinstance(kind.create(RuntimeEnvironment(tmp_path, tmp_path)), GgufRuntime)


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        (
            "model.safetensors",
            "model.safetensors is a safetensors file, which no runtime of Cairn reads.",
        ),
        ("notes.txt", "notes.txt is not a model file that Cairn knows."),
        ("model", "model is not a model file that Cairn knows."),
    ],
)
def test_an_unknown_ending_has_a_readable_reason(name: str, cause: str) -> None:
    with pytest.raises(ModelLoadError) as caught:
        runtime_for(Path(name))
    assert caught.value.cause == cause
    assert ".gguf" in caught.value.advice
    assert caught.value.remedy is Remedy.CHOOSE_MODEL


def test_a_broken_third_party_entry_is_left_out(expected_log: LogGuard) -> None:
    entries = (
        EntryPoint("broken", "no_such_module:RUNTIME", GROUP),
        EntryPoint("empty", "app.runtime.gguf:NOTHING", GROUP),
        EntryPoint("wrong", "app.runtime.gguf:__name__", GROUP),
        GGUF,
    )
    assert load_kinds(entries) == (RUNTIME,)
    assert len(expected_log.messages) == 3


def test_looking_runtimes_up_does_not_load_llama_cpp() -> None:
    program = (
        "import sys; from pathlib import Path; from app.runtime.registry import runtime_for; "
        "runtime_for(Path('a.gguf')); sys.exit('xllamacpp' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
