"""What is known of the loaded model, each value with where it comes from, and what it cannot do."""

from __future__ import annotations

from PySide6.QtCore import QLocale, QSize, Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from app.presenters.model_state import ModelState
from app.runtime.protocol import Capability, Detail, ModelInfo
from app.ui.page_dialog import PageDialog
from app.ui.theme import SPACE_L, SPACE_M, SPACE_XL, SPACE_XS


class DetailsDialog(PageDialog):
    """Shows a model's details as they were when it opened."""

    def __init__(self, state: ModelState, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Model details"), parent)
        rows = QVBoxLayout(self._page)
        rows.setContentsMargins(SPACE_XL, SPACE_XL, SPACE_XL, SPACE_M)
        rows.setSpacing(SPACE_L)
        rows.addWidget(self._label(state.name or self.tr("No model is loaded"), role="title"))
        if state.info is not None:
            rows.addLayout(self._table(self._known(state.info)))
            missing = self._missing(state.info)
            if missing:
                rows.addWidget(self._label(self.tr("What it cannot do"), role="heading"))
                rows.addLayout(self._table(missing))
        rows.addStretch(1)
        self._finish(QSize(600, 560))

    def _known(self, info: ModelInfo) -> list[Detail]:
        number = QLocale().toString
        limit = info.context_limit
        found = [
            Detail(self.tr("File"), str(info.path)),
            Detail(self.tr("Runs on"), info.runtime),
            Detail(
                self.tr("Context"),
                self.tr("{count} tokens").format(count=number(info.context_tokens)),
                self.tr("the model was made for at most {count}").format(count=number(limit))
                if limit
                else "",
            ),
            Detail(self.tr("Kind"), info.architecture),
            Detail(self.tr("Parameters"), number(info.parameters) if info.parameters else ""),
            Detail(self.tr("Quantisation"), info.quantization),
        ]
        return [detail for detail in (*found, *info.details) if detail.value]

    def _missing(self, info: ModelInfo) -> list[Detail]:
        names = {
            Capability.SAMPLING_PER_RUN: self.tr("Sampling for each answer"),
            Capability.LORA: self.tr("LoRA adapters"),
            Capability.CONTINUE_ANSWER: self.tr("Continue answer"),
            Capability.PREFILL_PROGRESS: self.tr("Progress of reading"),
            Capability.PROMPT_CACHE: self.tr("Saved prompts"),
            Capability.PAUSE: self.tr("Pause"),
            Capability.THINKING_SWITCH: self.tr("Switch thinking"),
            Capability.SEED: self.tr("Seed"),
            Capability.MIN_P: self.tr("Min-p"),
            Capability.TOOLS: self.tr("Tools"),
        }
        return [
            Detail(name, reason)
            for capability, name in names.items()
            if (reason := info.capabilities.reason(capability))
        ]

    def _table(self, details: list[Detail]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE_L)
        grid.setVerticalSpacing(SPACE_M)
        grid.setColumnStretch(1, 1)
        top = Qt.AlignmentFlag.AlignTop
        for row, detail in enumerate(details):
            grid.addWidget(self._label(detail.label, tone="quiet"), row, 0, top)
            value = QVBoxLayout()
            value.setSpacing(SPACE_XS)
            value.addWidget(self._label(detail.value))
            if detail.source:
                value.addWidget(self._label(detail.source, role="small", tone="quiet"))
            grid.addLayout(value, row, 1)
        return grid
