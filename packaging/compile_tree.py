"""Compiles every module of a folder and takes its source away: `compile_tree FOLDER`.

Run by the interpreter of the packages, so that the code is for its version whichever one builds.
The result does not depend on when or where it is made: the files name no time and no folder.
"""

from __future__ import annotations

import py_compile
import sys
from pathlib import Path


def main(folder: Path) -> int:
    """Put `module.pyc` in the place of every `module.py`."""
    unchecked = py_compile.PycInvalidationMode.UNCHECKED_HASH
    for source in sorted(folder.rglob("*.py")):
        target = source.with_suffix(".pyc")
        name = str(source.relative_to(folder))
        try:
            py_compile.compile(
                str(source), str(target), name, doraise=True, invalidation_mode=unchecked
            )
        except py_compile.PyCompileError as error:
            sys.stderr.write(f"{error}\n")
            return 1
        source.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
