"""Puts messages on the clipboard: as Markdown, as plain text, or as rich text.

The clipboard lives longer than Python, and data made by Python crashes it at the very end. So
rich text gets there through a text field of Qt's own, which never shows it.
"""

from __future__ import annotations

from enum import Enum

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QTextEdit

from app.chat.message import Message, Role
from app.chat.thinking import without_thinking
from app.ui.chat.parts import Part
from app.ui.chat.plain import clean, verbatim
from app.ui.chat.readable import plain_text
from app.ui.chat.rich import rich_text


class CopyForm(Enum):
    """How a message is copied."""

    MARKDOWN = "markdown"
    """As it was written."""
    PLAIN = "plain"
    RICH = "rich"
    WITH_THINKING = "with_thinking"
    """As it was written, with what the model thought."""


def copy_message(message: Message, form: CopyForm) -> None:
    """Put a message on the clipboard."""
    if form is CopyForm.RICH:
        _copy_html(rich_text(parts_of(message)))
    else:
        QGuiApplication.clipboard().setText(text_in(message, form))


def text_in(message: Message, form: CopyForm) -> str:
    """Return what a message says, in a form that is text."""
    if form is CopyForm.WITH_THINKING or message.role is not Role.ASSISTANT:
        return message.text
    if form is CopyForm.MARKDOWN:
        return without_thinking(message.text)
    return plain_text(parts_of(message))


def parts_of(message: Message) -> list[Part]:
    """Return what a message says as it is shown, without what the model thought."""
    if message.role is not Role.ASSISTANT:
        return list(verbatim(clean(message.text).strip("\n")))
    from app.ui.chat.stream import MarkdownStream

    stream = MarkdownStream()
    stream.feed(without_thinking(message.text))
    stream.finish()
    return stream.parts


def _copy_html(html: str) -> None:
    field = QTextEdit()
    field.setUndoRedoEnabled(False)
    field.setHtml(html)
    field.selectAll()
    field.copy()
    field.deleteLater()
