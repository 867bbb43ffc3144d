"""What can be known of an NPU model file without the library: the format is not published."""

from __future__ import annotations

from pathlib import Path

from app.runtime.file_beginning import foreign, read_beginning, refusal

_ENDING = ".rkllm"


def check_model(path: Path) -> int:
    """Return the size of a file that may be a model, in bytes.

    Raises ModelLoadError when it surely is none.
    """
    beginning = read_beginning(path, _ENDING)
    if beginning.startswith(b"GGUF"):
        raise refusal(
            f"{path.name} is a GGUF model with the ending of another format.",
            "Give it the ending .gguf: it then runs on the CPU.",
        )
    if problem := foreign(path, beginning, _ENDING):
        raise problem
    return path.stat().st_size
