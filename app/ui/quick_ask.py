"""The small window for one question: a line to type it in, and the answer below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QCloseEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
)
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.errors import AppError
from app.presenters.quick_ask import QuickAsk
from app.ui.answer_side import AnswerSide
from app.ui.icons import Icons
from app.ui.plain_label import plain_label
from app.ui.theme import SPACE_M, SPACE_S, Theme
from app.ui.tooltip import plain_tooltip

if TYPE_CHECKING:
    from app.ui.chat.answer_page import AnswerPage

_USUAL_SIZE = QSize(560, 400)
#: As long as a line that somebody types, or a paragraph that somebody pastes, can be.
_LONGEST_QUESTION = 20_000


def bring_up(window: QWidget) -> None:
    """Show a window in front, also one that is minimised."""
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.show()
    window.raise_()
    window.activateWindow()


class QuickAskWindow(QWidget):
    """A window of its own; the large one need not be there. Lives on the window's thread."""

    #: The user wants to go on with the answer in a conversation.
    conversation_requested = Signal()
    #: The window was closed.
    closed = Signal()

    def __init__(self, quick_ask: QuickAsk, theme: Theme, icons: Icons) -> None:
        super().__init__(None, Qt.WindowType.Dialog)
        self._quick_ask = quick_ask
        self._theme = theme
        self._icons = icons
        self._question = QLineEdit(self)
        self._question.setMaxLength(_LONGEST_QUESTION)
        self._question.setClearButtonEnabled(True)
        self._question.setAccessibleName(self.tr("Question"))
        self._problem = plain_label(self, tone="danger")
        self._problem.hide()
        self._answer = AnswerSide(self.tr("Answer"), self)
        self._copy = QPushButton(self.tr("Copy"), self)
        self._open = QPushButton(self.tr("Open as conversation"), self)
        self._ask = QPushButton(self.tr("Ask"), self)
        self._ask.setProperty("kind", "primary")
        self._told = ""
        self.setWindowTitle(self.tr("Quick ask"))
        self._lay_out()
        self._question.returnPressed.connect(self._on_return_pressed)
        self._question.textChanged.connect(self._on_question_changed)
        self._copy.clicked.connect(self._on_copy_clicked)
        self._open.clicked.connect(self.conversation_requested)
        self._ask.clicked.connect(self._on_ask_clicked)
        self._give_keys()
        quick_ask.started.connect(self._on_started)
        quick_ask.text_added.connect(self._on_text_added)
        quick_ask.finished.connect(self._on_finished)
        quick_ask.readiness_changed.connect(self._show_state)
        self._show_state()

    def come_up(self) -> None:
        """Show the window in front, ready for another question."""
        room = QGuiApplication.primaryScreen().availableSize()
        if not self.isVisible():
            self.resize(_USUAL_SIZE.boundedTo(room))
        bring_up(self)
        self._question.selectAll()
        self._question.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close on Escape; that stops the answer as well."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop: nobody is left to read what would be written."""
        self._quick_ask.stop()
        event.accept()
        self.closed.emit()

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE_S)
        buttons.addWidget(self._copy)
        buttons.addWidget(self._open)
        buttons.addStretch(1)
        buttons.addWidget(self._ask)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_M)
        rows.setSpacing(SPACE_S)
        rows.addWidget(self._question)
        rows.addWidget(self._problem)
        rows.addWidget(self._answer, 1)
        rows.addLayout(buttons)

    def _give_keys(self) -> None:
        for button, keys in ((self._copy, "Ctrl+Shift+C"), (self._open, "Ctrl+Return")):
            sequence = QKeySequence(keys)
            button.setShortcut(sequence)
            shown = sequence.toString(QKeySequence.SequenceFormat.NativeText)
            button.setToolTip(plain_tooltip(f"{button.text()} ({shown})"))

    @Slot()
    def _show_state(self) -> None:
        quick_ask = self._quick_ask
        running, obstacle = quick_ask.is_running, quick_ask.obstacle
        self._ask.setText(self.tr("Stop") if running else self.tr("Ask"))
        self._ask.setEnabled(running or bool(self._question.text().strip() and not obstacle))
        self._open.setEnabled(quick_ask.can_become_conversation)
        self._copy.setEnabled(bool(quick_ask.text))
        if not running:
            name = quick_ask.model
            self._question.setPlaceholderText(
                self.tr("Ask {model}").format(model=name) if name else self.tr("Ask a question")
            )
            self._tell(obstacle)

    def _tell(self, words: str) -> None:
        """Show what is in the way, or that nothing is."""
        if words == self._told:
            return
        self._told = words
        self._problem.setText(words)
        self._problem.setVisible(bool(words))
        if words:
            self._announce(words)

    def _make_page(self) -> AnswerPage:
        # With it come markdown-it and Pygments, while the model reads the first question.
        from app.ui.chat.answer_page import AnswerPage

        page = AnswerPage(self._theme, self._icons, self._answer)
        page.link_activated.connect(self._on_link_activated)
        # Qt goes by the order of creation, and the buttons are older.
        QWidget.setTabOrder(self._question, page)
        return page

    def _announce(self, words: str) -> None:
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))

    @Slot()
    def _on_return_pressed(self) -> None:
        if not self._quick_ask.is_running:
            self._quick_ask.ask(self._question.text())

    @Slot(str)
    def _on_question_changed(self) -> None:
        self._show_state()

    @Slot()
    def _on_ask_clicked(self) -> None:
        if self._quick_ask.is_running:
            self._quick_ask.stop()
        else:
            self._quick_ask.ask(self._question.text())

    @Slot()
    def _on_copy_clicked(self) -> None:
        QGuiApplication.clipboard().setText(self._quick_ask.text)

    @Slot(str)
    def _on_link_activated(self, address: str) -> None:
        from app.ui.link_dialog import ask_to_open

        ask_to_open(address, self._theme, self, self._on_link_failed)

    @Slot(str)
    def _on_link_failed(self, address: str) -> None:
        self._tell(f"{self.tr('The link could not be opened.')} {address}")

    @Slot()
    def _on_started(self) -> None:
        self._tell("")
        if self._answer.page is None:
            self._answer.hold(self._make_page())
        self._answer.set_title(self._quick_ask.model)
        self._answer.clear()
        self._show_state()

    @Slot(str)
    def _on_text_added(self, text: str) -> None:
        self._answer.add(text)
        self._copy.setEnabled(True)

    @Slot(object)
    def _on_finished(self, error: AppError | None) -> None:
        text = self._quick_ask.text
        if self._answer.text.strip() != text:
            # What looked like an answer at its beginning was a thought.
            self._answer.clear()
            self._answer.add(text)
        statistics = self._quick_ask.statistics
        if statistics is not None:
            self._answer.finish(statistics)
        else:
            self._answer.give_up()
        self._show_state()
        if error is not None:
            self._tell(f"{error.cause} {error.advice}".strip())
        else:
            self._announce(text)
