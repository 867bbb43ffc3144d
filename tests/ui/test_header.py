"""The header says which model is in use and where it stands."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.catalog.starter import STARTER_LABEL
from app.errors import ModelLoadError
from app.presenters.adapter_state import AdapterChoice, AdapterState
from app.presenters.chat_status import Activity, ChatStatus
from app.presenters.model_state import ModelStage, ModelState
from app.runtime.protocol import LoadProgress, ModelInfo
from app.ui.header import Header
from app.ui.icons import Icons
from app.ui.theme import Theme

INFO = ModelInfo(Path("/m/q.gguf"), "Qwen3 1.7B", "llama.cpp b1, CPU", 4096)
READY = ModelState(ModelStage.READY, "Qwen3 1.7B", "1.7 B · Q8_0 · 4k", info=INFO)
LOADING = ModelState(
    ModelStage.LOADING, "Qwen3 1.7B", progress=LoadProgress("Reading the file", 0.25)
)

PIRATE = AdapterChoice(Path("/m/pirate.gguf"), "Pirate", "It changes matrices.")


@pytest.fixture
def header(theme: Theme, icons: Icons, qtbot: QtBot) -> Header:
    header = Header(theme, icons)
    qtbot.addWidget(header)
    header.resize(800, header.height())
    with qtbot.waitExposed(header):
        header.show()
    return header


def test_without_a_model_it_offers_to_choose_one(header: Header) -> None:
    assert header.model_button.accessibleName() == "Model: Choose a model"
    assert header.status.accessibleName() == "No model"


def test_it_names_the_model_and_what_it_is_made_of(header: Header) -> None:
    header.set_model(READY)
    assert header.model_button.accessibleName() == "Model: Qwen3 1.7B · 1.7 B · Q8_0 · 4k"


def test_the_starter_is_labelled_for_what_it_is(header: Header) -> None:
    header.set_model(ModelState(ModelStage.READY, "cairn-starter", info=INFO, is_starter=True))
    assert STARTER_LABEL in header.model_button.accessibleName()


@pytest.mark.parametrize(
    ("activity", "word"),
    [
        (Activity.IDLE, "Ready"),
        (Activity.WAITING, "Waiting"),
        (Activity.PREFILL, "Reading"),
        (Activity.WRITING, "Writing"),
    ],
)
def test_it_says_what_the_model_does(header: Header, activity: Activity, word: str) -> None:
    header.set_model(READY)
    header.status.set_chat(ChatStatus(activity))
    assert header.status.accessibleName() == word


def test_a_model_that_writes_in_another_conversation_is_busy(header: Header) -> None:
    header.set_model(READY)
    header.status.set_chat(ChatStatus(elsewhere="Recipes"))
    assert header.status.accessibleName() == "Busy"
    assert "“Recipes”" in header.status.toolTip()


def test_what_was_not_measured_is_shown_as_unknown(header: Header) -> None:
    header.set_model(READY)
    assert "Speed: –" in header.status.toolTip()
    header.status.set_chat(ChatStatus(tokens_per_second=12.41, first_token_ms=412.0))
    assert "Speed: 12.4 tokens/s" in header.status.toolTip()
    assert "Time to first token: 0.4 s" in header.status.toolTip()


def test_a_load_shows_how_far_it_is_and_can_be_given_up(header: Header, qtbot: QtBot) -> None:
    header.set_model(LOADING)
    assert header.status.accessibleName() == "Reading the file"
    assert header.status._progress.isVisible()
    assert header.status._progress.value() == 250
    with qtbot.waitSignal(header.status.cancel_requested):
        header.status._cancel.click()


def test_a_load_of_unknown_length_shows_no_share(header: Header) -> None:
    header.set_model(ModelState(ModelStage.LOADING, "Q", progress=LoadProgress("Starting")))
    assert header.status._progress.maximum() == 0


def test_after_a_failure_the_cause_is_on_hover(header: Header) -> None:
    error = ModelLoadError("The file is cut short.", "Download it again.")
    header.set_model(ModelState(ModelStage.FAILED, "Q", error=error))
    assert header.status.accessibleName() == "Not loaded"
    assert header.status.toolTip() == "The file is cut short."


@pytest.mark.parametrize("state", [ModelState(), READY, LOADING], ids=["none", "ready", "loading"])
@pytest.mark.parametrize("width", [320, 480, 800])
def test_nothing_sticks_out_of_a_narrow_header(
    header: Header, width: int, state: ModelState
) -> None:
    if width >= 480:
        header.adapter_chip.set_state(AdapterState((PIRATE,), PIRATE))
    header.set_compact(narrow=True, short=True)
    header.set_model(state)
    header.resize(width, header.height())
    QApplication.sendPostedEvents()
    shown = [
        header.list_button,
        header.model_button,
        header.adapter_chip,
        header.status,
        header.settings_button,
    ]
    for left, right in itertools.pairwise(part for part in shown if part.isVisible()):
        assert left.geometry().right() < right.geometry().left()
    assert header.settings_button.geometry().right() < width


def test_a_narrow_header_names_the_adapter_while_there_is_room(header: Header) -> None:
    header.adapter_chip.set_state(AdapterState((PIRATE,), PIRATE))
    header.set_model(READY)
    header.set_compact(narrow=True, short=True)
    QApplication.sendPostedEvents()
    chip = header.adapter_chip
    assert chip._name.isVisible()
    assert chip._name._fitting() == "LoRA: Pirate"
    header.resize(320, header.height())
    QApplication.sendPostedEvents()
    assert not chip._name.isVisible()
    header.resize(800, header.height())
    QApplication.sendPostedEvents()
    assert chip._name.isVisible()
