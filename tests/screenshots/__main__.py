"""`python -m tests.screenshots [FOLDER]`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.screenshots.screen import Driver, Screen

CODE_QUESTION = "How do I start Cairn?"
CHINESE_QUESTION = "你好！请问怎么打开模型文件？"


def main(folder: Path) -> None:
    """Walk through the program and picture every station."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="cairn-shots-") as profile:
        screen = Screen(1280, 800)
        try:
            _walk(Driver(screen, Path(profile)), folder)
            _second_start(Driver(screen, Path(profile)), folder)
        finally:
            screen.close()


def _walk(driver: Driver, folder: Path) -> None:
    driver.resize(1280, 800)
    driver.picture(folder / "01-first-run.png")
    driver.click("Try the starter")
    driver.until(lambda state: state["stage"] == "ready")
    driver.picture(folder / "02-starter-loaded.png")
    driver.click("Message")
    _ask(driver, CODE_QUESTION)
    driver.picture(folder / "03-answer-with-code.png")
    _ask(driver, "What does the temperature do?")
    _ask(driver, CHINESE_QUESTION)
    driver.picture(folder / "04-conversation.png")
    driver.keys("ctrl+comma")
    driver.picture(folder / "05-settings.png")
    driver.keys("Escape")
    driver.keys("ctrl+m")
    driver.picture(folder / "06-model-picker.png")
    driver.keys("Escape")
    driver.keys("ctrl+n")
    _ask(driver, "Where are my conversations kept?")
    driver.keys("ctrl+shift+f")
    driver.write("temperature")
    driver.picture(folder / "07-search.png")
    driver.keys("Escape")
    driver.keys("ctrl+shift+BackSpace")
    driver.picture(folder / "08-deleted-with-undo.png")
    driver.click("Undo")
    driver.keys("F1")
    driver.picture(folder / "09-shortcuts.png")
    driver.keys("Escape")
    driver.resize(800, 480)
    driver.picture(folder / "10-small.png")
    driver.keys("F9")
    driver.picture(folder / "11-small-list.png")
    driver.keys("Escape")
    driver.keys("ctrl+comma")
    driver.picture(folder / "12-small-settings.png")
    driver.keys("Escape")
    if driver.quit() != 0:
        raise SystemExit("the program did not end well")


def _second_start(driver: Driver, folder: Path) -> None:
    driver.resize(1280, 800)
    driver.until(lambda state: state["stage"] == "ready")
    driver.click("View")
    driver.keys("Escape")
    driver.keys("ctrl+comma")
    driver.click("Dark")
    driver.keys("Escape")
    driver.picture(folder / "20-dark.png")
    driver.resize(800, 480)
    driver.picture(folder / "21-dark-small.png")
    if driver.quit() != 0:
        raise SystemExit("the program did not end well")


def _ask(driver: Driver, question: str) -> None:
    driver.write(question)
    driver.keys("Return")
    driver.until(lambda state: bool(state["answer"]) and not state["answering"])


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("build/screenshots"))
