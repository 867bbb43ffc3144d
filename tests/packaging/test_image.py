"""The program at the beginning of an AppImage, and what is known of its package."""

from __future__ import annotations

import hashlib
import tomllib
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from assembly import runtime
from assembly.elf import read_elf
from assembly.failure import BuildFailed
from assembly.image import write_sums
from assembly.keep import PACKAGING
from assembly.machine import this_machine
from assembly.metadata import write_metadata
from assembly.runtime import official_runtime, payload_offset, with_update_information

from tests.packaging.libraries import compile_library
from tests.packaging.test_elf import RESERVES


def test_an_unknown_runtime_is_refused_with_its_hash(tmp_path: Path) -> None:
    file = tmp_path / "runtime"
    file.write_bytes(b"something")
    with pytest.raises(
        BuildFailed, match="3fc9b689459d738f8c88a3a48aa9e33542016b7a4052e001aaa536fc"
    ):
        official_runtime(file, this_machine())


def test_a_runtime_in_the_lock_is_taken_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = hashlib.sha256(b"something").hexdigest()
    (tmp_path / "locks").mkdir()
    (tmp_path / "locks" / "runtime.toml").write_text(
        f'[{this_machine().value}]\n20260101 = "{digest}"\n', "utf-8"
    )
    monkeypatch.setattr(runtime, "PACKAGING", tmp_path)
    (tmp_path / "runtime").write_bytes(b"something")
    assert official_runtime(tmp_path / "runtime", this_machine()) == b"something"


def test_the_lock_of_official_runtimes_has_only_hashes() -> None:
    locked = tomllib.loads((PACKAGING / "locks" / "runtime.toml").read_text())
    assert locked.keys() == {"x86_64", "aarch64"}
    assert all(locked.values())
    assert all(len(digest) == 64 for table in locked.values() for digest in table.values())


def test_where_updates_come_from_is_written_into_its_section(tmp_path: Path) -> None:
    program = compile_library(tmp_path / "runtime", source=RESERVES).read_bytes()
    changed = with_update_information(program, "gh-releases-zsync|a|b|latest|c", tmp_path)
    assert len(changed) == len(program)
    (tmp_path / "changed").write_bytes(changed)
    section = read_elf(tmp_path / "changed").section(".upd_info")
    assert section is not None
    assert changed[section.offset :].startswith(b"gh-releases-zsync|a|b|latest|c\0")


def test_a_runtime_without_that_section_is_refused(tmp_path: Path) -> None:
    program = compile_library(tmp_path / "runtime").read_bytes()
    with pytest.raises(BuildFailed, match="no room"):
        with_update_information(program, "x", tmp_path)


def test_the_file_system_begins_behind_the_program(tmp_path: Path) -> None:
    program = compile_library(tmp_path / "runtime").read_bytes()
    assert payload_offset(program + b"hsqs") == len(program)


def test_the_package_announces_the_runtimes_of_this_checkout(tmp_path: Path) -> None:
    write_metadata(tmp_path)
    folder = next(tmp_path.glob("*.dist-info"))
    text = (folder / "entry_points.txt").read_text()
    for entry in entry_points(group="cairn.runtimes"):
        assert f"{entry.name} = {entry.value}" in text


def test_the_sums_name_every_package_but_themselves(tmp_path: Path) -> None:
    (tmp_path / "a.AppImage").write_bytes(b"a")
    write_sums(tmp_path)
    sums = write_sums(tmp_path).read_text()
    assert sums.split() == [
        "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb",
        "a.AppImage",
    ]
