"""Which model the next start loads, and whether it had better not."""

from __future__ import annotations

from pathlib import Path

from app.presenters.settings import SettingsPresenter


class LastModel:
    """Keeps in the settings how the last load went. Used on the window's thread.

    While a model loads it counts as one that fails: a load that takes everything down is not
    repeated.
    """

    def __init__(self, settings: SettingsPresenter) -> None:
        self._settings = settings

    @property
    def path(self) -> str:
        """The file, or an empty text where there is nothing to load."""
        return self._settings.settings.state.last_model

    @property
    def is_suspect(self) -> bool:
        """Whether its last load failed, or never came to an end."""
        return self._settings.settings.state.last_load_failed

    def begin(self, model: Path) -> None:
        """A model is about to be loaded."""
        self._keep(str(model), is_suspect=True)
        self._settings.save_now()

    def works(self, model: Path) -> None:
        """A model answers, or would; one that is not the last one does not count."""
        if str(model) == self.path:
            self._keep(str(model), is_suspect=False)
            self._settings.save_now()

    def show(self, model: Path, *, works: bool) -> None:
        """Another model is shown, which may have failed before."""
        self._keep(str(model), is_suspect=not works)

    def fail(self, model: Path, before: Path | None) -> None:
        """A model failed; `before` is the one that worked until then, if there was one."""
        if str(model) == self.path:
            self._keep(str(before or model), is_suspect=before is None)
            self._settings.save_now()

    def leave(self, model: Path | None, before: Path | None) -> None:
        """The user does not want a model; `before` is the one whose place it was to take."""
        if str(model or "") == self.path:
            self._keep(str(before or ""), is_suspect=False)

    def trust(self) -> None:
        """Whoever quits while a model loads did not see it fail."""
        self._settings.set_value("state", "last_load_failed", False)

    def _keep(self, model: str, *, is_suspect: bool) -> None:
        self._settings.set_value("state", "last_model", model)
        self._settings.set_value("state", "last_load_failed", is_suspect)
