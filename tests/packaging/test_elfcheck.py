"""What would not run elsewhere is found in the tree."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from assembly.elfcheck import check_library, check_tree
from assembly.keep import read_keep
from assembly.machine import Machine, this_machine

from tests.packaging.libraries import compile_library
from tests.packaging.test_elf import WANTS_MEMCPY

KEEP = read_keep()
MACHINE = this_machine()
OTHER = next(machine for machine in Machine if machine is not MACHINE)
ALL_NEEDED = "-Wl,--no-as-needed"


def problems(folder: Path, machine: Machine = MACHINE) -> tuple[str, ...]:
    return check_tree(folder, machine, KEEP).problems


def test_a_library_that_needs_only_the_system_is_fine(tmp_path: Path) -> None:
    compile_library(tmp_path / "libx.so", source=WANTS_MEMCPY)
    report = check_tree(tmp_path, MACHINE, KEEP)
    assert report.problems == ()
    assert report.from_host == ("libc.so.6",)


def test_one_for_another_machine_is_a_problem(tmp_path: Path) -> None:
    compile_library(tmp_path / "libx.so")
    assert "another machine" in problems(tmp_path, OTHER)[0]


def test_an_unknown_needed_library_is_a_problem(tmp_path: Path) -> None:
    inner = compile_library(tmp_path / "elsewhere" / "libinner.so.1")
    compile_library(tmp_path / "tree" / "libouter.so", ALL_NEEDED, str(inner))
    assert "needs libinner.so.1" in problems(tmp_path / "tree")[0]


def test_one_that_lies_where_the_linker_looks_is_none(tmp_path: Path) -> None:
    inner = compile_library(tmp_path / "lib" / "libinner.so.1")
    search = "-Wl,-rpath,$ORIGIN/../lib"
    compile_library(tmp_path / "bin" / "libouter.so", ALL_NEEDED, str(inner), search)
    assert problems(tmp_path) == ()


def test_one_that_is_found_only_outside_the_tree_is_a_problem(tmp_path: Path) -> None:
    inner = compile_library(tmp_path / "outside" / "libinner.so.1")
    search = "-Wl,-rpath,$ORIGIN/../outside"
    compile_library(tmp_path / "tree" / "libouter.so", ALL_NEEDED, str(inner), search)
    assert "needs libinner.so.1" in problems(tmp_path / "tree")[0]


def test_a_newer_symbol_is_a_problem(tmp_path: Path) -> None:
    compile_library(tmp_path / "libx.so", source=WANTS_MEMCPY)
    strict = replace(KEEP, limits={"GLIBC": "2.0"})
    found = check_tree(tmp_path, MACHINE, strict).problems
    assert any("wants GLIBC_2." in problem for problem in found)


def test_a_library_to_be_bundled_is_looked_at_alone(tmp_path: Path) -> None:
    inner = compile_library(tmp_path / "libinner.so.1")
    outer = compile_library(tmp_path / "librkllmrt.so", ALL_NEEDED, str(inner))
    assert "needs libinner.so.1" in check_library(outer, MACHINE, KEEP)[0]
    assert check_library(inner, MACHINE, KEEP) == ()
    assert "another machine" in check_library(inner, OTHER, KEEP)[0]
