"""One folder: where it is, what is in it, what is wrong with it, and what can be done."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.chat.text import well_formed
from app.ui.icon_button import IconButton
from app.ui.icons import Icons
from app.ui.text_label import TextLabel
from app.ui.theme import CONTROL_HEIGHT, ICON_SIZE, SPACE_M, SPACE_S, FontRole, Theme


class RowAction(Enum):
    """What can be done with a folder."""

    SHOW = "show"
    REMOVE = "remove"
    ADD = "add"
    IMPORT = "import"


class FolderRow(QWidget):
    """A folder of the library, or one that may become one."""

    #: The user wants something done; carries the folder's path and the RowAction.
    action_chosen = Signal(object, object)

    def __init__(
        self,
        path: Path,
        name: str,
        detail: str,
        problem: str,
        icon: str,
        actions: tuple[RowAction, ...],
        theme: Theme,
        icons: Icons,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.path = path
        self._icons = icons
        self._icon = "warning" if problem else icon
        self._color = "warning" if problem else "quiet"
        place = well_formed(str(path))
        self._sign = QLabel(self)
        self._sign.setFixedSize(ICON_SIZE, CONTROL_HEIGHT)
        words = QVBoxLayout()
        words.setSpacing(0)
        lines = [(name, "text", FontRole.BODY), (place, "quiet" if name else "text", FontRole.BODY)]
        lines += [(detail, "quiet", FontRole.SMALL), (problem, "warning", FontRole.SMALL)]
        for text, color, role in lines:
            if text:
                label = TextLabel(theme, self, color=color, role=role)
                label.set_text(text)
                words.addWidget(label)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, SPACE_S, 0, SPACE_S)
        row.setSpacing(SPACE_S)
        row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addSpacing(SPACE_M - SPACE_S)
        row.addLayout(words, 1)
        buttons = [self._button(action, place, theme) for action in actions]
        for button in buttons:
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        self.setFocusProxy(buttons[0])
        self._draw()
        theme.changed.connect(self._on_theme_changed)

    def has_focus(self) -> bool:
        """Return whether the keyboard is somewhere in this row."""
        focus = QApplication.focusWidget()
        return focus is not None and self.isAncestorOf(focus)

    def _button(self, action: RowAction, place: str, theme: Theme) -> QWidget:
        names = {
            RowAction.SHOW: self.tr("Show in files"),
            RowAction.REMOVE: self.tr("Remove from the library"),
            RowAction.ADD: self.tr("Add"),
            RowAction.IMPORT: self.tr("Import…"),
        }
        icon = {RowAction.SHOW: "folder-open", RowAction.REMOVE: "close"}.get(action)
        button: IconButton | QPushButton
        if icon is not None:
            button = IconButton(theme, self._icons, icon, names[action], self)
        else:
            button = QPushButton(names[action], self)
            button.setAutoDefault(False)
        button.setAccessibleName(f"{names[action]}: {place}")
        button.clicked.connect(
            {
                RowAction.SHOW: self._on_show_clicked,
                RowAction.REMOVE: self._on_remove_clicked,
                RowAction.ADD: self._on_add_clicked,
                RowAction.IMPORT: self._on_import_clicked,
            }[action]
        )
        return button

    def _draw(self) -> None:
        ratio = self.devicePixelRatioF()
        self._sign.setPixmap(self._icons.pixmap(self._icon, self._color, ratio=ratio))

    @Slot()
    def _on_show_clicked(self) -> None:
        self.action_chosen.emit(self.path, RowAction.SHOW)

    @Slot()
    def _on_remove_clicked(self) -> None:
        self.action_chosen.emit(self.path, RowAction.REMOVE)

    @Slot()
    def _on_add_clicked(self) -> None:
        self.action_chosen.emit(self.path, RowAction.ADD)

    @Slot()
    def _on_import_clicked(self) -> None:
        self.action_chosen.emit(self.path, RowAction.IMPORT)

    @Slot()
    def _on_theme_changed(self) -> None:
        self._draw()
