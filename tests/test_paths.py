"""Where things are kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.paths import Paths, resources


def test_every_folder_is_private(tmp_path: Path) -> None:
    paths = Paths.under(tmp_path / "profile")
    paths.create()
    for folder in (paths.config, paths.data, paths.state, paths.cache, paths.runtime):
        assert folder.stat().st_mode & 0o077 == 0


def test_without_a_session_folder_sockets_lie_in_the_user_s_cache(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    paths = Paths.of_user()
    assert paths.runtime.is_relative_to(paths.cache)


def test_the_resources_are_found() -> None:
    assert (resources() / "icons").is_dir()
