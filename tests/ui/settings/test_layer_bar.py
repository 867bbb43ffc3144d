"""The top of the settings panel: presets by mouse and keyboard, and what changes are for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.presenters.notices import Notices
from app.presenters.settings import SettingsPresenter
from app.settings.file import SettingsFile
from app.settings.layers import Layer, Overrides
from app.settings.presets import BUILT_IN, LONGEST_NAME
from app.settings.schema import Theme as ThemeChoice
from app.ui.icons import Icons
from app.ui.settings.layer_bar import LayerBar
from app.ui.settings.preset_bar import PresetBar
from app.ui.settings.preset_dialog import PresetDialog
from app.ui.theme import Theme
from tests.ui.presenter_fakes import child


@pytest.fixture
def presenter(qapp: QApplication, tmp_path: Path) -> Iterator[SettingsPresenter]:
    presenter = SettingsPresenter(SettingsFile(tmp_path / "settings.toml"), Notices())
    yield presenter
    presenter.save_now()


@pytest.fixture
def bar(qtbot: QtBot, presenter: SettingsPresenter, theme: Theme, icons: Icons) -> LayerBar:
    bar = LayerBar(presenter, theme, icons)
    qtbot.addWidget(bar)
    bar.resize(316, 80)
    with qtbot.waitExposed(bar):
        bar.show()
    return bar


@pytest.fixture
def presets(bar: LayerBar) -> PresetBar:
    return bar._presets


def names(presets: PresetBar) -> list[str]:
    return [presets.chooser.itemText(place) for place in range(presets.chooser.count())]


def scope_of(presenter: SettingsPresenter) -> Layer:
    return presenter.scope


def choose(presets: PresetBar, name: str) -> None:
    presets.chooser.setFocus()
    presets.chooser.setCurrentIndex(names(presets).index(name))
    presets.chooser.activated.emit(presets.chooser.currentIndex())


def dialog_of(presets: PresetBar) -> PresetDialog:
    return child(presets, PresetDialog)


def test_all_presets_can_be_chosen_and_none(
    presets: PresetBar, presenter: SettingsPresenter
) -> None:
    assert names(presets) == ["No preset", *(preset.name for preset in BUILT_IN)]
    assert presets.chooser.currentText() == "No preset"
    choose(presets, "Creative")
    assert presenter.preset == "Creative"
    choose(presets, "No preset")
    assert presenter.preset == ""


def test_a_preset_is_chosen_by_keyboard(presets: PresetBar, presenter: SettingsPresenter) -> None:
    presets.chooser.setFocus()
    QTest.keyClick(presets.chooser, Qt.Key.Key_Down)
    assert presenter.preset == "Precise"


def test_a_preset_chosen_elsewhere_is_shown(
    presets: PresetBar, presenter: SettingsPresenter
) -> None:
    presenter.choose_preset("Precise")
    assert presets.chooser.currentText() == "Precise"


def test_the_wheel_does_not_change_the_preset(
    presets: PresetBar, presenter: SettingsPresenter
) -> None:
    presets.chooser.setFocus()
    wheel = QWheelEvent(
        QPointF(5, 5),
        QPointF(5, 5),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(presets.chooser, wheel)
    assert presenter.preset == ""


def test_a_preset_is_saved_under_a_name_by_keyboard(
    qtbot: QtBot, presets: PresetBar, presenter: SettingsPresenter
) -> None:
    presets._save.trigger()
    dialog = dialog_of(presets)
    assert not dialog._take.isEnabled()
    QTest.keyClicks(dialog._name, "Mine")
    with qtbot.waitSignal(presenter.preset_chosen):
        QTest.keyClick(dialog._name, Qt.Key.Key_Return)
    assert presets.chooser.currentText() == "Mine"


def test_saving_over_a_preset_is_announced_on_the_button(presets: PresetBar) -> None:
    presets._save.trigger()
    dialog = dialog_of(presets)
    QTest.keyClicks(dialog._name, "CREATIVE")
    assert dialog._take.text() == "Replace"
    assert dialog._word.text() == "Replaces the preset “Creative”."
    assert dialog._name.accessibleDescription() == dialog._word.text()
    dialog.reject()


def test_escape_saves_nothing(presets: PresetBar, presenter: SettingsPresenter) -> None:
    presets._save.trigger()
    dialog = dialog_of(presets)
    QTest.keyClicks(dialog._name, "Mine")
    QTest.keyClick(dialog._name, Qt.Key.Key_Escape)
    assert presenter.presets() == BUILT_IN


def test_only_what_can_be_done_to_the_preset_is_offered(
    presets: PresetBar, presenter: SettingsPresenter
) -> None:
    def offered() -> tuple[bool, bool, str]:
        presets._menu.aboutToShow.emit()
        return (presets._rename.isEnabled(), presets._delete.isEnabled(), presets._delete.text())

    assert offered() == (False, False, "Delete")
    presenter.choose_preset("Creative")
    assert offered() == (False, False, "Restore as it came")
    presenter.save_preset("creative")
    assert offered() == (False, True, "Restore as it came")
    presenter.save_preset("Mine")
    assert offered() == (True, True, "Delete")
    presets._delete.trigger()
    assert names(presets)[-1] == BUILT_IN[-1].name


def test_a_preset_is_renamed_but_not_to_a_name_that_is_taken(
    qtbot: QtBot, presets: PresetBar, presenter: SettingsPresenter
) -> None:
    presenter.save_preset("Mine")
    presets._rename.trigger()
    dialog = dialog_of(presets)
    assert dialog._name.text() == "Mine"
    dialog._name.setText("precise")
    assert not dialog._take.isEnabled()
    assert "already" in dialog._word.text()
    dialog._name.setText("Ours")
    with qtbot.waitSignal(presenter.presets_changed):
        QTest.mouseClick(dialog._take, Qt.MouseButton.LeftButton)
    assert presets.chooser.currentText() == "Ours"


def test_what_changes_are_for_is_asked_only_when_there_is_a_choice(
    bar: LayerBar, presenter: SettingsPresenter
) -> None:
    assert bar._scope.isHidden()
    presenter.set_layer(Layer.MODEL, "Qwen3", Overrides())
    presenter.choose_preset("Creative")
    presenter.set_layer(Layer.CONVERSATION, "Talk", Overrides())
    assert not bar._scope.isHidden()
    assert [bar._scope.itemText(place) for place in range(bar._scope.count())] == [
        "Everything",
        "This model: Qwen3",
        "The preset Creative",
        "This conversation",
    ]
    assert bar._scope.currentText() == "Everything"


def test_what_changes_are_for_is_chosen_by_keyboard_and_falls_back(
    bar: LayerBar, presenter: SettingsPresenter
) -> None:
    presenter.set_layer(Layer.MODEL, "Qwen3", Overrides())
    bar._scope.setFocus()
    QTest.keyClick(bar._scope, Qt.Key.Key_Down)
    assert scope_of(presenter) is Layer.MODEL
    presenter.set_layer(Layer.MODEL, None)
    assert bar._scope.isHidden()
    assert scope_of(presenter) is Layer.APP
    assert bar._presets.chooser.hasFocus()


def test_every_field_has_a_name_for_those_who_cannot_see_it(bar: LayerBar) -> None:
    assert bar._presets.chooser.accessibleName() == "Preset"
    assert bar._presets._more.accessibleName() == "Save, rename, delete"
    assert bar._scope.accessibleName() == "Changes for"


@pytest.mark.parametrize(
    ("width", "scale"), [(160, 1.0), (288, 1.0), (316, 1.0), (288, 2.0), (640, 1.0)]
)
def test_the_longest_names_fit_any_width(
    qtbot: QtBot,
    bar: LayerBar,
    presenter: SettingsPresenter,
    theme: Theme,
    width: int,
    scale: float,
) -> None:
    theme.set_preferences(ThemeChoice.DARK, scale)
    presenter.save_preset("W" * LONGEST_NAME)
    presenter.set_layer(Layer.MODEL, "M" * 200, Overrides())
    bar.resize(width, bar.sizeHint().height())
    assert bar.width() == width
    qtbot.waitUntil(
        lambda: all(
            bar.rect().contains(part.geometry())
            and part.height() >= part.minimumSizeHint().height()
            for part in (bar._preset_label, bar._presets, bar._scope_label, bar._scope)
        )
    )
