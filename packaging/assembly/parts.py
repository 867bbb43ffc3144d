"""Fetches what packages are made from, each file checked against its locked hash.

Debian packages are locked in `parts.toml`, wheels in `locks/app.txt` and `locks/interpreter.txt`.
What was fetched is kept in the folder of parts, and checked again when it is used.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

from assembly.apt import Apt, mirror_of_this_machine
from assembly.failure import BuildFailed
from assembly.image import sha256
from assembly.keep import PACKAGING, Keep
from assembly.machine import Machine

PYTHON_VERSION = "3.11"
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==(?:.*\\\n)*.*\n?", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Package:
    """A locked package of Debian."""

    use: str
    machine: Machine
    name: str
    version: str
    place: str
    """Its address below that of the archive."""
    sha256: str

    @property
    def file_name(self) -> str:
        """The name of the file that it is kept in."""
        return self.place.rpartition("/")[2]


def locked_packages(file: Path = PACKAGING / "parts.toml") -> tuple[Package, ...]:
    """Return every package of the lock."""
    entries = tomllib.loads(file.read_text("utf-8"))["package"]
    return tuple(Package(**entry | {"machine": Machine(entry["machine"])}) for entry in entries)


class Parts:
    """The folder of what was fetched."""

    def __init__(self, folder: Path, keep: Keep, mirror: str = "") -> None:
        #: Where they are kept.
        self.folder = folder
        self._keep = keep
        self._mirror = mirror

    def packages(self, use: str, machine: Machine) -> dict[str, Path]:
        """Return the files of Debian's packages for one use, by name."""
        found: dict[str, Path] = {}
        for package in locked_packages():
            if package.use == use and package.machine is machine:
                found[package.name] = self._package(package)
        return found

    def wheels(self, machine: Machine) -> tuple[Path, ...]:
        """Return the wheels of the application."""
        text = (PACKAGING / "locks" / "app.txt").read_text("utf-8")
        pins = {match[1]: match[0] for match in _PIN.finditer(text)}
        wanted = [pin for name, pin in pins.items() if name not in self._keep.wheels_leave]
        return self._wheels("app", "".join(wanted), machine)

    def interpreter(self, machine: Machine) -> Path:
        """Return the wheel with the interpreter."""
        text = (PACKAGING / "locks" / "interpreter.txt").read_text("utf-8")
        return self._wheels("interpreter", text, machine)[0]

    def _package(self, package: Package) -> Path:
        file = self.folder / "debian" / package.file_name
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            mirror = self._mirror or mirror_of_this_machine()
            apt = Apt(self.folder / "apt", self._keep.python_suite, package.machine, mirror)
            coming = file.with_suffix(".part")
            try:
                apt.fetch(package.place, coming, package.sha256)
            except BuildFailed as error:
                raise BuildFailed(
                    f"{package.name} {package.version} could not be fetched.\n{error}\n"
                    "Where the archive has a newer one: run packaging/lock_parts.py, look at what "
                    "it changed, and build again."
                ) from error
            coming.rename(file)
        if sha256(file) != package.sha256:
            raise BuildFailed(f"{file} is not what is locked. Delete it and build again.")
        return file

    def _wheels(self, kind: str, requirements: str, machine: Machine) -> tuple[Path, ...]:
        """Let pip fetch what a lock names, and check it; what is there needs no network."""
        digest = hashlib.sha256(requirements.encode()).hexdigest()[:12]
        folder = self.folder / f"wheels-{kind}-{machine.value}-{digest}"
        if not (folder / "complete").exists():
            self._download(folder, requirements, machine)
            (folder / "complete").touch()
        wheels = tuple(sorted(folder.glob("*.whl")))
        for wheel in wheels:
            if sha256(wheel) not in requirements:
                raise BuildFailed(f"{wheel} is not what is locked. Delete {folder}, build again.")
        return wheels

    @staticmethod
    def _download(folder: Path, requirements: str, machine: Machine) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        lock = folder / "lock.txt"
        lock.write_text(requirements, "utf-8")
        abi = f"cp{PYTHON_VERSION.replace('.', '')}"
        only = ["--no-deps", "--require-hashes", "--only-binary=:all:"]
        python = ["--python-version", PYTHON_VERSION, "--implementation", "cp"]
        abis = [f"--abi={name}" for name in (abi, "abi3", "none")]
        platforms = [f"--platform={name}" for name in machine.oldest_wheels]
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-qq", "download"]
        done = subprocess.run(
            [*pip, *only, *python, *abis, *platforms, "--dest", str(folder), "-r", str(lock)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            words = done.stderr.strip().splitlines()[-4:]
            raise BuildFailed("\n".join(("The wheels could not be fetched:", *words)))
