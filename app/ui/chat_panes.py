"""The middle of the window: one conversation, or two beside each other with a line of titles above.

Where there is no room for two, the titles are tabs and the one in use is shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.presenters.chat import ChatPresenter
from app.presenters.conversations import ConversationsPresenter
from app.presenters.model_state import ModelState
from app.presenters.notices import Notices
from app.presenters.places import Places
from app.settings.schema import EnterKey
from app.ui.chat_pane import ChatPane
from app.ui.icons import Icons
from app.ui.notice_bar import NoticeBar
from app.ui.theme import Theme
from app.ui.titles import shown_title

if TYPE_CHECKING:
    from app.ui.place_tabs import PlaceTabs

#: Narrower panes are of no use, at the usual size of the text.
PANE_MINIMUM = 320


class ChatPanes(QWidget):
    """Makes a ChatPane for each conversation in view, and shows which is in use."""

    #: A pane was made; carries the ChatPane, to be connected and told what there is.
    pane_made = Signal(object)

    def __init__(
        self,
        places: Places,
        conversations: ConversationsPresenter,
        notices: Notices,
        theme: Theme,
        icons: Icons,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._places = places
        self._conversations = conversations
        self._notices = notices
        self._theme = theme
        self._icons = icons
        self._tabs: PlaceTabs | None = None
        self._line: QFrame | None = None
        self._row = QHBoxLayout()
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(0)
        self._rows.addLayout(self._row, 1)
        self._panes: dict[ChatPresenter, ChatPane] = {}
        self._shown: list[ChatPane] = []
        self._notice_bar = NoticeBar(notices, theme, icons, self)
        self.pane.hold_notices(self._notice_bar)
        self._row.addWidget(self.pane, 1)
        places.chats_changed.connect(self._on_chats_changed)
        conversations.conversations_changed.connect(self._on_titles_changed)
        conversations.current_changed.connect(self._on_titles_changed)
        conversations.temporary_changed.connect(self._on_titles_changed)
        theme.changed.connect(self._on_theme_changed)

    @property
    def pane(self) -> ChatPane:
        """The one in use."""
        return self._pane_of(self._places.chat)

    def set_model(self, state: ModelState) -> None:
        """Take over where the model stands."""
        for pane in self._panes.values():
            pane.set_model(state)

    def set_starter_present(self, present: bool) -> None:
        """Offer the starter model on the welcome page, or not."""
        for pane in self._panes.values():
            pane.welcome.set_starter_present(present)

    def set_enter_key(self, enter_key: EnterKey) -> None:
        """Choose what Enter does in the composers."""
        for pane in self._panes.values():
            pane.composer.set_enter_key(enter_key)

    def flush_drafts(self) -> None:
        """Tell every draft that has changed."""
        for pane in self._panes.values():
            pane.flush_drafts()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show one or both, as there is room."""
        super().resizeEvent(event)
        self._show_panes()

    def _pane_of(self, chat: ChatPresenter) -> ChatPane:
        if chat not in self._panes:
            if self._panes and self._tabs is None:
                # Before the second pane: the Tab key goes by the order of creation.
                self._tabs = self._make_tabs()
            pane = ChatPane(chat, self._notices, self._theme, self._icons, self)
            self._panes[chat] = pane
            self.pane_made.emit(pane)
        return self._panes[chat]

    def _make_tabs(self) -> PlaceTabs:
        from app.ui.place_tabs import PlaceTabs

        tabs = PlaceTabs(self._theme, self._icons, self)
        tabs.chosen.connect(self._on_tab_chosen)
        tabs.close_requested.connect(self._on_close_requested)
        self._rows.insertWidget(0, tabs)
        self._line = QFrame(self)
        self._line.setProperty("rule", "true")
        self._line.setFixedWidth(1)
        # Here, since most users never see two.
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._on_focus_changed)
        return tabs

    def _has_room(self) -> bool:
        return self.width() >= 2 * PANE_MINIMUM * max(1.0, self._theme.scale)

    def _show_panes(self) -> None:
        """Place what is in view from left to right."""
        if self._tabs is None or self._line is None:
            return
        in_view = self._places.in_view
        two = len(in_view) == 2
        both = two and self._has_room()
        shown = [self._pane_of(chat) for chat in in_view if both or chat is self._places.chat]
        self._tabs.setVisible(two)
        if shown == self._shown:
            return
        self._shown = shown
        while self._row.count():
            self._row.takeAt(0)
        for pane in shown:
            if self._row.count():
                self._row.addWidget(self._line)
            self._row.addWidget(pane, 1)
        self._line.setVisible(both)
        for pane in self._panes.values():
            pane.setVisible(pane in shown)

    def _show_titles(self) -> None:
        if self._tabs is not None:
            titles = [self._title(chat) for chat in self._places.in_view]
            self._tabs.set_titles(titles, self._places.in_view.index(self._places.chat))
            for chat, title in zip(self._places.in_view, titles, strict=True):
                self._pane_of(chat).setAccessibleName(title)

    def _title(self, chat: ChatPresenter) -> str:
        if chat.place.is_temporary:
            return self.tr("Temporary conversation")
        conversation = self._conversations.book.get(chat.place.conversation_id)
        if conversation is None:
            return self.tr("New conversation")
        return shown_title(conversation.title)

    @Slot(object)
    def _on_chats_changed(self) -> None:
        # Of the window, which may not be in front.
        focused = self.window().focusWidget()
        was_here = focused is not None and self.isAncestorOf(focused)
        pane = self.pane
        self._show_panes()
        self._show_titles()
        pane.hold_notices(self._notice_bar)
        if was_here:
            pane.take_keyboard()

    @Slot()
    def _on_titles_changed(self) -> None:
        self._show_titles()

    @Slot(int)
    def _on_tab_chosen(self, place: int) -> None:
        self._places.in_view[place].use()
        self.pane.take_keyboard()

    @Slot(int)
    def _on_close_requested(self, place: int) -> None:
        self._places.close(self._places.in_view[place])
        self.pane.take_keyboard()

    @Slot(QWidget, QWidget)
    def _on_focus_changed(self, _before: QWidget | None, now: QWidget | None) -> None:
        for chat in self._places.in_view:
            pane = self._panes.get(chat)
            if pane is not None and now is not None and pane.isAncestorOf(now):
                chat.use()

    @Slot()
    def _on_theme_changed(self) -> None:
        self._show_panes()
