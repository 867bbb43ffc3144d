"""Why an engine process ended, in words."""

from __future__ import annotations

import signal
from collections.abc import Sequence

from app.errors import EngineError, Remedy

_AFTER_A_CRASH = "What was written so far is kept. The next message starts the model again."
_AFTER_A_FAILED_LOAD = "Choose another model, or try again."
_CRASHES = frozenset(
    {signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGILL, signal.SIGFPE, signal.SIGTRAP}
)


def explain(status: int | None, last_lines: Sequence[str]) -> EngineError:
    """Return the error for a child that ended with `status` without being asked to.

    `status` is as subprocess gives it: negative for a signal; None when it hung and was killed.
    `last_lines` are the last native log lines, kept as details.
    """
    details = "\n".join(last_lines)
    advice = _AFTER_A_CRASH
    if status is None:
        cause = "The engine stopped responding and was ended."
    elif status == -signal.SIGKILL:
        cause = "The engine was ended by the system, most likely because memory ran out."
        advice = "Close other programs, or choose a smaller model or context length."
    elif status < 0 and -status in _CRASHES:
        cause = f"The engine crashed ({signal.Signals(-status).name})."
    else:
        how = f"signal {-status}" if status < 0 else f"exit status {status}"
        cause = f"The engine ended unexpectedly ({how})."
    # What the library said last is the best explanation there is. Imported when it is needed: the
    # first window is painted sooner.
    from app.runtime.rkllm.log_lines import understood

    said = understood(details, "the model")
    if said is not None and status != -signal.SIGKILL:
        cause = f"{cause} {said.cause}"
    return EngineError(cause, advice, remedy=Remedy.RELOAD_MODEL, details=details)


def while_loading(error: EngineError) -> EngineError:
    """Return `error` with advice for a host that was lost before its model had loaded."""
    if error.advice != _AFTER_A_CRASH:
        return error
    return EngineError(
        error.cause, _AFTER_A_FAILED_LOAD, remedy=Remedy.CHOOSE_MODEL, details=error.details
    )
