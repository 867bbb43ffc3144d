"""The list under the header's model button: recent models, the starter, a file, unloading."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout, QWidget

from app.presenters.model import ModelPresenter
from app.presenters.model_state import ModelChoice, ModelStage, ModelState
from app.ui.icons import Icons
from app.ui.models.model_choices import ModelChoiceView
from app.ui.plain_label import plain_label
from app.ui.search_field import SearchField
from app.ui.theme import CONTROL_HEIGHT, SPACE_S, Theme

_WIDTH = 380
_LIST_KEYS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
_ENTER_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class ModelPicker(QFrame):
    """A popup. Knows the model's presenter."""

    #: The user wants to look for a model file.
    file_requested = Signal()
    #: The user wants to see and change everything about models.
    models_requested = Signal()

    def __init__(
        self,
        presenter: ModelPresenter,
        theme: Theme,
        icons: Icons,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self._presenter = presenter
        self._icons = icons
        self._top = 0
        self.setProperty("popup", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(self.tr("Choose model"))
        self._filter = SearchField(theme, icons, self.tr("Find a model"), self)
        self._choices = ModelChoiceView(theme, icons, self)
        self._nothing = QLabel(self.tr("No model has this in its name."), self)
        self._nothing.setProperty("tone", "quiet")
        self._nothing.setContentsMargins(SPACE_S, SPACE_S, SPACE_S, SPACE_S)
        self._outcome = plain_label(self, role="small", tone="quiet")
        self._outcome.setContentsMargins(SPACE_S, 0, SPACE_S, 0)
        self._file_button = self._row_button(self.tr("Open model file…"), "Ctrl+O")
        self._models_button = self._row_button(self.tr("Models and adapters…"), "Ctrl+Shift+M")
        self._unload_button = self._row_button(self.tr("Unload model"))
        rule = QFrame(self)
        rule.setProperty("rule", True)
        rule.setFixedHeight(1)
        rows = self._rows = QVBoxLayout(self)
        rows.setContentsMargins(SPACE_S, SPACE_S, SPACE_S, SPACE_S)
        rows.setSpacing(SPACE_S)
        rows.addWidget(self._filter)
        rows.addWidget(self._choices, 1)
        rows.addWidget(self._nothing)
        rows.addWidget(self._outcome)
        rows.addWidget(rule)
        buttons = QVBoxLayout()
        buttons.setSpacing(0)
        buttons.addWidget(self._file_button)
        buttons.addWidget(self._models_button)
        buttons.addWidget(self._unload_button)
        rows.addLayout(buttons)
        self._filter.installEventFilter(self)
        self._filter.textChanged.connect(self._on_filter_changed)
        self._choices.choice_chosen.connect(self._on_choice_chosen)
        self._file_button.clicked.connect(self._on_file_clicked)
        self._models_button.clicked.connect(self._on_models_clicked)
        self._unload_button.clicked.connect(self._on_unload_clicked)
        presenter.choices_changed.connect(self._on_choices_changed)
        presenter.state_changed.connect(self._on_state_changed)
        theme.changed.connect(self._on_theme_changed)
        self._draw_icons()
        self._on_state_changed(presenter.state)
        self._on_choices_changed(presenter.choices())

    def open_below(self, button: QWidget) -> None:
        """Open under `button`, inside its window."""
        window = button.window()
        self._presenter.refresh_choices()
        self._tell_outcome()
        self._filter.clear()
        corner = button.mapTo(window, QPoint(0, button.height() + 2))
        self._top = corner.y()
        self._fit(window)
        left = max(SPACE_S, min(corner.x(), window.width() - self.width() - SPACE_S))
        self.move(window.mapToGlobal(QPoint(left, corner.y())))
        self.show()
        self._filter.setFocus(Qt.FocusReason.PopupFocusReason)
        self._choices.begin()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the arrows and Enter work in the list while the user types."""
        if watched is self._filter and isinstance(event, QKeyEvent):
            if event.type() is not QEvent.Type.KeyPress:
                return False
            if event.key() in _LIST_KEYS:
                self._choices.keyPressEvent(event)
                return True
            if event.key() in _ENTER_KEYS:
                self._choices.choose_current()
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.hide()
                return True
        return super().eventFilter(watched, event)

    def _row_button(self, text: str, shortcut: str = "") -> QPushButton:
        button = QPushButton(text, self)
        button.setProperty("kind", "row")
        button.setMinimumHeight(CONTROL_HEIGHT)
        button.setAutoDefault(False)
        if shortcut:
            button.setToolTip(f"{text} ({shortcut})")
        return button

    def _fit(self, window: QWidget) -> None:
        """Be as high as the list needs, but stay inside the window."""
        self.setFixedWidth(min(_WIDTH, window.width() - 2 * SPACE_S))
        self._choices.fit(0)
        room = window.height() - self._top - self._height() - SPACE_S
        self._choices.fit(max(2 * CONTROL_HEIGHT, room))
        # Not adjustSize, which gives a window at most two thirds of the screen.
        self.resize(self.width(), self._height())

    def _height(self) -> int:
        """Return how high this is with the list as high as it is now."""
        self._rows.activate()
        if self._rows.hasHeightForWidth():
            return self._rows.totalHeightForWidth(self.width())
        return self._rows.totalSizeHint().height()

    def _tell_outcome(self) -> None:
        """Say what becomes of the model in use when another is picked."""
        leaving = self._presenter.makes_room()
        self._outcome.setText(
            self.tr("Loading another model unloads {model}.").format(model=leaving)
            if leaving
            else ""
        )
        self._outcome.setVisible(bool(leaving))

    def _draw_icons(self) -> None:
        self._file_button.setIcon(self._icons.icon("folder-open", "quiet"))
        self._models_button.setIcon(self._icons.icon("model", "quiet"))
        self._unload_button.setIcon(self._icons.icon("eject", "quiet"))

    @Slot(str)
    def _on_filter_changed(self, text: str) -> None:
        found = self._choices.set_filter(text)
        self._choices.setVisible(found)
        self._nothing.setVisible(not found)

    @Slot(object)
    def _on_choices_changed(self, choices: tuple[ModelChoice, ...]) -> None:
        self._choices.set_choices(choices)
        self._on_filter_changed(self._filter.text())
        if self.isVisible():
            self._fit(self.parentWidget().window())

    @Slot(object)
    def _on_state_changed(self, state: ModelState) -> None:
        self._unload_button.setEnabled(state.stage in (ModelStage.READY, ModelStage.RESTING))
        self._choices.set_loaded(state.info.path if state.info is not None else None)
        self._tell_outcome()

    @Slot(object)
    def _on_choice_chosen(self, choice: ModelChoice) -> None:
        self.hide()
        if choice.is_starter:
            self._presenter.load_starter()
        else:
            self._presenter.load(str(choice.path))

    @Slot()
    def _on_file_clicked(self) -> None:
        self.hide()
        self.file_requested.emit()

    @Slot()
    def _on_models_clicked(self) -> None:
        self.hide()
        self.models_requested.emit()

    @Slot()
    def _on_unload_clicked(self) -> None:
        self.hide()
        self._presenter.unload()

    @Slot()
    def _on_theme_changed(self) -> None:
        self._draw_icons()
