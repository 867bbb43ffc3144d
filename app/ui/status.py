"""What goes on, in the header: a dot, a word, and how far a load is."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QSizePolicy, QWidget

from app.presenters.chat_status import ChatStatus
from app.presenters.model_state import ModelStage, ModelState
from app.ui.elided_label import ElidedLabel
from app.ui.figures import activity_word, status_lines, writing_elsewhere
from app.ui.icon_button import IconButton
from app.ui.icons import Icons
from app.ui.theme import SPACE_S, Theme
from app.ui.tooltip import plain_tooltip

_DOT = 8
_PROGRESS_WIDTH = 96
_COMPACT_PROGRESS_WIDTH = 40


class StateDot(QWidget):
    """A small disc in one of the theme's colours."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._color = "faint"
        self._filled = False
        self.setFixedSize(QSize(_DOT + 2, _DOT + 2))
        theme.changed.connect(self._on_theme_changed)

    def show_color(self, color: str, *, filled: bool = True) -> None:
        """Take a colour by its name; a ring instead of a disc says that nothing is there."""
        self._color = color
        self._filled = filled
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the disc."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        color = self._theme.color(self._color)
        painter.setPen(color)
        painter.setBrush(color if self._filled else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5))
        painter.end()

    @Slot()
    def _on_theme_changed(self) -> None:
        self.update()


class StatusView(QWidget):
    """The state of model and answer. Takes values and shows them."""

    #: The user wants a load given up.
    cancel_requested = Signal()

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = ModelState()
        self._chat = ChatStatus()
        self._compact = False
        self._dot = StateDot(theme, self)
        self._word = ElidedLabel(parent=self)
        self._word.setProperty("tone", "quiet")
        self._progress = QProgressBar(self)
        self._progress.setTextVisible(False)
        self._progress.setAccessibleName(self.tr("Loading the model"))
        self._cancel = IconButton(theme, icons, "close", self.tr("Cancel loading"), self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        for widget in (self._dot, self._word, self._progress, self._cancel):
            row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._cancel.clicked.connect(self.cancel_requested)
        self._show()

    def set_model(self, state: ModelState) -> None:
        """Show where the model stands."""
        self._model = state
        self._show()

    def set_chat(self, status: ChatStatus) -> None:
        """Show what the answer does."""
        self._chat = status
        self._show()

    def set_compact(self, compact: bool) -> None:
        """Leave the words to the tooltip where there is no room for them."""
        self._compact = compact
        self._show()

    def _show(self) -> None:
        loading = self._model.stage is ModelStage.LOADING
        word, color = self._word_and_color()
        self._dot.show_color(color, filled=self._model.stage is not ModelStage.NONE)
        self._word.setText(word)
        self._word.setVisible(not self._compact)
        self._progress.setFixedWidth(_COMPACT_PROGRESS_WIDTH if self._compact else _PROGRESS_WIDTH)
        self._progress.setVisible(loading)
        self._cancel.setVisible(loading)
        if loading:
            fraction = self._model.progress.fraction if self._model.progress else None
            self._progress.setRange(0, 0 if fraction is None else 1000)
            if fraction is not None:
                self._progress.setValue(round(fraction * 1000))
        explanation = plain_tooltip(self._explanation(word))
        self._word.setToolTip(explanation)
        self.setToolTip(explanation)
        self.setAccessibleName(word)

    def _word_and_color(self) -> tuple[str, str]:
        stage = self._model.stage
        if stage is ModelStage.NONE:
            return self.tr("No model"), "quiet"
        if stage is ModelStage.LOADING:
            progress = self._model.progress
            return (progress.stage if progress else "") or self.tr("Loading"), "warning"
        if stage is ModelStage.FAILED:
            return self.tr("Not loaded"), "danger"
        if stage is ModelStage.RESTING:
            return self.tr("Resting"), "quiet"
        if self._chat.elsewhere:
            return self.tr("Busy"), "accent"
        return activity_word(self._chat.activity), "accent"

    def _explanation(self, word: str) -> str:
        if self._model.stage is ModelStage.FAILED and self._model.error is not None:
            return self._model.error.cause
        if self._model.stage is ModelStage.RESTING:
            return self.tr("The model gave its memory back. The next message loads it again.")
        if self._model.stage is ModelStage.LOADING and self._model.replaces:
            return self.tr("{word}. {model} was unloaded for it.").format(
                word=word, model=self._model.replaces
            )
        if self._model.stage is not ModelStage.READY:
            return word
        if self._chat.elsewhere:
            return writing_elsewhere(self._chat)
        lines = [word, *status_lines(self._chat)]
        if self._model.info is not None:
            lines.append(self.tr("Engine: {name}").format(name=self._model.info.runtime))
        return "\n".join(lines)
