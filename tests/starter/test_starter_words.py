"""Every menu item, key, button, setting and folder that the starter names is really there."""

from __future__ import annotations

import ast
import os
import re
from pathlib import Path

import pytest
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from app.paths import Paths
from app.settings.schema import Entry, Settings, entries, group_label
from app.ui.menus import MenuBar
from resources.starter.corpus import load_corpus, setting_answer
from resources.starter.interface import interface_names, replace_marks

ROOT = Path(__file__).parents[2]
NAMES = interface_names()
ANSWERS = [
    (name, wording) for name, wordings in load_corpus().answers().items() for wording in wordings
]
VISIBLE = [entry for entry in entries() if not entry.spec.hidden]


def menu_items(bar: MenuBar) -> set[tuple[str, str, str]]:
    """Menu, words and keys of every item of the real menu bar."""
    found: set[tuple[str, str, str]] = set()
    for title in bar.actions():
        menu = title.menu()
        assert isinstance(menu, QMenu)
        for action in menu.actions():
            if not action.isSeparator():
                found.add((plain(title), plain(action), keys_of(action)))
    return found


def plain(action: QAction) -> str:
    return action.text().replace("&", "")


def keys_of(action: QAction) -> str:
    return action.shortcut().toString(QKeySequence.SequenceFormat.PortableText)


def words_to_the_user() -> set[str]:
    """Every text that a module of the window passes to `tr`."""
    found: set[str] = set()
    for folder in ("app/ui", "app/presenters"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                    if node.func.attr != "tr":
                        continue
                    found.update(
                        argument.value
                        for argument in node.args
                        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
                    )
    return found


def test_menu_items_and_keys_are_those_of_the_menu_bar(qtbot: QtBot) -> None:
    bar = MenuBar()
    qtbot.addWidget(bar)
    named = {(item.menu, item.text, item.shortcut) for item in NAMES.menu_items}
    assert named == menu_items(bar)


def test_buttons_that_answers_name_are_in_the_window() -> None:
    assert set(NAMES.controls) <= words_to_the_user()


def test_setting_labels_are_those_of_the_schema() -> None:
    assert NAMES.setting_labels == tuple(entry.spec.label for entry in VISIBLE)


@pytest.mark.parametrize("entry", VISIBLE, ids=lambda entry: entry.name)
def test_every_setting_has_an_answer_with_its_label_and_help(entry: Entry) -> None:
    label = (
        f"**{entry.spec.label}** is in **View → Settings**, under **{group_label(entry.group)}**"
    )
    assert [
        answer for _, answer in ANSWERS if answer.startswith(label) and entry.spec.help in answer
    ]


def test_a_setting_answer_gives_range_and_default() -> None:
    entry = next(entry for entry in entries() if entry.name == "temperature")
    assert "It goes from 0 to 2; the default is 0.7." in setting_answer(entry)


def test_every_word_in_bold_is_a_name_of_the_interface() -> None:
    names = {item.path.strip("*") for item in NAMES.menu_items}
    names |= {item.menu for item in NAMES.menu_items}
    names |= {item.shortcut for item in NAMES.menu_items}
    names |= {*NAMES.controls, *NAMES.setting_labels}
    names |= {group_label(group) for group in Settings.__dataclass_fields__}
    # Shown as an example of Markdown.
    names.add("bold")
    strangers = {
        (name, bold)
        for name, answer in ANSWERS
        for bold in re.findall(r"\*\*(.+?)\*\*", answer)
        if bold not in names
    }
    assert not strangers


def test_keys_that_answers_name_are_keys_of_the_menus() -> None:
    keys = {item.shortcut for item in NAMES.menu_items} | {"Shift+Enter"}
    named = {
        found
        for _, answer in ANSWERS
        for found in re.findall(r"\b(?:Ctrl|Shift|Alt)\+[\w+,-]+|\bF\d+\b", answer)
    }
    assert {key.rstrip(",.") if key != "Ctrl+," else key for key in named} <= keys


def test_folders_that_answers_name_are_those_of_the_platform(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("CONFIG", "DATA", "STATE", "CACHE"):
        monkeypatch.delenv(f"XDG_{name}_HOME")
    home = Path("/home/someone")
    monkeypatch.setenv("HOME", str(home))
    paths = Paths.of_user()
    real = {paths.config, paths.data, paths.state, paths.settings_file, paths.database}
    real |= {paths.log_file, paths.models}
    named = {found for _, answer in ANSWERS for found in re.findall(r"`~/([^`]+)`", answer)}
    assert named
    assert {home / folder for folder in named} <= real


def test_the_commands_that_answers_name_exist() -> None:
    start = ROOT / "start"
    assert os.access(start, os.X_OK)
    assert "test" in start.read_text(encoding="utf-8")
    commands = {
        line
        for _, answer in ANSWERS
        for block in re.findall(r"```sh\n(.+?)\n```", answer, re.DOTALL)
        for line in block.splitlines()
    }
    assert commands == {"./start", "./start test", 'cairn ask "What is a cairn?"'}
    assert (ROOT / "app" / "ask.py").is_file()


@pytest.mark.parametrize(
    "mark", ["[[Model/Open a file]]", "[[key:Welcome page]]", "[[control:Go]]", "[[set:heat]]"]
)
def test_a_name_that_does_not_exist_stops_the_build(mark: str) -> None:
    with pytest.raises(KeyError):
        replace_marks(mark, NAMES)
