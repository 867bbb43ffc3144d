"""What the whole program costs an NPU model: tokens per second against a bare loop in C.

The double computes each token after the callback for the one before, as a model does, so every
microsecond in the callback, every wait for the interpreter lock and every time slice that the
window takes from it is seen. It computes instead of sleeping: how late a virtual machine wakes a
sleeper varies by more than what is measured here.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication

from app.presenters.tasks import make_event_loop
from app.ui.chat.text_view import TextView
from native.double.build import ABI, COMPILER, FOLDER
from tests.bench.desk import Desk, until
from tests.bench.figure import Figure
from tests.bench.streaming import MIXED
from tests.rkllm_double import Record, library, write_model

BARE = FOLDER / "bare.c"

_WORDS = "Words come one after the other."
_STOPS = 5


@dataclass(frozen=True)
class Answer:
    """What is written for one figure, and how much slower the model may get by the app."""

    rate: int
    """Tokens per second."""
    tokens: int
    rounds: int
    most_percent: float


ANSWERS = (
    Answer(20, 80, 3, 0.5),
    Answer(80, 320, 5, 0.5),
    Answer(500, 1500, 7, 1.0),
    Answer(2000, 3000, 9, 2.0),
)


def measure(folder: Path) -> list[Figure]:
    """Return the figures; runs an event loop of its own."""
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    application.setQuitOnLastWindowClosed(False)
    record = Record(folder / "calls.jsonl")
    os.environ["RKLLM_DOUBLE_RECORD"] = str(record.file)
    desk = Desk(application, folder / "profile")
    loop = make_event_loop(application)
    try:
        return loop.run_until_complete(_measure(desk, folder, record))
    finally:
        loop.close()
        del os.environ["RKLLM_DOUBLE_RECORD"]


async def _measure(desk: Desk, folder: Path, record: Record) -> list[Figure]:
    await desk.open()
    settings = desk.session._settings
    settings.set_value("engine", "npu_library", str(library("1.3.0")))
    bare = folder / "bare"
    flags = ("-std=gnu11", "-O2", f"-I{ABI}")
    subprocess.run([COMPILER, *flags, str(BARE), "-o", str(bare)], check=True)
    figures = []
    for answer in ANSWERS:
        settings.set_value("sampling", "max_new_tokens", answer.tokens)
        model = write_model(
            folder / f"qwen2-{answer.rate}.rkllm",
            reply=MIXED,
            repeat=answer.tokens // 100 + 2,
            rate=answer.rate,
            pace="work",
            utf8="whole",
        )
        await desk.load(model)
        figures += await _against_bare(desk, record, model, answer, bare)
    figures += await _stops(desk)
    # Its first token is a word: of "# " nothing is shown before the heading has one.
    await desk.load(write_model(folder / "qwen2-words.rkllm", reply=_WORDS, rate=80, pace="work"))
    figures += await _first_token(desk, record)
    await desk.close()
    return figures


async def _against_bare(
    desk: Desk, record: Record, model: Path, answer: Answer, bare: Path
) -> list[Figure]:
    """Let both write in turn, and compare how long the model took; the median counts."""
    slower, alone, together, shown = [], [], [], []
    for _ in range(answer.rounds):
        alone.append(await _alone(bare, model, answer.tokens))
        desk.conversations.new()
        begun = time.monotonic()
        first, rest, _ = await desk.ask("Go")
        decode = record.calls("decode")[-1]
        if decode["tokens"] != answer.tokens:
            raise AssertionError(f"{decode['tokens']} tokens instead of {answer.tokens}")
        together.append(decode["last_at"] - decode["first_at"])
        shown.append(begun + first + rest - decode["first_at"])
        slower.append((together[-1] / alone[-1] - 1) * 100)
    speeds = [(answer.tokens - 1) / statistics.median(taken) for taken in (alone, together, shown)]
    return [
        Figure(
            f"slowdown of a model of {answer.rate} tokens/s by the whole app",
            statistics.median(slower),
            "%",
            most=answer.most_percent,
            how="(bare loop {:.1f} tokens/s, in the app {:.1f}, shown {:.1f})".format(*speeds),
        )
    ]


async def _alone(bare: Path, model: Path, tokens: int) -> float:
    process = await asyncio.create_subprocess_exec(
        *(str(bare), str(library("1.3.0")), str(model), str(tokens), "1"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={name: value for name, value in os.environ.items() if name != "RKLLM_DOUBLE_RECORD"},
    )
    output, _ = await process.communicate()
    return float(output.split()[-1])


async def _stops(desk: Desk) -> list[Figure]:
    """Measure how long a stop takes, beyond the token that is being computed."""
    taken = []
    for _ in range(_STOPS):
        desk.conversations.new()
        desk.chat.send("Go")
        await until(lambda: len(desk.chat.last_answer()) > 100)
        begun = time.monotonic()
        desk.chat.stop()
        while desk.chat.is_answering:
            await asyncio.sleep(0.001)
        taken.append((time.monotonic() - begun) * 1000)
    return [
        Figure("from Stop to the end of the answer", max(taken), "ms", most=50, how="(largest)")
    ]


async def _first_token(desk: Desk, record: Record) -> list[Figure]:
    """Measure from the callback for the first token to the paint event that draws it."""
    painted: list[float] = []
    plain = TextView.paintEvent

    def paint(view: TextView, event: QPaintEvent) -> None:
        plain(view, event)
        if view.accessibleName() != "You" and view.toPlainText().startswith(_WORDS[:3]):
            painted.append(time.monotonic())

    TextView.paintEvent = paint  # type: ignore[method-assign, assignment]
    taken = []
    try:
        for _ in range(_STOPS):
            desk.conversations.new()
            # Nobody asks before the last frame of the answer before is shown.
            await asyncio.sleep(0.2)
            painted.clear()
            record.file.write_text("", encoding="utf-8")
            await desk.ask("Go")
            (decode,) = record.calls("decode")
            taken.append((painted[0] - decode["first_at"]) * 1000)
    finally:
        TextView.paintEvent = plain  # type: ignore[method-assign]
    return [
        Figure(
            "from the callback for the first token to the screen",
            statistics.median(taken),
            "ms",
            most=40,
            how=f"(largest {max(taken):.0f})",
        )
    ]
