"""The sidebar: new conversation, search, bookmarks, and the list of conversations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.chat.conversation import Conversation
from app.chat.grouping import Section
from app.presenters.conversations import ConversationsPresenter
from app.store.store import SearchHit
from app.ui.escape import claims_escape
from app.ui.icon_button import IconButton
from app.ui.icons import Icons
from app.ui.message_page import MessagePage
from app.ui.search_field import SearchField
from app.ui.tab_chain import chain_tab_order
from app.ui.theme import CONTROL_HEIGHT, SPACE_S, Theme

if TYPE_CHECKING:
    from app.ui.bookmarks_page import BookmarksPage
    from app.ui.conversation_menu import ConversationMenu, FolderHeadingMenu
    from app.ui.conversation_view import ConversationView
    from app.ui.search_results import SearchResults

#: A search starts when the typing pauses this long.
SEARCH_DELAY_MS = 150


class ConversationList(QFrame):
    """The panel on the left. Knows the conversations' presenter."""

    #: The user wants the list put away.
    close_requested = Signal()
    #: The user wants a conversation beside the shown one; carries its id.
    beside_requested = Signal(str)
    #: The user opened a conversation or began a new one; a drawer may close.
    conversation_chosen = Signal()

    def __init__(
        self,
        presenter: ConversationsPresenter,
        theme: Theme,
        icons: Icons,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._presenter = presenter
        self._is_over = False
        self._theme = theme
        self._icons = icons
        self.setProperty("pane", "side")
        self.setAccessibleName(self.tr("Conversations"))

        self._hide_button = IconButton(theme, icons, "menu", self.tr("Hide conversations"), self)
        self._hide_button.set_label(self.tr("Hide conversations"), "F9")
        self._search = SearchField(theme, icons, self.tr("Search conversations"), self)
        self._new_button = QPushButton(self.tr("New conversation"), self)
        self._new_button.setProperty("kind", "row")
        self._new_button.setMinimumHeight(CONTROL_HEIGHT)
        self._new_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._new_button.setToolTip(self.tr("New conversation (Ctrl+N)"))
        self._bookmarks_button = IconButton(theme, icons, "bookmark", self.tr("Bookmarks"), self)
        self._bookmarks_button.set_label(self.tr("Bookmarks"), "Ctrl+Shift+B")
        self._writing: frozenset[str] = frozenset()
        self._view: ConversationView | None = None
        self._results: SearchResults | None = None
        self._bookmarks: BookmarksPage | None = None
        self._pages = QStackedWidget(self)
        self._nothing_yet = MessagePage(self._pages)
        self._nothing_yet.set_text(self.tr("Your conversations will be listed here."))
        self._nothing_found = MessagePage(self._pages)
        self._pages.addWidget(self._nothing_yet)
        self._pages.addWidget(self._nothing_found)

        top = QHBoxLayout()
        top.setContentsMargins(SPACE_S, SPACE_S, SPACE_S, 0)
        top.setSpacing(SPACE_S)
        top.addWidget(self._hide_button)
        top.addWidget(self._search, 1)
        new = QHBoxLayout()
        new.setContentsMargins(SPACE_S, 0, SPACE_S, 0)
        new.setSpacing(SPACE_S)
        new.addWidget(self._new_button, 1)
        new.addWidget(self._bookmarks_button)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(SPACE_S)
        rows.addLayout(top)
        rows.addLayout(new)
        rows.addWidget(self._pages, 1)

        self._search_timer = QTimer(self)
        self._search_timer.setSingleShot(True)
        self._search_timer.setInterval(SEARCH_DELAY_MS)

        self._connect(theme)
        self._draw_icon()
        self._show_conversations(presenter.conversations)

    @property
    def view(self) -> ConversationView:
        """The list itself; made when there is something in it, so that the window opens sooner."""
        if self._view is None:
            self._view = self._make_view()
        return self._view

    @property
    def results(self) -> SearchResults:
        """What a search found; made when something is found first, as the list is."""
        if self._results is None:
            self._results = self._make_results()
        return self._results

    def set_over(self, over: bool) -> None:
        """Say whether the list lies over the conversation, as a drawer."""
        self._is_over = over

    def focus_search(self) -> None:
        """Let the user type what to look for."""
        self._search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._search.selectAll()

    def rename_current(self) -> None:
        """Let the user type another title for the shown conversation, in its place."""
        self._search.clear()
        if self._shows_bookmarks():
            self._leave_bookmarks()
        current_id, collapsed = self._presenter.current_id, self._presenter.collapsed
        for section in self._presenter.sections:
            ids = {conversation.id for conversation in section.conversations}
            if section.key in collapsed and current_id in ids:
                self._presenter.toggle_section(section.key)
        self.view.rename(current_id)

    @Slot()
    def show_bookmarks(self) -> None:
        """List the bookmarked messages in the place of the conversations."""
        self._search.clear()
        self._presenter.finder.list_bookmarks()

    @Slot(object)
    def set_writing(self, conversation_ids: frozenset[str]) -> None:
        """Mark the conversations that are being answered."""
        self._writing = conversation_ids
        if self._view is not None:
            self._view.set_writing(conversation_ids)

    def name_folder(self, conversation_id: str) -> None:
        """Let the user name a new folder, and lay a conversation into it."""
        from app.ui.folder_dialog import FolderDialog

        names = self._presenter.folders.names
        dialog = FolderDialog(conversation_id, names, parent=self.window())
        dialog.name_chosen.connect(self._presenter.book.set_folder)
        dialog.open()

    def event(self, event: QEvent) -> bool:
        """Take Esc before a menu does, where it puts something away here."""
        asks = event.type() is QEvent.Type.ShortcutOverride
        has_use = asks and (self._is_over or self._search.text() or self._shows_bookmarks())
        return bool(has_use and claims_escape(event)) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave the search or the bookmarks on Escape, wherever the keyboard is in this panel."""
        if event.key() == Qt.Key.Key_Escape and self._search.text():
            self._search.clear()
            self._search.setFocus(Qt.FocusReason.OtherFocusReason)
        elif event.key() == Qt.Key.Key_Escape and self._shows_bookmarks():
            self._leave_bookmarks()
        else:
            super().keyPressEvent(event)

    def _connect(self, theme: Theme) -> None:
        presenter = self._presenter
        presenter.conversations_changed.connect(self._on_conversations_changed)
        presenter.current_changed.connect(self._on_current_changed)
        presenter.finder.search_finished.connect(self._on_search_finished)
        presenter.finder.bookmarks_listed.connect(self._on_bookmarks_listed)
        self._hide_button.clicked.connect(self.close_requested)
        self._new_button.clicked.connect(self._on_new_clicked)
        self._bookmarks_button.clicked.connect(self._on_bookmarks_clicked)
        self._search.textChanged.connect(self._on_search_text_changed)
        self._search.returnPressed.connect(self._on_search_return_pressed)
        self._search.step_requested.connect(self._on_step_requested)
        self._search_timer.timeout.connect(self._on_search_due)
        theme.changed.connect(self._on_theme_changed)

    def _make_view(self) -> ConversationView:
        from app.ui.conversation_view import ConversationView

        view = ConversationView(self._theme, self._icons, self._pages)
        view.conversation_chosen.connect(self._on_conversation_chosen)
        view.beside_requested.connect(self.beside_requested)
        view.title_edited.connect(self._presenter.book.rename)
        view.delete_requested.connect(self._on_delete_requested)
        view.fold_requested.connect(self._presenter.toggle_section)
        view.conversation_dropped.connect(self._on_conversation_dropped)
        view.menu_made.connect(self._on_menu_made)
        view.folder_menu_made.connect(self._on_folder_menu_made)
        view.set_writing(self._writing)
        self._add_page(view, view)
        return view

    def _make_results(self) -> SearchResults:
        from app.ui.search_results import SearchResults

        results = SearchResults(self._theme, self.tr("Search results"), self._pages)
        results.hit_chosen.connect(self._on_hit_chosen)
        self._add_page(results, results)
        return results

    def _add_page(self, page: QWidget, *controls: QWidget) -> None:
        self._pages.addWidget(page)
        # Qt goes by the order of creation, and the conversation is older.
        chain_tab_order(self._bookmarks_button, *controls)

    def _draw_icon(self) -> None:
        self._new_button.setIcon(self._icons.icon("plus", "accent"))

    def _show_conversations(self, conversations: tuple[Conversation, ...]) -> None:
        is_new = self._view is None
        if conversations or not is_new:
            self.view.set_conversations(conversations, self._presenter.collapsed)
            if is_new:
                self.view.set_shown(self._presenter.current_id)
        if not self._search.text().strip() and not self._shows_bookmarks():
            self._pages.setCurrentWidget(self.view if conversations else self._nothing_yet)

    def _shows_bookmarks(self) -> bool:
        return self._bookmarks is not None and self._pages.currentWidget() is self._bookmarks

    def _leave_bookmarks(self) -> None:
        self._show_list()
        if self._pages.currentWidget() is self._view:
            self.view.step_in()
        else:
            self._bookmarks_button.setFocus(Qt.FocusReason.TabFocusReason)

    def _show_list(self) -> None:
        """Show the conversations in the place of what else was shown there."""
        self._pages.setCurrentWidget(self._nothing_yet)
        self._show_conversations(self._presenter.conversations)

    def _bookmarks_page(self) -> BookmarksPage:
        """Return the page of bookmarks; made when it is wanted first."""
        if self._bookmarks is None:
            from app.ui.bookmarks_page import BookmarksPage

            self._bookmarks = BookmarksPage(self._theme, self._icons, self._pages)
            self._bookmarks.hit_chosen.connect(self._on_hit_chosen)
            self._bookmarks.back_requested.connect(self._on_back_requested)
            self._add_page(self._bookmarks, *self._bookmarks.controls)
        return self._bookmarks

    @Slot(object)
    def _on_menu_made(self, menu: ConversationMenu) -> None:
        presenter = self._presenter
        menu.beside_requested.connect(self.beside_requested)
        menu.title_requested.connect(presenter.ask_for_title)
        menu.pin_requested.connect(presenter.book.set_pinned)
        menu.archive_requested.connect(presenter.set_archived)
        menu.duplicate_requested.connect(presenter.duplicate)
        menu.folder_chosen.connect(presenter.book.set_folder)
        menu.new_folder_requested.connect(self.name_folder)

    @Slot(object)
    def _on_folder_menu_made(self, menu: FolderHeadingMenu) -> None:
        menu.rename_requested.connect(self._on_folder_rename_requested)
        menu.remove_requested.connect(self._presenter.folders.remove)

    @Slot(str)
    def _on_folder_rename_requested(self, folder: str) -> None:
        from app.ui.folder_dialog import FolderDialog

        folders = self._presenter.folders
        dialog = FolderDialog(folder, folders.names, folder, self.window())
        dialog.name_chosen.connect(folders.rename)
        dialog.open()

    @Slot(str, object)
    def _on_conversation_dropped(self, conversation_id: str, section: Section) -> None:
        self._presenter.folders.move(conversation_id, section)

    @Slot()
    def _on_bookmarks_clicked(self) -> None:
        if self._shows_bookmarks():
            self._leave_bookmarks()
        else:
            self.show_bookmarks()

    @Slot(object)
    def _on_bookmarks_listed(self, hits: tuple[SearchHit, ...]) -> None:
        page = self._bookmarks_page()
        page.set_hits(hits)
        self._pages.setCurrentWidget(page)
        page.step_in()

    @Slot()
    def _on_back_requested(self) -> None:
        self._leave_bookmarks()

    @Slot(object)
    def _on_conversations_changed(self, conversations: tuple[Conversation, ...]) -> None:
        self._show_conversations(conversations)

    @Slot(str)
    def _on_current_changed(self, conversation_id: str) -> None:
        if self._view is not None:
            self._view.set_shown(conversation_id)

    @Slot(str)
    def _on_conversation_chosen(self, conversation_id: str) -> None:
        self._presenter.open(conversation_id)
        self.conversation_chosen.emit()

    @Slot(str)
    def _on_delete_requested(self, conversation_id: str) -> None:
        self._presenter.delete(conversation_id)

    @Slot()
    def _on_new_clicked(self) -> None:
        self._presenter.new()
        self.conversation_chosen.emit()

    @Slot()
    def _on_search_text_changed(self) -> None:
        if self._search.text().strip():
            self._search_timer.start()
        else:
            self._search_timer.stop()
            self._presenter.finder.search("")
            self._show_list()

    @Slot()
    def _on_search_due(self) -> None:
        self._presenter.finder.search(self._search.text().strip())

    @Slot(str, object)
    def _on_search_finished(self, query: str, hits: tuple[SearchHit, ...]) -> None:
        if not query or query != self._search.text().strip():
            return
        if hits or self._results is not None:
            self.results.set_hits(hits)
        if hits:
            self._pages.setCurrentWidget(self.results)
            return
        self._nothing_found.set_text(self.tr("Nothing found for “{query}”.").format(query=query))
        self._pages.setCurrentWidget(self._nothing_found)

    @Slot()
    def _on_search_return_pressed(self) -> None:
        if self._pages.currentWidget() is self._results:
            self.results.choose_first()

    @Slot()
    def _on_step_requested(self) -> None:
        if self._pages.currentWidget() is self._results:
            self.results.step_in()
        elif self._pages.currentWidget() is self._view:
            self.view.step_in()

    @Slot(object)
    def _on_hit_chosen(self, hit: SearchHit) -> None:
        self._presenter.open_hit(hit)
        self.conversation_chosen.emit()

    @Slot()
    def _on_theme_changed(self) -> None:
        self._draw_icon()
