"""The one style sheet, built from the theme's values.

Widgets say what they are through dynamic properties instead of carrying colours of their own:
`kind` on a button ("primary", "flat", "row") or a label ("code"), `tone` on a label ("quiet",
"accent", "warning", "danger"), `role` on any text ("small", "title", "heading", "mono"), `plain`
on a field without a box.
"""

from __future__ import annotations

from collections.abc import Mapping
from string import Template
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

_SHEET = Template("""
QToolTip {
    background: $surface; color: $text; border: 1px solid $line; padding: 4px 8px;
}
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
*[role="small"] { font-size: ${small}pt; }
*[role="title"] { font-size: ${title}pt; font-weight: 600; }
*[role="heading"] { font-weight: 600; }
*[role="mono"] { font-family: "$mono_family"; font-size: ${mono}pt; }
QLabel[tone="quiet"] { color: $quiet; }
QLabel[tone="accent"] { color: $accent; }
QLabel[tone="warning"] { color: $warning; }
QLabel[tone="danger"] { color: $danger; }
QLabel[kind="code"] { background: $raised; border-radius: ${radius}px; padding: 8px; }
QFrame[pane="side"] { background: $raised; border: none; border-right: 1px solid $line; }
QFrame[pane="side"] QLineEdit { border-color: $line; }
QFrame[pane="side"] QLineEdit:focus { border-color: $accent; }
QFrame[pane="temporary"] {
    background: $selected; border: none; border-bottom: 1px solid $line;
}
QWidget[pane="settings"] { background: $ground; border-left: 1px solid $line; }
QFrame[popup="true"] { background: $surface; border: 1px solid $line; }
QFrame[rule="true"] { background: $line; border: none; }

QMenuBar { background: $ground; border-bottom: 1px solid $line; padding: 0 8px; }
QMenuBar::item { background: transparent; padding: 4px 8px; margin: 2px 0; border-radius: 6px; }
QMenuBar::item:selected { background: $hover; }
QMenu {
    background: $surface; border: 1px solid $line; padding: 4px; menu-scrollable: 1;
}
QMenu::item { padding: 6px 24px 6px 12px; border-radius: 6px; min-height: 20px; }
QMenu::item:selected { background: $selected; }
QMenu::item:disabled { color: $faint; background: transparent; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }
QMenu::right-arrow { image: url("$icons/$theme-chevron-right.svg"); width: 14px; height: 14px; }
QMenu::indicator { width: 14px; height: 14px; left: 8px; }
QMenu::indicator:checked { image: url("$icons/$theme-mark.svg"); }

QPushButton, QToolButton, QTabBar, QCheckBox, QRadioButton, QSlider { outline: none; }
QPushButton {
    background: $surface; color: $text; border: 1px solid $edge; border-radius: ${radius}px;
    padding: 6px 15px; min-height: 22px;
}
QPushButton:hover { background: $hover; }
QPushButton:pressed { background: $selected; }
QPushButton:focus { border: 2px solid $accent; padding: 5px 14px; }
QPushButton:disabled { color: $faint; background: transparent; border-color: $line; }
QPushButton[kind="primary"] { background: $accent; color: $on_accent; border-color: $accent; }
QPushButton[kind="primary"]:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[kind="primary"]:focus { border: 2px solid $text; }
QPushButton[kind="primary"]:disabled { background: $hover; color: $faint; border-color: $hover; }
QPushButton[kind="flat"] { background: transparent; border: 1px solid transparent; }
QPushButton[kind="flat"]:hover { background: $hover; }
QPushButton[kind="flat"]:focus { border: 2px solid $accent; }
QPushButton::menu-indicator { image: none; }
QPushButton[kind="row"] {
    background: transparent; border: 1px solid transparent; text-align: left; padding: 6px 7px;
}
QPushButton[kind="row"]:hover { background: $hover; }
QPushButton[kind="row"]:focus { border: 2px solid $accent; padding: 5px 6px; }

QToolButton {
    background: transparent; border: 2px solid transparent; border-radius: ${radius}px; color: $text;
}
QToolButton:hover { background: $hover; }
QToolButton:pressed, QToolButton:checked { background: $selected; }
QToolButton:focus { border-color: $accent; }
QToolButton:disabled { color: $faint; }
QToolButton[kind="primary"] { background: $accent; color: $on_accent; }
QToolButton[kind="primary"]:hover { background: $accent_hover; }
QToolButton[kind="primary"]:focus { border-color: $text; }
QToolButton[kind="primary"]:disabled { background: $hover; color: $faint; }
QToolButton::menu-indicator { image: none; }

QLineEdit, QPlainTextEdit, QTextEdit, QAbstractSpinBox, QComboBox {
    background: $surface; color: $text; border: 1px solid $edge; border-radius: ${radius}px;
    selection-background-color: $accent; selection-color: $on_accent;
}
QLineEdit, QAbstractSpinBox, QComboBox { padding: 5px 9px; min-height: 24px; }
QLineEdit[search="true"] { padding-left: 0; }
QPlainTextEdit, QTextEdit { padding: 6px 7px; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QAbstractSpinBox:focus, QComboBox:focus {
    border: 2px solid $accent;
}
QLineEdit:focus, QAbstractSpinBox:focus, QComboBox:focus { padding: 4px 8px; }
QLineEdit[search="true"]:focus { padding-left: 0; }
QPlainTextEdit:focus, QTextEdit:focus { padding: 5px 6px; }
QLineEdit:disabled, QPlainTextEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled {
    background: transparent; color: $faint; border-color: $line;
}
QTextBrowser, QPlainTextEdit[plain="true"], QTextEdit[plain="true"] {
    background: transparent; border: none; padding: 0;
}
QTextBrowser:focus, QPlainTextEdit[plain="true"]:focus, QTextEdit[plain="true"]:focus {
    border: none; padding: 0;
}
/* The other kind of list, as a menu, reckons without the padding and cuts its last row. */
QComboBox { combobox-popup: 0; }
QComboBox::drop-down { border: none; width: 28px; }
QComboBox::down-arrow { image: url("$icons/$theme-chevron-down.svg"); width: 14px; height: 14px; }
QComboBox QAbstractItemView {
    background: $surface; border: 1px solid $line; padding: 4px; outline: none;
    selection-background-color: $selected; selection-color: $text;
}
QComboBox QAbstractItemView::item {
    color: $text; min-height: 24px; padding: 2px 6px; border-radius: 4px;
}
QComboBox QAbstractItemView::item:selected { background: $selected; color: $text; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {
    border: none; background: transparent; width: 26px; subcontrol-origin: border;
}
QAbstractSpinBox::up-button { subcontrol-position: top right; margin: 2px 2px 0 0; }
QAbstractSpinBox::down-button { subcontrol-position: bottom right; margin: 0 2px 2px 0; }
QAbstractSpinBox::up-button:hover, QAbstractSpinBox::down-button:hover {
    background: $hover; border-radius: 4px;
}
QAbstractSpinBox::up-arrow { image: url("$icons/$theme-chevron-up.svg"); width: 12px; height: 12px; }
QAbstractSpinBox::down-arrow {
    image: url("$icons/$theme-chevron-down.svg"); width: 12px; height: 12px;
}

QCheckBox { spacing: 8px; min-height: 28px; padding: 2px; }
QCheckBox:focus { border: 2px solid $accent; border-radius: 6px; padding: 0; }
QCheckBox::indicator {
    width: 18px; height: 18px; border: 1px solid $edge; border-radius: 5px; background: $surface;
}
QCheckBox::indicator:hover { border-color: $accent; }
QCheckBox::indicator:checked {
    background: $accent; border-color: $accent; image: url("$icons/$theme-check.svg");
}
QCheckBox::indicator:disabled { background: transparent; border-color: $line; }

QRadioButton { spacing: 8px; min-height: 28px; padding: 2px; }
QRadioButton:focus { border: 2px solid $accent; border-radius: 6px; padding: 0; }
QRadioButton::indicator {
    width: 16px; height: 16px; border: 1px solid $edge; border-radius: 9px; background: $surface;
}
QRadioButton::indicator:hover { border-color: $accent; }
QRadioButton::indicator:checked {
    width: 8px; height: 8px; border: 5px solid $accent; background: $surface;
}
QRadioButton::indicator:disabled { background: transparent; border-color: $line; }

QTabBar { background: transparent; border: none; }
QTabBar::tab {
    background: transparent; color: $quiet; border: 2px solid transparent;
    border-radius: ${radius}px; padding: 6px 11px; min-height: 20px; margin-right: 4px;
}
QTabBar::tab:hover { background: $hover; color: $text; }
QTabBar::tab:selected { background: $selected; color: $text; }
QTabBar::tab:selected:focus { border-color: $accent; }
QTabBar[places="true"] { background: $raised; border-bottom: 1px solid $line; }
QTabBar[places="true"]::tab {
    border: none; border-top: 2px solid transparent; border-radius: 0; margin: 0;
    padding: 0 4px 0 12px; min-height: 0;
}
QTabBar[places="true"]::tab:selected { background: $ground; border-top-color: $accent; }
QTabBar[places="true"]::tab:selected:focus { background: $selected; }

QSlider { min-height: 28px; }
QSlider::groove:horizontal { height: 4px; background: $line; border-radius: 2px; }
QSlider::sub-page:horizontal { background: $accent; border-radius: 2px; }
QSlider::handle:horizontal {
    width: 16px; height: 16px; margin: -7px 0; border-radius: 9px;
    background: $surface; border: 1px solid $accent;
}
QSlider::handle:horizontal:hover { background: $selected; }
QSlider::handle:horizontal:focus { border: 2px solid $accent; width: 16px; margin: -8px 0; }
QSlider::sub-page:horizontal:disabled { background: $line; }
QSlider::handle:horizontal:disabled { border-color: $line; background: $raised; }

QProgressBar {
    background: $line; border: none; border-radius: 2px; min-height: 4px; max-height: 4px;
}
QProgressBar::chunk { background: $accent; border-radius: 2px; }

QScrollBar { background: transparent; border: none; margin: 0; }
QScrollBar:vertical { width: 10px; }
QScrollBar:horizontal { height: 10px; }
QScrollBar::handle { background: $edge; border-radius: 3px; margin: 2px; }
QScrollBar::handle:hover { background: $faint; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QAbstractItemView { background: transparent; border: none; outline: none; }
/* Qt's own list: what a field proposes while one types. A popup has nothing below it. */
.QListView {
    background: $surface; color: $text; border: 1px solid $line;
    selection-background-color: $selected; selection-color: $text;
}
QHeaderView::section { background: $raised; border: none; padding: 4px 8px; }
QScrollArea { background: transparent; border: none; }
ChatView { background: $ground; border: none; }
QSplitter::handle { background: $line; }
""")


def style_sheet(values: Mapping[str, str]) -> str:
    """Return the style sheet for `values`, which the theme gives. Raises KeyError for a gap."""
    return _SHEET.substitute(values)


def change_property(widget: QWidget, name: str, value: str) -> None:
    """Change a property that the sheet goes by, and dress the widget anew."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)
