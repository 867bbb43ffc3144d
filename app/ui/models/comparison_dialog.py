"""Two answers to one question side by side, without and with the adapter that is on."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QKeyEvent,
    QKeySequence,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import QBoxLayout, QDialogButtonBox, QPushButton, QVBoxLayout, QWidget

from app.chat.statistics import RunStatistics
from app.errors import AppError
from app.presenters.adapters import AdapterPresenter
from app.presenters.chat_status import Activity
from app.presenters.comparison import WITH, WITHOUT, Comparison
from app.ui.answer_side import AnswerSide
from app.ui.page_dialog import PageDialog
from app.ui.plain_page import PlainPage
from app.ui.plain_text_edit import PlainTextEdit
from app.ui.theme import SPACE_L, SPACE_M, SPACE_S, SPACE_XS

#: Below this width the answers stand one above the other.
_NARROW = 560
_QUESTION_LINES = 2


class ComparisonDialog(PageDialog):
    """Runs one comparison at a time; closing it stops the run."""

    def __init__(
        self,
        comparison: Comparison,
        adapters: AdapterPresenter,
        question: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(self.tr("Compare with and without an adapter"), parent)
        self._comparison = comparison
        self._adapters = adapters
        # A run that another dialog began may still be ending.
        self._is_ours = False
        self._is_stopped = False
        self._obstacle_told = ""
        self._question = self._make_question(question)
        self._note = self._label("", role="small", tone="quiet")
        self._problem = self._label("", tone="danger")
        self._sides = (
            AnswerSide(self.tr("Without adapter"), self._page),
            AnswerSide("", self._page),
        )
        for side in self._sides:
            # As it is written: whether two answers are the same is a matter of letters.
            side.hold(PlainPage(side))
        self._verdict = self._label("", role="heading")
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._lay_out()
        buttons = self._finish(QSize(960, 680))
        self._compare = QPushButton(buttons)
        self._compare.setProperty("kind", "primary")
        self._compare.setDefault(True)
        buttons.addButton(self._compare, QDialogButtonBox.ButtonRole.ActionRole)
        self._show_state()
        self._question.textChanged.connect(self._show_state)
        self._compare.clicked.connect(self._on_compare_clicked)
        shortcut = QShortcut(QKeySequence("Ctrl+Return"), self)
        shortcut.activated.connect(self._compare.click)
        comparison.started.connect(self._on_started)
        comparison.text_added.connect(self._on_text_added)
        comparison.side_finished.connect(self._on_side_finished)
        comparison.finished.connect(self._on_finished)
        adapters.adapters_changed.connect(self._show_state)
        (self._compare if question.strip() else self._question).setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the answers side by side where there is room."""
        super().resizeEvent(event)
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._columns.setDirection(down if event.size().width() < _NARROW else across)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Stop with Esc what is under way; close with the next one."""
        if event.key() == Qt.Key.Key_Escape and self._is_running:
            self._stop()
        else:
            super().keyPressEvent(event)

    def done(self, result: int) -> None:
        """Close; nobody is left to read what a run would write."""
        if self._is_running:
            self._stop()
        super().done(result)

    @property
    def _is_running(self) -> bool:
        return self._is_ours and self._comparison.is_running

    def _make_question(self, question: str) -> PlainTextEdit:
        edit = PlainTextEdit(self._page)
        edit.setTabChangesFocus(True)
        edit.setAccessibleName(self.tr("Question"))
        edit.setPlaceholderText(self.tr("Question"))
        edit.set_text(question)
        around = 2 * round(edit.document().documentMargin()) + SPACE_L
        edit.setFixedHeight(_QUESTION_LINES * edit.fontMetrics().lineSpacing() + around)
        return edit

    def _lay_out(self) -> None:
        self._columns.setSpacing(SPACE_M)
        for side in self._sides:
            self._columns.addWidget(side, 1)
        rows = QVBoxLayout(self._page)
        # The dialog leaves room on the right for what scrolls.
        rows.setContentsMargins(SPACE_L, SPACE_L, SPACE_XS, SPACE_S)
        rows.setSpacing(SPACE_S)
        rows.addWidget(self._question)
        rows.addWidget(self._note)
        rows.addWidget(self._problem)
        rows.addWidget(self._verdict)
        rows.addLayout(self._columns, 1)
        self._problem.hide()
        self._verdict.hide()

    def _path(self) -> str:
        chosen = self._adapters.state.chosen
        return "" if chosen is None else str(chosen.path)

    def _obstacle(self) -> str:
        """Return why nothing can be compared now, or an empty text."""
        state = self._adapters.state
        if state.unavailable:
            return state.unavailable
        if state.chosen is None:
            return self.tr("No adapter is on. Choose one in the LoRA menu first.")
        if self._adapters.known(self._path()) is None:
            return state.chosen.problem or self.tr(
                "This adapter cannot be used now. Choose another one in the LoRA menu."
            )
        return ""

    @Slot()
    def _show_state(self) -> None:
        """Show what can be done, and with which adapter; a run keeps its own to the end."""
        running = self._is_running
        self._compare.setText(self.tr("Stop") if running else self.tr("Compare"))
        if running:
            self._compare.setEnabled(True)
            return
        obstacle = self._obstacle()
        self._compare.setEnabled(not obstacle and bool(self._question.text().strip()))
        if obstacle:
            self._tell_problem(obstacle)
        elif self._obstacle_told and self._problem.text() == self._obstacle_told:
            self._problem.hide()
        self._obstacle_told = obstacle
        used = self._adapters.known(self._path())
        self._sides[WITH].set_title(
            self.tr("With adapter")
            if used is None
            else self.tr("With {adapter}").format(adapter=used.label)
        )
        self._note.setText(
            self.tr(
                "Both are asked outside of the conversation, and take the likeliest word each time."
            )
            if self._comparison.is_greedy
            else self.tr(
                "Both are asked outside of the conversation. Sampling is fixed while this model "
                "is loaded, so answers may differ by chance: set the temperature to 0 and reload "
                "the model to rule that out."
            )
        )

    def _tell_problem(self, words: str) -> None:
        if words != self._problem.text() or self._problem.isHidden():
            self._problem.setText(words)
            self._problem.show()
            self._announce(words)

    def _announce(self, words: str) -> None:
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))

    def _stop(self) -> None:
        self._is_stopped = True
        self._comparison.stop()

    @Slot()
    def _on_compare_clicked(self) -> None:
        if self._is_running:
            self._stop()
            return
        is_busy = self._comparison.is_running
        if not is_busy:
            self._is_ours = True
            self._comparison.start(self._question.text(), self._path())
        if is_busy or not self._comparison.is_running:
            self._is_ours = False
            self._tell_problem(
                self.tr("The model is busy. Wait until its answer is finished, or stop it.")
            )

    @Slot()
    def _on_started(self) -> None:
        if self._is_ours:
            self._is_stopped = False
            self._problem.hide()
            self._verdict.hide()
            for side in self._sides:
                side.clear()
            self._sides[WITHOUT].show_activity(Activity.PREFILL)
            self._show_state()

    @Slot(int, str)
    def _on_text_added(self, side: int, text: str) -> None:
        if self._is_ours:
            self._sides[side].add(text)

    @Slot(int, object)
    def _on_side_finished(self, side: int, statistics: RunStatistics) -> None:
        if self._is_ours:
            self._sides[side].finish(statistics)
            if side == WITHOUT and not self._is_stopped:
                self._sides[WITH].show_activity(Activity.PREFILL)

    @Slot(object)
    def _on_finished(self, error: AppError | None) -> None:
        if not self._is_ours:
            return
        self._is_ours = False
        for side in self._sides:
            side.give_up()
        self._show_state()
        if error is not None:
            self._tell_problem(f"{error.cause} {error.advice}".strip())
        else:
            words = self._judgement()
            self._verdict.setText(words)
            self._verdict.show()
            self._announce(words)

    def _judgement(self) -> str:
        without, with_it = self._sides
        if self._is_stopped or not (without.is_finished and with_it.is_finished):
            return self.tr("Stopped. What was written until then is not compared.")
        if without.text == with_it.text:
            return self.tr("Both answers are the same, letter by letter.")
        if self._comparison.is_greedy:
            return self.tr("The answers differ.")
        return self.tr("The answers differ. That may be chance.")
