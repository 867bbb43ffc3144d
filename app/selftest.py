"""`cairn selftest --model FILE`: does everything with a model that Cairn does, and reports it.

Each step is a line: it went well, it cannot be done here and why, or it failed. The report can be
attached to a bug report: it names neither the user nor the computer.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEventLoop, QObject, QTimer, Slot

from app import __version__
from app.board.checks import check_board
from app.board.machine import Machine
from app.board.privacy import anonymous
from app.board.published import published_for
from app.board.report import as_json, as_text
from app.chat.message import Role
from app.chat.prompt import Turn
from app.chat.statistics import FinishReason
from app.engine.engine import Engine
from app.engine.process import ChildProcess
from app.errors import AppError
from app.paths import Paths
from app.runtime.protocol import (
    Adapter,
    Capability,
    Command,
    CommandKind,
    LoadRequest,
    ModelInfo,
    NpuOptions,
    RunRequest,
    RunResult,
    Sampling,
)

LOAD_BUDGET_S = 900.0
RUN_BUDGET_S = 180.0
#: About 128 tokens, as in the published measurements.
_QUESTION = (
    "Here is a list of stones: " + "granite, basalt, slate, chalk, flint, marble, " * 6
) + "Tell a short story about one of them."
_ANSWER_TOKENS = 64
_GREEDY = Sampling(temperature=0.0, top_k=1)


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the report."""

    name: str
    outcome: str
    """ok, skipped or failed."""
    text: str


class Trial(QObject):
    """Takes the steps, one after the other. Runs event loops of its own while it waits."""

    def __init__(self, model: Path, adapter: Path | None, library: str) -> None:
        super().__init__()
        self._adapters = () if adapter is None else (Adapter(adapter.stem, adapter),)
        npu = NpuOptions(library=library)
        self._request = LoadRequest(model, adapters=self._adapters, npu=npu, sampling=_GREEDY)
        self._engine = Engine(ChildProcess, self)
        self._engine.log_received.connect(self._on_log_received)
        self._engine.text_generated.connect(self._on_text_generated)
        self._engine.model_loaded.connect(self._on_model_loaded)
        self._engine.model_load_failed.connect(self._on_failed)
        self._engine.engine_failed.connect(self._on_failed)
        self._engine.run_finished.connect(self._on_run_finished)
        self._engine.run_failed.connect(self._on_run_failed)
        self._engine.command_performed.connect(self._on_done)
        self._engine.command_failed.connect(self._on_run_failed)
        self._engine.shut_down_finished.connect(self._on_done)
        self._loop = QEventLoop(self)
        self._error: AppError | None = None
        self._result: RunResult | None = None
        self._text = ""
        self._at_text: Callable[[], None] | None = None
        self.info: ModelInfo | None = None
        self.steps: list[Step] = []
        self.log: list[str] = []

    def take_all(self) -> bool:
        """Take every step; return whether none failed."""
        if self._take("load", self._load):
            steps: tuple[tuple[str, Callable[[], str]], ...] = (
                ("stream", self._stream),
                ("stop", self._stop),
                ("resume", self._resume),
                ("save and restore", self._cache),
                ("LoRA", self._adapter),
            )
            for name, step in steps:
                self._take(name, step)
        self._take("unload", self._unload)
        return all(step.outcome != "failed" for step in self.steps)

    def _take(self, name: str, step: Callable[[], str]) -> bool:
        try:
            text, outcome = step(), "ok"
        except _NotPossible as reason:
            text, outcome = str(reason), "skipped"
        except AppError as error:
            text, outcome = f"{error} {error.details}".strip(), "failed"
        self.steps.append(Step(name, outcome, text))
        return outcome == "ok"

    def _load(self) -> str:
        begun = time.monotonic()
        self._engine.load(self._request)
        self._wait(LOAD_BUDGET_S)
        assert self.info is not None
        took = time.monotonic() - begun
        return f"{self.info.runtime}, {self.info.context_tokens} tokens of context, {took:.1f} s"

    def _stream(self) -> str:
        result = self._run(RunRequest(_turns(_QUESTION), _GREEDY, _ANSWER_TOKENS))
        figures = result.statistics
        speed, first = figures.decode_tokens_per_second, figures.first_token_ms
        if not self._text or speed is None or first is None:
            raise AppError("The model wrote nothing that could be measured.")
        text = (
            f"{figures.generated_tokens} tokens, {speed:.1f} tokens/s, first after {first:.0f} ms, "
            f"ended by {result.finish.value}"
        )
        published = published_for(self._request.model.name)
        if published is None:
            return f"{text}; nothing is published for this model"
        share = speed / published.tokens_per_second * 100
        return (
            f"{text}; {share:.0f} % of the {published.tokens_per_second:g} tokens/s and "
            f"{first / published.first_token_ms * 100:.0f} % of the {published.first_token_ms:g} ms "
            f"of {published.source}"
        )

    def _stop(self) -> str:
        asked: list[float] = []

        def stop() -> None:
            if not asked:
                asked.append(time.monotonic())
                self._engine.stop(self._run_id)

        result = self._run(RunRequest(_turns(_QUESTION), _GREEDY, 0), at_text=stop)
        took = (time.monotonic() - asked[0]) * 1000 if asked else 0.0
        if result.finish is not FinishReason.STOPPED:
            return f"the answer had ended by {result.finish.value} before"
        return f"ended {took:.0f} ms after it was asked to"

    def _resume(self) -> str:
        if self._can(Capability.PAUSE):
            self._run(
                RunRequest(_turns(_QUESTION), _GREEDY, _ANSWER_TOKENS),
                at_text=lambda: self._engine.pause(self._run_id),
            )
            first = self._text
            self._run(RunRequest((), _GREEDY, _ANSWER_TOKENS, resume=True))
            return f"paused after {len(first)} characters, wrote {len(self._text)} more"
        if self._can(Capability.CONTINUE_ANSWER):
            self._run(RunRequest(_turns(_QUESTION), _GREEDY, 8))
            cut = (*_turns(_QUESTION), Turn(Role.ASSISTANT, self._text))
            self._run(RunRequest(cut, _GREEDY, 8, continue_answer=True))
            return f"went on with {len(self._text)} characters"
        raise _NotPossible(self._reason(Capability.CONTINUE_ANSWER))

    def _cache(self) -> str:
        if not self._can(Capability.PROMPT_CACHE):
            raise _NotPossible(self._reason(Capability.PROMPT_CACHE))
        with tempfile.TemporaryDirectory(prefix="cairn-selftest-") as folder:
            file = Path(folder) / "prompt.cache"
            self._forget()
            cold = self._run(RunRequest(_turns(_QUESTION), _GREEDY, 4, save_cache=file))
            if not file.exists():
                raise _NotPossible("The model cannot save what it has read.")
            size = file.stat().st_size
            self._forget()
            warm = self._run(RunRequest(_turns(_QUESTION), _GREEDY, 4, load_cache=file))
        times = [each.statistics.first_token_ms or 0.0 for each in (cold, warm)]
        return (
            f"{size / 1e6:.1f} MB; first token after {times[0]:.0f} ms, with it {times[1]:.0f} ms"
        )

    def _forget(self) -> None:
        """Let nothing be reused from what was read before, where that can be asked for."""
        if self._can(Capability.CLEAR_CACHE):
            self._engine.perform(Command(CommandKind.CLEAR_CACHE))
            self._wait(RUN_BUDGET_S)

    def _adapter(self) -> str:
        if not self._adapters:
            raise _NotPossible("No adapter was given.")
        request = RunRequest(_turns(_QUESTION), _GREEDY, 32)
        self._run(request)
        without = self._text
        self._run(RunRequest(request.turns, _GREEDY, 32, adapters=self._adapters[:1]))
        if self._text == without:
            raise AppError("The adapter changes nothing in the answer to this question.")
        return "the adapter changes the answer"

    def _unload(self) -> str:
        begun = time.monotonic()
        self._engine.shut_down()
        self._wait(10.0)
        return f"the engine ended in {(time.monotonic() - begun) * 1000:.0f} ms"

    def _run(self, request: RunRequest, at_text: Callable[[], None] | None = None) -> RunResult:
        self._text, self._result, self._at_text = "", None, at_text
        self._run_id = self._engine.run(request)
        self._wait(RUN_BUDGET_S)
        return self._ended()

    def _ended(self) -> RunResult:
        if self._result is None:
            raise AppError("The run ended without a result.")
        return self._result

    def _wait(self, budget_s: float) -> None:
        """Wait for the end of what was asked. Raises AppError when it failed or took too long."""
        self._error = None
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.timeout.connect(self._on_overdue)
        timer.start(round(budget_s * 1000))
        self._loop.exec()
        timer.stop()
        timer.deleteLater()
        if self._error is not None:
            raise self._error

    def _can(self, capability: Capability) -> bool:
        return self.info is not None and capability in self.info.capabilities

    def _reason(self, capability: Capability) -> str:
        return self.info.capabilities.reason(capability) if self.info is not None else ""

    @Slot(str)
    def _on_log_received(self, line: str) -> None:
        self.log.append(line)

    @Slot(int, str, int)
    def _on_text_generated(self, _run_id: int, text: str, _tokens: int) -> None:
        self._text += text
        if self._at_text is not None:
            self._at_text()

    @Slot(object)
    def _on_model_loaded(self, info: ModelInfo) -> None:
        self.info = info
        self._loop.quit()

    @Slot(object)
    def _on_failed(self, error: AppError) -> None:
        self._error = error
        self._loop.quit()

    @Slot(int, object)
    def _on_run_finished(self, _run_id: int, result: RunResult) -> None:
        self._result = result
        self._loop.quit()

    @Slot(int, object)
    def _on_run_failed(self, _run_id: int, error: AppError) -> None:
        self._error = error
        self._loop.quit()

    @Slot()
    def _on_done(self) -> None:
        self._loop.quit()

    @Slot()
    def _on_overdue(self) -> None:
        self._error = AppError("It did not end in time.")
        self._loop.quit()


class _NotPossible(Exception):
    """A step that this runtime, or this call, has no use for; the text says why."""


def main(arguments: Sequence[str]) -> int:
    """Take the steps, print them, write the report; return 1 when one failed."""
    parser = argparse.ArgumentParser(
        prog="cairn selftest", description="Try everything with a model, and write a report."
    )
    parser.add_argument("--model", type=Path, required=True, help="model file to try")
    parser.add_argument("--adapter", type=Path, help="LoRA adapter for it")
    parser.add_argument("--library", default="", help="librkllmrt.so to use")
    parser.add_argument("--report", type=Path, default=Path("cairn-selftest.txt"))
    parser.add_argument("--json", action="store_true", help="print the steps for programs")
    options = parser.parse_args(arguments)
    application = QCoreApplication.instance() or QCoreApplication(sys.argv[:1])
    trial = Trial(options.model.absolute(), options.adapter, options.library)
    passed = trial.take_all()
    findings = check_board(Machine(data_dir=Paths.of_user().data))
    details = trial.info.details if trial.info is not None else ()
    report = "\n".join(
        (
            as_text(findings),
            f"Model: {options.model.name}",
            *(f"  {each.label}: {each.value} ({each.source})" for each in details),
            "",
            *_lines(trial.steps),
            "",
            "Engine log:",
            *trial.log[-400:],
            "",
        )
    )
    written = _write(options.report, anonymous(report))
    if options.json:
        steps = [asdict(step) for step in trial.steps]
        board = json.loads(as_json(findings))
        text = json.dumps({"passed": passed, "steps": steps, "board": board}, ensure_ascii=False)
        sys.stdout.write(anonymous(text) + "\n")
    else:
        sys.stdout.write("\n".join(_lines(trial.steps)) + "\n" + written + "\n")
    del application
    return 0 if passed else 1


def _lines(steps: Sequence[Step]) -> list[str]:
    return [f"{step.outcome:8} {step.name}: {step.text}" for step in steps]


def _write(file: Path, report: str) -> str:
    head = f"Cairn {__version__} self-test\n\n"
    try:
        file.write_text(head + report, encoding="utf-8", errors="replace")
    except OSError as error:
        return f"The report could not be written to {file} ({error.strerror})."
    return f"The report is in {file}."


def _turns(text: str) -> tuple[Turn, ...]:
    return (Turn(Role.USER, text),)
