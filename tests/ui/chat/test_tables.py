"""Tables: columns, sideways scrolling in their own box, copying as CSV."""

from __future__ import annotations

import csv
import io

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QTextBlockFormat, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.ui.chat.csv_text import csv_text
from app.ui.chat.parts import Run
from app.ui.chat.table import TableSection
from app.ui.chat.tables import CHUNK_ROWS
from app.ui.chat.view import ChatView
from tests.ui.chat.seen import answer, children, wait_until_idle

WIDE = (
    "|"
    + "|".join(f" Heading {n} " for n in range(16))
    + "|\n|"
    + "-|" * 16
    + "\n"
    + ("|" + "|".join(" cell " for _ in range(16)) + "|\n") * (CHUNK_ROWS + 10)
)


def tables(qtbot: QtBot, view: ChatView, text: str) -> list[TableSection]:
    view.set_items((answer(1, text),))
    wait_until_idle(qtbot, view)
    return children(view, TableSection)


def test_columns_stand_as_their_marks_say(qtbot: QtBot, view: ChatView) -> None:
    (table,) = tables(qtbot, view, "|a|b|c|\n|:--|:-:|--:|\n|1|2|3|\n")
    block = table.document().begin()
    found: list[Qt.AlignmentFlag] = []
    while block.isValid():
        form: QTextBlockFormat = block.blockFormat()
        if block.text():
            found.append(form.alignment() & Qt.AlignmentFlag.AlignHorizontal_Mask)
        block = block.next()
    left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignAbsolute
    right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute
    assert found == [left, Qt.AlignmentFlag.AlignHCenter, right] * 2


def test_a_table_that_fits_does_not_scroll(qtbot: QtBot, view: ChatView) -> None:
    (table,) = tables(qtbot, view, "|a|b|\n|-|-|\n|some words|others|\n")
    assert table.horizontalScrollBar().maximum() == 0


def test_a_wide_table_scrolls_in_its_own_box_from_its_beginning(
    qtbot: QtBot, view: ChatView
) -> None:
    first, second = tables(qtbot, view, WIDE)
    bar = first.horizontalScrollBar()
    assert bar.maximum() > 0
    assert bar.value() == 0
    assert first.width() <= view.viewport().width()
    # All rows go along, and one bar at the end is enough.
    bar.setValue(50)
    assert second.horizontalScrollBar().value() == 50
    second.horizontalScrollBar().setValue(10)
    assert bar.value() == 10
    policy = Qt.ScrollBarPolicy
    assert first.horizontalScrollBarPolicy() is policy.ScrollBarAlwaysOff
    assert second.horizontalScrollBarPolicy() is policy.ScrollBarAlwaysOn


def test_arrow_keys_and_the_wheel_scroll_a_wide_table(qtbot: QtBot, view: ChatView) -> None:
    table = tables(qtbot, view, WIDE)[0]
    bar = table.horizontalScrollBar()
    QTest.keyClick(table, Qt.Key.Key_Right)
    by_key = bar.value()
    assert by_key > 0
    event = QWheelEvent(
        QPointF(5, 5),
        QPointF(5, 5),
        QPoint(),
        QPoint(-120, 0),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(table.viewport(), event)
    assert bar.value() > by_key


def test_words_are_not_cut_in_a_narrow_column(qtbot: QtBot, view: ChatView) -> None:
    text = (
        "|Internationalisation|b|Administration|Documentation|Verification|\n|-|-|-|-|-|\n"
        "|a|some longer words that go on for a while|c|d|e|\n"
    )
    view.resize(420, 480)
    (table,) = tables(qtbot, view, text)
    block = table.document().begin()
    while block.isValid():
        if block.text() and " " not in block.text():
            assert block.layout().lineCount() == 1, block.text()
        block = block.next()


def test_a_table_is_copied_as_csv_with_all_its_rows(qtbot: QtBot, view: ChatView) -> None:
    rows = "".join(f'| {n} | *it* "{n}", `x` |\n' for n in range(2 * CHUNK_ROWS))
    first, *others = tables(qtbot, view, f"| a | $b$ |\n|---|---|\n{rows}")
    QTest.mouseClick(first.copy_button, Qt.MouseButton.LeftButton)
    found = list(csv.reader(io.StringIO(QGuiApplication.clipboard().text())))
    assert found[0] == ["a", "$b$"]
    assert found[1] == ["0", 'it "0", x']
    assert len(found) == 2 * CHUNK_ROWS + 1
    assert all(table.copy_button.isHidden() for table in others)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("=cmd()", "'=cmd()"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+1 (a)", "'+1 (a)"),
        ("-x", "'-x"),
        ("-12.5", "-12.5"),
        ("+3 %", "+3 %"),
        ("-", "'-"),
        ("words", "words"),
        ("", ""),
    ],
)
def test_a_cell_that_a_spreadsheet_would_run_is_text(cell: str, expected: str) -> None:
    (found,) = list(csv.reader(io.StringIO(csv_text([[(Run(cell),), (Run("b"),)]]))))
    assert found == [expected, "b"]


def test_a_table_that_streams_stays_one(qtbot: QtBot, view: ChatView) -> None:
    from app.chat.message import MessageState

    view.set_items((answer(1, "", MessageState.STREAMING),))
    for start in range(0, len(WIDE), 200):
        view.append_text("a1", WIDE[start : start + 200])
        view._frames.frame_due.emit()
    view.change_item(answer(1, WIDE))
    wait_until_idle(qtbot, view)
    first, second = children(view, TableSection)
    assert first.following is second
