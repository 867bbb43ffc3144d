"""The program at the beginning of an AppImage: an official one by its hash, or our own.

Our own is compiled from `native/appimage` with the compiler for the target, and linked with static
libraries of Debian. An official one needs no compiler.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tomllib
from pathlib import Path

from assembly.apt import unpack
from assembly.elf import read_elf
from assembly.failure import BuildFailed
from assembly.keep import PACKAGING, ROOT
from assembly.machine import Machine
from assembly.parts import Parts

SOURCES = ROOT / "native" / "appimage"
#: Bytes 8 to 10 of an AppImage of type 2.
MARK = b"AI\x02"
_MARK_AT = 8
_LIBRARIES = ("squashfuse_ll", "squashfuse", "fuse3", "zstd", "z", "lzma", "lz4", "lzo2")
_SECTION = ".upd_info"


def official_runtime(file: Path, machine: Machine) -> bytes:
    """Return what is in `file`. Raises BuildFailed unless its hash is locked."""
    data = file.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    locked = tomllib.loads((PACKAGING / "locks" / "runtime.toml").read_text("utf-8"))
    if digest not in locked[machine.value].values():
        raise BuildFailed(
            f"{file} is not in packaging/locks/runtime.toml, section {machine.value}.\n"
            f"Its SHA-256 is {digest}. The lock says how to add it."
        )
    return data


def own_runtime(machine: Machine, parts: Parts, scratch: Path) -> bytes:
    """Compile our own for `machine`."""
    compiler = shutil.which(f"{machine.triplet}-gcc")
    if compiler is None:
        package = f"gcc-{machine.triplet.replace('_', '-')}"
        raise BuildFailed(
            f"Our own AppImage runtime needs {machine.triplet}-gcc: install {package}, or name an "
            "official runtime with --runtime-file. The .deb needs neither."
        )
    system = scratch / f"runtime-{machine.value}"
    for package_file in parts.packages("runtime", machine).values():
        unpack(package_file, system)
    made = scratch / f"runtime-{machine.value}.elf"
    command = [compiler, "-std=gnu11", "-O2", "-Wall", "-Wextra", "-static", "-s"]
    # Names of folders would make the result depend on where it is built.
    command.append(f"-ffile-prefix-map={ROOT}=.")
    include = ["-isystem", str(system / "usr" / "include"), "-D_FILE_OFFSET_BITS=64"]
    sources = [str(SOURCES / name) for name in ("runtime.c", "mount.c", "extract.c")]
    search = f"-L{system / 'usr' / 'lib' / machine.triplet}"
    libraries = [f"-l{name}" for name in (*_LIBRARIES, "pthread", "dl")]
    done = subprocess.run(
        [*command, *include, "-o", str(made), *sources, search, *libraries],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BuildFailed(f"The AppImage runtime could not be compiled:\n{done.stderr.strip()}")
    data = bytearray(made.read_bytes())
    data[_MARK_AT : _MARK_AT + len(MARK)] = MARK
    return bytes(data)


def with_update_information(runtime: bytes, information: str, scratch: Path) -> bytes:
    """Write where updates come from into the section that is reserved for it."""
    file = scratch / "runtime.elf"
    file.write_bytes(runtime)
    section = read_elf(file).section(_SECTION)
    text = information.encode()
    if section is None or section.size <= len(text):
        raise BuildFailed(f"The runtime has no room for update information ({_SECTION}).")
    padded = text.ljust(section.size, b"\0")
    return runtime[: section.offset] + padded + runtime[section.offset + section.size :]


def payload_offset(image: bytes) -> int:
    """Return where the file system begins: where the section headers of the program end."""
    start = int.from_bytes(image[40:48], "little")
    size, count = (int.from_bytes(image[at : at + 2], "little") for at in (58, 60))
    return start + size * count
