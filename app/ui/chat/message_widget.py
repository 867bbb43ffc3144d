"""What every message on the screen has: content, note, actions, and an editor in their place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from PySide6.QtCore import QPoint, Signal, Slot
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from app.chat.message import Message, Role
from app.chat.tree import ShownMessage
from app.ui.chat.actions import ActionRow
from app.ui.chat.copying import CopyForm, copy_message
from app.ui.chat.editor import MessageEditor
from app.ui.chat.note_line import NoteLine
from app.ui.chat.selection import Section
from app.ui.icons import Icons
from app.ui.theme import SPACE_XS, Theme

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
    #: The user wants the menu; carries the id, the place on the screen and the address below it.
    menu_requested = Signal(str, QPoint, str)
    #: The message is to be a bookmark no more; carries its id.
    bookmark_dropped = Signal(str)
    #: What is written in its editor has changed, or nothing is any more; carries its id and that.
    edit_changed = Signal(str, str)
    #: It needs another height; carries its id.
    height_changed = Signal(str)

    def __init__(self, item: ShownMessage, theme: Theme, icons: Icons, parent: QWidget) -> None:
        super().__init__(parent)
        self._item = item
        self._theme = theme
        self._icons = icons
        self._editor: MessageEditor | None = None
        self._is_submitting = False
        self._actions = ActionRow(theme, icons, item.message.role, self)
        self._actions.copy_requested.connect(self._on_copy_requested)
        self._actions.regenerate_requested.connect(self._on_regenerate_requested)
        self._actions.edit_requested.connect(self.begin_edit)
        self._actions.version_requested.connect(self._on_version_requested)
        self._actions.menu_requested.connect(self._on_menu_requested)
        self._actions.bookmark_dropped.connect(self._on_bookmark_dropped)
        self._note: NoteLine | None = None

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
        if self._note is not None and self._note.has_note:
            note = self._note.arrange(width, MARGIN)
            self._note.setGeometry(0, top + SPACE_XS, width + 2 * MARGIN, note)
            top += note + 2 * SPACE_XS
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
            if self._note is not None and self._note.has_note:
                yield self._note.text
            yield from self._actions.focus_widgets()

    def sections(self) -> list[Section]:
        """Return the texts of its content that can be selected, in reading order."""
        if self._editor is not None:
            return []
        return [
            widget
            for widget in self._content_sections()
            if isinstance(widget, QTextEdit | QPlainTextEdit) and not widget.isHidden()
        ]

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu, wherever on the message, and from any of its buttons."""
        keyboard = event.reason() is QContextMenuEvent.Reason.Keyboard
        self._on_menu_requested(self.menu_place() if keyboard else event.globalPos(), "")

    def menu_place(self) -> QPoint:
        """Return where on the screen the menu opens for the keyboard."""
        return self._actions.mapToGlobal(self._actions.rect().bottomLeft())

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
        is_question = self.message.role is Role.USER
        self._editor = editor = MessageEditor(self._theme, text, self, is_question=is_question)
        editor.saved.connect(self._on_saved)
        editor.cancelled.connect(self._end_edit)
        editor.paused.connect(self._on_edit_paused)
        editor.height_changed.connect(self._on_height_changed)
        self._show_content(False)
        editor.show()
        return editor

    def flush_edit(self) -> None:
        """Tell now what is written in the editor, if there is one."""
        if self._editor is not None and not self._is_submitting:
            self._editor.flush()

    def copy_message(self) -> None:
        """Put the text of the message on the clipboard, as it was written."""
        copy_message(replace(self.message, text=self.text), CopyForm.MARKDOWN)

    def _show_marks(self) -> None:
        """Say what the user marked and noted, and offer what can be done now."""
        if self._note is None and self.message.note:
            self._note = NoteLine(self._theme, self._icons, self.width(), self)
            self._note.menu_requested.connect(self._on_menu_requested)
        if self._note is not None:
            self._note.show_note(self.message.note)
            self._note.setVisible(self._note.has_note and not self.is_editing)
        self._actions.show_item(self._item)

    def _arrange_content(self, width: int) -> int:
        raise NotImplementedError

    def _content_focus_widgets(self) -> Iterator[QWidget]:
        raise NotImplementedError

    def _content_sections(self) -> Iterator[QWidget]:
        return self._content_focus_widgets()

    def _show_content(self, visible: bool) -> None:
        self._actions.setVisible(visible)
        if self._note is not None:
            self._note.setVisible(visible and self._note.has_note)

    @Slot()
    def _end_edit(self) -> None:
        editor, self._editor = self._editor, None
        if editor is None:
            return
        editor.hide()
        editor.deleteLater()
        self._show_content(True)
        self.edit_changed.emit(self.message.id, "")
        self.height_changed.emit(self.message.id)

    @Slot(str)
    def _on_edit_paused(self, text: str) -> None:
        self.edit_changed.emit(self.message.id, text)

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
        self.menu_requested.emit(self.message.id, place, address)

    @Slot()
    def _on_bookmark_dropped(self) -> None:
        self.bookmark_dropped.emit(self.message.id)
