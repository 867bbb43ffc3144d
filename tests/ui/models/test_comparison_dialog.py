"""Two answers are shown as they come, judged when both are there, and stopped with the dialog."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QBoxLayout, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from app.chat.statistics import RunStatistics
from app.errors import AppError, EngineError
from app.presenters.adapter_state import AdapterChoice, AdapterState, UsedAdapter
from app.presenters.comparison import WITH, WITHOUT
from app.runtime.protocol import Adapter
from app.ui.models.comparison_dialog import ComparisonDialog
from app.ui.plain_page import PlainPage
from app.ui.theme import Theme
from tests.ui.presenter_fakes import FakeAdapters, children

PIRATE = AdapterChoice(Path("/models/pirate-lora.gguf"), "Pirate", scale=0.5)


class UsableAdapters(FakeAdapters):
    """Knows one adapter."""

    def __init__(self) -> None:
        super().__init__()
        self.state = AdapterState((PIRATE,), PIRATE)

    def known(self, path: str) -> UsedAdapter | None:
        if path != str(PIRATE.path) or self.state.unavailable:
            return None
        return UsedAdapter(Adapter("pirate", PIRATE.path, 0.5), "Pirate × 0.5")


class FakeComparison(QObject):
    """Stands in for Comparison; a test says what the model writes."""

    started = Signal()
    text_added = Signal(int, str)
    side_finished = Signal(int, object)
    finished = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.is_running = False
        self.is_greedy = True
        self.is_engine_busy = False
        self.calls: list[tuple[Any, ...]] = []

    def start(self, question: str, adapter: str) -> None:
        self.calls.append(("start", question, adapter))
        if not self.is_engine_busy:
            self.is_running = True
            self.started.emit()

    def stop(self) -> None:
        self.calls.append(("stop",))

    def answer(self, side: int, text: str, statistics: RunStatistics | None = None) -> None:
        self.text_added.emit(side, text)
        self.side_finished.emit(side, statistics or RunStatistics())

    def end(self, error: AppError | None = None) -> None:
        self.is_running = False
        self.finished.emit(error)


@pytest.fixture
def comparison() -> FakeComparison:
    return FakeComparison()


@pytest.fixture
def adapters() -> UsableAdapters:
    return UsableAdapters()


@pytest.fixture
def dialog(
    qtbot: QtBot, theme: Theme, comparison: FakeComparison, adapters: UsableAdapters
) -> ComparisonDialog:
    dialog = ComparisonDialog(cast(Any, comparison), cast(Any, adapters), "What is the sea?")
    qtbot.addWidget(dialog)
    with qtbot.waitExposed(dialog):
        dialog.show()
    return dialog


def page_of(dialog: ComparisonDialog, side: int) -> PlainPage:
    page = dialog._sides[side].page
    assert isinstance(page, PlainPage)
    return page


def shown(dialog: ComparisonDialog, side: int) -> str:
    return page_of(dialog, side).toPlainText()


def figures(dialog: ComparisonDialog, side: int) -> str:
    return dialog._sides[side]._figures.text()


def test_the_question_and_the_adapter_that_is_on_are_asked_about(
    dialog: ComparisonDialog, comparison: FakeComparison
) -> None:
    assert dialog._sides[WITH]._title.text() == "With Pirate × 0.5"
    dialog._compare.click()
    assert comparison.calls == [("start", "What is the sea?", str(PIRATE.path))]
    assert dialog._compare.text() == "Stop"


def test_control_and_enter_compare_out_of_the_question(
    dialog: ComparisonDialog, comparison: FakeComparison
) -> None:
    dialog.activateWindow()
    dialog._question.setFocus()
    QTest.keyClick(dialog._question, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert comparison.is_running
    assert dialog._question.text() == "What is the sea?"


def test_answers_come_in_pieces_with_what_they_cost(
    dialog: ComparisonDialog, comparison: FakeComparison
) -> None:
    dialog._compare.click()
    assert figures(dialog, WITHOUT) == "Reading…"
    assert figures(dialog, WITH) == "Waiting…"
    comparison.text_added.emit(WITHOUT, "Much <b>")
    assert figures(dialog, WITHOUT) == "Writing…"
    comparison.answer(WITHOUT, "water.", RunStatistics(generated_tokens=25, decode_ms=2000.0))
    assert shown(dialog, WITHOUT) == "Much <b>water."
    assert figures(dialog, WITHOUT) == "25 tokens · 12.5 tok/s"
    assert figures(dialog, WITH) == "Reading…"


def test_unknown_figures_are_shown_as_unknown(
    dialog: ComparisonDialog, comparison: FakeComparison
) -> None:
    dialog._compare.click()
    comparison.side_finished.emit(WITHOUT, RunStatistics())
    assert figures(dialog, WITHOUT) == "The model wrote nothing. – tokens · – tok/s"


@pytest.mark.parametrize(
    ("other", "greedy", "verdict"),
    [
        ("Water.", True, "Both answers are the same, letter by letter."),
        ("Rum.", True, "The answers differ."),
        ("Rum.", False, "The answers differ. That may be chance."),
    ],
)
def test_both_answers_are_judged(
    dialog: ComparisonDialog,
    comparison: FakeComparison,
    other: str,
    greedy: bool,
    verdict: str,
) -> None:
    comparison.is_greedy = greedy
    dialog._compare.click()
    comparison.answer(WITHOUT, "Water.")
    assert dialog._verdict.isHidden()
    comparison.answer(WITH, other)
    comparison.end()
    assert dialog._verdict.text() == verdict
    assert dialog._compare.text() == "Compare"
    assert ("by chance" in dialog._note.text()) is not greedy


def test_a_second_comparison_begins_empty(
    dialog: ComparisonDialog, comparison: FakeComparison
) -> None:
    dialog._compare.click()
    comparison.answer(WITHOUT, "Water.")
    comparison.answer(WITH, "Rum.")
    comparison.end()
    dialog._compare.click()
    assert shown(dialog, WITHOUT) == shown(dialog, WITH) == ""
    assert dialog._verdict.isHidden()


def test_an_answer_that_was_stopped_is_not_judged(
    dialog: ComparisonDialog, comparison: FakeComparison
) -> None:
    dialog._compare.click()
    comparison.answer(WITHOUT, "Water.")
    comparison.text_added.emit(WITH, "Wat")
    dialog._compare.click()
    assert comparison.calls[-1] == ("stop",)
    comparison.side_finished.emit(WITH, RunStatistics())
    comparison.end()
    assert "not compared" in dialog._verdict.text()
    assert shown(dialog, WITH) == "Wat"


def test_esc_stops_first_and_closes_then(
    dialog: ComparisonDialog, comparison: FakeComparison
) -> None:
    dialog._compare.click()
    QTest.keyClick(dialog._question, Qt.Key.Key_Escape)
    assert comparison.calls[-1] == ("stop",)
    assert dialog.isVisible()
    comparison.end()
    assert figures(dialog, WITHOUT) == "Not begun"
    QTest.keyClick(dialog._question, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert comparison.calls.count(("stop",)) == 1


def test_closing_stops_a_run(dialog: ComparisonDialog, comparison: FakeComparison) -> None:
    dialog._compare.click()
    dialog.close()
    assert comparison.calls[-1] == ("stop",)


def test_a_failure_is_shown_with_its_advice(
    dialog: ComparisonDialog, comparison: FakeComparison
) -> None:
    dialog._compare.click()
    comparison.text_added.emit(WITHOUT, "Wa")
    comparison.end(EngineError("The engine has ended.", "Load the model again."))
    assert dialog._problem.isVisible()
    assert dialog._problem.text() == "The engine has ended. Load the model again."
    assert figures(dialog, WITHOUT) == "Not finished"
    assert dialog._compare.isEnabled()


def test_a_busy_model_is_named(dialog: ComparisonDialog, comparison: FakeComparison) -> None:
    comparison.is_engine_busy = True
    dialog._compare.click()
    assert "busy" in dialog._problem.text()
    assert dialog._compare.text() == "Compare"
    comparison.is_engine_busy = False
    dialog._compare.click()
    assert dialog._problem.isHidden()


def test_what_an_earlier_dialog_began_is_not_shown_here(
    dialog: ComparisonDialog, comparison: FakeComparison
) -> None:
    comparison.is_running = True
    comparison.text_added.emit(WITH, "Old words")
    dialog._compare.click()
    assert comparison.calls == []
    assert "busy" in dialog._problem.text()
    comparison.end()
    assert shown(dialog, WITH) == ""
    assert dialog._verdict.isHidden()


def test_without_an_adapter_or_a_question_nothing_can_be_compared(
    dialog: ComparisonDialog, adapters: UsableAdapters
) -> None:
    adapters.become(AdapterState(unavailable="Load a model first."))
    assert not dialog._compare.isEnabled()
    assert dialog._problem.text() == "Load a model first."
    adapters.become(AdapterState((PIRATE,), PIRATE))
    assert dialog._problem.isHidden()
    assert dialog._compare.isEnabled()
    dialog._question.set_text("  \n")
    assert not dialog._compare.isEnabled()


def test_the_reader_stays_where_they_read(
    dialog: ComparisonDialog, comparison: FakeComparison
) -> None:
    dialog._compare.click()
    bar = page_of(dialog, WITHOUT).verticalScrollBar()
    comparison.text_added.emit(WITHOUT, "A line.\n" * 200)
    assert bar.value() == bar.maximum() > 0
    bar.setValue(3)
    comparison.text_added.emit(WITHOUT, "More.\n" * 50)
    assert bar.value() == 3


def test_characters_that_no_document_holds_do_no_harm(
    dialog: ComparisonDialog, comparison: FakeComparison
) -> None:
    dialog._compare.click()
    comparison.text_added.emit(WITHOUT, "a\x00\ufdd0b\r\nc")
    assert shown(dialog, WITHOUT) == "a\ufffd\ufffdb\nc"


@pytest.mark.parametrize(
    ("width", "direction"),
    [(800, QBoxLayout.Direction.LeftToRight), (420, QBoxLayout.Direction.TopToBottom)],
)
def test_answers_stand_side_by_side_where_there_is_room(
    qtbot: QtBot,
    theme: Theme,
    comparison: FakeComparison,
    adapters: UsableAdapters,
    width: int,
    direction: QBoxLayout.Direction,
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(width, 480)
    dialog = ComparisonDialog(cast(Any, comparison), cast(Any, adapters), "", window)
    with qtbot.waitExposed(dialog):
        dialog.show()
    assert dialog.width() <= width
    assert dialog.height() <= 480
    assert dialog._columns.direction() is direction
    (area,) = children(dialog, QScrollArea)
    assert area.horizontalScrollBar().maximum() == 0


def test_every_part_has_a_name_and_is_reached_by_tab(dialog: ComparisonDialog) -> None:
    order = [
        dialog._question,
        *(page_of(dialog, side) for side in (WITHOUT, WITH)),
        dialog._compare,
    ]
    assert [one.accessibleName() for one in order[:-1]] == [
        "Question",
        "Without adapter",
        "With Pirate × 0.5",
    ]
    reached: list[QWidget] = []
    widget = dialog._question.nextInFocusChain()
    while widget is not dialog._question:
        if widget in order:
            reached.append(widget)
        widget = widget.nextInFocusChain()
    assert reached == order[1:]
