"""Measured figures and what the engine does, in words: one way to write them everywhere."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLocale

from app.presenters.chat_status import Activity, ChatStatus

#: A number with a given count of decimals, as QLocale names it.
_FIXED = ord("f")
_K = 1024


def _tr(text: str) -> str:
    return QCoreApplication.translate("Figures", text)


def speed_text(tokens_per_second: float) -> str:
    """Return "12.4 tok/s"; above a hundred without decimals."""
    return _tr("{n} tok/s").format(n=_number(tokens_per_second))


def duration_text(milliseconds: float) -> str:
    """Return "17 ms" below a tenth of a second, else "0.4 s"."""
    if milliseconds < 100:
        return _tr("{n} ms").format(n=QLocale().toString(milliseconds, _FIXED, 0))
    return _tr("{n} s").format(n=_number(milliseconds / 1000))


def short_count(tokens: int | None) -> str:
    """Return "812", "1.2k" or "4k"; windows come in powers of two, so a k is 1,024 here."""
    if tokens is None:
        return "–"
    if tokens < _K:
        return str(tokens)
    text = f"{tokens / _K:.1f}" if tokens < 100 * _K else f"{tokens / _K:.0f}"
    return f"{text.removesuffix('.0')}k"


def activity_word(activity: Activity) -> str:
    """Return what the engine does for an answer, as one word."""
    return {
        Activity.IDLE: _tr("Ready"),
        Activity.WAITING: _tr("Waiting"),
        Activity.PREFILL: _tr("Reading"),
        Activity.WRITING: _tr("Writing"),
    }[activity]


def writing_elsewhere(status: ChatStatus) -> str:
    """Return in which other conversation the model is writing."""
    words = _tr("The model is writing in “{title}”. What you send waits for its end.")
    return words.format(title=status.elsewhere)


def status_lines(status: ChatStatus) -> list[str]:
    """Return speed and time to the first token as lines of their own, unknown ones as such."""
    unknown = _tr("– (no answer was measured yet)")
    rate, first = status.tokens_per_second, status.first_token_ms
    speed = unknown if rate is None else _tr("{n} tokens/s").format(n=_number(rate))
    return [
        _tr("Speed: {value}").format(value=speed),
        _tr("Time to first token: {value}").format(
            value=unknown if first is None else duration_text(first)
        ),
    ]


def _number(value: float) -> str:
    return QLocale().toString(value, _FIXED, 1 if value < 100 else 0)
