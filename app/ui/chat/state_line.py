"""What there is to say about an answer that is not simply complete, and Continue where it can be."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QLocale, QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QPushButton, QWidget

from app.chat.message import CONTINUABLE_STATES, Message, MessageState
from app.ui.chat.focus import draw_ring
from app.ui.chat.message_widget import MARGIN
from app.ui.chat.plain import clean
from app.ui.chat.text_view import TextView
from app.ui.theme import RADIUS, SPACE_M, SPACE_S, FontRole, Theme

_TINT = 0.09


class StateLine(QWidget):
    """One sentence below the words of a model. Takes no room when there is nothing to say."""

    #: The answer is to be continued.
    continue_requested = Signal()
    #: The user wants the menu; carries the place on the screen and an empty text.
    menu_requested = Signal(QPoint, str)

    def __init__(self, theme: Theme, width: int, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._is_failure = False
        self._sentence = ""
        self._text = TextView(width, self)
        self._text.setAccessibleName(self.tr("State of the answer"))
        self._text.menu_requested.connect(self.menu_requested)
        self._text.hide()
        self._continue = QPushButton(self.tr("Continue"), self)
        self._continue.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._continue.clicked.connect(self.continue_requested)
        self._continue.hide()

    def show_message(self, message: Message, *, has_words: bool, is_paused: bool = False) -> None:
        """Say how the answer stands."""
        self._is_failure = message.state is MessageState.FAILED
        has_text = bool(message.text) or is_paused
        self._continue.setVisible(message.state in CONTINUABLE_STATES and has_text)
        self._continue.setText(self.tr("Resume") if is_paused else self.tr("Continue"))
        if is_paused:
            self._say(self.tr("Paused."))
        else:
            self._say(self._sentence_for(message, has_words=has_words))

    def show_prefill(self, processed: int, total: int) -> None:
        """Say how much of the prompt is read."""
        locale = QLocale()
        sentence = self.tr("Reading {processed} of {total} tokens").format(
            processed=locale.toString(processed), total=locale.toString(total)
        )
        self._say(sentence)

    def arrange(self, width: int) -> int:
        """Place sentence and button in a column of `width` and return the height.

        The widget itself is wider by MARGIN at both sides: the focus ring lies there.
        """
        if not self._sentence:
            return 0
        inset = SPACE_M if self._is_failure else 0
        button = self._continue.sizeHint() if not self._continue.isHidden() else None
        inner = width - 2 * inset
        if button is not None and inner - button.width() - SPACE_M > button.width():
            inner -= button.width() + SPACE_M
        above = SPACE_S if self._is_failure else 0
        height = self._text.height_at(inner) + 2 * above
        self._text.setGeometry(MARGIN + inset, above, inner, height - 2 * above)
        if button is None:
            return height
        if inner == width - 2 * inset:
            self._continue.setGeometry(MARGIN, height + SPACE_S, button.width(), button.height())
            return height + SPACE_S + button.height()
        # The button stands behind the sentence, not at the far end of the column.
        wanted = min(inner, round(self._text.document().idealWidth()) + 1)
        left = MARGIN + wanted + SPACE_M
        row = max(height, button.height())
        self._text.move(MARGIN, (row - height) // 2)
        self._continue.setGeometry(QRect(QPoint(left, (row - button.height()) // 2), button))
        return row

    def focus_widgets(self) -> Iterator[QWidget]:
        """Yield what the Tab key should reach, in order."""
        if self._sentence:
            yield self._text
            yield self._continue

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tint the ground of a failure, and show where the keyboard is."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = self.rect().adjusted(MARGIN, 0, -MARGIN, 0)
        if self._is_failure:
            tint = QColor(self._theme.colors.danger)
            painter.setPen(Qt.PenStyle.NoPen)
            tint.setAlphaF(_TINT)
            painter.setBrush(tint)
            painter.drawRoundedRect(QRectF(box), RADIUS, RADIUS)
        if self._text.focused_by_keyboard:
            around = self._text.geometry().adjusted(-MARGIN, 0, MARGIN, 0)
            draw_ring(painter, self._theme, box if self._is_failure else around)
        painter.end()

    def _say(self, sentence: str) -> None:
        if sentence == self._sentence:
            return
        self._sentence = sentence
        self._text.setVisible(bool(sentence))
        colors = self._theme.colors
        form = QTextCharFormat()
        form.setForeground(QColor(colors.danger if self._is_failure else colors.quiet))
        role = FontRole.BODY if self._is_failure else FontRole.SMALL
        self._text.document().setDefaultFont(self._theme.font(role))
        self._text.clear()
        QTextCursor(self._text.document()).insertText(clean(sentence), form)

    def _sentence_for(self, message: Message, *, has_words: bool) -> str:
        state = message.state
        if state is MessageState.STREAMING:
            return "" if has_words else self.tr("Thinking…")
        if state is MessageState.STOPPED:
            return self.tr("Stopped.")
        if state is MessageState.CUT:
            return self.tr("Ended at the limit of new tokens.")
        if state is MessageState.INTERRUPTED:
            return message.failure or self.tr("Interrupted before its end.")
        if state is MessageState.FAILED:
            return message.failure or self.tr("The model could not answer.")
        return ""
