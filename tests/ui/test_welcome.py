"""The welcome page offers the first steps, follows a load, and is calm when a model is ready."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from app.catalog.starter import STARTER_LABEL
from app.errors import ModelLoadError
from app.presenters.model_state import ModelStage, ModelState
from app.runtime.protocol import LoadProgress
from app.ui.card import Card
from app.ui.icons import Icons
from app.ui.theme import Theme
from app.ui.welcome import Welcome


@pytest.fixture
def welcome(theme: Theme, icons: Icons, qtbot: QtBot) -> Welcome:
    welcome = Welcome(theme, icons)
    qtbot.addWidget(welcome)
    welcome.resize(800, 600)
    with qtbot.waitExposed(welcome):
        welcome.show()
    return welcome


def cards(welcome: Welcome) -> list[Card]:
    return [welcome._get_card, welcome._file_card, welcome._starter_card]


def test_without_a_model_there_are_three_ways_to_begin(welcome: Welcome) -> None:
    assert [card.isVisible() for card in cards(welcome)] == [True, True, True]
    assert STARTER_LABEL in welcome._starter_card.accessibleDescription()


def test_each_card_asks_for_what_it_says(welcome: Welcome, qtbot: QtBot) -> None:
    with qtbot.waitSignal(welcome.get_model_requested):
        welcome._get_card.click()
    with qtbot.waitSignal(welcome.file_requested):
        welcome._file_card.click()
    with qtbot.waitSignal(welcome.starter_requested):
        welcome._starter_card.click()


def test_a_missing_starter_is_not_offered(welcome: Welcome) -> None:
    welcome.set_starter_present(False)
    assert [card.isVisible() for card in cards(welcome)] == [True, True, False]


def test_a_load_shows_stage_and_share_and_can_be_given_up(welcome: Welcome, qtbot: QtBot) -> None:
    welcome.set_model(
        ModelState(ModelStage.LOADING, "Qwen3", progress=LoadProgress("Reading the file", 0.5))
    )
    assert welcome._title.text() == "Loading Qwen3"
    assert welcome._sentence.text() == "Reading the file"
    assert welcome._progress.value() == 500
    assert not any(card.isVisible() for card in cards(welcome))
    with qtbot.waitSignal(welcome.cancel_requested):
        welcome._cancel.click()


def test_a_ready_model_is_named_and_nothing_else_is_asked(welcome: Welcome) -> None:
    welcome.set_model(ModelState(ModelStage.READY, "Qwen3", "1.7 B · 4k"))
    assert welcome._title.text() == "Qwen3 is ready"
    assert not any(card.isVisible() for card in cards(welcome))
    assert not any(question.isVisible() for question in welcome._questions)


def test_the_ready_starter_is_labelled_and_has_questions(welcome: Welcome, qtbot: QtBot) -> None:
    welcome.set_model(ModelState(ModelStage.READY, "cairn-starter", is_starter=True))
    assert welcome._sentence.text() == STARTER_LABEL
    question = welcome._questions[0]
    with qtbot.waitSignal(welcome.question_chosen) as chosen:
        question.click()
    assert chosen.args == [question.text()]


def test_after_a_failed_load_the_cards_are_there_again(welcome: Welcome) -> None:
    welcome.set_model(
        ModelState(ModelStage.FAILED, "Qwen3", error=ModelLoadError("The file is cut short."))
    )
    assert [card.isVisible() for card in cards(welcome)] == [True, True, True]


def test_the_first_steps_can_be_read_again_with_a_way_back(welcome: Welcome, qtbot: QtBot) -> None:
    welcome.set_model(ModelState(ModelStage.READY, "Qwen3"))
    welcome.show_first_steps(True)
    assert [card.isVisible() for card in cards(welcome)] == [True, True, True]
    with qtbot.waitSignal(welcome.back_requested):
        welcome._back.click()


@pytest.mark.parametrize(("width", "height"), [(300, 200), (480, 260), (800, 340), (1200, 700)])
def test_nothing_is_cut_off_at_any_size(
    welcome: Welcome, qtbot: QtBot, width: int, height: int
) -> None:
    welcome.resize(width, height)
    qtbot.waitUntil(lambda: everything_fits(welcome))


def everything_fits(welcome: Welcome) -> bool:
    page = welcome.widget()
    return page.width() == welcome.viewport().width() and all(
        card.height() >= card.heightForWidth(card.width())
        and page.rect().contains(card.geometry().translated(card.parentWidget().pos()))
        for card in cards(welcome)
    )
