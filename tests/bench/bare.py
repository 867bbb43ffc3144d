"""A bare loop over the CPU runtime: no window, no engine, no store. Driven by lines on stdin.

`python -m tests.bench.bare MODEL` answers every line `TEXT` with one JSON line: seconds to the
first text, seconds after it, tokens.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

from app.chat.message import Role
from app.chat.prompt import Turn
from app.runtime.protocol import LoadProgress, LoadRequest, RunRequest, Sampling
from app.runtime.registry import RuntimeEnvironment, runtime_for


class Clock:
    """Notes the first and the last text."""

    def __init__(self) -> None:
        self.first = 0.0
        self.last = 0.0

    def on_text(self, _text: str, _tokens: int) -> None:
        self.last = time.monotonic()
        self.first = self.first or self.last


def _on_prefill(_processed: int, _total: int) -> None:
    pass


def _on_progress(_progress: LoadProgress) -> None:
    pass


def main(model: Path, max_new_tokens: int) -> None:
    """Serve requests until stdin ends."""
    with tempfile.TemporaryDirectory(prefix="cairn-bare-") as folder:
        runtime = runtime_for(model).create(RuntimeEnvironment(Path(folder), Path(folder)))
        runtime.load(LoadRequest(model), _on_progress)
        for line in sys.stdin:
            clock = Clock()
            begun = time.monotonic()
            request = RunRequest(
                (Turn(Role.USER, line.strip()),), Sampling(temperature=0.0), max_new_tokens
            )
            result = runtime.run(request, clock.on_text, _on_prefill)
            tokens = result.statistics.generated_tokens
            figures = [clock.first - begun, clock.last - clock.first, tokens]
            sys.stdout.write(json.dumps(figures) + "\n")
            sys.stdout.flush()
        runtime.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
