"""Everything that goes into a package is locked, and the lists fit together."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
from assembly.apt import mirror_of_this_machine
from assembly.failure import BuildFailed
from assembly.keep import PACKAGING, ROOT, read_keep
from assembly.machine import Machine
from assembly.parts import Parts, locked_packages
from assembly.tree import imported_qt_modules

KEEP = read_keep()
USES = {
    "python": KEEP.python_packages,
    "helpers": tuple(KEEP.helpers),
    "runtime": KEEP.runtime_packages,
    "licences": KEEP.licence_packages,
}


@pytest.mark.parametrize("machine", Machine)
@pytest.mark.parametrize("use", USES)
def test_every_package_is_locked_for_every_machine(machine: Machine, use: str) -> None:
    locked = [each for each in locked_packages() if each.machine is machine and each.use == use]
    assert {each.name for each in locked} == set(USES[use])
    assert all(re.fullmatch(r"[0-9a-f]{64}", each.sha256) for each in locked)
    assert all(each.place.endswith((f"{machine.debian}.deb", "_all.deb")) for each in locked)


def test_what_is_left_out_of_the_wheels_is_in_the_lock() -> None:
    lock = (PACKAGING / "locks" / "app.txt").read_text()
    names = set(re.findall(r"^([a-z0-9-]+)==", lock, re.MULTILINE))
    assert set(KEEP.wheels_leave) <= names


def test_nothing_that_cairn_imports_is_left_out() -> None:
    code = "\n".join(path.read_text() for path in (ROOT / "app").rglob("*.py"))
    imported = set(re.findall(r"^\s*(?:import|from) (\w+)", code, re.MULTILINE))
    assert not imported & {name.replace("-", "_") for name in KEEP.wheels_leave}
    left_out = {
        name for name in (*KEEP.python_leave, *KEEP.python_leave_modules) if "*" not in name
    }
    assert not imported & left_out


def test_the_qt_modules_are_found_in_the_source() -> None:
    assert {"QtCore", "QtGui", "QtWidgets"} <= imported_qt_modules(ROOT / "app")


def test_a_library_comes_either_from_the_package_or_from_the_system() -> None:
    inside = {name for names in KEEP.helpers.values() for name in names}
    assert not inside & KEEP.host.keys()


def test_a_file_that_is_not_what_is_locked_is_refused(tmp_path: Path) -> None:
    package = next(each for each in locked_packages() if each.use == "helpers")
    (tmp_path / "debian").mkdir()
    for each in locked_packages():
        (tmp_path / "debian" / each.file_name).write_bytes(b"something else")
    with pytest.raises(BuildFailed, match="not what is locked"):
        Parts(tmp_path, KEEP).packages("helpers", package.machine)
    assert hashlib.sha256(b"something else").hexdigest() != package.sha256


def test_a_wheel_that_is_not_what_is_locked_is_refused(tmp_path: Path) -> None:
    lock = (PACKAGING / "locks" / "interpreter.txt").read_text()
    digest = hashlib.sha256(lock.encode()).hexdigest()[:12]
    folder = tmp_path / f"wheels-interpreter-aarch64-{digest}"
    folder.mkdir()
    (folder / "complete").touch()
    (folder / "freeze_core.whl").write_bytes(b"something else")
    with pytest.raises(BuildFailed, match="not what is locked"):
        Parts(tmp_path, KEEP).interpreter(Machine.AARCH64)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("debian.sources", "Types: deb\nURIs: http://mirror.test/debian/\nSuites: bookworm\n"),
        ("old.list", "deb http://mirror.test/debian bookworm main\n"),
        ("named.list", "deb [signed-by=/k.gpg] http://mirror.test/debian bookworm main\n"),
    ],
)
def test_the_archive_is_that_of_the_machine(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list.d" / "a.list").write_text("# deb http://off.test/debian x main\n")
    (tmp_path / "sources.list.d" / name).write_text(text)
    assert mirror_of_this_machine(tmp_path) == "http://mirror.test/debian"


def test_a_machine_without_it_is_told_how_to_name_one(tmp_path: Path) -> None:
    (tmp_path / "sources.list").write_text("deb http://ports.test/ubuntu-ports jammy main\n")
    with pytest.raises(BuildFailed, match="--debian-mirror"):
        mirror_of_this_machine(tmp_path)
