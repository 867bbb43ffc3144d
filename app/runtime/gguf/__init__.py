"""GGUF models on the CPU, through llama.cpp. Importing this costs nothing: the library waits."""

from __future__ import annotations

from pathlib import Path

from app.runtime.protocol import Runtime
from app.runtime.registry import RuntimeEnvironment, RuntimeKind


def _create(environment: RuntimeEnvironment) -> Runtime:
    # The window reads RUNTIME for its suffixes and never needs the rest.
    from app.runtime.gguf.runtime import GgufRuntime

    return GgufRuntime(environment.runtime_dir)


def _look(path: Path) -> None:
    from app.runtime.gguf.file_check import check_beginning

    check_beginning(path)


RUNTIME = RuntimeKind(name="llama.cpp on the CPU", suffixes=(".gguf",), create=_create, look=_look)
