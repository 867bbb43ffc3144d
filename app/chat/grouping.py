"""How conversations are grouped in a list: pinned, in folders, by when they were used, archived."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from app.chat.conversation import Conversation

#: The longest name of a folder.
FOLDER_LENGTH = 60


class Group(Enum):
    """What the conversations under one heading have in common, in the order of the list."""

    PINNED = "pinned"
    FOLDER = "folder"
    TODAY = "today"
    YESTERDAY = "yesterday"
    LAST_WEEK = "last_week"
    OLDER = "older"
    ARCHIVE = "archive"


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it."""

    group: Group
    conversations: tuple[Conversation, ...]
    folder: str = ""
    """Name of the folder when the group is FOLDER."""

    @property
    def key(self) -> str:
        """What tells this heading from every other one, also at the next start."""
        return f"{self.group.value}:{self.folder}" if self.folder else self.group.value

    @property
    def can_collapse(self) -> bool:
        """Whether what stands under it can be folded away."""
        return self.group in (Group.FOLDER, Group.ARCHIVE)


def group_of(conversation: Conversation, today: date) -> Group:
    """Return what `conversation` is listed under on the day `today`."""
    if conversation.archived:
        return Group.ARCHIVE
    if conversation.folder:
        return Group.FOLDER
    if conversation.pinned:
        return Group.PINNED
    used = date.fromtimestamp(conversation.updated_at)
    # A clock that was set back must not put a conversation under no heading.
    if used >= today:
        return Group.TODAY
    if used == today - timedelta(days=1):
        return Group.YESTERDAY
    if used >= today - timedelta(days=7):
        return Group.LAST_WEEK
    return Group.OLDER


def sections_of(conversations: Iterable[Conversation], today: date) -> tuple[Section, ...]:
    """Return the headings for `conversations`, which come pinned first, then newest first."""
    found: dict[tuple[Group, str], list[Conversation]] = defaultdict(list)
    for conversation in conversations:
        group = group_of(conversation, today)
        found[group, conversation.folder if group is Group.FOLDER else ""].append(conversation)
    places = {group: place for place, group in enumerate(Group)}
    keys = sorted(found, key=lambda key: (places[key[0]], key[1].casefold(), key[1]))
    return tuple(Section(group, tuple(found[group, name]), name) for group, name in keys)


def folders_of(conversations: Iterable[Conversation]) -> tuple[str, ...]:
    """Return the names of the folders there are, in the order of the alphabet."""
    names = {conversation.folder for conversation in conversations if conversation.folder}
    return tuple(sorted(names, key=lambda name: (name.casefold(), name)))


def folder_name(text: str) -> str:
    """Return `text` as the name of a folder: on one line, and not too long."""
    return " ".join(text.split())[:FOLDER_LENGTH].rstrip()
