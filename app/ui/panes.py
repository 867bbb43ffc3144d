"""Places the list, the conversation and the settings beside or above each other.

Where there is room they stand side by side. In a narrow window the list is a drawer over the
conversation, with a veil that closes it, and the settings cover the conversation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, Signal, Slot
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from app.ui.theme import Theme

if TYPE_CHECKING:
    from PySide6.QtCore import QPropertyAnimation

#: Below this width the list is a drawer.
NARROW_WIDTH = 900
#: Below this height everything takes its lowest form.
SHORT_HEIGHT = 560
LIST_WIDTH = 264
SETTINGS_WIDTH = 348
#: The conversation keeps at least this much beside the other two.
BODY_MINIMUM = 420
#: This much of the veil is left beside a drawer, to press.
VEIL_MINIMUM = 48
_SLIDE_MS = 140


class _Veil(QWidget):
    """Dims the conversation behind a drawer."""

    #: The veil was pressed: the drawer should close.
    pressed = Signal()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(0, 0, 0, 90))
        painter.end()

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        self.pressed.emit()


class Panes(QWidget):
    """Holds three widgets; owns nothing of what is in them."""

    #: The list came or went, by a wish or for lack of room; carries whether it is on the
    #: screen, and whether it is a drawer over the conversation then.
    list_shown_changed = Signal(bool, bool)
    #: The window became narrow or short, or no longer; carries both.
    room_changed = Signal(bool, bool)

    _side: QWidget
    _body: QWidget
    _settings: QWidget

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._veil = _Veil(self)
        self._wants_list = True
        self._drawer_open = False
        self._settings_open = False
        self._room: tuple[bool, bool] | None = None
        self._list_shown: tuple[bool, bool] | None = None
        self._slide: QPropertyAnimation | None = None
        self._veil.pressed.connect(self._on_veil_pressed)
        theme.changed.connect(self._on_theme_changed)
        self._veil.hide()

    def hold(self, side: QWidget, body: QWidget, settings: QWidget) -> None:
        """Place these from now on; called once, and before anything else.

        They are made as children of this: with another parent Qt would dress each anew.
        """
        self._side, self._body, self._settings = side, body, settings
        for child in (body, self._veil, settings, side):
            child.raise_()
        settings.hide()

    @property
    def is_narrow(self) -> bool:
        """Whether the window has room for the conversation only."""
        return self.width() < self._scaled(NARROW_WIDTH)

    @property
    def is_short(self) -> bool:
        """Whether every line counts."""
        return self.height() < SHORT_HEIGHT

    @property
    def is_list_shown(self) -> bool:
        """Whether the list is on the screen."""
        return self._drawer_open if self._is_drawer() else self._wants_list

    @property
    def is_drawer_open(self) -> bool:
        """Whether the list lies over the conversation."""
        return self._is_drawer() and self._drawer_open

    @property
    def wants_list(self) -> bool:
        """Whether the user wants the list beside the conversation when there is room."""
        return self._wants_list

    @property
    def are_settings_shown(self) -> bool:
        """Whether the settings are on the screen."""
        return self._settings_open

    def prefer_list(self, wanted: bool) -> None:
        """Show the list beside the conversation wherever there is room, or not."""
        self._wants_list = wanted
        self._place()

    def show_list(self, shown: bool) -> None:
        """Show the list or put it away."""
        if self._is_drawer():
            self._drawer_open = shown
        else:
            self._wants_list = shown
        self._place(slide=self._side if self._is_drawer() and shown else None)
        if shown and self._is_drawer():
            self._side.setFocus()

    def show_settings(self, shown: bool) -> None:
        """Show the settings or put them away."""
        covers = self.is_narrow
        self._settings_open = shown
        self._drawer_open = False
        self._place(slide=self._settings if shown and covers else None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place everything anew."""
        super().resizeEvent(event)
        self._place()

    def _is_drawer(self) -> bool:
        needed = self._scaled(LIST_WIDTH + SETTINGS_WIDTH + BODY_MINIMUM)
        return self.is_narrow or (self._settings_open and self.width() < needed)

    def _scaled(self, length: int) -> int:
        """Return a width for large text: wider, but not as much as the text."""
        return round(length * (1 + max(0.0, self._theme.scale - 1) * 0.6))

    def _place(self, slide: QWidget | None = None) -> None:
        if self._slide is not None:
            self._slide.stop()
        whole = self.rect()
        drawer = self._is_drawer()
        if not drawer:
            self._drawer_open = False
        shown = self.is_list_shown
        wanted = self._scaled(LIST_WIDTH)
        side_width = min(wanted, whole.width() - VEIL_MINIMUM) if drawer else wanted
        left = side_width if shown and not drawer else 0
        beside = self._settings_open and not self.is_narrow
        right = self._scaled(SETTINGS_WIDTH) if beside else 0
        body = QRect(left, 0, whole.width() - left - right, whole.height())
        self._body.setGeometry(body)
        self._side.setGeometry(0, 0, side_width, whole.height())
        if self.is_narrow:
            self._settings.setGeometry(whole)
        else:
            self._settings.setGeometry(body.right() + 1, 0, right, whole.height())
        self._veil.setGeometry(whole)
        self._side.setVisible(shown)
        self._settings.setVisible(self._settings_open)
        self._veil.setVisible(drawer and shown)
        if slide is not None:
            self._slide_in(slide)
        self._announce(shown)

    def _slide_in(self, widget: QWidget) -> None:
        """Let a covering pane come in from its edge; nothing under it is laid out again."""
        if not self.isVisible():
            return
        edge = -widget.width() if widget is self._side else self.width()
        if self._slide is None:
            self._slide = self._make_slide()
        self._slide.setTargetObject(widget)
        self._slide.setStartValue(QPoint(edge, 0))
        self._slide.setEndValue(widget.pos())
        widget.move(edge, 0)
        self._slide.start()

    def _make_slide(self) -> QPropertyAnimation:
        # Needed in narrow windows only, so the others open without it.
        from PySide6.QtCore import QEasingCurve, QPropertyAnimation

        slide = QPropertyAnimation(self)
        slide.setPropertyName(b"pos")
        slide.setDuration(_SLIDE_MS)
        slide.setEasingCurve(QEasingCurve.Type.OutCubic)
        return slide

    def _announce(self, shown: bool) -> None:
        room = (self.is_narrow, self.is_short)
        if room != self._room:
            self._room = room
            self.room_changed.emit(*room)
        list_shown = (shown, self.is_drawer_open)
        if list_shown != self._list_shown:
            self._list_shown = list_shown
            self.list_shown_changed.emit(*list_shown)

    @Slot()
    def _on_veil_pressed(self) -> None:
        self.show_list(False)

    @Slot()
    def _on_theme_changed(self) -> None:
        self._place()
