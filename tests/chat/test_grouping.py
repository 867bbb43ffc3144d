"""Conversations are grouped by what the user did with them, and else by when they were used."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from app.chat.conversation import Conversation
from app.chat.grouping import FOLDER_LENGTH, Group, folder_name, folders_of, group_of, sections_of

TODAY = date(2026, 3, 29)


def at(days_ago: int, hour: int = 12) -> float:
    moment = datetime(TODAY.year, TODAY.month, TODAY.day, hour) - timedelta(days=days_ago)
    return moment.timestamp()


def used(name: str, moment: float, **more: object) -> Conversation:
    return Conversation(name, name, moment, moment, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("days_ago", "hour", "group"),
    [
        (0, 0, Group.TODAY),
        (0, 23, Group.TODAY),
        (1, 23, Group.YESTERDAY),
        (2, 23, Group.LAST_WEEK),
        (7, 0, Group.LAST_WEEK),
        (8, 23, Group.OLDER),
        (-3, 12, Group.TODAY),
    ],
)
def test_a_conversation_stands_under_the_day_it_was_used(
    days_ago: int, hour: int, group: Group
) -> None:
    assert group_of(used("a", at(days_ago, hour)), TODAY) is group


def test_archive_goes_before_folder_and_folder_before_pin() -> None:
    assert group_of(used("a", at(100), pinned=True), TODAY) is Group.PINNED
    assert group_of(used("a", at(0), pinned=True, folder="F"), TODAY) is Group.FOLDER
    everything = used("a", at(0), pinned=True, folder="F", archived=True)
    assert group_of(everything, TODAY) is Group.ARCHIVE


def test_headings_stand_in_the_order_of_the_list() -> None:
    sections = sections_of(
        (
            used("kept", at(9), pinned=True),
            used("first", at(9), pinned=True, folder="beta"),
            used("new", at(0)),
            used("second", at(0), folder="beta"),
            used("other", at(1), folder="Alpha"),
            used("away", at(1), archived=True),
            used("old", at(30)),
        ),
        TODAY,
    )
    found = [(section.key, [one.id for one in section.conversations]) for section in sections]
    assert found == [
        ("pinned", ["kept"]),
        ("folder:Alpha", ["other"]),
        ("folder:beta", ["first", "second"]),
        ("today", ["new"]),
        ("older", ["old"]),
        ("archive", ["away"]),
    ]
    assert [section.key for section in sections if section.can_collapse] == [
        "folder:Alpha",
        "folder:beta",
        "archive",
    ]


def test_folders_come_in_the_order_of_the_alphabet_each_once() -> None:
    names = ("zebra", "Ähre", "apple", "zebra", "")
    found = folders_of(used(str(place), 0.0, folder=name) for place, name in enumerate(names))
    assert found == ("apple", "zebra", "Ähre")


def test_the_name_of_a_folder_is_one_line_of_some_length() -> None:
    assert folder_name("  two\n words ") == "two words"
    assert folder_name(" \n ") == ""
    assert len(folder_name("x" * 500)) == FOLDER_LENGTH
