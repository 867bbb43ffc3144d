"""The settings file: forgiving when read, whole or absent when written."""

from __future__ import annotations

import errno
import os
import stat
import sys
import tomllib
from pathlib import Path

import pytest

from app.errors import SettingsError
from app.settings.codec import with_value
from app.settings.file import SettingsFile
from app.settings.kept_file import MAX_BROKEN, MAX_BYTES
from app.settings.schema import Settings

needs_a_limit_of_digits = pytest.mark.skipif(
    not hasattr(sys, "get_int_max_str_digits"),
    reason="Ubuntu 22.04 has a Python 3.11 from before the limit, which reads any number",
)

CHANGED = with_value(Settings(), "sampling", "top_k", 7)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "settings.toml"


def _names(folder: Path) -> list[str]:
    return sorted(item.name for item in folder.iterdir())


def test_a_missing_file_gives_the_defaults_without_a_word(path: Path) -> None:
    assert SettingsFile(path).load() == (Settings(), ())
    assert _names(path.parent) == []


def test_saved_settings_are_loaded_again(path: Path) -> None:
    SettingsFile(path).save(CHANGED)
    assert SettingsFile(path).load() == (CHANGED, ())


def test_the_file_is_readable_by_its_user_only(path: Path) -> None:
    SettingsFile(path).save(CHANGED)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_saving_leaves_nothing_but_the_file(path: Path) -> None:
    SettingsFile(path).save(Settings())
    SettingsFile(path).save(CHANGED)
    assert _names(path.parent) == ["settings.toml"]


def test_saving_makes_the_folder_when_it_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "settings.toml"
    SettingsFile(path).save(CHANGED)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert SettingsFile(path).load() == (CHANGED, ())


def test_a_corrupt_file_is_kept_beside_and_the_defaults_are_used(path: Path) -> None:
    path.write_text("temperature is hot")
    settings, complaints = SettingsFile(path).load()
    assert settings == Settings()
    assert _names(path.parent) == ["settings.toml.broken-1"]
    assert (path.parent / "settings.toml.broken-1").read_text() == "temperature is hot"
    assert len(complaints) == 1
    assert "settings.toml.broken-1" in complaints[0]


def test_a_bad_value_leaves_the_file_where_it_is(path: Path) -> None:
    path.write_text("[sampling]\ntop_k = 7\ntemperature = 99\n")
    settings, complaints = SettingsFile(path).load()
    assert settings == CHANGED
    assert len(complaints) == 1
    assert _names(path.parent) == ["settings.toml"]


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe\x00",
        b"\x00" * 100,
        b"#" * (MAX_BYTES + 1),
        b"a = " + b"[" * 200_000,
        pytest.param(b"a = " + b"9" * 5000, marks=needs_a_limit_of_digits),
    ],
    ids=["not UTF-8", "zeros", "too large", "deeply nested", "a long number"],
)
def test_every_kind_of_damage_ends_in_one_sentence(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    settings, complaints = SettingsFile(path).load()
    assert settings == Settings()
    assert len(complaints) == 1
    assert len(complaints[0]) < 400
    assert (path.parent / "settings.toml.broken-1").read_bytes() == content


def test_a_byte_order_mark_is_no_damage(path: Path) -> None:
    path.write_bytes(b"\xef\xbb\xbf[sampling]\ntop_k = 7\n")
    assert SettingsFile(path).load() == (CHANGED, ())


def test_broken_files_are_counted_up_and_the_oldest_makes_room(path: Path) -> None:
    for number in range(1, MAX_BROKEN + 2):
        path.write_text(f"broken {number}")
        os.utime(path, (number, number))
        SettingsFile(path).load()
    assert len(_names(path.parent)) == MAX_BROKEN
    assert (path.parent / "settings.toml.broken-1").read_text() == f"broken {MAX_BROKEN + 1}"
    assert (path.parent / "settings.toml.broken-2").read_text() == "broken 2"


def test_a_folder_in_place_of_the_file_is_moved_aside(path: Path) -> None:
    path.mkdir()
    settings, complaints = SettingsFile(path).load()
    assert settings == Settings()
    assert len(complaints) == 1
    SettingsFile(path).save(CHANGED)
    assert path.is_file()


def test_a_pipe_in_place_of_the_file_does_not_hold_up_the_start(path: Path) -> None:
    os.mkfifo(path)
    settings, complaints = SettingsFile(path).load()
    assert settings == Settings()
    assert "regular file" in complaints[0]


def test_links_in_a_circle_are_complained_about_and_replaced(path: Path) -> None:
    path.symlink_to(path)
    settings, complaints = SettingsFile(path).load()
    assert settings == Settings()
    assert len(complaints) == 1
    SettingsFile(path).save(CHANGED)
    assert SettingsFile(path).load() == (CHANGED, ())


def test_a_link_to_a_file_elsewhere_stays_a_link(tmp_path: Path, path: Path) -> None:
    target = tmp_path / "dotfiles" / "cairn.toml"
    target.parent.mkdir()
    target.write_text("[sampling]\ntop_k = 1\n")
    path.symlink_to(target)
    SettingsFile(path).save(CHANGED)
    assert path.is_symlink()
    assert SettingsFile(target).load() == (CHANGED, ())


def test_a_lone_surrogate_does_not_keep_settings_from_being_saved(path: Path) -> None:
    SettingsFile(path).save(with_value(Settings(), "context", "system_prompt", "a\ud800b"))
    settings, complaints = SettingsFile(path).load()
    assert settings.context.system_prompt == "a?b"
    assert complaints == ()


def test_what_a_killed_save_left_is_removed_at_the_next_load(path: Path) -> None:
    (path.parent / ".settings.toml-x1y2").write_text("half")
    SettingsFile(path).load()
    assert _names(path.parent) == []


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "Make room"),
        (errno.EROFS, "Allow writing"),
        (errno.EACCES, "Allow writing"),
        (errno.EIO, "Look at the folder"),
    ],
)
def test_a_refused_save_says_why_and_what_to_do_and_keeps_the_old_file(
    path: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    SettingsFile(path).save(CHANGED)

    def refuse(_handle: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(SettingsError) as caught:
        SettingsFile(path).save(Settings())
    assert "could not be saved" in caught.value.cause
    assert caught.value.advice.startswith(words)
    assert str(path.parent) in caught.value.advice
    monkeypatch.undo()
    assert _names(path.parent) == ["settings.toml"]
    assert SettingsFile(path).load() == (CHANGED, ())


def test_a_file_in_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("")
    with pytest.raises(SettingsError):
        SettingsFile(tmp_path / "config" / "settings.toml").save(Settings())


def test_what_the_next_start_would_refuse_is_not_written(path: Path) -> None:
    SettingsFile(path).save(CHANGED)
    with pytest.raises(SettingsError, match="too long"):
        SettingsFile(path).save(with_value(CHANGED, "context", "system_prompt", "x" * MAX_BYTES))
    assert SettingsFile(path).load() == (CHANGED, ())


def test_what_a_newer_cairn_wrote_stays_in_the_file(path: Path) -> None:
    path.write_text("later = 1\n[sampling]\ntop_k = 3\nfuture = 'x'\n[future]\nb = [1, 2]\n")
    file = SettingsFile(path)
    settings, complaints = file.load()
    assert complaints == ()
    file.save(with_value(settings, "sampling", "top_k", 7))
    tables = tomllib.loads(path.read_text())
    assert tables["later"] == 1
    assert tables["future"] == {"b": [1, 2]}
    assert tables["sampling"]["future"] == "x"
    assert tables["sampling"]["top_k"] == 7
    assert _names(path.parent) == ["settings.toml"]


def test_a_file_with_bad_values_is_copied_before_it_is_written_again(path: Path) -> None:
    content = "sampling = 3\n[context]\nthinking = 'in verse'\n"
    path.write_text(content)
    file = SettingsFile(path)
    file.load()
    file.save(CHANGED)
    file.save(Settings())
    assert _names(path.parent) == ["settings.toml", "settings.toml.broken-1"]
    assert (path.parent / "settings.toml.broken-1").read_text() == content
    assert SettingsFile(path).load() == (Settings(), ())
