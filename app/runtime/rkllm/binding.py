"""The native border: Python values in, Python values out, and no cdata beyond this module.

1. One `Binding` is one library, opened, with at most one model in it. All calls come from one
   thread, but for `abort`.
2. What C points at is kept beside the pointer: for the life of the handle what belongs to
   `rkllm_init`, for the length of a run what belongs to the run.
3. The callback copies and hands over. It never raises: an exception is kept, the run is ended,
   and the exception is raised when the run has returned. For a token it does next to nothing:
   the model waits for it, and after a pause of milliseconds every line of Python is cold.
4. A call that comes back after its run has ended is counted and otherwise ignored.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from app.errors import ModelLoadError, Remedy
from app.runtime.protocol import RunMode, Vectors
from app.runtime.rkllm.abi import Generation, ffi_of
from app.runtime.rkllm.examine import Library
from app.runtime.rkllm.structs import InitOptions, RunOptions, Structs

logger = logging.getLogger(__name__)

#: LLMCallState. NORMAL is 0.
_WAITING = 1
_FINISH = 2
_ERROR = 3
_HIDDEN_LAYER_1_1 = 4

#: What the callback may return (1 since 1.2.1, 2 since 1.3.0).
_GO_ON = 0
_PAUSE = 1
_RELEASE = 2

_FLOAT_BYTES = 4


class NativeFailure(Exception):
    """A function of the library returned something else than 0; carries its name and that."""

    def __init__(self, function: str, returned: int) -> None:
        super().__init__(f"{function} returned {returned}")
        self.function = function
        self.returned = returned


@dataclass(frozen=True, slots=True)
class Performance:
    """RKLLMPerfStat as the library fills it.

    `prefill_tokens` counts only what was computed, `generate_tokens` is one less than written.
    """

    prefill_ms: float
    prefill_tokens: int
    generate_ms: float
    generate_tokens: int
    memory_mb: float


class Listener(Protocol):
    """Hears what a run writes, on the thread that called `run`."""

    def take_first(self, text: bytes) -> Callable[[bytes], object]:
        """Take the text of the first token, and return what takes the others."""

    def take_waiting(self, text: bytes) -> None:
        """Take a token that ends in the middle of a character; `text` may be its beginning."""

    def take_vectors(self, vectors: Vectors) -> None:
        """Take hidden states or logits."""

    def take_finish(self, performance: Performance | None) -> None:
        """The library says that it is done."""

    def take_error(self) -> None:
        """The library says that it failed."""


class Binding:
    """A library that is open, and the model in it."""

    def __init__(self, library: Library) -> None:
        """Open the library. Raises ModelLoadError when it cannot be."""
        generation = library.generation
        assert generation is not None
        self.generation: Generation = generation
        self._ffi = ffi_of(generation)
        self._structs = Structs(self._ffi, generation)
        try:
            self._lib: Any = self._ffi.dlopen(str(library.path))
            self._callback = self._make_callback()
        except OSError as error:
            raise ModelLoadError(
                f"The NPU library {library.path} cannot be opened.",
                "Check that it is complete and that libgomp1 is installed.",
                remedy=Remedy.CHECK_BOARD,
                details=str(error),
            ) from error
        except MemoryError as error:
            # cffi needs memory that may be written and run; see its documentation on callbacks.
            raise ModelLoadError(
                "This system forbids what the NPU library needs to call back into Cairn.",
                "Start Cairn without a policy that forbids writable and executable memory "
                "(SELinux execmem, systemd MemoryDenyWriteExecute).",
                remedy=Remedy.CHECK_BOARD,
            ) from error
        self._handle: Any = None
        self._kept: list[Any] = []
        self._listener: Listener | None = None
        self._failure: BaseException | None = None
        #: What takes the next token; None outside of a run that generates.
        self._take: Callable[[bytes], object] | None = None
        #: What the callback answers to a token.
        self._answer = _GO_ON
        #: Guards the handle against an abort from another thread while it is destroyed.
        self._lock = threading.Lock()
        self.late_calls = 0

    # The life of the model.

    def init(self, options: InitOptions) -> None:
        """Load the model. Raises NativeFailure; 0 is reported with a handle that is NULL."""
        ffi = self._ffi
        defaults = self._lib.rkllm_createDefaultParam()
        param = self._structs.param(defaults, options, self._kept)
        callback = self._callback
        if self.generation.is_at_least("1.3.0"):
            callback = ffi.new("RKLLMCallback *")
            callback.result_callback = self._callback
            self._kept.append(callback)
        handle = ffi.new("LLMHandle *")
        returned = self._lib.rkllm_init(handle, param, callback)
        if returned != 0 or handle[0] == ffi.NULL:
            raise NativeFailure("rkllm_init", returned)
        self._handle = handle[0]

    def destroy(self) -> None:
        """Give the model back. Not during a run. Harmless without a model."""
        with self._lock:
            handle, self._handle = self._handle, None
        if handle is not None:
            self._lib.rkllm_destroy(handle)
            self._kept.clear()

    def abandon(self) -> None:
        """Never touch the model again: it is not known to be one."""
        self._handle = None

    # Runs.

    def run(self, options: RunOptions, listener: Listener) -> None:
        """Let the model write; block until it has. Raises NativeFailure and what was kept.

        `listener` is called from inside, on this thread.
        """
        kept: list[Any] = []
        given = self._structs.input(options, kept)
        infer = self._structs.infer(options, kept)
        self._failure = None
        self._answer = _GO_ON
        self._listener = listener
        self._take = self._take_first if options.mode is RunMode.GENERATE else None
        try:
            returned = self._lib.rkllm_run(self._handle, given, infer, self._ffi.NULL)
        finally:
            self._listener = self._take = None
        if self._failure is not None:
            raise self._failure
        if returned != 0:
            raise NativeFailure("rkllm_run", returned)

    def abort(self) -> None:
        """End the run that is inside. From any thread; does nothing when none is."""
        with self._lock:
            # 1 is busy in every release; the comment in headers before 1.3.0 says the opposite.
            if self._handle is not None and self._lib.rkllm_is_running(self._handle) == 1:
                self._lib.rkllm_abort(self._handle)

    def pause(self) -> None:
        """Let the run pause at its next token (since 1.2.1). From any thread."""
        self._answer = _PAUSE

    @property
    def is_running(self) -> bool:
        """Whether the library says that a run is inside."""
        return self._handle is not None and self._lib.rkllm_is_running(self._handle) == 1

    # What goes on between runs.

    def set_template(self, system: str, prefix: str, postfix: str) -> None:
        """Replace the chat template; empties the KV cache (since 1.2.0). Raises NativeFailure."""
        parts = [self._ffi.new("char[]", part.encode()) for part in (system, prefix, postfix)]
        self._check("rkllm_set_chat_template", *parts)

    def set_tools(self, system: str, tools: str, tag: str) -> None:
        """Declare tools as a JSON list in OpenAI's form (since 1.2.1). Raises NativeFailure."""
        parts = [self._ffi.new("char[]", part.encode()) for part in (system, tools, tag)]
        self._check("rkllm_set_function_tools", *parts)

    def load_adapter(self, path: Path, name: str, scale: float) -> None:
        """Load a LoRA adapter under a name. It cannot be unloaded. Raises NativeFailure."""
        adapter = self._ffi.new("RKLLMLoraAdapter *")
        texts = [self._ffi.new("char[]", os.fsencode(path)), self._ffi.new("char[]", name.encode())]
        adapter.lora_adapter_path, adapter.lora_adapter_name = texts
        adapter.scale = scale
        self._check("rkllm_load_lora", adapter)
        # Nothing says how long the library looks at them.
        self._kept += [adapter, *texts]

    def load_cache(self, path: Path) -> None:
        """Load a prompt cache. Raises NativeFailure."""
        self._check("rkllm_load_prompt_cache", self._ffi.new("char[]", os.fsencode(path)))

    def release_cache(self) -> None:
        """Let a prompt cache go. Raises NativeFailure."""
        self._check("rkllm_release_prompt_cache")

    def clear_cache(self, *, keep_system: bool, part: tuple[int, int] | None = None) -> None:
        """Empty the KV cache, or a part of it during a pause (since 1.2.0). Raises NativeFailure."""
        if not self.generation.is_at_least("1.2.1"):
            self._check("rkllm_clear_kv_cache", int(keep_system))
            return
        null = self._ffi.NULL
        ends = [null, null] if part is None else [self._ffi.new("int[1]", [end]) for end in part]
        self._check("rkllm_clear_kv_cache", int(keep_system), *ends)

    def cache_sizes(self, n_batch: int = 1) -> tuple[int, ...]:
        """Return the tokens in the KV cache of each batch entry (since 1.2.1)."""
        sizes = self._ffi.new("int[]", max(1, n_batch))
        self._check("rkllm_get_kv_cache_size", sizes)
        return tuple(sizes)

    def _check(self, function: str, *arguments: Any) -> None:
        returned = getattr(self._lib, function)(self._handle, *arguments)
        if returned != 0:
            raise NativeFailure(function, returned)

    # Out of C.

    def _make_callback(self) -> Any:
        ffi = self._ffi
        kind = ffi.typeof("LLMResultCallback")
        string = ffi.string

        def called(result: Any, _userdata: Any, state: int) -> int:
            take = self._take
            if state or take is None or not result or not result.text:
                return self._called(result, state)
            take(string(result.text))
            return self._answer

        def called_without_answer(result: Any, userdata: Any, state: int) -> None:
            called(result, userdata, state)

        if self.generation.is_at_least("1.2.1"):
            return ffi.callback(kind, called, error=_GO_ON, onerror=self._failed)
        return ffi.callback(kind, called_without_answer, onerror=self._failed)

    def _take_first(self, text: bytes) -> None:
        assert self._listener is not None
        self._take = self._listener.take_first(text)

    def _called(self, result: Any, state: int) -> int:
        """Take whatever is no ordinary token. What is raised in here goes to `_failed`."""
        listener = self._listener
        if listener is None:
            self.late_calls += 1
        elif state <= _WAITING and result:
            if self._take is None:
                return self._take_vectors(result, listener)
            if state == _WAITING:
                listener.take_waiting(self._ffi.string(result.text) if result.text else b"")
        elif state == _FINISH:
            listener.take_finish(self._performance(result) if result else None)
        elif state == _HIDDEN_LAYER_1_1 and result:
            return self._take_vectors(result, listener)
        elif state == _ERROR:
            listener.take_error()
        return _GO_ON

    def _failed(self, _kind: Any, error: BaseException, _trace: Any) -> None:
        # Called by cffi in place of raising: nothing can be raised through C.
        if self._failure is None:
            self._failure = error
        self._lib.rkllm_abort(self._handle)

    def _take_vectors(self, result: Any, listener: Listener) -> int:
        ffi = self._ffi
        hidden = result.last_hidden_layer
        parts = [(hidden.hidden_states, hidden.embd_size, hidden.num_tokens)]
        if self.generation.is_at_least("1.2.0"):
            logits = result.logits
            parts.append((logits.logits, logits.vocab_size, logits.num_tokens))
        for values, width, count in parts:
            if values and width > 0 and count > 0:
                data = bytes(ffi.buffer(values, width * count * _FLOAT_BYTES))
                listener.take_vectors(Vectors(width, count, data))
        # The values were copied; since 1.3.0 the library then frees its own.
        return _RELEASE if self.generation.is_at_least("1.3.0") else _GO_ON

    def _performance(self, result: Any) -> Performance | None:
        if not self.generation.is_at_least("1.2.1"):
            return None
        perf = result.perf
        return Performance(
            perf.prefill_time_ms,
            perf.prefill_tokens,
            perf.generate_time_ms,
            perf.generate_tokens,
            perf.memory_usage_mb,
        )
