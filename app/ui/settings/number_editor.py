"""The editor for a number: a field, and a slider where the range is small enough for a hand."""

from __future__ import annotations

import math
from typing import Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QSlider, QSpinBox, QWidget

from app.settings.schema import Entry
from app.ui.settings.setting_editor import SettingEditor
from app.ui.theme import SPACE_M

#: More places than these cannot be aimed at.
_MOST_PLACES = 400
#: A slider shorter than this is left out.
_SHORTEST_SLIDER = 64
_NARROWEST_FIELD = 96
_LOWEST = -(2**31)
_HIGHEST = 2**31 - 1


class NumberEditor(SettingEditor):
    """A whole number or a fraction. The slider stands at multiples of the step."""

    def __init__(self, entry: Entry, parent: QWidget | None = None) -> None:
        super().__init__(entry, parent)
        spec = entry.spec
        self._step = spec.step or 1
        self._low = _LOWEST if spec.minimum is None else spec.minimum
        self._high = _HIGHEST if spec.maximum is None else spec.maximum
        self._decimals = _decimals(self._step) if isinstance(entry.default, float) else 0
        self._spin = self._make_spin()
        self._slider: QSlider | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_M)
        if (self._high - self._low) / self._step <= _MOST_PLACES:
            self._slider = self._make_slider()
            row.addWidget(self._slider, 1)
        row.addWidget(self._spin)
        if self._slider is None:
            row.addStretch(1)
        self._take(self._spin)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the slider out where there is no room for it."""
        super().resizeEvent(event)
        if self._slider is not None:
            # Its hint, not its width, which depends on the answer.
            field = max(_NARROWEST_FIELD, self._spin.sizeHint().width())
            room = event.size().width() - field - SPACE_M
            self._slider.setVisible(room >= _SHORTEST_SLIDER)

    def _make_spin(self) -> QSpinBox | QDoubleSpinBox:
        spin: QSpinBox | QDoubleSpinBox
        if isinstance(self.entry.default, float):
            fraction = QDoubleSpinBox(self)
            fraction.setDecimals(self._decimals)
            fraction.setRange(self._low, self._high)
            fraction.setSingleStep(self._step)
            fraction.setValue(self.entry.default)
            spin = fraction
        else:
            whole = QSpinBox(self)
            whole.setRange(int(self._low), int(self._high))
            whole.setSingleStep(int(self._step))
            whole.setValue(self.entry.default)
            spin = whole
        if self.entry.spec.unit:
            spin.setSuffix(f" {self.entry.spec.unit}")
        # Short fields in a column line up.
        spin.setMinimumWidth(_NARROWEST_FIELD)
        spin.setAccelerated(True)
        spin.valueChanged.connect(self._on_number_changed)
        return spin

    def _make_slider(self) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal, self)
        first, last = math.floor(self._low / self._step), math.ceil(self._high / self._step)
        slider.setRange(first, last)
        slider.setPageStep(max(1, (last - first) // 10))
        slider.setValue(self._place(self.entry.default))
        slider.setMinimumWidth(1)
        # The field beside it does the same by keyboard, with a number that can be read aloud.
        slider.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        slider.installEventFilter(self)
        slider.valueChanged.connect(self._on_slider_moved)
        return slider

    def _place(self, value: float) -> int:
        return round(value / self._step)

    def _show(self, value: Any) -> None:
        self._spin.setValue(value)

    def _value(self) -> Any:
        return type(self.entry.default)(round(self._spin.value(), self._decimals))

    @Slot()
    def _on_number_changed(self) -> None:
        if self._slider is not None:
            place = self._place(self._spin.value())
            if place != self._slider.value():
                # Without its signal: the slider's place is rounder than the number.
                blocked = self._slider.blockSignals(True)
                self._slider.setValue(place)
                self._slider.blockSignals(blocked)
        self._on_touched()

    @Slot(int)
    def _on_slider_moved(self, place: int) -> None:
        value = max(self._low, min(self._high, place * self._step))
        if isinstance(self._spin, QSpinBox):
            self._spin.setValue(int(value))
        else:
            self._spin.setValue(round(value, self._decimals))


def _decimals(step: float) -> int:
    """Return how many digits after the point a multiple of `step` has."""
    text = f"{step:.6f}".rstrip("0")
    return len(text.partition(".")[2])
