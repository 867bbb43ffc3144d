"""How far an import is, and how fast it goes at this moment."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLabel, QProgressBar, QVBoxLayout, QWidget

from app.catalog.model_file import size_text
from app.ui.elided_label import ElidedLabel
from app.ui.theme import SPACE_XS

if TYPE_CHECKING:
    from app.catalog.importing import ImportProgress

_STEPS = 1000
#: The rate is that of about the last seconds: a stick writes in bursts.
_RATE_SPAN_S = 1.0


class ImportProgressView(QWidget):
    """A bar with the file, the bytes and the rate below it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Progress"))
        self._name = ElidedLabel(parent=self)
        self._bytes = QLabel(self)
        self._bytes.setProperty("tone", "quiet")
        self._bytes.setProperty("role", "small")
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(SPACE_XS)
        for part in (self._name, self._bar, self._bytes):
            rows.addWidget(part)
        self._since = 0.0
        self._bytes_then = 0
        self._rate: float | None = None

    def begin(self) -> None:
        """Start anew: nothing is known yet."""
        self._bar.setRange(0, 0)
        self._name.setText(self.tr("Starting…"))
        self._bytes.setText("")
        self._since, self._bytes_then, self._rate = time.monotonic(), 0, None

    def set_progress(self, progress: ImportProgress) -> None:
        """Show how far it is."""
        self._measure(progress.done_bytes)
        total = progress.total_bytes
        self._bar.setRange(0, _STEPS if total else 0)
        self._bar.setValue(round(_STEPS * progress.done_bytes / total) if total else 0)
        self._name.setText(progress.name)
        words = self.tr("{done} of {total}").format(
            done=size_text(progress.done_bytes), total=size_text(total)
        )
        if self._rate is not None:
            words += " · " + self.tr("{size}/s").format(size=size_text(round(self._rate)))
        self._bytes.setText(words)

    def _measure(self, done: int) -> None:
        passed = time.monotonic() - self._since
        if passed >= _RATE_SPAN_S:
            self._rate = (done - self._bytes_then) / passed
            self._since, self._bytes_then = time.monotonic(), done
