"""The strength of an adapter is set a moment after it was chosen; the help page says what is true."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any, cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from app.catalog.names import is_adapter_name
from app.presenters.adapter_state import AdapterChoice, AdapterState
from app.ui.menus import MENUS
from app.ui.models import adapter_recipes
from app.ui.models.adapter_help import AdapterHelpDialog
from app.ui.models.adapter_strength import AdapterStrengthDialog
from app.ui.theme import Theme
from tests.ui.presenter_fakes import FakeAdapters, children

PIRATE = Path("/models/pirate-lora.gguf")


class StrengthAdapters(FakeAdapters):
    """Remembers which strength was set."""

    scale_reason = ""

    def set_scale(self, path: Path, scale: float) -> None:
        self.calls.append(("set_scale", path, scale))


def state_of(path: Path = PIRATE, scale: float = 1.0) -> AdapterState:
    choice = AdapterChoice(path, "Pirate", scale=scale)
    return AdapterState((choice,), choice)


@pytest.fixture
def adapters(theme: Theme) -> StrengthAdapters:
    adapters = StrengthAdapters()
    adapters.state = state_of()
    return adapters


def opened(qtbot: QtBot, adapters: FakeAdapters) -> AdapterStrengthDialog:
    dialog = AdapterStrengthDialog(cast(Any, adapters))
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def words(parent: QWidget) -> str:
    return "\n".join(label.text() for label in children(parent, QLabel))


def test_the_dialog_names_the_adapter_and_what_one_means(
    qtbot: QtBot, adapters: StrengthAdapters
) -> None:
    dialog = opened(qtbot, adapters)
    assert "Pirate" in words(dialog)
    assert "1: as it was trained" in words(dialog)
    assert dialog._spin.value() == 1.0
    assert not dialog._reset.isEnabled()


def test_a_dragged_slider_sets_the_strength_once(qtbot: QtBot, adapters: StrengthAdapters) -> None:
    dialog = opened(qtbot, adapters)
    for place in (21, 25, 30):
        dialog._slider.setValue(place)
    assert dialog._spin.value() == 1.5
    assert adapters.calls == []
    qtbot.waitUntil(lambda: bool(adapters.calls))
    assert adapters.calls == [("set_scale", PIRATE, 1.5)]


def test_a_typed_number_between_two_steps_is_kept(qtbot: QtBot, adapters: StrengthAdapters) -> None:
    dialog = opened(qtbot, adapters)
    dialog._spin.setValue(0.33)
    assert dialog._spin.value() == 0.33
    dialog.accept()
    assert adapters.calls == [("set_scale", PIRATE, 0.33)]


def test_a_wish_that_is_taken_back_at_once_changes_nothing(
    qtbot: QtBot, adapters: StrengthAdapters
) -> None:
    dialog = opened(qtbot, adapters)
    dialog._spin.setValue(0.5)
    dialog._reset.click()
    dialog.accept()
    assert adapters.calls == []


def test_closing_with_esc_keeps_the_last_wish(qtbot: QtBot, adapters: StrengthAdapters) -> None:
    dialog = opened(qtbot, adapters)
    dialog._spin.setValue(0.5)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert adapters.calls == [("set_scale", PIRATE, 0.5)]


def test_reset_goes_back_to_how_it_was_trained(qtbot: QtBot, adapters: StrengthAdapters) -> None:
    adapters.state = state_of(scale=0.4)
    dialog = opened(qtbot, adapters)
    assert dialog._slider.value() == 8
    dialog._reset.click()
    dialog.accept()
    assert adapters.calls == [("set_scale", PIRATE, 1.0)]


def test_the_npu_is_said_to_load_the_adapter_once_more(
    qtbot: QtBot, adapters: StrengthAdapters
) -> None:
    assert "with the next answer." in words(opened(qtbot, adapters))
    adapters.scale_reason = "The NPU library fixes the scale when it loads an adapter."
    assert "The NPU library fixes the scale" in words(opened(qtbot, adapters))


def test_another_strength_from_elsewhere_is_shown_and_not_set_again(
    qtbot: QtBot, adapters: StrengthAdapters
) -> None:
    dialog = opened(qtbot, adapters)
    adapters.become(state_of(scale=1.7))
    assert dialog._spin.value() == 1.7
    dialog.accept()
    assert adapters.calls == []


def test_an_adapter_that_went_away_can_no_longer_be_set(
    qtbot: QtBot, adapters: StrengthAdapters
) -> None:
    dialog = opened(qtbot, adapters)
    dialog._spin.setValue(0.5)
    adapters.become(AdapterState())
    assert not dialog._spin.isEnabled()
    assert "not there any more" in words(dialog)
    dialog.accept()
    assert adapters.calls == []


def test_both_editors_have_names(qtbot: QtBot, adapters: StrengthAdapters) -> None:
    dialog = opened(qtbot, adapters)
    assert dialog._spin.accessibleName() == dialog._slider.accessibleName() == "Strength"


@pytest.fixture
def page(qtbot: QtBot, theme: Theme) -> AdapterHelpDialog:
    dialog = AdapterHelpDialog()
    qtbot.addWidget(dialog)
    return dialog


def test_every_recipe_is_shown_selectable_and_copied_whole(page: AdapterHelpDialog) -> None:
    recipes = {
        text for name, text in vars(adapter_recipes).items() if name.isupper() and name[0] != "_"
    }
    codes = [label for label in children(page, QLabel) if label.property("kind") == "code"]
    assert {label.text() for label in codes} == recipes
    buttons = [one for one in children(page, QPushButton) if one.text() == "Copy"]
    assert len({button.accessibleName() for button in buttons}) == len(recipes)
    copied = set()
    for button in buttons:
        button.click()
        copied.add(QGuiApplication.clipboard().text())
    assert copied == recipes
    assert all(
        label.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByMouse
        for label in codes
    )


def test_the_script_for_the_npu_is_python_and_takes_model_and_adapter_together() -> None:
    calls = {
        node.func.attr: {word.arg for word in node.keywords}
        for node in ast.walk(ast.parse(adapter_recipes.CONVERT_FOR_NPU))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    assert list(calls) == ["load_huggingface", "build", "export_rkllm"]
    assert {"model", "model_lora"} <= calls["load_huggingface"]


def test_the_names_that_the_page_gives_are_taken_for_adapters(page: AdapterHelpDialog) -> None:
    names = ("qwen3-1.7b-pirate-lora.rkllm", "my-adapter-lora.gguf")
    assert all(name in words(page) and is_adapter_name(name) for name in names)


def test_the_page_names_only_commands_that_the_menus_have(page: AdapterHelpDialog) -> None:
    known = {(menu.title, item.text) for menu in MENUS for item in menu.items if item is not None}
    told = {
        ("LoRA", "Add adapter file…"),
        ("LoRA", "Use adapter"),
        ("LoRA", "Test adapter"),
        ("LoRA", "Compare with and without…"),
        ("Model", "Models and adapters…"),
        ("Help", "Board check"),
    }
    assert told <= known
    shown = words(page)
    assert all(f"{menu} → {command}" in shown for menu, command in told)
    assert shown.count("→") == len(told)


@pytest.mark.parametrize("kind", [AdapterHelpDialog, AdapterStrengthDialog])
def test_nothing_is_cut_off_in_a_small_window(
    qtbot: QtBot, adapters: StrengthAdapters, kind: type[QWidget]
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(400, 300)
    dialog = (
        AdapterHelpDialog(window)
        if kind is AdapterHelpDialog
        else AdapterStrengthDialog(cast(Any, adapters), window)
    )
    with qtbot.waitExposed(dialog):
        dialog.show()
    (area,) = children(dialog, QScrollArea)
    assert area.horizontalScrollBar().maximum() == 0
    assert dialog.height() <= 300
