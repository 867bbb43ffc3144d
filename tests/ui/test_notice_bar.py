"""Notices are shown one at a time, stay as long as they matter, and do what their buttons say."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.presenters.notices import Level, Notice, NoticeAction, Notices
from app.ui import notice_bar
from app.ui.icons import Icons
from app.ui.notice_bar import NoticeBar
from app.ui.notice_queue import MAX_WAITING, NoticeQueue
from app.ui.theme import Theme

DONE = Notice(Level.INFO, "The conversation was deleted.")
WARNING = Notice(Level.WARNING, "The settings could not be saved.", "Make room.")
ERROR = Notice(Level.ERROR, "The model is damaged.", "Get it again.", details="tensor 3")


class Asked:
    """Counts how often an action ran."""

    def __init__(self) -> None:
        self.times = 0

    def run(self) -> None:
        self.times += 1


@pytest.fixture
def notices(qapp: QApplication) -> Notices:
    notices = Notices()
    notices.attach()
    return notices


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(600, 400)
    return window


@pytest.fixture
def bar(qtbot: QtBot, window: QWidget, notices: Notices, theme: Theme, icons: Icons) -> NoticeBar:
    bar = NoticeBar(notices, theme, icons)
    rows = QVBoxLayout(window)
    rows.addWidget(QLineEdit(window))
    rows.addWidget(bar)
    rows.addStretch(1)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    return bar


def test_it_is_hidden_while_there_is_nothing_to_say(bar: NoticeBar) -> None:
    assert bar.isHidden()


def test_a_notice_is_shown_with_cause_and_advice(bar: NoticeBar, notices: Notices) -> None:
    notices.post(ERROR)
    assert not bar.isHidden()
    assert bar.view._cause.toPlainText() == "The model is damaged."
    assert bar.view._advice.toPlainText() == "Get it again."
    assert bar.accessibleDescription() == "The model is damaged. Get it again."


def test_where_there_is_no_room_it_scrolls_to_the_button_that_the_keyboard_is_on(
    bar: NoticeBar, notices: Notices, window: QWidget, qtbot: QtBot
) -> None:
    actions = tuple(NoticeAction(label, Asked().run) for label in ("Get it again", "Show it"))
    notices.post(Notice(Level.ERROR, "The model is damaged. " * 12, "Get it again.", actions))
    window.resize(320, 180)
    view = bar.view
    last = view._actions[-1]
    qtbot.waitUntil(lambda: _rows(last, bar).stop > bar.height())
    for above, below in pairwise((view._cause, view._advice, last)):
        assert _rows(above, view).stop <= _rows(below, view).start
    QTest.keyClick(window, Qt.Key.Key_Tab)
    while not last.hasFocus():
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert _rows(last, bar).stop <= bar.height()


def _rows(widget: QWidget, around: QWidget) -> range:
    """Return the lines of pixels of `around` that a widget is on."""
    top = widget.mapTo(around, QPoint()).y()
    return range(top, top + widget.height())


def test_words_with_markup_are_shown_as_they_are(bar: NoticeBar, notices: Notices) -> None:
    notices.warn("<img src='file:///dev/zero'> &amp;")
    assert bar.view._cause.toPlainText() == "<img src='file:///dev/zero'> &amp;"


def test_a_withdrawn_notice_goes_whether_it_is_shown_or_waits(
    bar: NoticeBar, notices: Notices
) -> None:
    notices.post(ERROR)
    notices.post(WARNING)
    notices.withdraw(ERROR)
    assert bar.notice == WARNING
    notices.post(ERROR)
    notices.withdraw(ERROR)
    assert bar.notice == WARNING
    notices.withdraw(WARNING)
    assert bar.isHidden()


def test_dismissing_shows_the_next_one_and_then_hides(bar: NoticeBar, notices: Notices) -> None:
    notices.post(ERROR)
    notices.post(WARNING)
    assert bar.notice == ERROR
    assert bar._more.text() == "+1"
    bar._dismiss.click()
    assert bar.notice == WARNING
    assert bar._more.isHidden()
    bar._dismiss.click()
    assert bar.isHidden()


def test_the_same_notice_is_not_kept_twice(bar: NoticeBar, notices: Notices) -> None:
    for _ in range(3):
        notices.post(ERROR)
        notices.post(WARNING)
    bar.dismiss()
    bar.dismiss()
    assert bar.isHidden()


def test_an_action_runs_once_and_puts_the_notice_away(bar: NoticeBar, notices: Notices) -> None:
    asked = Asked()
    notices.info("Deleted.", NoticeAction("Undo", asked.run))
    bar.view._actions[0].click()
    assert asked.times == 1
    assert bar.isHidden()


def test_a_notice_that_an_action_posts_is_shown(bar: NoticeBar, notices: Notices) -> None:
    failing = NoticeAction("Try again", Posting(notices).run)
    notices.post(Notice(Level.ERROR, "It failed.", actions=(failing,)))
    bar.view._actions[0].click()
    assert bar.notice == WARNING


class Posting:
    """An action that ends in another notice."""

    def __init__(self, notices: Notices) -> None:
        self._notices = notices

    def run(self) -> None:
        self._notices.post(WARNING)


def test_what_was_done_goes_by_itself(
    qtbot: QtBot, bar: NoticeBar, notices: Notices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notice_bar, "INFO_DURATION_MS", 30)
    notices.post(DONE)
    assert bar._timer.isActive()
    qtbot.waitUntil(bar.isHidden)


def test_what_can_be_undone_stays_longer(bar: NoticeBar, notices: Notices) -> None:
    notices.info("It was deleted.", NoticeAction("Undo", Asked().run))
    assert bar._timer.interval() > 2 * notice_bar.INFO_DURATION_MS
    bar.dismiss()


@pytest.mark.parametrize("notice", [WARNING, ERROR])
def test_warnings_and_errors_stay(bar: NoticeBar, notices: Notices, notice: Notice) -> None:
    notices.post(notice)
    assert not bar._timer.isActive()


def test_it_stays_while_the_pointer_is_on_it(bar: NoticeBar, notices: Notices) -> None:
    notices.post(DONE)
    place = QPointF(5, 5)
    QApplication.sendEvent(bar, QEnterEvent(place, place, place))
    assert not bar._timer.isActive()
    QApplication.sendEvent(bar, QEvent(QEvent.Type.Leave))
    assert bar._timer.isActive()
    bar.dismiss()


def test_it_stays_while_the_keyboard_is_on_it_and_gives_it_back(
    qtbot: QtBot, bar: NoticeBar, window: QWidget, notices: Notices
) -> None:
    field = next(child for child in window.children() if isinstance(child, QLineEdit))
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    notices.info("Deleted.", NoticeAction("Undo", Asked().run))
    assert bar._timer.isActive()
    bar.view._actions[0].setFocus()
    qtbot.waitUntil(bar.view._actions[0].hasFocus)
    assert not bar._timer.isActive()
    QTest.keyClick(bar.view._actions[0], Qt.Key.Key_Escape)
    assert bar.isHidden()
    assert field.hasFocus()


def test_details_are_folded_until_asked_for(bar: NoticeBar, notices: Notices) -> None:
    notices.post(ERROR)
    assert bar.view._details.isHidden()
    bar.view._toggle.click()
    assert not bar.view._details.isHidden()
    assert bar.view._details.toPlainText() == "tensor 3"
    bar.dismiss()
    notices.post(WARNING)
    assert bar.view._toggle.isHidden()
    assert bar.view._details.isHidden()


@pytest.mark.parametrize("width", [320, 420, 760])
def test_long_words_and_many_buttons_fit(
    qtbot: QtBot, bar: NoticeBar, window: QWidget, notices: Notices, width: int
) -> None:
    actions = tuple(NoticeAction(f"Choose model {number}", Asked().run) for number in range(3))
    path = "/home/" + "very-long-folder-name" * 20
    notices.post(Notice(Level.ERROR, f"{path} is damaged.", actions=actions, details=path))
    window.resize(width, 480)
    qtbot.waitUntil(lambda: window.width() == width)
    qtbot.waitUntil(lambda: bar._dismiss.geometry().right() < bar.width())
    qtbot.waitUntil(lambda: all(_is_within(button, bar) for button in bar.view._actions))
    lines = bar.view._cause.document().begin().layout()
    widths = [lines.lineAt(place).naturalTextWidth() for place in range(lines.lineCount())]
    assert max(widths) <= bar.view._cause.viewport().width()


def _is_within(widget: QWidget, outer: QWidget) -> bool:
    return outer.rect().contains(
        widget.rect().translated(widget.mapTo(outer, widget.rect().topLeft()))
    )


def test_an_endless_text_does_not_fill_the_window(
    qtbot: QtBot, bar: NoticeBar, window: QWidget, notices: Notices
) -> None:
    notices.warn("word " * 20_000)
    qtbot.waitUntil(lambda: bar.height() > 100)
    assert bar.height() < window.height()


def test_something_done_is_shown_over_an_error_which_comes_back() -> None:
    queue = NoticeQueue()
    queue.put(ERROR)
    queue.put(DONE)
    assert queue.current == DONE
    queue.step()
    assert queue.current == ERROR


def test_an_error_is_shown_over_something_done() -> None:
    queue = NoticeQueue()
    queue.put(DONE)
    queue.put(ERROR)
    assert queue.current == ERROR


def test_errors_come_in_the_order_they_happened() -> None:
    queue = NoticeQueue()
    queue.put(ERROR)
    queue.put(WARNING)
    assert queue.current == ERROR


def test_two_things_that_can_be_undone_are_both_kept_though_they_read_alike() -> None:
    queue = NoticeQueue()
    for _ in range(2):
        queue.put(Notice(Level.INFO, "Deleted.", actions=(NoticeAction("Undo", Asked().run),)))
    assert queue.waiting == 1


def test_the_queue_is_bounded_and_gives_up_what_was_done_first() -> None:
    queue = NoticeQueue()
    queue.put(ERROR)
    for number in range(3 * MAX_WAITING):
        queue.put(Notice(Level.INFO, f"Done {number}."))
    assert queue.waiting == MAX_WAITING
    found = []
    while queue.current is not None:
        found.append(queue.current)
        queue.step()
    assert ERROR in found


def test_a_screen_reader_is_told_at_once(
    bar: NoticeBar, notices: Notices, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[tuple[str, QAccessible.AnnouncementPoliteness]] = []

    def hear(event: QAccessibleAnnouncementEvent) -> None:
        said.append((event.message(), event.politeness()))

    monkeypatch.setattr(QAccessible, "isActive", lambda: True)
    monkeypatch.setattr(QAccessible, "updateAccessibility", hear)
    notices.post(ERROR)
    notices.post(DONE)
    manners = QAccessible.AnnouncementPoliteness
    assert said == [
        ("The model is damaged. Get it again.", manners.Assertive),
        ("The conversation was deleted.", manners.Polite),
    ]
    bar.dismiss()


def test_tab_goes_from_what_a_notice_offers_to_its_dismissal(
    bar: NoticeBar, notices: Notices, window: QWidget
) -> None:
    actions = (NoticeAction("Retry", Asked().run), NoticeAction("Ignore", Asked().run))
    notices.post(Notice(Level.ERROR, "It failed.", actions=actions))
    first, second = bar.view._actions
    first.setFocus()
    QTest.keyClick(first, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is second
    QTest.keyClick(second, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is bar._dismiss
