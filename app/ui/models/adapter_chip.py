"""Says in the header which LoRA adapter is on, and lets the user choose another."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QSizePolicy, QWidget

from app.presenters.adapter_state import AdapterChoice, AdapterState
from app.ui.elided_label import ElidedLabel
from app.ui.file_action import FileAction
from app.ui.icons import Icons
from app.ui.menus import Command, CommandAction, item_of, translated
from app.ui.theme import CONTROL_HEIGHT, SPACE_S, SPACE_XS, Theme
from app.ui.tooltip import plain_tooltip

_CHEVRON = 16
_WIDEST_NAME = 160
#: Fewer letters of the name say nothing.
_NARROWEST_NAME = 56
_COMMANDS = (Command.ADAPTER_STRENGTH, Command.COMPARE_ADAPTER, Command.MODELS)


class AdapterChip(QPushButton):
    """Shown while there is an adapter to choose, or one that is on."""

    #: The user wants an adapter used in this conversation; carries its path, or "" for none.
    adapter_chosen = Signal(str)
    #: The user wants more done about adapters; carries the Command.
    command_chosen = Signal(object)

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self._state = AdapterState()
        self.setProperty("kind", "flat")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._picture = QLabel(self)
        self._name = ElidedLabel(parent=self)
        self._name.setMaximumWidth(_WIDEST_NAME)
        self._chevron = QLabel(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_S, 0, SPACE_S, 0)
        row.setSpacing(SPACE_XS)
        for child in (self._picture, self._name, self._chevron):
            row.addWidget(child)
            child.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.set_state(self._state)
        self.clicked.connect(self.open)
        theme.changed.connect(self._on_theme_changed)

    def sizeHint(self) -> QSize:
        """Ask for room for the name."""
        name = min(_WIDEST_NAME, self._name.sizeHint().width())
        return QSize(self._icons_width() + SPACE_XS + name, CONTROL_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Accept room for the icons."""
        return QSize(56, CONTROL_HEIGHT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the icons alone where only some letters of the name would fit."""
        super().resizeEvent(event)
        room = self.width() - self._icons_width() - SPACE_XS
        self._name.setVisible(room >= min(_NARROWEST_NAME, self._name.sizeHint().width()))

    def set_state(self, state: AdapterState) -> None:
        """Show the adapter that is on."""
        self._state = state
        chosen = state.chosen
        name = chosen.label if chosen is not None else self.tr("none")
        self._name.setText(self.tr("LoRA: {name}").format(name=name))
        self.setAccessibleName(self._name.text())
        words = state.unavailable or self._words_on(chosen)
        self.setToolTip(plain_tooltip(f"{self._name.text()}\n{words}".strip()))
        self.setVisible(chosen is not None or (bool(state.choices) and not state.unavailable))
        self._draw_icons()
        self.updateGeometry()

    @Slot()
    def open(self) -> None:
        """Open the list of adapters under the chip."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        none = FileAction(translated(item_of(Command.NO_ADAPTER).text), None, "", menu)
        none.setCheckable(True)
        none.setChecked(self._state.chosen is None)
        none.chosen.connect(self.adapter_chosen)
        menu.addAction(none)
        for choice in self._state.choices:
            action = FileAction(choice.label, choice.path, choice.problem, menu)
            action.setCheckable(True)
            action.setChecked(choice == self._state.chosen)
            action.chosen.connect(self.adapter_chosen)
            menu.addAction(action)
        menu.addSeparator()
        for command in _COMMANDS:
            more = CommandAction(item_of(command), menu)
            more.setShortcuts([])
            more.setEnabled(command is Command.MODELS or self._state.chosen is not None)
            more.chosen.connect(self.command_chosen)
            menu.addAction(more)
        menu.popup(self.mapToGlobal(QPoint(0, self.height() + 2)))

    def _icons_width(self) -> int:
        icons = self._picture.sizeHint().width() + self._chevron.sizeHint().width()
        return icons + SPACE_XS + 2 * SPACE_S

    def _words_on(self, chosen: AdapterChoice | None) -> str:
        return "" if chosen is None else chosen.problem or chosen.detail

    def _draw_icons(self) -> None:
        ratio = self.devicePixelRatioF()
        chosen = self._state.chosen
        color = "quiet" if chosen is None else "warning" if chosen.problem else "accent"
        self._picture.setPixmap(self._icons.pixmap("adapter", color, ratio=ratio))
        self._chevron.setPixmap(self._icons.pixmap("chevron-down", "quiet", _CHEVRON, ratio))

    @Slot()
    def _on_theme_changed(self) -> None:
        self._draw_icons()
