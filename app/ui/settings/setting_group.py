"""The settings that belong together, below their heading."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.settings.schema import Effect, Entry, group_label
from app.ui.icons import Icons
from app.ui.plain_label import plain_label
from app.ui.settings.setting_row import SettingRow
from app.ui.theme import SPACE_M, Theme

_ARROW_SIZE = 14


class SettingGroup(QWidget):
    """A heading and its rows. What is true of all rows is said once, below the heading.

    Settings that few people ever change come last and are folded away.
    """

    def __init__(
        self,
        name: str,
        members: tuple[Entry, ...],
        theme: Theme,
        icons: Icons,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._icons = icons
        self._words: list[str] = []
        self._unfolded = False
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
        self._hint = plain_label(self, tone="quiet")
        self._hint.setVisible(shared)
        column.addWidget(self._hint)
        self.set_note("")
        self.rows = tuple(
            SettingRow(entry, theme, icons, self, tells_effect=not shared)
            for entry in sorted(members, key=_is_rare)
        )
        self._more = QPushButton(self)
        self._more.setProperty("kind", "row")
        self._more.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._more.setIconSize(QSize(_ARROW_SIZE, _ARROW_SIZE))
        for row in self.rows:
            if row.entry.spec.rare and column.indexOf(self._more) < 0:
                column.addWidget(self._more)
            column.addWidget(row)
        self._fold()
        self._more.clicked.connect(self._on_more_clicked)
        theme.changed.connect(self._on_theme_changed)

    def set_note(self, note: str) -> None:
        """Say once what the loaded model makes of the settings of this group."""
        self._hint.setText(note or self.tr("Changes apply to the next answer."))

    def show_matching(self, words: list[str]) -> bool:
        """Show the rows that have all `words`; return whether there is one."""
        heading = self._label.casefold()
        self._words = words
        rest = [word for word in words if word not in heading]
        for row in self.rows:
            is_folded = row.entry.spec.rare and not words and not self._unfolded
            row.setVisible(row.matches(rest) and not is_folded)
        found = any(not row.isHidden() for row in self.rows)
        self.setVisible(found)
        self._draw_more()
        return found

    def unfold(self) -> None:
        """Show the rows that are folded away, too."""
        self._unfolded = True
        self._fold()

    def tell_changed(self) -> None:
        """Say how many of the rows that are folded away have a value of their own."""
        self._draw_more()

    def _fold(self) -> None:
        self.show_matching(self._words)

    def _draw_more(self) -> None:
        rare = [row for row in self.rows if row.entry.spec.rare]
        changed = sum(row.is_changed for row in rare)
        if self._unfolded:
            text = self.tr("Fewer")
        elif changed:
            text = self.tr("{count} more, {changed} changed").format(
                count=len(rare), changed=changed
            )
        else:
            text = self.tr("{count} more").format(count=len(rare))
        self._more.setText(text)
        arrow = "chevron-down" if self._unfolded else "chevron-right"
        self._more.setIcon(self._icons.icon(arrow, "quiet", _ARROW_SIZE))
        self._more.setAccessibleName(f"{self._label}: {text}")
        self._more.setVisible(bool(rare) and not self._words)

    @Slot()
    def _on_more_clicked(self) -> None:
        self._unfolded = not self._unfolded
        self._fold()

    @Slot()
    def _on_theme_changed(self) -> None:
        self._draw_more()


def _is_rare(entry: Entry) -> bool:
    return entry.spec.rare
