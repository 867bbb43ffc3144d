"""Conversations stand under headings that say when they were used."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from pytestqt.qtbot import QtBot

from app.ui.conversation_rows import CONVERSATION_MIME, ConversationRows, rows_of
from app.ui.titles import shown_title
from tests.ui.presenter_fakes import conversation

TODAY = date(2026, 3, 29)


def at(days_ago: int, hour: int = 12) -> float:
    moment = datetime(TODAY.year, TODAY.month, TODAY.day, hour) - timedelta(days=days_ago)
    return moment.timestamp()


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


def test_what_is_folded_away_shows_its_heading_only(rows: ConversationRows) -> None:
    filed = replace(conversation("a", "A", at(0)), folder="Work")
    away = replace(conversation("b", "B", at(0)), archived=True)
    rows.set_conversations((filed, away), frozenset({"archive"}))
    assert [rows.index(place).data() for place in range(rows.rowCount())] == [
        "Work",
        "A",
        "Archive",
    ]
    rows.set_conversations((filed, away), frozenset({"folder:Work"}))
    assert [rows.index(place).data() for place in range(rows.rowCount())] == [
        "Work",
        "Archive",
        "B",
    ]
    assert rows.heading_index("folder:Work").row() == 0
    spoken = rows.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "Work, 1, folded"


def test_a_heading_that_folds_is_reached_by_the_arrow_keys(rows: ConversationRows) -> None:
    rows.set_conversations((replace(conversation("a", "A", at(0)), folder="Work"),))
    assert rows.flags(rows.index(0)) & Qt.ItemFlag.ItemIsEnabled
    assert not rows.flags(rows.index(0)) & Qt.ItemFlag.ItemIsDragEnabled


def test_what_is_dragged_says_nothing_to_other_programs(rows: ConversationRows) -> None:
    rows.set_conversations((conversation("a", "A secret", at(0)),))
    data = rows.mimeData([rows.index_of("a")])
    assert data.formats() == [CONVERSATION_MIME]
    assert bytes(data.data(CONVERSATION_MIME).data()) == b"a"
