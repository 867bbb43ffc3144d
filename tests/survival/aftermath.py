"""What is on the disk after a kill, held against what the window had been seen to do.

1. The database is whole, and every reference in it leads somewhere.
2. It holds exactly what the changes of the window make of what it held before, up to some change:
   none is half made, none is missing between others.
3. What is missing at the end, of changes and of text, is younger than a quarter of a second.
"""

from __future__ import annotations

import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.chat.message import Message
from app.store.store import Store
from tests.survival.notes import Text, Write, notes_in

LARGEST_LOSS_MS = 250.0
_FILES = ("", "-wal")
_READ = {
    "conversations": "SELECT * FROM conversations",
    "messages": "SELECT * FROM messages",
    "journal": "SELECT * FROM journal",
}

#: Everything that is kept, in an order that the numbers of rows have no part in.
_Content = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What one kill did."""

    problems: tuple[str, ...] = ()
    text_lost_ms: float = 0.0
    """Age of the oldest text that is missing; 0 when none is."""
    changes_lost_ms: float = 0.0
    changes: int = 0
    """How many the window made before."""


def copied(database: Path, folder: Path) -> Path:
    """Copy a database as it lies there, with its log, and return the copy."""
    folder.mkdir(parents=True)
    for ending in _FILES:
        file = database.with_name(database.name + ending)
        if file.exists():
            shutil.copyfile(file, folder / file.name)
    return folder / database.name


def recovered(database: Path) -> None:
    """Do with a database what a start of the program does with it."""
    store = Store.open(database)
    try:
        store.recover()
    finally:
        store.close()


def look_at(database: Path, before: Path, notes: Path, killed_at: float) -> Aftermath:
    """Compare `database` with `before` and the notes since then. Works on `before` itself."""
    noted = notes_in(notes) if notes.exists() else ()
    writes = [note for note in noted if isinstance(note, Write)]
    problems = list(_damage(database))
    found = _content_of(database)
    seen = _texts(noted)
    bases = {message_id: _first_text(before, writes, message_id) for message_id in seen}
    made = _replayed(before, writes, found)
    if made is None:
        problems.append("the database holds what the window never had")
        made = len(writes)
    changes_lost_ms = (killed_at - writes[made].at) * 1000 if made < len(writes) else 0.0
    text_lost_ms = 0.0
    for message_id, pieces in seen.items():
        kept = _text_of(database, message_id)
        lost_ms = _lost_ms(kept, bases[message_id], pieces, killed_at)
        if lost_ms is None:
            problems.append(f"the text of {message_id} is another one")
        else:
            text_lost_ms = max(text_lost_ms, lost_ms)
    for what, lost_ms in (("text", text_lost_ms), ("a change", changes_lost_ms)):
        if lost_ms > LARGEST_LOSS_MS:
            problems.append(f"{what} of {lost_ms:.0f} ms before is missing")
    return Aftermath(tuple(problems), text_lost_ms, changes_lost_ms, len(writes))


def _damage(database: Path) -> list[str]:
    connection = sqlite3.connect(database)
    try:
        whole = connection.execute("PRAGMA integrity_check").fetchall()
        dangling = connection.execute("PRAGMA foreign_key_check").fetchall()
    finally:
        connection.close()
    return [
        *([] if whole == [("ok",)] else [f"integrity_check: {whole}"]),
        *([] if not dangling else [f"foreign_key_check: {dangling}"]),
    ]


def _content_of(database: Path) -> _Content:
    connection = sqlite3.connect(database)
    try:
        return _content(connection)
    finally:
        connection.close()


def _content(connection: sqlite3.Connection) -> _Content:
    made = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema")}
    # A kill may come before the tables are made.
    return tuple(_rows(connection.execute(read)) for table, read in _READ.items() if table in made)


def _rows(rows: sqlite3.Cursor) -> list[Any]:
    names = [column[0] for column in rows.description]
    return sorted((_plain(names, row) for row in rows), key=repr)


def _plain(names: list[str], row: tuple[Any, ...]) -> tuple[Any, ...]:
    values = dict(zip(names, row, strict=True))
    values.pop("number", None)
    # The store looks at the clock by itself.
    values["deleted_at"] = values.get("deleted_at") is not None
    return tuple(sorted(values.items()))


def _replayed(database: Path, writes: list[Write], wanted: _Content) -> int | None:
    """Return after how many of the writes the content is the wanted one, the most that do."""
    found = None
    store = Store.open(database)
    try:
        for number, write in enumerate([None, *writes]):
            if write is not None:
                getattr(store, write.verb)(*write.arguments)
            if _content(store.connection) == wanted:
                found = number
    finally:
        store.close()
    return found


def _texts(notes: tuple[Write | Text, ...]) -> dict[str, list[Text]]:
    found: dict[str, list[Text]] = {}
    for note in notes:
        if isinstance(note, Text):
            found.setdefault(note.message_id, []).append(note)
    return found


def _first_text(before: Path, writes: list[Write], message_id: str) -> str:
    """Return what a message had when it began to be written here."""
    added = (
        argument.text
        for write in writes
        for argument in write.arguments
        if write.verb.startswith("add")
        and isinstance(argument, Message)
        and argument.id == message_id
    )
    first = next(added, None)
    return _text_of(before, message_id) if first is None else first


def _text_of(database: Path, message_id: str) -> str:
    connection = sqlite3.connect(database)
    try:
        texts = connection.execute("SELECT text FROM messages WHERE id = ?", (message_id,))
        pieces = connection.execute(
            "SELECT text FROM journal WHERE message_id = ? ORDER BY place", (message_id,)
        )
        return "".join(text for (text,) in [*texts, *pieces])
    finally:
        connection.close()


def _lost_ms(kept: str, base: str, seen: list[Text], killed_at: float) -> float | None:
    """Return the age of the first piece that is missing, or None when the text is another one."""
    whole = base + "".join(piece.text for piece in seen)
    if not whole.startswith(kept):
        return None
    length = len(base)
    for piece in seen:
        length += len(piece.text)
        if length > len(kept):
            return (killed_at - piece.at) * 1000
    return 0.0
