"""Settings that are changed, and what is said when they cannot be written."""

from __future__ import annotations

import pytest

from app.errors import SettingsError
from app.presenters.notices import Level
from app.settings.file import SettingsFile
from app.settings.schema import Settings
from tests.presenters.conftest import Play
from tests.presenters.desk import Desk, until


def _refuse(_file: SettingsFile, _settings: Settings) -> None:
    raise SettingsError("The settings could not be saved.", "Allow it.")


def test_a_settings_file_that_cannot_be_written_is_told_once(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(desk: Desk) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(SettingsFile, "save", _refuse)
            for temperature in (0.1, 0.2, 0.3):
                desk.settings.set_value("sampling", "temperature", temperature)
                desk.settings.save_now()
        assert [notice.level for notice in desk.told] == [Level.ERROR]

    play(scene)


def test_settings_that_could_not_be_written_are_written_at_the_end(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scene(desk: Desk) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(SettingsFile, "save", _refuse)
            desk.settings.set_value("sampling", "temperature", 0.1)
            desk.settings.save_now()

    async def next_start(desk: Desk) -> None:
        assert desk.settings.settings.sampling.temperature == 0.1

    play(scene)
    play(next_start)


def test_a_changed_setting_is_saved_a_moment_later(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        desk.settings.set_value("sampling", "seed", 7)
        await until(lambda: desk.paths.settings_file.is_file())
        assert SettingsFile(desk.paths.settings_file).load()[0].sampling.seed == 7

    play(scene)
