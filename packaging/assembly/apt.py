"""A private apt-get: knows one suite of Debian for one machine, and of nothing installed here.

1. The address of the archive is taken from this machine's own sources, or from `--debian-mirror`
   where they name none, as on Ubuntu.
2. Signatures are checked with Debian's own keys (package debian-archive-keyring).
3. It needs no rights, and what it keeps lies in the folder it is given.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from assembly.failure import BuildFailed
from assembly.machine import Machine

KEYS = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_SOURCES = Path("/etc/apt")
_ADDRESS = re.compile(r"(?:^|\s)((?:https?|file|copy):/\S+/debian)/?(?=\s|$)", re.MULTILINE)


def mirror_of_this_machine(sources: Path = _SOURCES) -> str:
    """Return the address of Debian's archive. Raises BuildFailed when no source names one."""
    files = [sources / "sources.list", *sorted((sources / "sources.list.d").glob("*"))]
    for file in files:
        if file.suffix in (".list", ".sources") and file.is_file():
            text = re.sub(r"#.*", "", file.read_text("utf-8", "replace"))
            if match := _ADDRESS.search(text):
                return match[1]
    raise BuildFailed(
        "No package source of this machine is Debian's archive. Name one: --debian-mirror URL."
    )


@dataclass(frozen=True, slots=True)
class Apt:
    """One suite, for one machine."""

    folder: Path
    suite: str
    machine: Machine
    mirror: str

    def update(self) -> None:
        """Read the lists of the suite, once."""
        lists = self.folder / "lists"
        if (self.folder / "complete").exists():
            return
        if not KEYS.exists():
            raise BuildFailed(f"{KEYS} is missing: install debian-archive-keyring.")
        (lists / "partial").mkdir(parents=True, exist_ok=True)
        (self.folder / "archives" / "partial").mkdir(parents=True, exist_ok=True)
        (self.folder / "status").touch()
        (self.folder / "sources.list").write_text(
            f"deb [signed-by={KEYS}] {self.mirror} {self.suite} main\n", "utf-8"
        )
        self._run("update")
        (self.folder / "complete").touch()

    def describe(self, packages: list[str]) -> str:
        """Return the entries of `packages` in the list of the suite."""
        return self._run("show", *packages, tool="apt-cache")

    def download(self, packages: list[str]) -> list[Path]:
        """Fetch `packages` and all that they need, and return the files."""
        self._run("--no-install-recommends", "--download-only", "-y", "install", *packages)
        return sorted((self.folder / "archives").glob("*.deb"))

    def fetch(self, address: str, file: Path, sha256: str) -> None:
        """Fetch one file of the archive, and check it."""
        helper = ["/usr/lib/apt/apt-helper", *self._settings(), "download-file"]
        _run([*helper, f"{self.mirror}/{address}", str(file), f"SHA256:{sha256}"])

    def _run(self, *words: str, tool: str = "apt-get") -> str:
        return _run([tool, "-qq", *self._settings(), *words])

    def _settings(self) -> list[str]:
        folder = self.folder.absolute()
        settings = {
            "Dir::State": folder,
            "Dir::State::status": folder / "status",
            "Dir::State::lists": folder / "lists",
            "Dir::Cache": folder,
            "Dir::Cache::archives": folder / "archives",
            "Dir::Etc::sourcelist": folder / "sources.list",
            "Dir::Etc::sourceparts": "/dev/null",
            "Dir::Etc::preferencesparts": "/dev/null",
            "APT::Architecture": self.machine.debian,
            "APT::Architectures::": self.machine.debian,
            "APT::Sandbox::User": "",
            "Acquire::Languages": "none",
            "Acquire::Retries": "3",
            "Binary::apt-get::APT::Keep-Downloaded-Packages": "true",
        }
        return [f"-o{name}={value}" for name, value in settings.items()]


def _run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        words = (done.stderr or done.stdout).strip().splitlines()
        raise BuildFailed("\n".join((f"{Path(command[0]).name} failed:", *words[-5:])))
    return done.stdout


def unpack(archive: Path, folder: Path) -> None:
    """Lay what is in a .deb into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    _run(["dpkg-deb", "--extract", str(archive), str(folder)])
