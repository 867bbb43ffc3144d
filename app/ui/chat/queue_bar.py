"""Messages that wait above the composer for the end of an answer, each with Edit and Remove."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from app.ui.elided_label import ElidedLabel
from app.ui.icon_button import IconButton
from app.ui.icons import Icons
from app.ui.theme import BUBBLE_RADIUS, SPACE_M, SPACE_S, SPACE_XS, FontRole, Theme

_SIDE = 30
_ICON = 16
#: More of them scroll: a small screen is for the conversation.
_MOST_ROWS = 3


class _Row(QWidget):
    """One waiting message; knows its place."""

    #: It is to go back to the composer; carries its place.
    edit_requested = Signal(int)
    #: It is not to be sent; carries its place.
    remove_requested = Signal(int)

    def __init__(self, place: int, text: str, theme: Theme, icons: Icons, parent: QWidget) -> None:
        super().__init__(parent)
        self._place = place
        words = " ".join(text.split())
        label = ElidedLabel(words, self)
        label.setAccessibleName(self.tr("Waiting: {text}").format(text=words))
        edit = IconButton(
            theme, icons, "edit", self.tr("Edit waiting message"), self, side=_SIDE, icon_size=_ICON
        )
        remove = IconButton(
            theme,
            icons,
            "close",
            self.tr("Remove waiting message"),
            self,
            side=_SIDE,
            icon_size=_ICON,
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_M, 0, SPACE_XS, 0)
        row.setSpacing(SPACE_XS)
        row.addWidget(label, 1)
        row.addWidget(edit)
        row.addWidget(remove)
        edit.clicked.connect(self._on_edit_clicked)
        remove.clicked.connect(self._on_remove_clicked)

    @Slot()
    def _on_edit_clicked(self) -> None:
        self.edit_requested.emit(self._place)

    @Slot()
    def _on_remove_clicked(self) -> None:
        self.remove_requested.emit(self._place)


class QueueBar(QWidget):
    """Takes no room while nothing waits."""

    #: A waiting message is to go back to the composer; carries its place.
    edit_requested = Signal(int)
    #: A waiting message is not to be sent; carries its place.
    remove_requested = Signal(int)

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons
        self._heading = QLabel(self)
        self._heading.setTextFormat(Qt.TextFormat.PlainText)
        self._heading.setProperty("tone", "quiet")
        self._heading.setFont(theme.font(FontRole.SMALL))
        self._heading.setContentsMargins(SPACE_M, 0, SPACE_M, 0)
        self._area = QScrollArea(self)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(1, SPACE_S, 1, SPACE_XS)
        rows.setSpacing(0)
        rows.addWidget(self._heading)
        rows.addWidget(self._area)
        theme.changed.connect(self._on_theme_changed)
        self.hide()

    def show_texts(self, texts: tuple[str, ...]) -> None:
        """Show what waits, the next one first."""
        self.setVisible(bool(texts))
        if not texts:
            self._area.setWidget(QWidget(self._area))
            return
        self._heading.setText(self.tr("Sent when the answer is finished"))
        inner = QWidget(self._area)
        lines = QVBoxLayout(inner)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(0)
        for place, text in enumerate(texts):
            row = _Row(place, text, self._theme, self._icons, inner)
            row.edit_requested.connect(self.edit_requested)
            row.remove_requested.connect(self.remove_requested)
            lines.addWidget(row)
        self._area.setWidget(inner)
        # The ground is that of the box.
        inner.setAutoFillBackground(False)
        self._area.viewport().setAutoFillBackground(False)
        shown = min(len(texts), _MOST_ROWS)
        self._area.setFixedHeight(inner.sizeHint().height() * shown // len(texts))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the box around it."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.color("line"), 1))
        painter.setBrush(self._theme.color("raised"))
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(box, BUBBLE_RADIUS, BUBBLE_RADIUS)
        painter.end()

    @Slot()
    def _on_theme_changed(self) -> None:
        self._heading.setFont(self._theme.font(FontRole.SMALL))
        self.update()
