"""What stands in place of a list without files: why it is empty, and what to do next."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.ui.plain_label import plain_label
from app.ui.theme import SPACE_M, SPACE_S


class EmptyLibrary(QScrollArea):
    """Words and buttons, which scroll where the window is low."""

    #: The user wants to know which model to get, and where.
    get_model_requested = Signal()
    #: The user has files and wants to bring them in.
    import_requested = Signal()
    #: The user has a folder with files.
    folder_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        page = QWidget(self)
        self._words = plain_label(page, tone="quiet")
        self._get = QPushButton(self.tr("Get a model…"), page)
        self._import = QPushButton(self.tr("Import files…"), page)
        self._folder = QPushButton(self.tr("Add folder…"), page)
        rows = QVBoxLayout(page)
        rows.setContentsMargins(SPACE_S, SPACE_S, SPACE_S, SPACE_S)
        rows.setSpacing(SPACE_S)
        rows.addWidget(self._words)
        rows.addSpacing(SPACE_M - SPACE_S)
        for button in (self._get, self._import, self._folder):
            button.setAutoDefault(False)
            rows.addWidget(button)
        rows.addStretch(1)
        self.setWidget(page)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(self.tr("What to do next"))
        self.hide()
        self._get.clicked.connect(self.get_model_requested)
        self._import.clicked.connect(self.import_requested)
        self._folder.clicked.connect(self.folder_requested)

    def show_no_models(self, *, only_starter: bool) -> None:
        """Say how models get here."""
        self._show(
            self.tr("Only the starter is here. It knows this app and little else.")
            if only_starter
            else self.tr("No models are here yet."),
            can_get=True,
        )

    def show_no_adapters(self) -> None:
        """Say what an adapter is, and how one gets here."""
        self._show(
            self.tr(
                "No adapters are here. An adapter (LoRA) is a small file that changes how a model "
                "writes; it belongs to the model that it was trained for."
            )
        )

    def show_nothing_found(self) -> None:
        """Say that the search leaves nothing."""
        self._show(self.tr("No file has this in its name or notes."), buttons=False)

    def _show(self, words: str, *, can_get: bool = False, buttons: bool = True) -> None:
        self._words.setText(words)
        self._get.setVisible(can_get)
        self._import.setVisible(buttons)
        self._folder.setVisible(buttons)
