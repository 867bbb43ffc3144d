"""Wraps llama.cpp's server object, started with every default that matters to us set by hand.

The server insists on listening somewhere. It gets a unix socket in a folder that only this user
may enter, and a random key. Only this process talks to it, to have a conversation rendered.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import secrets
import socket
import tempfile
from collections.abc import Callable, Sequence
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
_HTTP_TIMEOUT_S = 10.0

#: Takes a chunk of a streamed answer; returns whether the stream shall end.
OnChunk = Callable[[dict[str, Any]], bool]
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
    chat_template: str = ""
    """Takes the place of the model's own; empty leaves that."""


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


class LlamaServer:
    """A loaded model. Drop it with `close`, and only after it has answered a request."""

    def __init__(self, native: Any, options: ServerOptions) -> None:
        """Load the model; blocks, holding the interpreter lock.

        Raises RuntimeError without a reason, which is on stderr.
        """
        self._socket = options.socket
        self._key = secrets.token_urlsafe(32)
        self._server: Any = native.Server(_params(native, options, self._key))

    def chat(self, body: dict[str, Any], on_chunk: OnChunk) -> None:
        """Answer a conversation; blocks, with the interpreter lock free between callbacks.

        Raises ValueError or RuntimeError when the request cannot begin.
        """
        self._server.handle_chat_completions(body, on_chunk)

    def complete(self, body: dict[str, Any], on_chunk: OnChunk | None = None) -> Any:
        """Write on from a text or from tokens; otherwise like `chat`.

        Without a callback the whole answer is returned.
        """
        if on_chunk is None:
            return self._server.handle_completions(body)
        return self._server.handle_completions(body, on_chunk)

    def rendered(self, messages: list[dict[str, str]]) -> str:
        """Return the conversation as the model reads it, up to where its answer begins.

        Raises ValueError when the model's chat template refuses, OSError or HTTPException when
        the server does not answer.
        """
        connection = _UnixConnection(self._socket)
        try:
            connection.request(
                "POST",
                "/apply-template",
                json.dumps({"messages": messages}),
                {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"},
            )
            answer = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        if "prompt" not in answer:
            raise ValueError(str(answer.get("error", answer)))
        return str(answer["prompt"])

    def close(self) -> None:
        """Join the server's threads and free the model; calling it twice is harmless."""
        # This is the last reference. A server that never answered hangs here for ever: the end
        # of its loop overtakes the start.
        self._server = None


class _UnixConnection(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=_HTTP_TIMEOUT_S)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def _params(native: Any, options: ServerOptions, key: str) -> Any:
    params = native.CommonParams()
    params.model.path = str(options.model)
    params.lora_adapters = [
        native.CommonAdapterLoraInfo(str(path), 0.0) for path in options.adapters
    ]
    if options.chat_template:
        params.chat_template = options.chat_template
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
    params.api_keys = [key]
    params.ui = False
    params.endpoint_slots = False
    params.n_threads_http = 1
    return params


def make_socket_folder(runtime_dir: Path) -> Path:
    """Make a private folder for one socket, and remove those of processes that are gone."""
    runtime_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    for folder in runtime_dir.iterdir():
        name = _FOLDER.fullmatch(folder.name)
        if name and not Path("/proc", name["process"]).exists():
            remove_socket_folder(folder)
    prefix = f"gguf-{os.getpid()}-"
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=runtime_dir))
    if len(os.fsencode(socket_in(folder))) > _SOCKET_PATH_BYTES:
        folder.rmdir()
        folder = Path(tempfile.mkdtemp(prefix=prefix))
    return folder


def remove_socket_folder(folder: Path) -> None:
    """Remove the folder and the socket, which llama.cpp leaves behind."""
    # What cannot be removed is no harm: nothing listens there any more.
    with contextlib.suppress(OSError):
        socket_in(folder).unlink(missing_ok=True)
        folder.rmdir()


def socket_in(folder: Path) -> Path:
    """Return the path of the socket in its folder."""
    return folder / _SOCKET_NAME
