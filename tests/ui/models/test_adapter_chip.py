"""The chip in the header says which LoRA adapter is on, and lets another one be chosen."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from app.presenters.adapter_state import AdapterChoice, AdapterState
from app.ui.icons import Icons
from app.ui.menus import Command
from app.ui.models.adapter_chip import AdapterChip
from app.ui.theme import Theme
from tests.ui.presenter_fakes import child

PIRATE = AdapterChoice(Path("/m/pirate.gguf"), "Pirate & friends", "It changes matrices.")
FOREIGN = AdapterChoice(Path("/m/foreign.gguf"), "Foreign", problem="It was made for Gemma.")
OFF = AdapterState((PIRATE, FOREIGN))
ON = AdapterState((PIRATE, FOREIGN), PIRATE)


@pytest.fixture
def chip(qtbot: QtBot, theme: Theme, icons: Icons) -> AdapterChip:
    chip = AdapterChip(theme, icons)
    qtbot.addWidget(chip)
    chip.set_state(OFF)
    with qtbot.waitExposed(chip):
        chip.show()
    return chip


def _actions(chip: AdapterChip) -> list[QAction]:
    chip.open()
    return [action for action in child(chip, QMenu).actions() if not action.isSeparator()]


def test_it_names_the_adapter_that_is_on(chip: AdapterChip) -> None:
    assert chip.accessibleName() == "LoRA: none"
    chip.set_state(ON)
    assert chip.accessibleName() == "LoRA: Pirate & friends"


def test_it_is_away_while_there_is_nothing_to_choose(chip: AdapterChip) -> None:
    chip.set_state(AdapterState())
    assert chip.isHidden()
    chip.set_state(AdapterState((PIRATE,), unavailable="Load a model first."))
    assert chip.isHidden()


def test_an_adapter_that_is_on_is_shown_even_where_it_cannot_work(chip: AdapterChip) -> None:
    chip.set_state(AdapterState((PIRATE,), PIRATE, "This model takes none."))
    assert not chip.isHidden()
    assert "This model takes none." in chip.toolTip()


def test_its_list_has_the_adapters_and_says_why_one_cannot_be_used(chip: AdapterChip) -> None:
    none, pirate, foreign, *_more = _actions(chip)
    assert none.isChecked()
    assert pirate.text() == "Pirate && friends"
    assert pirate.isEnabled()
    assert not foreign.isEnabled()
    # Fingers and the keyboard have no tooltip.
    assert foreign.text() == "Foreign — It was made for Gemma"
    assert foreign.toolTip() == "It was made for Gemma."


def test_choosing_one_tells_its_path(chip: AdapterChip, qtbot: QtBot) -> None:
    _none, pirate, *_more = _actions(chip)
    with qtbot.waitSignal(chip.adapter_chosen) as chosen:
        pirate.trigger()
    assert chosen.args == ["/m/pirate.gguf"]


def test_choosing_none_tells_an_empty_path(chip: AdapterChip, qtbot: QtBot) -> None:
    chip.set_state(ON)
    none, *_more = _actions(chip)
    assert not none.isChecked()
    with qtbot.waitSignal(chip.adapter_chosen) as chosen:
        none.trigger()
    assert chosen.args == [""]


def test_what_needs_an_adapter_waits_for_one(chip: AdapterChip) -> None:
    *_adapters, strength, compare, models = _actions(chip)
    assert not strength.isEnabled()
    assert not compare.isEnabled()
    assert models.isEnabled()


def test_further_commands_are_told(chip: AdapterChip, qtbot: QtBot) -> None:
    *_adapters, models = _actions(chip)
    with qtbot.waitSignal(chip.command_chosen) as chosen:
        models.trigger()
    assert chosen.args == [Command.MODELS]


def test_the_keyboard_opens_the_list(chip: AdapterChip) -> None:
    chip.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(chip, Qt.Key.Key_Space)
    assert child(chip, QMenu).isVisible()


def test_in_a_narrow_window_only_the_icon_is_left_and_the_name_is_told(chip: AdapterChip) -> None:
    wanted = chip.sizeHint().width()
    chip.resize(chip.minimumSizeHint())
    assert not chip._name.isVisible()
    assert chip.accessibleName() == "LoRA: none"
    # It asks for its name all the same, and shows it where there is room.
    assert chip.sizeHint().width() == wanted
    chip.resize(wanted, chip.height())
    assert chip._name.isVisible()
