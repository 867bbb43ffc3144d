"""Small libraries, compiled for the tests."""

from __future__ import annotations

import subprocess
from pathlib import Path


def compile_library(file: Path, *words: str, source: str = "int x(void) { return 1; }") -> Path:
    """Compile a library into `file`; `words` go to the compiler."""
    file.parent.mkdir(parents=True, exist_ok=True)
    code = file.with_suffix(".c")
    code.write_text(source)
    made = [f"-Wl,-soname,{file.name}", "-o", str(file), str(code)]
    command = ["cc", "-shared", "-fPIC", *made, *words]
    subprocess.run(command, check=True)
    code.unlink()
    return file
