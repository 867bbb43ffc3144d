"""A large button that says in a title and a sentence what it does."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from app.ui.icons import Icons
from app.ui.theme import RADIUS, SPACE_L, SPACE_M, SPACE_XS, Theme

_ICON_SIZE = 24


class Card(QAbstractButton):
    """Icon, title, sentence. As high as its text needs."""

    def __init__(
        self,
        theme: Theme,
        icons: Icons,
        icon: str,
        title: str,
        sentence: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons
        self._icon = icon
        self._picture = QLabel(self)
        self._title = QLabel(title, self)
        self._title.setProperty("role", "heading")
        self._sentence = QLabel(sentence, self)
        self._sentence.setProperty("tone", "quiet")
        self._box = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        self._box.setSpacing(SPACE_M)
        self._box.addWidget(
            self._picture, 0, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
        )
        words = QVBoxLayout()
        words.setSpacing(SPACE_XS)
        for label in (self._title, self._sentence):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            words.addWidget(label)
        words.addStretch(1)
        self._box.addLayout(words, 1)
        self.set_flat(False)
        self.setText(title)
        self.setAccessibleName(title)
        self.setAccessibleDescription(sentence)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._draw_icon()
        theme.changed.connect(self._on_theme_changed)

    def set_flat(self, flat: bool) -> None:
        """Put the icon beside the words, for a card that is wide and should be low."""
        direction = QBoxLayout.Direction.LeftToRight if flat else QBoxLayout.Direction.TopToBottom
        margin = SPACE_M if flat else SPACE_L
        self._box.setDirection(direction)
        self._box.setContentsMargins(SPACE_L, margin, SPACE_L, margin)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Ask for what the text needs at a comfortable width."""
        width = 220
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """Accept a narrow column."""
        return QSize(140, 0)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the ground and the edge; the labels draw themselves."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground, edge, width = "surface", "line", 1
        if self.isDown():
            ground = "selected"
        elif self.underMouse() and self.isEnabled():
            ground, edge = "raised", "edge"
        if self.hasFocus():
            edge, width = "accent", 2
        inset = width / 2
        painter.setPen(QPen(self._theme.color(edge), width))
        painter.setBrush(self._theme.color(ground))
        place = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        painter.drawRoundedRect(place, RADIUS, RADIUS)
        painter.end()

    def _draw_icon(self) -> None:
        ratio = self.devicePixelRatioF()
        self._picture.setPixmap(self._icons.pixmap(self._icon, "accent", _ICON_SIZE, ratio))

    @Slot()
    def _on_theme_changed(self) -> None:
        self._draw_icon()
        self.update()
