"""Runs tests as on a board, on a machine of another kind: `./start aarch64 [pytest arguments]`.

1. A folder with the libraries and the Python of an arm64 system is made from the Debian packages
   of this machine's own suite, without installing any of them and without rights.
2. The wheels that the lock file names for aarch64 are laid beside it.
3. qemu runs that Python over this checkout, with the arm64 folder as its system. What Python
   starts is started the same way, by way of a script that stands in for the interpreter.

All of it lies in the user's cache and is made anew when what it is made from has changed. Without
arguments the tests of the NPU binding run.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "packaging" / "locks" / "dev.txt"
LISTS = (ROOT / "packaging" / "system" / "app.txt",)
MACHINE = "aarch64"
COMPILER = "aarch64-linux-gnu-gcc"
PLATFORMS = ("manylinux_2_31", "manylinux_2_28", "manylinux_2_17", "manylinux2014")
TESTS = ("tests/runtime/rkllm",)


def main(arguments: list[str]) -> int:
    """Make what is missing, run pytest, and return its exit code."""
    folder = _cache() / "aarch64"
    stamp = folder / "stamp"
    wanted = _fingerprint()
    if not stamp.exists() or stamp.read_text("utf-8") != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        try:
            _make_system(folder)
            _make_python(folder)
        except subprocess.CalledProcessError as error:
            print(f"Cairn: {' '.join(map(str, error.cmd[:2]))} failed.", file=sys.stderr)
            return 1
        stamp.write_text(wanted, "utf-8")
    environment = {
        **os.environ,
        "CC": COMPILER,
        "PYTHONPATH": f"{ROOT}:{folder / 'site'}",
        "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
        # Memory that was given back reads as nonsense, as in the other tests.
        "MALLOC_PERTURB_": "165",
    }
    command = [folder / "python", "-m", "pytest", "-p", "no:cacheprovider", *(arguments or TESTS)]
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cairn"


def _fingerprint() -> str:
    """Return what the folder is made from, in short."""
    known = hashlib.sha256()
    for file in (Path(__file__), LOCK, *LISTS, Path("/etc/os-release")):
        known.update(file.read_bytes())
    return known.hexdigest()


def _make_system(folder: Path) -> None:
    """Unpack what an arm64 system would have installed for the application."""
    print("Fetching an arm64 system.", flush=True)
    packages = ["python3", *(name for file in LISTS for name in _packages(file))]
    archives = folder / "archives"
    with _apt(folder, archives) as apt:
        # A source without arm64 does not matter as long as the packages are found.
        subprocess.run([*apt, "update"], check=False, stderr=subprocess.DEVNULL)
        subprocess.run(
            [*apt, "--no-install-recommends", "--download-only", "-y", "install", *packages],
            check=True,
        )
    system = folder / "system"
    system.mkdir()
    unpack = ["dpkg-deb", "--extract"]
    for archive in sorted(archives.glob("*.deb")):
        subprocess.run([*unpack, archive, system], check=True)
    shutil.rmtree(archives)


def _packages(file: Path) -> Iterator[str]:
    """Yield the packages of a list that are wanted on a board."""
    for line in file.read_text("utf-8").splitlines():
        words = line.split("#")[0].split()
        if words and (len(words) < 4 or words[3] == MACHINE):
            yield words[2]


@contextlib.contextmanager
def _apt(folder: Path, archives: Path) -> Iterator[list[str]]:
    """Yield the beginning of a call of apt-get that knows of arm64 and of nothing installed."""
    state = folder / "apt"
    for part in (state / "lists" / "partial", archives / "partial"):
        part.mkdir(parents=True)
    (state / "status").touch()
    settings = {
        "Dir::State": state,
        "Dir::State::status": state / "status",
        "Dir::State::lists": state / "lists",
        "Dir::Cache": state,
        "Dir::Cache::archives": archives,
        "APT::Architecture": "arm64",
        "APT::Architectures::": "arm64",
        "APT::Sandbox::User": "",
        "Binary::apt-get::APT::Keep-Downloaded-Packages": "true",
    }
    words = [f"-o{name}={value}" for name, value in settings.items()]
    yield ["apt-get", "-qq", *words]
    shutil.rmtree(state)


def _make_python(folder: Path) -> None:
    """Lay the wheels beside the system, and make the script that stands in for its Python."""
    print("Fetching the wheels for it.", flush=True)
    python = (folder / "system" / "usr" / "bin" / "python3").readlink().name
    version = python.removeprefix("python")
    site = folder / "site"
    pip = [sys.executable, "-I", "-m", "pip", "--disable-pip-version-check", "-qq", "install"]
    into = ["--no-deps", "--target", str(site)]
    abi = ("--abi", f"cp{version.replace('.', '')}", "--abi", "abi3", "--abi", "none")
    platforms = [f"--platform={each}_{MACHINE}" for each in PLATFORMS]
    only = ["--only-binary=:all:", "--require-hashes", "--python-version", version]
    chosen = [*only, "--implementation", "cp", *abi, *platforms]
    subprocess.run([*pip, *into, *chosen, "-r", LOCK], check=True)
    # For what it declares: its code is found in the checkout first.
    own = ["--no-index", "--no-build-isolation", str(ROOT)]
    subprocess.run([*pip, *into, *own], check=True)
    (site / "sitecustomize.py").write_text(
        f'import sys\nsys.executable = "{folder / "python"}"\n', "utf-8"
    )
    system = folder / "system"
    launcher = folder / "python"
    launcher.write_text(
        f'#!/bin/sh\nexec qemu-aarch64-static -L "{system}" "{system}/usr/bin/{python}" "$@"\n',
        "utf-8",
    )
    launcher.chmod(0o755)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
