"""The menu of a message: what it offers, what it greys out and why, and what a choice says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import (
    QAction,
    QInputDevice,
    QMouseEvent,
    QPointingDevice,
    QPointingDeviceUniqueId,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from app.chat.message import MessageState
from app.presenters.adapter_state import AdapterChoice, AdapterState
from app.presenters.message_offers import MessageOffers
from app.presenters.model_state import ModelChoice
from app.presenters.variation import Variation
from app.ui.chat.copying import CopyForm
from app.ui.chat.message_menu import MessageMenu, Wish
from app.ui.chat.note_line import NoteLine
from app.ui.chat.view import ChatView
from app.ui.icons import Icons
from tests.ui.chat.seen import (
    answer,
    button,
    button_names,
    children,
    user,
    wait_until_idle,
    widget_of,
    words,
)

MODELS = (
    ModelChoice(Path("/m/a&b.gguf"), "A&B", is_loaded=True),
    ModelChoice(Path("/m/broken.gguf"), "Broken", problem="It is empty."),
)
ADAPTERS = AdapterState(
    (
        AdapterChoice(Path("/m/pirate.gguf"), "Pirate"),
        AdapterChoice(Path("/m/foreign.gguf"), "Foreign", problem="It was made for Gemma."),
    )
)
OFFERS = MessageOffers(
    answer(1, "Words").message, models=MODELS, adapters=ADAPTERS, temperature=0.7
)


@pytest.fixture
def place(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    return widget


def menu_of(
    offers: MessageOffers,
    icons: Icons,
    place: QWidget,
    *,
    has_selection: bool = False,
    has_link: bool = False,
    is_raw: bool = False,
) -> MessageMenu:
    return MessageMenu(
        offers, icons, place, has_selection=has_selection, has_link=has_link, is_raw=is_raw
    )


def names(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions() if not action.isSeparator()]


def action(menu: QMenu, *path: str) -> QAction:
    """Return an action by the names of the menus above it and its own."""
    found = next(one for one in menu.actions() if one.text() == path[0])
    below = found.menu()
    if len(path) == 1:
        return found
    assert isinstance(below, QMenu)
    return action(below, *path[1:])


def test_a_finished_answer_offers_all_that_can_be_done(icons: Icons, place: QWidget) -> None:
    assert names(menu_of(OFFERS, icons, place)) == [
        "Copy as",
        "Select message",
        "Edit",
        "Regenerate",
        "Regenerate with",
        "Raw text",
        "Bookmark",
        "Note…",
        "Details…",
        "Branches…",
        "Delete",
    ]


def test_a_question_offers_what_a_question_can(icons: Icons, place: QWidget) -> None:
    offers = replace(OFFERS, message=user(1).message)
    assert names(menu_of(offers, icons, place)) == [
        "Copy message",
        "Select message",
        "Edit",
        "Bookmark",
        "Note…",
        "Branches…",
        "Delete",
    ]


def test_an_answer_that_is_written_offers_stop_and_pause(icons: Icons, place: QWidget) -> None:
    streaming = replace(OFFERS, message=answer(1, "W", MessageState.STREAMING).message)
    menu = menu_of(replace(streaming, no_pause="It cannot."), icons, place)
    assert names(menu) == [
        "Copy as",
        "Select message",
        "Stop",
        "Pause",
        "Raw text",
        "Branches…",
    ]
    assert not action(menu, "Pause").isEnabled()
    assert action(menu, "Pause").toolTip() == "It cannot."


@pytest.mark.parametrize(("is_paused", "name"), [(True, "Resume"), (False, "Continue")])
def test_a_cut_answer_can_be_continued_or_resumed(
    icons: Icons, place: QWidget, is_paused: bool, name: str
) -> None:
    stopped = answer(1, "Wor", MessageState.STOPPED).message
    offers = replace(OFFERS, message=stopped, is_paused=is_paused, no_continue="It cannot.")
    menu = menu_of(offers, icons, place)
    assert action(menu, name).isEnabled() == is_paused


def test_what_is_selected_and_linked_can_be_copied(icons: Icons, place: QWidget) -> None:
    menu = menu_of(OFFERS, icons, place, has_selection=True, has_link=True)
    assert names(menu)[:2] == ["Copy selection", "Copy link"]


def test_thinking_is_offered_where_there_is_some(icons: Icons, place: QWidget) -> None:
    thought = replace(OFFERS, message=answer(1, "<think>hm</think>\n\nYes.").message)
    menu = menu_of(thought, icons, place)
    assert action(menu, "Copy as", "Markdown with thinking").isEnabled()
    with pytest.raises(StopIteration):
        action(menu_of(OFFERS, icons, place), "Copy as", "Markdown with thinking")


@pytest.mark.parametrize(
    ("path", "choice"),
    [
        (("Copy as", "Markdown"), CopyForm.MARKDOWN),
        (("Copy as", "Plain text"), CopyForm.PLAIN),
        (("Copy as", "Rich text"), CopyForm.RICH),
        (("Edit",), Wish.EDIT),
        (("Regenerate",), Wish.REGENERATE),
        (("Regenerate with", "Model", "A&&B"), Variation(model="/m/a&b.gguf")),
        (("Regenerate with", "Adapter", "No adapter"), Variation(adapter="")),
        (("Regenerate with", "Adapter", "Pirate"), Variation(adapter="/m/pirate.gguf")),
        (
            ("Regenerate with", "Temperature", "0, the likeliest words"),
            Variation(temperature=0.0),
        ),
        (("Regenerate with", "Temperature", "Lower: 0.4"), Variation(temperature=0.4)),
        (("Regenerate with", "Temperature", "Higher: 1"), Variation(temperature=1.0)),
        (("Regenerate with", "Temperature", "Another…"), Wish.TEMPERATURE),
        (("Bookmark",), Wish.BOOKMARK),
        (("Delete",), Wish.DELETE),
    ],
)
def test_a_choice_says_what_is_wanted(
    qtbot: QtBot, icons: Icons, place: QWidget, path: tuple[str, ...], choice: object
) -> None:
    menu = menu_of(OFFERS, icons, place)
    with qtbot.waitSignal(menu.chosen) as chosen:
        action(menu, *path).trigger()
    assert chosen.args == [choice]


def test_what_cannot_be_had_now_is_greyed_out_with_the_reason(icons: Icons, place: QWidget) -> None:
    offers = replace(OFFERS, busy="An answer is being written.", busy_here="Busy.")
    menu = menu_of(replace(offers, no_temperature="Only when it loads."), icons, place)
    assert not action(menu, "Regenerate").isEnabled()
    assert not action(menu, "Regenerate with").isEnabled()
    assert action(menu, "Regenerate with").toolTip() == "Busy."
    assert action(menu, "Edit").isEnabled()
    assert not action(menu, "Regenerate with", "Temperature").isEnabled()
    foreign = action(menu, "Regenerate with", "Adapter", "Foreign")
    assert (foreign.isEnabled(), foreign.toolTip()) == (False, "It was made for Gemma.")


def test_a_broken_model_is_not_offered(icons: Icons, place: QWidget) -> None:
    models = action(menu_of(OFFERS, icons, place), "Regenerate with", "Model").menu()
    assert isinstance(models, QMenu)
    assert names(models) == ["A&&B"]


def test_marks_that_are_set_are_checked(icons: Icons, place: QWidget) -> None:
    marked = replace(OFFERS.message, bookmarked=True)
    menu = menu_of(replace(OFFERS, message=marked), icons, place, is_raw=True)
    assert action(menu, "Bookmark").isChecked()
    assert action(menu, "Raw text").isChecked()


def test_a_bookmark_is_shown_on_the_message_and_can_be_removed_there(
    qtbot: QtBot, view: ChatView
) -> None:
    item = answer(1)
    view.set_items((replace(item, message=replace(item.message, bookmarked=True)),))
    with qtbot.waitSignal(view.bookmark_dropped) as asked:
        mark = button(widget_of(view, "a1"), "Bookmark. Remove it")
        QTest.mouseClick(mark, Qt.MouseButton.LeftButton)
    assert asked.args == ["a1"]
    view.change_item(item)
    assert "Bookmark. Remove it" not in button_names(widget_of(view, "a1"))


def test_a_note_is_shown_below_the_words_whatever_it_holds(qtbot: QtBot, view: ChatView) -> None:
    item = user(1, "Question")
    height = 0
    for note in ("", "<b>look</b> this up"):
        view.set_items((replace(item, message=replace(item.message, note=note)),))
        wait_until_idle(qtbot, view)
        assert widget_of(view, "u1").height() > height
        height = widget_of(view, "u1").height()
    assert words(widget_of(view, "u1")) == "Question\n<b>look</b> this up"
    view.set_items((item,))
    assert not any(line.isVisible() for line in children(widget_of(view, "u1"), NoteLine))


def test_a_note_gives_way_to_the_editor(view: ChatView) -> None:
    item = answer(1)
    view.set_items((replace(item, message=replace(item.message, note="N")),))
    view.begin_edit("a1")
    assert not any(line.isVisible() for line in children(widget_of(view, "a1"), NoteLine))


def finger(kind: QMouseEvent.Type, target: QWidget, place: QPoint) -> QMouseEvent:
    """Return what Qt makes of a touch that nobody took."""
    device = QPointingDevice(
        "panel",
        1,
        QInputDevice.DeviceType.TouchScreen,
        QPointingDevice.PointerType.Finger,
        QInputDevice.Capability.Position,
        1,
        0,
        "",
        QPointingDeviceUniqueId.fromNumericId(1),
        target,
    )
    left = Qt.MouseButton.LeftButton
    return QMouseEvent(
        kind,
        QPointF(place),
        QPointF(target.mapToGlobal(place)),
        left,
        left,
        Qt.KeyboardModifier.NoModifier,
        device,
    )


@pytest.mark.parametrize("moves", [False, True])
def test_a_finger_that_rests_on_a_message_opens_its_menu(
    qtbot: QtBot, view: ChatView, moves: bool
) -> None:
    view.set_items((user(1), answer(2)))
    wait_until_idle(qtbot, view)
    asked: list[tuple[str, QPoint, str]] = []

    def note(message_id: str, place: QPoint, address: str) -> None:
        asked.append((message_id, place, address))

    view.menu_requested.connect(note)
    text = widget_of(view, "a2").sections()[0].viewport()
    press = view.selector._long_press
    press._timer.setInterval(10)
    QApplication.sendEvent(text, finger(QMouseEvent.Type.MouseButtonPress, text, QPoint(5, 5)))
    assert press._timer.isActive()
    if moves:
        QApplication.sendEvent(text, finger(QMouseEvent.Type.MouseMove, text, QPoint(50, 50)))
        assert not press._timer.isActive()
    else:
        qtbot.waitUntil(lambda: bool(asked))
        assert asked[0][0] == "a2"
