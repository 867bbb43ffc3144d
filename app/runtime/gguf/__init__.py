"""GGUF models on the CPU, through llama.cpp. Importing this costs nothing: the library waits."""

from __future__ import annotations

from app.runtime.protocol import Runtime
from app.runtime.registry import RuntimeEnvironment, RuntimeKind


def _create(environment: RuntimeEnvironment) -> Runtime:
    # The window reads RUNTIME for its suffixes and never needs the rest.
    from app.runtime.gguf.runtime import GgufRuntime

    return GgufRuntime(environment.runtime_dir)


RUNTIME = RuntimeKind(name="llama.cpp on the CPU", suffixes=(".gguf",), create=_create)
