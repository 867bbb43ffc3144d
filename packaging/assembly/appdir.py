"""Makes the AppDir: the program's tree, and what tells a desktop about it.

    AppRun                       the program
    cairn.desktop, cairn.png, .DirIcon
    usr/bin/cairn
    usr/lib/cairn/               see tree.py
    usr/lib/rkllm/               Rockchip's library, where it is bundled
    usr/share/                   desktop file, metainfo, icons, MIME types, udev rules, licences

The .deb has the same `usr` as /opt/cairn.
"""

from __future__ import annotations

import datetime
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

from assembly.elfcheck import check_library
from assembly.failure import BuildFailed
from assembly.keep import PACKAGING, ROOT, Keep
from assembly.licences import write_licences
from assembly.machine import Machine
from assembly.metadata import project
from assembly.parts import Parts
from assembly.tree import copy_file, lay_tree, set_modes_and_times

DESKTOP = ROOT / "resources" / "desktop"
METAINFO_ID = "io.github.cairn_chat.cairn"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be built."""

    machine: Machine
    time: int
    """Of every file, in seconds since the epoch."""
    releases: str = ""
    """OWNER/NAME of the repository that releases are published in; empty if there is none."""
    rkllm: Path | None = None
    rkllm_licence: Path | None = None


def make_appdir(folder: Path, wish: Wish, parts: Parts, keep: Keep, scratch: Path) -> None:
    """Make the AppDir in `folder`, which must not exist."""
    usr = folder / "usr"
    if wish.rkllm is not None:
        _check_rkllm(wish.rkllm, wish, keep)
    lay_tree(usr / "lib" / "cairn", wish.machine, parts, keep, scratch)
    if wish.rkllm is not None:
        copy_file(wish.rkllm, usr / "lib" / "rkllm" / "librkllmrt.so")
    share = usr / "share"
    write_licences(
        share / "doc" / "cairn" / "licences",
        usr / "lib" / "cairn" / "lib",
        wish.machine,
        parts,
        scratch,
        wish.rkllm_licence,
    )
    (usr / "bin").mkdir()
    (usr / "bin" / "cairn").symlink_to("../lib/cairn/cairn")
    (folder / "AppRun").symlink_to("usr/lib/cairn/cairn")
    copy_file(PACKAGING / "60-rknpu.rules", share / "doc" / "cairn" / "60-rknpu.rules")
    copy_file(DESKTOP / "cairn.desktop", share / "applications" / "cairn.desktop")
    copy_file(DESKTOP / "cairn.mime.xml", share / "mime" / "packages" / "cairn.xml")
    icons = share / "icons" / "hicolor"
    for icon in sorted((DESKTOP / "icons").glob("*.png")):
        copy_file(icon, icons / f"{icon.stem}x{icon.stem}" / "apps" / "cairn.png")
    copy_file(DESKTOP / "cairn.svg", icons / "scalable" / "apps" / "cairn.svg")
    metainfo = share / "metainfo"
    metainfo.mkdir()
    (metainfo / f"{METAINFO_ID}.metainfo.xml").write_text(metainfo_text(wish), "utf-8")
    for name, source in (("cairn.desktop", "cairn.desktop"), ("cairn.png", "icons/256.png")):
        copy_file(DESKTOP / source, folder / name)
    (folder / ".DirIcon").symlink_to("cairn.png")
    set_modes_and_times(folder, wish.time)


def metainfo_text(wish: Wish) -> str:
    """Return the metainfo; without a repository it names no addresses, since none would be true."""
    text = (DESKTOP / "cairn.metainfo.xml").read_text("utf-8")
    date = datetime.datetime.fromtimestamp(wish.time, datetime.UTC).date().isoformat()
    values = {"VERSION": project()["version"], "DATE": date, "REPOSITORY": wish.releases}
    for key, value in values.items():
        text = text.replace(f"@{key}@", value)
    if wish.releases:
        return text
    root = ElementTree.fromstring(text)  # noqa: S314  # our own file
    for element in [*root.findall("url"), *root.findall("screenshots")]:
        root.remove(element)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _check_rkllm(library: Path, wish: Wish, keep: Keep) -> None:
    if wish.rkllm_licence is None:
        raise BuildFailed("Rockchip's library goes in with its licence only: --rkllm-licence FILE.")
    problems = check_library(library, wish.machine, keep)
    if problems:
        raise BuildFailed("\n".join((f"{library} cannot be bundled:", *problems)))
