"""How Cairn looks: every colour, distance and font, in light and dark, as one source of truth.

The theme follows the desktop unless the user chose otherwise. Widgets read `colors`, `font` and
the constants, and repaint on `changed`; what a style sheet can express is in `style_sheet`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import Enum

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from app.paths import resources
from app.settings.schema import Theme as ThemeChoice
from app.ui.style_sheet import style_sheet

#: For QApplication: the style that the sheet builds on. `setStyle` would do the same, and set up
#: QStyle with its hundreds of names before the first picture.
QT_OPTIONS = ("-style", "Fusion")

SPACE_XS = 4
SPACE_S = 8
SPACE_M = 12
SPACE_L = 16
SPACE_XL = 24
RADIUS = 8
BUBBLE_RADIUS = 12
#: Height of a button or a field in pixels: large enough for a finger on a small panel.
CONTROL_HEIGHT = 36
#: Side of an icon in pixels.
ICON_SIZE = 20
#: The widest the column of messages, and the composer below it, get at text scale 1.
COLUMN_WIDTH = 760
#: Size of body text at scale 1.
BODY_POINTS = 10.5


@dataclass(frozen=True, slots=True)
class Colors:
    """One set of colours, each as "#rrggbb". Every text colour is readable on every ground."""

    ground: str
    """Behind everything."""
    surface: str
    """Fields, cards, menus."""
    raised: str
    """The sidebar, the user's bubble, code."""
    hover: str
    selected: str
    """The chosen row; a breath of the accent."""
    line: str
    """Hairlines."""
    edge: str
    """Borders of what can be operated; stands out more than a hairline."""
    text: str
    quiet: str
    faint: str
    """What cannot be used now. Never for something to read."""
    accent: str
    accent_hover: str
    on_accent: str
    danger: str
    warning: str


LIGHT = Colors(
    ground="#fafaf8",
    surface="#ffffff",
    raised="#f2f1ed",
    hover="#e9e8e2",
    selected="#dfe9e1",
    line="#dad9d2",
    edge="#c2c1b8",
    text="#1f2320",
    quiet="#5b625c",
    faint="#a3a69f",
    accent="#2f6f4f",
    accent_hover="#275d42",
    on_accent="#ffffff",
    danger="#b3261e",
    warning="#8a5a00",
)

DARK = Colors(
    ground="#171a18",
    surface="#1e2220",
    raised="#262b28",
    hover="#2e3430",
    selected="#2a3a31",
    line="#343a36",
    edge="#4a524d",
    text="#e9ece8",
    quiet="#a7afa8",
    faint="#6a726c",
    accent="#7fc8a0",
    accent_hover="#97d4b2",
    on_accent="#10231a",
    danger="#ffb4ab",
    warning="#f2c06b",
)


class FontRole(Enum):
    """What a text is for."""

    BODY = "body"
    SMALL = "small"
    TITLE = "title"
    MONO = "mono"


_POINTS = {
    FontRole.BODY: BODY_POINTS,
    FontRole.SMALL: 9.0,
    FontRole.TITLE: 15.0,
    FontRole.MONO: 10.0,
}


class Theme(QObject):
    """The look in force. Lives on the window's thread; owned by the session."""

    #: Colours, the text size or the screens have changed; read and draw them again.
    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._choice = ThemeChoice.SYSTEM
        self._scale = 1.0
        self._application: QApplication | None = None
        # A desktop that does not say whether it is dark still hands over a palette.
        desktop = QGuiApplication.palette()
        self._palette_is_dark = (
            desktop.color(QPalette.ColorRole.Window).lightness()
            < desktop.color(QPalette.ColorRole.WindowText).lightness()
        )
        self._is_dark = self._resolve()
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_color_scheme_changed)

    @property
    def colors(self) -> Colors:
        """The colours in force."""
        return DARK if self._is_dark else LIGHT

    @property
    def is_dark(self) -> bool:
        """Whether the dark colours are in force."""
        return self._is_dark

    @property
    def scale(self) -> float:
        """How much larger than usual the user wants text."""
        return self._scale

    def color(self, name: str) -> QColor:
        """Return one of `colors` for painting. Raises AttributeError for an unknown name."""
        return QColor(getattr(self.colors, name))

    def font(self, role: FontRole = FontRole.BODY) -> QFont:
        """Return the desktop's own font (its monospaced one for MONO) in the size of `role`."""
        kind = (
            QFontDatabase.SystemFont.FixedFont
            if role is FontRole.MONO
            else QFontDatabase.SystemFont.GeneralFont
        )
        font = QFontDatabase.systemFont(kind)
        font.setPointSizeF(_POINTS[role] * self._scale)
        if role is FontRole.TITLE:
            font.setWeight(QFont.Weight.DemiBold)
        return font

    def set_preferences(self, choice: ThemeChoice, text_scale: float) -> None:
        """Take over what the user chose."""
        self._choice = choice
        self._update(text_scale)

    def apply_to(self, application: QApplication) -> None:
        """Dress `application` now and after every change."""
        self._application = application
        application.screenAdded.connect(self._on_screen_added)
        self._dress()

    def palette(self) -> QPalette:
        """Return the colours as Qt's own drawing wants them."""
        colors = self.colors
        palette = QPalette()
        role = QPalette.ColorRole
        for target, value in (
            (role.Window, colors.ground),
            (role.WindowText, colors.text),
            (role.Base, colors.surface),
            (role.AlternateBase, colors.raised),
            (role.Text, colors.text),
            (role.Button, colors.raised),
            (role.ButtonText, colors.text),
            (role.BrightText, colors.danger),
            (role.ToolTipBase, colors.surface),
            (role.ToolTipText, colors.text),
            (role.PlaceholderText, colors.quiet),
            (role.Highlight, colors.accent),
            (role.HighlightedText, colors.on_accent),
            (role.Accent, colors.accent),
            (role.Link, colors.accent),
            (role.LinkVisited, colors.accent),
            (role.Light, colors.surface),
            (role.Midlight, colors.hover),
            (role.Mid, colors.line),
            (role.Dark, colors.edge),
        ):
            palette.setColor(target, QColor(value))
        disabled = QPalette.ColorGroup.Disabled
        for target in (role.WindowText, role.Text, role.ButtonText, role.PlaceholderText):
            palette.setColor(disabled, target, QColor(colors.faint))
        palette.setColor(disabled, role.Highlight, QColor(colors.line))
        return palette

    def _sheet_values(self) -> dict[str, str]:
        return {
            **asdict(self.colors),
            "radius": str(RADIUS),
            "theme": "dark" if self._is_dark else "light",
            "icons": (resources() / "icons" / "sheet").as_posix(),
            "small": f"{self.font(FontRole.SMALL).pointSizeF():g}",
            "title": f"{self.font(FontRole.TITLE).pointSizeF():g}",
            "mono": f"{self.font(FontRole.MONO).pointSizeF():g}",
            "mono_family": self.font(FontRole.MONO).family(),
        }

    def _resolve(self) -> bool:
        if self._choice is not ThemeChoice.SYSTEM:
            return self._choice is ThemeChoice.DARK
        scheme = QGuiApplication.styleHints().colorScheme()
        if scheme is Qt.ColorScheme.Unknown:
            return self._palette_is_dark
        return scheme is Qt.ColorScheme.Dark

    def _update(self, scale: float) -> None:
        is_dark = self._resolve()
        if is_dark == self._is_dark and scale == self._scale:
            return
        self._is_dark = is_dark
        self._scale = scale
        self._dress()
        self.changed.emit()

    def _dress(self) -> None:
        if self._application is None:
            return
        self._application.setFont(self.font())
        self._application.setPalette(self.palette())
        self._application.setStyleSheet(style_sheet(self._sheet_values()))

    @Slot()
    def _on_screen_added(self) -> None:
        # It may be a sharper one than the icons were drawn for.
        self.changed.emit()

    @Slot()
    def _on_color_scheme_changed(self) -> None:
        self._update(self._scale)
