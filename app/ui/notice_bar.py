"""What the user should read, one notice at a time, without getting in the way.

Errors and warnings stay until they are dismissed. What was merely done goes by itself, but not
while the pointer or the keyboard is on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QEvent, QRectF, Qt, QTimer, Slot
from PySide6.QtGui import (
    QEnterEvent,
    QGuiApplication,
    QHideEvent,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
)
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QSizePolicy, QWidget

from app.presenters.notices import Level, Notice, NoticeAction, Notices
from app.ui.escape import claims_escape
from app.ui.icon_button import IconButton
from app.ui.icons import Icons
from app.ui.notice_queue import NoticeQueue
from app.ui.tab_chain import chain_tab_order
from app.ui.theme import CONTROL_HEIGHT, RADIUS, SPACE_M, SPACE_S, SPACE_XS, Theme

if TYPE_CHECKING:
    from app.ui.notice_view import NoticeView

#: How long a notice of something done stays.
INFO_DURATION_MS = 8000
#: How long one stays that can be undone: nobody reads, decides and aims in a few seconds.
UNDO_DURATION_MS = 30_000
_STRIPE = 4


class NoticeBar(QWidget):
    """Shows what `Notices` posts; hidden while there is nothing. Lives on the window's thread."""

    def __init__(
        self, notices: Notices, theme: Theme, icons: Icons, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons
        self._queue = NoticeQueue()
        self._came_from: QWidget | None = None
        self._view: NoticeView | None = None
        self._more = QLabel(self)
        self._more.setProperty("tone", "quiet")
        self._more.setProperty("role", "small")
        self._dismiss = IconButton(theme, icons, "close", self.tr("Dismiss"), self)
        self._more.setFixedHeight(self._dismiss.height())
        top = Qt.AlignmentFlag.AlignTop
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(SPACE_M + _STRIPE, SPACE_XS, SPACE_XS, SPACE_XS)
        self._row.setSpacing(SPACE_S)
        self._row.addWidget(self._more, 0, top)
        self._row.addWidget(self._dismiss, 0, top)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.setAccessibleName(self.tr("Notice"))
        self.hide()
        notices.notice_posted.connect(self._on_notice_posted)
        notices.notice_withdrawn.connect(self._on_notice_withdrawn)
        self._dismiss.clicked.connect(self.dismiss)
        self._timer.timeout.connect(self.dismiss)
        application = QGuiApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._on_focus_changed)
        theme.changed.connect(self._on_theme_changed)

    @property
    def notice(self) -> Notice | None:
        """The notice that is shown."""
        return self._queue.current

    @property
    def view(self) -> NoticeView:
        """Its words and buttons; made with the first notice, so that the window opens sooner."""
        if self._view is None:
            self._view = self._make_view()
        return self._view

    @Slot()
    def dismiss(self) -> None:
        """Put the shown notice away and show the next one, if any."""
        self._queue.step()
        self._show_what_is_left()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Stay while the pointer is here."""
        super().enterEvent(event)
        self._timer.stop()

    def leaveEvent(self, event: QEvent) -> None:
        """Go on counting when the pointer leaves."""
        super().leaveEvent(event)
        self._count_down()

    def hideEvent(self, event: QHideEvent) -> None:
        """Count only while somebody can read it."""
        super().hideEvent(event)
        self._timer.stop()

    def event(self, event: QEvent) -> bool:
        """Take Esc before a menu does, while the keyboard is here."""
        return claims_escape(event) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Dismiss with Esc."""
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the ground and a stripe in the colour of the level."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        outline = QPainterPath()
        outline.addRoundedRect(box, RADIUS, RADIUS)
        painter.fillPath(outline, self._theme.color("raised"))
        if self._queue.current is not None:
            painter.setClipPath(outline)
            stripe = QRectF(0, 0, _STRIPE, self.height())
            painter.fillRect(stripe, self._theme.color(self.view.color))
            painter.setClipping(False)
        painter.setPen(self._theme.color("line"))
        painter.drawPath(outline)
        painter.end()

    def _make_view(self) -> NoticeView:
        from app.ui.fitting_area import FittingArea
        from app.ui.notice_view import NoticeView

        view = NoticeView(self._theme, self._icons)
        view.action_chosen.connect(self._on_action_chosen)
        self._row.insertWidget(0, FittingArea(view, 2 * CONTROL_HEIGHT, self), 1)
        # Qt goes by the order of creation: from here on it is the button that was first.
        chain_tab_order(self._dismiss, *view.controls, self._dismiss)
        return view

    def _show_what_is_left(self) -> None:
        if self._queue.current is None:
            self._timer.stop()
            self._give_focus_back()
            self.hide()
        else:
            self._show_current()

    def _show_current(self) -> None:
        notice = self._queue.current
        assert notice is not None
        self.view.set_notice(notice)
        self._show_waiting()
        self.show()
        self.update()
        self._announce(notice)
        self._timer.stop()
        self._count_down()

    def _show_waiting(self) -> None:
        waiting = self._queue.waiting
        self._more.setVisible(waiting > 0)
        self._more.setText(self.tr("+{count}").format(count=waiting))
        self._more.setToolTip(self.tr("More notices: {count}").format(count=waiting))
        self._more.setAccessibleName(self._more.toolTip())

    def _count_down(self) -> None:
        notice = self._queue.current
        if notice is None or notice.level is not Level.INFO or self._is_held():
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start(UNDO_DURATION_MS if notice.actions else INFO_DURATION_MS)

    def _is_held(self) -> bool:
        focus = QApplication.focusWidget()
        return self.underMouse() or (focus is not None and self.isAncestorOf(focus))

    def _announce(self, notice: Notice) -> None:
        """Let a screen reader say it: nothing else tells it that words have appeared."""
        words = f"{notice.cause} {notice.advice}".strip()
        self.setAccessibleDescription(words)
        # Not before there is something to say: the window opens sooner without its hundreds of roles.
        from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent

        if QAccessible.isActive():
            event = QAccessibleAnnouncementEvent(self, words)
            if notice.level is Level.ERROR:
                event.setPoliteness(QAccessible.AnnouncementPoliteness.Assertive)
            QAccessible.updateAccessibility(event)

    def _give_focus_back(self) -> None:
        focus = QApplication.focusWidget()
        target, self._came_from = self._came_from, None
        if focus is None or not self.isAncestorOf(focus):
            return
        if target is not None and shiboken6.isValid(target) and target.isVisible():
            target.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(object)
    def _on_notice_posted(self, notice: Notice) -> None:
        shown = self._queue.current
        self._queue.put(notice)
        if self._queue.current is shown:
            self._show_waiting()
        else:
            self._show_current()

    @Slot(object)
    def _on_notice_withdrawn(self, notice: Notice) -> None:
        shown = self._queue.current
        self._queue.take_out(notice)
        if self._queue.current is shown:
            self._show_waiting()
        else:
            self._show_what_is_left()

    @Slot(object)
    def _on_action_chosen(self, action: NoticeAction) -> None:
        # First away, then act: what the action posts is to be seen.
        self.dismiss()
        action.run()

    @Slot(QWidget, QWidget)
    def _on_focus_changed(self, old: QWidget | None, new: QWidget | None) -> None:
        inside = new is not None and self.isAncestorOf(new)
        if inside and old is not None and not self.isAncestorOf(old):
            self._came_from = old
        if self._queue.current is not None:
            self._count_down()

    @Slot()
    def _on_theme_changed(self) -> None:
        self.update()
