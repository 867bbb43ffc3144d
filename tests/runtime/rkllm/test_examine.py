"""Three witnesses about a library, and what becomes of it when they do not agree."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from app.runtime.rkllm.abi import GENERATIONS, ffi_of
from app.runtime.rkllm.examine import Verdict, examine, matching_layouts
from native.double.build import COMPILER
from tests.rkllm_double import VERSIONS, library


@pytest.mark.parametrize("version", [*VERSIONS, "1.1.0", "1.2.1"])
def test_a_released_library_is_known(version: str) -> None:
    found = examine(library(version))
    assert found.verdict is Verdict.GOOD
    assert found.version == version
    assert found.generation is not None
    assert version in found.generation.releases


def test_the_double_is_never_taken_for_the_real_library() -> None:
    assert examine(library("1.3.0")).is_double


@pytest.mark.parametrize(
    ("version", "generation"), [("1.3.1=1.3.0", "1.3.0"), ("1.2.1b1=1.2.0", "1.2.0")]
)
def test_an_unknown_version_that_looks_like_a_known_one_may_be_tried(
    version: str, generation: str
) -> None:
    found = examine(library(version))
    assert found.verdict is Verdict.UNKNOWN
    assert found.generation is not None
    assert found.generation.name == generation
    assert version.partition("=")[0] in found.reason


def test_a_library_that_does_not_say_its_version_may_be_tried(tmp_path: Path) -> None:
    path = _with_version(tmp_path, b"9.9.9", "1.3.0")
    data = path.read_bytes().replace(b"RKLLM SDK (version: ", b"RKLLM SDK [version: ")
    path.write_bytes(data)
    found = examine(path)
    assert found.verdict is Verdict.UNKNOWN
    assert "does not say its version" in found.reason


@pytest.mark.parametrize(("says", "is_really"), [("1.2.3", "1.3.0"), ("1.3.0", "1.2.3")])
def test_a_library_that_is_not_what_it_says_is_refused(
    tmp_path: Path, says: str, is_really: str
) -> None:
    # The functions of both are the same: only the layout tells.
    found = examine(_with_version(tmp_path, says.encode(), is_really))
    assert found.verdict is Verdict.REFUSED
    assert f"says {says}" in found.reason
    assert "layout of 1.2.1" in found.reason or "layout of 1.3.0" in found.reason


def test_a_library_of_1_0_is_refused_with_what_to_do(tmp_path: Path) -> None:
    found = examine(_with_version(tmp_path, b"1.0.1", "1.1.4"))
    assert found.verdict is Verdict.REFUSED
    assert "1.0" in found.reason
    assert "1.1.0 or later" in found.advice


def test_the_version_of_the_matrix_library_is_not_taken_for_ours() -> None:
    assert b"rknn llm lib version: 2.3.3b0" in library("1.2.3").read_bytes()
    assert examine(library("1.2.3")).version == "1.2.3"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"#!/bin/sh\n", "not a library"),
        (b"\x7fELF\x02\x01\x01" + bytes(11) + b"\xb7\x00" + bytes(80), "cannot be opened"),
        (b"\x7fELF\x02\x01\x01" + bytes(11) + b"\x28\x00" + bytes(80), "32-bit ARM"),
    ],
    ids=["empty", "text", "broken", "other machine"],
)
def test_a_file_that_is_no_library_of_this_machine_is_refused(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    path = tmp_path / "librkllmrt.so"
    machine = {"x86_64": 62, "aarch64": 183}[os.uname().machine]
    path.write_bytes(content.replace(b"\xb7\x00", machine.to_bytes(2, "little")))
    found = examine(path)
    assert found.verdict is Verdict.REFUSED
    assert reason in found.reason


def test_a_file_that_is_gone_is_refused(tmp_path: Path) -> None:
    assert "No such file" in examine(tmp_path / "librkllmrt.so").reason


def test_another_library_is_refused(tmp_path: Path) -> None:
    found = examine(_compile(tmp_path, "int something(void) { return 1; }"))
    assert "lacks functions" in found.reason


def test_a_library_that_crashes_when_it_is_opened_is_refused(tmp_path: Path) -> None:
    code = "#include <stdlib.h>\n__attribute__((constructor)) void f(void) { abort(); }"
    assert "crashed when it was opened" in examine(_compile(tmp_path, code)).reason


def test_a_library_that_hangs_when_it_is_opened_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.runtime.rkllm.examine.PROBE_BUDGET_S", 0.5)
    code = "#include <unistd.h>\n__attribute__((constructor)) void f(void) { pause(); }"
    assert "did not answer" in examine(_compile(tmp_path, code)).reason


def test_a_library_that_misses_another_one_says_which(tmp_path: Path) -> None:
    other = _compile(tmp_path, "int other(void) { return 1; }", "libgomp-gone.so")
    path = _compile(
        tmp_path, "int other(void); int f(void) { return other(); }", "librkllmrt.so", str(other)
    )
    other.unlink()
    found = examine(path)
    assert "libgomp-gone.so" in found.reason
    assert "apt install libgomp1" in found.advice


@pytest.mark.parametrize("generation", GENERATIONS, ids=[item.name for item in GENERATIONS])
def test_each_layout_is_told_from_the_others(generation: object) -> None:
    from app.runtime.rkllm.abi import Generation

    assert isinstance(generation, Generation)
    ffi = ffi_of(generation)
    opened = ffi.dlopen(str(library(generation.releases[-1])))
    defaults = bytes(ffi.buffer(ffi.new("RKLLMParam *", opened.rkllm_createDefaultParam())))
    assert matching_layouts(defaults + bytes(1024)) == [generation]


def test_nonsense_matches_no_layout() -> None:
    assert matching_layouts(bytes(1024)) == []
    assert matching_layouts(b"\xff" * 1024) == []
    assert matching_layouts(b"") == []


def _with_version(folder: Path, version: bytes, really: str) -> Path:
    """Return a copy of the double that claims to be another version."""
    path = Path(shutil.copy(library(really), folder / "librkllmrt.so"))
    claim = b"RKLLM SDK (version: %s |"
    path.write_bytes(path.read_bytes().replace(claim % really.encode(), claim % version))
    return path


def _compile(folder: Path, code: str, name: str = "librkllmrt.so", *more: str) -> Path:
    path = folder / name
    command = [COMPILER, "-shared", "-fPIC", "-x", "c", "-", "-x", "none", *more, "-o", str(path)]
    subprocess.run(command, input=code, text=True, check=True)
    return path
