"""The declarations of the settings agree with themselves."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from enum import Enum

import pytest

from app.runtime.protocol import Capability
from app.settings.codec import check
from app.settings.schema import Effect, Entry, Settings, entries, group_label

SHOWN = [entry for entry in entries() if not entry.spec.hidden]
NUMBERS = [entry for entry in SHOWN if type(entry.default) in (int, float)]
CHOICES = [entry for entry in SHOWN if isinstance(entry.default, Enum)]


def _named(entry: Entry) -> str:
    return f"{entry.group}.{entry.name}"


def test_every_address_occurs_once() -> None:
    names = [_named(entry) for entry in entries()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("entry", entries(), ids=_named)
def test_a_default_passes_its_own_check(entry: Entry) -> None:
    plain = list(entry.default) if isinstance(entry.default, tuple) else entry.default
    assert check(entry, plain) == entry.default


@pytest.mark.parametrize("entry", SHOWN, ids=_named)
def test_a_shown_setting_is_explained_in_whole_sentences(entry: Entry) -> None:
    assert entry.spec.label
    assert entry.spec.help.endswith(".")
    assert "!" not in entry.spec.help


@pytest.mark.parametrize("entry", NUMBERS, ids=_named)
def test_a_shown_number_has_a_range_and_a_step(entry: Entry) -> None:
    spec = entry.spec
    assert spec.minimum is not None
    assert spec.maximum is not None
    assert spec.step is not None
    assert spec.minimum <= entry.default <= spec.maximum


@pytest.mark.parametrize("entry", CHOICES, ids=_named)
def test_a_choice_names_each_value_of_its_enum_once(entry: Entry) -> None:
    declared = [value for value, _ in entry.spec.choices]
    assert declared == [item.value for item in type(entry.default)]


def test_a_needed_capability_is_one_that_runtimes_know() -> None:
    needed = {entry.spec.capability for entry in entries() if entry.spec.capability}
    assert needed
    assert needed <= {capability.value for capability in Capability}


@pytest.mark.parametrize("entry", SHOWN, ids=_named)
def test_a_shown_setting_stands_in_a_group_with_a_heading(entry: Entry) -> None:
    assert group_label(entry.group)


def test_no_two_labels_can_be_mistaken_for_each_other() -> None:
    labels = [entry.spec.label.casefold() for entry in SHOWN]
    assert len(labels) == len(set(labels))


def test_what_the_program_remembers_is_not_shown() -> None:
    assert all(entry.spec.hidden for entry in entries() if entry.group == "state")


def test_settings_cannot_be_changed_in_place() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings().sampling.temperature = 1.0  # type: ignore[misc]


def test_what_the_model_was_loaded_with_takes_effect_on_reload() -> None:
    reload = {_named(entry) for entry in SHOWN if entry.spec.effect is Effect.RELOAD}
    assert reload == {
        "context.context_tokens",
        "engine.threads",
        "engine.npu_library",
        "engine.embed_flash",
        "engine.npu_cpus",
        "engine.memory_domain",
        "engine.chat_template",
    }


def test_models_presets_and_conversations_decide_on_what_answers_and_loads() -> None:
    app_only = {_named(entry) for entry in SHOWN if not entry.spec.layered}
    assert app_only == {
        "appearance.theme",
        "appearance.text_scale",
        "appearance.enter_key",
        "engine.npu_library",
        "engine.unload_after_minutes",
        "engine.load_last_model",
    }


def test_what_the_program_remembers_has_no_layers() -> None:
    assert not any(entry.spec.layered for entry in entries() if entry.spec.hidden)
