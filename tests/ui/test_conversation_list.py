"""The sidebar opens, renames, pins, deletes and finds conversations."""

from __future__ import annotations

import time
from typing import cast

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QToolTip
from pytestqt.qtbot import QtBot

from app.presenters.conversations import ConversationsPresenter
from app.store.store import SearchHit
from app.ui.conversation_list import ConversationList
from app.ui.conversation_view import ConversationView
from app.ui.icons import Icons
from app.ui.search_field import SearchField
from app.ui.search_results import SearchResults
from app.ui.theme import Theme
from app.ui.tooltip import plain_tooltip
from tests.ui.presenter_fakes import FakePresenters, child, conversation

NOW = time.time()
LONG = "A title that is far longer than the sidebar is wide and therefore cut"


@pytest.fixture
def side(fakes: FakePresenters, theme: Theme, icons: Icons, qtbot: QtBot) -> ConversationList:
    fakes.conversations.conversations = (
        conversation("a", "Alpha", NOW),
        conversation("b", LONG, NOW - 1),
        conversation("c", "Gamma", NOW - 40 * 86400),
    )
    panel = ConversationList(cast(ConversationsPresenter, fakes.conversations), theme, icons)
    qtbot.addWidget(panel)
    panel.resize(264, 600)
    with qtbot.waitExposed(panel):
        panel.show()
    return panel


def view_of(side: ConversationList) -> ConversationView:
    return child(side, ConversationView)


def field_of(side: ConversationList) -> SearchField:
    return child(side, SearchField)


def results_of(side: ConversationList) -> SearchResults:
    return child(side, SearchResults)


def place_of(side: ConversationList, row: int) -> QPoint:
    view = view_of(side)
    rect = view.visualRect(view.model().index(row, 0))
    return QPoint(rect.left() + 40, rect.center().y())


def click(side: ConversationList, row: int, qtbot: QtBot) -> None:
    QTest.mouseClick(view_of(side).viewport(), Qt.MouseButton.LeftButton, pos=place_of(side, row))


def test_a_click_opens_a_conversation(
    side: ConversationList, fakes: FakePresenters, qtbot: QtBot
) -> None:
    with qtbot.waitSignals([side.conversation_leaving, side.conversation_chosen]):
        click(side, 1, qtbot)
    assert fakes.conversations.calls == [("open", "a")]


def test_a_click_on_a_heading_opens_nothing(
    side: ConversationList, fakes: FakePresenters, qtbot: QtBot
) -> None:
    click(side, 0, qtbot)
    assert fakes.conversations.calls == []


def test_the_arrows_pass_over_headings_and_enter_opens(
    side: ConversationList, fakes: FakePresenters, qtbot: QtBot
) -> None:
    fakes.conversations.show_one("b")
    QTest.keyClick(view_of(side), Qt.Key.Key_Down)
    QTest.keyClick(view_of(side), Qt.Key.Key_Return)
    assert fakes.conversations.calls == [("open", "c")]


def test_delete_deletes_the_conversation_at_the_keyboards_place(
    side: ConversationList, fakes: FakePresenters, qtbot: QtBot
) -> None:
    fakes.conversations.show_one("b")
    QTest.keyClick(view_of(side), Qt.Key.Key_Delete)
    assert fakes.conversations.calls == [("delete", "b")]


def test_a_new_conversation_can_be_begun(
    side: ConversationList, fakes: FakePresenters, qtbot: QtBot
) -> None:
    QTest.mouseClick(side._new_button, Qt.MouseButton.LeftButton)
    assert fakes.conversations.calls == [("new",)]


def editor_of(side: ConversationList) -> QLineEdit:
    return child(view_of(side).viewport(), QLineEdit)


def test_a_title_is_edited_in_its_place(
    side: ConversationList, fakes: FakePresenters, qtbot: QtBot
) -> None:
    fakes.conversations.show_one("a")
    side.rename_current()
    editor = editor_of(side)
    assert editor.text() == "Alpha"
    editor.setText("Omega")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: fakes.conversations.calls == [("rename", "a", "Omega")])


def test_escape_leaves_the_title_as_it_was(
    side: ConversationList, fakes: FakePresenters, qtbot: QtBot
) -> None:
    fakes.conversations.show_one("a")
    side.rename_current()
    editor = editor_of(side)
    editor.setText("Omega")
    QTest.keyClick(editor, Qt.Key.Key_Escape)
    assert ("rename", "a", "Omega") not in fakes.conversations.calls


def test_a_double_click_edits_the_title(side: ConversationList, qtbot: QtBot) -> None:
    viewport = view_of(side).viewport()
    click(side, 1, qtbot)
    QTest.mouseDClick(
        viewport, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place_of(side, 1)
    )
    assert editor_of(side).text() == "Alpha"


def test_a_list_that_changes_does_not_end_the_editing(
    side: ConversationList, fakes: FakePresenters, qtbot: QtBot
) -> None:
    fakes.conversations.show_one("b")
    side.rename_current()
    editor = editor_of(side)
    fakes.conversations.give(*reversed(fakes.conversations.conversations))
    assert editor.isVisible()
    QTest.keyClick(editor, Qt.Key.Key_Escape)
    assert view_of(side).model().index(1, 0).data() == "Gamma"


def test_the_menu_of_a_row_pins_and_deletes(
    side: ConversationList, fakes: FakePresenters, qtbot: QtBot
) -> None:
    view = view_of(side)
    view._open_menu(view.model().index(1, 0), QPoint(0, 0))
    qtbot.waitUntil(view._menu.isVisible)
    view._menu.hide()
    view._pin_action.trigger()
    view._delete_action.trigger()
    assert fakes.conversations.calls == [("set_pinned", "a", True), ("delete", "a")]


def test_the_more_button_of_a_row_opens_its_menu(
    side: ConversationList, fakes: FakePresenters, qtbot: QtBot
) -> None:
    fakes.conversations.show_one("a")
    view = view_of(side)
    rect = view.visualRect(view.model().index(1, 0))
    QTest.mouseClick(
        view.viewport(),
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
        QPoint(rect.right() - 24, rect.center().y()),
    )
    assert view._menu.isVisible()
    assert fakes.conversations.calls == []
    view._menu.hide()


def test_a_cut_title_is_whole_in_its_tooltip(side: ConversationList, qtbot: QtBot) -> None:
    place = place_of(side, 2)
    viewport = view_of(side).viewport()
    help_event = QHelpEvent(QEvent.Type.ToolTip, place, viewport.mapToGlobal(place))
    QApplication.sendEvent(viewport, help_event)
    assert QToolTip.text() == LONG
    QToolTip.hideText()
    qtbot.waitUntil(_no_tooltip)


def test_a_tooltip_never_takes_a_title_for_mark_up(
    side: ConversationList, fakes: FakePresenters, qtbot: QtBot
) -> None:
    title = f'<img src="file:///etc/hostname"> {LONG}'
    fakes.conversations.conversations_changed.emit((conversation("a", title, NOW),))
    place = place_of(side, 1)
    viewport = view_of(side).viewport()
    help_event = QHelpEvent(QEvent.Type.ToolTip, place, viewport.mapToGlobal(place))
    QApplication.sendEvent(viewport, help_event)
    assert QToolTip.text() == plain_tooltip(title)
    QToolTip.hideText()
    qtbot.waitUntil(_no_tooltip)


def _no_tooltip() -> bool:
    return not QToolTip.isVisible()


def test_an_empty_list_says_so(side: ConversationList, fakes: FakePresenters) -> None:
    fakes.conversations.give()
    assert not view_of(side).isVisible()
    assert side._nothing_yet.isVisible()


HITS = (
    SearchHit("a", "Alpha", "m1", "before the word after", ((11, 15),)),
    SearchHit("c", "Gamma", "m2", "word\nagain", ((0, 4),)),
)


def search(side: ConversationList, fakes: FakePresenters, qtbot: QtBot, query: str) -> None:
    fakes.conversations.calls.clear()
    field_of(side).setText(query)
    qtbot.waitUntil(lambda: fakes.conversations.calls == [("search", query.strip())])


def test_a_search_waits_until_the_typing_pauses(
    side: ConversationList, fakes: FakePresenters, qtbot: QtBot
) -> None:
    field_of(side).setText("w")
    search(side, fakes, qtbot, "word")
    assert fakes.conversations.calls == [("search", "word")]


def test_what_was_found_takes_the_place_of_the_list(
    side: ConversationList, fakes: FakePresenters, qtbot: QtBot
) -> None:
    search(side, fakes, qtbot, "word")
    fakes.conversations.search_finished.emit("word", HITS)
    assert results_of(side).isVisible()
    assert not side.grab().isNull()
    side._search.clear()
    assert view_of(side).isVisible()


def test_enter_opens_the_best_match(
    side: ConversationList, fakes: FakePresenters, qtbot: QtBot
) -> None:
    search(side, fakes, qtbot, "word")
    fakes.conversations.search_finished.emit("word", HITS)
    QTest.keyClick(field_of(side), Qt.Key.Key_Return)
    assert fakes.conversations.calls[-1] == ("open_hit", HITS[0])


def test_the_arrow_down_goes_into_the_matches(
    side: ConversationList, fakes: FakePresenters, qtbot: QtBot
) -> None:
    search(side, fakes, qtbot, "word")
    fakes.conversations.search_finished.emit("word", HITS)
    QTest.keyClick(field_of(side), Qt.Key.Key_Down)
    QTest.keyClick(results_of(side), Qt.Key.Key_Down)
    QTest.keyClick(results_of(side), Qt.Key.Key_Return)
    assert fakes.conversations.calls[-1] == ("open_hit", HITS[1])


def test_a_search_without_matches_says_so(
    side: ConversationList, fakes: FakePresenters, qtbot: QtBot
) -> None:
    search(side, fakes, qtbot, "<b>x")
    fakes.conversations.search_finished.emit("<b>x", ())
    assert side._nothing_found._label.text() == "Nothing found for “<b>x”."
    assert side._nothing_found.isVisible()


def test_matches_of_an_older_query_are_not_shown(
    side: ConversationList, fakes: FakePresenters, qtbot: QtBot
) -> None:
    search(side, fakes, qtbot, "word")
    fakes.conversations.search_finished.emit("wo", HITS)
    assert not results_of(side).isVisible()


def test_escape_ends_the_search(
    side: ConversationList, fakes: FakePresenters, qtbot: QtBot
) -> None:
    search(side, fakes, qtbot, "word")
    fakes.conversations.search_finished.emit("word", HITS)
    results_of(side).step_in()
    QTest.keyClick(results_of(side), Qt.Key.Key_Escape)
    assert field_of(side).text() == ""
    assert view_of(side).isVisible()


def test_everything_has_a_name_for_those_who_cannot_see_it(side: ConversationList) -> None:
    for widget in (view_of(side), results_of(side), field_of(side), side._hide_button):
        assert widget.accessibleName()
    index = view_of(side).model().index(1, 0)
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "Alpha"
