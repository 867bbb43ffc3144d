"""Loads and unloads one model of the library, and says whether it fits and how fast it was."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.catalog.library import LibraryEntry
from app.presenters.model_state import ModelChoice, ModelStage
from app.ui.figures import short_count, speed_text
from app.ui.models.entry_facts import day_text
from app.ui.plain_label import plain_label
from app.ui.style_sheet import change_property
from app.ui.theme import SPACE_M, SPACE_XS


class LoadBar(QWidget):
    """Stands for the model that was shown last."""

    #: The user wants the model loaded.
    load_requested = Signal()
    #: The user wants its memory back, or its load given up.
    unload_requested = Signal()
    #: The user wants the model kept loaded, or not.
    keep_toggled = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stage = ModelStage.NONE
        self._button = QPushButton(self)
        self._button.setAutoDefault(False)
        self._keep = QCheckBox(self.tr("Keep loaded"), self)
        self._keep.setToolTip(
            self.tr("It stays in memory when another model is chosen and when it is idle.")
        )
        self._keep.setAccessibleDescription(self._keep.toolTip())
        self._words = plain_label(self, role="small", tone="quiet")
        row = QHBoxLayout()
        row.setSpacing(SPACE_M)
        row.addWidget(self._button)
        row.addWidget(self._keep, 1)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(SPACE_XS)
        rows.addLayout(row)
        rows.addWidget(self._words)
        self._button.clicked.connect(self._on_clicked)
        self._keep.clicked.connect(self.keep_toggled)

    def show_model(
        self, entry: LibraryEntry, choice: ModelChoice | None, stage: ModelStage, leaving: str
    ) -> None:
        """Show how a model stands; `leaving` is the one that another load would unload."""
        self._stage = stage
        loaded = stage in (ModelStage.READY, ModelStage.LOADING)
        self._button.setText(
            {
                ModelStage.READY: self.tr("Unload"),
                ModelStage.LOADING: self.tr("Cancel loading"),
            }.get(stage, self.tr("Load"))
        )
        change_property(self._button, "kind", "" if loaded else "primary")
        self._button.setEnabled(loaded or entry.is_usable)
        self._keep.setChecked(entry.record.keep_loaded)
        self._keep.setEnabled(bool(entry.key))
        lines = [] if loaded or not entry.is_usable else self._before_load(choice, leaving)
        lines += self._speed(entry)
        self._words.setText("\n".join(lines))
        self._words.setVisible(bool(lines))

    def _before_load(self, choice: ModelChoice | None, leaving: str) -> list[str]:
        lines = []
        if choice is not None and choice.fit_reason:
            verdict = {
                "fits": self.tr("Fits."),
                "tight": self.tr("Tight."),
                "too_big": self.tr("Won't fit."),
            }.get(choice.fit, self.tr("Not known whether it fits."))
            lines.append(f"{verdict} {choice.fit_reason}")
        if leaving:
            lines.append(self.tr("Loading it unloads {model}.").format(model=leaving))
        return lines

    def _speed(self, entry: LibraryEntry) -> list[str]:
        speed = entry.record.speed
        if speed is None:
            return []
        words = self.tr("Last speed here: {speed} with {tokens} tokens in the context, on {day}.")
        return [
            words.format(
                speed=speed_text(speed.tokens_per_second),
                tokens=short_count(speed.context_tokens),
                day=day_text(speed.measured_at),
            )
        ]

    @Slot()
    def _on_clicked(self) -> None:
        if self._stage in (ModelStage.READY, ModelStage.LOADING):
            self.unload_requested.emit()
        else:
            self.load_requested.emit()
