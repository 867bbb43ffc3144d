"""Everything that can go wrong and be told to the user, as one tree.

    AppError                  its text is fit for the user: what happened and what to do
    ├── SettingsError         the settings file cannot be read or written
    ├── StoreError            the conversation database cannot be read or written
    │   ├── StoreTooNew       written by a newer Cairn
    │   ├── StoreDamaged      the file is not a healthy database
    │   ├── StoreReadOnly     the file or its folder may not be written
    │   ├── StoreFull         no room left on the device
    │   └── StoreRefused      this change can never be made; trying again does not help
    ├── ModelLoadError        a model could not be loaded; the engine is alive
    │   └── ContextLimitExceeded   more context was asked for than it was made for
    ├── RunError              a request failed; the model is still loaded
    │   └── ContextOverflow   the prompt is longer than the context window
    └── EngineError           the engine process ended, hung or spoke nonsense

Raise at the edge, with `from`. Stopping is a result, not an error.
"""

from __future__ import annotations

from enum import Enum


class Remedy(Enum):
    """What a button beside an error can do about it; the interface maps it to an action."""

    NONE = "none"
    RETRY = "retry"
    CHOOSE_MODEL = "choose_model"
    USE_STARTER = "use_starter"
    RELOAD_MODEL = "reload_model"
    OPEN_SETTINGS = "open_settings"
    NEW_CONVERSATION = "new_conversation"
    TRUST_LIBRARY = "trust_library"
    CHECK_BOARD = "check_board"


class AppError(Exception):
    """An error whose text may be shown as it is.

    `cause` is one sentence saying what happened and why, `advice` one sentence saying what to
    do, `remedy` names the action that does it and `subject` what it is done to, `details` is for
    the folded-away part.
    """

    def __init__(
        self,
        cause: str,
        advice: str = "",
        *,
        remedy: Remedy = Remedy.NONE,
        details: str = "",
        subject: str = "",
    ) -> None:
        super().__init__(f"{cause} {advice}".strip())
        self.cause = cause
        self.advice = advice
        self.remedy = remedy
        self.details = details
        self.subject = subject


class SettingsError(AppError):
    """The settings file cannot be read or written."""


class StoreError(AppError):
    """The conversation database cannot be read or written."""


class StoreTooNew(StoreError):
    """The database was written by a newer Cairn."""


class StoreDamaged(StoreError):
    """The file is not a healthy SQLite database."""


class StoreReadOnly(StoreError):
    """The database or its folder may not be written."""


class StoreFull(StoreError):
    """No room is left on the device that holds the database."""


class StoreRefused(StoreError):
    """The database will never take this change; trying again does not help."""


class ModelLoadError(AppError):
    """A model could not be loaded; the engine is alive and can load another."""


class ContextLimitExceeded(ModelLoadError):
    """More context was asked for than the model was made for; `limit` tokens are."""

    def __init__(self, cause: str, advice: str, *, limit: int, details: str = "") -> None:
        super().__init__(cause, advice, remedy=Remedy.OPEN_SETTINGS, details=details)
        self.limit = limit


class RunError(AppError):
    """A request failed; the model is still loaded."""


class ContextOverflow(RunError):
    """The prompt does not fit the context window."""

    def __init__(self, prompt_tokens: int, context_tokens: int) -> None:
        super().__init__(
            f"The conversation has {prompt_tokens} tokens, but the model reads only "
            f"{context_tokens}.",
            "Raise the context length in Settings, or start a new conversation.",
            remedy=Remedy.NEW_CONVERSATION,
        )
        self.prompt_tokens = prompt_tokens
        self.context_tokens = context_tokens


class EngineError(AppError):
    """The engine process ended, hung or sent something that is not a frame."""
