"""Carries out what the menu of a message asks for: hands it to the chat, or shows a dialog."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, QPoint, Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QDialog, QInputDialog

from app.presenters.chat import ChatPresenter
from app.presenters.variation import Variation
from app.settings.schema import entry_named
from app.ui.chat.copying import CopyForm, copy_message
from app.ui.chat.message_menu import Choice, MessageMenu, Wish
from app.ui.chat.message_widget import MessageWidget
from app.ui.icons import Icons
from app.ui.theme import Theme

if TYPE_CHECKING:
    from app.ui.chat.view import ChatView
    from app.ui.chat_pane import ChatPane


class MessageCommands(QObject):
    """Knows which message the menu was opened for. Lives on the window's thread; the pane's.

    Dialogs are imported when they are wanted.
    """

    def __init__(
        self, presenter: ChatPresenter, theme: Theme, icons: Icons, pane: ChatPane
    ) -> None:
        super().__init__(pane)
        self._presenter = presenter
        self._theme = theme
        self._icons = icons
        self._message_id = ""
        self._address = ""
        self._verbs: dict[Wish, Callable[[], object]] = {
            Wish.COPY_SELECTION: self._copy_selection,
            Wish.COPY_LINK: self._copy_link,
            Wish.SELECT: self._select,
            Wish.EDIT: self._edit,
            Wish.REGENERATE: self._regenerate,
            Wish.TEMPERATURE: self._ask_temperature,
            Wish.CONTINUE: self._continue,
            Wish.PAUSE: presenter.pause,
            Wish.STOP: presenter.stop,
            Wish.RAW: self._toggle_raw,
            Wish.BOOKMARK: self._toggle_bookmark,
            Wish.NOTE: self._ask_note,
            Wish.DETAILS: self._show_details,
            Wish.BRANCHES: self._show_branches,
            Wish.DELETE: self._delete,
        }

    @Slot(str, QPoint, str)
    def open_menu(self, message_id: str, place: QPoint, address: str) -> None:
        """Open the menu of a message at a place of the screen."""
        offers = self._presenter.offers(message_id)
        if offers is None:
            return
        self._message_id = message_id
        self._address = address
        view = self._view()
        menu = MessageMenu(
            offers,
            self._icons,
            self._pane(),
            has_selection=view.selector.has_selection,
            has_link=bool(address),
            is_raw=view.is_raw(message_id),
        )
        menu.chosen.connect(self._on_chosen)
        menu.popup(place)

    def open_menu_of_last(self) -> None:
        """Open the menu of the message that the keyboard is in, or of the last one."""
        view = self._view()
        widget = _focused_message() or view.widget_for(self._presenter.last_id())
        if widget is not None:
            view.bring_into_view(widget)
            self.open_menu(widget.message.id, widget.menu_place(), "")

    def show_details_of_last(self) -> None:
        """Show the numbers of the last answer."""
        self._message_id = self._presenter.last_answer_id()
        self._show_details()

    def show_branches_of_last(self) -> None:
        """Show the tree of the conversation."""
        self._message_id = ""
        self._show_branches()

    @Slot(str)
    def drop_bookmark(self, message_id: str) -> None:
        """Make a message a bookmark no more."""
        self._presenter.marks.set_bookmarked(message_id, False)

    @Slot(object)
    def _on_chosen(self, choice: Choice) -> None:
        if isinstance(choice, Variation):
            self._presenter.regenerate(self._message_id, choice)
        elif isinstance(choice, CopyForm):
            message = self._presenter.message(self._message_id)
            if message is not None:
                copy_message(message, choice)
        else:
            self._verbs[choice]()

    def _pane(self) -> ChatPane:
        return cast("ChatPane", self.parent())

    def _view(self) -> ChatView:
        return self._pane().view

    def _copy_selection(self) -> None:
        self._view().selector.copy()

    def _copy_link(self) -> None:
        QGuiApplication.clipboard().setText(self._address)

    def _select(self) -> None:
        self._view().selector.select_message(self._message_id)
        self._view().setFocus()

    def _edit(self) -> None:
        self._view().begin_edit(self._message_id)

    def _regenerate(self) -> None:
        self._presenter.regenerate(self._message_id)

    def _continue(self) -> None:
        self._presenter.continue_answer(self._message_id)

    def _toggle_raw(self) -> None:
        view = self._view()
        view.set_raw(self._message_id, not view.is_raw(self._message_id))

    def _toggle_bookmark(self) -> None:
        message = self._presenter.message(self._message_id)
        if message is not None:
            self._presenter.marks.set_bookmarked(message.id, not message.bookmarked)

    def _delete(self) -> None:
        self._pane().flush_drafts()
        self._presenter.marks.delete(self._message_id)

    def _ask_temperature(self) -> None:
        dialog = QInputDialog(self._pane())
        dialog.setInputMode(QInputDialog.InputMode.DoubleInput)
        dialog.setWindowTitle(self.tr("Regenerate answer"))
        dialog.setLabelText(self.tr("Temperature for this answer"))
        dialog.setDoubleDecimals(2)
        spec = entry_named("temperature").spec
        dialog.setDoubleRange(*spec.bounds)
        assert spec.step is not None
        dialog.setDoubleStep(spec.step)
        offers = self._presenter.offers(self._message_id)
        if offers is not None:
            dialog.setDoubleValue(offers.temperature)
        dialog.setOkButtonText(self.tr("Regenerate"))
        dialog.doubleValueSelected.connect(self._on_temperature_chosen)
        self._open(dialog)

    def _ask_note(self) -> None:
        from app.ui.chat.note_dialog import NoteDialog

        message = self._presenter.message(self._message_id)
        if message is not None:
            dialog = NoteDialog(message, self._pane())
            dialog.note_saved.connect(self._presenter.marks.set_note)
            self._open(dialog)

    def _show_details(self) -> None:
        from app.ui.answer_details import AnswerDetailsDialog

        message = self._presenter.message(self._message_id)
        if message is not None:
            self._open(AnswerDetailsDialog(message, self._pane()))

    def _show_branches(self) -> None:
        from app.ui.branch_tree import BranchTreeDialog

        rows = self._presenter.outline()
        dialog = BranchTreeDialog(rows, self._message_id, self._theme, self._icons, self._pane())
        dialog.message_chosen.connect(self._presenter.show_branch)
        self._open(dialog)

    @Slot(float)
    def _on_temperature_chosen(self, temperature: float) -> None:
        self._presenter.regenerate(self._message_id, Variation(temperature=round(temperature, 2)))

    def _open(self, dialog: QDialog) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()


def _focused_message() -> MessageWidget | None:
    """Return the message that the keyboard is in, or None."""
    focus = QApplication.focusWidget()
    while focus is not None and not isinstance(focus, MessageWidget):
        focus = focus.parentWidget()
    return focus
