"""The engine log shows the last lines, follows their end, and lets them be copied and saved."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from app.ui.engine_log import MAX_LINE_LENGTH, MAX_LINES, EngineLog
from app.ui.icons import Icons
from app.ui.theme import Theme


@pytest.fixture
def log(qtbot: QtBot, theme: Theme, icons: Icons) -> EngineLog:
    log = EngineLog(theme, icons)
    qtbot.addWidget(log)
    log.resize(480, 240)
    with qtbot.waitExposed(log):
        log.show()
    return log


def fill(log: EngineLog, count: int) -> None:
    for number in range(count):
        log.append_line(f"line {number}")
    log.text()


def test_lines_appear_a_moment_after_they_arrive(qtbot: QtBot, log: EngineLog) -> None:
    log.append_line("llama_model_loader: 291 tensors")
    qtbot.waitUntil(lambda: "291 tensors" in log._view.toPlainText())


def test_an_empty_log_says_so_and_offers_nothing(log: EngineLog) -> None:
    assert not log._empty.isHidden()
    assert not log._copy.isEnabled()
    fill(log, 1)
    assert log._empty.isHidden()
    assert log._copy.isEnabled()


def test_only_the_last_lines_are_kept(log: EngineLog) -> None:
    fill(log, MAX_LINES)
    fill(log, 10)
    lines = log.text().split("\n")
    assert len(lines) == MAX_LINES
    assert lines[-1] == "line 9"


def test_a_flood_before_the_first_look_is_bounded_too(log: EngineLog) -> None:
    for number in range(3 * MAX_LINES):
        log.append_line(str(number))
    assert log.text().split("\n")[0] == str(2 * MAX_LINES)


def test_terminal_colours_and_control_characters_are_left_out(log: EngineLog) -> None:
    log.append_line("\x1b[31merror\x1b[0m:\x07 bad\x00 \t tab")
    assert log.text() == "error: bad \t tab"


def test_a_line_without_an_end_is_cut(log: EngineLog) -> None:
    log.append_line("x" * 1_000_000)
    assert len(log.text()) == MAX_LINE_LENGTH


def test_text_of_some_lines_becomes_as_many(log: EngineLog) -> None:
    log.append_line("one\r\ntwo\n")
    assert log.text() == "one\ntwo"


def test_it_follows_the_end(log: EngineLog) -> None:
    fill(log, 200)
    bar = log._view.verticalScrollBar()
    assert bar.value() == bar.maximum() > 0


def test_it_stays_where_the_user_has_scrolled_to(log: EngineLog) -> None:
    fill(log, 200)
    bar = log._view.verticalScrollBar()
    bar.setValue(20)
    fill(log, 200)
    assert bar.value() == 20


def test_copy_all_copies_every_line(log: EngineLog) -> None:
    fill(log, 3)
    log._copy.click()
    assert QGuiApplication.clipboard().text() == "line 0\nline 1\nline 2"


def test_clear_empties_the_log(log: EngineLog) -> None:
    fill(log, 3)
    log._clear.click()
    assert log.text() == ""
    assert not log._empty.isHidden()


def test_save_asks_for_a_file_without_blocking_and_writes_it(
    qtbot: QtBot, log: EngineLog, tmp_path: Path
) -> None:
    fill(log, 2)
    log._save.click()
    dialog = next(child for child in log.children() if isinstance(child, QFileDialog))
    assert dialog.isVisible()
    target = tmp_path / "log.txt"
    dialog.fileSelected.emit(str(target))
    dialog.reject()
    assert target.read_text() == "line 0\nline 1\n"
    assert str(target) in log._result.toPlainText()


def test_a_refused_save_says_why(log: EngineLog, tmp_path: Path) -> None:
    fill(log, 1)
    log._on_file_selected(str(tmp_path / "missing" / "log.txt"))
    assert "no such file or directory" in log._result.toPlainText()


def test_escape_closes_the_window(log: EngineLog) -> None:
    QTest.keyClick(log, Qt.Key.Key_Escape)
    assert log.isHidden()


def test_the_window_leaves_the_rest_of_the_program_alone(log: EngineLog) -> None:
    assert not log.isModal()
