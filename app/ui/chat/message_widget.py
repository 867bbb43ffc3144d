"""What every message on the screen has: its content, actions, a menu, and an editor in its place."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPoint, Signal, Slot
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from app.chat.message import Message
from app.chat.tree import ShownMessage
from app.ui.chat.actions import ActionRow
from app.ui.chat.code_text import CodeText
from app.ui.chat.editor import MessageEditor
from app.ui.chat.text_view import TextView
from app.ui.icons import Icons
from app.ui.theme import Theme

#: Room at both sides for focus rings; the view adds it to the width of the column.
MARGIN = 8


class MessageWidget(QWidget):
    """One message near the viewport. Subclasses bring the content; the view brings the width."""

    #: Another answer is wanted in place of this message; carries its id.
    regenerate_requested = Signal(str)
    #: The user has edited the message; carries its id and the new text.
    edit_submitted = Signal(str, str)
    #: Another version is to be shown; carries the id and how many places further on.
    version_requested = Signal(str, int)
    #: The answer is to be continued; carries its id.
    continue_requested = Signal(str)
    #: The user chose a link; carries its address.
    link_activated = Signal(str)
    #: It needs another height; carries its id.
    height_changed = Signal(str)

    def __init__(self, item: ShownMessage, theme: Theme, icons: Icons, parent: QWidget) -> None:
        super().__init__(parent)
        self._item = item
        self._theme = theme
        self._icons = icons
        self._menu_address = ""
        self._editor: MessageEditor | None = None
        self._is_submitting = False
        self._actions = ActionRow(theme, icons, item.message.role, self)
        self._actions.copy_requested.connect(self._on_copy_requested)
        self._actions.regenerate_requested.connect(self._on_regenerate_requested)
        self._actions.edit_requested.connect(self.begin_edit)
        self._actions.version_requested.connect(self._on_version_requested)

    @property
    def message(self) -> Message:
        """The message it shows."""
        return self._item.message

    @property
    def text(self) -> str:
        """The whole text of the message, also while it arrives."""
        return self.message.text

    @property
    def is_editing(self) -> bool:
        """Whether the user edits it; such a widget must be kept."""
        return self._editor is not None

    @property
    def unsaved_edit(self) -> str | None:
        """What the user has written in the editor and not saved, if anything."""
        if self._editor is None or self._is_submitting or self._editor.text == self.text:
            return None
        return self._editor.text

    @property
    def is_waiting(self) -> bool:
        """Whether there is text that `advance` would show."""
        return False

    def show_item(self, item: ShownMessage, text: str) -> None:
        """Show another state of the message, whose text is `text`."""
        raise NotImplementedError

    def append(self, text: str) -> None:
        """Take over more text."""
        raise NotImplementedError

    def advance(self) -> None:
        """Show some of the waiting text."""

    def colorize(self) -> bool:
        """Colour one code block that is not coloured yet. Return whether there was one."""
        return False

    def arrange(self, width: int) -> int:
        """Place everything in a column of `width` and return the height."""
        if self._editor is not None:
            height = self._editor.arrange(width)
            self._editor.setGeometry(MARGIN, 0, width, height)
            return height
        top = self._arrange_content(width)
        # The row stands out a little, so that its icons line up with the text.
        height = self._actions.arrange(width + 2 * MARGIN, MARGIN)
        self._actions.setGeometry(0, top, width + 2 * MARGIN, height)
        return top + height

    def focus_widgets(self) -> Iterator[QWidget]:
        """Yield what the Tab key should reach, in order."""
        if self._editor is not None:
            yield from self._editor.focus_widgets()
        else:
            yield from self._content_focus_widgets()
            yield from self._actions.focus_widgets()

    @Slot()
    def begin_edit(self) -> None:
        """Let the user edit the text here."""
        if self._editor is not None:
            self._editor.setFocus()
            return
        self.resume_edit(self.text).setFocus()
        self.height_changed.emit(self.message.id)

    def resume_edit(self, text: str) -> MessageEditor:
        """Show the editor with `text`, which may be one that was not saved; return the editor."""
        self._editor = editor = MessageEditor(self._theme, text, self)
        editor.saved.connect(self._on_saved)
        editor.cancelled.connect(self._end_edit)
        editor.height_changed.connect(self._on_height_changed)
        self._show_content(False)
        editor.show()
        return editor

    def copy_message(self) -> None:
        """Put the text of the message on the clipboard, as it was written."""
        QGuiApplication.clipboard().setText(self.text)

    def _arrange_content(self, width: int) -> int:
        raise NotImplementedError

    def _content_focus_widgets(self) -> Iterator[QWidget]:
        raise NotImplementedError

    def _show_content(self, visible: bool) -> None:
        self._actions.setVisible(visible)

    @Slot()
    def _end_edit(self) -> None:
        editor, self._editor = self._editor, None
        if editor is None:
            return
        editor.hide()
        editor.deleteLater()
        self._show_content(True)
        self.height_changed.emit(self.message.id)

    @Slot(str)
    def _on_saved(self, text: str) -> None:
        if text.strip() == self.text.strip():
            self._end_edit()
        else:
            # The editor goes when the new version takes this message's place. Until then, or if
            # that is refused, the user keeps what was written.
            self._is_submitting = True
            self.edit_submitted.emit(self.message.id, text)
            self._is_submitting = False

    @Slot()
    def _on_height_changed(self) -> None:
        self.height_changed.emit(self.message.id)

    @Slot()
    def _on_copy_requested(self) -> None:
        self.copy_message()
        self._actions.show_copied()

    @Slot()
    def _on_regenerate_requested(self) -> None:
        self.regenerate_requested.emit(self.message.id)

    @Slot(int)
    def _on_version_requested(self, step: int) -> None:
        self.version_requested.emit(self.message.id, step)

    @Slot()
    def _on_continue_requested(self) -> None:
        self.continue_requested.emit(self.message.id)

    @Slot(QPoint, str)
    def _on_menu_requested(self, place: QPoint, address: str) -> None:
        menu = QMenu(self)
        source = self.focusWidget()
        if isinstance(source, (TextView, CodeText)) and source.textCursor().hasSelection():
            menu.addAction(self.tr("Copy")).triggered.connect(source.copy_selection)
        if address:
            self._menu_address = address
            menu.addAction(self.tr("Copy link")).triggered.connect(self._on_copy_link)
        copy: QAction = menu.addAction(self.tr("Copy message"))
        copy.triggered.connect(self._on_copy_requested)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)

    @Slot()
    def _on_copy_link(self) -> None:
        QGuiApplication.clipboard().setText(self._menu_address)
