"""What is pinned, and what is asked of the system."""

from __future__ import annotations

import ctypes
import re
import runpy
import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from PySide6 import QtCore

ROOT = Path(__file__).resolve().parent.parent
PREFLIGHT = ROOT / "packaging/preflight.py"
PIN = re.compile(r"^([a-z0-9-]+)==(\S+)", re.MULTILINE)


def locked(name: str) -> dict[str, str]:
    return dict(PIN.findall((ROOT / f"packaging/locks/{name}.txt").read_text()))


def wanted(requirements: list[object]) -> set[str]:
    names = (re.match(r"[\w.-]+", text) for text in requirements if isinstance(text, str))
    return {re.sub(r"[-_.]+", "-", match[0]).lower() for match in names if match}


def missing_of(list_text: str, folder: Path) -> list[str]:
    (folder / "list.txt").write_text(list_text)
    run = subprocess.run(
        [sys.executable, "-I", PREFLIGHT, folder / "list.txt"],
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout.splitlines()


def test_every_dependency_of_the_application_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert wanted(project["project"]["dependencies"]) <= locked("app").keys()
    assert wanted(project["dependency-groups"]["build"]) <= locked("app").keys()
    assert wanted(project["dependency-groups"]["dev"]) <= locked("dev").keys()


def test_the_development_lock_holds_the_application_s() -> None:
    assert locked("app").items() <= locked("dev").items()


def test_the_environment_is_the_locked_one() -> None:
    installed = {name: version(name) for name in locked("app")}
    assert installed == locked("app")


@pytest.mark.parametrize("name", ["app", "dev"])
def test_every_pin_has_hashes(name: str) -> None:
    text = (ROOT / f"packaging/locks/{name}.txt").read_text()
    entries = re.split(r"^(?=[a-z])", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE), flags=re.M)
    assert [entry for entry in entries if entry.strip() and "--hash=sha256:" not in entry] == []


def test_every_library_on_the_list_can_be_loaded_here() -> None:
    run = subprocess.run(
        [sys.executable, "-I", PREFLIGHT, ROOT / "packaging/system/app.txt"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout == ""


def test_a_missing_library_is_named_with_its_package(tmp_path: Path) -> None:
    lines = "library libc.so.6 libc6\nlibrary libnone.so.7 libnone7  # none has it\n"
    assert missing_of(lines, tmp_path) == ["libnone7 libnone.so.7"]


def test_a_line_for_another_machine_is_passed_over(tmp_path: Path) -> None:
    assert missing_of("library libnone.so.7 libnone7 riscv64\n", tmp_path) == []


def test_a_missing_command_is_named_with_its_package(tmp_path: Path) -> None:
    lines = "command sh dash\ncommand no-such-program nothing\n"
    assert missing_of(lines, tmp_path) == ["nothing no-such-program"]


@pytest.mark.parametrize(
    ("machine", "libc", "words"),
    [
        ("riscv64", ("glibc", "2.36"), "this is linux on riscv64"),
        ("aarch64", ("glibc", "2.28"), "needs glibc 2.31"),
        ("x86_64", ("", ""), "another C library"),
        ("aarch64", ("glibc", "2.31"), ""),
    ],
)
def test_a_machine_that_cannot_run_it_is_told_why(
    machine: str, libc: tuple[str, str], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platform.machine", lambda: machine)
    monkeypatch.setattr("platform.libc_ver", lambda: libc)
    reason = runpy.run_path(str(PREFLIGHT))["unsupported"]()
    assert words in reason
    assert bool(words) == bool(reason)


@pytest.mark.parametrize("name", ["libqxcb.so", "libqwayland-generic.so", "libqwayland-egl.so"])
def test_qt_finds_everything_it_needs_for_a_display(name: str) -> None:
    ctypes.CDLL(str(Path(QtCore.__file__).parent / "Qt/plugins/platforms" / name))
