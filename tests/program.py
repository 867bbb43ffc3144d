"""A handle on the real program in a process of its own: ask its guide, signal it, see its end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

PATIENCE_S = 30.0
_PLUGIN = Path(__file__).resolve().parent / "plugin"


class Program:
    """Cairn with a guide (see `tests.guided`) and a profile of its own."""

    def __init__(
        self,
        profile: Path,
        environment: Mapping[str, str] | None = None,
        *,
        module: str = "tests.guided",
        arguments: Sequence[str] = (),
    ) -> None:
        own = {"PYTHONPATH": os.pathsep.join([str(_PLUGIN), str(_PLUGIN.parents[1])])}
        self.process = subprocess.Popen(
            [sys.executable, "-m", module, "--profile", str(profile), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | own | dict(environment or {}),
        )

    def ask(self, question: str) -> Any:
        """Ask the guide. Raises RuntimeError when the program has ended."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        try:
            self.process.stdin.write(question + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            raise RuntimeError(f"the program ended: {self.end()}") from None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the program ended: {self.end()}")
        return json.loads(line)

    def until(self, condition: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Ask for the state until it is as wanted, and return it."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            state: dict[str, Any] = self.ask("state")
            if condition(state):
                return state
            if time.monotonic() > deadline:
                raise TimeoutError(str(state))
            # Each question is answered by the event loop, so this does not spin faster than it.
            os.sched_yield()

    def opened(self) -> dict[str, Any]:
        """Wait until the window shows what the store holds."""
        return self.until(lambda state: bool(state["filled"]))

    def end(self) -> tuple[int, str]:
        """Wait for the end; return the exit status and what was written to stderr."""
        _, words = self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode, words

    def children(self) -> list[int]:
        """Return the process ids of the program's children."""
        pid = self.process.pid
        listed = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
        return [int(child) for child in listed.split()]

    def kill(self) -> None:
        """Kill the program, as a power cut would, and reap it."""
        self.process.kill()
        self.process.communicate()


def is_alive(pid: int) -> bool:
    """Return whether a process runs; one that waits to be reaped does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
