"""A box to choose from names of any length: what does not fit becomes an ellipsis."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPaintEvent, QWheelEvent
from PySide6.QtWidgets import (
    QComboBox,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionComboBox,
    QStylePainter,
    QWidget,
)

_FEWEST_LETTERS = 6
_NARROWEST = 64


class SettingChooser(QComboBox):
    """Takes any width and draws as much as fits. The wheel never changes it."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(_FEWEST_LETTERS)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # The own one of the box takes nothing from the style sheet.
        self.setItemDelegate(QStyledItemDelegate(self))
        self.view().setTextElideMode(Qt.TextElideMode.ElideRight)

    def set_items(self, items: tuple[tuple[object, str], ...], chosen: object) -> None:
        """Show `items`, each a value and its name, without telling that anything was chosen."""
        blocked = self.blockSignals(True)
        self.clear()
        for place, (value, name) in enumerate(items):
            self.addItem(name, value)
            self.setItemData(place, name, Qt.ItemDataRole.AccessibleTextRole)
        values = [value for value, _ in items]
        self.setCurrentIndex(values.index(chosen) if chosen in values else 0)
        self.blockSignals(blocked)

    def minimumSizeHint(self) -> QSize:
        """Go down to some letters."""
        return QSize(_NARROWEST, super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the box with as much of the name as fits."""
        painter = QStylePainter(self)
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        field = self.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox,
            option,
            QStyle.SubControl.SC_ComboBoxEditField,
            self,
        )
        # The style keeps a pixel free on either side.
        shown = self.fontMetrics().elidedText(
            self.currentText(), Qt.TextElideMode.ElideRight, max(0, field.width() - 4)
        )
        # It is missing from the stubs of PySide6.
        option.currentText = shown  # type: ignore[attr-defined]
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
        painter.end()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page."""
        event.ignore()
