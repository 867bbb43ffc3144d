"""The start script, in a copy of its folder, with an interpreter and an apt-get that only take notes.

The real thing is tried by `.ci/run` on a bare machine; here its decisions are.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

TOOLS = """
awk cat cksum cut df dirname env find flock grep head id ls mkdir mktemp readlink rm sed sh sha256sum
sort tail tr
"""

PYTHON = """#!/bin/sh
PATH=/usr/bin:/bin
# Answers like an interpreter of version {version}; makes environments whose pip takes notes.
case "$*" in
    *"-m venv "*)
        echo "venv" >>{notes}
        for folder; do :; done
        mkdir -p "$folder/bin"
        cp {pip} "$folder/bin/python" ;;
    *preflight.py*) echo preflight >>{notes}; cat {missing} ;;
    *"%d.%d"*) echo {version} ;;
    *ensurepip*) exit {incomplete} ;;
    *version_info*) exit {unfit} ;;
esac
"""

PIP = """#!/bin/sh
PATH=/usr/bin:/bin
echo "pip ${{*#*install }}" >>{notes}
if [ -s {pip_error} ]; then cat {pip_error} >&2; exit 1; fi
case "$*" in
    *--editable*) printf '#!/bin/sh\\necho "$PWD|$*"\\n' >"${{0%/*}}/cairn"; chmod +x "${{0%/*}}/cairn" ;;
esac
"""

APT = """#!/bin/sh
echo "apt-get $*" >>{notes}
case "$*" in *install*) : >{missing} ;; esac
"""


@dataclass(frozen=True, slots=True)
class Machine:
    """A checkout and the few programs that the script finds beside it."""

    folder: Path

    @property
    def checkout(self) -> Path:
        return self.folder / "a checkout"

    @property
    def notes(self) -> list[str]:
        """What was called, oldest first."""
        notes = self.folder / "notes"
        return notes.read_text().splitlines() if notes.exists() else []

    def forget(self) -> None:
        (self.folder / "notes").unlink()

    def lacks(self, *lines: str) -> None:
        """Let the preflight report `lines` until apt-get has installed something."""
        (self.folder / "missing").write_text("".join(f"{line}\n" for line in lines))

    def pip_says(self, error: str) -> None:
        (self.folder / "pip_error").write_text(error)

    def add(self, name: str, script: str, **values: object) -> None:
        """Put a program of this name on the path."""
        names = {name: self.folder / name for name in ("notes", "missing", "pip", "pip_error")}
        path = self.folder / "bin" / name if name != "pip" else self.folder / "pip"
        path.unlink(missing_ok=True)
        path.write_text(script.format(**names, **values) if values or "{" in script else script)
        path.chmod(0o755)

    def add_python(self, name: str, version: str, *, unfit: int = 0, incomplete: int = 0) -> None:
        self.add(name, PYTHON, version=version, unfit=unfit, incomplete=unfit or incomplete)

    def start(self, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run the script as a user would and return what it said."""
        return subprocess.run(
            [str(self.checkout / "start"), *arguments],
            cwd=cwd or self.folder,
            env={"PATH": str(self.folder / "bin"), "HOME": str(self.folder)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=30,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    made = Machine(tmp_path)
    (tmp_path / "bin").mkdir()
    for tool in TOOLS.split():
        (tmp_path / "bin" / tool).symlink_to(shutil.which(tool) or pytest.fail(f"no {tool} here"))
    made.checkout.mkdir()
    for name in ("start", "pyproject.toml"):
        shutil.copy(ROOT / name, made.checkout / name)
    shutil.copytree(ROOT / "packaging", made.checkout / "packaging")
    made.add("pip", PIP)
    made.add_python("python3", "3.11")
    made.lacks()
    made.pip_says("")
    return made


def test_the_first_start_sets_up_and_passes_arguments_and_folder_on(machine: Machine) -> None:
    elsewhere = machine.folder / "elsewhere"
    elsewhere.mkdir()
    run = machine.start("a model.gguf", "--flag", cwd=elsewhere)
    assert run.stdout == f"{elsewhere}|a model.gguf --flag\n"
    assert machine.notes[:2] == ["preflight", "venv"]
    assert "--require-hashes --only-binary=:all:" in machine.notes[2]
    assert machine.notes[2].endswith("packaging/locks/app.txt")
    assert "--editable" in machine.notes[3]


def test_help_is_given_before_anything_is_set_up(machine: Machine) -> None:
    run = machine.start("--help")
    assert run.stdout.startswith("./start [arguments]          the application\n./start test ")
    assert run.stdout.endswith("--quick takes a minute\n")
    assert (run.returncode, machine.notes) == (0, [])


def test_help_is_that_of_the_application_too(machine: Machine) -> None:
    machine.start()
    machine.forget()
    run = machine.start("--help")
    assert run.stdout.startswith("./start [arguments]")
    assert run.stdout.endswith("|--help\n")
    assert machine.notes == []


def test_the_second_start_does_nothing_but_start(machine: Machine) -> None:
    machine.start()
    machine.forget()
    run = machine.start("again")
    assert run.stdout.endswith("|again\n")
    assert run.stderr == ""
    assert machine.notes == []


def test_a_changed_lock_is_installed_into_the_same_environment(machine: Machine) -> None:
    machine.start()
    machine.forget()
    with (machine.checkout / "packaging/locks/app.txt").open("a") as lock:
        lock.write("# newer\n")
    machine.start()
    assert [note.split()[0] for note in machine.notes] == ["preflight", "pip", "pip"]


def test_an_interrupted_set_up_is_made_anew(machine: Machine) -> None:
    machine.start()
    machine.forget()
    broken = machine.checkout / ".venv/half a package"
    broken.touch()
    (machine.checkout / ".venv/unfinished").touch()
    assert machine.start().returncode == 0
    assert not broken.exists()
    assert "venv" in machine.notes


def test_a_moved_checkout_is_set_up_anew(machine: Machine) -> None:
    machine.start()
    machine.forget()
    moved = machine.folder / "moved"
    machine.checkout.rename(moved)
    machine.checkout.symlink_to(moved)
    machine.start()
    assert "venv" in machine.notes


def test_a_start_through_a_link_finds_its_checkout(machine: Machine) -> None:
    (machine.folder / "bin/cairn").symlink_to(machine.checkout / "start")
    run = subprocess.run(
        [machine.folder / "bin/cairn", "hello"],
        env={"PATH": str(machine.folder / "bin"), "HOME": str(machine.folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.endswith("|hello\n")
    assert (machine.checkout / ".venv/stamp-app").exists()


def test_the_environment_for_tests_serves_the_application_too(machine: Machine) -> None:
    machine.start("bench")
    assert any(note.endswith("locks/dev.txt") for note in machine.notes)
    machine.forget()
    machine.start()
    assert machine.notes == []


def test_a_failed_download_says_so_and_the_next_start_repairs_it(machine: Machine) -> None:
    machine.pip_says("NewConnectionError: Failed to establish a new connection")
    run = machine.start()
    assert run.returncode == 1
    assert "Cairn: the package index could not be reached." in run.stderr
    machine.pip_says("")
    assert machine.start("now").stdout.endswith("|now\n")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("OSError: [Errno 28] No space left on device", "the disk is full"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES", "is not the one the lock file names"),
        ("something else", "pip could not install the packages"),
    ],
)
def test_what_pip_says_is_told_in_plain_words(machine: Machine, words: str, sentence: str) -> None:
    machine.pip_says(words)
    run = machine.start()
    assert run.returncode == 1
    assert words in run.stderr
    assert sentence in run.stderr


def test_missing_packages_are_installed_by_root(machine: Machine) -> None:
    machine.lacks("libgl1 libGL.so.1", "libegl1 libEGL.so.1")
    machine.add("id", "#!/bin/sh\necho 0\n")
    machine.add("apt-get", APT)
    assert machine.start().returncode == 0
    update, install = (note for note in machine.notes if note.startswith("apt-get"))
    assert update.endswith(" update")
    assert install.endswith(" install -y --no-install-recommends libegl1 libgl1")


def test_a_user_without_rights_is_told_one_line_to_type(machine: Machine) -> None:
    machine.lacks("libgl1 libGL.so.1")
    machine.add("id", "#!/bin/sh\necho 1000\n")
    machine.add("apt-get", APT)
    run = machine.start()
    assert run.returncode == 1
    assert "apt-get update && apt-get install --no-install-recommends libgl1'\n" in run.stderr
    assert not any(note.startswith("apt-get") for note in machine.notes)
    assert not (machine.checkout / ".venv").exists()


def test_without_apt_get_the_libraries_are_named(machine: Machine) -> None:
    machine.lacks("libgl1 libGL.so.1", "fonts-dejavu-core a font")
    run = machine.start()
    assert run.returncode == 1
    assert "a font, libGL.so.1" in run.stderr


def test_a_second_python_is_taken_when_the_first_is_too_old(machine: Machine) -> None:
    machine.add_python("python3", "3.10", unfit=1)
    machine.add_python("python3.12", "3.12")
    assert machine.start("hello").stdout.endswith("|hello\n")


def test_a_python_without_venv_asks_for_its_package(machine: Machine) -> None:
    machine.add_python("python3", "3.12", incomplete=1)
    run = machine.start()
    assert run.returncode == 1
    assert "Their names on Debian: python3.12-venv" in run.stderr


def test_no_python_at_all_asks_for_one(machine: Machine) -> None:
    (machine.folder / "bin/python3").unlink()
    run = machine.start()
    assert run.returncode == 1
    assert "Their names on Debian: python3.11 python3.11-venv" in run.stderr


def test_a_python_path_of_the_user_does_not_leak_in(machine: Machine) -> None:
    machine.start()
    cairn = machine.checkout / ".venv/bin/cairn"
    cairn.write_text('#!/bin/sh\necho "${PYTHONPATH-unset}"\n')
    run = subprocess.run(
        [machine.checkout / "start"],
        env={**os.environ, "PATH": str(machine.folder / "bin"), "PYTHONPATH": "/somewhere"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout == "unset\n"


def test_an_environment_of_someone_else_is_left_alone(machine: Machine) -> None:
    theirs = machine.checkout / ".venv/pyvenv.cfg"
    theirs.parent.mkdir()
    theirs.touch()
    run = machine.start()
    assert run.returncode == 1
    assert ".venv was made by something else." in run.stderr
    assert theirs.exists()


def test_a_longer_list_of_system_packages_is_looked_through_again(machine: Machine) -> None:
    machine.start()
    machine.forget()
    with (machine.checkout / "packaging/system/app.txt").open("a") as libraries:
        libraries.write("library libnew.so.1 libnew1\n")
    machine.start()
    assert "preflight" in machine.notes
