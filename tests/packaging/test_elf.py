"""What is read of programs and libraries."""

from __future__ import annotations

from pathlib import Path

import pytest
from assembly.elf import is_elf, read_elf
from assembly.machine import this_machine

from tests.packaging.libraries import compile_library

WANTS_MEMCPY = "#include <string.h>\nvoid x(char *a, char *b, int n) { memcpy(a, b, n); }"
RESERVES = '__attribute__((section(".upd_info"), used)) char room[1024] = {0};'


def test_a_library_says_what_it_is_and_needs(tmp_path: Path) -> None:
    inner = compile_library(tmp_path / "libinner.so.1")
    search = "-Wl,-rpath,$ORIGIN:/opt/x"
    outer = compile_library(
        tmp_path / "libouter.so.2", search, "-Wl,--no-as-needed", str(inner), source=WANTS_MEMCPY
    )
    elf = read_elf(outer)
    assert elf.soname == "libouter.so.2"
    assert elf.machine == this_machine().elf_number
    assert "libinner.so.1" in elf.needed
    assert elf.search == ("$ORIGIN", "/opt/x")
    assert any(version.startswith("GLIBC_") for version in elf.versions)


def test_a_section_is_found_by_its_name(tmp_path: Path) -> None:
    elf = read_elf(compile_library(tmp_path / "libroom.so", source=RESERVES))
    section = elf.section(".upd_info")
    assert section is not None
    assert section.size == 1024
    assert elf.section(".none") is None


def test_another_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "text"
    file.write_text("hello")
    assert not is_elf(file)
    with pytest.raises(ValueError, match="not a 64-bit"):
        read_elf(file)


def test_a_broken_library_is_refused(tmp_path: Path) -> None:
    library = compile_library(tmp_path / "libx.so")
    library.write_bytes(library.read_bytes()[:2000])
    with pytest.raises(ValueError, match="broken"):
        read_elf(library)
