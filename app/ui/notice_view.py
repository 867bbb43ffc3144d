"""One notice: an icon, the words, the buttons that act on it, and folded details."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.presenters.notices import Level, Notice, NoticeAction
from app.ui.icons import Icons
from app.ui.plain_text_edit import PlainTextEdit
from app.ui.tab_chain import chain_tab_order
from app.ui.text_label import TextLabel
from app.ui.theme import CONTROL_HEIGHT, ICON_SIZE, SPACE_S, SPACE_XS, FontRole, Theme

#: Buttons stand beside the words when this is wide enough and they take at most a third of it.
_WIDE = 480
_DETAILS_HEIGHT = 132
_ICONS = {Level.INFO: "info", Level.WARNING: "warning", Level.ERROR: "error"}
_COLORS = {Level.INFO: "accent", Level.WARNING: "warning", Level.ERROR: "danger"}


class ActionButton(QPushButton):
    """Knows which action it stands for."""

    #: It was pressed; carries its NoticeAction.
    action_chosen = Signal(object)

    def __init__(self, action: NoticeAction, parent: QWidget | None = None) -> None:
        super().__init__(action.label.replace("&", "&&"), parent)
        self._action = action
        self.setAccessibleName(action.label)
        self.clicked.connect(self._on_clicked)

    @Slot()
    def _on_clicked(self) -> None:
        self.action_chosen.emit(self._action)


class NoticeView(QWidget):
    """Shows a notice and forwards the chosen action."""

    #: The user chose what to do; carries a NoticeAction.
    action_chosen = Signal(object)

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self._level = Level.INFO
        self._actions: list[ActionButton] = []
        self._icon = QLabel(self)
        self._icon.setFixedSize(ICON_SIZE, CONTROL_HEIGHT)
        self._cause = TextLabel(theme, self)
        self._advice = TextLabel(theme, self, color="quiet")
        self._toggle = QPushButton(self.tr("Details"), self)
        self._toggle.setProperty("kind", "flat")
        self._toggle.setCheckable(True)
        self._details = PlainTextEdit(self)
        self._details.setReadOnly(True)
        self._details.setProperty("role", FontRole.MONO.value)
        self._details.setFixedHeight(_DETAILS_HEIGHT)
        self._details.setAccessibleName(self.tr("Details"))
        self._buttons = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._holder = QWidget(self)
        self._column = QVBoxLayout()
        self._beside = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._lay_out()
        self._details.hide()
        self._toggle.toggled.connect(self._on_toggled)
        theme.changed.connect(self._on_theme_changed)

    @property
    def color(self) -> str:
        """The theme's colour for the level of the notice."""
        return _COLORS[self._level]

    @property
    def controls(self) -> tuple[QWidget, ...]:
        """What the keyboard comes by, in this order; the actions come after the first."""
        return self._advice, self._toggle, self._details

    def set_notice(self, notice: Notice) -> None:
        """Show `notice`."""
        self._level = notice.level
        self._draw_icon()
        self._cause.set_text(notice.cause)
        self._advice.set_text(notice.advice)
        self._advice.setVisible(bool(notice.advice))
        for old in self._actions:
            self._buttons.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._actions = [ActionButton(action, self) for action in notice.actions]
        for place, button in enumerate(self._actions):
            button.action_chosen.connect(self.action_chosen)
            self._buttons.insertWidget(place, button)
            button.show()
        # Qt goes by the order of creation, and everything else is older.
        chain_tab_order(self._advice, *self._actions)
        self._toggle.setChecked(False)
        self._toggle.setVisible(bool(notice.details))
        self._details.set_text(notice.details)
        self._holder.setVisible(bool(notice.actions or notice.details))
        self._arrange(self.width())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the buttons beside the words, or below them where it is narrow."""
        super().resizeEvent(event)
        self._arrange(event.size().width())

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        # A single line stands in the middle of the height of a button.
        air = max(0, (CONTROL_HEIGHT - self._cause.fontMetrics().lineSpacing()) // 2 - 1)
        words.setContentsMargins(0, air, 0, air)
        words.setSpacing(SPACE_XS)
        words.addWidget(self._cause)
        words.addWidget(self._advice)
        self._buttons.setSpacing(SPACE_S)
        self._buttons.addWidget(self._toggle)
        self._buttons.setContentsMargins(0, 0, 0, 0)
        self._holder.setLayout(self._buttons)
        # It may become narrower than its row of buttons, which then becomes a column.
        self._holder.setMinimumWidth(1)
        self._beside.setSpacing(SPACE_S)
        self._beside.addLayout(words, 1)
        self._beside.addWidget(
            self._holder, 0, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft
        )
        self._column.setSpacing(SPACE_S)
        self._column.addLayout(self._beside)
        self._column.addWidget(self._details)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(self._column, 1)

    def _arrange(self, width: int) -> None:
        directions = QBoxLayout.Direction
        buttons = self._buttons_width()
        wide = width >= _WIDE and 3 * buttons <= width
        room = width - ICON_SIZE - SPACE_S
        self._buttons.setDirection(
            directions.LeftToRight if buttons <= room else directions.TopToBottom
        )
        self._beside.setDirection(directions.LeftToRight if wide else directions.TopToBottom)
        has_foot = self._toggle.isChecked() or (not wide and not self._holder.isHidden())
        self._column.setContentsMargins(0, 0, 0, SPACE_XS if has_foot else 0)

    def _buttons_width(self) -> int:
        shown = [button for button in (*self._actions, self._toggle) if not button.isHidden()]
        return sum(button.sizeHint().width() + SPACE_S for button in shown)

    def _draw_icon(self) -> None:
        drawn = self._icons.pixmap(_ICONS[self._level], self.color, ratio=self.devicePixelRatioF())
        self._icon.setPixmap(drawn)

    @Slot(bool)
    def _on_toggled(self, open_: bool) -> None:
        self._toggle.setText(self.tr("Hide details") if open_ else self.tr("Details"))
        self._details.setVisible(open_)
        self._arrange(self.width())

    @Slot()
    def _on_theme_changed(self) -> None:
        self._draw_icon()
