"""The model picker narrows, loads, opens files and unloads, by mouse and by keyboard."""

from __future__ import annotations

import time
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.presenters.model import ModelPresenter
from app.presenters.model_state import ModelChoice, ModelStage, ModelState
from app.runtime.protocol import ModelInfo
from app.ui.icons import Icons
from app.ui.models.model_choices import ModelChoiceView
from app.ui.models.model_picker import ModelPicker
from app.ui.search_field import SearchField
from app.ui.theme import Theme
from tests.ui.presenter_fakes import FakePresenters, child, children

STARTER = ModelChoice(Path("/s/starter.gguf"), "Starter", "6 MB", is_starter=True)
QWEN = ModelChoice(Path("/m/qwen3-1.7b.gguf"), "Qwen3 1.7B", "Q8_0 · 1.8 GB")
SMOL = ModelChoice(Path("/m/smol.gguf"), "SmolLM2", "Q4_K_M · 0.3 GB")
GONE = ModelChoice(Path("/m/gone.gguf"), "Gone", problem="The file is not there any more.")
READY = ModelState(
    ModelStage.READY, "Qwen3 1.7B", info=ModelInfo(QWEN.path, "Qwen3 1.7B", "llama.cpp", 4096)
)


@pytest.fixture
def window(qtbot: QtBot, theme: Theme) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(800, 480)
    QPushButton("Model", window).setGeometry(60, 8, 200, 36)
    with qtbot.waitExposed(window):
        window.show()
    return window


@pytest.fixture
def picker(window: QWidget, fakes: FakePresenters, theme: Theme, icons: Icons) -> ModelPicker:
    fakes.model.known = (STARTER, QWEN, SMOL, GONE)
    picker = ModelPicker(cast(ModelPresenter, fakes.model), theme, icons, window)
    picker.open_below(child(window, QPushButton))
    fakes.model.calls.clear()
    return picker


def rows_of(picker: ModelPicker) -> list[str]:
    model = child(picker, ModelChoiceView).model()
    return [str(model.index(row, 0).data()).split(".")[0] for row in range(model.rowCount())]


def test_it_opens_inside_the_window_and_takes_the_keyboard(
    picker: ModelPicker, window: QWidget
) -> None:
    assert window.rect().translated(window.mapToGlobal(QPoint(0, 0))).contains(picker.geometry())
    assert child(picker, SearchField).hasFocus()


def test_it_asks_for_fresh_news_of_the_files(
    picker: ModelPicker, window: QWidget, fakes: FakePresenters
) -> None:
    picker.open_below(child(window, QPushButton))
    assert ("refresh_choices",) in fakes.model.calls


def test_typing_narrows_the_list_by_every_word(picker: ModelPicker) -> None:
    QTest.keyClicks(child(picker, SearchField), "q8 qwen")
    assert rows_of(picker) == ["Qwen3 1"]


def test_nothing_that_fits_is_said(picker: ModelPicker) -> None:
    QTest.keyClicks(child(picker, SearchField), "zzz")
    assert rows_of(picker) == []
    assert picker._nothing.isVisible()


def test_enter_loads_the_model_at_the_keyboards_place(
    picker: ModelPicker, fakes: FakePresenters
) -> None:
    field = child(picker, SearchField)
    QTest.keyClick(field, Qt.Key.Key_Down)
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert fakes.model.calls == [("load", str(QWEN.path))]
    assert not picker.isVisible()


def test_the_starter_is_loaded_as_the_starter(picker: ModelPicker, fakes: FakePresenters) -> None:
    QTest.keyClick(child(picker, SearchField), Qt.Key.Key_Return)
    assert fakes.model.calls == [("load_starter",)]


def test_a_click_loads_a_model(picker: ModelPicker, fakes: FakePresenters) -> None:
    view = child(picker, ModelChoiceView)
    place = view.visualRect(view.model().index(2, 0)).center()
    QTest.mouseClick(
        view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place
    )
    assert fakes.model.calls == [("load", str(SMOL.path))]


def test_a_model_with_a_problem_is_shown_but_not_loaded(
    picker: ModelPicker, fakes: FakePresenters
) -> None:
    view = child(picker, ModelChoiceView)
    index = view.model().index(3, 0)
    assert GONE.problem in index.data(Qt.ItemDataRole.AccessibleTextRole)
    QTest.mouseClick(
        view.viewport(),
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
        view.visualRect(index).center(),
    )
    assert fakes.model.calls == []


def test_escape_closes_it(picker: ModelPicker) -> None:
    QTest.keyClick(child(picker, SearchField), Qt.Key.Key_Escape)
    assert not picker.isVisible()


def test_the_model_in_use_is_where_the_keyboard_begins(
    picker: ModelPicker, window: QWidget, fakes: FakePresenters
) -> None:
    fakes.model.become(READY)
    picker.open_below(child(window, QPushButton))
    assert child(picker, ModelChoiceView).currentIndex().row() == 1


def test_only_a_loaded_model_can_be_unloaded(picker: ModelPicker, fakes: FakePresenters) -> None:
    assert not picker._unload_button.isEnabled()
    fakes.model.become(READY)
    picker._unload_button.click()
    assert fakes.model.calls == [("unload",)]


def test_a_file_can_be_looked_for(picker: ModelPicker, qtbot: QtBot) -> None:
    with qtbot.waitSignal(picker.file_requested):
        picker._file_button.click()
    assert not picker.isVisible()


def test_news_while_it_is_open_are_shown(picker: ModelPicker, fakes: FakePresenters) -> None:
    fakes.model.choices_changed.emit((STARTER,))
    assert rows_of(picker) == ["Starter"]


FULL = ModelChoice(
    Path("/m/full.gguf"),
    "Full",
    "1.7B · w8a8 · 2.4 GB · 4k",
    speed=12.4,
    fit="tight",
    fit_reason="Needs ≈ 2.9 GB; 3.1 GB are free.",
)


def test_a_row_says_what_a_model_is_how_fast_it_was_and_whether_it_fits(
    picker: ModelPicker, fakes: FakePresenters
) -> None:
    fakes.model.choices_changed.emit((FULL,))
    model = child(picker, ModelChoiceView).model()
    words = model.index(0, 0).data()
    assert words == "Full. 1.7B · w8a8 · 2.4 GB · 4k · 12.4 tok/s. tight"
    reason = model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert "Needs ≈ 2.9 GB; 3.1 GB are free." in reason


def test_it_says_which_model_makes_room_for_another(
    picker: ModelPicker, fakes: FakePresenters, window: QWidget
) -> None:
    fakes.model.leaving = "Qwen3 1.7B"
    picker.open_below(child(window, QPushButton))
    (words,) = (label.text() for label in children(picker, QLabel) if "unloads" in label.text())
    assert words == "Loading another model unloads Qwen3 1.7B."


def test_everything_about_models_is_one_button_away(picker: ModelPicker, qtbot: QtBot) -> None:
    (button,) = (
        each for each in children(picker, QPushButton) if each.text().startswith("Models and")
    )
    with qtbot.waitSignal(picker.models_requested):
        button.click()


@pytest.mark.alone
def test_three_hundred_models_open_within_a_tenth_of_a_second(
    picker: ModelPicker, fakes: FakePresenters, window: QWidget
) -> None:
    picker.hide()
    many = tuple(
        ModelChoice(
            Path(f"/m/{number}.gguf"), f"Model {number}", "1.7B · w8a8 · 2.4 GB", fit="fits"
        )
        for number in range(300)
    )
    fakes.model.choices_changed.emit(many)
    begun = time.monotonic()
    picker.open_below(child(window, QPushButton))
    picker.grab()
    assert time.monotonic() - begun < 0.1


def test_a_long_list_takes_the_height_that_a_small_window_has(
    picker: ModelPicker, fakes: FakePresenters, window: QWidget
) -> None:
    many = tuple(ModelChoice(Path(f"/m/{n}.gguf"), f"Model {n}", "1.7B") for n in range(300))
    picker.hide()
    fakes.model.choices_changed.emit(many)
    for leaving in ("", "Qwen3 1.7B"):
        fakes.model.leaving = leaving
        picker.open_below(child(window, QPushButton))
        bottom = window.mapFromGlobal(picker.geometry().bottomLeft()).y()
        assert window.height() - 16 <= bottom < window.height()
        view = child(picker, ModelChoiceView)
        assert view.height() > 4 * view.sizeHintForRow(0)
        picker.hide()
