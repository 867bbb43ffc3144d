"""Tooltips never take a text for mark-up."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QTextDocument

from app.ui.tooltip import plain_tooltip

TEXTS = (
    "plain",
    "two\nlines",
    'a <img src="file:///etc/hostname"> b',
    "<b>bold</b>\nand <i>more</i>",
    "1 < 2 & 3 > 2",
)


@pytest.mark.parametrize("text", TEXTS)
def test_a_tooltip_shows_the_text_as_it_is(text: str) -> None:
    shown = plain_tooltip(text)
    # Without a "<" Qt never takes a text for mark-up.
    if "<" in shown:
        document = QTextDocument()
        document.setHtml(shown)
        shown = document.toPlainText()
    assert shown == text
