"""The settings file: what cannot be used becomes the defaults, and a sentence for the user."""

from __future__ import annotations

from pathlib import Path

from app.errors import SettingsError
from app.settings.codec import decode, encode, unknown_in
from app.settings.kept_file import KeptFile, Words
from app.settings.schema import Settings

_WORDS = Words(
    file="The settings file",
    content="The settings",
    instead="the defaults are used",
    shorten="Shorten the system prompt",
)


class SettingsFile:
    """Keeps settings in one TOML file. Blocking; from one thread at a time."""

    def __init__(self, path: Path) -> None:
        self._file = KeptFile(path, _WORDS)
        #: As it was read; what a newer Cairn wrote in it goes into every save.
        self._text = ""

    @property
    def path(self) -> Path:
        """Where the file is, or will be."""
        return self._file.path

    def load(self) -> tuple[Settings, tuple[str, ...]]:
        """Return the settings, and one sentence for the user about each thing that was wrong."""
        text, complaint = self._file.read()
        if text is None:
            return Settings(), (complaint,) if complaint else ()
        try:
            settings, complaints = decode(text)
        except SettingsError as error:
            return Settings(), (self._file.reject(error.__cause__),)
        self._text = text
        if complaints:
            self._file.note_left_out()
        return settings, complaints

    def save(self, settings: Settings) -> None:
        """Write `settings`; after a crash the file holds either the old or the new ones.

        Raises SettingsError when the platform refuses.
        """
        self._file.write(encode(settings, unknown_in(self._text)))
