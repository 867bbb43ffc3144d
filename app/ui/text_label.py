"""Words of any origin: plain, selectable, wrapped even inside a word that is wider than its place."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Slot
from PySide6.QtGui import QPalette, QResizeEvent, QTextOption
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QSizePolicy, QWidget

from app.ui.theme import FontRole, Theme

_WIDEST_HINT = 480
#: Longer texts scroll instead of pushing everything else out of the window.
_MOST_LINES = 12


class TextLabel(QPlainTextEdit):
    """A label as high as its text needs at its width. QLabel would cut a long path off."""

    def __init__(
        self,
        theme: Theme,
        parent: QWidget | None = None,
        *,
        color: str = "text",
        role: FontRole = FontRole.BODY,
        bold: bool = False,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._color = color
        self._role = role
        self._bold = bold
        self.setProperty("plain", True)
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        # By keyboard too would put a caret into what is no field.
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(0)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._dress()
        theme.changed.connect(self._on_theme_changed)

    def set_text(self, text: str) -> None:
        """Show `text`."""
        if text == self.toPlainText():
            return
        self.setPlainText(text)
        self.setAccessibleName(text)
        self._fit()

    def set_color(self, color: str) -> None:
        """Take one of the theme's colours by its name."""
        self._color = color
        self._dress()

    def sizeHint(self) -> QSize:
        """Ask for one line where that is not too wide."""
        width = self.fontMetrics().horizontalAdvance(self.toPlainText()) + 2
        return QSize(min(_WIDEST_HINT, width), self.minimumHeight())

    def minimumSizeHint(self) -> QSize:
        """Go down to some letters."""
        return QSize(40, self.minimumHeight())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the height to the new width."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Fit the height to another font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()

    def _fit(self) -> None:
        layout = self.document().documentLayout()
        height = 0.0
        block = self.document().begin()
        while block.isValid() and height < 10_000:
            height += layout.blockBoundingRect(block).height()
            block = block.next()
        # Qt scrolls unless there is a pixel to spare.
        line = self.fontMetrics().lineSpacing()
        needed = max(line, min(round(height), _MOST_LINES * line)) + 2
        self.setVerticalScrollBarPolicy(
            Qt.ScrollBarPolicy.ScrollBarAsNeeded
            if height > _MOST_LINES * line
            else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        )
        if needed != self.minimumHeight() or needed != self.maximumHeight():
            self.setFixedHeight(needed)

    def _dress(self) -> None:
        font = self._theme.font(self._role)
        font.setBold(self._bold)
        self.setFont(font)
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Text, self._theme.color(self._color))
        self.setPalette(palette)
        self.setStyleSheet(f"color: {self._theme.color(self._color).name()};")

    @Slot()
    def _on_theme_changed(self) -> None:
        self._dress()
        self._fit()
