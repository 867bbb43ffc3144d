"""The sidebar opens, renames, pins, deletes and finds conversations."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import cast

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QDropEvent, QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QToolTip
from pytestqt.qtbot import QtBot

from app.presenters.conversations import ConversationsPresenter
from app.store.store import SearchHit
from app.ui.bookmarks_page import BookmarksPage
from app.ui.conversation_list import ConversationList
from app.ui.conversation_rows import CONVERSATION_MIME
from app.ui.conversation_view import ConversationView
from app.ui.folder_dialog import FolderDialog
from app.ui.icons import Icons
from app.ui.search_field import SearchField
from app.ui.search_results import SearchResults, _in_units
from app.ui.theme import Theme
from app.ui.tooltip import plain_tooltip
from tests.ui.presenter_fakes import FakePresenters, child, children, conversation

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
    with qtbot.waitSignal(side.conversation_chosen):
        click(side, 1, qtbot)
    assert fakes.conversations.calls == [("open", "a")]


def test_a_conversation_that_is_answered_is_marked(side: ConversationList, theme: Theme) -> None:
    view = view_of(side)
    rect = view.visualRect(view.model().index(1, 0))

    def mark() -> QColor:
        return view.viewport().grab().toImage().pixelColor(rect.right() - 24, rect.center().y())

    unmarked = mark()
    side.set_writing(frozenset({"a"}))
    assert mark() == theme.color("accent")
    spoken = view.model().index(1, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "Alpha, an answer is being written"
    side.set_writing(frozenset())
    assert mark() == unmarked


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
    assert view_of(side).model().index(1, 0).data() == LONG


def test_the_menu_of_a_row_does_everything_that_can_be_done_with_it(
    side: ConversationList, fakes: FakePresenters, qtbot: QtBot
) -> None:
    view = view_of(side)
    view._open_menu(view.model().index(1, 0), QPoint(0, 0))
    menu = view._conversation_menu()
    qtbot.waitUntil(menu.isVisible)
    menu.hide()
    for action in (
        menu.title_action,
        menu.pin_action,
        menu.archive_action,
        menu.duplicate_action,
        menu.delete_action,
    ):
        action.trigger()
    assert fakes.conversations.calls == [
        ("ask_for_title", "a"),
        ("set_pinned", "a", True),
        ("set_archived", "a", True),
        ("duplicate", "a"),
        ("delete", "a"),
    ]


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
    menu = view._conversation_menu()
    assert menu.isVisible()
    assert fakes.conversations.calls == []
    menu.hide()


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
    fakes.conversations.finder.search_finished.emit("word", HITS)
    assert results_of(side).isVisible()
    assert not side.grab().isNull()
    side._search.clear()
    assert view_of(side).isVisible()


def test_enter_opens_the_best_match(
    side: ConversationList, fakes: FakePresenters, qtbot: QtBot
) -> None:
    search(side, fakes, qtbot, "word")
    fakes.conversations.finder.search_finished.emit("word", HITS)
    QTest.keyClick(field_of(side), Qt.Key.Key_Return)
    assert fakes.conversations.calls[-1] == ("open_hit", HITS[0])


def test_the_arrow_down_goes_into_the_matches(
    side: ConversationList, fakes: FakePresenters, qtbot: QtBot
) -> None:
    search(side, fakes, qtbot, "word")
    fakes.conversations.finder.search_finished.emit("word", HITS)
    QTest.keyClick(field_of(side), Qt.Key.Key_Down)
    QTest.keyClick(results_of(side), Qt.Key.Key_Down)
    QTest.keyClick(results_of(side), Qt.Key.Key_Return)
    assert fakes.conversations.calls[-1] == ("open_hit", HITS[1])


def test_a_search_without_matches_says_so(
    side: ConversationList, fakes: FakePresenters, qtbot: QtBot
) -> None:
    search(side, fakes, qtbot, "<b>x")
    fakes.conversations.finder.search_finished.emit("<b>x", ())
    assert side._nothing_found.text == "Nothing found for “<b>x”."
    assert side._nothing_found.isVisible()


def test_matches_of_an_older_query_are_not_shown(
    side: ConversationList, fakes: FakePresenters, qtbot: QtBot
) -> None:
    search(side, fakes, qtbot, "word")
    fakes.conversations.finder.search_finished.emit("wo", HITS)
    assert not children(side, SearchResults)


def test_escape_ends_the_search(
    side: ConversationList, fakes: FakePresenters, qtbot: QtBot
) -> None:
    search(side, fakes, qtbot, "word")
    fakes.conversations.finder.search_finished.emit("word", HITS)
    results_of(side).step_in()
    QTest.keyClick(results_of(side), Qt.Key.Key_Escape)
    assert field_of(side).text() == ""
    assert view_of(side).isVisible()


def test_everything_has_a_name_for_those_who_cannot_see_it(side: ConversationList) -> None:
    for widget in (view_of(side), side.results, field_of(side), side._hide_button):
        assert widget.accessibleName()
    index = view_of(side).model().index(1, 0)
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "Alpha"


def file_away(fakes: FakePresenters) -> None:
    """Lay Gamma into a folder and put Alpha into the archive."""
    first, second, third = fakes.conversations.conversations
    fakes.conversations.give(replace(third, folder="Work"), second, replace(first, archived=True))


def shown_rows(side: ConversationList) -> list[str]:
    model = view_of(side).model()
    return [model.index(place, 0).data() for place in range(model.rowCount())]


def test_a_click_folds_a_folder_and_unfolds_it(
    side: ConversationList, fakes: FakePresenters, qtbot: QtBot
) -> None:
    file_away(fakes)
    assert shown_rows(side) == ["Work", "Gamma", "Today", LONG, "Archive", "Alpha"]
    click(side, 0, qtbot)
    assert shown_rows(side) == ["Work", "Today", LONG, "Archive", "Alpha"]
    click(side, 0, qtbot)
    assert shown_rows(side)[1] == "Gamma"


def test_the_keyboard_folds_and_stays_at_the_heading(
    side: ConversationList, fakes: FakePresenters, qtbot: QtBot
) -> None:
    file_away(fakes)
    view = view_of(side)
    fakes.conversations.show_one("c")
    QTest.keyClick(view, Qt.Key.Key_Up)
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert fakes.conversations.calls == []
    QTest.keyClick(view, Qt.Key.Key_Left)
    assert fakes.conversations.collapsed == {"folder:Work"}
    assert view.currentIndex().row() == 0
    QTest.keyClick(view, Qt.Key.Key_Space)
    assert fakes.conversations.collapsed == frozenset()
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert fakes.conversations.collapsed == {"folder:Work"}


def drop(side: ConversationList, dragged: str, row: int) -> None:
    view = view_of(side)
    data = QMimeData()
    data.setData(CONVERSATION_MIME, dragged.encode())
    place = QPointF(place_of(side, row))
    event = QDropEvent(
        place,
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    view.dropEvent(event)


def test_a_conversation_is_moved_by_dragging_it(
    side: ConversationList, fakes: FakePresenters
) -> None:
    file_away(fakes)
    drop(side, "b", 0)
    drop(side, "b", 1)
    drop(side, "c", 2)
    drop(side, "b", 4)
    assert fakes.conversations.calls == [
        ("move", "b", "folder:Work"),
        ("move", "b", "folder:Work"),
        ("move", "c", "today"),
        ("move", "b", "archive"),
    ]


def test_the_menu_of_a_row_moves_to_a_folder_or_names_a_new_one(
    side: ConversationList, fakes: FakePresenters, qtbot: QtBot
) -> None:
    file_away(fakes)
    view = view_of(side)
    view._open_menu(view.model().index(3, 0), QPoint(0, 0))
    menu = view._conversation_menu()
    none, work, new = (one for one in menu.folders.actions() if not one.isSeparator())
    assert (none.isChecked(), work.isChecked()) == (True, False)
    work.trigger()
    new.trigger()
    menu.hide()
    dialog = child(side, FolderDialog)
    name = child(dialog, QLineEdit)
    assert not dialog._take.isEnabled()
    name.setText("  New   things ")
    QTest.keyClick(name, Qt.Key.Key_Return)
    assert fakes.conversations.calls == [
        ("set_folder", "b", "Work"),
        ("set_folder", "b", "New things"),
    ]


def test_a_folder_is_renamed_and_removed_by_its_menu(
    side: ConversationList, fakes: FakePresenters, qtbot: QtBot
) -> None:
    file_away(fakes)
    view = view_of(side)
    view._open_menu(view.model().index(0, 0), QPoint(0, 0))
    menu = view._heading_menu()
    qtbot.waitUntil(menu.isVisible)
    menu.hide()
    menu.remove_action.trigger()
    menu.rename_action.trigger()
    dialog = child(side, FolderDialog)
    name = child(dialog, QLineEdit)
    assert name.text() == "Work"
    name.setText("Play")
    QTest.keyClick(name, Qt.Key.Key_Return)
    assert fakes.conversations.calls == [
        ("remove_folder", "Work"),
        ("rename_folder", "Work", "Play"),
    ]


def test_renaming_what_is_folded_away_unfolds_it(
    side: ConversationList, fakes: FakePresenters, qtbot: QtBot
) -> None:
    file_away(fakes)
    fakes.conversations.set_collapsed(frozenset({"archive"}))
    fakes.conversations.show_one("a")
    side.rename_current()
    editor = editor_of(side)
    assert editor.text() == "Alpha"
    QTest.keyClick(editor, Qt.Key.Key_Escape)


def test_bookmarks_take_the_place_of_the_list_until_escape(
    side: ConversationList, fakes: FakePresenters, qtbot: QtBot
) -> None:
    QTest.mouseClick(side._bookmarks_button, Qt.MouseButton.LeftButton)
    assert fakes.conversations.calls == [("list_bookmarks",)]
    note = SearchHit("a", "Alpha", "m1", "read again", (), is_note=True)
    fakes.conversations.finder.bookmarks_listed.emit((note, *HITS))
    page = child(side, BookmarksPage)
    assert page.isVisible()
    assert not side.grab().isNull()
    fakes.conversations.give(*fakes.conversations.conversations)
    assert page.isVisible()
    listed = child(page, SearchResults)
    QTest.keyClick(listed, Qt.Key.Key_Return)
    assert fakes.conversations.calls[-1] == ("open_hit", note)
    QTest.keyClick(listed, Qt.Key.Key_Escape)
    assert view_of(side).isVisible()


def test_without_bookmarks_the_page_says_so(side: ConversationList, fakes: FakePresenters) -> None:
    fakes.conversations.finder.bookmarks_listed.emit(())
    page = child(side, BookmarksPage)
    assert "bookmark" in page._nothing.text
    QTest.mouseClick(page._back, Qt.MouseButton.LeftButton)
    assert view_of(side).isVisible()


def test_a_highlight_after_an_emoji_stands_on_its_word() -> None:
    assert _in_units("🏔 word", (2, 6)) == (3, 7)
