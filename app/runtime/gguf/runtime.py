"""Runs GGUF models on the CPU through llama.cpp.

1. `load` checks the files itself, then lets llama.cpp load them, listening to what it prints.
2. A request for one token follows, since a server that never ran cannot be dropped safely.
3. `run` blocks in llama.cpp, which calls back for each piece of text and each prefill step; a
   stop is seen at the next callback.
4. `close` drops the server, which joins its threads and frees the model.
"""

from __future__ import annotations

import logging
import re
import threading
from http.client import HTTPException
from pathlib import Path
from typing import Any

from app.chat.message import Role
from app.errors import ModelLoadError, Remedy, RunError
from app.runtime.cores import (
    Cores,
    allowed_cores,
    bound_to,
    fast_cores,
    prefill_step,
    thread_count,
)
from app.runtime.gguf.file_check import CheckedModel, check_adapter, check_model
from app.runtime.gguf.header import Header
from app.runtime.gguf.load_failures import load_failure
from app.runtime.gguf.memory import available_bytes, check_memory
from app.runtime.gguf.request import messages_of, run_options
from app.runtime.gguf.server import (
    LlamaServer,
    ServerOptions,
    make_socket_folder,
    native_module,
    remove_socket_folder,
    runtime_name,
    socket_in,
)
from app.runtime.gguf.stream import AnswerStream
from app.runtime.native_log import NativeLog
from app.runtime.protocol import (
    Adapter,
    Capabilities,
    Capability,
    Command,
    CommandKind,
    CommandResult,
    LoadProgress,
    LoadRequest,
    ModelInfo,
    OnLoadProgress,
    OnPrefill,
    OnText,
    RunRequest,
    RunResult,
)
from app.runtime.turns import continued

logger = logging.getLogger(__name__)

CAPABILITIES = Capabilities(
    present=frozenset(
        {
            Capability.SAMPLING_PER_RUN,
            Capability.LORA,
            Capability.LORA_SCALE_PER_RUN,
            Capability.CONTINUE_ANSWER,
            Capability.PREFILL_PROGRESS,
            Capability.CLEAR_CACHE,
            Capability.SEED,
            Capability.MIN_P,
            Capability.MIROSTAT,
        }
    ),
    missing={
        Capability.LORA_LATER: "llama.cpp takes adapters only while it loads the model.",
        Capability.PROMPT_CACHE: "Cairn keeps read prompts of GGUF models in memory only.",
        Capability.TOOLS: "Cairn cannot use tools with GGUF models yet.",
        Capability.HIDDEN_STATES: "llama.cpp's chat interface does not give out hidden states.",
        Capability.LOGITS: "llama.cpp's chat interface does not give out logits.",
        Capability.CACHE_SIZE: "llama.cpp tells how much it holds with each answer only.",
        Capability.PAUSE: "llama.cpp cannot pause; an answer that was stopped can be continued.",
        Capability.THINKING_SWITCH: "Cairn cannot switch thinking off for GGUF models yet.",
        Capability.INPUT_OF_TOKENS: "Cairn sends text to GGUF models.",
    },
)

#: llama.cpp rounds the context window up to a multiple of this.
_CONTEXT_STEP = 256
#: The last line of every failed load.
_LAST_WORDS = "exiting due to"
_LAST_WORDS_TIMEOUT_S = 0.5
_TEMPLATE_REFUSAL = re.compile(r"Jinja Exception: (?P<words>[^\n]+)")


class GgufRuntime:
    """One GGUF model in memory, driven by one thread.

    `abort` counts for the run that is inside `run`; one that comes earlier is forgotten when the
    run starts, so whoever drives the runtime repeats it on the first callback (the worker does).
    """

    def __init__(self, runtime_dir: Path) -> None:
        self._runtime_dir = runtime_dir
        self._stop = threading.Event()
        self._server: LlamaServer | None = None
        self._socket_folder: Path | None = None
        self._adapters: tuple[str, ...] = ()
        self._reuses = True

    def load(self, request: LoadRequest, on_progress: OnLoadProgress) -> ModelInfo:
        """Load the model. Raise ModelLoadError with cause and remedy when it cannot be."""
        on_progress(LoadProgress("Checking the file"))
        model = check_model(request.model, with_vocabulary=True)
        for adapter in request.adapters:
            _check(adapter, model.header)
        context_tokens = _context_tokens(request.context_tokens, model.header.context_length)
        check_memory(model.header, model.weight_bytes, context_tokens, available_bytes())
        on_progress(LoadProgress("Loading the model"))
        native = native_module()
        try:
            self._server = self._start(native, request, model, context_tokens)
            _answer_once(self._server)
        except ModelLoadError:
            self.close()
            raise
        self._adapters = tuple(adapter.name for adapter in request.adapters)
        return ModelInfo(
            path=request.model,
            name=model.header.name or request.model.stem,
            runtime=runtime_name(native),
            context_tokens=context_tokens,
            context_limit=model.header.context_length,
            architecture=model.header.architecture,
            parameters=model.parameters,
            quantization=model.header.quantization,
            capabilities=CAPABILITIES,
        )

    def run(self, request: RunRequest, on_text: OnText, on_prefill: OnPrefill) -> RunResult:
        """Write until the end, the limit or `abort`.

        Raises ContextOverflow when the prompt does not fit, RunError for any other failure of
        this request; the model stays loaded after both.
        """
        self._stop.clear()
        if self._server is None:
            raise RunError("No model is loaded.", remedy=Remedy.CHOOSE_MODEL)
        messages = messages_of(request)
        options = run_options(request, self._adapters, reuse=self._reuses)
        self._reuses = True
        stream = AnswerStream(on_text, on_prefill, self._stop)
        try:
            if messages[-1]["role"] == Role.ASSISTANT.value:
                prompt = self._server.rendered(messages[:-1])
                options["prompt"] = continued(prompt, messages[-1]["content"])
                self._server.complete(options, stream.take)
            else:
                self._server.chat({"messages": messages, **options}, stream.take)
        except (ValueError, RuntimeError, OSError, HTTPException) as error:
            raise _refused(error) from error
        return stream.result()

    def perform(self, command: Command) -> CommandResult:
        """Forget what was read. Raise RunError for anything else, which needs another runtime."""
        if command.kind is not CommandKind.CLEAR_CACHE:
            raise RunError(f"llama.cpp cannot do this ({command.kind.value}).")
        self._reuses = False
        return CommandResult()

    def abort(self) -> None:
        """End the current run soon. From any thread; harmless when nothing runs."""
        self._stop.set()

    def pause(self) -> None:
        """Do what is nearest to a pause: end the run, so that the answer can be continued."""
        self.abort()

    def close(self) -> None:
        """Give everything back. Never called during a run; calling it twice is harmless."""
        server, self._server = self._server, None
        if server is not None:
            server.close()
        folder, self._socket_folder = self._socket_folder, None
        if folder is not None:
            remove_socket_folder(folder)

    def _start(
        self, native: Any, request: LoadRequest, model: CheckedModel, context_tokens: int
    ) -> LlamaServer:
        try:
            self._socket_folder = make_socket_folder(self._runtime_dir)
        except OSError as error:
            raise ModelLoadError(
                "The engine could not make its private folder.",
                "Check that the disk is not full, then try again.",
                remedy=Remedy.RETRY,
                details=str(error),
            ) from error
        allowed = allowed_cores()
        cores = fast_cores(allowed)
        threads = thread_count(cores, len(allowed), model.parameters, request.threads)
        if threads > len(cores.numbers):
            # The user asked for more threads than there are fast cores: use the others too.
            cores = Cores(tuple(sorted(allowed)), bound=False)
        options = ServerOptions(
            model=request.model,
            adapters=[adapter.path for adapter in request.adapters],
            context_tokens=context_tokens,
            threads=threads,
            batch_tokens=prefill_step(model.parameters, threads, request.batch_tokens),
            socket=socket_in(self._socket_folder),
            chat_template=request.chat_template,
        )
        logger.info(
            "loading with %d threads, %d tokens of context, prefill steps of %d",
            threads,
            context_tokens,
            options.batch_tokens,
        )
        try:
            return _served(native, options, cores)
        except OSError as error:
            raise ModelLoadError(
                "The engine ran out of files or memory while it loaded the model.",
                "Close other programs, then try again.",
                remedy=Remedy.RETRY,
                details=str(error),
            ) from error


def _check(adapter: Adapter, model: Header) -> None:
    try:
        check_adapter(adapter.path, model)
    except ModelLoadError as error:
        # The model can be loaded without it.
        error.subject = str(adapter.path)
        raise


def _served(native: Any, options: ServerOptions, cores: Cores) -> LlamaServer:
    with NativeLog() as log, bound_to(cores):
        try:
            return LlamaServer(native, options)
        except (RuntimeError, ValueError, MemoryError) as error:
            log.wait_for(_LAST_WORDS, _LAST_WORDS_TIMEOUT_S)
            raise load_failure(options.model.name, f"{log.text}\n{error}") from error


def _answer_once(server: LlamaServer) -> None:
    try:
        # A bare token, because a template or a tokenizer may refuse a text.
        answer = server.complete({"prompt": [0], "max_tokens": 1})
    except (ValueError, RuntimeError) as error:
        answer = {"error": str(error)}
    if "error" in answer:
        raise ModelLoadError(
            "The model was loaded but cannot write.",
            "Choose another model.",
            remedy=Remedy.CHOOSE_MODEL,
            details=str(answer["error"]),
        )


def _context_tokens(wanted: int, limit: int | None) -> int:
    """Return the window llama.cpp makes for `wanted`: rounded up, but not beyond the model's."""
    rounded = max(1, -(-wanted // _CONTEXT_STEP)) * _CONTEXT_STEP
    return min(rounded, limit) if limit else rounded


def _refused(error: Exception) -> RunError:
    """Return the error for a request that llama.cpp did not begin with."""
    words = _TEMPLATE_REFUSAL.search(str(error))
    if words:
        return RunError(
            "The model's chat template does not accept this conversation: "
            f"“{words['words'].strip().rstrip('.')}”.",
            "Start a new conversation, or remove the system prompt in Settings.",
            remedy=Remedy.NEW_CONVERSATION,
            details=str(error),
        )
    return RunError(
        "The model could not begin this answer.",
        "Try again, or load the model again.",
        remedy=Remedy.RELOAD_MODEL,
        details=str(error),
    )
