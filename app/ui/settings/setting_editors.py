"""Which editor a setting has, and the simple ones: a switch, a choice, and text."""

from __future__ import annotations

from enum import Enum
from typing import Any

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QStyledItemDelegate,
    QVBoxLayout,
    QWidget,
)

from app.settings.schema import Entry
from app.ui.plain_label import plain_label
from app.ui.plain_text_edit import PlainTextEdit
from app.ui.settings.number_editor import NumberEditor
from app.ui.settings.setting_editor import SettingEditor
from app.ui.theme import SPACE_S

_TEXT_LINES = 5
_LONGEST_LINE = 1000


def editor_for(entry: Entry, parent: QWidget | None = None) -> SettingEditor:
    """Return a new editor that fits the type of `entry`.

    Raises TypeError for a type that no editor is for; such a setting is declared hidden.
    """
    default = entry.default
    if isinstance(default, bool):
        return SwitchEditor(entry, parent)
    if isinstance(default, Enum):
        return ChoiceEditor(entry, parent)
    if isinstance(default, (int, float)):
        return NumberEditor(entry, parent)
    if isinstance(default, str):
        return TextEditor(entry, parent) if entry.spec.multiline else LineEditor(entry, parent)
    raise TypeError(f"No editor for {entry.group}.{entry.name}")


class SwitchEditor(SettingEditor):
    """On or off. The label beside the box belongs to it, and wraps, which a QCheckBox's does not."""

    has_label = True

    def __init__(self, entry: Entry, parent: QWidget | None = None) -> None:
        super().__init__(entry, parent)
        self._box = QCheckBox(self)
        self._box.setChecked(entry.default)
        self._label = plain_label(self, entry.spec.label)
        self._label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        row.addWidget(self._box)
        row.addWidget(self._label, 1)
        self._take(self._box)
        self._box.toggled.connect(self.flush)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Switch by a click on the label."""
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(
            event.position().toPoint()
        ):
            self._box.toggle()

    def _show(self, value: Any) -> None:
        self._box.setChecked(value)

    def _value(self) -> Any:
        return self._box.isChecked()


class ChoiceEditor(SettingEditor):
    """One of some values with names."""

    def __init__(self, entry: Entry, parent: QWidget | None = None) -> None:
        super().__init__(entry, parent)
        self._kind = type(entry.default)
        self._box = QComboBox(self)
        self._box.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._box.setMinimumContentsLength(8)
        # The own one of the box takes nothing from the style sheet.
        self._box.setItemDelegate(QStyledItemDelegate(self._box))
        for value, label in entry.spec.choices:
            self._box.addItem(label, value)
        self._show(entry.default)
        _fill(self, self._box)
        self._take(self._box)
        self._box.currentIndexChanged.connect(self.flush)

    def _show(self, value: Any) -> None:
        self._box.setCurrentIndex(self._box.findData(value.value))

    def _value(self) -> Any:
        return self._kind(self._box.currentData())


class LineEditor(SettingEditor):
    """One line of text."""

    def __init__(self, entry: Entry, parent: QWidget | None = None) -> None:
        super().__init__(entry, parent)
        self._line = QLineEdit(entry.default, self)
        self._line.setMaxLength(_LONGEST_LINE)
        _fill(self, self._line)
        self._take(self._line)
        self._line.textEdited.connect(self._on_touched)

    def _show(self, value: Any) -> None:
        self._line.setText(value)

    def _value(self) -> Any:
        return self._line.text()


class TextEditor(SettingEditor):
    """Some lines of text."""

    def __init__(self, entry: Entry, parent: QWidget | None = None) -> None:
        super().__init__(entry, parent)
        self._text = PlainTextEdit(self)
        self._text.setTabChangesFocus(True)
        self._text.set_text(entry.default)
        _fill(self, self._text)
        self._take(self._text)
        self._fit()
        self._text.textChanged.connect(self._on_touched)
        self._text.paste_cut.connect(self.paste_cut)

    def changeEvent(self, event: QEvent) -> None:
        """Keep the number of lines with another font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()

    def _fit(self) -> None:
        around = 2 * (round(self._text.document().documentMargin()) + 8)
        self._text.setFixedHeight(_TEXT_LINES * self._text.fontMetrics().lineSpacing() + around)

    def _show(self, value: Any) -> None:
        self._text.set_text(value)

    def _value(self) -> Any:
        return self._text.text()


def _fill(editor: QWidget, field: QWidget) -> None:
    layout = QVBoxLayout(editor)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(field)
