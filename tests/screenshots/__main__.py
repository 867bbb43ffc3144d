"""`python -m tests.screenshots [FOLDER]`."""

from __future__ import annotations

import os
import tempfile
from argparse import ArgumentParser
from pathlib import Path

from app.runtime.rkllm.discovery import VARIABLE
from tests.bench.streaming import MIXED
from tests.gguf_files import write_adapter as write_tiny_adapter
from tests.gguf_files import write_model as write_tiny_model
from tests.rkllm_double import library, write_model
from tests.screenshots.screen import Driver, Screen
from tests.screenshots.walk import walk
from tests.scripted_runtime import Script

_STREAMED = Script(reply=MIXED, repeat=2, tokens_per_second=40, prefill_steps=8, prefill_step_s=0.1)
_CHINESE = "你好！请问怎么在开发板上运行大语言模型？"
_CHINESE_ANSWER = """在 **RK3588** 开发板上运行大语言模型，分三步：

1. 准备一个量化后的模型文件
2. 打开 *Model → Open model file…*
3. 输入问题，等待回答

```sh
cairn model.gguf
```
"""
_LONG_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2


def main(folder: Path) -> None:
    """Walk through the program and picture every station."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="cairn-shots-") as profile:
        screen = Screen(1280, 800)
        try:
            _first_start(Driver(screen, Path(profile)), folder)
            _second_start(Driver(screen, Path(profile)), folder, Path(profile))
            os.environ[VARIABLE] = str(library("1.2.3"))
            _on_a_board(Driver(screen, Path(profile)), folder, Path(profile))
            _models(Driver(screen, Path(profile)), folder, Path(profile))
            with tempfile.TemporaryDirectory(prefix="cairn-walk-") as another:
                _by_keyboard(Driver(screen, Path(another)), folder, Path(another))
        finally:
            screen.close()


def _first_start(driver: Driver, folder: Path) -> None:
    driver.resize(1280, 800)
    driver.picture(folder / "01-first-run.png")
    driver.resize(800, 480)
    driver.picture(folder / "02-first-run-small.png")
    driver.resize(1280, 800)
    driver.click("Try the starter")
    driver.until(lambda state: state["stage"] == "ready")
    driver.picture(folder / "03-starter-loaded.png")
    driver.click("Message")
    _ask(driver, "How do I start Cairn?")
    _ask(driver, "What does the temperature do?")
    driver.picture(folder / "04-conversation.png")
    driver.keys("ctrl+comma")
    driver.picture(folder / "05-settings.png")
    _choose_theme(driver, downs=3)
    driver.picture(folder / "05-settings-dark.png")
    _choose_theme(driver, downs=2)
    driver.keys("Escape")
    driver.keys("ctrl+m")
    driver.picture(folder / "06-model-picker.png")
    driver.keys("Escape")
    driver.keys("ctrl+n")
    _ask(driver, "Where are my conversations kept?")
    driver.keys("ctrl+shift+f")
    driver.write("temperature")
    driver.picture(folder / "07-search.png")
    driver.keys("ctrl+a")
    driver.write("zzzz")
    driver.picture(folder / "08-empty-search.png")
    driver.keys("Escape")
    driver.keys("ctrl+shift+BackSpace")
    driver.picture(folder / "09-deleted-with-undo.png")
    driver.click("Undo")
    driver.keys("F1")
    driver.picture(folder / "10-shortcuts.png")
    driver.keys("Escape")
    driver.focus()
    driver.resize(800, 480)
    driver.picture(folder / "11-small.png")
    driver.keys("F9")
    driver.picture(folder / "12-small-list.png")
    driver.keys("Escape")
    driver.keys("ctrl+comma")
    driver.picture(folder / "13-small-settings.png")
    driver.keys("Escape")
    _quit(driver)


def _second_start(driver: Driver, folder: Path, profile: Path) -> None:
    driver.resize(1280, 800)
    driver.until(lambda state: state["stage"] == "ready")
    for name, script in (("Mixed", _STREAMED), ("Chinese", Script(reply=_CHINESE_ANSWER))):
        script.write_to(profile / f"{name}.script")
    driver.load(profile / "Mixed.script")
    driver.keys("ctrl+n")
    driver.write("Show me everything you can write.")
    driver.keys("Return")
    driver.until(lambda state: len(state["answer"]) > 500)
    driver.picture(folder / "20-streaming.png")
    driver.keys("Escape")
    driver.until(lambda state: not state["answering"])
    driver.picture(folder / "21-stopped.png")
    driver.load(profile / "Chinese.script")
    driver.paste(_CHINESE)
    driver.keys("Return")
    driver.until(lambda state: "cairn model.gguf" in state["answer"] and not state["answering"])
    driver.write(_LONG_WORD)
    driver.picture(folder / "22-chinese.png")
    driver.keys("ctrl+a", "BackSpace")
    driver.keys("alt+v")
    driver.picture(folder / "23-menu.png")
    driver.keys("Escape", "Escape")
    _choose_theme(driver, downs=3)
    driver.picture(folder / "24-dark.png")
    driver.keys("ctrl+comma")
    driver.picture(folder / "25-dark-settings.png")
    driver.keys("Escape")
    driver.resize(800, 480)
    driver.picture(folder / "26-dark-small.png")
    _quit(driver)


def _on_a_board(driver: Driver, folder: Path, profile: Path) -> None:
    driver.resize(1280, 800)
    model = profile / "Qwen3-1.7B-w8a8-rk3588.rkllm"
    driver.load(write_model(model, reply=MIXED, rate=40))
    driver.keys("ctrl+n")
    driver.write("What runs on the NPU?")
    driver.keys("Return")
    driver.until(lambda state: len(state["answer"]) > 200)
    driver.picture(folder / "30-npu.png")
    driver.until(lambda state: not state["answering"])
    for size, mark in (((1280, 800), ""), ((800, 480), "-small")):
        driver.resize(*size)
        driver.keys("ctrl+i")
        driver.picture(folder / f"31-model-details{mark}.png")
        driver.keys("Escape")
        driver.focus()
        driver.keys("ctrl+shift+l")
        driver.picture(folder / f"32-engine-log{mark}.png")
        driver.keys("Escape")
        driver.focus()
        driver.keys("alt+h", "Down", "Down", "Return")
        driver.picture(folder / f"33-board-check{mark}.png")
        driver.keys("Escape")
        driver.focus()
    broken = write_model(profile / "Qwen3-0.6B-rk3576.rkllm", platform="RK3576")
    driver.refused(broken)
    driver.picture(folder / "34-refused.png")
    _quit(driver)


def _models(driver: Driver, folder: Path, profile: Path) -> None:
    models = profile / "data" / "models"
    for name in ("Qwen3-0.6B-Q8_0", "Qwen3-1.7B-Q4_K_M", "SmolLM2-1.7B-Instruct-Q4_K_M"):
        write_tiny_model(models / f"{name}.gguf", general__name=name)
    write_tiny_adapter(models / "qwen3-haiku-lora.gguf")
    for name in ("Qwen2.5-1.5B-Instruct_W8A8_RK3588_16k", "Qwen3-4B-w4a16-rk3576"):
        write_model(models / f"{name}.rkllm", reply="Hello")
    (models / "DeepSeek-R1-Distill-Qwen-7B-Q4_K_M.gguf").write_bytes(b"")
    (models / "Phi-3.5-mini-instruct-Q4_K_M.gguf.part").write_bytes(b"GGUF" + bytes(4096))
    (models / "error-page.gguf").write_text("<html>404</html>", encoding="utf-8")
    driver.resize(1280, 800)
    driver.focus()
    driver.keys("ctrl+m")
    driver.picture(folder / "40-picker.png")
    driver.write("qwen")
    driver.picture(folder / "41-picker-filter.png")
    driver.keys("Escape")
    driver.keys("alt+m", "Down", "Down", "Return")
    driver.until(lambda state: state["stage"] == "ready" and state["model"].startswith("Starter"))
    driver.keys("ctrl+n")
    driver.keys("alt+l")
    driver.picture(folder / "42-lora-menu.png")
    driver.keys("Down", "Right")
    driver.picture(folder / "43-lora-submenu.png")
    driver.keys("Return")
    driver.focus()
    driver.click("Message")
    _ask(driver, "How do I search my conversations?")
    driver.picture(folder / "44-pirate.png")
    driver.keys("ctrl+shift+r")
    driver.keys("ctrl+Return")
    driver.settle()
    driver.settle()
    driver.picture(folder / "45-comparison.png")
    driver.keys("Escape")
    driver.focus()
    for size, mark in (((1280, 800), ""), ((800, 480), "-small")):
        driver.resize(*size)
        driver.keys("ctrl+shift+m")
        driver.settle()
        driver.picture(folder / f"46-models{mark}.png")
        driver.keys("Escape")
        driver.focus()
        driver.keys("ctrl+comma")
        driver.picture(folder / f"47-settings-layers{mark}.png")
        driver.keys("Escape")
        driver.keys("ctrl+m")
        driver.picture(folder / f"48-picker{mark}.png")
        driver.keys("Escape")
    _quit(driver)


def _by_keyboard(driver: Driver, folder: Path, profile: Path) -> None:
    walk(driver, folder, profile)
    _quit(driver)


def _choose_theme(driver: Driver, downs: int) -> None:
    """Choose an item of the View menu: light is 2 below the first, dark 3."""
    driver.keys("alt+v")
    driver.keys(*["Down"] * downs)
    driver.keys("Return")
    driver.settle()


def _ask(driver: Driver, question: str) -> None:
    driver.write(question)
    driver.keys("Return")
    driver.until(lambda state: bool(state["answer"]) and not state["answering"])


def _quit(driver: Driver) -> None:
    status = driver.quit()
    if status != 0:
        raise SystemExit(f"the program ended with status {status}")


if __name__ == "__main__":
    parser = ArgumentParser(prog="./start screenshots", description=main.__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=Path("build/screenshots"))
    main(parser.parse_args().folder)
