"""What streaming costs: gaps of the window's event loop, and the app against a bare loop."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication

from app.paths import resources
from app.presenters.tasks import make_event_loop
from tests.bench.desk import Desk, Heartbeat
from tests.bench.figure import Figure
from tests.gguf_files import SLOW, model_metadata, write_model
from tests.scripted_runtime import Script

#: What models write: prose, a list, code, a table.
MIXED = """## Reading sensors

The board has *three* thermal zones; each is a **folder** below `/sys/class/thermal`.

- `type` names it
- `temp` holds thousandths of a degree
  - negative when it is cold

```python
from pathlib import Path
from typing import Any

for zone in Path("/sys/class/thermal").glob("thermal_zone*"):
    print((zone / "type").read_text().strip(), int((zone / "temp").read_text()) / 1000)
```

| zone | what it measures |
|---|---|
| npu-thermal | the NPU |
| soc-thermal | the chip as a whole |

> Values above 85 °C slow the clocks down.

"""
_WORDS = ("stone", "path", "ridge", "lichen", "moss", "pass", "slope", "marker", "top", "base")
SECONDS = 12
BARE_TOKENS = 250
ROUNDS = 11
#: What a bare loop writes in less than this comes into the window with a frame or two: no rate.
MEASURABLE_S = 0.5


def measure(folder: Path) -> list[Figure]:
    """Return the figures of streaming; runs an event loop of its own."""
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    application.setQuitOnLastWindowClosed(False)
    desk = Desk(application, folder)
    loop = make_event_loop(application)
    try:
        return loop.run_until_complete(_measure(desk, folder))
    finally:
        loop.close()


async def _measure(desk: Desk, folder: Path) -> list[Figure]:
    await desk.open()
    figures = []
    for rate in (50, 500):
        figures += await _gaps(desk, folder, rate)
    figures += await _against_bare(desk, folder)
    await desk.close()
    return figures


async def _gaps(desk: Desk, folder: Path, rate: int) -> list[Figure]:
    words = len(MIXED.split(" "))
    script = Script(reply=MIXED, repeat=SECONDS * rate // words + 1, tokens_per_second=rate)
    desk.session._settings.set_value("sampling", "max_new_tokens", 16384)
    await desk.load(script.write_to(folder / f"{rate}.script"))
    desk.conversations.new()
    await desk.ask("A first one, so that everything is made")
    heartbeat = Heartbeat()
    _, _, tokens = await desk.ask("Go")
    gaps = heartbeat.stop()
    how = f"({tokens} tokens of mixed Markdown)"
    return [
        Figure(
            f"gap of the event loop at {rate} tokens/s, p99",
            gaps[int(len(gaps) * 0.99)],
            "ms",
            most=16,
            how=how,
        ),
        Figure(f"gap of the event loop at {rate} tokens/s, largest", gaps[-1], "ms", most=50),
    ]


async def _against_bare(desk: Desk, folder: Path) -> list[Figure]:
    """Let the app and a bare loop answer in turn, without randomness."""
    settings = desk.session._settings
    settings.set_value("sampling", "temperature", 0.0)
    settings.set_value("sampling", "max_new_tokens", BARE_TOKENS)
    random_model = folder / "random.gguf"
    write_model(random_model, SLOW, **_readable_vocabulary())
    figures = []
    for name, model in (
        ("57 M random weights", random_model),
        ("starter", resources() / "starter" / "starter.gguf"),
    ):
        await desk.load(model)
        figures += await _race(desk, name, model)
    return figures


def _readable_vocabulary() -> dict[str, Any]:
    """Return metadata that makes a random model write Latin words and not every script there is.

    Bytes that an English prompt does not hold are made words.
    """
    tokens = list(model_metadata(SLOW)["tokenizer.ggml.tokens"])
    for byte in (*range(10), *range(11, 32), *range(127, 256)):
        tokens[byte] = f"Ġ{_WORDS[byte % len(_WORDS)]}{'s' * (byte // len(_WORDS))}"
    return {"tokenizer.ggml.tokens": tokens}


async def _race(desk: Desk, name: str, model: Path) -> list[Figure]:
    bare = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.bare", str(model), str(BARE_TOKENS)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert bare.stdin is not None
    assert bare.stdout is not None
    speeds, times, firsts, ends = [], [], [], []
    for round_ in range(ROUNDS):
        question = f"What does the setting temperature do, and top-p? ({round_})"
        bare.stdin.write(question + "\n")
        bare.stdin.flush()
        bare_first, bare_rest, bare_tokens = json.loads(bare.stdout.readline())
        desk.conversations.new()
        app_first, app_rest, app_tokens = await desk.ask(question)
        if bare_tokens != app_tokens:
            raise AssertionError(f"{bare_tokens} tokens against {app_tokens}")
        speeds.append(bare_rest / app_rest)
        times.append(bare_rest)
        firsts.append((app_first - bare_first) * 1000)
        ends.append((app_first + app_rest - bare_first - bare_rest) * 1000)
    bare.stdin.close()
    bare.wait(10)
    bare.stdout.close()
    median = statistics.median
    delays = [
        Figure(f"first text in the window after the bare loop's, {name}", median(firsts), "ms"),
        Figure(f"end of the answer after the bare loop's, {name}", median(ends), "ms"),
    ]
    if median(times) < MEASURABLE_S:
        return delays
    speed = Figure(
        f"tokens per second of the app / a bare loop, {name}",
        median(speeds) * 100,
        "%",
        least=97,
        how=f"({app_tokens} tokens)",
    )
    return [speed, *delays]
