"""Presets: names that are unique and fit to be read, and built-in ones that cannot be lost."""

from __future__ import annotations

import pytest

from app.settings.layers import Overrides, overrides_in, tables_of
from app.settings.presets import BUILT_IN, LONGEST_NAME, Preset, Presets, checked_name

HOT = Overrides({("sampling", "temperature"): 1.9})


def names(presets: Presets) -> list[str]:
    return [preset.name for preset in presets.items]


@pytest.mark.parametrize("preset", BUILT_IN, ids=lambda preset: str(preset.name))
def test_every_value_of_a_built_in_preset_is_one_that_may_be(preset: Preset) -> None:
    assert overrides_in(tables_of(preset.overrides)) == (preset.overrides, ())


def test_a_new_preset_comes_last() -> None:
    presets = Presets().with_preset("  My \n own ", HOT)
    assert names(presets)[-1] == "My own"
    assert presets.find("MY OWN") == Preset("My own", HOT)


def test_a_name_in_other_letters_is_the_same_name() -> None:
    presets = Presets().with_preset("creative", HOT)
    assert names(presets) == names(Presets())
    assert presets.find("Creative") == Preset("Creative", HOT, is_built_in=True)


def test_a_changed_built_in_preset_can_be_had_back() -> None:
    assert Presets().with_preset("Precise", HOT).restored("precise") == Presets()


def test_a_built_in_preset_is_neither_deleted_nor_renamed() -> None:
    with pytest.raises(ValueError, match="comes with Cairn"):
        Presets().without("Precise")
    with pytest.raises(ValueError, match="comes with Cairn"):
        Presets().renamed("Precise", "Exact")


def test_a_preset_is_renamed_in_its_place() -> None:
    presets = Presets().with_preset("one", HOT).with_preset("two", HOT).renamed("one", "One")
    assert names(presets)[-2:] == ["One", "two"]


def test_a_name_that_is_taken_is_refused() -> None:
    presets = Presets().with_preset("one", HOT).with_preset("two", HOT)
    with pytest.raises(ValueError, match="“two” already"):
        presets.renamed("one", "TWO")
    with pytest.raises(ValueError, match="“Creative” already"):
        presets.renamed("one", "creative")


def test_a_deleted_preset_is_put_back_in_its_place_unless_its_name_is_taken() -> None:
    presets = Presets().with_preset("one", HOT).with_preset("two", HOT)
    fewer = presets.without("one")
    assert fewer.put_back(Preset("one", HOT), len(BUILT_IN)) == presets
    assert presets.put_back(Preset("ONE"), 0) == presets


@pytest.mark.parametrize("text", ["", "  \n", "\x00", "x" * (LONGEST_NAME + 1)])
def test_a_name_that_cannot_be_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"^A .*\.$"):
        checked_name(text)


def test_a_name_has_one_line_and_nothing_that_cannot_be_read() -> None:
    assert checked_name("a\t\x07b\n c\ud800") == "a b c?"
    assert checked_name("x" * LONGEST_NAME) == "x" * LONGEST_NAME


def test_letters_that_are_not_seen_do_not_make_another_name() -> None:
    assert Presets().with_preset("Cre\u200bative", HOT).find("Creative") is not None
    assert names(Presets().with_preset("Cre\u200bative", HOT)) == names(Presets())
