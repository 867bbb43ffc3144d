"""Makes the .deb: the tree of the AppDir under /opt/cairn, and what belongs into the system.

Nothing of the user's is touched when it is removed. Menus, icons and MIME types are taken in by
the triggers of the packages that care for them; only udev has to be told.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from assembly.appdir import METAINFO_ID, Wish
from assembly.elfcheck import Report
from assembly.failure import BuildFailed
from assembly.keep import PACKAGING, Keep
from assembly.machine import Machine
from assembly.metadata import project
from assembly.tree import set_modes_and_times

PACKAGE = "cairn-chat"
#: More takes longer for nothing.
_MOST_LEVEL = 6
_SHARED = ("applications", "icons", f"metainfo/{METAINFO_ID}.metainfo.xml", "mime")
_RELOAD = """\
if [ -d /run/udev ] && command -v udevadm >/dev/null; then
    udevadm control --reload || true
    udevadm trigger --subsystem-match=misc --subsystem-match=dma_heap || true
fi
"""
# Every system has this folder, but dpkg takes it away when nothing is left in it.
_KEEP_OPT = "mkdir -p /opt\n"
_NOTE = """\
case "$1" in
    configure)
        if [ -z "$2" ] && { [ -e /dev/rknpu ] || [ -e /proc/device-tree/compatible ]; }; then
            echo "Cairn: 'cairn doctor' says what this board lacks. The NPU is for members of the"
            echo "groups render and video: sudo usermod -aG render,video NAME, then log in again."
        fi ;;
esac
"""


def make_deb(file: Path, appdir: Path, wish: Wish, report: Report, keep: Keep, level: int) -> None:
    """Write the package; `report` says what its tree needs of the system."""
    root = appdir.with_name("deb")
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(appdir / "usr", root / "opt" / "cairn", symlinks=True)
    share = root / "usr" / "share"
    for name in _SHARED:
        source = root / "opt" / "cairn" / "share" / name
        (share / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.move(source, share / name)
    (root / "usr" / "bin").mkdir()
    (root / "usr" / "bin" / "cairn").symlink_to("/opt/cairn/bin/cairn")
    rules = root / "usr" / "lib" / "udev" / "rules.d" / "60-rknpu.rules"
    rules.parent.mkdir(parents=True)
    shutil.copyfile(PACKAGING / rules.name, rules)
    documents = share / "doc" / PACKAGE
    documents.mkdir(parents=True)
    shutil.copyfile(root / "opt/cairn/share/doc/cairn/licences/README.txt", documents / "copyright")
    control = root / "DEBIAN"
    control.mkdir()
    (control / "control").write_text(_control(root, wish.machine, report, keep), "utf-8")
    (control / "postinst").write_text(f"#!/bin/sh\nset -e\n{_NOTE}{_RELOAD}", "utf-8")
    (control / "postrm").write_text(f"#!/bin/sh\nset -e\n{_KEEP_OPT}{_RELOAD}", "utf-8")
    for script in ("postinst", "postrm"):
        (control / script).chmod(0o755)
    set_modes_and_times(root, wish.time)
    # Debian 11's dpkg reads no zstd; more than one thread gives other bytes.
    environment = os.environ | {"SOURCE_DATE_EPOCH": str(wish.time), "DPKG_DEB_THREADS_MAX": "1"}
    compression = ["-Zxz", f"-z{min(level, _MOST_LEVEL)}"]
    command = ["dpkg-deb", "--root-owner-group", *compression, "--build", str(root), str(file)]
    done = subprocess.run(
        command,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    shutil.rmtree(root)
    if done.returncode:
        raise BuildFailed(f"dpkg-deb failed: {done.stderr.strip()}")
    os.utime(file, (wish.time, wish.time))


def deb_name(machine: Machine) -> str:
    """Return the name of the file, as Debian wants it."""
    return f"{PACKAGE}_{project()['version']}_{machine.debian}.deb"


def depends(report: Report, keep: Keep) -> str:
    """Return what the package depends on, from what its tree needs."""
    packages = {keep.host[name] for name in report.from_host}
    needed = [f"libc6 (>= {keep.limits['GLIBC']})", *sorted(packages - {"libc6"})]
    return ", ".join(needed)


def _control(root: Path, machine: Machine, report: Report, keep: Keep) -> str:
    about = project()
    size = sum(path.lstat().st_size for path in root.rglob("*") if not path.is_dir()) // 1024
    return (
        f"Package: {PACKAGE}\n"
        f"Version: {about['version']}\n"
        f"Architecture: {machine.debian}\n"
        "Maintainer: The Cairn developers <noreply@cairn.invalid>\n"
        f"Installed-Size: {size}\n"
        f"Depends: {depends(report, keep)}\n"
        "Recommends: fonts-dejavu-core | fonts-noto-core, libgomp1\n"
        "Section: utils\n"
        "Priority: optional\n"
        f"Description: {about['description']}\n"
        " Cairn streams answers of language models that run on this machine: RKLLM models on\n"
        " the NPU of Rockchip boards, GGUF models on the CPU. A tiny starter model comes with it.\n"
        " RKLLM models need Rockchip's library librkllmrt.so, which is found where it is kept.\n"
    )
