"""What stands where no message is yet: the first steps, a model that loads, or a calm beginning."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.catalog.starter import STARTER_LABEL
from app.presenters.model_state import ModelStage, ModelState
from app.ui.card import Card
from app.ui.icons import Icons, logo
from app.ui.plain_label import plain_label
from app.ui.theme import SPACE_L, SPACE_M, SPACE_S, Theme

_COLUMN = 720
_LOGO = 64
#: Narrower than this, the cards stand below each other.
_CARDS_IN_A_ROW = 560
#: Lower than this, the logo makes room.
_LOGO_FITS = 360


class Welcome(QScrollArea):
    """The page of an empty conversation. Takes a ModelState and says what the user wishes."""

    #: The user wants to know which model to get, and where.
    get_model_requested = Signal()
    #: The user wants to look for a model file.
    file_requested = Signal()
    #: The user wants the starter model.
    starter_requested = Signal()
    #: The user wants a load given up.
    cancel_requested = Signal()
    #: The user picked a question to begin with; carries it.
    question_chosen = Signal(str)
    #: The user wants to go back to the conversation.
    back_requested = Signal()

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._state = ModelState()
        self._forced = False
        self._starter_present = True
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Welcome"))
        self._page = QWidget(self)
        self._column = QWidget(self._page)
        # Before it is filled: what moves to another parent is dressed anew with all that is in it.
        self.setWidget(self._page)
        self._logo = QLabel(self._column)
        self._title = self._label("title")
        self._sentence = self._label("")
        self._sentence.setProperty("tone", "quiet")
        self._make_cards(theme, icons)
        self._make_questions()
        self._progress = QProgressBar(self._column)
        self._progress.setTextVisible(False)
        self._progress.setFixedWidth(_COLUMN // 3)
        self._progress.setAccessibleName(self.tr("Loading the model"))
        self._cancel = QPushButton(self.tr("Cancel"), self._column)
        self._back = QPushButton(self.tr("Back to the conversation"), self._column)
        self._back.setProperty("kind", "flat")
        self._lay_out()
        self._cancel.clicked.connect(self.cancel_requested)
        self._back.clicked.connect(self.back_requested)
        theme.changed.connect(self._on_theme_changed)
        self._draw_logo()
        self._show()

    @property
    def last_control(self) -> QWidget:
        """The control from which the Tab key leaves the page."""
        return self._back

    def set_model(self, state: ModelState) -> None:
        """Show what to do with the model of `state`."""
        self._state = state
        self._show()

    def set_starter_present(self, present: bool) -> None:
        """Offer the starter only where its file is."""
        self._starter_present = present
        self._show()

    def show_first_steps(self, shown: bool) -> None:
        """Show the cards although a model is loaded, with a way back."""
        self._forced = shown
        self._show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the cards stand below each other where they would be too narrow."""
        super().resizeEvent(event)
        # Not `viewport`: wrapping it sets up every class of widget, before the first paint.
        room = self.maximumViewportSize()
        beside = room.width() >= _CARDS_IN_A_ROW * self._theme.scale
        self._cards.setDirection(
            QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom
        )
        for card in (self._get_card, self._file_card, self._starter_card):
            card.set_flat(not beside)
        # A box inside another does not tell it by itself that its smallest width has changed.
        self._cards.update()
        self._logo.setVisible(room.height() >= _LOGO_FITS)

    def _label(self, role: str) -> QLabel:
        label = plain_label(self._column, role=role)
        label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        return label

    def _make_cards(self, theme: Theme, icons: Icons) -> None:
        self._get_card = Card(
            theme,
            icons,
            "download",
            self.tr("Get a model for this board"),
            self.tr("Which size fits, and where to download it."),
            self._column,
        )
        self._file_card = Card(
            theme,
            icons,
            "folder-open",
            self.tr("Open a model file"),
            self.tr("A .gguf or .rkllm file that is already on this computer."),
            self._column,
        )
        self._starter_card = Card(
            theme,
            icons,
            "spark",
            self.tr("Try the starter"),
            self.tr("{label}. Loads at once, works offline.").format(label=self.tr(STARTER_LABEL)),
            self._column,
        )
        self._get_card.clicked.connect(self.get_model_requested)
        self._file_card.clicked.connect(self.file_requested)
        self._starter_card.clicked.connect(self.starter_requested)

    def _make_questions(self) -> None:
        self._questions = [
            _Question(self.tr("How do I open a model file?"), self._column),
            _Question(self.tr("What does temperature do?"), self._column),
            _Question(self.tr("How do I search my conversations?"), self._column),
        ]
        for question in self._questions:
            question.chosen.connect(self.question_chosen)

    def _lay_out(self) -> None:
        self._cards = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._cards.setSpacing(SPACE_M)
        for card in (self._get_card, self._file_card, self._starter_card):
            self._cards.addWidget(card, 1)
        center = Qt.AlignmentFlag.AlignHCenter
        self._column.setMaximumWidth(_COLUMN)
        rows = QVBoxLayout(self._column)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(SPACE_S)
        rows.addWidget(self._logo, 0, center)
        rows.addWidget(self._title)
        rows.addWidget(self._sentence)
        rows.addSpacing(SPACE_L)
        rows.addLayout(self._cards)
        for question in self._questions:
            rows.addWidget(question, 0, center)
        rows.addWidget(self._progress, 0, center)
        rows.addWidget(self._cancel, 0, center)
        rows.addWidget(self._back, 0, center)
        page = QVBoxLayout(self._page)
        page.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        page.addStretch(2)
        line = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        line.addStretch(1)
        line.addWidget(self._column, 100)
        line.addStretch(1)
        page.addLayout(line)
        page.addStretch(3)

    def _show(self) -> None:
        stage = self._state.stage
        loading = stage is ModelStage.LOADING and not self._forced
        ready = stage in (ModelStage.READY, ModelStage.RESTING) and not self._forced
        for card in (self._get_card, self._file_card):
            card.setVisible(not loading and not ready)
        self._starter_card.setVisible(self._starter_present and not loading and not ready)
        for question in self._questions:
            question.setVisible(ready and self._state.is_starter)
        self._progress.setVisible(loading)
        self._cancel.setVisible(loading)
        self._back.setVisible(self._forced)
        title, sentence = self._words(loading=loading, ready=ready)
        self._title.setText(title)
        self._sentence.setText(sentence)
        self._sentence.setVisible(bool(sentence))
        progress = self._state.progress
        fraction = progress.fraction if progress is not None else None
        self._progress.setRange(0, 0 if fraction is None else 1000)
        if fraction is not None:
            self._progress.setValue(round(fraction * 1000))

    def _words(self, *, loading: bool, ready: bool) -> tuple[str, str]:
        state = self._state
        if loading:
            stage = state.progress.stage if state.progress is not None else ""
            name = self.tr("the starter") if state.is_starter else state.name
            if state.replaces:
                left = self.tr("{model} was unloaded for it.").format(model=state.replaces)
                stage = f"{stage}. {left}" if stage else left
            return self.tr("Loading {name}").format(name=name), stage
        if ready:
            if state.is_starter:
                return self.tr("The starter is ready"), self.tr(STARTER_LABEL)
            return self.tr("{name} is ready").format(name=state.name), state.detail
        if state.stage is ModelStage.FAILED and not self._forced:
            return self.tr("No model is loaded"), self.tr("Choose what to do next.")
        return (
            self.tr("Welcome to Cairn"),
            self.tr("Talk with a language model that runs on this computer."),
        )

    def _draw_logo(self) -> None:
        self._logo.setPixmap(logo(_LOGO, self.devicePixelRatioF()))

    @Slot()
    def _on_theme_changed(self) -> None:
        self._draw_logo()


class _Question(QPushButton):
    """A question to begin with."""

    #: It was picked; carries its words.
    chosen = Signal(str)

    def __init__(self, words: str, parent: QWidget) -> None:
        super().__init__(words, parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.clicked.connect(self._on_clicked)

    @Slot()
    def _on_clicked(self) -> None:
        self.chosen.emit(self.text())
