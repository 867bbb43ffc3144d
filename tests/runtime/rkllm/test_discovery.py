"""Where libraries are looked for."""

from __future__ import annotations

from pathlib import Path

from app.runtime.rkllm.discovery import VARIABLE, candidates


def touch(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


def test_nothing_is_found_where_there_is_nothing(tmp_path: Path) -> None:
    assert candidates("", tmp_path / "data", {}, tmp_path) == ()


def test_the_usual_folders_are_searched_and_several_versions_are_found(tmp_path: Path) -> None:
    wanted = [
        touch(tmp_path / "usr/lib/librkllmrt.so"),
        touch(tmp_path / "usr/lib/aarch64-linux-gnu/librkllmrt-1.2.3.so"),
        touch(tmp_path / "usr/local/lib/librkllmrt.so.1.1.4"),
        touch(tmp_path / "opt/rkllm/lib/librkllmrt.so"),
    ]
    touch(tmp_path / "usr/lib/librknnrt.so")
    assert set(candidates("", tmp_path / "data", {}, tmp_path)) == set(wanted)


def test_the_users_own_folder_comes_first(tmp_path: Path) -> None:
    touch(tmp_path / "usr/lib/librkllmrt.so")
    own = touch(tmp_path / "data/lib/1.2.3/librkllmrt.so")
    assert candidates("", tmp_path / "data", {}, tmp_path)[0] == own


def test_a_library_beside_an_appimage_and_one_inside_are_found(tmp_path: Path) -> None:
    beside = touch(tmp_path / "downloads/librkllmrt.so")
    inside = touch(tmp_path / "mount/usr/lib/rkllm/librkllmrt.so")
    environment = {
        "APPIMAGE": str(tmp_path / "downloads/Cairn.AppImage"),
        "APPDIR": str(tmp_path / "mount"),
    }
    assert candidates("", tmp_path / "data", environment, tmp_path) == (beside, inside)


def test_what_the_user_names_stands_alone(tmp_path: Path) -> None:
    touch(tmp_path / "usr/lib/librkllmrt.so")
    named = tmp_path / "mine.so"
    assert candidates(str(named), tmp_path, {}, tmp_path) == (named,)
    assert candidates("", tmp_path, {VARIABLE: str(named)}, tmp_path) == (named,)


def test_the_setting_is_stronger_than_the_environment(tmp_path: Path) -> None:
    setting = str(tmp_path / "a.so")
    assert candidates(setting, tmp_path, {VARIABLE: "b.so"}, tmp_path) == (Path(setting),)


def test_a_folder_that_the_user_names_is_searched(tmp_path: Path) -> None:
    first = touch(tmp_path / "libs/librkllmrt-1.1.4.so")
    second = touch(tmp_path / "libs/librkllmrt-1.2.3.so")
    assert candidates(str(tmp_path / "libs"), tmp_path, {}, tmp_path) == (first, second)


def test_one_file_under_two_names_is_looked_at_once(tmp_path: Path) -> None:
    real = touch(tmp_path / "usr/lib/librkllmrt.so.1.3.0")
    (tmp_path / "usr/lib/librkllmrt.so").symlink_to(real)
    assert len(candidates("", tmp_path / "data", {}, tmp_path)) == 1
