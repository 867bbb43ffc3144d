"""The menus have the agreed words and keys, and say which command was chosen."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QAction, QKeySequence
from pytestqt.qtbot import QtBot

from app.presenters.adapter_state import AdapterChoice, AdapterState
from app.presenters.model_state import ModelChoice
from app.ui.menus import MENUS, Command, Item, Kind, MenuBar

ITEMS = [item for menu in MENUS for item in menu.items if item is not None]


@pytest.fixture
def menus(qtbot: QtBot) -> MenuBar:
    bar = MenuBar()
    qtbot.addWidget(bar)
    return bar


def test_every_command_stands_in_the_menus_once() -> None:
    assert sorted(item.command.value for item in ITEMS) == sorted(one.value for one in Command)


def test_no_two_items_have_the_same_keys() -> None:
    keys = [item.keys for item in ITEMS if item.keys]
    assert len(keys) == len(set(keys))


def test_all_keys_can_be_read(menus: MenuBar) -> None:
    for item in ITEMS:
        if item.keys:
            assert menus.action(item.command).shortcut() == QKeySequence(item.keys)


def test_each_menu_opens_with_a_letter_of_its_own() -> None:
    assert len({menu.title[0] for menu in MENUS}) == len(MENUS)


@pytest.mark.parametrize(
    "item", [item for item in ITEMS if item.kind is not Kind.SUBMENU], ids=lambda item: item.text
)
def test_choosing_an_item_tells_its_command(menus: MenuBar, qtbot: QtBot, item: Item) -> None:
    with qtbot.waitSignal(menus.command_chosen) as chosen:
        menus.action(item.command).trigger()
    assert chosen.args == [item.command]


def test_only_one_theme_is_in_force(menus: MenuBar) -> None:
    menus.set_checked(Command.THEME_DARK, True)
    menus.set_checked(Command.THEME_SYSTEM, True)
    assert not menus.action(Command.THEME_DARK).isChecked()


def recent_actions(menus: MenuBar) -> list[QAction]:
    menu = menus.action(Command.RECENT_MODELS).menu()
    assert menu is not None
    return list(menu.actions())  # type: ignore[attr-defined]


def test_without_recent_models_the_submenu_cannot_be_opened(menus: MenuBar) -> None:
    menus.set_recent(())
    assert not menus.action(Command.RECENT_MODELS).isEnabled()


def test_a_recent_model_tells_its_path(menus: MenuBar, qtbot: QtBot) -> None:
    menus.set_recent((ModelChoice(Path("/m/a&b.gguf"), "A&B"),))
    (action,) = recent_actions(menus)
    assert action.text() == "A&&B"
    with qtbot.waitSignal(menus.recent_chosen) as chosen:
        action.trigger()
    assert chosen.args == ["/m/a&b.gguf"]


def test_a_recent_model_with_a_problem_cannot_be_chosen(menus: MenuBar) -> None:
    menus.set_recent((ModelChoice(Path("/m/gone.gguf"), "Gone", problem="It is not there."),))
    (action,) = recent_actions(menus)
    assert not action.isEnabled()
    assert action.toolTip() == "It is not there."


PIRATE = AdapterChoice(Path("/m/pirate.gguf"), "Pirate")
FOREIGN = AdapterChoice(Path("/m/foreign.gguf"), "Foreign", problem="It was made for Gemma.")


def adapter_actions(menus: MenuBar, command: Command) -> list[QAction]:
    menu = menus.action(command).menu()
    assert menu is not None
    return list(menu.actions())  # type: ignore[attr-defined]


def test_the_adapters_are_offered_and_the_one_that_is_on_is_marked(menus: MenuBar) -> None:
    menus.set_adapters(AdapterState((PIRATE, FOREIGN), PIRATE))
    pirate, foreign = adapter_actions(menus, Command.USE_ADAPTER)
    assert pirate.isChecked()
    assert not foreign.isEnabled()
    assert foreign.toolTip() == "It was made for Gemma."


def test_an_adapter_tells_its_path(menus: MenuBar, qtbot: QtBot) -> None:
    menus.set_adapters(AdapterState((PIRATE,)))
    (pirate,) = adapter_actions(menus, Command.USE_ADAPTER)
    with qtbot.waitSignal(menus.adapter_chosen) as chosen:
        pirate.trigger()
    assert chosen.args == ["/m/pirate.gguf"]


def test_an_answer_can_be_had_again_with_and_without_an_adapter(
    menus: MenuBar, qtbot: QtBot
) -> None:
    menus.set_adapters(AdapterState((PIRATE,)))
    without, pirate = adapter_actions(menus, Command.REGENERATE_WITH)
    for action, path in ((without, ""), (pirate, "/m/pirate.gguf")):
        with qtbot.waitSignal(menus.answer_wanted_with) as wanted:
            action.trigger()
        assert wanted.args == [path]


def test_without_adapters_their_submenus_cannot_be_opened(menus: MenuBar) -> None:
    for state in (AdapterState(), AdapterState((PIRATE,), unavailable="Load a model first.")):
        menus.set_adapters(state)
        assert not menus.action(Command.USE_ADAPTER).isEnabled()
        assert not menus.action(Command.REGENERATE_WITH).isEnabled()
