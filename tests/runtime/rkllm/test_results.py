"""What is made of the callbacks of one run."""

from __future__ import annotations

import pytest

from app.chat.statistics import FinishReason
from app.runtime.protocol import Vectors
from app.runtime.rkllm.binding import Performance
from app.runtime.rkllm.results import Answer


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Told:
    """An answer, and what it handed on."""

    def __init__(self, limit: int = 0) -> None:
        self.pieces: list[tuple[str, int]] = []
        self.clock = Clock()
        self.answer = Answer(self._on_text, limit, self.clock)

    @property
    def text(self) -> str:
        return "".join(text for text, _ in self.pieces)

    def take(self, text: bytes, *, waiting: bool = False) -> None:
        """Let one token arrive, as the binding does, and be read."""
        if waiting:
            self.answer.take_waiting(text)
        else:
            self.answer.take_first(text)
        self.answer.read()

    def _on_text(self, text: str, tokens: int) -> None:
        self.pieces.append((text, tokens))


SMILE = "🙂".encode()
#: Ways in which a library may send one character as four tokens: text and whether it WAITs.
WAYS = {
    "raw": [(SMILE[:1], False), (SMILE[1:2], False), (SMILE[2:3], False), (SMILE[3:], False)],
    "waits with nothing": [(b"", True), (b"", True), (b"", True), (SMILE, False)],
    "waits with bytes": [
        (SMILE[:1], True),
        (SMILE[1:2], True),
        (SMILE[2:3], True),
        (SMILE[3:], False),
    ],
    "waits with bytes and repeats them": [
        (SMILE[:1], True),
        (SMILE[:2], True),
        (SMILE[:3], True),
        (SMILE, False),
    ],
}


@pytest.mark.parametrize("way", WAYS)
def test_a_character_of_several_tokens_arrives_whole_and_once(way: str) -> None:
    told = Told()
    told.take(b"a ")
    for text, waiting in WAYS[way]:
        told.take(text, waiting=waiting)
    told.take(b" b")
    told.answer.end()
    assert told.text == "a 🙂 b"
    assert sum(tokens for _, tokens in told.pieces) == 6
    assert told.answer.tokens == 6


@pytest.mark.parametrize("broken", [b"\xff\xfe", b"\xc3(", b"ok \x80 then"])
def test_bytes_that_are_no_text_become_replacement_marks(broken: bytes) -> None:
    told = Told()
    told.take(broken)
    told.answer.end()
    assert "�" in told.text


def test_half_a_character_at_the_end_becomes_a_replacement_mark() -> None:
    told = Told()
    told.take(b"ok")
    told.take(SMILE[:2], waiting=True)
    told.answer.end()
    assert told.text == "ok�"


def test_the_limit_ends_the_run_and_what_comes_after_it_is_left_out() -> None:
    told = Told(limit=2)
    take = told.answer.take_first(b"a")
    for text in (b"b", b"c", b"d"):
        take(text)
    assert told.answer.read()
    assert told.text == "ab"
    assert told.answer.tokens == 2
    assert told.answer.reason(None, 4096) is FinishReason.LENGTH


def test_a_run_that_was_stopped_is_ended_until_it_has() -> None:
    told = Told()
    told.answer.stop()
    assert told.answer.read()
    assert told.answer.read()
    assert told.answer.reason(None, 4096) is FinishReason.STOPPED


def test_a_full_context_is_the_reason_of_a_run_that_nobody_ended() -> None:
    assert Told().answer.reason(4095, 4096) is FinishReason.LENGTH
    assert Told().answer.reason(4000, 4096) is FinishReason.STOP
    assert Told().answer.reason(None, 4096) is FinishReason.STOP


def test_a_run_that_was_asked_to_pause_has_paused() -> None:
    told = Told()
    told.take(b"x")
    told.answer.pause()
    # The answer to the callback of the next token is the pause; none may come any more.
    assert told.answer.reason(None, 4096) is FinishReason.STOP
    told.take(b"y")
    assert told.answer.reason(None, 4096) is FinishReason.PAUSED


def test_generated_tokens_are_counted_although_the_library_says_one_less() -> None:
    told = Told()
    for _ in range(64):
        told.take(b"x")
    told.answer.take_finish(Performance(900.0, 111, 1260.0, 63, 2336.0))
    statistics = told.answer.statistics(111 + 63, began_empty=True)
    assert statistics.generated_tokens == 64
    assert statistics.prompt_tokens == 111
    assert statistics.cached_tokens == 0
    assert statistics.decode_tokens_per_second == pytest.approx(50.0)
    assert statistics.peak_memory_mb == 2336.0


def test_what_was_reused_is_the_prompt_without_what_was_computed() -> None:
    told = Told()
    for _ in range(10):
        told.take(b"x")
    told.answer.take_finish(Performance(165.0, 14, 180.0, 9, 0.0))
    statistics = told.answer.statistics(751 + 9, began_empty=False)
    assert statistics.prompt_tokens == 751
    assert statistics.cached_tokens == 737
    assert statistics.peak_memory_mb is None


def test_a_prompt_that_was_wholly_reused_is_not_shown_as_empty() -> None:
    told = Told()
    told.take(b"x")
    told.answer.take_finish(Performance(97.0, 0, 0.0, 0, 0.0))
    assert told.answer.statistics(751, began_empty=False).prompt_tokens == 751


def test_a_size_that_the_library_does_not_tell_is_unknown() -> None:
    told = Told()
    told.take(b"x")
    told.answer.take_finish(Performance(97.0, 5, 0.0, 0, 0.0))
    assert told.answer.statistics(None, began_empty=False).prompt_tokens is None
    assert told.answer.statistics(None, began_empty=True).prompt_tokens == 5


def test_without_the_librarys_figures_the_clock_of_the_callback_counts() -> None:
    told = Told()
    told.clock.now += 0.4
    told.take(b"x")
    for _ in range(10):
        told.clock.now += 0.1
        told.take(b"x")
    told.answer.take_finish(None)
    told.answer.end()
    statistics = told.answer.statistics(None, began_empty=True)
    assert statistics.first_token_ms == pytest.approx(400.0)
    assert statistics.prefill_ms == pytest.approx(400.0)
    assert statistics.decode_tokens_per_second == pytest.approx(10.0)
    assert statistics.prompt_tokens is None


def test_a_run_that_wrote_nothing_and_did_not_end_is_a_problem() -> None:
    told = Told()
    assert "without an answer" in told.answer.problem
    told.answer.take_finish(None)
    assert told.answer.problem == ""


def test_a_run_whose_end_is_never_told_is_none_when_it_wrote() -> None:
    told = Told()
    told.take(b"x")
    assert told.answer.problem == ""


def test_an_error_is_a_problem_also_after_text() -> None:
    told = Told()
    told.take(b"x")
    told.answer.take_error()
    assert told.answer.problem


def test_the_vectors_of_the_prompt_are_kept_and_not_those_of_later_tokens() -> None:
    told = Told()
    prompt, later = Vectors(2, 3, bytes(24)), Vectors(2, 1, bytes(8))
    told.answer.take_vectors(prompt)
    told.answer.take_vectors(later)
    assert told.answer.vectors is prompt
    assert told.answer.problem == ""
