"""A runtime whose model file is a script: what to write, how fast, and when to break.

It is found like any third party's, through the entry point in `tests/plugin`.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from app.chat.statistics import FinishReason, RunStatistics
from app.errors import ContextLimitExceeded, ContextOverflow, ModelLoadError, RunError
from app.runtime.protocol import (
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
from app.runtime.registry import RuntimeEnvironment, RuntimeKind


@dataclass(frozen=True, slots=True)
class Script:
    """What the model does."""

    reply: str = "one two three "
    repeat: int = 1
    tokens_per_second: float = 0.0
    """0 writes as fast as it can."""
    prefill_steps: int = 0
    prefill_step_s: float = 0.0
    prefill_deaf: bool = False
    """Does not listen to abort while it reads the prompt, as the NPU library."""
    context_limit: int = 0
    """Refuses to load with more context than this, as the NPU library; 0 has no limit."""
    load_s: float = 0.0
    spoiled_by: str = ""
    """Name of an adapter with which it cannot be loaded; "?" does not say which one."""
    load_end: str = ""
    """How a load ends instead of well: see `_end`."""
    run_end: str = ""
    end_after_tokens: int = 0
    close_end: str = ""
    deaf: bool = False
    """Does not listen to abort."""
    pauses: bool = False
    """Can be paused and resumed."""

    def write_to(self, path: Path) -> Path:
        """Make a model file of this script."""
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")
        return path


class ScriptedRuntime:
    """Follows a Script."""

    def __init__(self) -> None:
        self._script = Script()
        self._aborted = threading.Event()
        self._paused = threading.Event()
        #: How many tokens were written when it was paused.
        self._place = 0

    def load(self, request: LoadRequest, on_progress: OnLoadProgress) -> ModelInfo:
        self._script = Script(**json.loads(request.model.read_text(encoding="utf-8")))
        on_progress(LoadProgress("Following the script", 0.5))
        sys.stdout.write(f"loading scripted model from {request.model}\n")
        sys.stdout.flush()
        time.sleep(self._script.load_s)
        self._refuse_adapters(request)
        limit = self._script.context_limit
        if 0 < limit < request.context_tokens:
            raise ContextLimitExceeded("Too much.", "Ask for less.", limit=limit)
        _end(self._script.load_end, ModelLoadError("The script says that it cannot be loaded."))
        can = {Capability.CONTINUE_ANSWER, Capability.SEED}
        if self._script.pauses:
            can.add(Capability.PAUSE)
        return ModelInfo(
            request.model,
            request.model.stem,
            "scripted",
            request.context_tokens,
            capabilities=Capabilities(frozenset(can)),
        )

    def _refuse_adapters(self, request: LoadRequest) -> None:
        spoiled = self._script.spoiled_by
        for adapter in request.adapters:
            if spoiled in (adapter.path.stem, "?"):
                subject = "" if spoiled == "?" else str(adapter.path)
                raise ModelLoadError("An adapter is damaged.", subject=subject)

    def run(self, request: RunRequest, on_text: OnText, on_prefill: OnPrefill) -> RunResult:
        script = self._script
        self._aborted.clear()
        self._paused.clear()
        started = time.monotonic()
        for step in range(script.prefill_steps):
            on_prefill(step + 1, script.prefill_steps)
            if script.prefill_deaf:
                time.sleep(script.prefill_step_s)
            elif self._pause(script.prefill_step_s):
                return RunResult(FinishReason.STOPPED, RunStatistics(generated_tokens=0))
        first = time.monotonic()
        finish = FinishReason.STOP
        written = 0
        begin = self._place if request.resume else 0
        for token in (script.reply.split(" ") * script.repeat)[begin:]:
            if script.run_end and written == script.end_after_tokens:
                _end(script.run_end, RunError("The script says that it fails."))
            if script.tokens_per_second:
                due = first + written / script.tokens_per_second
                self._pause(max(0.0, due - time.monotonic()))
            if self._paused.is_set():
                finish = FinishReason.PAUSED
                self._place = begin + written
                break
            if self._aborted.is_set() and not script.deaf:
                finish = FinishReason.STOPPED
                break
            if written >= request.max_new_tokens > 0:
                finish = FinishReason.LENGTH
                break
            on_text(token + " ", 1)
            written += 1
        ended = time.monotonic()
        return RunResult(
            finish,
            RunStatistics(
                prompt_tokens=len(request.turns),
                cached_tokens=0,
                generated_tokens=written,
                prefill_ms=(first - started) * 1000,
                decode_ms=(ended - first) * 1000,
                first_token_ms=(first - started) * 1000,
            ),
        )

    def perform(self, command: Command) -> CommandResult:
        if command.kind is CommandKind.CACHE_SIZE:
            return CommandResult(tokens=7)
        raise RunError("The script cannot do this.")

    def abort(self) -> None:
        self._aborted.set()

    def pause(self) -> None:
        self._paused.set()

    def close(self) -> None:
        _end(self._script.close_end, RunError("The script says that it cannot be closed."))

    def _pause(self, seconds: float) -> bool:
        if self._script.deaf:
            time.sleep(seconds)
            return False
        return self._aborted.wait(seconds)


def _end(how: str, error: Exception) -> None:
    """Break in the named way; an empty name does nothing."""
    match how:
        case "error":
            raise error
        case "overflow":
            raise ContextOverflow(5000, 4096)
        case "bug":
            raise ZeroDivisionError("a bug in a runtime")
        case "segfault":
            ctypes.string_at(0)
        case "abort":
            os.abort()
        case "exit":
            os._exit(3)
        case "hang":
            threading.Event().wait()
        case "spin":
            while True:
                pass
        case "chatter":
            while True:
                os.write(1, b"and on and on\n" * 4096)
        case _:
            pass


def _create(_environment: RuntimeEnvironment) -> ScriptedRuntime:
    return ScriptedRuntime()


RUNTIME = RuntimeKind("scripted", (".script",), _create)
