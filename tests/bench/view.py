"""What the chat view costs: long answers and long conversations against short ones."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication

from app.ui.theme import QT_OPTIONS, Theme
from tests.bench.figure import Figure
from tests.ui.chat.measure import doubling_ratio, open_ratio


def measure() -> list[Figure]:
    """Return the ratios of the chat view."""
    application = QApplication.instance() or QApplication(list(QT_OPTIONS))
    assert isinstance(application, QApplication)
    Theme().apply_to(application)
    return [
        Figure("opening 2,000 messages / opening 20", open_ratio(), "×", most=3),
        Figure(
            "an answer of 4,000 tokens / one of 2,000",
            doubling_ratio(),
            "×",
            most=2.3,
            how="(CPU time, one frame for each token)",
        ),
    ]
