"""One conversation, or the welcome page, with what is told about it and the composer below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from app.chat.tree import ShownMessage
from app.presenters.chat import ChatPresenter
from app.presenters.chat_status import Activity, ChatStatus
from app.presenters.model_state import ModelStage, ModelState
from app.presenters.notices import Notices
from app.ui.composer import Composer
from app.ui.icons import Icons
from app.ui.notice_bar import NoticeBar
from app.ui.theme import COLUMN_WIDTH, CONTROL_HEIGHT, SPACE_L, SPACE_M, SPACE_S, Theme
from app.ui.welcome import Welcome

if TYPE_CHECKING:
    from app.ui.chat.queue_bar import QueueBar
    from app.ui.chat.view import ChatView
    from app.ui.message_commands import MessageCommands
    from app.ui.temporary_bar import TemporaryBar


class ChatPane(QWidget):
    """Knows the chat's presenter; shows what it says and forwards what the user does."""

    #: The user wants to know which model to get, and where.
    get_model_requested = Signal()
    #: The user wants to look for a model file.
    file_requested = Signal()
    #: The user wants the starter model.
    starter_requested = Signal()
    #: The user wants a load given up.
    cancel_requested = Signal()

    def __init__(
        self,
        presenter: ChatPresenter,
        notices: Notices,
        theme: Theme,
        icons: Icons,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._presenter = presenter
        self._notices = notices
        self._theme = theme
        self._wanted_id = ""
        self._shown: set[str] = set()
        self._icons = icons
        self._view: ChatView | None = None
        self._commands: MessageCommands | None = None
        self._queue: QueueBar | None = None
        self._temporary_bar: TemporaryBar | None = None
        # A click anywhere lets this conversation be in use, and the user write.
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._pages = QStackedWidget(self)
        # It takes the room that is left; where there is little, what is below comes first.
        self._pages.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
        self._pages.setMinimumHeight(CONTROL_HEIGHT)
        self.welcome = Welcome(theme, icons, self._pages)
        self._column = QWidget(self)
        self.composer = Composer(theme, icons, self._column)
        self._pages.addWidget(self.welcome)
        self._lay_out()
        theme.changed.connect(self._on_theme_changed)
        self._connect_presenter()
        self._connect_widgets()

    @property
    def view(self) -> ChatView:
        """The conversation; made when it is asked for first, so that the window opens sooner."""
        if self._view is None:
            self._view = self._make_view()
        return self._view

    @property
    def commands(self) -> MessageCommands:
        """What can be done with messages; made when it is asked for first, as the view is."""
        if self._commands is None:
            from app.ui.message_commands import MessageCommands

            self._commands = MessageCommands(self._presenter, self._theme, self._icons, self)
        return self._commands

    def hold_notices(self, bar: NoticeBar) -> None:
        """Show the window's notices here, above the composer."""
        self._below.insertWidget(0, bar)
        bar.setVisible(bar.notice is not None)

    def flush_drafts(self) -> None:
        """Tell what is written in the composer and in the place of messages."""
        self.composer.flush_draft()
        if self._view is not None:
            self._view.flush_edits()

    def take_keyboard(self) -> None:
        """Let the user go on where they were in this conversation, or else write."""
        last = self.focusWidget()
        if last is None or not last.isVisibleTo(self):
            last = self.composer
        last.setFocus()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Let the user write."""
        del event
        self.composer.setFocus()

    def set_model(self, state: ModelState) -> None:
        """Take over where the model stands."""
        self.welcome.set_model(state)
        missing = state.stage is ModelStage.NONE
        self.composer.set_enabled_reason(self.tr("Choose a model first.") if missing else "")

    @Slot(str)
    def reveal(self, message_id: str) -> None:
        """Bring a message into view, now or once its conversation is shown."""
        if message_id in self._shown:
            self.view.reveal(message_id)
        else:
            self._wanted_id = message_id

    def show_welcome(self) -> None:
        """Show the first steps, also when there is a conversation."""
        self.welcome.show_first_steps(bool(self._shown))
        self._pages.setCurrentWidget(self.welcome)

    def edit_last_message(self) -> None:
        """Let the user edit the last message of theirs, in its place."""
        message_id = self._presenter.last_question_id()
        if message_id:
            self._show_page()
            self.view.begin_edit(message_id)

    def open_message_menu(self) -> None:
        """Open the menu of the message that the keyboard is in, or of the last one."""
        self._show_page()
        self.commands.open_menu_of_last()

    def show_answer_details(self) -> None:
        """Show the numbers of the last answer."""
        self.commands.show_details_of_last()

    def show_branches(self) -> None:
        """Show the tree of the conversation."""
        self.commands.show_branches_of_last()

    @Slot(int)
    def tell_paste_cut(self, letters: int) -> None:
        """Tell the user that a paste was too long."""
        self._notices.warn(
            self.tr("The pasted text was too long; {count} characters were left out.").format(
                count=letters
            ),
            self.tr("Paste it in parts."),
        )

    def _lay_out(self) -> None:
        self._on_theme_changed()
        below = self._below = QVBoxLayout(self._column)
        below.setContentsMargins(SPACE_L, 0, SPACE_L, SPACE_M)
        below.setSpacing(SPACE_S)
        below.addWidget(self.composer)
        centred = QHBoxLayout()
        centred.setContentsMargins(0, 0, 0, 0)
        centred.addStretch(1)
        centred.addWidget(self._column, 1000)
        centred.addStretch(1)
        rows = self._rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(SPACE_S)
        rows.addWidget(self._pages, 1)
        rows.addLayout(centred)

    def _connect_presenter(self) -> None:
        presenter = self._presenter
        presenter.messages_shown.connect(self._on_messages_shown)
        presenter.message_added.connect(self._on_message_added)
        presenter.status_changed.connect(self._on_status_changed)
        presenter.draft_shown.connect(self.composer.show_draft)
        presenter.place.message_wanted.connect(self.reveal)
        presenter.place.temporary_changed.connect(self._on_temporary_changed)
        presenter.queue.queue_changed.connect(self._on_queue_changed)
        presenter.queue.text_returned.connect(self.composer.take_back)

    def _connect_widgets(self) -> None:
        presenter = self._presenter
        self.composer.send_requested.connect(presenter.send)
        self.composer.stop_requested.connect(presenter.stop)
        self.composer.draft_changed.connect(presenter.keep_draft)
        self.composer.edit_last_requested.connect(self.edit_last_message)
        self.composer.page_requested.connect(self._on_page_requested)
        self.composer.paste_cut.connect(self.tell_paste_cut)
        self.welcome.question_chosen.connect(presenter.send)
        self.welcome.back_requested.connect(self._on_back_requested)
        self.welcome.get_model_requested.connect(self.get_model_requested)
        self.welcome.file_requested.connect(self.file_requested)
        self.welcome.starter_requested.connect(self.starter_requested)
        self.welcome.cancel_requested.connect(self.cancel_requested)

    @Slot()
    def _on_theme_changed(self) -> None:
        # As wide as the messages above it.
        width = round(COLUMN_WIDTH * self._theme.scale)
        self._column.setMaximumWidth(width + 2 * SPACE_L)

    def _make_view(self) -> ChatView:
        # With it come markdown-it and Pygments.
        from app.ui.chat.view import ChatView

        view = ChatView(self._theme, self._icons, self._pages)
        self._pages.addWidget(view)
        # Qt goes by the order of creation, and the composer is older; what takes no focus itself
        # cannot be gone on from.
        QWidget.setTabOrder(self.welcome.last_control, view)
        presenter = self._presenter
        presenter.message_changed.connect(view.change_item)
        presenter.text_appended.connect(view.append_text)
        presenter.prefill_progressed.connect(view.set_prefill)
        view.regenerate_requested.connect(presenter.regenerate_as_it_is)
        view.edit_submitted.connect(presenter.edit)
        view.edit_changed.connect(presenter.marks.keep_edit)
        view.version_requested.connect(presenter.choose_version)
        view.continue_requested.connect(presenter.continue_answer)
        view.link_activated.connect(self._on_link_activated)
        view.menu_requested.connect(self._on_menu_requested)
        view.bookmark_dropped.connect(self._on_bookmark_dropped)
        return view

    def _make_queue(self) -> QueueBar:
        from app.ui.chat.queue_bar import QueueBar

        bar = QueueBar(self._theme, self._icons, self._column)
        self._below.insertWidget(self._below.indexOf(self.composer), bar)
        bar.edit_requested.connect(self._presenter.queue.edit)
        bar.remove_requested.connect(self._presenter.queue.remove)
        return bar

    def _make_temporary_bar(self) -> TemporaryBar:
        from app.ui.temporary_bar import TemporaryBar

        bar = TemporaryBar(self._theme, self._icons, self)
        bar.keep_requested.connect(self._presenter.keep_temporary)
        self._rows.insertWidget(0, bar)
        return bar

    def _show_page(self) -> None:
        self.welcome.show_first_steps(False)
        self._pages.setCurrentWidget(self.view if self._shown else self.welcome)

    @Slot(object)
    def _on_messages_shown(self, items: tuple[ShownMessage, ...]) -> None:
        self._shown = {item.message.id for item in items}
        if items or self._view is not None:
            self.view.set_items(items)
        self._show_page()
        if self._wanted_id in self._shown:
            self.view.reveal(self._wanted_id)
            self._wanted_id = ""

    @Slot(object)
    def _on_message_added(self, item: ShownMessage) -> None:
        self._shown.add(item.message.id)
        self.view.add_item(item)
        self._show_page()

    @Slot(object)
    def _on_queue_changed(self, texts: tuple[str, ...]) -> None:
        if self._queue is None and texts:
            self._queue = self._make_queue()
        if self._queue is not None:
            self._queue.show_texts(texts)

    @Slot(bool)
    def _on_temporary_changed(self, temporary: bool) -> None:
        if temporary and self._temporary_bar is None:
            self._temporary_bar = self._make_temporary_bar()
        if self._temporary_bar is not None:
            self._temporary_bar.setVisible(temporary)

    @Slot(str, QPoint, str)
    def _on_menu_requested(self, message_id: str, place: QPoint, address: str) -> None:
        self._presenter.use()
        self.commands.open_menu(message_id, place, address)

    @Slot(str)
    def _on_bookmark_dropped(self, message_id: str) -> None:
        self.commands.drop_bookmark(message_id)

    @Slot(object)
    def _on_status_changed(self, status: ChatStatus) -> None:
        self.composer.set_running(status.activity is not Activity.IDLE)
        self.composer.set_status(status)

    @Slot(int)
    def _on_page_requested(self, direction: int) -> None:
        bar = self.view.verticalScrollBar()
        step = bar.SliderAction
        bar.triggerAction(step.SliderPageStepSub if direction < 0 else step.SliderPageStepAdd)

    @Slot()
    def _on_back_requested(self) -> None:
        self._show_page()

    @Slot(str)
    def _on_link_activated(self, address: str) -> None:
        # Needed seldom, so the window opens without it.
        from app.ui.link_dialog import ask_to_open

        ask_to_open(address, self._theme, self, self._on_link_failed)

    @Slot(str)
    def _on_link_failed(self, address: str) -> None:
        self._notices.warn(self.tr("The link could not be opened."), address)
