"""Writes replies into a store for ever, and says what the store has acknowledged, line by line.

Run by `test_kill` as `python -m tests.store.streaming_child DATABASE ROUND`.
"""

from __future__ import annotations

import itertools
import random
import sys
from dataclasses import replace
from pathlib import Path

from app.chat.message import MessageState
from app.store.store import Store
from tests.store.chats import conversation, question, reply


def _say(*words: str) -> None:
    sys.stdout.write(" ".join(words) + "\n")
    sys.stdout.flush()


def main(path: Path, name: str) -> None:
    """Open, recover, and write until the process is killed."""
    chooser = random.Random(name)
    store = Store.open(path)
    store.recover()
    store.add_conversation(conversation(name, f"Round {name}"))
    _say("chat", name)
    for number in itertools.count():
        message_id = f"{name}-{number}"
        store.add_message(question(f"{message_id}-q", f"question {message_id}", chat=name))
        _say("add", f"{message_id}-q", f"question_{message_id}")
        current = reply(message_id, f"{message_id}-q", chat=name)
        store.add_message(current)
        _say("add", message_id, "")
        for _ in range(chooser.randrange(1, 4)):
            for piece in range(chooser.randrange(12)):
                text = f"{message_id}:{piece}," * chooser.choice((1, 1, 1, 200))
                store.journal(message_id, text)
                current = replace(current, text=current.text + text)
                _say("piece", message_id, text)
            store.finish_message(replace(current, state=MessageState.STOPPED))
            _say("finish", message_id)
            store.reopen_message(message_id)
            _say("reopen", message_id)
        store.finish_message(replace(current, state=MessageState.COMPLETE))
        _keep_in_order(store, name, message_id)


def _keep_in_order(store: Store, name: str, message_id: str) -> None:
    """Note, bookmark, delete and restore, copy, and put away; say what was acknowledged."""
    store.set_note(message_id, f"note {message_id}")
    _say("note", message_id)
    store.set_bookmark(message_id, True)
    _say("bookmark", message_id)
    store.delete_message(f"{message_id}-q")
    store.restore_message(f"{message_id}-q")
    store.set_folder(name, message_id)
    store.set_archived(name, True)
    store.duplicate_conversation(name, f"copy of {message_id}", "Copy")
    store.delete_conversation(f"copy of {message_id}")
    store.set_archived(name, False)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
