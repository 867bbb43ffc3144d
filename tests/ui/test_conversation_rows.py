"""Conversations stand under headings that say when they were used."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from pytestqt.qtbot import QtBot

from app.ui.conversation_rows import ConversationRows, Group, group_of, rows_of, shown_title
from tests.ui.presenter_fakes import conversation

TODAY = date(2026, 3, 29)


def at(days_ago: int, hour: int = 12) -> float:
    moment = datetime(TODAY.year, TODAY.month, TODAY.day, hour) - timedelta(days=days_ago)
    return moment.timestamp()


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
    assert group_of(conversation("a", "A", at(days_ago, hour)), TODAY) is group


def test_a_pinned_conversation_stands_under_pinned_whenever_it_was_used() -> None:
    assert group_of(conversation("a", "A", at(100), pinned=True), TODAY) is Group.PINNED


def test_a_heading_stands_once_before_its_conversations(qapp: QCoreApplication) -> None:
    rows = rows_of(
        (
            conversation("p", "P", at(9), pinned=True),
            conversation("a", "A", at(0)),
            conversation("b", "B", at(0)),
            conversation("c", "C", at(30)),
        ),
        TODAY,
    )
    assert [row.title for row in rows] == ["Pinned", "P", "Today", "A", "B", "Older", "C"]


def test_a_title_is_shown_on_one_line(qapp: QCoreApplication) -> None:
    assert shown_title("two\nlines\tand more") == "two lines and more"


def test_a_conversation_without_a_title_is_called_new(qapp: QCoreApplication) -> None:
    assert shown_title("  ") == "New conversation"


@pytest.fixture
def rows(qapp: QCoreApplication) -> ConversationRows:
    return ConversationRows()


def test_a_heading_cannot_be_chosen(rows: ConversationRows) -> None:
    rows.set_conversations((conversation("a", "A", at(0)),))
    assert rows.flags(rows.index(0)) == Qt.ItemFlag.NoItemFlags
    assert rows.flags(rows.index(1)) & Qt.ItemFlag.ItemIsSelectable


def test_another_title_does_not_move_rows(rows: ConversationRows, qtbot: QtBot) -> None:
    now = datetime.now().timestamp()
    rows.set_conversations((conversation("a", "A", now),))
    with (
        qtbot.assertNotEmitted(rows.modelReset),
        qtbot.waitSignal(rows.dataChanged),
    ):
        assert not rows.set_conversations((conversation("a", "Another", now),))
    assert rows.index_of("a").data() == "Another"


def test_typing_a_title_is_a_wish(rows: ConversationRows, qtbot: QtBot) -> None:
    rows.set_conversations((conversation("a", "A", at(0)),))
    with qtbot.waitSignal(rows.title_edited) as edited:
        rows.setData(rows.index_of("a"), "  New   name ")
    assert edited.args == ["a", "New name"]
    assert rows.index_of("a").data() == "A"


@pytest.mark.parametrize("title", ["", "   ", "A"])
def test_an_empty_or_unchanged_title_is_no_wish(
    rows: ConversationRows, qtbot: QtBot, title: str
) -> None:
    rows.set_conversations((conversation("a", "A", at(0)),))
    with qtbot.assertNotEmitted(rows.title_edited):
        rows.setData(rows.index_of("a"), title)


def test_an_unknown_conversation_has_no_row(rows: ConversationRows) -> None:
    assert not rows.index_of("nobody").isValid()
