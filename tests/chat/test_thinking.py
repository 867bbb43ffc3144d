"""What a model writes, taken apart into thoughts, answers and calls."""

from __future__ import annotations

import random
import time

import pytest

from app.chat.message import Message, MessageState, Role
from app.chat.prompt import prompt_for
from app.chat.thinking import PassageKind, PassageReader, passages_of, without_thinking

ANSWER, THINKING, CALL = PassageKind.ANSWER, PassageKind.THINKING, PassageKind.TOOL_CALL

PIECES = (
    "<think>",
    "</think>",
    "<thinking>",
    "</thinking>",
    "<tool_call>",
    "</tool_call>",
    "<thin",
    "</",
    "<",
    ">",
    "\n",
    "\n\n",
    "```\n",
    "~~~",
    "`",
    " ",
    "words",
    "a <b> c",
    '{"name": "f"}',
)


def read(text: str) -> list[tuple[PassageKind, str]]:
    return [
        (passage.kind, passage.text.strip())
        for passage in passages_of(text)
        if passage.text.strip() or passage.kind is not ANSWER
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Just words.", [(ANSWER, "Just words.")]),
        ("", []),
        ("<think>a</think>b", [(THINKING, "a"), (ANSWER, "b")]),
        ("<think>\na\n</think>\n\nb", [(THINKING, "a"), (ANSWER, "b")]),
        ("\n <thinking>a</thinking>b", [(THINKING, "a"), (ANSWER, "b")]),
        ("<think>\n\n</think>\n\nb", [(THINKING, ""), (ANSWER, "b")]),
        ("<think></think>", [(THINKING, "")]),
        ("a\n</think>\nb", [(THINKING, "a"), (ANSWER, "b")]),
        ("</think>b", [(THINKING, ""), (ANSWER, "b")]),
        ("<think>a", [(THINKING, "a")]),
        ("<think>a <think> b</think>c", [(THINKING, "a <think> b"), (ANSWER, "c")]),
        ("<think>a</think>b\n</think>\nc", [(THINKING, "a"), (ANSWER, "b\n\nc")]),
        (
            "<think>a</think>b\n<think>c</think>d",
            [(THINKING, "a"), (ANSWER, "b"), (THINKING, "c"), (ANSWER, "d")],
        ),
        ("the <think> tag", [(ANSWER, "the <think> tag")]),
        ("write `</think>` there", [(ANSWER, "write `</think>` there")]),
        ("```\n<think>\nx\n</think>\n```", [(ANSWER, "```\n<think>\nx\n</think>\n```")]),
        ("<think>say `</think>` not</think>b", [(THINKING, "say `</think>` not"), (ANSWER, "b")]),
        ("<think>```\nopen\n</think>b", [(THINKING, "```\nopen"), (ANSWER, "b")]),
        ("<tool_call>{}</tool_call>", [(CALL, "{}")]),
        ("a\n<tool_call>\n{}\n</tool_call>\nb", [(ANSWER, "a"), (CALL, "{}"), (ANSWER, "b")]),
        ("<tool_call>1\n<tool_call>2</tool_call>", [(CALL, "1"), (CALL, "2")]),
        ("<think>a\n<tool_call>{}</tool_call>", [(THINKING, "a"), (CALL, "{}")]),
        ("</tool_call>", [(ANSWER, "</tool_call>")]),
        ("<think>a</think><tool_call>{}", [(THINKING, "a"), (CALL, "{}")]),
    ],
)
def test_a_text_is_taken_apart(text: str, expected: list[tuple[PassageKind, str]]) -> None:
    assert read(text) == expected


def test_any_pieces_give_what_the_whole_gives() -> None:
    for seed in range(2_000):
        rng = random.Random(seed)
        text = "".join(rng.choice(PIECES) for _ in range(rng.randint(1, 14)))
        reader = PassageReader()
        left = text
        while left:
            length = rng.randint(1, 5)
            reader.feed(left[:length])
            left = left[length:]
        reader.finish()
        found = [(passage.kind, passage.text) for passage in reader.passages]
        assert found == [(passage.kind, passage.text) for passage in passages_of(text)], text


def test_a_tag_that_is_arriving_is_not_shown() -> None:
    reader = PassageReader()
    for piece in ("<think>a", "</", "thi"):
        reader.feed(piece)
    (passage,) = reader.passages
    assert (passage.text, passage.is_closed) == ("a", False)
    reader.feed("nk>")
    assert passage.is_closed


def test_what_looked_like_a_tag_is_there_at_the_end() -> None:
    assert read("a </thi") == [(ANSWER, "a </thi")]


@pytest.mark.parametrize(
    "text",
    [
        "<think>" * 50_000,
        "</think>" * 50_000,
        "<think>\n</think>\n" * 20_000,
        "<" * 200_000,
        "`<think>" * 30_000,
        "\n" * 200_000,
        "<tool_call>\n" * 20_000,
        "<think>" + "a" * 400_000,
    ],
)
def test_hostile_texts_are_taken_apart_in_time(text: str) -> None:
    start = time.process_time()
    passages_of(text)
    without_thinking(text)
    assert time.process_time() - start < 1.0


def test_thoughts_are_left_out_and_the_rest_stays() -> None:
    text = "<think>a</think>\n\nb\n<tool_call>{}</tool_call>\nc"
    assert without_thinking(text) == "b\n<tool_call>{}</tool_call>\nc"
    untouched = "\nno thought of <b>it</b>, I think\n"
    assert without_thinking(untouched) == untouched


def turns(*messages: tuple[Role, str]) -> list[str]:
    path = [
        Message("id", "c", None, role, text, 0.0, MessageState.COMPLETE) for role, text in messages
    ]
    return [turn.text for turn in prompt_for(path)]


def test_the_model_does_not_read_what_it_thought_before() -> None:
    answered = (Role.ASSISTANT, "<think>hm</think>\n\nYes.")
    asked = (Role.USER, "<think>mine</think> again")
    assert turns((Role.USER, "Hi"), answered, asked) == ["Hi", "Yes.", asked[1]]


def test_an_answer_that_only_thought_is_not_given_to_the_model() -> None:
    assert turns((Role.USER, "Hi"), (Role.ASSISTANT, "<think>hm"), (Role.USER, "So?")) == [
        "Hi",
        "So?",
    ]


def test_an_answer_that_is_written_on_keeps_its_thought() -> None:
    assert turns((Role.USER, "Hi"), (Role.ASSISTANT, "<think>hm"))[-1] == "<think>hm"
