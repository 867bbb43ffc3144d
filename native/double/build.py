"""Builds the test double of librkllmrt.so: `python native/double/build.py VERSION FILE`.

VERSION is a released version of the library, or one that is not, with the generation whose
interface it shall have: `1.3.1=1.3.0`. The compiler is that of the environment variable CC;
`aarch64-linux-gnu-gcc` builds it for a board.
"""

from __future__ import annotations

import argparse
import os
import subprocess
from pathlib import Path

COMPILER = os.environ.get("CC", "cc")
FOLDER = Path(__file__).resolve().parent
ABI = FOLDER.parent / "abi"

#: The generation of each release, and how the source counts generations.
GENERATIONS = {
    **dict.fromkeys(("1.1.0", "1.1.1", "1.1.2", "1.1.3", "1.1.4"), "1.1.0"),
    "1.2.0": "1.2.0",
    **dict.fromkeys(("1.2.1", "1.2.2", "1.2.3"), "1.2.1"),
    "1.3.0": "1.3.0",
}
_NUMBERS = {"1.1.0": 110, "1.2.0": 120, "1.2.1": 121, "1.3.0": 130}
_FLAGS = (
    "-shared",
    "-fPIC",
    "-fvisibility=hidden",
    "-std=gnu11",
    "-O2",
    "-Wall",
    "-Wextra",
    "-Werror",
)


def build(version: str, file: Path) -> Path:
    """Compile the double as `version` into `file`. Raises CalledProcessError."""
    version, _, generation = version.partition("=")
    generation = generation or GENERATIONS[version]
    subprocess.run(
        [
            COMPILER,
            *_FLAGS,
            f"-DGENERATION={_NUMBERS[generation]}",
            f'-DVERSION="{version}"',
            f'-DABI="rkllm-{generation}.h"',
            f"-I{ABI}",
            str(FOLDER / "rkllm_double.c"),
            "-o",
            str(file),
            "-lpthread",
        ],
        check=True,
    )
    return file


def main() -> None:
    """Build one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("version")
    parser.add_argument("file", type=Path)
    options = parser.parse_args()
    build(options.version, options.file)


if __name__ == "__main__":
    main()
