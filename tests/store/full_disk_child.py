"""Fills the small disk its database lies on, makes room, goes on; asserts what it sees.

Run by `test_full_disk` in a mount namespace of its own, as
`python -m tests.store.full_disk_child FOLDER`, where FOLDER is a file system of one megabyte.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from app.chat.message import MessageState
from app.errors import StoreFull
from app.store.store import Store
from tests.store.chats import conversation, reply

PIECE = "a piece of a long answer " * 40

#: What is asked of a full disk, each in pairs that leave the text as it was.
CHANGES: tuple[Callable[[Store], object], ...] = (
    lambda store: store.set_folder("c", "Work"),
    lambda store: store.set_archived("c", True),
    lambda store: store.set_bookmark("r", True),
    lambda store: store.set_note("r", "a note"),
    lambda store: store.delete_message("r"),
    lambda store: store.restore_message("r"),
    lambda store: store.duplicate_conversation("c", "copy", PIECE),
)


def main(folder: Path) -> None:
    """Write into a full disk, twice: with the store open all the time, and opened anew."""
    path = folder / "conversations.sqlite3"
    ballast = folder / "ballast"
    store = Store.open(path)
    store.add_conversation(conversation())
    store.add_message(reply("r"))
    kept = ""
    for _ in range(2):
        ballast.write_bytes(bytes(_room(folder) - 64 * 1024))
        try:
            for _ in range(1000):
                store.journal("r", PIECE)
                kept += PIECE
        except StoreFull as error:
            assert "full" in error.cause, error.cause
            assert str(folder) in error.advice, error.advice
        else:
            raise AssertionError("the disk never got full")
        for change in CHANGES:
            _refused_or_made(store, change)
        ballast.unlink()
        store.restore_message("r")
        assert [message.text for message in store.messages("c")] == [kept]
        store.delete_conversation("copy")
        store.purge(time.time() + 60)
        store.journal("r", "room again ")
        kept += "room again "
    _fill(ballast)
    store.close()
    _read_on_a_full_disk(path, kept)
    ballast.unlink()
    store = Store.open(path)
    (recovered,) = store.recover()
    assert recovered.text == kept
    store.finish_message(replace(recovered, state=MessageState.COMPLETE))
    store.close()


def _refused_or_made(store: Store, change: Callable[[Store], object]) -> None:
    """Make a change on a full disk: it is made or refused in words, and never half of it."""
    before = store.conversations(), store.messages("c"), store.bookmarks()
    try:
        change(store)
    except StoreFull as error:
        assert "full" in error.cause, error.cause
        assert (store.conversations(), store.messages("c"), store.bookmarks()) == before


def _read_on_a_full_disk(path: Path, text: str) -> None:
    """Open without a byte left: what is there can be read, and a change is refused in words."""
    store = Store.open(path)
    assert [message.text for message in store.messages("c")] == [text]
    try:
        store.recover()
    except StoreFull as error:
        assert "full" in error.cause, error.cause
    else:
        raise AssertionError("there was room to write")
    store.close()


def _fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            return


def _room(folder: Path) -> int:
    status = os.statvfs(folder)
    return status.f_bavail * status.f_frsize


if __name__ == "__main__":
    main(Path(sys.argv[1]))
