"""Search over the texts of messages and the titles of conversations.

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


class SearchIndex:
    """Keeps and asks the index. Changes belong into the transaction that changes the text.

    The index holds no text, so it must be told the old one to forget it. A broken index never
    keeps a text from being saved: it is made anew from the tables.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def add_message(self, number: int, text: str) -> None:
        """Index the text of a message, after it was written to the table."""
        self._add("message_index", number, text)

    def remove_message(self, number: int, text: str) -> None:
        """Forget the text of a message, before it is changed in the table."""
        self._remove("message_index", number, text)

    def add_title(self, number: int, title: str) -> None:
        """Index the title of a conversation, after it was written to the table."""
        self._add("title_index", number, title)

    def remove_title(self, number: int, title: str) -> None:
        """Forget the title of a conversation, before it is changed in the table."""
        self._remove("title_index", number, title)

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
        for conversation_id, title, message_id, text in messages:
            part = highlighter.snippet(text)
            hits.append(SearchHit(conversation_id, title, message_id, part.text, part.highlights))
        return tuple(hits)

    def rebuild(self) -> None:
        """Make the indexes anew from the tables."""
        logger.info("making the search index anew")
        execute = self._connection.execute
        execute("DROP TABLE message_index")
        execute("DROP TABLE title_index")
        create_search_tables(self._connection)
        for table, query in (
            ("message_index", "SELECT number, text FROM messages WHERE state != 'streaming'"),
            ("title_index", "SELECT number, title FROM conversations"),
        ):
            for number, text in execute(query):
                execute(_ADD.format(table), (number, indexable(text)))

    def compact(self) -> None:
        """Write the indexes anew without what was forgotten."""
        for table in ("message_index", "title_index"):
            self._connection.execute(f"INSERT INTO {table} ({table}) VALUES ('optimize')")

    def _rows(self, match: str, limit: int) -> tuple[list[Any], list[Any]]:
        # Titles may take half of the room, so that they never hide all messages.
        titles = self._connection.execute(_FIND_TITLES, (match, max(1, limit // 2))).fetchall()
        room = limit - len(titles)
        return titles, self._connection.execute(_FIND_MESSAGES, (match, room)).fetchall()

    def _add(self, table: str, number: int, text: str) -> None:
        try:
            self._connection.execute(_ADD.format(table), (number, indexable(text)))
        except sqlite3.DatabaseError as error:
            if not is_index_damage(error):
                raise
            self.rebuild()

    def _remove(self, table: str, number: int, text: str) -> None:
        statement = _REMOVE.format(table)
        try:
            self._connection.execute(statement, (number, indexable(text)))
        except sqlite3.DatabaseError as error:
            if not is_index_damage(error):
                raise
            self.rebuild()
            self._connection.execute(statement, (number, indexable(text)))


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
    SELECT conversations.id, conversations.title, messages.id, messages.text
    FROM message_index
    CROSS JOIN messages ON messages.number = message_index.rowid
    CROSS JOIN conversations ON conversations.id = messages.conversation_id
    WHERE message_index MATCH ? AND deleted_at IS NULL
    ORDER BY message_index.rowid DESC LIMIT ?
"""
