"""One conversation as the list shows it; its messages are a tree of their own."""

from __future__ import annotations

from dataclasses import dataclass

TITLE_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Choices:
    """What was chosen for one conversation; empty where nothing was."""

    model: str = ""
    """Path of the model that answered last."""
    adapter: str = ""
    """Path of the LoRA adapter that is on."""
    preset: str = ""
    """Name of the preset in force."""
    overrides: str = ""
    """Settings of this conversation only, as `app.settings.layers` writes them."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """What is known of a conversation without its messages."""

    id: str
    title: str
    created_at: float
    """Seconds since the epoch."""
    updated_at: float
    """When its newest message was written; the list is ordered by it."""
    leaf_id: str | None = None
    """The message at the end of the branch that is shown, or None when empty."""
    pinned: bool = False
    draft: str = ""
    """What stood in the composer when the user left."""
    choices: Choices = Choices()
    folder: str = ""
    """Name of the folder it lies in; empty for none."""
    archived: bool = False
    """Put away at the end of the list; it is found all the same."""


def title_from(text: str) -> str:
    """Return a title for a conversation that starts with `text`: its first words, on one line."""
    line = next((stripped for row in text.splitlines() if (stripped := row.strip(" #>*-\t"))), "")
    words = " ".join(line.split())
    if len(words) <= TITLE_LENGTH:
        return words
    cut = words[: TITLE_LENGTH - 1]
    at_word = cut.rsplit(" ", 1)[0]
    # Scripts without spaces, and one very long word, are cut where the room ends.
    return (at_word if len(at_word) > TITLE_LENGTH // 2 else cut) + "…"
