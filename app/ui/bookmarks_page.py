"""The bookmarked messages, in the place of the list of conversations."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from app.store.store import SearchHit
from app.ui.icon_button import IconButton
from app.ui.icons import Icons
from app.ui.message_page import MessagePage
from app.ui.search_results import SearchResults
from app.ui.theme import SPACE_S, Theme


class BookmarksPage(QWidget):
    """A heading with a way back, and the bookmarks below it."""

    #: The user chose a bookmark; carries it as a SearchHit.
    hit_chosen = Signal(object)
    #: The user wants the conversations again.
    back_requested = Signal()

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._back = IconButton(theme, icons, "chevron-left", self.tr("Back"), self)
        self._back.set_label(self.tr("Back"), self.tr("Esc"))
        heading = QLabel(self.tr("Bookmarks"), self)
        heading.setProperty("role", "heading")
        self._list = SearchResults(theme, self.tr("Bookmarks"), self)
        self._nothing = MessagePage(self)
        self._nothing.set_text(self.tr("Messages that you bookmark will be listed here."))
        self._pages = QStackedWidget(self)
        self._pages.addWidget(self._list)
        self._pages.addWidget(self._nothing)
        top = QHBoxLayout()
        top.setContentsMargins(SPACE_S, 0, SPACE_S, 0)
        top.setSpacing(SPACE_S)
        top.addWidget(self._back)
        top.addWidget(heading, 1)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(SPACE_S)
        rows.addLayout(top)
        rows.addWidget(self._pages, 1)
        self._back.clicked.connect(self.back_requested)
        self._list.hit_chosen.connect(self.hit_chosen)

    @property
    def controls(self) -> tuple[QWidget, ...]:
        """What the keyboard comes by, in this order."""
        return self._back, self._list

    def set_hits(self, hits: tuple[SearchHit, ...]) -> None:
        """Show the bookmarks, the newest first."""
        self._list.set_hits(hits)
        self._pages.setCurrentWidget(self._list if hits else self._nothing)

    def step_in(self) -> None:
        """Take the keyboard, at the first bookmark."""
        if self._pages.currentWidget() is self._list:
            self._list.step_in()
        else:
            self._back.setFocus(Qt.FocusReason.TabFocusReason)
