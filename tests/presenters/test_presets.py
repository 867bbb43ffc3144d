"""Presets in use: chosen, saved from what is in force, changed, renamed and deleted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QApplication

from app.errors import SettingsError
from app.presenters.notices import Level, Notices
from app.presenters.settings import SettingsPresenter
from app.settings.file import SettingsFile
from app.settings.layers import Layer, Overrides
from app.settings.presets import BUILT_IN, Preset, Presets
from app.settings.presets_file import PresetsFile
from app.settings.schema import Settings
from tests.presenters.settings_witness import HEAT, TEMPERATURE, Witness, entry_of


@pytest.fixture
def notices(qapp: QApplication) -> Notices:
    return Notices()


@pytest.fixture
def presenter(notices: Notices, tmp_path: Path) -> Iterator[SettingsPresenter]:
    presenter = SettingsPresenter(SettingsFile(tmp_path / "settings.toml"), notices)
    yield presenter
    presenter.save_now()


@pytest.fixture
def witness(presenter: SettingsPresenter, notices: Notices) -> Witness:
    return Witness(presenter, notices)


def next_start(tmp_path: Path) -> SettingsPresenter:
    return SettingsPresenter(SettingsFile(tmp_path / "settings.toml"), Notices())


def names(presenter: SettingsPresenter) -> list[str]:
    return [preset.name for preset in presenter.presets()]


def undo(witness: Witness) -> None:
    (action,) = witness.told[-1].actions
    assert action.label == "Undo"
    action.run()


def test_a_chosen_preset_is_in_force_until_none_is_chosen(
    presenter: SettingsPresenter, witness: Witness
) -> None:
    presenter.choose_preset("short ANSWERS")
    assert presenter.settings.sampling.max_new_tokens == 256
    assert presenter.label_of(Layer.PRESET) == presenter.preset == "Short answers"
    presenter.choose_preset("")
    assert presenter.settings == Settings()
    assert witness.chosen == ["Short answers", ""]


def test_the_preset_in_use_is_in_use_at_the_next_start(
    presenter: SettingsPresenter, tmp_path: Path
) -> None:
    presenter.choose_preset("Creative")
    presenter.save_now()
    assert next_start(tmp_path).settings.sampling.temperature == 1.1


def test_a_preset_that_is_not_there_any_more_is_none(
    presenter: SettingsPresenter, witness: Witness
) -> None:
    presenter.choose_preset("Creative")
    presenter.choose_preset("Gone")
    assert presenter.preset == ""
    assert witness.chosen == ["Creative", ""]


def test_the_presets_file_is_not_read_before_it_is_needed(
    presenter: SettingsPresenter, witness: Witness, tmp_path: Path
) -> None:
    (tmp_path / "presets.toml").write_text("damaged")
    assert witness.told == []
    assert presenter.presets() == BUILT_IN
    assert [notice.level for notice in witness.told] == [Level.WARNING]


def test_a_saved_preset_holds_how_answers_are_written_now_and_is_chosen(
    presenter: SettingsPresenter, witness: Witness, tmp_path: Path
) -> None:
    presenter.set_value("context", "system_prompt", "Rhyme.")
    presenter.set_value("context", "context_tokens", 2048)
    presenter.set_layer(Layer.MODEL, "Qwen3", Overrides({TEMPERATURE: 0.2}))
    presenter.save_preset("  Mine ")
    assert presenter.preset == "Mine"
    overrides = presenter.overrides_of(Layer.PRESET)
    assert overrides[TEMPERATURE] == 0.2
    assert overrides["context", "system_prompt"] == "Rhyme."
    assert ("context", "context_tokens") not in overrides
    presenter.save_now()
    assert PresetsFile(tmp_path / "presets.toml").load()[0].find("Mine") == presenter.presets()[-1]
    assert witness.told == []


def test_saving_under_a_name_that_is_there_replaces_it_and_can_be_undone(
    presenter: SettingsPresenter, witness: Witness
) -> None:
    presenter.set_value(*TEMPERATURE, 1.9)
    presenter.save_preset("creative")
    assert names(presenter) == [preset.name for preset in BUILT_IN]
    assert presenter.overrides_of(Layer.PRESET)[TEMPERATURE] == 1.9
    undo(witness)
    assert presenter.presets() == BUILT_IN
    assert presenter.settings.sampling.temperature == 1.1


def test_a_name_that_cannot_be_is_refused_and_nothing_happens(presenter: SettingsPresenter) -> None:
    with pytest.raises(ValueError, match="needs a name"):
        presenter.save_preset("  ")
    assert presenter.presets() == BUILT_IN
    assert presenter.preset == ""


def test_a_change_for_the_preset_changes_it_and_is_kept(
    presenter: SettingsPresenter, witness: Witness, tmp_path: Path
) -> None:
    presenter.choose_preset("Creative")
    presenter.set_scope(Layer.PRESET)
    presenter.edit(entry_of("engine", "threads"), 3)
    presenter.edit(HEAT, 1.4)
    assert presenter.settings.sampling.temperature == 1.4
    assert presenter.settings.engine.threads == 3
    assert witness.edits == []
    presenter.save_now()
    again = next_start(tmp_path)
    assert again.settings.sampling.temperature == 1.4
    assert again.settings.engine.threads == 3


def test_taking_a_value_out_of_a_preset_can_be_undone(
    presenter: SettingsPresenter, witness: Witness
) -> None:
    presenter.choose_preset("Creative")
    presenter.revert(HEAT)
    assert presenter.settings.sampling.temperature == 0.7
    assert "“Creative”" in witness.told[-1].cause
    undo(witness)
    assert presenter.settings.sampling.temperature == 1.1
    assert presenter.presets() == BUILT_IN


def test_a_renamed_preset_stays_in_use(presenter: SettingsPresenter, witness: Witness) -> None:
    presenter.save_preset("Mine")
    presenter.set_scope(Layer.PRESET)
    presenter.rename_preset("mine", "Ours")
    assert presenter.preset == "Ours"
    assert presenter.label_of(Layer.PRESET) == "Ours"
    assert presenter.scope is Layer.PRESET
    assert presenter.app_settings.state.preset == "Ours"
    assert witness.chosen == ["Mine", "Ours"]


def test_a_deleted_preset_is_out_of_use_and_undo_brings_both_back(
    presenter: SettingsPresenter, witness: Witness
) -> None:
    presenter.set_value(*TEMPERATURE, 1.9)
    presenter.save_preset("Mine")
    presenter.reset(*TEMPERATURE)
    presenter.delete_preset("Mine")
    assert names(presenter) == [preset.name for preset in BUILT_IN]
    assert presenter.settings.sampling.temperature == 0.7
    undo(witness)
    assert presenter.preset == "Mine"
    assert presenter.settings.sampling.temperature == 1.9


def test_undo_does_not_take_the_place_of_what_was_chosen_since(
    presenter: SettingsPresenter, witness: Witness
) -> None:
    presenter.save_preset("Mine")
    presenter.delete_preset("Mine")
    presenter.choose_preset("Precise")
    undo(witness)
    assert presenter.preset == "Precise"
    assert "Mine" in names(presenter)


def test_deleting_a_built_in_preset_gives_it_its_own_values_back(
    presenter: SettingsPresenter, witness: Witness
) -> None:
    presenter.choose_preset("Creative")
    presenter.delete_preset("Creative")
    assert witness.told == []
    presenter.set_scope(Layer.PRESET)
    presenter.edit(HEAT, 1.4)
    presenter.delete_preset("Creative")
    assert presenter.settings.sampling.temperature == 1.1
    undo(witness)
    assert presenter.settings.sampling.temperature == 1.4


def _refuse(_file: PresetsFile, _presets: Presets) -> None:
    raise SettingsError("The presets could not be saved.", "Allow it.")


def test_presets_that_cannot_be_written_are_told_once_and_written_at_the_end(
    presenter: SettingsPresenter,
    witness: Witness,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(PresetsFile, "save", _refuse)
        for name in ("one", "two"):
            presenter.save_preset(name)
            presenter.save_now()
    assert [notice.level for notice in witness.told] == [Level.ERROR]
    presenter.save_now()
    kept, _ = PresetsFile(tmp_path / "presets.toml").load()
    assert isinstance(kept.find("two"), Preset)


def test_whoever_keeps_the_name_of_a_preset_hears_of_the_new_one_first(
    presenter: SettingsPresenter, witness: Witness
) -> None:
    presenter.save_preset("Mine")
    presenter.choose_preset("")
    told: list[tuple[str, str]] = []
    presenter.preset_renamed.connect(_Pairs(told, presenter).take)
    presenter.rename_preset("mine", "Yours")
    assert told == [("Mine", "Yours")]
    presenter.choose_preset("Yours")
    presenter.rename_preset("Yours", "Ours")
    assert told == [("Mine", "Yours"), ("Yours", "Ours")]
    assert presenter.preset == "Ours"


class _Pairs(QObject):
    def __init__(self, told: list[tuple[str, str]], presenter: SettingsPresenter) -> None:
        super().__init__(presenter)
        self._told = told

    @Slot(str, str)
    def take(self, old: str, new: str) -> None:
        self._told.append((old, new))
