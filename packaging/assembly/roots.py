"""Clean systems to try the packages in: what a desktop image has, and nothing of this machine.

1. A root holds the libraries that `keep.toml` leaves to the system, a font and a shell, from one
   suite of Debian for one machine. The packages are unpacked, which runs nothing, and noted as
   installed, so that dpkg in there knows what it has.
2. A command in it is run by a namespace of its own, where the kernel hands programs of the other
   machine to qemu. The machine around it is not changed.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assembly.apt import Apt, unpack
from assembly.keep import Keep
from assembly.machine import Machine, this_machine

#: The oldest system supported, and those of most boards and desktops: glibc 2.31, 2.36, 2.41.
SUITES = ("bullseye", "bookworm", "trixie")
_BASE = (
    "base-files",
    "bash",
    "coreutils",
    "dash",
    "diffutils",
    "dpkg",
    "findutils",
    "fonts-dejavu-core",
    "grep",
    "libc-bin",
    "libegl-mesa0",
    "libgl1-mesa-dri",
    "libglx-mesa0",
    "sed",
    "tar",
    "xkb-data",
)
_HANDLER = (
    r":cairn:M::\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00:"
    # Bytes 8 to 10 are the mark of an AppImage.
    r"\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00\x00\x00\x00\x00\x00\xfe\xff\xff\xff:"
)
#: Arguments: the root, the line for binfmt_misc or nothing, then the command.
_ENTER = r"""
set -e
root=$1 handler=$2
shift 2
if [ -n "$handler" ]; then
    mount -t binfmt_misc none /proc/sys/fs/binfmt_misc
    printf '%s' "$handler" >/proc/sys/fs/binfmt_misc/register
fi
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
if [ -d /tmp/.X11-unix ]; then
    mkdir "$root/tmp/.X11-unix"
    mount --bind /tmp/.X11-unix "$root/tmp/.X11-unix"
fi
exec chroot "$root" "$@"
"""


@dataclass(frozen=True, slots=True)
class Root:
    """A clean system."""

    folder: Path
    suite: str
    machine: Machine

    def run(
        self,
        command: Sequence[str],
        environment: dict[str, str] | None = None,
        without: Sequence[str] = (),
        budget_s: float = 600,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in it, as its root. `without` names files that are empty for it."""
        emulator = shutil.which("qemu-aarch64-static")
        foreign = self.machine is not this_machine()
        handler = f"{_HANDLER}{emulator}:F" if foreign else ""
        variables = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "HOME": "/root", "LANG": "C.UTF-8"}
        words = [f"{name}={value}" for name, value in (variables | (environment or {})).items()]
        cover = "".join(f'mount --bind /dev/null "$root{name}"\n' for name in without)
        script = _ENTER.replace("exec chroot", f"{cover}exec chroot")
        enter = ["unshare", "--map-root-user", "--mount", "--pid", "--fork", "--kill-child"]
        inside = ["sh", "-c", script, "enter", str(self.folder), handler, "/usr/bin/env", "-i"]
        return subprocess.run(
            [*enter, *inside, *words, *command],
            capture_output=True,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            timeout=budget_s,
            check=False,
        )


def make_root(folder: Path, suite: str, machine: Machine, keep: Keep, mirror: str) -> Root:
    """Return the root in `folder`, made if it is not there."""
    root, stamp = Root(folder / "root", suite, machine), folder / "complete"
    packages = sorted({name.split(" | ")[0] for name in keep.host.values()} | {*_BASE})
    if stamp.exists() and stamp.read_text("utf-8") == " ".join(packages):
        return root
    shutil.rmtree(folder, ignore_errors=True)
    apt = Apt(folder / "apt", suite, machine, mirror)
    apt.update()
    # On a merged system these are links; unpacking alone would make folders of them.
    for name in ("bin", "lib", "sbin", *(("lib64",) if machine is Machine.X86_64 else ())):
        (root.folder / "usr" / name).mkdir(parents=True, exist_ok=True)
        (root.folder / name).symlink_to(f"usr/{name}")
    notes: list[str] = []
    for archive in apt.download(packages):
        unpack(archive, root.folder)
        notes.append(_note(archive))
    (root.folder / "var" / "lib" / "dpkg" / "status").write_text("\n".join(notes), "utf-8")
    shutil.rmtree(apt.folder)
    for name in ("dev", "proc", "tmp", "root", "opt"):
        (root.folder / name).mkdir(exist_ok=True)
    (root.folder / "etc" / "passwd").write_text("root:x:0:0:root:/root:/bin/sh\n", "utf-8")
    stamp.write_text(" ".join(packages), "utf-8")
    return root


def _note(archive: Path) -> str:
    """Return the entry of an installed package."""
    command = ["dpkg-deb", "--field", str(archive)]
    fields = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    first, _, rest = fields.partition("\n")
    return f"{first}\nStatus: install ok installed\n{rest}"
