"""`cairn ask "…"`: one question on the command line, one answer on stdout, and no window.

1. The question is what the arguments say, with what stdin holds in front of it when that is not a
   terminal; without arguments stdin is the question.
2. The model is loaded in an engine process as the window has it, and ends with this command.
3. The answer goes to stdout as it comes and nothing else does; notes and errors go to stderr.
4. Nothing is kept: no conversation, no log, no setting.
"""

from __future__ import annotations

from app import lean_imports  # isort: split

import argparse
import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Sequence
from enum import IntEnum
from pathlib import Path
from types import FrameType

from PySide6.QtCore import QCoreApplication, QObject, Slot

from app.answer_writer import AnswerWriter, printable
from app.chat.statistics import FinishReason
from app.chat.text import well_formed
from app.chat.thinking import without_thinking
from app.engine.engine import Engine
from app.engine.process import ChildProcess
from app.errors import AppError
from app.paths import Paths
from app.presenters.ask_plan import AskPlanner, Plan, Wishes, wished_value
from app.presenters.model_slot import DEMO_LABEL
from app.presenters.side_run import SideRun
from app.presenters.tasks import make_event_loop
from app.runtime.protocol import ModelInfo, RunResult
from app.settings.layers import Overrides

#: More than the largest context window of a model on a small board can hold.
MAX_INPUT_BYTES = 4_000_000
MOST_TOKENS = 1_000_000
#: The engine kills a host that takes longer to end, before this.
END_BUDGET_S = 10.0
_ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_AFTER_HELP = """\
exit status:
  0  answered
  1  the model or the request failed; the reason is on stderr
  2  the command was not understood
  3  stopped by Ctrl+C, by a signal or because nobody reads; what was written stays
  4  there is no model to ask

What stdin holds is put in front of the question:
  git diff | cairn ask "What does this change?"
"""


class Exit(IntEnum):
    """The exit statuses, as `--help` tells them."""

    ANSWERED = 0
    FAILED = 1
    WRONG_USE = 2
    STOPPED = 3
    NO_MODEL = 4


class Asking(QObject):
    """Loads the model, asks it, and ends it. Lives on the main thread."""

    def __init__(self, plan: Plan, writer: AnswerWriter) -> None:
        super().__init__()
        self._plan = plan
        self._writer = writer
        self._engine = Engine(ChildProcess, self)
        self._engine.model_loaded.connect(self._on_model_loaded)
        self._engine.shut_down_finished.connect(self._on_shut_down_finished)
        self._run = SideRun(self._engine, self)
        self._run.text_added.connect(self._on_text_added)
        self._ended = asyncio.Event()
        self._begun_at = time.monotonic()
        self.info: ModelInfo | None = None
        self.load_ms: float | None = None
        self.is_stopped = False
        self._is_interrupted = False
        #: Why the answer could not be written, when that is what ended it.
        self.write_error: OSError | None = None

    async def answer(self) -> RunResult:
        """Return how the answer ended. Raises AppError, and OSError when nothing takes it."""
        self._engine.load(self._plan.load)
        try:
            result = await self._run.finish(self._plan.run)
        finally:
            self._engine.shut_down()
            # An engine that is still there after this ends with this process.
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), END_BUDGET_S)
        if self.write_error is not None:
            raise self.write_error
        return result

    def stop(self) -> None:
        """End the answer soon; what is written stands."""
        self.is_stopped = True
        self._run.stop()

    def interrupt(self, _number: int, _frame: FrameType | None) -> None:
        """Hear a signal at once, in the middle of whatever goes on; `stop` follows in its turn.

        A second one ends the process, and its engine with it. Raises InterruptedError where
        nobody takes what is being written.
        """
        if self._is_interrupted:
            os._exit(Exit.STOPPED)
        self._is_interrupted = self._writer.may_not_wait = True
        if self._writer.is_writing:
            raise InterruptedError

    @Slot(object)
    def _on_model_loaded(self, info: ModelInfo) -> None:
        self.info = info
        self.load_ms = (time.monotonic() - self._begun_at) * 1000

    @Slot(str)
    def _on_text_added(self, text: str) -> None:
        if self.write_error is not None:
            return
        try:
            self._writer.add(text)
        except OSError as error:
            self.write_error = error
            self._run.stop()

    @Slot()
    def _on_shut_down_finished(self) -> None:
        self._ended.set()


def main(arguments: Sequence[str]) -> int:
    """Ask, print the answer, and return one of `Exit`."""
    try:
        return _main(arguments)
    except KeyboardInterrupt:
        # While nothing was asked yet.
        return Exit.STOPPED


def _main(arguments: Sequence[str]) -> int:
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        wishes, question = _wishes(options), _question(" ".join(options.question))
    except ValueError as error:
        parser.error(str(error))
    planner = AskPlanner(Paths.under(options.profile) if options.profile else Paths.of_user())
    status = Exit.NO_MODEL
    try:
        model = planner.model(wishes)
        status = Exit.FAILED
        plan = planner.plan(model, question, wishes)
    except AppError as error:
        return _fail(error, status)
    notes = () if options.quiet else planner.notes
    for note in notes:
        _say(note)
    if not options.quiet and sys.stderr is not None and sys.stderr.isatty():
        _say(f"Loading {model.name}…")
    application = QCoreApplication.instance() or QCoreApplication(sys.argv[:1])
    lean_imports.finish()
    loop = make_event_loop(application)
    try:
        return loop.run_until_complete(_ask(plan, options))
    finally:
        loop.close()


async def _ask(plan: Plan, options: argparse.Namespace) -> Exit:
    if sys.stdout is None:
        return _fail(AppError("There is no stdout to write the answer to."), Exit.FAILED)
    at_once = not (options.json or options.no_stream)
    writer = AnswerWriter(sys.stdout, raw=options.raw, at_once=at_once)
    asking = Asking(plan, writer)
    loop = asyncio.get_running_loop()
    for number in _ENDING_SIGNALS:
        # Whoever started this in the background, or with nohup, has them ignored.
        if signal.getsignal(number) is not signal.SIG_IGN:
            loop.add_signal_handler(number, asking.stop)
            # The loop is woken all the same.
            signal.signal(number, asking.interrupt)
    try:
        try:
            result = await asking.answer()
        except AppError as error:
            if not options.json:
                writer.finish()
            return _fail(error, Exit.STOPPED if asking.is_stopped else Exit.FAILED)
        if options.json:
            writer.finish_with(_document(plan, asking, result, writer.text, raw=options.raw))
        else:
            writer.finish()
    except OSError as error:
        return _unwritten(error)
    if not options.quiet:
        _tell(asking, result)
    return Exit.STOPPED if asking.is_stopped else Exit.ANSWERED


def _document(plan: Plan, asking: Asking, result: RunResult, text: str, *, raw: bool) -> str:
    """Return the answer and its figures as JSON; what was not measured is null."""
    figures, info = result.statistics, asking.info
    adapters = plan.run.adapters
    return json.dumps(
        {
            "text": text if raw else without_thinking(text).strip(),
            "finish": result.finish.value,
            "model": _name(plan, info),
            "adapter": well_formed(adapters[0].path.name) if adapters else None,
            "runtime": None if info is None else info.runtime,
            "prompt_tokens": figures.prompt_tokens,
            "generated_tokens": figures.generated_tokens,
            "first_token_ms": figures.first_token_ms,
            "prefill_tokens_per_second": figures.prefill_tokens_per_second,
            "decode_tokens_per_second": figures.decode_tokens_per_second,
            "load_ms": asking.load_ms,
        }
    )


def _name(plan: Plan, info: ModelInfo | None) -> str:
    name = (info.name if info is not None else "") or well_formed(plan.load.model.stem)
    return f"{name} ({DEMO_LABEL})" if info is not None and info.is_demo else name


def _tell(asking: Asking, result: RunResult) -> None:
    if asking.info is not None and asking.info.is_demo:
        _say(f"This was the {DEMO_LABEL}, which is no model.")
    if result.finish is FinishReason.LENGTH:
        _say("The answer was cut where its greatest length, or the context window, ended.")


def _question(words: str) -> str:
    """Return what to ask. Raises ValueError for nothing, far too much, or what cannot be read."""
    context = ""
    if sys.stdin is not None and not sys.stdin.isatty():
        try:
            data = sys.stdin.buffer.read(MAX_INPUT_BYTES + 1)
        except OSError as error:
            raise ValueError(f"stdin cannot be read: {error.strerror}") from error
        if len(data) > MAX_INPUT_BYTES:
            raise ValueError(f"stdin holds more than {MAX_INPUT_BYTES // 1_000_000} MB of text")
        context = data.decode("utf-8-sig", "replace")
    parts = [part for part in (context.strip("\r\n"), words) if part.strip()]
    if not parts:
        raise ValueError('there is no question: type one, as in cairn ask "Why is the sky blue?"')
    return "\n\n".join(parts)


def _wishes(options: argparse.Namespace) -> Wishes:
    """Return what the options say. Raises ValueError for a value that cannot be."""
    named = {
        "system_prompt": None if options.system is None else well_formed(options.system),
        "temperature": options.temperature,
    }
    values = dict(wished_value(name, value) for name, value in named.items() if value is not None)
    if options.max_tokens is not None and not 0 <= options.max_tokens <= MOST_TOKENS:
        raise ValueError(f"--max-tokens: {options.max_tokens} is outside 0 to {MOST_TOKENS}")
    overrides = Overrides(values)
    model, adapter = _absolute(options.model), _absolute(options.adapter)
    return Wishes(model, adapter, overrides, options.max_tokens)


def _absolute(path: Path | None) -> Path | None:
    # As the window keeps them: known settings of a file are found by its content.
    return None if path is None else path.absolute()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="cairn ask",
        description="Ask a model one question and print its answer.",
        epilog=_AFTER_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("question", nargs="*", help="what to ask")
    add(
        "--model", type=Path, metavar="FILE", help="model to ask; else the last one, or the starter"
    )
    add("--adapter", type=Path, metavar="FILE", help="LoRA adapter to use")
    add("--system", metavar="TEXT", help="system prompt; an empty one uses none")
    add("--temperature", type=float, metavar="NUMBER", help="0 always takes the likeliest word")
    add("--max-tokens", type=int, metavar="COUNT", help="greatest length; 0 has no limit")
    add("--no-stream", action="store_true", help="print the answer when it is complete")
    add("--json", action="store_true", help="print one JSON object: text, model, tokens, speeds")
    add("--raw", action="store_true", help="print exactly what the model writes, thoughts included")
    add("-q", "--quiet", action="store_true", help="print no notes; errors are still told")
    add("--profile", type=Path, metavar="FOLDER", help="use the settings in there")
    return parser


def _fail(error: AppError, status: Exit) -> Exit:
    _say(f"{error.cause} {error.advice}".strip())
    return status


def _unwritten(error: OSError) -> Exit:
    """Return the status for a stdout that takes nothing more."""
    # What Python still holds would be tried again, and complained about, at its end.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    if isinstance(error, BrokenPipeError | InterruptedError):
        return Exit.STOPPED
    _say(f"The answer cannot be written: {error.strerror}.")
    return Exit.FAILED


def _say(words: str) -> None:
    if sys.stderr is not None:
        sys.stderr.write(f"cairn: {printable(words)}\n")
