"""The numbers of one answer: what it took, and the settings it was written with."""

from __future__ import annotations

from PySide6.QtCore import QDateTime, QLocale, QSize
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.chat.message import Message
from app.chat.statistics import RunStatistics
from app.presenters.written_with import FIELDS, read_settings
from app.runtime.protocol import Detail
from app.settings.schema import entries
from app.ui.figures import duration_text, speed_text
from app.ui.models.fact_table import FactTable
from app.ui.page_dialog import PageDialog
from app.ui.theme import SPACE_L, SPACE_M, SPACE_XL

UNKNOWN = "–"


class AnswerDetailsDialog(PageDialog):
    """Shows what is known of an answer as it was when it opened; unknown is –, with the reason."""

    def __init__(self, message: Message, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Answer details"), parent)
        self._message = message
        rows = QVBoxLayout(self._page)
        rows.setContentsMargins(SPACE_XL, SPACE_XL, SPACE_XL, SPACE_M)
        rows.setSpacing(SPACE_L)
        rows.addWidget(self._label(message.model or self.tr("Model"), role="title"))
        rows.addWidget(self._table((*self._origin(), *self._figures())))
        rows.addWidget(self._label(self.tr("Written with"), role="heading"))
        rows.addWidget(self._table(self._settings()))
        rows.addStretch(1)
        self._finish(QSize(520, 560))

    def _table(self, details: tuple[Detail, ...]) -> FactTable:
        table = FactTable(self._page)
        table.set_details(details)
        return table

    def _origin(self) -> tuple[Detail, ...]:
        written = QDateTime.fromSecsSinceEpoch(round(self._message.created_at))
        shown = QLocale().toString(written, QLocale.FormatType.ShortFormat)
        return (
            Detail(self.tr("Begun"), shown),
            self._text(self.tr("Model"), self._message.model, self.tr("It was not noted.")),
            Detail(self.tr("Adapter"), self._message.adapter or self.tr("none")),
        )

    def _figures(self) -> tuple[Detail, ...]:
        known = self._message.statistics or RunStatistics()
        silent = self.tr("The engine did not say.")
        if self._message.statistics is None:
            silent = self.tr("The answer did not come to its end, or was edited.")
        parts = (known.prefill_ms, known.decode_ms)
        whole = None if None in parts else sum(part for part in parts if part is not None)
        return (
            self._count(self.tr("Prompt"), known.prompt_tokens, silent),
            self._count(self.tr("Of it reused"), known.cached_tokens, silent),
            self._count(self.tr("Generated"), known.generated_tokens, silent),
            self._time(self.tr("Time to first token"), known.first_token_ms, silent),
            self._speed(self.tr("Prefill speed"), known.prefill_tokens_per_second, silent),
            self._speed(self.tr("Decode speed"), known.decode_tokens_per_second, silent),
            self._time(self.tr("Time in all"), whole, silent),
            self._time(
                self.tr("Thinking"), known.thinking_ms, self.tr("It did not think, or nobody saw.")
            ),
            self._memory(known.peak_memory_mb, silent),
        )

    def _settings(self) -> tuple[Detail, ...]:
        known = read_settings(self._message.settings)
        silent = self.tr("It has no effect on this model.")
        if not known:
            silent = self.tr("It was not kept with this answer.")
        labels = {entry.name: entry.spec.label for entry in entries()}
        number = QLocale()
        return tuple(
            self._text(labels.get(name, name), _number(known.get(name), number), silent)
            for name in FIELDS
        )

    def _text(self, label: str, value: str, reason: str) -> Detail:
        return Detail(label, value) if value else Detail(label, UNKNOWN, reason)

    def _count(self, label: str, tokens: int | None, reason: str) -> Detail:
        if tokens is None:
            return Detail(label, UNKNOWN, reason)
        count = QLocale().toString(tokens)
        return Detail(label, self.tr("{count} tokens").format(count=count))

    def _time(self, label: str, milliseconds: float | None, reason: str) -> Detail:
        known = "" if milliseconds is None else duration_text(milliseconds)
        return self._text(label, known, reason)

    def _speed(self, label: str, speed: float | None, reason: str) -> Detail:
        return self._text(label, "" if speed is None else speed_text(speed), reason)

    def _memory(self, megabytes: float | None, reason: str) -> Detail:
        label = self.tr("Memory")
        if megabytes is None:
            return Detail(label, UNKNOWN, reason)
        value = self.tr("{n} MB").format(n=QLocale().toString(round(megabytes)))
        return Detail(label, value, self.tr("the most that the engine has had so far"))


def _number(value: float | None, locale: QLocale) -> str:
    if value is None:
        return ""
    if isinstance(value, int) or value == int(value):
        return locale.toString(int(value))
    return locale.toString(round(value, 4), ord("g"), 6)
