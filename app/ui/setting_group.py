"""The settings that belong together, below their heading."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app.settings.schema import Effect, Entry, group_label
from app.ui.icons import Icons
from app.ui.setting_row import SettingRow
from app.ui.theme import SPACE_M, Theme


class SettingGroup(QWidget):
    """A heading and its rows. What is true of all rows is said once, below the heading."""

    def __init__(
        self,
        name: str,
        members: tuple[Entry, ...],
        theme: Theme,
        icons: Icons,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._label = group_label(name)
        shared = {entry.spec.effect for entry in members} == {Effect.NEXT_ANSWER}
        heading = QLabel(self._label, self)
        heading.setTextFormat(Qt.TextFormat.PlainText)
        heading.setProperty("tone", "accent")
        heading.setProperty("role", "heading")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_M)
        column.addWidget(heading)
        self.setAccessibleName(self._label)
        self._hint = QLabel(self)
        self._hint.setTextFormat(Qt.TextFormat.PlainText)
        self._hint.setProperty("tone", "quiet")
        self._hint.setWordWrap(True)
        self._hint.setVisible(shared)
        column.addWidget(self._hint)
        self.set_note("")
        self.rows = tuple(
            SettingRow(entry, theme, icons, self, tells_effect=not shared) for entry in members
        )
        for row in self.rows:
            column.addWidget(row)

    def set_note(self, note: str) -> None:
        """Say once what the loaded model makes of the settings of this group."""
        self._hint.setText(note or self.tr("Changes apply to the next answer."))

    def show_matching(self, words: list[str]) -> bool:
        """Show the rows that have all `words`; return whether there is one."""
        heading = self._label.casefold()
        rest = [word for word in words if word not in heading]
        for row in self.rows:
            row.setVisible(row.matches(rest))
        found = any(not row.isHidden() for row in self.rows)
        self.setVisible(found)
        return found
