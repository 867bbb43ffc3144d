"""The models that were loaded lately, as the settings keep them."""

from __future__ import annotations

from pathlib import Path

from app.catalog.starter import is_starter
from app.presenters.model_state import ModelChoice
from app.presenters.settings import SettingsPresenter

RECENT_MODELS = 8


def remember(model: Path, settings: SettingsPresenter) -> None:
    """Note that a model is loaded now; the starter is no recent one."""
    if not is_starter(model):
        known = settings.settings.state.recent_models
        others = tuple(recent for recent in known if recent != str(model))
        settings.set_value("state", "recent_models", (str(model), *others)[:RECENT_MODELS])


def recent_of(
    choices: tuple[ModelChoice, ...], settings: SettingsPresenter
) -> tuple[ModelChoice, ...]:
    """Return those of `choices` that were loaded lately, the last one first."""
    by_path = {str(choice.path): choice for choice in choices}
    paths = settings.settings.state.recent_models
    return tuple(by_path[path] for path in paths if path in by_path)


def absolute(text: str) -> Path:
    """Return the path that `text` names, also where it cannot exist: loading it says so."""
    path = Path(text.replace("\0", ""))
    try:
        return path.expanduser().absolute()
    except RuntimeError:
        # "~name" of somebody who is not known here.
        return path.absolute()
