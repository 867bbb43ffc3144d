"""Bookmarked messages in the form of a list of finds: they are shown and opened in the same way."""

from __future__ import annotations

from app.store.plain import plain_line
from app.store.snippet import SNIPPET_LENGTH
from app.store.store import Bookmark, SearchHit


def hit_of(bookmark: Bookmark) -> SearchHit:
    """Return a bookmark with the note beside it, or else its first words."""
    message = bookmark.message
    words = plain_line(message.note or message.text, SNIPPET_LENGTH)
    return SearchHit(
        message.conversation_id,
        bookmark.conversation_title,
        message.id,
        words,
        (),
        is_note=bool(message.note),
    )
