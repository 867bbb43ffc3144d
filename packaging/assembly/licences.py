"""Puts the licences of everything that is in a package into it, with a list of what that is.

Debian's packages and most wheels bring theirs. Qt for Python's wheels bring none: the texts of the
LGPL and the GPL come from Debian, and with them the notices of what Qt contains.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from email.parser import Parser
from pathlib import Path

from assembly.apt import unpack
from assembly.failure import BuildFailed
from assembly.keep import ROOT
from assembly.machine import Machine
from assembly.parts import Parts, locked_packages

#: Where a wheel says nothing, or less than its project does.
_KNOWN = {
    "pyside6-essentials": "LGPL-3.0-only (also offered under GPL-2.0 or GPL-3.0)",
    "shiboken6": "LGPL-3.0-only (also offered under GPL-2.0 or GPL-3.0)",
}
_TEXTS = ("Apache-2.0", "GPL-2", "GPL-3", "LGPL-2", "LGPL-2.1", "LGPL-3")
#: What its wheel has linked or laid beside it.
_IN_INTERPRETER = ("bzip2", "expat", "libffi", "libuuid", "SQLite", "xz", "zlib")
_ROCKCHIP = "Rockchip, rknn-llm"


@dataclass(frozen=True, slots=True)
class Component:
    """One thing in the package."""

    name: str
    version: str
    licence: str
    origin: str


def write_licences(
    folder: Path, lib: Path, machine: Machine, parts: Parts, scratch: Path, rockchip: Path | None
) -> None:
    """Fill `folder`; `lib` holds the wheels as they were laid, `rockchip` is a licence file."""
    folder.mkdir(parents=True)
    shutil.copyfile(ROOT / "LICENSE", folder / "Cairn-Apache-2.0.txt")
    components = [_interpreter(folder, machine, scratch), *_wheels(folder, lib)]
    components += _packages(folder, machine, parts, scratch)
    if rockchip is not None:
        shutil.copyfile(rockchip, folder / "Rockchip-rknn-llm.txt")
        components.append(Component("librkllmrt", "", "see Rockchip-rknn-llm.txt", _ROCKCHIP))
    lines = [
        "What this package is made of beside Cairn itself, which is under the Apache License 2.0.",
        "The libraries under the LGPL are files of their own and can be replaced by others.",
        "",
        *(f"{each.name} {each.version}: {each.licence}; {each.origin}" for each in components),
        "",
    ]
    (folder / "README.txt").write_text("\n".join(lines), "utf-8")


def _interpreter(folder: Path, machine: Machine, scratch: Path) -> Component:
    """Take what the wheel of the interpreter says; it was unpacked to be laid."""
    wheel = scratch / f"interpreter-{machine.value}"
    about = next(wheel.glob("freeze_core-*.dist-info"))
    shutil.copyfile(about / "licenses" / "LICENSE", folder / "freeze-core-LICENSE.txt")
    return Component(
        "CPython",
        f"3.11 with {', '.join(_IN_INTERPRETER)}",
        "PSF-2.0 and others, see Debian-libpython3.11-minimal.txt and freeze-core-LICENSE.txt",
        f"from the wheel {about.name.removesuffix('.dist-info')}",
    )


def _wheels(folder: Path, lib: Path) -> list[Component]:
    found: list[Component] = []
    for about in sorted(lib.glob("*.dist-info")):
        metadata = Parser().parsestr((about / "METADATA").read_text("utf-8"), headersonly=True)
        name = metadata["Name"]
        if name == "cairn-chat":
            continue
        files = [path for path in sorted(about.rglob("*")) if _is_licence(path)]
        for file in files:
            shutil.copyfile(file, folder / f"{name}-{file.name.removesuffix('.txt')}.txt")
        licence = _KNOWN.get(name.lower().replace("_", "-")) or _said(metadata)
        if not licence and not files:
            raise BuildFailed(f"{name} says nothing of its licence.")
        found.append(
            Component(name, metadata["Version"], licence or "see its file", "from its wheel")
        )
    return found


def _said(metadata: object) -> str:
    get = metadata.get_all  # type: ignore[attr-defined]
    for header in ("License-Expression", "License"):
        text = (get(header) or [""])[0].strip()
        if text:
            return str(text.splitlines()[0])
    names = [line.rpartition(" :: ")[2] for line in get("Classifier") or [] if "License ::" in line]
    return ", ".join(names)


def _is_licence(path: Path) -> bool:
    words = ("licen", "copying", "notice", "authors")
    return path.is_file() and any(word in path.name.lower() for word in words)


def _packages(folder: Path, machine: Machine, parts: Parts, scratch: Path) -> list[Component]:
    found: list[Component] = []
    uses = ("python", "helpers", "runtime", "licences")
    versions = {each.name: each for each in locked_packages() if each.machine is machine}
    for use in uses:
        for name, file in parts.packages(use, machine).items():
            place = scratch / "licences" / f"{name}-{machine.value}"
            unpack(file, place)
            docs = place / "usr" / "share" / "doc" / name / "copyright"
            if docs.is_file():
                shutil.copyfile(docs, folder / f"Debian-{name}.txt")
            if use == "licences":
                for text in _TEXTS if name == "base-files" else ():
                    source = place / "usr" / "share" / "common-licenses" / text
                    shutil.copyfile(source, folder / f"{text}.txt")
                continue
            shown = f"see Debian-{name}.txt" if docs.is_file() else _shared(name)
            origin = f"Debian's package {name} {versions[name].version}"
            found.append(Component(name, versions[name].version, shown, origin))
    return found


def _shared(name: str) -> str:
    """Return which other package's notice stands for this one's."""
    others = {"libgomp1": "gcc-12-base", "libpython3.11-stdlib": "libpython3.11-minimal"}
    if name not in others:
        raise BuildFailed(f"{name} has no copyright file.")
    return f"see Debian-{others[name]}.txt"
