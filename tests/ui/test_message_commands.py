"""What the menu of a message asks for is carried out, from the menu bar as well."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QDialog, QInputDialog, QMenu, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.chat.message import MessageState
from app.presenters.chat_status import Activity, ChatStatus
from app.presenters.model_state import ModelStage, ModelState
from app.presenters.variation import Variation
from app.runtime.protocol import ModelInfo
from app.ui.answer_details import AnswerDetailsDialog
from app.ui.branch_tree import BranchTreeDialog
from app.ui.chat.copying import CopyForm
from app.ui.chat.message_menu import Choice, MessageMenu, Wish
from app.ui.chat.note_dialog import NoteDialog
from app.ui.chat.queue_bar import QueueBar
from app.ui.icons import Icons
from app.ui.main_window import MainWindow
from app.ui.menus import Command
from app.ui.theme import Theme
from tests.ui.chat.seen import answer, user, widget_of
from tests.ui.presenter_fakes import FakePresenters, children
from tests.ui.test_main_window import QWEN


@pytest.fixture
def window(fakes: FakePresenters, theme: Theme, icons: Icons, qtbot: QtBot) -> MainWindow:
    window = MainWindow(fakes.bundle(), theme, icons)
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    fakes.chat.say(user(1, "Question"), answer(2, "**Answer**"))
    return window


def choose(window: MainWindow, message_id: str, choice: Choice) -> None:
    """Open the menu of a message and choose from it."""
    window.chat_pane.view.menu_requested.emit(message_id, QPoint(5, 5), "https://x.y/")
    (menu,) = (one for one in children(window.chat_pane, MessageMenu) if one.isVisible())
    menu.chosen.emit(choice)
    menu.close()


def dialog_of(window: MainWindow) -> QDialog:
    (found,) = (dialog for dialog in children(window, QDialog) if dialog.isVisible())
    return found


@pytest.mark.parametrize(
    ("choice", "call"),
    [
        (Wish.REGENERATE, ("regenerate", "a2", Variation())),
        (Variation(temperature=0.0), ("regenerate", "a2", Variation(temperature=0.0))),
        (Wish.CONTINUE, ("continue_answer", "a2")),
        (Wish.PAUSE, ("pause",)),
        (Wish.STOP, ("stop",)),
        (Wish.BOOKMARK, ("set_bookmarked", "a2", True)),
        (Wish.DELETE, ("delete", "a2")),
    ],
)
def test_a_choice_reaches_the_chat(
    window: MainWindow, fakes: FakePresenters, choice: Choice, call: tuple[object, ...]
) -> None:
    choose(window, "a2", choice)
    assert fakes.chat.calls[-1] == call


def test_every_wish_is_carried_out(window: MainWindow) -> None:
    assert set(window.chat_pane.commands._verbs) == set(Wish)


@pytest.mark.parametrize(
    ("choice", "copied"),
    [
        (CopyForm.MARKDOWN, "**Answer**"),
        (CopyForm.PLAIN, "Answer"),
        (Wish.COPY_LINK, "https://x.y/"),
    ],
)
def test_a_copy_is_on_the_clipboard(window: MainWindow, choice: Choice, copied: str) -> None:
    choose(window, "a2", choice)
    assert QGuiApplication.clipboard().text() == copied


def test_a_message_is_edited_in_its_place(window: MainWindow) -> None:
    choose(window, "a2", Wish.EDIT)
    assert widget_of(window.chat_pane.view, "a2").is_editing


def test_raw_text_is_switched_on_and_off(window: MainWindow) -> None:
    view = window.chat_pane.view
    for is_raw in (True, False):
        choose(window, "a2", Wish.RAW)
        assert view.is_raw("a2") == is_raw


def test_a_selected_message_can_be_copied(window: MainWindow) -> None:
    choose(window, "a2", Wish.SELECT)
    choose(window, "a2", Wish.COPY_SELECTION)
    assert QGuiApplication.clipboard().text() == "Answer"


def test_a_note_is_asked_for_and_kept(window: MainWindow, fakes: FakePresenters) -> None:
    choose(window, "a2", Wish.NOTE)
    dialog = dialog_of(window)
    assert isinstance(dialog, NoteDialog)
    dialog.note_saved.emit("a2", "N")
    assert fakes.chat.calls[-1] == ("set_note", "a2", "N")
    dialog.close()


def test_another_temperature_is_asked_for(window: MainWindow, fakes: FakePresenters) -> None:
    choose(window, "a2", Wish.TEMPERATURE)
    dialog = dialog_of(window)
    assert isinstance(dialog, QInputDialog)
    dialog.setDoubleValue(0.25)
    dialog.accept()
    assert fakes.chat.calls[-1] == ("regenerate", "a2", Variation(temperature=0.25))


@pytest.mark.parametrize(
    ("command", "kind"),
    [
        (Command.ANSWER_DETAILS, AnswerDetailsDialog),
        (Command.SHOW_BRANCHES, BranchTreeDialog),
    ],
)
def test_a_menu_item_shows_its_dialog(
    window: MainWindow, command: Command, kind: type[QDialog]
) -> None:
    window.menus.action(command).trigger()
    assert isinstance(dialog_of(window), kind)
    dialog_of(window).close()


def test_a_chosen_branch_is_shown(window: MainWindow, fakes: FakePresenters) -> None:
    window.menus.action(Command.SHOW_BRANCHES).trigger()
    dialog = dialog_of(window)
    assert isinstance(dialog, BranchTreeDialog)
    dialog.message_chosen.emit("u1")
    assert fakes.chat.calls[-1] == ("show_branch", "u1")
    dialog.close()


def test_the_menu_of_the_last_message_opens_by_keys(window: MainWindow) -> None:
    window.menus.action(Command.MESSAGE_MENU).trigger()
    (menu,) = children(window.chat_pane, MessageMenu)
    assert "Regenerate" in [action.text() for action in menu.actions()]
    menu.close()


def test_the_menu_of_the_message_with_the_focus_opens_by_keys(window: MainWindow) -> None:
    section = widget_of(window.chat_pane.view, "u1").sections()[0]
    section.setFocus(Qt.FocusReason.TabFocusReason)
    assert QApplication.focusWidget() is section
    window.menus.action(Command.MESSAGE_MENU).trigger()
    (menu,) = children(window.chat_pane, MessageMenu)
    assert "Regenerate" not in [action.text() for action in menu.actions()]
    menu.close()


def test_a_menu_is_gone_when_it_is_closed(qtbot: QtBot, window: MainWindow) -> None:
    choose(window, "a2", Wish.STOP)
    QApplication.sendPostedEvents(None, 52)
    assert children(window.chat_pane, QMenu) == []


@pytest.mark.parametrize("pauses", [True, False])
def test_pause_is_offered_where_the_model_can(
    window: MainWindow, fakes: FakePresenters, pauses: bool
) -> None:
    info = ModelInfo(QWEN.path, "Qwen3", "librkllmrt", 4096)
    fakes.model.become(ModelState(ModelStage.READY, "Qwen3", info=info))
    fakes.chat.pause_obstacle = "" if pauses else "It cannot."
    action = window.menus.action(Command.PAUSE_ANSWER)
    assert not action.isEnabled()
    fakes.chat.status_changed.emit(ChatStatus(Activity.WRITING))
    assert action.isEnabled() == pauses


def test_without_messages_there_is_nothing_to_do_with_them(
    window: MainWindow, fakes: FakePresenters
) -> None:
    fakes.chat.say()
    for command in (Command.MESSAGE_MENU, Command.ANSWER_DETAILS, Command.SHOW_BRANCHES):
        assert not window.menus.action(command).isEnabled()


def test_a_message_that_is_gone_has_no_menu(window: MainWindow) -> None:
    window.chat_pane.view.menu_requested.emit("gone", QPoint(5, 5), "")
    assert children(window.chat_pane, MessageMenu) == []


def test_what_waits_is_shown_above_the_composer(window: MainWindow, fakes: FakePresenters) -> None:
    assert children(window, QueueBar) == []
    fakes.chat.queue.queue_changed.emit(("next",))
    (bar,) = children(window, QueueBar)
    assert bar.isVisible()
    assert bar.geometry().bottom() < window.chat_pane.composer.geometry().top()
    bar.edit_requested.emit(0)
    bar.remove_requested.emit(0)
    assert fakes.chat.calls[-2:] == [("edit_waiting", 0), ("remove_waiting", 0)]
    fakes.chat.queue.text_returned.emit("next")
    assert window.chat_pane.composer.text() == "next"


def test_a_paused_answer_says_so_and_offers_to_resume(window: MainWindow) -> None:
    item = answer(2, "Half", MessageState.STOPPED)
    view = window.chat_pane.view
    view.set_items((user(1), replace(item, is_paused=True)))
    widget = widget_of(view, "a2")
    names = [name for name in ("Resume", "Continue") if name in _buttons(widget)]
    assert names == ["Resume"]
    view.set_items((user(1), item))
    assert "Continue" in _buttons(widget_of(view, "a2"))


def _buttons(widget: QWidget) -> list[str]:
    return [one.text() for one in children(widget, QPushButton) if one.isVisible()]
