"""Search over the texts of messages, the notes beside them, and the titles of conversations.

Hits come newest first, straight from the index, which reads backwards and stops at the limit:
ranking would have to look at every match, and a common word has a hundred thousand.
"""

from __future__ import annotations

import logging
import sqlite3
from dataclasses import dataclass
from typing import Any

from app.store.failures import is_index_damage
from app.store.migrations import create_search_tables, transaction
from app.store.snippet import Highlighter
from app.store.words import expression, indexable, terms_of

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SearchHit:
    """A message or a title that was found."""

    conversation_id: str
    conversation_title: str
    message_id: str
    """Empty when the title was found."""
    snippet: str
    """One line; the title itself when that was found."""
    highlights: tuple[tuple[int, int], ...]
    """Start and end of each match in the snippet, counted in code points."""
    is_note: bool = False
    """Whether the snippet is of the note beside the message, not of its text."""


class SearchIndex:
    """Keeps and asks the index.

    The index holds no text, so it must be told the old one to forget it. Changes are noted, and
    made by `settle` at the end of the transaction that changes the texts: only then can a broken
    index, which never keeps a text from being saved, be made anew from the tables.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._changes: list[tuple[str, tuple[object, ...]]] = []

    def add_message(self, number: int, text: str, note: str = "") -> None:
        """Index the text of a message and the note beside it."""
        self._changes.append((_ADD.format("message_index"), (number, _words_of(text, note))))

    def remove_message(self, number: int, text: str, note: str = "") -> None:
        """Forget the text and the note that a message had."""
        self._changes.append((_REMOVE.format("message_index"), (number, _words_of(text, note))))

    def add_title(self, number: int, title: str) -> None:
        """Index the title of a conversation."""
        self._changes.append((_ADD.format("title_index"), (number, indexable(title))))

    def remove_title(self, number: int, title: str) -> None:
        """Forget the title that a conversation had."""
        self._changes.append((_REMOVE.format("title_index"), (number, indexable(title))))

    def compact(self) -> None:
        """Write the indexes anew without what was forgotten."""
        for table in ("message_index", "title_index"):
            self._changes.append((f"INSERT INTO {table} ({table}) VALUES ('optimize')", ()))

    def settle(self) -> None:
        """Make the changes that were noted."""
        changes, self._changes = self._changes, []
        if not changes:
            return
        execute = self._connection.execute
        execute("SAVEPOINT before_index")
        try:
            for statement, values in changes:
                execute(statement, values)
            # Lets the index write, which it would else do when it is too late to mend it.
            execute("SAVEPOINT index_written")
        except sqlite3.DatabaseError as error:
            if not is_index_damage(error):
                raise
            execute("ROLLBACK TO before_index")
            self.rebuild()
        execute("RELEASE before_index")

    def drop_changes(self) -> None:
        """Forget the changes that were noted: their transaction failed."""
        self._changes = []

    def find(self, query: str, limit: int) -> tuple[SearchHit, ...]:
        """Return titles, then messages, that contain all words of `query`, newest first."""
        terms = terms_of(query)
        if not terms or limit <= 0:
            return ()
        try:
            titles, messages = self._rows(expression(terms), limit)
        except sqlite3.DatabaseError as error:
            if not is_index_damage(error):
                raise
            with transaction(self._connection):
                self.rebuild()
            titles, messages = self._rows(expression(terms), limit)
        highlighter = Highlighter(terms)
        hits: list[SearchHit] = []
        for conversation_id, title in titles:
            part = highlighter.marked(title)
            hits.append(SearchHit(conversation_id, title, "", part.text, part.highlights))
        for conversation_id, title, message_id, text, note in messages:
            part, is_note = highlighter.snippet(text), False
            if note and not part.highlights:
                part, is_note = highlighter.snippet(note), True
            hits.append(
                SearchHit(conversation_id, title, message_id, part.text, part.highlights, is_note)
            )
        return tuple(hits)

    def rebuild(self) -> None:
        """Make the indexes anew from the tables."""
        logger.info("making the search index anew")
        execute = self._connection.execute
        execute("DROP TABLE message_index")
        execute("DROP TABLE title_index")
        create_search_tables(self._connection)
        for table, query in (
            ("message_index", "SELECT number, text, note FROM messages WHERE state != 'streaming'"),
            ("title_index", "SELECT number, title, '' FROM conversations"),
        ):
            for number, text, note in execute(query):
                execute(_ADD.format(table), (number, _words_of(text, note)))

    def _rows(self, match: str, limit: int) -> tuple[list[Any], list[Any]]:
        # Titles may take half of the room, so that they never hide all messages.
        titles = self._connection.execute(_FIND_TITLES, (match, max(1, limit // 2))).fetchall()
        room = limit - len(titles)
        return titles, self._connection.execute(_FIND_MESSAGES, (match, room)).fetchall()


_ADD = "INSERT INTO {0} (rowid, text) VALUES (?, ?)"
_REMOVE = "INSERT INTO {0} ({0}, rowid, text) VALUES ('delete', ?, ?)"
_FIND_TITLES = """
    SELECT conversations.id, conversations.title
    FROM title_index CROSS JOIN conversations ON conversations.number = title_index.rowid
    WHERE title_index MATCH ? AND deleted_at IS NULL
    ORDER BY updated_at DESC LIMIT ?
"""
# CROSS JOIN fixes the order of the loops: only then the index feeds the limit, newest first.
_FIND_MESSAGES = """
    SELECT conversations.id, conversations.title, messages.id, messages.text, messages.note
    FROM message_index
    CROSS JOIN messages ON messages.number = message_index.rowid
    CROSS JOIN conversations ON conversations.id = messages.conversation_id
    WHERE message_index MATCH ? AND conversations.deleted_at IS NULL
        AND messages.deleted_at IS NULL
    ORDER BY message_index.rowid DESC LIMIT ?
"""


def _words_of(text: str, note: str) -> str:
    return indexable(f"{text}\n{note}" if note else text)
