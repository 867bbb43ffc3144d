"""The settings in force over layers, and what the user changes in the panel."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app.presenters.notices import Level, Notices
from app.presenters.settings import SettingsPresenter
from app.settings.file import SettingsFile
from app.settings.layers import Layer, Overrides
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


def scope_of(presenter: SettingsPresenter) -> Layer:
    return presenter.scope


def test_a_layer_changes_what_is_in_force_and_not_what_is_kept(
    presenter: SettingsPresenter, witness: Witness, tmp_path: Path
) -> None:
    presenter.set_layer(Layer.MODEL, "Qwen3", Overrides({TEMPERATURE: 0.2}))
    assert presenter.settings.sampling.temperature == 0.2
    assert witness.settings[-1] == presenter.settings
    assert presenter.app_settings == Settings()
    presenter.set_layer(Layer.MODEL, None)
    assert presenter.settings == Settings()
    assert witness.edits == []


def test_the_conversation_wins_over_the_preset_and_that_over_the_model(
    presenter: SettingsPresenter,
) -> None:
    presenter.set_layer(Layer.CONVERSATION, "Talk", Overrides({TEMPERATURE: 0.1}))
    presenter.choose_preset("Creative")
    presenter.set_layer(
        Layer.MODEL, "Qwen3", Overrides({TEMPERATURE: 0.2, ("sampling", "seed"): 7})
    )
    assert presenter.settings.sampling.temperature == 0.1
    assert presenter.settings.sampling.seed == 7
    assert presenter.origin_of(HEAT) is Layer.CONVERSATION
    assert presenter.origin_below(HEAT) is Layer.PRESET
    assert presenter.below(HEAT) == 1.1
    assert [presenter.value_at(HEAT, layer) for layer in Layer] == [0.7, 0.2, 1.1, 0.1]


def test_code_changes_the_app_whatever_lies_above(presenter: SettingsPresenter) -> None:
    presenter.set_layer(Layer.MODEL, "Qwen3", Overrides({TEMPERATURE: 0.2}))
    presenter.set_scope(Layer.MODEL)
    presenter.set_value(*TEMPERATURE, 1.3)
    assert presenter.app_settings.sampling.temperature == 1.3
    assert presenter.settings.sampling.temperature == 0.2
    presenter.reset(*TEMPERATURE)
    assert presenter.app_settings == Settings()


@pytest.mark.parametrize("layer", [Layer.MODEL, Layer.CONVERSATION])
def test_a_change_of_the_user_goes_to_the_scope_and_to_its_owner(
    presenter: SettingsPresenter, witness: Witness, layer: Layer
) -> None:
    presenter.set_layer(layer, "It", Overrides({("sampling", "seed"): 7}))
    presenter.set_scope(layer)
    presenter.edit(HEAT, 0.4)
    expected = Overrides({("sampling", "seed"): 7, TEMPERATURE: 0.4})
    assert witness.edits == [(layer, expected)]
    assert presenter.overrides_of(layer) == expected
    presenter.edit(HEAT, 0.4)
    assert len(witness.edits) == 1
    presenter.revert(HEAT)
    assert witness.edits[1:] == [(layer, Overrides({("sampling", "seed"): 7}))]
    assert presenter.settings.sampling.temperature == 0.7
    assert witness.told == []


def test_a_value_may_be_fixed_where_it_equals_the_one_below(presenter: SettingsPresenter) -> None:
    presenter.set_layer(Layer.MODEL, "Qwen3")
    presenter.set_scope(Layer.MODEL)
    presenter.edit(HEAT, 0.7)
    assert presenter.origin_of(HEAT) is Layer.MODEL
    presenter.set_value(*TEMPERATURE, 1.3)
    assert presenter.settings.sampling.temperature == 0.7


def test_what_only_the_app_can_have_is_changed_there(
    presenter: SettingsPresenter, witness: Witness
) -> None:
    presenter.set_layer(Layer.MODEL, "Qwen3")
    presenter.set_scope(Layer.MODEL)
    presenter.edit(entry_of("appearance", "text_scale"), 1.5)
    assert presenter.app_settings.appearance.text_scale == 1.5
    assert witness.edits == []


def test_a_bad_value_changes_nothing(presenter: SettingsPresenter, witness: Witness) -> None:
    presenter.set_layer(Layer.MODEL, "Qwen3")
    presenter.set_scope(Layer.MODEL)
    with pytest.raises(ValueError, match="core numbers"):
        presenter.edit(entry_of("engine", "npu_cpus"), "4-")
    assert presenter.overrides_of(Layer.MODEL) == Overrides()
    assert witness.edits == []


def test_reverting_goes_down_layer_by_layer_to_the_default(presenter: SettingsPresenter) -> None:
    presenter.set_value(*TEMPERATURE, 1.3)
    presenter.set_layer(Layer.MODEL, "Qwen3", Overrides({TEMPERATURE: 0.2}))
    presenter.set_layer(Layer.CONVERSATION, "Talk", Overrides({TEMPERATURE: 0.1}))
    seen = []
    for _ in range(4):
        below = presenter.below(HEAT)
        presenter.revert(HEAT)
        assert presenter.settings.sampling.temperature == below
        seen.append(below)
    assert seen == [0.2, 1.3, 0.7, 0.7]


def test_changes_go_to_the_app_when_their_layer_goes_away(presenter: SettingsPresenter) -> None:
    presenter.set_scope(Layer.CONVERSATION)
    assert scope_of(presenter) is Layer.APP
    presenter.set_layer(Layer.CONVERSATION, "Talk")
    presenter.choose_preset("Precise")
    assert presenter.scopes() == (Layer.APP, Layer.PRESET, Layer.CONVERSATION)
    presenter.set_scope(Layer.CONVERSATION)
    presenter.set_layer(Layer.CONVERSATION, "Another")
    assert scope_of(presenter) is Layer.CONVERSATION
    presenter.set_layer(Layer.CONVERSATION, None)
    assert scope_of(presenter) is Layer.APP
    presenter.set_scope(Layer.PRESET)
    presenter.choose_preset("")
    assert scope_of(presenter) is Layer.APP


def test_values_of_a_layer_that_cannot_be_are_left_out_with_one_word(
    presenter: SettingsPresenter, witness: Witness
) -> None:
    bad = Overrides(
        {TEMPERATURE: 99, ("no", "such"): 1, ("appearance", "theme"): 2, ("sampling", "top_k"): 9}
    )
    presenter.set_layer(Layer.MODEL, "Qwen3", bad)
    assert presenter.overrides_of(Layer.MODEL) == Overrides({("sampling", "top_k"): 9})
    assert [notice.level for notice in witness.told] == [Level.WARNING]
    assert "“Qwen3”" in witness.told[0].cause


@pytest.mark.parametrize("layer", [Layer.APP, Layer.PRESET])
def test_app_and_preset_are_not_for_others_to_set(
    presenter: SettingsPresenter, layer: Layer
) -> None:
    with pytest.raises(ValueError, match="not for others"):
        presenter.set_layer(layer, "It")


def test_layers_of_others_are_not_written_to_the_settings_file(
    presenter: SettingsPresenter, tmp_path: Path
) -> None:
    presenter.set_layer(Layer.MODEL, "Qwen3", Overrides({TEMPERATURE: 0.2}))
    presenter.set_value("sampling", "seed", 7)
    presenter.save_now()
    kept, _ = SettingsFile(tmp_path / "settings.toml").load()
    assert (kept.sampling.temperature, kept.sampling.seed) == (0.7, 7)
