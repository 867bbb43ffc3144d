"""How a request is written for llama.cpp."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.chat.message import Role
from app.chat.prompt import Turn
from app.runtime.gguf.request import messages_of, run_options
from app.runtime.protocol import Adapter, RunRequest, Sampling
from app.runtime.turns import continued
from tests.runtime.conftest import ask


def test_sampling_is_passed_on() -> None:
    sampling = Sampling(0.5, 7, 0.6, 0.1, 1.2, 0.3, 0.4, 99)
    options = run_options(ask("Hi", sampling=sampling), ())
    assert {
        "temperature": 0.5,
        "top_k": 7,
        "top_p": 0.6,
        "min_p": 0.1,
        "repeat_penalty": 1.2,
        "frequency_penalty": 0.3,
        "presence_penalty": 0.4,
        "seed": 99,
    }.items() <= options.items()


@pytest.mark.parametrize(("wanted", "sent"), [(0, -1), (5, 5)])
def test_no_limit_is_minus_one(wanted: int, sent: int) -> None:
    assert run_options(ask("Hi", max_new_tokens=wanted), ())["max_tokens"] == sent


def test_every_loaded_adapter_is_named_in_every_request() -> None:
    on = Adapter("b", Path("b.gguf"), 0.5)
    options = run_options(ask("Hi", adapters=(on,)), ("a", "b"))
    assert options["lora"] == [{"id": 0, "scale": 0.0}, {"id": 1, "scale": 0.5}]


def test_the_system_prompt_goes_first() -> None:
    turns = (Turn(Role.SYSTEM, "Be brief."), Turn(Role.USER, "Hi"))
    assert messages_of(RunRequest(turns)) == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hi"},
    ]


@pytest.mark.parametrize(
    ("prompt", "answer", "whole"),
    [
        ("<a>\n", "Once", "<a>\nOnce"),
        ("<a>\n<think>\n", "<think>\nOnce", "<a>\n<think>\nOnce"),
        ("<a>\n<think>", "<think>\nOnce", "<a>\n<think>\nOnce"),
        ("<a>\n<think>\n", "Once", "<a>\n<think>\nOnce"),
        ("<a>\n", "<think>\nOnce", "<a>\n<think>\nOnce"),
        ("<a>\n", "\nOnce", "<a>\n\nOnce"),
    ],
)
def test_a_continued_answer_stands_behind_its_prompt(prompt: str, answer: str, whole: str) -> None:
    assert continued(prompt, answer) == whole
