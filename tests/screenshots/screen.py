"""A virtual X screen of our own, and the program on it, driven like a person would."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.program import Program

PATIENCE_S = 30.0


class Screen:
    """An Xvfb on a display number that it chose itself."""

    def __init__(self, width: int, height: int) -> None:
        reader, writer = os.pipe()
        self._server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writer), "-screen", "0", f"{width}x{height}x24"],
            pass_fds=(writer,),
            stderr=subprocess.DEVNULL,
        )
        os.close(writer)
        with os.fdopen(reader) as answer:
            self.name = f":{answer.readline().strip()}"
        if self.name == ":":
            raise RuntimeError("Xvfb did not start")

    def picture(self, file: Path) -> None:
        """Write what is on the screen."""
        # A process of its own: this one has no display, and Qt takes one per process.
        script = (
            "import sys; from PySide6.QtGui import QGuiApplication; a = QGuiApplication([]);"
            "a.primaryScreen().grabWindow(0).save(sys.argv[1]) or sys.exit(1)"
        )
        environment = os.environ | {"DISPLAY": self.name, "QT_QPA_PLATFORM": "xcb"}
        subprocess.run([sys.executable, "-c", script, str(file)], env=environment, check=True)

    def close(self) -> None:
        """End the server."""
        self._server.terminate()
        self._server.wait(10)


class Driver:
    """The program on a screen: asks its guide where things are, then clicks and types."""

    def __init__(self, screen: Screen, profile: Path) -> None:
        self._screen = screen
        self._environment = os.environ | {"DISPLAY": screen.name, "QT_QPA_PLATFORM": "xcb"}
        self._program = Program(profile, self._environment)
        self._program.opened()
        self.focus()

    def until(self, condition: Callable[[dict[str, Any]], bool]) -> None:
        """Wait for a state."""
        self._program.until(condition)

    def settle(self) -> None:
        """Give animations and highlighting time to end before a picture."""
        time.sleep(0.6)

    def resize(self, width: int, height: int) -> None:
        """Give the window another size."""
        self._program.ask(f"size {width} {height}")
        self.settle()

    def load(self, model: Path) -> None:
        """Load a model and wait for it; the file dialog is Qt's own and not pictured."""
        self._program.ask(f"load {model}")
        self.until(lambda state: state["stage"] == "ready")

    def refused(self, model: Path) -> None:
        """Try to load a model that cannot be loaded."""
        self._program.ask(f"load {model}")
        self.until(lambda state: state["stage"] == "failed")

    def click(self, name: str) -> None:
        """Click on the widget of that accessible name or text."""
        deadline = time.monotonic() + PATIENCE_S
        while (place := self._program.ask(f"where {name}")) is None:
            if time.monotonic() > deadline:
                raise LookupError(f"nothing on the screen is called {name!r}")
            time.sleep(0.05)
        self._xdotool("mousemove", str(place[0]), str(place[1]), "click", "1")

    def keys(self, *names: str) -> None:
        """Press keys, each a combination as in "ctrl+n"."""
        self._xdotool("key", *names)

    def tab_to(self, name: str, key: str = "Tab") -> None:
        """Press Tab until the keyboard is in a widget whose name or text begins with `name`."""
        seen: list[str] = []
        while not (now := self._program.ask("focus")).startswith(name):
            if len(seen) > 80:
                raise LookupError(f"Tab does not lead to {name!r} but to {seen}")
            seen.append(now)
            self.keys(key)
            time.sleep(0.05)

    def choose(self, *words: str) -> None:
        """Go down the open menu to items that begin so; all but the last are submenus."""
        for item in words:
            seen: list[str] = []
            while not (now := self._program.ask("menu")).startswith(item):
                if len(seen) > 40:
                    raise LookupError(f"the menu has no {item!r} but {seen}")
                seen.append(now)
                self.keys("Down")
            self.keys("Return" if item == words[-1] else "Right")
        self.settle()
        self.focus()

    def write(self, text: str) -> None:
        """Type a text."""
        self._xdotool("type", "--delay", "4", text)

    def paste(self, text: str) -> None:
        """Paste a text that xdotool cannot type."""
        self._program.ask(f"clipboard {text}")
        self.keys("ctrl+v")

    def picture(self, file: Path) -> None:
        """Write what is on the screen, with the pointer out of the way."""
        self._xdotool("mousemove", "2", "2")
        self.settle()
        self._screen.picture(file)

    def quit(self) -> int:
        """Close the window as a person would, and return the exit status."""
        self.keys("ctrl+q")
        return self._program.end()[0]

    def focus(self) -> None:
        """Give the window the keyboard; there is no window manager to do it after a dialog."""
        found = self._xdotool("search", "--sync", "--onlyvisible", "--name", ".+").split()
        self._xdotool("windowfocus", "--sync", found[-1])

    def _xdotool(self, *arguments: str) -> str:
        done = subprocess.run(
            ["xdotool", *arguments],
            env=self._environment,
            check=True,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )
        return done.stdout
