"""SIGKILL at any moment: the database is whole, and everything acknowledged is in it."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from pathlib import Path

from app.chat.message import MessageState
from app.store.store import Store

ROOT = Path(__file__).parents[2]
ROUNDS = 15


def _killed_after(path: Path, name: str, lines: int) -> list[str]:
    """Let a child write, kill it after so many lines; return every line it has said."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.store.streaming_child", str(path), name],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        said = [child.stdout.readline() for _ in range(lines)]
        child.kill()
        # What it said between the last line and its death was acknowledged as well.
        said += child.stdout.readlines()
    assert child.returncode == -9
    return [line for line in said if line.endswith("\n")]


def _acknowledged(lines: list[str]) -> dict[str, str]:
    """Return the text that each message must have at least."""
    texts: dict[str, str] = {}
    for line in lines:
        verb, message_id, *rest = line.split()
        if verb == "add":
            texts[message_id] = " ".join(rest).replace("_", " ")
        elif verb == "piece":
            texts[message_id] += rest[0]
    return texts


def test_nothing_acknowledged_is_lost_when_the_program_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "conversations.sqlite3"
    moments = random.Random(7)
    for number in range(ROUNDS):
        name = f"r{number}"
        lines = _killed_after(path, name, moments.randrange(2, 120))
        log = path.with_name(path.name + "-wal")
        assert log.exists(), "the child was not killed in the middle"
        store = Store.open(path)
        store.recover()
        # Killed between a deletion and its restoration, everything hidden comes back.
        for line in lines:
            if line.startswith("add") and line.split()[1].endswith("-q"):
                store.restore_message(line.split()[1])
        kept = {message.id: message for message in store.messages(name)}
        for message_id, text in _acknowledged(lines).items():
            assert kept[message_id].text.startswith(text)
            more = kept[message_id].text[len(text) :]
            # At most the one piece that was written but not yet said.
            assert len(set(more.split(",")) - {""}) <= 1
        for verb, message_id in (line.split()[:2] for line in lines):
            assert verb != "note" or kept[message_id].note == f"note {message_id}"
            assert verb != "bookmark" or kept[message_id].bookmarked
        assert all(message.state is not MessageState.STREAMING for message in kept.values())
        assert name in {conversation.id for conversation in store.conversations()}
        if kept:
            assert store.search(f"{name}-0")
        store.close()
        with sqlite3.connect(path) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        connection.close()
