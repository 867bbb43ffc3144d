"""Settings survive their text form; whatever else is in the text becomes a default and a sentence."""

from __future__ import annotations

import random
import sys
import tomllib
from dataclasses import replace

import pytest

from app.errors import SettingsError
from app.settings.codec import check, decode, encode, with_value
from app.settings.schema import EnterKey, Entry, Settings, Theme, entries

needs_a_limit_of_digits = pytest.mark.skipif(
    not hasattr(sys, "get_int_max_str_digits"),
    reason="Ubuntu 22.04 has a Python 3.11 from before the limit, which reads any number",
)


def _entry(group: str, name: str) -> Entry:
    return next(entry for entry in entries() if (entry.group, entry.name) == (group, name))


def _changed() -> Settings:
    settings = Settings()
    for group, name, value in (
        ("sampling", "temperature", 1.25),
        ("sampling", "seed", 7),
        ("context", "system_prompt", 'Grüße, "quoted",\n\tand 中文 🙂\\n\x00\x7f'),
        ("appearance", "theme", Theme.DARK),
        ("appearance", "enter_key", EnterKey.NEW_LINE),
        ("engine", "load_last_model", False),
        ("state", "recent_models", ("/models/a b.gguf", "/models/ü.gguf")),
        ("state", "window_size", (800, 480)),
    ):
        settings = with_value(settings, group, name, value)
    return settings


def test_settings_come_back_as_they_were_written() -> None:
    assert decode(encode(_changed())) == (_changed(), ())


def test_the_text_is_toml_with_a_table_for_each_group() -> None:
    tables = tomllib.loads(encode(Settings()))
    assert list(tables) == ["sampling", "context", "appearance", "engine", "state"]
    assert tables["appearance"]["theme"] == "system"


def test_an_empty_text_gives_the_defaults() -> None:
    assert decode("") == (Settings(), ())


def test_names_of_a_newer_version_are_passed_over() -> None:
    settings, complaints = decode("[sampling]\ntop_k = 3\nhorizon = 1\n[future]\nx = 1\n")
    assert settings.sampling.top_k == 3
    assert complaints == ()


@pytest.mark.parametrize(
    "line",
    [
        "temperature = 'hot'",
        "temperature = true",
        "temperature = 9",
        "temperature = nan",
        "temperature = -inf",
        "temperature = []",
        "temperature = 1979-05-27",
        f"temperature = 0x{'f' * 400}",
        "top_k = 2.5",
        "top_k = 0",
        "seed = 2147483648",
    ],
)
def test_a_bad_value_becomes_the_default_and_one_sentence(line: str) -> None:
    settings, complaints = decode(f"[sampling]\n{line}\nmin_p = 0.5\n")
    assert settings == with_value(Settings(), "sampling", "min_p", 0.5)
    assert len(complaints) == 1
    assert complaints[0].endswith("; the default is used.")


@pytest.mark.parametrize(
    ("group", "line"),
    [
        ("appearance", "theme = 'pink'"),
        ("appearance", "theme = ['dark']"),
        ("engine", "load_last_model = 1"),
        ("context", "system_prompt = 3"),
        ("state", "window_size = [true, 2]"),
        ("state", "window_size = [1.5]"),
        ("state", "recent_models = 'one'"),
        ("state", "recent_models = [1]"),
        ("engine", "npu_cpus = '4-'"),
        ("engine", "npu_cpus = '40'"),
        ("engine", "memory_domain = 16"),
    ],
)
def test_a_value_of_another_type_is_not_taken(group: str, line: str) -> None:
    settings, complaints = decode(f"[{group}]\n{line}\n")
    assert settings == Settings()
    assert len(complaints) == 1


def test_a_complaint_names_the_setting_by_its_label() -> None:
    _, complaints = decode("[sampling]\nmax_new_tokens = 1\n")
    assert complaints == ("Longest answer: 1 is outside 16 to 16384; the default is used.",)


def test_a_complaint_stays_short_whatever_the_value() -> None:
    _, complaints = decode(f"[appearance]\ntheme = '{'x' * 100_000}'\n")
    assert len(complaints[0]) < 150


def test_a_group_that_is_not_a_table_is_complained_about_once() -> None:
    settings, complaints = decode("sampling = 3\n")
    assert settings == Settings()
    assert complaints == ("[sampling]: must be a table; the defaults are used.",)


def test_a_whole_number_is_good_enough_for_a_fraction() -> None:
    settings, complaints = decode("[sampling]\ntemperature = 1\n")
    assert complaints == ()
    assert type(settings.sampling.temperature) is float


@pytest.mark.parametrize(
    "text",
    [
        "not toml",
        "a = 1\x00",
        "[context]\n[context]\n",
        pytest.param("a = " + "9" * 5000, marks=needs_a_limit_of_digits),
        "a = " + "[" * 100_000,
        "{}",
        "\ufffd",
    ],
)
def test_text_that_is_not_toml_raises_a_settings_error(text: str) -> None:
    with pytest.raises(SettingsError):
        decode(text)


def test_random_damage_never_escapes_as_another_error() -> None:
    chance = random.Random(2)
    whole = encode(_changed())
    for _ in range(400):
        start = chance.randrange(len(whole))
        piece = "".join(chance.choices("[]{}='\"\\\n.,0x9e-#é\x00 ", k=chance.randrange(6)))
        text = whole[:start] + piece + whole[start + chance.randrange(20) :]
        try:
            settings, _ = decode(text)
        except SettingsError:
            continue
        assert decode(encode(settings)) == (settings, ())


def test_check_turns_a_value_into_the_type_of_the_setting() -> None:
    assert check(_entry("appearance", "theme"), "dark") is Theme.DARK
    assert check(_entry("state", "window_size"), [8, 4]) == (8, 4)


def test_with_value_changes_one_value_and_nothing_else() -> None:
    changed = with_value(Settings(), "engine", "threads", 4)
    assert changed == replace(Settings(), engine=replace(Settings().engine, threads=4))
