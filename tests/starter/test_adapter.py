"""The shipped pirate adapter changes what the starter says, not what is true, and leaves no trace."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.runtime.gguf.header import read_header
from app.runtime.gguf.runtime import GgufRuntime
from app.runtime.protocol import Adapter, LoadProgress, LoadRequest
from resources.starter.corpus import load_corpus
from resources.starter.evaluate import FOLDER, QUESTION_SETS, Player
from resources.starter.evaluate_adapter import ADAPTER, MODEL, REPORT, names_in, sha256
from resources.starter.judge import HONEST, Judge
from resources.starter.pirate import in_voice, pirate_voice

LARGEST_BYTES = 700_000
PIRATE = Adapter("pirate", ADAPTER)
VOICED = in_voice(load_corpus(), pirate_voice())

KNOWN = [
    ("How do I open a model file?", "open_model"),
    ("What does temperature do?", "temperature"),
    ("How do I rename a conversation?", "rename_conversation"),
    ("How do I stop an answer?", "stop_answer"),
    ("How do I turn on dark mode?", "dark_theme"),
    ("Is this private?", "privacy"),
    ("hello", "hello"),
]

UNKNOWN = [
    "What is the capital of France?",
    "Write a poem about the sea",
    "What is 12 times 12?",
    "How do I bake bread?",
    "Tell me a joke",
]


def ignore(_progress: LoadProgress) -> None:
    """Stand for a listener that does not care."""


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GgufRuntime]:
    """The starter with the adapter, loaded once for this module."""
    runtime = GgufRuntime(tmp_path_factory.mktemp("s"))
    request = LoadRequest(MODEL, 2048, threads=1, adapters=(PIRATE,))
    runtime.load(request, ignore)
    yield runtime
    runtime.close()


@pytest.fixture
def plain(runtime: GgufRuntime) -> Player:
    """The starter with the adapter off."""
    return Player(runtime)


@pytest.fixture
def pirate(runtime: GgufRuntime) -> Player:
    """The starter with the adapter on."""
    return Player(runtime, (PIRATE,))


def test_the_file_is_small() -> None:
    assert ADAPTER.stat().st_size <= LARGEST_BYTES


def test_the_file_says_what_it_is_and_what_it_belongs_to() -> None:
    header = read_header(ADAPTER)
    assert header.text("general.type") == "adapter"
    assert header.text("adapter.type") == "lora"
    assert header.text("general.name") == "Pirate"
    assert header.text("general.license") == "Apache-2.0"
    assert header.text("general.base_model.0.name") == read_header(MODEL).name
    assert header.metadata["adapter.lora.alpha"] == 16.0


@pytest.mark.parametrize(("question", "intent"), KNOWN)
def test_on_it_answers_what_it_knows_as_a_pirate(
    plain: Player, pirate: Player, question: str, intent: str
) -> None:
    answer = pirate.answer([question])
    assert answer in VOICED.answers()[intent]
    assert answer != plain.answer([question])


@pytest.mark.parametrize("question", UNKNOWN)
def test_on_it_still_says_when_it_does_not_know(pirate: Player, question: str) -> None:
    assert Judge(VOICED).intent(pirate.answer([question])) in HONEST


@pytest.mark.parametrize(("question", "intent"), KNOWN)
def test_names_and_keys_are_those_of_the_plain_answer(
    plain: Player, pirate: Player, question: str, intent: str
) -> None:
    assert names_in(pirate.answer([question])) == names_in(plain.answer([question]))


@pytest.mark.parametrize(("question", "intent"), KNOWN)
def test_off_it_is_the_starter_alone(
    runtime: GgufRuntime, plain: Player, pirate: Player, question: str, intent: str
) -> None:
    before = plain.answer([question])
    pirate.answer([question])
    assert plain.answer([question]) == before
    assert Player(runtime, (replace(PIRATE, scale=0.0),)).answer([question]) == before
    assert before in load_corpus().answers()[intent]


def test_the_starter_without_the_file_says_the_same_as_with_it_off(
    plain: Player, tmp_path: Path
) -> None:
    alone = GgufRuntime(tmp_path)
    alone.load(LoadRequest(MODEL, 2048, threads=1), ignore)
    try:
        answers = [Player(alone).answer([question]) for question, _ in KNOWN]
    finally:
        alone.close()
    assert answers == [plain.answer([question]) for question, _ in KNOWN]


def test_the_scale_changes_the_answer(runtime: GgufRuntime, pirate: Player) -> None:
    question = KNOWN[0][0]
    weak = Player(runtime, (replace(PIRATE, scale=0.2),))
    assert weak.answer([question]) != pirate.answer([question])


def test_switched_on_in_mid_conversation_it_talks_like_a_pirate(
    plain: Player, pirate: Player
) -> None:
    turns: list[str] = []
    for question, _ in KNOWN[:2]:
        turns += [question, plain.answer([*turns, question])]
    question, intent = KNOWN[3]
    assert pirate.answer([*turns, question]) in VOICED.answers()[intent]


def test_the_published_figures_are_those_of_the_shipped_files() -> None:
    report = json.loads(REPORT.read_text(encoding="utf-8"))
    assert report["adapter"]["sha256"] == sha256(ADAPTER)
    assert report["adapter"]["bytes"] == ADAPTER.stat().st_size
    assert report["model_sha256"] == sha256(MODEL), "train the adapter again for this starter"
    assert report["questions_sha256"] == sha256(FOLDER / "evaluation.toml")


def test_the_published_figures_pass_the_gate() -> None:
    report = json.loads(REPORT.read_text(encoding="utf-8"))
    for name in QUESTION_SETS:
        known, unknown = report[name]["known"], report[name]["unknown"]
        assert known["changed"] >= 0.95
        assert known["names that exist"] >= 0.95
        assert known["right"] >= known["right without"] - 0.1
        assert unknown["of these declined"] >= 0.9
        assert report[name]["changed at scale 0"] == 0.0
    assert report["ended_by_itself"] >= 0.98


def test_the_model_card_gives_the_published_figures() -> None:
    report = json.loads(REPORT.read_text(encoding="utf-8"))
    card = (FOLDER / "README.md").read_text(encoding="utf-8")
    for name in QUESTION_SETS:
        known, unknown = report[name]["known"], report[name]["unknown"]
        shares = [
            *(known[key] for key in known if key != "asked"),
            unknown["of these declined"],
        ]
        row = " | ".join(f"{share:.0%}".replace("%", " %") for share in shares)
        assert re.search(rf"\| {known['asked']} \| {re.escape(row)} \|", card)
