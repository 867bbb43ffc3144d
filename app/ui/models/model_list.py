"""The files of the library as rows: what each is, how it stands, and why it cannot be used."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QCoreApplication,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.catalog.facts import Kind
from app.catalog.library import LibraryEntry, Severity
from app.chat.text import well_formed
from app.presenters.model_state import ModelChoice
from app.ui.icons import Icons
from app.ui.models.model_choices import FIT_COLORS, fit_word
from app.ui.row_list import RowList
from app.ui.row_painting import line, mark_at_end, picture, row_ground, word_at_end
from app.ui.theme import ICON_SIZE, SPACE_M, SPACE_S, FontRole, Theme
from app.ui.tooltip import plain_tooltip

#: Data role of the `LibraryRow` behind an index.
ROW_ROLE = Qt.ItemDataRole.UserRole

_CONTEXT = "ModelList"
_MARK_SIZE = 16
_ENTER_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


@dataclass(frozen=True, slots=True)
class LibraryRow:
    """A file, and for a model how it stands to the memory of now."""

    entry: LibraryEntry
    choice: ModelChoice | None = None

    @property
    def is_loaded(self) -> bool:
        """Whether it is in memory."""
        return self.choice is not None and self.choice.is_loaded

    @property
    def searched(self) -> str:
        """What typing is compared with."""
        entry = self.entry
        words = (entry.label, entry.detail, well_formed(entry.path.name), entry.record.notes)
        return " ".join(words).casefold()


def state_word(row: LibraryRow) -> str:
    """Return how a file stands, in a word or two; empty where there is nothing to say."""
    if row.is_loaded:
        return QCoreApplication.translate(_CONTEXT, "loaded")
    return fit_word(row.choice) if row.choice is not None else ""


def _sign(row: LibraryRow) -> tuple[str, str]:
    """Return the icon of a row and its colour."""
    if row.entry.severity is Severity.BROKEN:
        return "error", "danger"
    if row.entry.severity is Severity.WARNING:
        return "warning", "warning"
    icon = "adapter" if row.entry.kind is Kind.ADAPTER else "model"
    return icon, "accent" if row.is_loaded else "quiet"


def _marks(row: LibraryRow) -> Iterator[tuple[str, str]]:
    """Yield the small icons of a row and their colours, the rightmost first."""
    if row.entry.record.favourite:
        yield "star", "accent"
    if row.entry.record.keep_loaded:
        yield "pin", "quiet"


def _spoken(row: LibraryRow) -> str:
    """Return a row for a screen reader."""
    record = row.entry.record
    parts = (
        row.entry.label,
        row.entry.problem or row.entry.detail,
        state_word(row),
        QCoreApplication.translate(_CONTEXT, "favourite") if record.favourite else "",
        QCoreApplication.translate(_CONTEXT, "kept loaded") if record.keep_loaded else "",
    )
    return ". ".join(part.rstrip(".") for part in parts if part)


class _Rows(QAbstractListModel):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: tuple[LibraryRow, ...] = ()
        self._words: tuple[str, ...] = ()
        self.shown: tuple[LibraryRow, ...] = ()

    def set_rows(self, rows: tuple[LibraryRow, ...]) -> None:
        self._all = rows
        self._narrow()

    def set_filter(self, text: str) -> None:
        self._words = tuple(text.casefold().split())
        self._narrow()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.shown)

    def data(
        self,
        index: QModelIndex | QPersistentModelIndex,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        if not index.isValid():
            return None
        row = self.shown[index.row()]
        if role == ROW_ROLE:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return _spoken(row)
        if role == Qt.ItemDataRole.ToolTipRole:
            reason = row.choice.fit_reason if row.choice is not None else ""
            lines = (well_formed(str(row.entry.path)), row.entry.problem, reason)
            return plain_tooltip("\n".join(dict.fromkeys(each for each in lines if each)))
        return None

    def _narrow(self) -> None:
        found = tuple(row for row in self._all if all(word in row.searched for word in self._words))
        same_files = [row.entry.path for row in found] == [row.entry.path for row in self.shown]
        if not same_files:
            self.beginResetModel()
            self.shown = found
            self.endResetModel()
        elif found != self.shown:
            self.shown = found
            self.dataChanged.emit(self.index(0), self.index(len(found) - 1))


class _RowDelegate(QStyledItemDelegate):
    """Two lines: the name, and what the file is or what is wrong with it."""

    def __init__(self, theme: Theme, icons: Icons, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons

    def sizeHint(
        self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(0, self._height(FontRole.BODY) + self._height(FontRole.SMALL) + SPACE_M)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        row: LibraryRow = index.data(ROW_ROLE)
        rect: QRect = option.rect  # type: ignore[attr-defined]
        painter.save()
        chosen = bool(
            option.state & QStyle.StateFlag.State_Selected  # type: ignore[attr-defined]
        )
        row_ground(painter, rect, option, self._theme, chosen=chosen)
        text = rect.adjusted(SPACE_S, SPACE_M // 2, -SPACE_S, -SPACE_M // 2)
        icon, color = _sign(row)
        place = QRect(text.left(), 0, ICON_SIZE, ICON_SIZE)
        place.moveTop(text.center().y() - ICON_SIZE // 2)
        picture(painter, self._icons, place, icon, color)
        text.setLeft(place.right() + SPACE_M)
        self._draw_words(painter, text, row)
        painter.restore()

    def _draw_words(self, painter: QPainter, text: QRect, row: LibraryRow) -> None:
        entry = row.entry
        small = self._theme.font(FontRole.SMALL)
        name = QRect(text.left(), text.top(), text.width(), self._height(FontRole.BODY))
        for icon, color in _marks(row):
            gap = SPACE_S // 2
            mark_at_end(painter, self._icons, name, icon, color, size=_MARK_SIZE, gap=gap)
        below = QRect(text.left(), text.bottom(), text.width(), self._height(FontRole.SMALL))
        below.moveBottom(text.bottom())
        word = state_word(row)
        if word:
            fit = row.choice.fit if row.choice is not None else ""
            color = FIT_COLORS.get(fit, "accent")
            word_at_end(painter, below, word, small, self._theme.color(color))
        tone = "quiet" if entry.severity is Severity.BROKEN else "text"
        line(painter, name, entry.label, self._theme.font(), self._theme.color(tone))
        color = "warning" if entry.problem else "quiet"
        second = entry.problem or entry.detail
        line(painter, below, second, small, self._theme.color(color))

    def _height(self, role: FontRole) -> int:
        return QFontMetrics(self._theme.font(role)).height()


class ModelList(RowList):
    """The list; keeps the place of the keyboard on the same file when the files change."""

    #: Another file is at the keyboard's place; carries its LibraryEntry, or None.
    entry_changed = Signal(object)
    #: The user wants to see a file from near, by a click or by Enter; carries its LibraryEntry.
    entry_opened = Signal(object)
    #: The user pressed F2: the file at the keyboard's place gets another name.
    rename_requested = Signal()
    #: The user pressed Delete on a file; carries its LibraryEntry.
    trash_requested = Signal(object)

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = _Rows(self)
        self._shown: LibraryEntry | None = None
        self.setModel(self._rows)
        self.setItemDelegate(_RowDelegate(theme, icons, self))
        self.setUniformItemSizes(True)
        self.clicked.connect(self._on_clicked)
        self.selectionModel().currentChanged.connect(self._on_current_changed)
        theme.changed.connect(self._on_theme_changed)

    @property
    def current(self) -> LibraryRow | None:
        """The row at the keyboard's place."""
        index = self.currentIndex()
        return self._rows.shown[index.row()] if index.isValid() else None

    @property
    def count(self) -> int:
        """How many rows are shown."""
        return self._rows.rowCount()

    def set_rows(self, rows: tuple[LibraryRow, ...]) -> None:
        """Show other rows."""
        place = self.currentIndex().row()
        path = self._shown.path if self._shown is not None else None
        self._rows.set_rows(rows)
        self._restore(path, place)

    def set_filter(self, text: str) -> None:
        """Show only files that have every word of `text` in them."""
        path = self._shown.path if self._shown is not None else None
        self._rows.set_filter(text)
        self._restore(path, 0)

    def show_path(self, path: Path) -> bool:
        """Go to the row of a file; return whether it is there."""
        paths = [row.entry.path for row in self._rows.shown]
        if path not in paths:
            return False
        self._restore(path, 0)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open with Enter, rename with F2, put into the trash with Delete."""
        row = self.current
        if row is None:
            super().keyPressEvent(event)
        elif event.key() in _ENTER_KEYS:
            self.entry_opened.emit(row.entry)
        elif event.key() == Qt.Key.Key_F2:
            self.rename_requested.emit()
        elif event.key() == Qt.Key.Key_Delete:
            self.trash_requested.emit(row.entry)
        else:
            super().keyPressEvent(event)

    def _restore(self, path: Path | None, place: int) -> None:
        """Put the keyboard's place on `path`, or near where it was."""
        paths = [row.entry.path for row in self._rows.shown]
        if path in paths:
            place = paths.index(path)
        place = max(0, min(place, len(paths) - 1))
        self.setCurrentIndex(self._rows.index(place) if paths else QModelIndex())
        self._tell()

    def _tell(self) -> None:
        row = self.current
        entry = row.entry if row is not None else None
        if entry != self._shown:
            self._shown = entry
            self.entry_changed.emit(entry)

    @Slot(QModelIndex, QModelIndex)
    def _on_current_changed(self) -> None:
        self._tell()

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        self.entry_opened.emit(self._rows.shown[index.row()].entry)

    @Slot()
    def _on_theme_changed(self) -> None:
        # The rows may have another height.
        self.scheduleDelayedItemsLayout()
        self.viewport().update()
