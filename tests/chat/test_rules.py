"""Titles, prompts and figures."""

from __future__ import annotations

import pytest

from app.chat.conversation import TITLE_LENGTH, title_from
from app.chat.message import Message, MessageState, Role
from app.chat.prompt import Turn, prompt_for
from app.chat.statistics import RunStatistics


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("How do I boot?", "How do I boot?"),
        ("\n\n  # Heading\nmore", "Heading"),
        ("   ", ""),
        ("two\twords", "two words"),
    ],
)
def test_a_title_is_the_first_line_in_plain_words(text: str, title: str) -> None:
    assert title_from(text) == title


def test_a_long_title_ends_at_a_word() -> None:
    title = title_from("word " * 40)
    assert len(title) <= TITLE_LENGTH
    assert title.endswith("word…")


def test_a_long_title_without_spaces_is_cut_where_the_room_ends() -> None:
    assert len(title_from("字" * 200)) == TITLE_LENGTH


def message(role: Role, text: str, state: MessageState = MessageState.COMPLETE) -> Message:
    return Message("id", "c", None, role, text, 0.0, state)


def test_the_system_prompt_comes_first_and_only_when_there_is_one() -> None:
    path = [message(Role.USER, "Hi")]
    assert prompt_for(path) == (Turn(Role.USER, "Hi"),)
    assert prompt_for(path, " Be brief. ")[0] == Turn(Role.SYSTEM, "Be brief.")


def test_an_answer_without_text_is_not_given_to_the_model() -> None:
    path = [
        message(Role.USER, "Hi"),
        message(Role.ASSISTANT, "", MessageState.FAILED),
        message(Role.USER, "Again"),
    ]
    assert [turn.text for turn in prompt_for(path)] == ["Hi", "Again"]


def test_speeds_are_unknown_rather_than_invented() -> None:
    nothing = RunStatistics()
    assert nothing.decode_tokens_per_second is None
    assert nothing.prefill_tokens_per_second is None
    assert nothing.context_tokens is None


def test_the_prefill_speed_counts_only_tokens_that_were_computed() -> None:
    statistics = RunStatistics(prompt_tokens=110, cached_tokens=10, prefill_ms=50.0)
    assert statistics.prefill_tokens_per_second == 2000.0
    assert RunStatistics(10, 10, 1, 50.0).prefill_tokens_per_second is None
