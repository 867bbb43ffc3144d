"""The models to pick from, as a list that can be narrowed by typing."""

from __future__ import annotations

from collections.abc import Iterator
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
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.presenters.model_state import ModelChoice
from app.ui.figures import speed_text
from app.ui.icons import Icons
from app.ui.row_painting import line, mark_at_end, row_ground, word_at_end
from app.ui.theme import SPACE_M, SPACE_S, FontRole, Theme
from app.ui.tooltip import plain_tooltip

#: Data role of the `ModelChoice` behind an index.
CHOICE_ROLE = Qt.ItemDataRole.UserRole
#: Data role of whether the choice is the model in use.
LOADED_ROLE = Qt.ItemDataRole.UserRole + 1


_CONTEXT = "ModelChoices"
FIT_COLORS = {"fits": "accent", "tight": "warning", "too_big": "danger"}


def _marks(choice: ModelChoice, *, shown: bool) -> Iterator[tuple[str, str]]:
    """Yield the icons of a row and their colours, the rightmost first."""
    if shown:
        yield "check", "accent"
    elif choice.is_loaded:
        yield "model", "accent"
    if choice.is_kept:
        yield "pin", "quiet"
    if choice.is_favourite:
        yield "star", "accent"
    if choice.problem:
        yield "error", "danger"
    elif choice.warning:
        yield "warning", "warning"


class _Choices(QAbstractListModel):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: tuple[ModelChoice, ...] = ()
        self._shown: tuple[ModelChoice, ...] = ()
        self._words: tuple[str, ...] = ()
        self._loaded: Path | None = None

    def set_choices(self, choices: tuple[ModelChoice, ...]) -> None:
        self._all = choices
        self._narrow()

    def set_filter(self, text: str) -> None:
        self._words = tuple(text.casefold().split())
        self._narrow()

    def set_loaded(self, path: Path | None) -> None:
        self._loaded = path
        if self._shown:
            self.dataChanged.emit(self.index(0), self.index(len(self._shown) - 1))

    def place_of_loaded(self) -> int:
        """Return the place of the model in use, or of the first one."""
        paths = [choice.path for choice in self._shown]
        return paths.index(self._loaded) if self._loaded in paths else 0

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._shown)

    def data(
        self,
        index: QModelIndex | QPersistentModelIndex,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        if not index.isValid():
            return None
        choice = self._shown[index.row()]
        if role == CHOICE_ROLE:
            return choice
        if role == LOADED_ROLE:
            return choice.path == self._loaded
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            parts = (choice.label, choice.problem or detail_line(choice), fit_word(choice))
            return ". ".join(part for part in parts if part)
        if role == Qt.ItemDataRole.ToolTipRole:
            lines = (str(choice.path), choice.problem or choice.warning, choice.fit_reason)
            return plain_tooltip("\n".join(line for line in lines if line))
        return None

    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        if not index.isValid() or self._shown[index.row()].problem:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def _narrow(self) -> None:
        self.beginResetModel()
        self._shown = tuple(
            choice
            for choice in self._all
            if all(
                word in f"{choice.label} {choice.detail} {choice.path.name}".casefold()
                for word in self._words
            )
        )
        self.endResetModel()


def detail_line(choice: ModelChoice) -> str:
    """Return what a model is and how fast it was here, on one line."""
    speed = speed_text(choice.speed) if choice.speed is not None else ""
    return " · ".join(part for part in (choice.detail, speed) if part)


def fit_word(choice: ModelChoice) -> str:
    """Return whether a model fits the memory, in a word or two; empty where it is not known."""
    return {
        "fits": QCoreApplication.translate(_CONTEXT, "fits"),
        "tight": QCoreApplication.translate(_CONTEXT, "tight"),
        "too_big": QCoreApplication.translate(_CONTEXT, "won't fit"),
    }.get(choice.fit, "")


class _ChoiceDelegate(QStyledItemDelegate):
    """Two lines: the name, and what the model is or why it cannot be loaded."""

    def __init__(self, theme: Theme, icons: Icons, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons

    def sizeHint(
        self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(0, self._name_height() + self._detail_height() + SPACE_M)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        choice: ModelChoice = index.data(CHOICE_ROLE)
        rect: QRect = option.rect  # type: ignore[attr-defined]
        painter.save()
        state = option.state  # type: ignore[attr-defined]
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        row_ground(painter, rect, option, self._theme, chosen=chosen)
        text = rect.adjusted(SPACE_S, SPACE_M // 2, -SPACE_S, -SPACE_M // 2)
        for icon, color in _marks(choice, shown=bool(index.data(LOADED_ROLE))):
            mark_at_end(painter, self._icons, text, icon, color)
        small = self._theme.font(FontRole.SMALL)
        if word := fit_word(choice):
            word_at_end(painter, text, word, small, self._theme.color(FIT_COLORS[choice.fit]))
        name = QRect(text.left(), text.top(), text.width(), self._name_height())
        detail = QRect(text.left(), name.bottom() + 1, text.width(), self._detail_height())
        tone = "quiet" if choice.problem else "text"
        second = choice.problem or detail_line(choice)
        line(painter, name, choice.label, self._theme.font(), self._theme.color(tone))
        line(
            painter,
            detail,
            second,
            small,
            self._theme.color("warning" if choice.problem else "quiet"),
        )
        painter.restore()

    def _name_height(self) -> int:
        return QFontMetrics(self._theme.font()).height()

    def _detail_height(self) -> int:
        return QFontMetrics(self._theme.font(FontRole.SMALL)).height()


class ModelChoiceView(QListView):
    """The list; a click, or Enter in the field above, picks a model."""

    #: The user picked a model; carries the ModelChoice.
    choice_chosen = Signal(object)

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choices = _Choices(self)
        self.setModel(self._choices)
        self.setItemDelegate(_ChoiceDelegate(theme, icons, self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Models"))
        self.clicked.connect(self._on_clicked)

    def set_choices(self, choices: tuple[ModelChoice, ...]) -> None:
        """Show `choices`."""
        self._choices.set_choices(choices)

    def set_filter(self, text: str) -> bool:
        """Show only models that have every word of `text` in them; return whether any has."""
        self._choices.set_filter(text)
        self.begin()
        return self._choices.rowCount() > 0

    def set_loaded(self, path: Path | None) -> None:
        """Mark the model in use."""
        self._choices.set_loaded(path)

    def begin(self) -> None:
        """Put the keyboard's place on the model in use, or on the first one."""
        self.setCurrentIndex(self._choices.index(self._choices.place_of_loaded()))

    def choose_current(self) -> None:
        """Pick the model at the keyboard's place."""
        self._on_clicked(self.currentIndex())

    def fit(self, room: int) -> None:
        """Take the height of all rows, at most `room` pixels."""
        rows = self._choices.rowCount()
        self.setFixedHeight(min(room, rows * self.sizeHintForRow(0) if rows else 0))

    @Slot(QModelIndex)
    def _on_clicked(self, index: QModelIndex) -> None:
        if index.isValid() and index.flags() & Qt.ItemFlag.ItemIsEnabled:
            self.choice_chosen.emit(index.data(CHOICE_ROLE))
