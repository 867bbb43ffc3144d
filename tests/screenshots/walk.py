"""A walk by keyboard alone through what a conversation offers, with a picture of every station."""

from __future__ import annotations

import time
from pathlib import Path

from tests.screenshots.screen import Driver
from tests.scripted_runtime import Script

_WRITTEN = r"""<think>
The user wants to see everything. I begin with a heading, then a list.
</think>
# Measuring on the board

The NPU has **three cores**, see `/sys/class/thermal`, and ~~six~~ *two* clusters of CPU cores.

1. Read the sensors
   - [x] `npu-thermal`
   - [ ] `soc-thermal`
2. Divide by 1000

| zone | °C | slows at |
|:---|---:|:---:|
| npu-thermal | 61.5 | 85 |
| soc-thermal | 58.0 | 85 |

> Values above 85 °C slow the clocks down.

```python
def celsius(zone: Path) -> float:
    return int((zone / "temp").read_text()) / 1000  # thousandths
```

The time for a token is $t = \frac{m}{b}$, with $m$ the weights and $b$ the bandwidth:

$$\int_0^T P(t)\,dt \approx \sum_{k=1}^{n} P_k \,\Delta t$$

---

中文混排：在 **RK3588** 上运行 🚀 · שלום עולם · مرحبا بالعالم · [the manual](https://example.org/rk3588)
"""
_SLOW = Script(reply=_WRITTEN, tokens_per_second=12)
_QUICK = Script(reply=_WRITTEN)
SIZES = {"": (1280, 800), "-small": (800, 480)}
THEMES = {"light": 2, "dark": 3}


def walk(driver: Driver, folder: Path, profile: Path) -> None:
    """Go through everything in a large and a small window, in light and in dark."""
    quick = _QUICK.write_to(profile / "Quick.script")
    slow = _SLOW.write_to(profile / "Slow.script")
    for theme, downs in THEMES.items():
        for mark, size in SIZES.items():
            driver.resize(*size)
            driver.keys("alt+v", *["Down"] * downs, "Return")
            stations = _Stations(folder, f"-{theme}{mark}")
            _answers(driver, stations, quick)
            _running(driver, stations, slow)
            driver.load(quick)
            _conversations(driver, stations)
            _beside(driver, stations)


class _Stations:
    """Numbers the pictures of one walk."""

    def __init__(self, folder: Path, mark: str) -> None:
        self._folder = folder
        self._mark = mark
        self._number = 49

    def picture(self, driver: Driver, name: str) -> None:
        """Write the next picture."""
        self._number += 1
        driver.picture(self._folder / f"{self._number}-{name}{self._mark}.png")


def _answers(driver: Driver, stations: _Stations, model: Path) -> None:
    """One answer: read, fold, raw, menu, note, details, edit, regenerate, branches, delete."""
    driver.load(model)
    driver.keys("ctrl+n")
    _ask(driver, "Show me everything you can write, please.")
    stations.picture(driver, "answer-end")
    driver.keys(*["Prior"] * 8)
    stations.picture(driver, "answer-begin")
    driver.keys("Tab")
    driver.tab_to("Thought")
    driver.keys("space")
    stations.picture(driver, "thinking-open")
    driver.keys("space")
    driver.keys("ctrl+j")
    stations.picture(driver, "message-menu")
    driver.choose("Raw text")
    stations.picture(driver, "raw")
    driver.keys("ctrl+j")
    driver.choose("Raw text")
    driver.keys("ctrl+j")
    driver.choose("Note")
    driver.write("Check these figures")
    stations.picture(driver, "note-dialog")
    driver.keys("ctrl+Return")
    driver.settle()
    driver.focus()
    driver.keys("ctrl+j")
    driver.choose("Bookmark")
    driver.keys("ctrl+shift+i")
    stations.picture(driver, "details")
    driver.keys("Escape")
    driver.focus()
    driver.tab_to("Message")
    driver.keys("ctrl+Up")
    driver.keys("ctrl+a")
    driver.write("Show me half of it.")
    stations.picture(driver, "editing")
    driver.keys("ctrl+Return")
    _until_answered(driver)
    driver.keys("ctrl+r")
    _until_answered(driver)
    stations.picture(driver, "second-version")
    driver.keys("ctrl+b")
    stations.picture(driver, "branches")
    driver.keys("Escape")
    driver.focus()
    driver.keys("ctrl+j")
    driver.choose("Delete")
    stations.picture(driver, "message-deleted")
    driver.tab_to("Undo")
    driver.keys("space")
    driver.tab_to("Message")


def _running(driver: Driver, stations: _Stations, model: Path) -> None:
    """An answer that is being written: a message that waits, stop, continue."""
    driver.load(model)
    driver.keys("ctrl+n")
    driver.write("Take your time.")
    driver.keys("Return")
    driver.until(lambda state: len(state["answer"]) > 300)
    driver.write("And then the rest.")
    driver.keys("Return")
    stations.picture(driver, "waiting-message")
    driver.keys("Escape")
    driver.until(lambda state: not state["answering"])
    stations.picture(driver, "stopped")
    driver.keys("ctrl+Return")
    driver.until(lambda state: bool(state["answering"]))
    stations.picture(driver, "continued")
    driver.keys("Escape")
    driver.until(lambda state: not state["answering"])
    driver.keys("ctrl+a", "BackSpace")


def _conversations(driver: Driver, stations: _Stations) -> None:
    """The list: rename, pin, menu, search, bookmarks, temporary, archive, delete with undo."""
    driver.keys("F2", "ctrl+a")
    driver.write("Slow answers about the board")
    stations.picture(driver, "rename")
    driver.keys("Return")
    driver.keys("ctrl+shift+t")
    driver.keys("Menu")
    stations.picture(driver, "conversation-menu")
    driver.keys("Escape")
    driver.keys("ctrl+shift+f")
    driver.write("thousandths")
    driver.settle()
    stations.picture(driver, "search")
    driver.keys("Return")
    driver.settle()
    stations.picture(driver, "found")
    driver.keys("ctrl+shift+b")
    stations.picture(driver, "bookmarks")
    driver.keys("Escape", "Escape")
    driver.keys("ctrl+shift+n")
    driver.tab_to("Message")
    _ask(driver, "Keep nothing of this.")
    stations.picture(driver, "temporary")
    driver.keys("ctrl+Tab")
    driver.keys("ctrl+shift+BackSpace")
    stations.picture(driver, "conversation-deleted")
    driver.tab_to("Undo")
    driver.keys("space")
    driver.settle()


def _beside(driver: Driver, stations: _Stations) -> None:
    """Two conversations beside each other, and the small window."""
    driver.tab_to("Message")
    driver.keys("F8")
    driver.settle()
    _ask(driver, "What runs beside it?")
    stations.picture(driver, "side-by-side")
    driver.keys("F6")
    stations.picture(driver, "other-side")
    driver.keys("F8")
    driver.keys("ctrl+shift+space")
    driver.settle()
    driver.focus()
    driver.write("What is the NPU?")
    driver.keys("Return")
    driver.settle()
    stations.picture(driver, "quick-ask")
    driver.keys("Escape")
    driver.focus()


def _ask(driver: Driver, question: str) -> None:
    driver.write(question)
    driver.keys("Return")
    time.sleep(0.1)
    _until_answered(driver)


def _until_answered(driver: Driver) -> None:
    driver.until(lambda state: bool(state["answer"]) and not state["answering"])
