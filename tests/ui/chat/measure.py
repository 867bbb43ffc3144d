"""Costs of the chat view as ratios in one run, for the benchmark and for a test."""

from __future__ import annotations

import gc
import statistics
import time
from itertools import count

from PySide6.QtCore import QEvent, QEventLoop, QObject, QSize, Qt, QTimer, Slot
from PySide6.QtWidgets import QApplication

from app.chat.message import Message, MessageState, Role
from app.chat.tree import ShownMessage
from app.ui.chat.view import ChatView
from app.ui.icons import Icons
from app.ui.theme import QT_OPTIONS, Theme

SIZE = QSize(1000, 800)

#: About 500 tokens of what answers are made of.
SAMPLE = """\
Here is a short overview of how a **cairn** is built, with the parts that matter most. \
A stable base is worth more than a tall top, and *flat* stones are worth more than round ones.

## What you need

1. A dozen flat stones, the largest about as wide as your forearm
2. Some smaller ones to fill `gaps`, so that nothing can wobble
3. Patience, because the third stone will not stay where you put it

- Look for stones near the path, never in a stream bed
- Leave every plant where it grows
  - also the small ones
  - and the lichen on the stones

> Leave only footprints. A pile that leads nowhere is worse than no pile at all.

```python
def total(cairns: list[Cairn]) -> int:
    # Sum the stones of every cairn that is worth the name
    return sum(cairn.stones for cairn in cairns if cairn.stones > 2)


for trail in trails:
    print(trail.name, total(trail.cairns))
```

| Trail | Cairns | Condition |
|:------|-------:|-----------|
| Ridge |     12 | rebuilt after the storm in spring |
| Valley|      7 | good |
| Pass  |     31 | `closed` in winter, see [the map](https://example.org/map) |

The base carries everything. Choose its stones so that each rests on at least two others, and \
press every one of them down before the next one follows; what moves now will fall later. When \
the pile is as high as your knee, end it with a flat stone that keeps the rain out of it.

"""

_ids = count()


def message(role: Role, text: str, state: MessageState = MessageState.COMPLETE) -> ShownMessage:
    """Return a message with an id of its own."""
    number = next(_ids)
    return ShownMessage(
        Message(f"m{number}", "c", None, role, text, float(number), state, "Model"), 1, 1
    )


def conversation(length: int) -> tuple[ShownMessage, ...]:
    """Return `length` messages that take turns."""
    return tuple(
        message(Role.ASSISTANT, SAMPLE) if number % 2 else message(Role.USER, "And how? " * 9)
        for number in range(length)
    )


def tokens(text: str) -> list[str]:
    """Cut `text` into pieces of the size of tokens."""
    return [text[start : start + 4] for start in range(0, len(text), 4)]


class Stage:
    """A theme, its icons and a chat view that is shown."""

    def __init__(self) -> None:
        self.theme = Theme()
        self.icons = Icons(self.theme)
        self.view = self.make_view()

    def make_view(self) -> ChatView:
        view = ChatView(self.theme, self.icons)
        view.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        view.resize(SIZE)
        view.show()
        return view

    def close(self) -> None:
        """Let the view go."""
        self.view.close()
        self.view.deleteLater()
        settle()


def settle() -> None:
    """Let everything happen that waits to happen now."""
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    QApplication.processEvents()


def open_seconds(length: int) -> float:
    """Return how long a conversation takes from its messages to its first picture."""
    stage = Stage()
    # What is imported or made once is not what opening costs.
    stage.view.set_items(conversation(2))
    settle()
    items = conversation(length)
    gc.collect()
    start = time.perf_counter()
    stage.view.set_items(items)
    stage.view.grab()
    seconds = time.perf_counter() - start
    stage.close()
    return seconds


def open_ratio(rounds: int = 5) -> float:
    """Return how much longer 2,000 messages take to open than 20. The budget is 3."""
    few = statistics.median(open_seconds(20) for _ in range(rounds))
    many = statistics.median(open_seconds(2_000) for _ in range(rounds))
    return many / few


def streaming_seconds(text: str) -> float:
    """Return the CPU time of streaming `text`, one frame for each token."""
    stage = Stage()
    items = conversation(20)
    answer = message(Role.ASSISTANT, "", MessageState.STREAMING)
    stage.view.set_items((*items, answer))
    settle()
    start = time.process_time()
    for token in tokens(text):
        stage.view.append_text(answer.message.id, token)
        stage.view._frames.frame_due.emit()
        QApplication.processEvents()
    seconds = time.process_time() - start
    stage.close()
    return seconds


def doubling_ratio(repeats: int = 4) -> float:
    """Return how much more an answer of twice the length costs, per update. The budget is 2.3."""
    once = streaming_seconds(SAMPLE * repeats)
    twice = streaming_seconds(SAMPLE * repeats * 2)
    return twice / once


class _Feeder(QObject):
    """Appends tokens at a rate, whatever the view does."""

    def __init__(self, view: ChatView, message_id: str, pieces: list[str], rate: float) -> None:
        super().__init__()
        self.finished = QEventLoop()
        self._view = view
        self._id = message_id
        self._pieces = pieces
        self._rate = rate
        self._fed = 0
        self._start = time.perf_counter()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_timeout)
        self._timer.start(max(1, round(1000 / rate)))

    @Slot()
    def _on_timeout(self) -> None:
        due = min(len(self._pieces), int((time.perf_counter() - self._start) * self._rate) + 1)
        for piece in self._pieces[self._fed : due]:
            self._view.append_text(self._id, piece)
        self._fed = due
        if due == len(self._pieces):
            self._timer.stop()
            self.finished.quit()


class _Heartbeat(QObject):
    """Notes how late a timer of 1 ms fires: that long the window could not answer."""

    def __init__(self) -> None:
        super().__init__()
        self.gaps_ms: list[float] = []
        self._last = time.perf_counter()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_timeout)
        self._timer.start(1)

    def stop(self) -> None:
        """Note no more."""
        self._timer.stop()

    @Slot()
    def _on_timeout(self) -> None:
        now = time.perf_counter()
        self.gaps_ms.append((now - self._last) * 1000 - 1)
        self._last = now


def streaming_gaps(
    tokens_per_second: float, text: str = SAMPLE * 8, messages: int = 2_000
) -> tuple[float, float]:
    """Stream `text` below many messages. Return the 99th percentile and the largest gap, in ms."""
    stage = Stage()
    answer = message(Role.ASSISTANT, "", MessageState.STREAMING)
    stage.view.set_items((*conversation(messages), answer))
    settle()
    QApplication.processEvents()
    gc.collect()
    gc.disable()
    heartbeat = _Heartbeat()
    feeder = _Feeder(stage.view, answer.message.id, tokens(text), tokens_per_second)
    feeder.finished.exec()
    heartbeat.stop()
    stage.close()
    gaps = sorted(heartbeat.gaps_ms)
    return gaps[int(len(gaps) * 0.99)], gaps[-1]


def main() -> None:
    """Print all of it."""
    application = QApplication.instance() or QApplication(list(QT_OPTIONS))
    assert isinstance(application, QApplication)
    Theme().apply_to(application)
    print(f"open 2,000 messages / open 20: {open_ratio():.2f}")
    print(f"answer of twice the length, per update: {doubling_ratio():.2f}")
    for rate in (50, 500):
        p99, largest = streaming_gaps(rate, SAMPLE * (2 if rate < 100 else 8))
        print(f"gaps at {rate} tokens/s: p99 {p99:.1f} ms, largest {largest:.1f} ms")


if __name__ == "__main__":
    main()
