"""`python -m tests.survival.kills [N]`: kill the real window N times, at random moments, and look.

Each round starts the program on what the one before has left, does something in it, kills it with
SIGKILL at any moment of that, and compares what is on the disk with what the window had done.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tests.program import PATIENCE_S, Program, is_alive
from tests.scripted_runtime import Script
from tests.survival.aftermath import Aftermath, copied, look_at, recovered
from tests.survival.notes import VARIABLE

ROUNDS = 200
SEED = 5
TOKENS_PER_SECOND = 200
#: What a start may say after a kill: the answer was cut, or the load of the model was.
_EXPECTED = ("An answer was interrupted", "The last model could not be loaded or crashed")


@dataclass(frozen=True, slots=True)
class Kill:
    """One round."""

    kind: str
    aftermath: Aftermath


class Victim:
    """The program of one round, and what is done in it."""

    def __init__(self, program: Program, model: Path, chance: random.Random, number: int) -> None:
        self._program = program
        self._model = model
        self._chance = chance
        self._number = number

    def make_ready(self) -> None:
        """Wait for a model that answers."""
        state = self._program.opened()
        if state["stage"] not in ("loading", "ready"):
            self._program.ask(f"load {self._model}")
        self._program.until(lambda state: bool(state["stage"] == "ready"))

    def stream(self) -> None:
        """Ask something, in this conversation or another."""
        if self._chance.random() < 0.5:
            self._program.ask("new")
        self._say(f"send Question {self._number}")

    def edit(self) -> None:
        """Write another version of a question, or have it answered again."""
        self._program.ask(f"send Question {self._number}")
        self._let_it_write()
        self._program.ask("stop")
        self._program.until(lambda state: not state["answering"])
        self._say(self._chance.choice((f"edit Other question {self._number}", "again")))

    def delete(self) -> None:
        """Delete a conversation, mostly the one in which an answer is being written."""
        self._program.ask("new")
        self._program.ask(f"send Question {self._number}")
        self._let_it_write()
        if self._chance.random() < 0.3:
            self._program.ask("step 1")
        self._say("delete")

    def switch(self) -> None:
        """Go through the conversations while an answer is written in one of them."""
        self._program.ask("new")
        self._program.ask(f"send Question {self._number}")
        for _ in range(self._chance.randrange(4)):
            self._program.ask(f"step {self._chance.choice((-1, 1, 2))}")
            self._program.ask(f"draft Draft {self._number}")
        self._say(f"step {self._chance.choice((-1, 1))}")

    def go_across(self) -> None:
        """Ask in two conversations beside each other, and go from one to the other."""
        self._program.ask("beside")
        self._program.ask(f"send Question {self._number}")
        self._program.ask("across")
        self._program.ask(f"send Other question {self._number}")
        self._program.ask(f"draft Draft {self._number}")
        self._say(self._chance.choice(("across", "new", "stop", "delete")))

    def close(self) -> None:
        """Close the window while an answer is written."""
        self._program.ask(f"send Question {self._number}")
        self._let_it_write()
        self._say("close")

    def _let_it_write(self) -> None:
        words = self._chance.randrange(1, 80)
        self._program.until(lambda state: len(state["answer"].split()) >= words)

    def _say(self, verb: str) -> None:
        """Say it without waiting for the answer: the kill may come in the middle."""
        assert self._program.process.stdin is not None
        self._program.process.stdin.write(verb + "\n")
        self._program.process.stdin.flush()


#: What is done, and within how many seconds of it the kill comes.
KINDS: dict[str, tuple[Callable[[Victim], None] | None, float]] = {
    "streaming": (Victim.stream, 1.5),
    "editing": (Victim.edit, 0.4),
    "deleting": (Victim.delete, 0.2),
    "switching": (Victim.switch, 0.4),
    "two beside": (Victim.go_across, 0.8),
    "closing": (Victim.close, 0.3),
    "starting": (None, 1.0),
}


class Killer:
    """Plays rounds in one profile."""

    def __init__(self, folder: Path, seed: int = SEED) -> None:
        self._folder = folder
        self._profile = folder / "profile"
        self._database = self._profile / "data" / "conversations.sqlite3"
        self._chance = random.Random(seed)
        words = " ".join(f"w{number}" for number in range(4000))
        script = Script(reply=words, tokens_per_second=TOKENS_PER_SECOND)
        self._model = script.write_to(folder / "slow.script")
        self._before = folder / "before" / self._database.name
        self._before.parent.mkdir()
        recovered(self._before)

    def play(self, number: int, kind: str) -> Kill:
        """Start, do something, kill, and look at what is left."""
        act, within_s = KINDS[kind]
        notes = self._folder / f"notes-{number}"
        program = Program(self._profile, {VARIABLE: str(notes)}, module="tests.survival.witnessed")
        told: list[str] = []
        engines: list[int] = []
        try:
            if act is not None:
                victim = Victim(program, self._model, self._chance, number)
                victim.make_ready()
                told = program.ask("state")["told"]
                engines = program.children()
                act(victim)
            wait(program.process, self._chance.uniform(0.0, within_s))
        finally:
            killed_at = time.monotonic()
            program.kill()
        found = self._look(number, notes, killed_at)
        unexpected = [words for words in told if not words.startswith(_EXPECTED)]
        problems = [*found.problems, *(f"told: {words}" for words in unexpected)]
        if not all_end(engines):
            problems.append("an engine is left")
        return Kill(kind, replace(found, problems=tuple(problems)))

    def _look(self, number: int, notes: Path, killed_at: float) -> Aftermath:
        if not self._database.exists():
            return Aftermath()
        left = copied(self._database, self._folder / f"left-{number}")
        found = look_at(left, self._before, notes, killed_at)
        recovered(left)
        self._before = left
        return found


def wait(process: subprocess.Popen[str], seconds: float) -> None:
    """Let time pass, as long as the process runs."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return


def all_end(pids: Sequence[int]) -> bool:
    """Return whether these processes end, as they should by themselves."""
    deadline = time.monotonic() + PATIENCE_S
    while any(is_alive(pid) for pid in pids):
        if time.monotonic() > deadline:
            return False
        os.sched_yield()
    return True


def main(words: Sequence[str]) -> int:
    """Play the rounds, print the table; return 1 when something was lost."""
    rounds = int(words[0]) if words else ROUNDS
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    kills: list[Kill] = []
    with tempfile.TemporaryDirectory(prefix="cairn-kills-") as folder:
        killer = Killer(Path(folder))
        kinds = list(KINDS)
        for number in range(rounds):
            kill = killer.play(number, kinds[number % len(kinds)])
            kills.append(kill)
            for problem in kill.aftermath.problems:
                print(f"round {number}, {kill.kind}: {problem}", flush=True)
    print(table(kills))
    return 1 if any(kill.aftermath.problems for kill in kills) else 0


def table(kills: Sequence[Kill]) -> str:
    """Return a line for each kind of moment."""
    lines = [
        f"{'killed while':12} {'kills':>6} {'intact':>7} {'text lost':>10} {'most':>7} "
        f"{'changes lost':>13} {'most':>7}"
    ]
    for kind in (*KINDS, "all"):
        found = [kill.aftermath for kill in kills if kind in (kill.kind, "all")]
        text = [each.text_lost_ms for each in found]
        changes = [each.changes_lost_ms for each in found]
        lines.append(
            f"{kind:12} {len(found):6} {sum(not each.problems for each in found):7} "
            f"{sum(map(bool, text)):10} {max(text, default=0.0):4.0f} ms "
            f"{sum(map(bool, changes)):13} {max(changes, default=0.0):4.0f} ms"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
