"""Layers: the later one wins, each holds only what differs, and what cannot be is left out."""

from __future__ import annotations

import json

import pytest

from app.settings.codec import with_value
from app.settings.layers import (
    Layer,
    Layers,
    Overrides,
    decode_overrides,
    encode_overrides,
    origin,
    resolve,
    value_in,
)
from app.settings.schema import Entry, Settings, Thinking, entries

TEMPERATURE = ("sampling", "temperature")
LAYERS: Layers = {
    Layer.CONVERSATION: Overrides({TEMPERATURE: 0.1}),
    Layer.MODEL: Overrides({TEMPERATURE: 0.5, ("context", "context_tokens"): 2048}),
    Layer.PRESET: Overrides({("sampling", "top_k"): 9}),
}
ALL = Overrides(
    {
        TEMPERATURE: 1.5,
        ("sampling", "seed"): 7,
        ("context", "system_prompt"): 'Grüße, "quoted",\n\tand 中文 🙂 \ud800',
        ("context", "thinking"): Thinking.NEVER,
        ("engine", "embed_flash"): False,
        ("engine", "npu_cpus"): "4-7",
    }
)


def entry_of(group: str, name: str) -> Entry:
    return next(entry for entry in entries() if (entry.group, entry.name) == (group, name))


def test_the_later_layer_wins_and_the_rest_shows_through() -> None:
    settings = resolve(with_value(Settings(), "sampling", "top_p", 0.3), LAYERS)
    assert settings.sampling.temperature == 0.1
    assert settings.context.context_tokens == 2048
    assert settings.sampling.top_k == 9
    assert settings.sampling.top_p == 0.3


def test_without_layers_the_settings_are_those_of_the_app() -> None:
    assert resolve(Settings(), {}) == Settings()


def test_the_origin_is_the_latest_layer_that_has_a_value() -> None:
    assert origin(LAYERS, entry_of(*TEMPERATURE)) is Layer.CONVERSATION
    assert origin(LAYERS, entry_of(*TEMPERATURE), under=Layer.CONVERSATION) is Layer.MODEL
    assert origin(LAYERS, entry_of("sampling", "top_k")) is Layer.PRESET
    assert origin(LAYERS, entry_of("sampling", "top_p")) is Layer.APP


def test_the_value_in_a_layer_is_its_own_or_that_of_the_next_one_below() -> None:
    entry = entry_of(*TEMPERATURE)
    values = [value_in(Settings(), LAYERS, entry, layer) for layer in Layer]
    assert values == [0.7, 0.5, 0.5, 0.1]


def test_overrides_never_change_in_place() -> None:
    some = Overrides({TEMPERATURE: 0.1})
    more = some.with_value(("sampling", "top_k"), 3)
    assert dict(some) == {TEMPERATURE: 0.1}
    assert dict(more.without(TEMPERATURE)) == {("sampling", "top_k"): 3}
    assert some.without(("no", "such")) == some


def test_equal_overrides_are_equal_in_any_order() -> None:
    one = Overrides({TEMPERATURE: 0.1, ("sampling", "top_k"): 3})
    other = Overrides({("sampling", "top_k"): 3, TEMPERATURE: 0.1})
    assert one == other
    assert hash(one) == hash(other)


def test_overrides_come_back_as_they_were_written() -> None:
    assert decode_overrides(encode_overrides(ALL)) == (ALL, ())


def test_their_text_has_a_utf_8_form() -> None:
    assert encode_overrides(ALL).encode("utf-8")


def test_no_overrides_are_an_empty_text() -> None:
    assert encode_overrides(Overrides()) == ""
    assert decode_overrides("") == (Overrides(), ())


@pytest.mark.parametrize("text", ["no json", "[1]", "3", "null", "[" * 100_000, "{", "\x00"])
def test_a_text_that_holds_no_settings_ends_in_one_sentence(text: str) -> None:
    overrides, complaints = decode_overrides(text)
    assert overrides == Overrides()
    assert len(complaints) == 1


@pytest.mark.parametrize("value", ["hot", True, 9, float("nan"), None, [], {}])
def test_a_bad_value_is_left_out_with_one_sentence_and_the_rest_is_kept(value: object) -> None:
    text = json.dumps({"sampling": {"temperature": value, "top_k": 9}})
    overrides, complaints = decode_overrides(text)
    assert overrides == Overrides({("sampling", "top_k"): 9})
    assert len(complaints) == 1
    assert complaints[0].startswith("Temperature: ")


def test_what_is_not_known_or_not_for_layers_is_passed_over() -> None:
    text = json.dumps(
        {
            "future": {"x": 1},
            "sampling": {"horizon": 1},
            "appearance": {"theme": "dark"},
            "engine": {"npu_library": "/tmp", "unload_after_minutes": 5},
            "state": {"last_model": "x"},
            "context": 3,
        }
    )
    assert decode_overrides(text) == (Overrides(), ())
