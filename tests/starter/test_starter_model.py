"""The shipped file loads in the real runtime, streams, ends by itself, and says what it should."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.chat.message import Role
from app.chat.prompt import Turn
from app.chat.statistics import FinishReason
from app.runtime.gguf.runtime import GgufRuntime
from app.runtime.protocol import LoadRequest, ModelInfo, RunRequest, RunResult, Sampling
from app.settings.schema import SamplingSettings
from resources.starter.corpus import DONT_KNOW, PARAMETERS_MILLION, load_corpus
from resources.starter.evaluate import FOLDER, GREEDY, QUESTION_SETS
from resources.starter.judge import GARBLED, HONEST, Judge

MODEL = FOLDER / "starter.gguf"
LARGEST_BYTES = 8_000_000
CONTEXT = 2048
VERDICTS = ("right", "does not know", "wrong")

KNOWN = [
    ("How do I open a model file?", "open_model"),
    ("What does temperature do?", "temperature"),
    ("How do I search my conversations?", "search_conversations"),
    ("What is Cairn?", "what_is_cairn"),
    ("Who are you?", "who_are_you"),
    ("Is this private?", "privacy"),
    ("Which file types can I open?", "file_types"),
    ("How do I rename a conversation?", "rename_conversation"),
    ("How do I delete a conversation?", "delete_conversation"),
    ("I deleted a conversation by mistake", "undo_delete"),
    ("How do I stop an answer?", "stop_answer"),
    ("The answer was cut off", "continue_answer"),
    ("I want a different answer", "regenerate"),
    ("What does 2/3 mean?", "versions"),
    ("How do I turn on dark mode?", "dark_theme"),
    ("Where are my conversations stored?", "storage"),
    ("My model does not load", "load_failed"),
    ("What are tokens per second?", "tokens_per_second"),
    ("Where do I get a real model?", "get_model"),
    ("What is a LoRA adapter?", "what_is_lora"),
    ("How do I switch an adapter on?", "use_adapter"),
    ("How do I import models from a USB stick?", "import_models"),
    ("Can I load two models at once?", "two_models"),
    ("How do I delete a model?", "delete_model"),
    ("What does resting mean?", "resting"),
    ("What is a preset?", "presets"),
    ("hello", "hello"),
]

UNKNOWN = [
    "What is the capital of France?",
    "Write a poem about the sea",
    "What is 12 times 12?",
    "How do I bake bread?",
    "Who won the world cup?",
    "Will it rain tomorrow?",
    "Tell me a joke",
    "How do I delete my Facebook account?",
    "What is the temperature in Paris?",
    "Translate 'window' into Spanish",
]


class Conversation:
    """Asks the shipped model and keeps what it streamed."""

    def __init__(self, runtime: GgufRuntime, info: ModelInfo) -> None:
        self._runtime = runtime
        self.info = info
        self.judge = Judge(load_corpus())
        self.pieces: list[str] = []

    def ask(self, *turns: str, sampling: Sampling = GREEDY) -> RunResult:
        self.pieces = []
        roles = (Role.USER, Role.ASSISTANT)
        request = RunRequest(
            tuple(Turn(roles[place % 2], text) for place, text in enumerate(turns)), sampling
        )
        return self._runtime.run(request, self._on_text, self._on_prefill)

    def answer(self, *turns: str, sampling: Sampling = GREEDY) -> str:
        self.ask(*turns, sampling=sampling)
        return "".join(self.pieces)

    def continued(self, question: str, half: str) -> str:
        self.pieces = []
        turns = (Turn(Role.USER, question), Turn(Role.ASSISTANT, half))
        request = RunRequest(turns, GREEDY, continue_answer=True)
        self._runtime.run(request, self._on_text, self._on_prefill)
        return "".join(self.pieces)

    def _on_text(self, text: str, _tokens: int) -> None:
        self.pieces.append(text)

    def _on_prefill(self, _read: int, _total: int) -> None:
        pass


def ignore(_progress: object) -> None:
    pass


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Conversation]:
    """The shipped model, loaded once for this module."""
    runtime = GgufRuntime(tmp_path_factory.mktemp("s"))
    info = runtime.load(LoadRequest(MODEL, 4096, threads=1), ignore)
    yield Conversation(runtime, info)
    runtime.close()


def test_the_file_is_small() -> None:
    assert MODEL.stat().st_size <= LARGEST_BYTES


def test_the_file_says_what_it_is(starter: Conversation) -> None:
    assert starter.info.name == "Cairn Starter"
    assert starter.info.architecture == "llama"
    assert starter.info.context_tokens == starter.info.context_limit == CONTEXT


def test_its_answers_give_its_own_size(starter: Conversation) -> None:
    assert starter.info.parameters is not None
    assert round(starter.info.parameters / 1e6) == PARAMETERS_MILLION


@pytest.mark.parametrize(("question", "intent"), KNOWN)
def test_it_answers_what_it_knows(starter: Conversation, question: str, intent: str) -> None:
    answer = starter.answer(question)
    assert answer in load_corpus().answers()[intent]


@pytest.mark.parametrize("question", UNKNOWN)
def test_it_says_when_it_does_not_know(starter: Conversation, question: str) -> None:
    assert starter.judge.intent(starter.answer(question)) == DONT_KNOW


def test_an_answer_streams_in_pieces_and_ends_by_itself(starter: Conversation) -> None:
    result = starter.ask("How do I open a model file?")
    assert result.finish is FinishReason.STOP
    assert len(starter.pieces) > 10


def test_capital_letters_make_no_difference(starter: Conversation) -> None:
    assert starter.answer("HOW DO I QUIT CAIRN?") == starter.answer("how do i quit cairn?")


@pytest.mark.parametrize("seed", range(5))
def test_the_default_sampling_gives_whole_answers(starter: Conversation, seed: int) -> None:
    defaults = SamplingSettings()
    sampling = Sampling(
        temperature=defaults.temperature,
        top_k=defaults.top_k,
        top_p=defaults.top_p,
        min_p=defaults.min_p,
        repeat_penalty=defaults.repeat_penalty,
        seed=seed,
    )
    answer = starter.answer("How do I rename a conversation?", sampling=sampling)
    assert starter.judge.intent(answer) == "rename_conversation"


def test_a_follow_up_is_about_the_answer_before(starter: Conversation) -> None:
    question = "How do I open a model file?"
    answer = starter.answer(question, starter.answer(question), "what is the shortcut for that?")
    assert answer == "The shortcut is **Ctrl+O**."


def test_a_long_conversation_does_not_turn_to_garbage(starter: Conversation) -> None:
    turns: list[str] = []
    tokens = 0
    while tokens < 1500:
        for question, _ in KNOWN:
            result = starter.ask(*turns, question)
            turns += [question, "".join(starter.pieces)]
            tokens = result.statistics.context_tokens or 0
            if tokens >= 1500:
                break
    given = [starter.judge.intent(answer) for answer in turns[1::2]]
    assert GARBLED not in given
    assert starter.judge.intent(starter.answer(*turns, "How do I bake bread?")) in HONEST


def test_a_stopped_answer_can_be_continued(starter: Conversation) -> None:
    question = "How do I delete a conversation?"
    whole = starter.answer(question)
    half = whole[: whole.index(" press")]
    assert half + starter.continued(question, half) == whole


def test_the_published_figures_are_those_of_the_shipped_file() -> None:
    report = json.loads((FOLDER / "evaluation.json").read_text(encoding="utf-8"))
    assert report["file"]["sha256"] == hashlib.sha256(MODEL.read_bytes()).hexdigest()
    assert report["file"]["bytes"] == MODEL.stat().st_size
    assert report["questions_sha256"] == sha256(FOLDER / "evaluation.toml")


def test_the_model_card_gives_the_published_figures() -> None:
    report = json.loads((FOLDER / "evaluation.json").read_text(encoding="utf-8"))
    card = (FOLDER / "README.md").read_text(encoding="utf-8")
    for name in QUESTION_SETS:
        known = report[name]["greedy"]["known"]
        shares = " | ".join(f"{known[key]:.0%}".replace("%", " %") for key in VERDICTS)
        assert f"| {known['asked']} | {shares} |" in card


def test_the_published_figures_pass_the_gate() -> None:
    report = json.loads((FOLDER / "evaluation.json").read_text(encoding="utf-8"))
    for name in QUESTION_SETS:
        assert report[name]["greedy"]["unknown"]["honest"] >= 0.9
        assert report[name]["sampled"]["unknown"]["honest"] >= 0.88
        # With every subject it learns there are more answers to take for each other, and questions
        # that nothing was asked before: the model before this one had 0.62 of the same ones right.
        assert report[name]["greedy"]["known"]["right"] >= 0.63
    assert report["ended_by_itself"] >= 0.99


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
