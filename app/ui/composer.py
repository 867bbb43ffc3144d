"""Where the user writes: a growing field, Send or Stop, and how full the context is.

Nothing written is lost. A message leaves the field only when whoever takes `send_requested`
shows an empty draft in return, and even then Undo brings it back.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QSizePolicy, QWidget

from app.presenters.chat_status import ChatStatus
from app.settings.schema import EnterKey
from app.ui.answer_status import AnswerStatus, Room
from app.ui.icon_button import IconButton
from app.ui.icons import Icons
from app.ui.message_edit import MessageEdit
from app.ui.theme import BUBBLE_RADIUS, SPACE_M, SPACE_S, Theme
from app.ui.tooltip import plain_tooltip

#: The draft is told this long after the last change.
DRAFT_DELAY_MS = 500
_PADDING = 6
#: Below these widths the figures, then the count of tokens, leave their room to the text.
_FIGURES_WIDTH = 560
_TOKENS_WIDTH = 340
_NARROWEST = 200


class Composer(QWidget):
    """Takes what the user writes. Lives on the window's thread."""

    #: The user wants this text sent, now or after the answer. It stays until `show_draft` takes it away.
    send_requested = Signal(str)
    #: The user wants the answer stopped.
    stop_requested = Signal()
    #: What stands in the field has changed a moment ago; carries all of it.
    draft_changed = Signal(str)
    #: The user wants to edit the last message: Up in an empty field.
    edit_last_requested = Signal()
    #: The user wants to read further up or down in the conversation; carries -1 or 1.
    page_requested = Signal(int)
    #: A paste was too long; carries how many characters were left out.
    paste_cut = Signal(int)

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._running = False
        self._reason = ""
        self._sending = False
        self._draft = ""
        self._edit = MessageEdit(self)
        self._edit.setAccessibleName(self.tr("Message"))
        self._status = AnswerStatus(theme, self)
        self._button = IconButton(theme, icons, "send", self.tr("Send"), self, color="on_accent")
        self._button.setProperty("kind", "primary")
        self._queue = IconButton(theme, icons, "queue", "", self)
        self._queue.set_label(self.tr("Send when the answer is finished"), self.tr("Enter"))
        self._queue.hide()
        self._draft_timer = QTimer(self)
        self._draft_timer.setSingleShot(True)
        self._draft_timer.setInterval(DRAFT_DELAY_MS)
        controls = QHBoxLayout()
        controls.setSpacing(SPACE_S)
        controls.addStretch(1)
        controls.addWidget(self._status)
        controls.addWidget(self._queue)
        controls.addWidget(self._button)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(SPACE_M, _PADDING, _PADDING, _PADDING)
        self._row.setSpacing(SPACE_S)
        self._row.addWidget(self._edit, 1)
        self._row.addLayout(controls)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusProxy(self._edit)
        self._edit.textChanged.connect(self._on_text_changed)
        self._edit.send_pressed.connect(self._on_send_pressed)
        self._edit.up_pressed.connect(self.edit_last_requested)
        self._edit.page_pressed.connect(self.page_requested)
        self._edit.pause_began.connect(self.flush_draft)
        self._edit.focus_changed.connect(self._on_focus_changed)
        self._edit.paste_cut.connect(self.paste_cut)
        self._button.clicked.connect(self._on_button_clicked)
        self._queue.clicked.connect(self._on_send_pressed)
        self._draft_timer.timeout.connect(self.flush_draft)
        theme.changed.connect(self._on_theme_changed)
        self._show_state()

    def text(self) -> str:
        """Return what is written."""
        return self._edit.text()

    def set_enter_key(self, enter_key: EnterKey) -> None:
        """Choose what Enter does; Shift+Enter does the other."""
        self._edit.set_enter_key(enter_key)

    def set_running(self, running: bool) -> None:
        """Tell whether an answer is being written: then Send is Stop."""
        self._running = running
        self._show_state()

    def set_enabled_reason(self, reason: str) -> None:
        """Say why nothing can be sent now, or lift that with an empty text."""
        self._reason = reason
        self._show_state()

    def set_status(self, status: ChatStatus) -> None:
        """Show how the answer goes."""
        self._status.set_status(status)
        self._arrange()

    @Slot(str)
    def show_draft(self, text: str) -> None:
        """Put `text` into the field: another conversation's draft, or nothing after sending."""
        self._draft_timer.stop()
        self._draft = text
        if self._sending and not text:
            self._edit.clear_undoably()
        elif text != self._edit.text():
            self._edit.set_text(text)
        else:
            # What was sent in another conversation must not come back in this one.
            self._edit.document().clearUndoRedoStacks()
        self._draft_timer.stop()

    @Slot(str)
    def take_back(self, text: str) -> None:
        """Put a message that was not sent before what is written."""
        written = self._edit.text()
        self._edit.set_text(f"{text}\n\n{written}" if written.strip() else text)
        self.flush_draft()

    @Slot()
    def flush_draft(self) -> None:
        """Tell the draft now when it has changed; call this before another conversation is shown."""
        self._draft_timer.stop()
        text = self._edit.text()
        if text != self._draft:
            self._draft = text
            self.draft_changed.emit(text)

    def minimumSizeHint(self) -> QSize:
        """Accept any width down to some words: what the status shows follows it."""
        return QSize(_NARROWEST, super().minimumSizeHint().height())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Stop with Esc."""
        if event.key() == Qt.Key.Key_Escape and self._running:
            self.stop_requested.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the field around text and button; the accent shows where the focus is."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        focused = self._edit.hasFocus()
        stroke = 2 if focused else 1
        painter.setPen(QPen(self._theme.color("accent" if focused else "edge"), stroke))
        painter.setBrush(self._theme.color("surface"))
        edge = stroke / 2
        box = QRectF(self.rect()).adjusted(edge, edge, -edge, -edge)
        painter.drawRoundedRect(box, BUBBLE_RADIUS, BUBBLE_RADIUS)
        painter.end()

    def showEvent(self, event: QShowEvent) -> None:
        """Follow the height of the window."""
        super().showEvent(event)
        # Asked for anew each time: a child that keeps its window in an attribute crashes Qt when
        # the garbage collector takes both.
        if self.window() is not self:
            self.window().installEventFilter(self)
        self._limit_height()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out what there is no room for."""
        super().resizeEvent(event)
        width = event.size().width()
        if width < _TOKENS_WIDTH:
            self._status.set_room(Room.RING)
        elif width < _FIGURES_WIDTH:
            self._status.set_room(Room.TOKENS)
        else:
            self._status.set_room(Room.FIGURES)
        self._arrange()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep to a third of the window when its height changes."""
        if event.type() is QEvent.Type.Resize and watched is self.window():
            self._limit_height()
        return super().eventFilter(watched, event)

    def _limit_height(self) -> None:
        if self.window() is not self:
            around = 2 * _PADDING
            if self._is_stacked():
                around += self._row.spacing() + self._button.height()
            self._edit.set_height_limit(self.window().height() // 3 - around)

    def _is_stacked(self) -> bool:
        return self._row.direction() is QBoxLayout.Direction.TopToBottom

    def _arrange(self) -> None:
        """Put the controls beside one line of text, and below more, which gets the whole width."""
        beside = self._status.sizeHint().width() + self._button.width() + 2 * SPACE_S
        room = self.width() - SPACE_M - _PADDING - beside
        # Asked of the text, not of the field, whose width depends on the answer.
        stacked = not self._edit.fits_one_line(room)
        if stacked != self._is_stacked():
            directions = QBoxLayout.Direction
            self._row.setDirection(directions.TopToBottom if stacked else directions.LeftToRight)
            self._row.setSpacing(0 if stacked else SPACE_S)
            self._limit_height()

    def _show_state(self) -> None:
        if self._running:
            self._button.set_icon_name("stop")
            self._button.set_label(self.tr("Stop"), self.tr("Esc"))
        else:
            self._button.set_icon_name("send")
            self._button.set_label(self.tr("Send"))
        if self._reason and not self._running:
            self._button.setToolTip(plain_tooltip(self._reason))
        self._enable_button()
        self._edit.set_placeholder(self._reason or self.tr("Write a message…"))
        self._edit.setAccessibleDescription(self._reason)

    def _enable_button(self) -> None:
        can_send = not self._reason and not self._edit.document().isEmpty()
        self._button.setEnabled(self._running or can_send)
        self._queue.setVisible(self._running and can_send)

    @Slot()
    def _on_text_changed(self) -> None:
        self._draft_timer.start()
        self._enable_button()
        self._arrange()

    @Slot()
    def _on_send_pressed(self) -> None:
        text = self._edit.text()
        if self._reason or not text.strip():
            return
        self._sending = True
        try:
            self.send_requested.emit(text)
        finally:
            self._sending = False

    @Slot()
    def _on_button_clicked(self) -> None:
        if self._running:
            self.stop_requested.emit()
        else:
            self._on_send_pressed()

    @Slot(bool)
    def _on_focus_changed(self, _focused: bool) -> None:
        self.update()

    @Slot()
    def _on_theme_changed(self) -> None:
        self.update()
