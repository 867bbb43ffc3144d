"""What is shown about messages: details, branches, notes, and what waits to be sent."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QListView, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.chat.message import Message, Role
from app.chat.outline import outline
from app.chat.statistics import RunStatistics
from app.chat.tree import MessageTree
from app.ui.answer_details import UNKNOWN, AnswerDetailsDialog
from app.ui.branch_rows import first_words
from app.ui.branch_tree import BranchTreeDialog
from app.ui.chat.note_dialog import NoteDialog
from app.ui.chat.queue_bar import QueueBar
from app.ui.elided_label import ElidedLabel
from app.ui.icon_button import IconButton
from app.ui.icons import Icons
from app.ui.plain_text_edit import PlainTextEdit
from app.ui.theme import Theme
from tests.ui.presenter_fakes import child, children

FULL = RunStatistics(
    prompt_tokens=1000,
    cached_tokens=900,
    generated_tokens=124,
    prefill_ms=500.0,
    decode_ms=10_000.0,
    first_token_ms=412.0,
    peak_memory_mb=1234.4,
    thinking_ms=4200.0,
)
SETTINGS = json.dumps({"temperature": 0.7, "top_k": 40, "max_new_tokens": 1024})


def message(number: int, parent: int | None, text: str = "", **more: object) -> Message:
    role = Role.ASSISTANT if number % 2 else Role.USER
    return replace(
        Message(
            str(number), "c", None if parent is None else str(parent), role, text, float(number)
        ),
        **more,  # type: ignore[arg-type]
    )


def facts(dialog: QWidget) -> str:
    return "\n".join(label.text() for label in children(dialog, QLabel) if label.text())


def value_of(dialog: QWidget, name: str) -> str:
    lines = facts(dialog).split("\n")
    return lines[lines.index(name) + 1]


def test_the_numbers_of_an_answer_are_told_with_their_units(qtbot: QtBot) -> None:
    answer = message(1, None, "A", model="Qwen3", adapter="Pirate", statistics=FULL)
    dialog = AnswerDetailsDialog(replace(answer, settings=SETTINGS))
    qtbot.addWidget(dialog)
    expected = {
        "Adapter": "Pirate",
        "Prompt": "1,000 tokens",
        "Of it reused": "900 tokens",
        "Generated": "124 tokens",
        "Time to first token": "0.4 s",
        "Prefill speed": "200 tok/s",
        "Decode speed": "12.4 tok/s",
        "Time in all": "10.5 s",
        "Thinking": "4.2 s",
        "Memory": "1,234 MB",
        "Temperature": "0.7",
        "Top-k": "40",
    }
    assert {name: value_of(dialog, name) for name in expected} == expected


def test_unknown_numbers_are_a_dash_with_the_reason(qtbot: QtBot) -> None:
    dialog = AnswerDetailsDialog(message(1, None, "A", model="Qwen3"))
    qtbot.addWidget(dialog)
    for name in ("Prompt", "Decode speed", "Memory", "Temperature"):
        assert value_of(dialog, name) == UNKNOWN
    assert "did not come to its end" in facts(dialog)
    assert "not kept with this answer" in facts(dialog)


def test_a_setting_without_effect_says_so(qtbot: QtBot) -> None:
    dialog = AnswerDetailsDialog(message(1, None, "A", settings=SETTINGS))
    qtbot.addWidget(dialog)
    assert value_of(dialog, "Min-p") == UNKNOWN
    assert "no effect on this model" in facts(dialog)


TREE = MessageTree(
    (
        message(0, None, "Where is the trail?"),
        message(1, 0, "Up the **ridge**.", bookmarked=True),
        message(2, 1, "And then?"),
        message(3, 0, "<think>\nhm\n</think>\n\nDown.", note="no"),
    )
)


@pytest.fixture
def branches(qtbot: QtBot, theme: Theme, icons: Icons) -> BranchTreeDialog:
    dialog = BranchTreeDialog(outline(TREE, "2"), "", theme, icons)
    qtbot.addWidget(dialog)
    with qtbot.waitExposed(dialog):
        dialog.show()
    return dialog


def list_of(dialog: BranchTreeDialog) -> QListView:
    return child(dialog, QListView)


def spoken(dialog: BranchTreeDialog) -> list[str]:
    model = list_of(dialog).model()
    return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


def test_the_tree_tells_who_said_what_on_which_branch(branches: BranchTreeDialog) -> None:
    assert spoken(branches) == [
        "You: Where is the trail?, shown",
        "Model: Up the ridge., version 1 of 2, bookmark, shown",
        "You: And then?, shown",
        "Model: Down., version 2 of 2",
    ]


def test_the_tree_begins_at_the_end_of_the_shown_branch(branches: BranchTreeDialog) -> None:
    assert list_of(branches).currentIndex().row() == 2


def test_a_branch_is_chosen_by_keyboard(qtbot: QtBot, branches: BranchTreeDialog) -> None:
    QTest.keyClick(list_of(branches), Qt.Key.Key_Down)
    with qtbot.waitSignal(branches.message_chosen) as chosen:
        QTest.keyClick(list_of(branches), Qt.Key.Key_Return)
    assert chosen.args == ["3"]
    assert not branches.isVisible()


def test_a_branch_is_chosen_by_a_tap(qtbot: QtBot, branches: BranchTreeDialog) -> None:
    rows = list_of(branches)
    place = rows.visualRect(rows.model().index(3, 0)).center()
    with qtbot.waitSignal(branches.message_chosen) as chosen:
        QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert chosen.args == ["3"]


def test_a_conversation_without_branches_says_how_to_begin_one(
    qtbot: QtBot, theme: Theme, icons: Icons
) -> None:
    tree = MessageTree((message(0, None, "Q"), message(1, 0, "A")))
    dialog = BranchTreeDialog(outline(tree, "1"), "0", theme, icons)
    qtbot.addWidget(dialog)
    assert "one branch so far" in facts(dialog)
    assert list_of(dialog).currentIndex().row() == 0


def test_a_deep_conversation_is_drawn(qtbot: QtBot, theme: Theme, icons: Icons) -> None:
    chain = [message(number, number - 1 if number else None, "w") for number in range(3000)]
    others = [message(10_000 + number, number, "o") for number in range(0, 3000, 100)]
    dialog = BranchTreeDialog(outline(MessageTree([*chain, *others]), "2999"), "", theme, icons)
    qtbot.addWidget(dialog)
    with qtbot.waitExposed(dialog):
        dialog.show()
    assert not dialog.grab().isNull()


@pytest.mark.parametrize("text", ["", "# ", "\n\n> - words", "<think>only", "x" * 100_000])
def test_first_words_are_short_and_on_one_line(text: str) -> None:
    found = first_words(message(1, None, text))
    assert 0 < len(found) <= 125
    assert "\n" not in found


def test_a_note_is_saved_with_control_and_enter(qtbot: QtBot) -> None:
    dialog = NoteDialog(message(1, None, "A", note="old"))
    qtbot.addWidget(dialog)
    dialog.show()
    field = child(dialog, PlainTextEdit)
    assert field.text() == "old"
    field.set_text("new")
    with qtbot.waitSignal(dialog.note_saved) as saved:
        QTest.keyClick(field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert saved.args == ["1", "new"]


def test_a_note_that_is_cancelled_stays_as_it_was(qtbot: QtBot) -> None:
    dialog = NoteDialog(message(1, None, "A", note="old"))
    qtbot.addWidget(dialog)
    dialog.show()
    child(dialog, PlainTextEdit).set_text("new")
    with qtbot.assertNotEmitted(dialog.note_saved):
        (cancel,) = (one for one in children(dialog, QPushButton) if "Cancel" in one.text())
        cancel.click()


@pytest.fixture
def queue(qtbot: QtBot, theme: Theme, icons: Icons) -> QueueBar:
    bar = QueueBar(theme, icons)
    qtbot.addWidget(bar)
    bar.resize(400, 100)
    return bar


def test_what_waits_is_shown_on_a_line_each(queue: QueueBar) -> None:
    queue.show_texts(("first\nline", "<b>second</b>"))
    assert queue.isVisible()
    assert [label.text() for label in children(queue, ElidedLabel)] == [
        "first line",
        "<b>second</b>",
    ]
    queue.show_texts(())
    assert not queue.isVisible()


@pytest.mark.parametrize("name", ["Edit waiting message", "Remove waiting message"])
def test_a_waiting_message_says_which_one_it_is(qtbot: QtBot, queue: QueueBar, name: str) -> None:
    queue.show_texts(("first", "second"))
    signal = queue.edit_requested if name.startswith("Edit") else queue.remove_requested
    buttons = [one for one in children(queue, IconButton) if one.accessibleName() == name]
    with qtbot.waitSignal(signal) as asked:
        buttons[1].click()
    assert asked.args == [1]


def test_many_that_wait_leave_room_for_the_conversation(queue: QueueBar) -> None:
    queue.show_texts(tuple(map(str, range(40))))
    assert queue.sizeHint().height() < 160
