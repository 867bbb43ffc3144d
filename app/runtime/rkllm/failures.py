"""Turns a failed call of the library into a sentence, with what it printed as the witness."""

from __future__ import annotations

from pathlib import Path

from app.errors import ContextLimitExceeded, ContextOverflow, ModelLoadError, Remedy, RunError
from app.runtime.rkllm.binding import NativeFailure
from app.runtime.rkllm.log_lines import error_lines, understood


def load_failure(model: Path, failure: NativeFailure, log: str) -> ModelLoadError:
    """Return why the model could not be loaded."""
    details = f"{failure}\n{error_lines(log)}"
    message = understood(log, model.name)
    if message is None:
        silent = failure.returned == 0
        cause = (
            f"The NPU library says that it loaded {model.name}, and has nothing to show for it."
            if silent
            else f"The NPU library could not load {model.name} and does not say why."
        )
        advice = "Choose another model, or run the board check."
        return ModelLoadError(cause, advice, remedy=Remedy.CHECK_BOARD, details=details)
    if message.kind == "context_limit":
        return ContextLimitExceeded(
            message.cause, message.advice, limit=message.numbers["limit"], details=details
        )
    return ModelLoadError(message.cause, message.advice, remedy=message.remedy, details=details)


def run_failure(model: Path, what: str, log: str, context_tokens: int) -> RunError:
    """Return why a run, or another request, failed; `what` says what the library did."""
    details = f"{what}\n{error_lines(log)}"
    message = understood(log, model.name)
    if message is None:
        return RunError(
            f"The NPU library could not answer ({what}).",
            "Try again, or load the model again.",
            remedy=Remedy.RELOAD_MODEL,
            details=details,
        )
    if message.kind == "overflow" and "prompt" in message.numbers:
        return ContextOverflow(
            message.numbers["prompt"], message.numbers.get("context", context_tokens)
        )
    return RunError(message.cause, message.advice, remedy=message.remedy, details=details)
