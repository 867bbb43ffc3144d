"""How strongly an adapter works: a slider, and what becomes of a change."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer, Slot
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from app.presenters.adapter_state import AdapterChoice, AdapterState
from app.presenters.adapters import AdapterPresenter
from app.ui.page_dialog import PageDialog
from app.ui.theme import SPACE_L, SPACE_M, SPACE_XL, SPACE_XS

#: A slider that is dragged sets the strength once, not at every step.
APPLY_DELAY_MS = 400
STEP = 0.05
STRONGEST = 2.0
#: As it was trained.
USUAL = 1.0
_NARROWEST_FIELD = 96


class AdapterStrengthDialog(PageDialog):
    """Sets the strength of the adapter that is on when it opens; what is set counts at once."""

    def __init__(self, adapters: AdapterPresenter, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Adapter strength"), parent)
        self._adapters = adapters
        chosen = adapters.state.chosen
        self._path = None if chosen is None else chosen.path
        self._applied = USUAL if chosen is None else chosen.scale
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(APPLY_DELAY_MS)
        self._timer.timeout.connect(self._apply)
        self._slider = self._make_slider()
        self._spin = self._make_spin()
        self._note = self._label("", tone="quiet")
        rows = QVBoxLayout(self._page)
        rows.setContentsMargins(SPACE_XL, SPACE_XL, SPACE_XL, SPACE_M)
        rows.setSpacing(SPACE_L)
        title = self.tr("No adapter is on") if chosen is None else chosen.label
        rows.addWidget(self._label(title, role="title"))
        rows.addLayout(self._scale())
        rows.addWidget(self._note)
        rows.addStretch(1)
        buttons = self._finish(QSize(480, 320))
        self._reset = QPushButton(self.tr("Reset to 1"), buttons)
        self._reset.setAutoDefault(False)
        buttons.addButton(self._reset, QDialogButtonBox.ButtonRole.ActionRole)
        self._show(self._applied)
        self._show_state(chosen)
        self._slider.valueChanged.connect(self._on_slider_moved)
        self._spin.valueChanged.connect(self._on_number_changed)
        self._reset.clicked.connect(self._on_reset_clicked)
        adapters.adapters_changed.connect(self._on_adapters_changed)
        self._spin.setFocus()
        self._spin.selectAll()

    def done(self, result: int) -> None:
        """Close, and set what has not been set yet."""
        if self._timer.isActive():
            self._timer.stop()
            self._apply()
        super().done(result)

    def _make_slider(self) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal, self._page)
        slider.setRange(0, _place(STRONGEST))
        slider.setPageStep(_place(USUAL) // 4)
        # The field beside it does the same by keyboard, with a number that can be read aloud.
        slider.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        slider.setAccessibleName(self.tr("Strength"))
        return slider

    def _make_spin(self) -> QDoubleSpinBox:
        spin = QDoubleSpinBox(self._page)
        spin.setDecimals(2)
        spin.setRange(0, STRONGEST)
        spin.setSingleStep(STEP)
        spin.setAccelerated(True)
        spin.setMinimumWidth(_NARROWEST_FIELD)
        spin.setAccessibleName(self.tr("Strength"))
        spin.setAccessibleDescription(self.tr("0 is off, 1 is as it was trained, at most 2."))
        return spin

    def _scale(self) -> QGridLayout:
        marks = QHBoxLayout()
        for words, side in (
            (self.tr("0: off"), Qt.AlignmentFlag.AlignLeft),
            (self.tr("1: as it was trained"), Qt.AlignmentFlag.AlignHCenter),
            (self.tr("2: twice"), Qt.AlignmentFlag.AlignRight),
        ):
            mark = self._label(words, role="small", tone="quiet")
            mark.setAlignment(side | Qt.AlignmentFlag.AlignTop)
            # Equal parts: the one in the middle stands below the middle.
            marks.addWidget(mark, 1)
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE_M)
        grid.setVerticalSpacing(SPACE_XS)
        grid.setColumnStretch(0, 1)
        grid.addWidget(self._slider, 0, 0)
        grid.addWidget(self._spin, 0, 1)
        grid.addLayout(marks, 1, 0)
        return grid

    def _effect(self) -> str:
        reason = self._adapters.scale_reason
        if not reason:
            return self.tr("Another strength counts with the next answer.")
        return self.tr(
            "{reason} That happens with the next answer; what was loaded before stays in memory "
            "until the model is unloaded."
        ).format(reason=reason)

    def _show(self, scale: float) -> None:
        """Show a strength without taking it for a wish."""
        self._spin.blockSignals(True)
        self._spin.setValue(scale)
        self._spin.blockSignals(False)
        # Its place is rounder than the number.
        self._slider.blockSignals(True)
        self._slider.setValue(_place(scale))
        self._slider.blockSignals(False)

    def _show_state(self, choice: AdapterChoice | None) -> None:
        there = choice is not None
        self._slider.setEnabled(there)
        self._spin.setEnabled(there)
        self._reset.setEnabled(there and self._spin.value() != USUAL)
        if choice is not None:
            self._note.setText(self._effect())
        elif self._path is not None:
            self._note.setText(self.tr("This adapter is not there any more. Choose another one."))
        else:
            self._note.setText(self.tr("Choose one in the LoRA menu first."))

    def _choice(self, state: AdapterState) -> AdapterChoice | None:
        return next((one for one in state.choices if one.path == self._path), None)

    @Slot(int)
    def _on_slider_moved(self, place: int) -> None:
        self._spin.setValue(place * STEP)

    @Slot(float)
    def _on_number_changed(self, scale: float) -> None:
        self._show(scale)
        self._reset.setEnabled(scale != USUAL)
        self._timer.start()

    @Slot()
    def _on_reset_clicked(self) -> None:
        self._spin.setValue(USUAL)
        self._spin.setFocus()

    @Slot()
    def _apply(self) -> None:
        scale = round(self._spin.value(), 2)
        if self._path is not None and self._spin.isEnabled() and scale != self._applied:
            self._applied = scale
            self._adapters.set_scale(self._path, scale)

    @Slot(object)
    def _on_adapters_changed(self, state: AdapterState) -> None:
        choice = self._choice(state)
        if choice is not None and not self._timer.isActive() and choice.scale != self._applied:
            self._applied = choice.scale
            self._show(choice.scale)
        self._show_state(choice)


def _place(scale: float) -> int:
    """Return where the slider stands for a strength."""
    return round(scale / STEP)
