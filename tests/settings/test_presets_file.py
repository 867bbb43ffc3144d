"""The presets file: forgiving when read, whole or absent when written."""

from __future__ import annotations

import errno
import os
import stat
import tomllib
from pathlib import Path

import pytest

from app.errors import SettingsError
from app.settings.kept_file import MAX_BYTES
from app.settings.layers import Overrides
from app.settings.presets import Preset, Presets
from app.settings.presets_file import PresetsFile

HOT = Overrides({("sampling", "temperature"): 1.9})
SOME = Presets().with_preset('Mine "and" [yours].', HOT).with_preset("Precise", HOT)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "presets.toml"


def test_a_missing_file_gives_the_built_in_presets_without_a_word(path: Path) -> None:
    assert PresetsFile(path).load() == (Presets(), ())
    assert list(path.parent.iterdir()) == []


def test_saved_presets_are_loaded_again(path: Path) -> None:
    PresetsFile(path).save(SOME)
    assert PresetsFile(path).load() == (SOME, ())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_only_what_differs_from_the_built_in_presets_is_written(path: Path) -> None:
    PresetsFile(path).save(SOME)
    tables = tomllib.loads(path.read_text("utf-8"))
    assert set(tables) == {'Mine "and" [yours].', "Precise"}
    assert tables["Precise"] == {"sampling": {"temperature": 1.9}}


def test_a_preset_without_a_value_is_kept(path: Path) -> None:
    presets = Presets().with_preset("Empty", Overrides()).with_preset("Creative", Overrides())
    PresetsFile(path).save(presets)
    assert PresetsFile(path).load() == (presets, ())


@pytest.mark.parametrize(
    "content",
    [b"not toml", b"\xff\xfe\x00", b"#" * (MAX_BYTES + 1), b"a = " + b"[" * 200_000],
    ids=["not TOML", "not UTF-8", "too large", "deeply nested"],
)
def test_a_damaged_file_is_kept_beside_and_told_in_one_sentence(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    presets, complaints = PresetsFile(path).load()
    assert presets == Presets()
    assert len(complaints) == 1
    assert "only the presets that come with Cairn are there" in complaints[0]
    assert (path.parent / "presets.toml.broken-1").read_bytes() == content


def test_bad_values_and_names_are_left_out_and_the_rest_is_kept(path: Path) -> None:
    long = "n" * 100
    path.write_text(
        f"odd = 3\n[Mine.sampling]\ntemperature = 1.9\ntop_k = 0\n[MINE]\n[{long}]\n"
        "[creative.future]\nx = 1\n"
    )
    presets, complaints = PresetsFile(path).load()
    assert presets.find("Mine") == Preset("Mine", HOT)
    assert presets.named("Creative") == "Creative"
    assert sorted(complaint.split(":")[0][:30] for complaint in complaints) == [
        "The preset “Mine”",
        "The preset “Mine” is there twi",
        "The preset “nnnnnnnnnnnnnnnnnn",
        "The preset “odd” is not a tabl",
    ]
    assert path.exists()


@pytest.mark.parametrize(
    ("number", "words"), [(errno.ENOSPC, "Make room"), (errno.EROFS, "Allow writing")]
)
def test_a_refused_save_says_why_and_what_to_do_and_keeps_the_old_file(
    path: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    PresetsFile(path).save(SOME)

    def refuse(_handle: int) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", refuse)
        with pytest.raises(SettingsError) as caught:
            PresetsFile(path).save(Presets())
    assert caught.value.cause.startswith("The presets could not be saved: ")
    assert caught.value.advice.startswith(words)
    assert caught.value.advice.endswith("the presets are kept until you quit.")
    assert PresetsFile(path).load() == (SOME, ())


def test_what_the_next_start_would_refuse_is_not_written(path: Path) -> None:
    PresetsFile(path).save(SOME)
    long = Overrides({("context", "system_prompt"): "x" * MAX_BYTES})
    with pytest.raises(SettingsError, match="presets are too long"):
        PresetsFile(path).save(SOME.with_preset("long", long))
    assert PresetsFile(path).load() == (SOME, ())


def test_what_a_newer_cairn_wrote_into_a_preset_stays_in_it(path: Path) -> None:
    path.write_text(
        "[Mine.sampling]\ntop_k = 7\nfuture = 1\n[Mine.later]\n[Precise.later]\nx = 2\n"
    )
    file = PresetsFile(path)
    presets, complaints = file.load()
    assert complaints == ()
    file.save(presets.with_preset("Mine", HOT).renamed("Mine", "Yours"))
    assert tomllib.loads(path.read_text()) == {
        "Precise": {"later": {"x": 2}},
        "Yours": {"sampling": {"temperature": 1.9, "future": 1}, "later": {}},
    }


def test_a_file_with_presets_that_cannot_be_is_copied_before_it_is_written_again(
    path: Path,
) -> None:
    content = f"[{'n' * 100}.sampling]\ntop_k = 7\n"
    path.write_text(content)
    file = PresetsFile(path)
    presets, complaints = file.load()
    assert len(complaints) == 1
    assert not (path.parent / "presets.toml.broken-1").exists()
    file.save(presets.with_preset("Mine", HOT))
    assert (path.parent / "presets.toml.broken-1").read_text() == content
