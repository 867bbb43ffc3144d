"""Loads, runs and closes a tiny model many times and prints how memory and descriptors fare.

    python -m tests.runtime.soak [CYCLES]

Run by hand: it looks for slow leaks, which a test cannot do in a second.
"""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path

from app.runtime.gguf.runtime import GgufRuntime
from app.runtime.protocol import Adapter, LoadRequest
from tests.gguf_files import Shape, write_adapter, write_model
from tests.runtime.conftest import Listener, ask, ignore_progress

SHAPE = Shape(width=256, layers=8, heads=8, kv_heads=8, hidden=768, context=2048)


def _status() -> tuple[float, int, int]:
    """Return resident megabytes, open descriptors and threads of this process."""
    lines = Path("/proc/self/status").read_text().splitlines()
    values = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
    resident = int(values["VmRSS"].split()[0]) / 1024
    return resident, len(list(Path("/proc/self/fd").iterdir())), int(values["Threads"])


def _cycle(folder: Path, model: Path, adapter: Path) -> None:
    runtime = GgufRuntime(folder / "run")
    on = Adapter("a", adapter)
    request = LoadRequest(model, context_tokens=2048, threads=1, adapters=(on,))
    try:
        runtime.load(request, ignore_progress)
        for scale in (0.0, 1.0):
            listener = Listener()
            question = ask("Hello " * 20, max_new_tokens=30, adapters=(replace(on, scale=scale),))
            runtime.run(question, listener.on_text, listener.on_prefill)
        listener = Listener(at_text=runtime.abort)
        runtime.run(ask("Hello", max_new_tokens=500), listener.on_text, listener.on_prefill)
    finally:
        runtime.close()


def main() -> None:
    """Run the cycles and print a line for every tenth."""
    cycles = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    with tempfile.TemporaryDirectory(prefix="cairn-soak-") as name:
        folder = Path(name)
        model = write_model(folder / "model.gguf", SHAPE)
        adapter = write_adapter(folder / "adapter.gguf", SHAPE)
        print(f"model of {model.stat().st_size / 1e6:.1f} MB; before: {_line()}")
        started = time.monotonic()
        for number in range(1, cycles + 1):
            _cycle(folder, model, adapter)
            if number <= 3 or number % 10 == 0:
                print(f"after {number:4d} cycles: {_line()}", flush=True)
        seconds = (time.monotonic() - started) / cycles
        print(f"{seconds * 1000:.0f} ms for each cycle, {threading.active_count()} Python thread")


def _line() -> str:
    resident, descriptors, threads = _status()
    return f"{resident:7.1f} MB resident, {descriptors} descriptors, {threads} threads"


if __name__ == "__main__":
    main()
