"""What the interpreter of a package runs first."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import compile_tree
import pytest
import startup

from tests.packaging import ROOT


def run(code: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `code` after the import of startup, with these arguments."""
    before = f"import sys; sys.path.insert(0, {str(ROOT / 'packaging')!r}); import startup; "
    return subprocess.run(
        [sys.executable, "-c", before + code, *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], **environment},
        check=False,
    )


def test_the_engine_s_way_to_start_a_module_works() -> None:
    done = run("startup.run('')", "-P", "-m", "json.tool", "--help")
    assert done.returncode == 0
    assert "json" in done.stdout


def test_the_program_runs_with_its_arguments() -> None:
    assert run("startup.run('')", "--version").stdout.startswith("Cairn ")


def test_the_ways_to_a_screen_are_named_best_first(monkeypatch: pytest.MonkeyPatch) -> None:
    assert startup._ways_to_a_screen() == []
    monkeypatch.setenv("DISPLAY", ":0")
    assert startup._ways_to_a_screen() == ["xcb"]
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert startup._ways_to_a_screen() == ["wayland", "xcb"]


def test_a_missing_library_is_told_with_what_installs_it(tmp_path: Path) -> None:
    done = run(f"sys.prefix = {str(tmp_path)!r}; startup.run('')", DISPLAY=":9")
    assert done.returncode == 1
    assert "libqxcb.so is missing or does not fit this system" in done.stderr
    assert "apt-get install" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_fault_in_cairn_is_not_taken_for_a_missing_library(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "__init__.py").touch()
    code = f"sys.path.insert(0, {str(tmp_path)!r}); startup.run('')"
    assert "Traceback" in run(code).stderr


def test_memory_files_can_be_made_where_the_interpreter_cannot() -> None:
    descriptor = startup._memfd_create("x")
    try:
        os.write(descriptor, b"kept")
        assert os.pread(descriptor, 4, 0) == b"kept"
        assert not os.get_inheritable(descriptor)
    finally:
        os.close(descriptor)


def test_modules_are_compiled_the_same_wherever_they_lie(tmp_path: Path) -> None:
    results = []
    for name in ("one", "another/deeper"):
        folder = tmp_path / name
        (folder / "inside").mkdir(parents=True)
        (folder / "inside" / "a.py").write_text("def f() -> str:\n    return __file__\n")
        assert compile_tree.main(folder) == 0
        assert [path.name for path in folder.rglob("*") if path.is_file()] == ["a.pyc"]
        results.append((folder / "inside" / "a.pyc").read_bytes())
    assert results[0] == results[1]


def test_a_module_that_cannot_be_compiled_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.py").write_text("def\n")
    assert compile_tree.main(tmp_path) == 1
    assert "bad.py" in capsys.readouterr().err
