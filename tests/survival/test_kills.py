"""A window that is killed at any moment loses next to nothing, and what would be lost is seen."""

from __future__ import annotations

import pickle
import sqlite3
import time
from pathlib import Path

import pytest

from app.chat.conversation import Conversation
from app.chat.message import Message, MessageState, Role
from app.store.store import Store
from tests.survival.aftermath import LARGEST_LOSS_MS, Aftermath, copied, look_at, recovered
from tests.survival.kills import KINDS, Killer, table
from tests.survival.notes import Text, Write

#: The rest of the 200 is played by `./start kills`.
_QUICK = ("streaming", "editing", "deleting", "switching")


def test_a_killed_window_loses_a_quarter_of_a_second_at_most(tmp_path: Path) -> None:
    killer = Killer(tmp_path)
    kills = [killer.play(number, kind) for number, kind in enumerate(_QUICK)]
    assert [kill.aftermath.problems for kill in kills] == [()] * len(_QUICK), table(kills)
    assert all(kill.aftermath.changes for kill in kills)


def test_every_kind_of_moment_has_its_line() -> None:
    assert [line[:12].strip() for line in table([]).splitlines()[1:]] == [*KINDS, "all"]


CONVERSATION = Conversation("c", "Title", 1.0, 1.0)
QUESTION = Message("q", "c", None, Role.USER, "Why?", 2.0)
ANSWER = Message("a", "c", "q", Role.ASSISTANT, "", 3.0, MessageState.STREAMING)
WRITES = (
    (Store.add_conversation, (CONVERSATION,)),
    (Store.add_message, (QUESTION,)),
    (Store.add_message, (ANSWER,)),
    (Store.journal, ("a", "because ")),
)
KILLED_AT = time.monotonic()


def look(folder: Path, *, text_age_s: float = 0.1, sql: str = "", made: int = 4) -> Aftermath:
    """Look at a database with the first writes, after something happened to it.

    The writes are a second old, and so is all text but the last piece.
    """
    before = folder / "before" / "db"
    before.parent.mkdir()
    recovered(before)
    left = copied(before, folder / "left")
    store = Store.open(left)
    for verb, arguments in WRITES[:made]:
        verb(store, *arguments)
    store.close()
    connection = sqlite3.connect(left)
    connection.executescript(sql)
    connection.close()
    old = KILLED_AT - 1
    notes = [Write(old, verb.__name__, arguments) for verb, arguments in WRITES]
    texts = [Text(old, "a", "because "), Text(KILLED_AT - text_age_s, "a", "of that ")]
    (folder / "notes").write_bytes(b"".join(map(pickle.dumps, (*notes, *texts))))
    return look_at(left, before, folder / "notes", KILLED_AT)


def test_young_text_may_be_missing(tmp_path: Path) -> None:
    found = look(tmp_path)
    assert found.problems == ()
    assert found.text_lost_ms == pytest.approx(100)
    assert found.changes == len(WRITES)


def test_older_text_is_missed(tmp_path: Path) -> None:
    (problem,) = look(tmp_path, text_age_s=(LARGEST_LOSS_MS + 10) / 1000).problems
    assert problem == "text of 260 ms before is missing"


def test_an_older_change_is_missed(tmp_path: Path) -> None:
    assert "a change of 1000 ms before is missing" in look(tmp_path, made=2).problems


@pytest.mark.parametrize(
    ("sql", "problem"),
    [
        ("UPDATE messages SET text = 'When?' WHERE id = 'q'", "holds what the window never had"),
        ("DELETE FROM journal; DELETE FROM messages WHERE id = 'q'", "foreign_key_check"),
        ("UPDATE journal SET text = 'cause'", "the text of a is another one"),
    ],
)
def test_what_the_window_did_not_do_is_seen(tmp_path: Path, sql: str, problem: str) -> None:
    assert any(problem in found for found in look(tmp_path, sql=sql).problems)
