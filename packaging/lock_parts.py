"""Writes `parts.toml`: version, place and hash of every Debian package named in `keep.toml`.

    packaging/lock_parts.py [--debian-mirror URL]

The lists it reads are checked with Debian's signatures. What it writes changes only when the
archive has another version, which is then a change to look at.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from assembly.apt import Apt, mirror_of_this_machine
from assembly.failure import BuildFailed
from assembly.keep import PACKAGING, Keep, read_keep
from assembly.machine import Machine

_HEAD = """\
# Made by lock_parts.py from keep.toml; not for editing.
"""


def main(arguments: list[str]) -> int:
    """Write the file anew."""
    parser = argparse.ArgumentParser(description="Write packaging/parts.toml anew.")
    parser.add_argument("--debian-mirror", metavar="URL", help="Debian's archive")
    options = parser.parse_args(arguments)
    keep = read_keep()
    try:
        mirror = options.debian_mirror or mirror_of_this_machine()
        with tempfile.TemporaryDirectory(prefix="cairn-lock-") as folder:
            text = _HEAD + "".join(_entries(keep, mirror, Path(folder)))
    except BuildFailed as error:
        print(f"lock_parts: {error}", file=sys.stderr)
        return 1
    (PACKAGING / "parts.toml").write_text(text, "utf-8")
    return 0


def _entries(keep: Keep, mirror: str, folder: Path) -> list[str]:
    wanted = (
        ("python", keep.python_suite, list(keep.python_packages)),
        ("helpers", keep.helper_suite, sorted(keep.helpers)),
        ("runtime", keep.runtime_suite, list(keep.runtime_packages)),
        ("licences", keep.licence_suite, list(keep.licence_packages)),
    )
    lines: list[str] = []
    for machine in Machine:
        for suite in sorted({suite for _, suite, _ in wanted}):
            apt = Apt(folder / f"{suite}-{machine.debian}", suite, machine, mirror)
            apt.update()
            for use, its_suite, packages in wanted:
                if its_suite == suite:
                    lines += _locked(apt, use, packages)
    return lines


def _locked(apt: Apt, use: str, packages: list[str]) -> list[str]:
    lines: list[str] = []
    for entry in apt.describe(packages).strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in entry.splitlines() if ": " in line[:40])
        lines += (
            "\n[[package]]\n",
            f'use = "{use}"\n',
            f'machine = "{apt.machine.value}"\n',
            f'name = "{fields["Package"]}"\n',
            f'version = "{fields["Version"]}"\n',
            f'place = "{fields["Filename"]}"\n',
            f'sha256 = "{fields["SHA256"]}"\n',
        )
    return lines


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
