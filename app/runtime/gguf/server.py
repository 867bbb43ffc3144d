"""Starts llama.cpp's server object with every default that matters to us set by hand.

The server insists on listening somewhere. It gets a unix socket in a folder that only this user
may enter, and a random key: nothing outside this process ever talks to it.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: The kernel's limit for the path of a unix socket, its final zero byte left out.
_SOCKET_PATH_BYTES = 107
#: The ending matters: llama.cpp takes any other name for that of a network host.
_SOCKET_NAME = "l.sock"
_FOLDER = re.compile(r"gguf-(?P<process>\d+)-.+")
#: Snapshots of models whose KV cache cannot be cut back; each may take tens of megabytes.
_CONTEXT_CHECKPOINTS = 4
#: llama.cpp then prints errors only.
_ERRORS_ONLY = 1
_NATIVE_ENVIRONMENT = {
    # Without it a failed assertion starts a debugger on this process.
    "GGML_NO_BACKTRACE": "1",
    # Threads sleep instead of spinning while they wait for each other. With two threads beside
    # one other busy program: 61 instead of 2 tokens per second, measured with 57 M parameters.
    "OMP_WAIT_POLICY": "passive",
}


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """What differs from load to load."""

    model: Path
    adapters: Sequence[Path]
    context_tokens: int
    threads: int
    batch_tokens: int
    socket: Path


def native_module() -> Any:
    """Import llama.cpp. Takes 50 ms and 22 MB, so it is done by whoever loads a model.

    Its libraries read the variables below once, when they are loaded.
    """
    for name, value in _NATIVE_ENVIRONMENT.items():
        if name not in os.environ:
            # Not into os.environ: programs that we start need not have them.
            os.putenv(name, value)
    import xllamacpp

    return xllamacpp


def runtime_name(native: Any) -> str:
    """Return name and version for people: "llama.cpp b11549, CPU"."""
    return f"llama.cpp b{native.__version__.rpartition('.')[2]}, CPU"


def start_server(native: Any, options: ServerOptions) -> Any:
    """Load the model; blocks, holding the interpreter lock.

    Raises RuntimeError without a reason, which is on stderr. The server must have answered a
    request before it is dropped: a drop that overtakes the start of its loop hangs for ever.
    """
    params = native.CommonParams()
    params.model.path = str(options.model)
    params.lora_adapters = [
        native.CommonAdapterLoraInfo(str(path), 0.0) for path in options.adapters
    ]
    params.n_ctx = options.context_tokens
    params.fit_params = False
    params.n_parallel = 1
    params.n_batch = options.batch_tokens
    params.n_ubatch = options.batch_tokens
    params.cpuparams.n_threads = options.threads
    params.cpuparams_batch.n_threads = options.threads
    # Reuse within the conversation needs none of it; more would not show in our memory check.
    params.cache_ram_mib = 0
    params.n_ctx_checkpoints = _CONTEXT_CHECKPOINTS
    params.verbosity = _ERRORS_ONLY
    params.hostnames = [str(options.socket)]
    params.api_keys = [secrets.token_urlsafe(32)]
    params.ui = False
    params.endpoint_slots = False
    params.n_threads_http = 1
    return native.Server(params)


def make_socket_folder(runtime_dir: Path) -> Path:
    """Make a private folder for one socket, and remove those of processes that are gone."""
    runtime_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    for folder in runtime_dir.iterdir():
        name = _FOLDER.fullmatch(folder.name)
        if name and not Path("/proc", name["process"]).exists():
            shutil.rmtree(folder, ignore_errors=True)
    prefix = f"gguf-{os.getpid()}-"
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=runtime_dir))
    if len(os.fsencode(socket_in(folder))) > _SOCKET_PATH_BYTES:
        folder.rmdir()
        folder = Path(tempfile.mkdtemp(prefix=prefix))
    return folder


def socket_in(folder: Path) -> Path:
    """Return the path of the socket in its folder."""
    return folder / _SOCKET_NAME
