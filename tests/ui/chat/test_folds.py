"""Thoughts and calls of functions: folded away, opened by click and Enter."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.ui.chat import thinking_fold
from app.ui.chat.arriving_text import SLICE
from app.ui.chat.body import Body
from app.ui.chat.code_block import CodeBlock
from app.ui.chat.fold import Fold
from app.ui.chat.prose import Prose
from app.ui.chat.text_styles import TextStyles
from app.ui.chat.thinking_fold import ThinkingFold
from app.ui.chat.tool_call_fold import ToolCallFold
from app.ui.icons import Icons
from app.ui.theme import Theme
from tests.ui.chat.seen import child_of, children

CALL = '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Bonn"}}\n</tool_call>\n'


class Clock:
    """Stands in for the time."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(thinking_fold, "time", made)
    return made


@pytest.fixture
def body(qtbot: QtBot, theme: Theme, icons: Icons, styles: TextStyles) -> Body:
    made = Body(theme, icons, styles, "Model", 8, 500)
    qtbot.addWidget(made)
    made.resize(516, 400)
    made.show()
    return made


def write(body: Body, *pieces: str, ends: bool = True) -> None:
    """Let text arrive and show it."""
    for piece in pieces:
        body.append(piece)
        body.advance()
    if ends:
        body.end()
        body.advance()
    body.resize(516, body.arrange(500))


def words(body: Body) -> str:
    """Return the prose that can be seen."""
    return "\n".join(
        prose.toPlainText() for prose in children(body, Prose) if prose.isVisibleTo(body)
    )


def row(body: Body, number: int = 0) -> str:
    return children(body, Fold)[number].row.text()


def test_a_thought_is_folded_away_below_its_row(body: Body) -> None:
    write(body, "<think>\nHm.\n</think>\n\nYes.")
    assert row(body) == "Thought for a moment"
    assert words(body) == "Yes."


def test_a_click_opens_a_thought_and_another_one_folds_it(qtbot: QtBot, body: Body) -> None:
    write(body, "<think>\nHm, **so**.\n</think>\n\nYes.")
    fold = child_of(body, ThinkingFold)
    folded = body.height()
    with qtbot.waitSignal(body.height_changed):
        QTest.mouseClick(fold.row, Qt.MouseButton.LeftButton)
    body.resize(516, body.arrange(500))
    assert sorted(words(body).split("\n")) == ["Hm, so.", "Yes."]
    assert body.height() > folded
    with qtbot.waitSignal(body.height_changed):
        QTest.mouseClick(fold.row, Qt.MouseButton.LeftButton)
    assert body.arrange(500) == folded
    assert words(body) == "Yes."


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_keys_open_a_thought(body: Body, key: Qt.Key) -> None:
    write(body, "<think>Hm.</think>Yes.")
    fold = child_of(body, ThinkingFold)
    QTest.keyClick(fold.row, key)
    assert fold.is_open
    assert fold.row.accessibleDescription() == "Shown"


def test_the_row_counts_while_the_model_thinks(body: Body, clock: Clock) -> None:
    write(body, "<think>Hm", ends=False)
    assert row(body) == "Thinking…"
    clock.now += 3.2
    write(body, " and", ends=False)
    assert row(body) == "Thinking… 3 s"
    clock.now += 0.8
    write(body, " so.</think>", ends=False)
    clock.now += 60
    write(body, "Yes.")
    assert row(body) == "Thought for 4 s"


def test_a_minute_is_called_one(body: Body, clock: Clock) -> None:
    write(body, "<think>Hm", ends=False)
    clock.now += 125
    write(body, "</think>Yes.")
    assert row(body) == "Thought for 2 min 5 s"


@pytest.mark.parametrize(("known", "expected"), [(4200.0, "Thought for 4 s"), (None, "Thought")])
def test_a_stored_thought_says_what_is_known(
    body: Body, known: float | None, expected: str
) -> None:
    body.append("<think>Hm.</think>Yes.")
    body.end()
    body.show_thinking_ms(known)
    body.advance()
    assert row(body) == expected
    body.show_thinking_ms(None)
    assert row(body) == "Thought"


def test_what_was_measured_here_is_kept(body: Body, clock: Clock) -> None:
    write(body, "<think>Hm", ends=False)
    clock.now += 2
    write(body, "</think>Yes.")
    body.show_thinking_ms(9_000.0)
    assert row(body) == "Thought for 2 s"


def test_a_thought_whose_beginning_nobody_saw_has_no_time(body: Body, clock: Clock) -> None:
    write(body, "<think>" + "words " * 100, ends=False)
    clock.now += 5
    write(body, "</think>Yes.")
    assert row(body) == "Thought"


def test_of_several_thoughts_none_gets_the_time_of_all(body: Body) -> None:
    body.append("<think>a</think>b\n<think>c</think>d")
    body.end()
    body.advance()
    body.show_thinking_ms(5_000.0)
    assert [row(body, 0), row(body, 1)] == ["Thought", "Thought"]


def test_a_thought_without_its_beginning_is_one_once_it_ends(body: Body, clock: Clock) -> None:
    write(body, "Hm.", ends=False)
    assert words(body) == "Hm."
    clock.now += 7
    write(body, "\n</think>\n\nYes.")
    assert row(body) == "Thought for 7 s"
    assert words(body) == "Yes."


def test_an_open_thought_grows(body: Body) -> None:
    write(body, "<think>Hm", ends=False)
    child_of(body, ThinkingFold).row.click()
    write(body, " and **so", ends=False)
    assert words(body) == "Hm and **so"
    write(body, "** on.</think>Yes.")
    assert words(body).split("\n") == ["Hm and so on.", "Yes."]


def test_the_end_of_a_text_is_shown_though_a_slice_ends_within_what_may_be_a_tag(
    body: Body,
) -> None:
    text = ("w" * (SLICE - 3) + "<th").ljust(2 * SLICE - 4, "w") + "LAST"
    body.append(text)
    body.end()
    while body.is_waiting:
        body.advance()
    assert words(body).replace("\n", "") == text


def test_a_long_thought_is_shown_as_a_whole_when_it_is_opened(qtbot: QtBot, body: Body) -> None:
    text = "Words of it.\n\n" * (4 * SLICE // 14)
    body.append(f"<think>\n{text}</think>\n\nYes.")
    body.end()
    while body.is_waiting:
        body.advance()
    child_of(body, ThinkingFold).row.click()
    qtbot.waitUntil(
        lambda: words(body).count("Words of it.") == text.count("Words"), timeout=10_000
    )


def test_an_answer_without_a_thought_has_no_row(body: Body) -> None:
    write(body, "Just words with `<think>` in them.")
    assert not children(body, Fold)
    assert words(body) == "Just words with <think> in them."


def test_an_empty_thought_is_only_a_row(body: Body) -> None:
    write(body, "<think>\n\n</think>\n\nYes.")
    child_of(body, ThinkingFold).row.click()
    body.resize(516, body.arrange(500))
    assert words(body) == "Yes."


def test_a_call_is_folded_away_below_the_name(body: Body) -> None:
    write(body, f"I look.\n{CALL}")
    assert row(body) == "Called get_weather"
    assert words(body) == "I look."
    child_of(body, ToolCallFold).row.click()
    body.resize(516, body.arrange(500))
    assert child_of(body, CodeBlock).text.toPlainText() == '{\n  "city": "Bonn"\n}'


def test_a_call_is_named_while_it_arrives(body: Body) -> None:
    write(body, '<tool_call>\n{"na', ends=False)
    assert row(body) == "Calling…"
    write(body, 'me": "f", "arg', ends=False)
    assert row(body) == "Calling f…"


def test_a_call_that_cannot_be_read_is_shown_as_it_came(body: Body) -> None:
    write(body, "<tool_call>nonsense</tool_call>")
    assert row(body) == "Called a function"
    child_of(body, ToolCallFold).row.click()
    assert child_of(body, CodeBlock).text.toPlainText() == "nonsense"


def test_the_arguments_are_coloured(body: Body) -> None:
    write(body, CALL)
    child_of(body, ToolCallFold).row.click()
    assert body.colorize()


def test_the_tab_key_reaches_what_is_open(body: Body) -> None:
    write(body, f"<think>Hm.</think>Yes.\n{CALL}")
    assert len(list(body.focus_widgets())) == 3
    for fold in children(body, Fold):
        fold.row.click()
    body.resize(516, body.arrange(500))
    found = list(body.focus_widgets())
    assert len(found) == 8
    assert found[0] is children(body, ThinkingFold)[0].row


def test_the_caret_stands_where_words_arrive(body: Body) -> None:
    write(body, "<think>Hm.</think>Yes", ends=False)
    body.show_caret(QColor("red"))
    (prose,) = [prose for prose in children(body, Prose) if prose.isVisibleTo(body)]
    assert prose._caret == QColor("red")
    body.show_caret(None)
    assert prose._caret is None


def test_a_long_name_stays_within_the_column(body: Body) -> None:
    write(body, f'<tool_call>{{"name": "{"x" * 500}"}}</tool_call>')
    assert child_of(body, Fold).row.geometry().right() <= 516
