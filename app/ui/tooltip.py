"""Tooltips that show a text as it is, whatever a model file or a person called something."""

from __future__ import annotations


def plain_tooltip(text: str) -> str:
    """Return `text` so that Qt shows it letter by letter.

    Qt takes a tooltip with tags for HTML, and HTML for leave to load local pictures.
    """
    if "<" not in text:
        return text
    # Its table of names is large, and few texts get here.
    from html import escape

    return f'<p style="white-space: pre-wrap">{escape(text)}</p>'
