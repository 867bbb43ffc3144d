"""Makes the AppImage of an AppDir, the file that updates are computed from, and the checksums."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from assembly.failure import BuildFailed
from assembly.machine import Machine
from assembly.metadata import project

LEVEL = 19
_BLOCK = 131072


def image_name(machine: Machine) -> str:
    """Return the name of the AppImage, which updaters look for."""
    return f"Cairn-{project()['version']}-{machine.value}.AppImage"


def pack(
    appdir: Path, file: Path, time: int, level: int = LEVEL, left_out: Sequence[str] = ()
) -> None:
    """Write the compressed file system. The same tree and time give the same bytes."""
    file.unlink(missing_ok=True)
    command = ["mksquashfs", str(appdir), str(file), "-root-owned", "-noappend", "-no-xattrs"]
    compression = ["-comp", "zstd", "-Xcompression-level", str(level), "-b", str(_BLOCK)]
    times = ["-mkfs-time", str(time), "-all-time", str(time)]
    environment = {name: value for name, value in os.environ.items() if "EPOCH" not in name}
    command += [*compression, *times, "-quiet", "-no-progress"]
    _run([*command, "-e", *left_out] if left_out else command, environment)


def join(runtime: bytes, payload: Path, image: Path, time: int) -> None:
    """Write the AppImage: the runtime, and the file system behind it."""
    with image.open("wb") as file:
        file.write(runtime)
        file.write(payload.read_bytes())
    image.chmod(0o755)
    os.utime(image, (time, time))


def write_zsync(image: Path) -> Path:
    """Write what lets an updater fetch only the blocks that changed."""
    file = image.with_name(f"{image.name}.zsync")
    _run(["zsyncmake", "-u", image.name, "-f", image.name, "-o", str(file), str(image)], None)
    return file


def write_sums(folder: Path) -> Path:
    """Write SHA256SUMS for every package in `folder`."""
    sums = folder / "SHA256SUMS"
    files = sorted(path for path in folder.iterdir() if path.is_file() and path != sums)
    lines = [f"{sha256(path)}  {path.name}\n" for path in files]
    sums.write_text("".join(lines), "utf-8")
    return sums


def sha256(file: Path) -> str:
    """Return the hash of a file."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _run(command: list[str], environment: dict[str, str] | None) -> None:
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise BuildFailed(f"{command[0]} is missing: see packaging/system/package.txt.") from error
    if done.returncode:
        raise BuildFailed(f"{command[0]} failed: {(done.stderr or done.stdout).strip()}")
