"""Runs a model on the NPU.

1. `load` finds a library that can be spoken to, opens it, and lets it load the model while it
   listens to what is printed: limits and reasons are said nowhere else.
2. `run` blocks in the library, which calls back for each token on the same thread.
3. 0 is not success: a run has to have written, or said that it is done.
4. `abort` is late while the prompt is read; nothing is destroyed before the run has returned.
"""

from __future__ import annotations

import contextlib
import logging
import os
from pathlib import Path

from app.chat.message import Role
from app.chat.statistics import FinishReason
from app.errors import ModelLoadError, Remedy, RunError
from app.runtime.cores import allowed_cores, fast_cores
from app.runtime.native_log import NativeLog, flush_c_output
from app.runtime.protocol import (
    Command,
    CommandKind,
    CommandResult,
    LoadProgress,
    LoadRequest,
    ModelInfo,
    OnLoadProgress,
    OnPrefill,
    OnText,
    RunMode,
    RunRequest,
    RunResult,
)
from app.runtime.rkllm.adapters import Adapters
from app.runtime.rkllm.binding import Binding, NativeFailure
from app.runtime.rkllm.capabilities import capabilities_of
from app.runtime.rkllm.choice import Chosen, choose, toolkit_from_name
from app.runtime.rkllm.details import details_of
from app.runtime.rkllm.discovery import VARIABLE, candidates
from app.runtime.rkllm.examine import examine
from app.runtime.rkllm.failures import load_failure, run_failure
from app.runtime.rkllm.file_check import check_model
from app.runtime.rkllm.log_lines import LogFacts, facts_in, says_failed
from app.runtime.rkllm.prompts import Prompts
from app.runtime.rkllm.pump import Pump
from app.runtime.rkllm.results import Answer
from app.runtime.rkllm.structs import InitOptions, RunOptions
from app.runtime.rkllm.templates import Template, plain_template, template_for

logger = logging.getLogger(__name__)

#: The library asks for at least as many helping cores as the model has NPU cores.
_LEAST_CPUS = 3
#: Asked for at 100 ms, an abort was seen to act at 1.4 s; a long prompt takes 20 s to read.
_STOP_BUDGET_S = 30.0
#: 1 prints a table of times after each run, which costs nothing and helps in reports.
_LOG_LEVEL = ("RKLLM_LOG_LEVEL", "1")
#: How much is kept when the context shifts; what all of Rockchip's demos say.
_N_KEEP = -1
#: The length of an answer is counted here: before 1.3.0 the library's own limit is fixed by init.
_UNTIL_THE_END = -1


class RkllmRuntime:
    """One model on the NPU, driven by one thread."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._log = NativeLog((1, 2))
        self._binding: Binding | None = None
        self._model = Path()
        self._context_tokens = 0
        self._prompts = Prompts(None)
        self._adapters = Adapters()
        self._cache: Path | None = None
        #: Nothing can have been reused from a KV cache that nothing was read into.
        self._is_fresh = True
        self._answer: Answer | None = None

    def load(self, request: LoadRequest, on_progress: OnLoadProgress) -> ModelInfo:
        """Load the model. Raise ModelLoadError with cause and remedy when it cannot be."""
        check_model(request.model)
        on_progress(LoadProgress("Looking for the NPU library"))
        chosen = self._choose(request)
        on_progress(LoadProgress("Loading the model onto the NPU"))
        os.environ.setdefault(*_LOG_LEVEL)
        self._log.start()
        self._model = request.model
        self._context_tokens = request.context_tokens
        try:
            facts = self._open(request, chosen)
            template = self._take_template(request)
        except ModelLoadError:
            self.close()
            raise
        except NativeFailure as failure:
            error = load_failure(self._model, failure, self._printed())
            self.close()
            raise error from failure
        self._prompts = Prompts(template)
        library = chosen.library
        assert library.generation is not None
        return ModelInfo(
            path=request.model,
            name=request.model.stem,
            runtime=f"RKLLM {facts.runtime or library.version}",
            context_tokens=request.context_tokens,
            context_limit=facts.context_limit,
            quantization=facts.dtype.lower(),
            capabilities=capabilities_of(library.generation, library.version, template),
            details=details_of(chosen, facts, template),
            is_demo=library.is_double,
            stop_budget_s=_STOP_BUDGET_S,
        )

    def run(self, request: RunRequest, on_text: OnText, on_prefill: OnPrefill) -> RunResult:
        """Write until the end, the limit or `abort`.

        Raises ContextOverflow when the prompt does not fit, RunError for any other failure of
        this request; the model stays loaded after both.
        """
        del on_prefill  # The library does not say how far it has read.
        binding = self._loaded()
        self._log.forget()
        try:
            options = self._options(binding, request)
        except NativeFailure as failure:
            raise self._failed(str(failure)) from failure
        limit = max(0, request.max_new_tokens) if request.mode is RunMode.GENERATE else 0
        answer = Answer(on_text, limit)
        began_empty, self._is_fresh = self._is_fresh and request.load_cache is None, False
        self._answer = answer
        problem = ""
        try:
            with Pump(answer.read, binding.abort) as pump:
                answer.on_first = pump.hurry
                binding.run(options, answer)
        except NativeFailure as failure:
            problem = str(failure)
        finally:
            self._answer = None
        answer.end()
        problem = problem or answer.problem
        if problem and not answer.was_stopped:
            self._prompts.forget()
            raise self._failed(problem)
        return self._result(binding, request, answer, began_empty=began_empty)

    def perform(self, command: Command) -> CommandResult:
        """Do what `command` asks, between runs. Raise RunError when it cannot be done."""
        binding = self._loaded()
        self._log.forget()
        try:
            match command.kind:
                case CommandKind.CLEAR_CACHE:
                    binding.clear_cache(keep_system=command.keep_system)
                    self._prompts.forget()
                    self._is_fresh = not command.keep_system
                case CommandKind.CACHE_SIZE:
                    return CommandResult(tokens=binding.cache_sizes()[0])
                case CommandKind.RELEASE_CACHE:
                    self._release_cache(binding)
        except NativeFailure as failure:
            raise self._failed(str(failure)) from failure
        return CommandResult()

    def abort(self) -> None:
        """End the current run soon. From any thread; harmless when nothing runs."""
        answer, binding = self._answer, self._binding
        if answer is not None and binding is not None:
            answer.stop()
            binding.abort()

    def pause(self) -> None:
        """Let the current run pause at its next token. From any thread."""
        answer, binding = self._answer, self._binding
        if answer is not None and binding is not None:
            answer.pause()
            binding.pause()

    def close(self) -> None:
        """Give everything back. Never called during a run; calling it twice is harmless."""
        binding, self._binding = self._binding, None
        if binding is not None:
            if binding.late_calls:
                logger.warning("the library called back %d times too late", binding.late_calls)
            binding.destroy()
        self._log.stop()

    # Loading.

    def _choose(self, request: LoadRequest) -> Chosen:
        npu = request.npu
        paths = candidates(npu.library, self._data_dir)
        named = bool(npu.library or os.environ.get(VARIABLE))
        libraries = [examine(path) for path in paths]
        return choose(libraries, toolkit_from_name(request.model), npu.trusted, named=named)

    def _open(self, request: LoadRequest, chosen: Chosen) -> LogFacts:
        """Let the library load the model; return what it printed. Raises NativeFailure too."""
        npu = request.npu
        binding = Binding(chosen.library)
        binding.init(
            InitOptions(
                model=request.model,
                context_tokens=request.context_tokens,
                max_new_tokens=_UNTIL_THE_END,
                sampling=request.sampling,
                cpus=npu.cpus or _helping_cpus(),
                embed_flash=npu.embed_flash,
                base_domain_id=npu.base_domain_id,
                n_keep=_N_KEEP,
                ignore_eos=npu.ignore_eos,
            )
        )
        printed = self._printed()
        if not binding.generation.is_at_least("1.2.0") and says_failed(printed):
            # 1.1.x prints why it failed and returns 0; what the handle is then is not known.
            binding.abandon()
            raise NativeFailure("rkllm_init", 0)
        self._binding = binding
        facts = facts_in(printed)
        for adapter in request.adapters:
            self._adapters.load(binding, adapter)
        return facts

    def _take_template(self, request: LoadRequest) -> Template | None:
        """Return the template to render with, the library's own emptied; None to use that."""
        binding = self._loaded()
        template = template_for(request.model, request.chat_template)
        if not binding.generation.is_at_least("1.2.0"):
            return template or plain_template()
        if template is not None:
            try:
                binding.set_template("", "", "")
            except NativeFailure as failure:
                logger.warning("the built-in template stays: %s", failure)
                return None
        return template

    # Running.

    def _options(self, binding: Binding, request: RunRequest) -> RunOptions:
        """Return what to hand to the library, which is made ready for it. Raises NativeFailure."""
        self._begin_cache(binding, request.load_cache)
        text, keep_history = "", False
        if not request.resume and not request.tokens:
            if request.tools and not self._prompts.is_own:
                binding.set_tools("", request.tools, "tool_response")
                self._prompts.forget()
            prompt = self._prompts.next(request)
            text, keep_history = prompt.text, prompt.keep_history
            if not keep_history and not self._prompts.is_own and not self._is_fresh:
                # To begin anew does not by itself empty what was kept.
                binding.clear_cache(keep_system=False)
        elif request.resume and request.turns:
            text = request.turns[-1].text
        last = request.turns[-1].role if request.turns else Role.USER
        return RunOptions(
            prompt=text,
            tokens=request.tokens,
            role="tool" if last is Role.TOOL else "user",
            enable_thinking=bool(request.thinking),
            mode=request.mode,
            keep_history=keep_history,
            max_new_tokens=request.max_new_tokens,
            sampling=request.sampling,
            adapter=self._adapters.choose(binding, request.adapters),
            save_cache=request.save_cache,
        )

    def _begin_cache(self, binding: Binding, wanted: Path | None) -> None:
        if wanted is None or wanted == self._cache:
            return
        self._release_cache(binding)
        binding.load_cache(wanted)
        self._cache = wanted
        self._prompts.forget()

    def _release_cache(self, binding: Binding) -> None:
        if self._cache is not None:
            binding.release_cache()
            self._cache = None

    def _result(
        self, binding: Binding, request: RunRequest, answer: Answer, *, began_empty: bool
    ) -> RunResult:
        cached = None
        if binding.generation.is_at_least("1.2.1"):
            with contextlib.suppress(NativeFailure):
                cached = binding.cache_sizes()[0]
        finish = answer.reason(cached, self._context_tokens)
        whole = finish in (FinishReason.STOP, FinishReason.LENGTH)
        if whole and not request.tokens and not request.resume:
            self._prompts.note(request, answer.text)
        else:
            # Whether a cut answer stays in the library's memory is not known.
            self._prompts.forget()
        statistics = answer.statistics(cached, began_empty=began_empty)
        return RunResult(finish, statistics, answer.vectors)

    def _loaded(self) -> Binding:
        if self._binding is None:
            raise RunError("No model is loaded.", remedy=Remedy.CHOOSE_MODEL)
        return self._binding

    def _failed(self, what: str) -> RunError:
        return run_failure(self._model, what, self._printed(), self._context_tokens)

    def _printed(self) -> str:
        flush_c_output()
        return self._log.settle()


def _helping_cpus() -> tuple[int, ...]:
    """Return the fast cores, or nothing where they are too few and the library has to choose."""
    cores = fast_cores(allowed_cores()).numbers
    return cores if len(cores) >= _LEAST_CPUS else ()
