"""The line above the conversation: the list's switch, the model, what goes on, the settings."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from app.catalog.starter import STARTER_LABEL
from app.presenters.model_state import ModelStage, ModelState
from app.ui.elided_label import ElidedLabel
from app.ui.icon_button import IconButton
from app.ui.icons import Icons
from app.ui.models.adapter_chip import AdapterChip
from app.ui.status import StatusView
from app.ui.theme import CONTROL_HEIGHT, SPACE_M, SPACE_S, SPACE_XS, Theme
from app.ui.tooltip import plain_tooltip

_HEIGHT = 52
_SHORT_HEIGHT = 44
_CHEVRON = 16


class ModelButton(QPushButton):
    """Says which model is in use and opens the picker."""

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self._compact = False
        self._state = ModelState()
        self.setProperty("kind", "flat")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._picture = QLabel(self)
        self._name = ElidedLabel(parent=self)
        self._detail = ElidedLabel(parent=self)
        self._detail.setProperty("tone", "quiet")
        self._chevron = QLabel(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_S, 0, SPACE_S, 0)
        row.setSpacing(SPACE_S)
        row.addWidget(self._picture)
        words = QHBoxLayout()
        words.setSpacing(SPACE_XS)
        # The name keeps its place longest; what it is made of gives way first.
        words.addWidget(self._name)
        words.addWidget(self._detail, 1)
        row.addLayout(words)
        row.addWidget(self._chevron)
        for child in (self._picture, self._name, self._detail, self._chevron):
            child.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._draw_icons()
        self.set_state(self._state)
        theme.changed.connect(self._on_theme_changed)

    def sizeHint(self) -> QSize:
        """Ask for room for the whole name."""
        layout = self.layout()
        width = layout.sizeHint().width() if layout is not None else 0
        return QSize(width, CONTROL_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Accept room for the icons and some letters."""
        return QSize(88, CONTROL_HEIGHT)

    def set_state(self, state: ModelState) -> None:
        """Show the model of `state`."""
        self._state = state
        named = state.stage is not ModelStage.NONE
        name = state.name if named else self.tr("Choose a model")
        if state.is_starter:
            name = self.tr(STARTER_LABEL)
        self._name.setText(name)
        self._detail.setText(f"· {state.detail}" if named and state.detail else "")
        self._detail.setVisible(bool(self._detail.text()) and not self._compact)
        whole = f"{name} {self._detail.text()}".strip()
        self.setAccessibleName(self.tr("Model: {name}").format(name=whole))
        words = self.tr("{name}\nChoose another model (Ctrl+M)").format(name=whole)
        self.setToolTip(plain_tooltip(words))
        self.updateGeometry()

    def set_compact(self, compact: bool) -> None:
        """Show the name only."""
        self._compact = compact
        self.set_state(self._state)

    def _draw_icons(self) -> None:
        ratio = self.devicePixelRatioF()
        self._picture.setPixmap(self._icons.pixmap("model", "accent", ratio=ratio))
        self._chevron.setPixmap(self._icons.pixmap("chevron-down", "quiet", _CHEVRON, ratio))

    @Slot()
    def _on_theme_changed(self) -> None:
        self._draw_icons()


class Header(QWidget):
    """One line. Takes values and says what the user wishes."""

    #: The user wants the list of conversations shown.
    list_requested = Signal()
    #: The user wants to choose a model.
    models_requested = Signal()
    #: The user wants the settings shown or put away; carries which.
    settings_toggled = Signal(bool)

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.list_button = IconButton(theme, icons, "menu", self.tr("Show conversations"), self)
        self.list_button.set_label(self.tr("Show conversations"), "F9")
        self.model_button = ModelButton(theme, icons, self)
        self.adapter_chip = AdapterChip(theme, icons, self)
        self.status = StatusView(theme, icons, self)
        self.settings_button = IconButton(theme, icons, "settings", self.tr("Settings"), self)
        self.settings_button.set_label(self.tr("Settings"), "Ctrl+,")
        self.settings_button.setCheckable(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_S, 0, SPACE_S, 0)
        row.setSpacing(SPACE_S)
        row.addWidget(self.list_button)
        row.addWidget(self.model_button)
        row.addWidget(self.adapter_chip)
        row.addStretch(1)
        row.addWidget(self.status)
        row.addSpacing(SPACE_M - SPACE_S)
        row.addWidget(self.settings_button)
        self.setFixedHeight(_HEIGHT)
        self.list_button.clicked.connect(self.list_requested)
        self.model_button.clicked.connect(self.models_requested)
        self.settings_button.clicked.connect(self.settings_toggled)

    def set_model(self, state: ModelState) -> None:
        """Show the model and where it stands."""
        self.model_button.set_state(state)
        self.status.set_model(state)

    def set_list_shown(self, shown: bool) -> None:
        """Offer the list's switch only while the list, which has its own, is away."""
        self.list_button.setVisible(not shown)

    def set_settings_shown(self, shown: bool) -> None:
        """Show whether the settings are open."""
        self.settings_button.setChecked(shown)

    def set_compact(self, *, narrow: bool, short: bool) -> None:
        """Shrink to what fits; the adapter's chip sees itself how much of its name does."""
        self.model_button.set_compact(narrow)
        self.status.set_compact(narrow)
        self.setFixedHeight(_SHORT_HEIGHT if short else _HEIGHT)
