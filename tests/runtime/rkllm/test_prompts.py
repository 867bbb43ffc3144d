"""How a conversation is written for the NPU library."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.chat.message import Role
from app.chat.prompt import Turn
from app.errors import RunError
from app.runtime.protocol import RunRequest
from app.runtime.rkllm.prompts import Prompts
from app.runtime.rkllm.templates import Template, template_for
from tests.runtime.conftest import ask

PLAIN = Template(
    "{% for m in messages %}[{{ m.role }}:{{ m.content }}]{% endfor %}"
    "{% if add_generation_prompt %}[assistant:{% endif %}",
    "a test",
    {},
)


def test_the_whole_conversation_is_rendered_each_time() -> None:
    prompts = Prompts(PLAIN)
    prompt = prompts.next(ask("Hello", "Hi", "More"))
    assert prompt.text == "[user:Hello][assistant:Hi][user:More][assistant:"
    assert not prompt.keep_history


def test_an_unfinished_answer_is_gone_on_with() -> None:
    prompt = Prompts(PLAIN).next(ask("Hello", "Hi th", continue_answer=True))
    assert prompt.text == "[user:Hello][assistant:Hi th"


def test_what_the_template_has_opened_is_not_opened_twice() -> None:
    template = Template("{{ messages[0].content }}<think>\n", "a test", {})
    prompt = Prompts(template).next(ask("Q", "<think>\nI was", continue_answer=True))
    assert prompt.text == "Q<think>\nI was"


def test_a_template_is_told_whether_to_think() -> None:
    template = Template("{{ enable_thinking is defined }}{{ enable_thinking }}", "a test", {})
    assert Prompts(template).next(ask("Q", thinking=False)).text == "TrueFalse"
    assert Prompts(template).next(ask("Q")).text == "False"


def test_a_template_is_given_the_tools() -> None:
    template = Template("{{ tools[0].name }}", "a test", {})
    assert Prompts(template).next(ask("Q", tools='[{"name": "clock"}]')).text == "clock"


def test_the_built_in_template_gets_one_message_and_the_library_keeps_the_rest() -> None:
    prompts = Prompts(None)
    first = ask("Hello")
    assert prompts.next(first).text == "Hello"
    prompts.note(first, "Hi ")
    following = prompts.next(ask("Hello", "Hi", "More"))
    assert following.text == "More"
    assert following.keep_history


@pytest.mark.parametrize(
    "turns",
    [("Hello!", "Hi", "More"), ("Hello", "Hi, edited", "More"), ("Hello", "Hi", "A", "B", "C")],
)
def test_a_conversation_that_does_not_follow_is_sent_as_a_transcript(
    turns: tuple[str, ...],
) -> None:
    prompts = Prompts(None)
    prompts.note(ask("Hello"), "Hi")
    prompt = prompts.next(ask(*turns))
    assert prompt.is_transcript
    assert not prompt.keep_history
    for text in turns:
        assert text in prompt.text
    assert prompt.text.endswith(turns[-1])


def test_the_system_prompt_goes_before_the_first_message_of_the_built_in_template() -> None:
    turns = (Turn(Role.SYSTEM, "Be brief."), Turn(Role.USER, "Hello"))
    assert Prompts(None).next(RunRequest(turns)).text == "Be brief.\n\nHello"


def test_after_forgetting_nothing_is_taken_for_read() -> None:
    prompts = Prompts(None)
    prompts.note(ask("Hello"), "Hi")
    prompts.forget()
    assert prompts.next(ask("Hello", "Hi", "More")).is_transcript


@pytest.mark.parametrize("template", [None, PLAIN])
def test_there_has_to_be_something_to_answer(template: Template | None) -> None:
    with pytest.raises(RunError, match="no message"):
        Prompts(template).next(RunRequest(()))
    with pytest.raises(RunError, match="already an answer"):
        Prompts(template).next(ask("Hello", "Hi"))


FAMILIES = [
    ("Qwen2.5-1.5B-Instruct_W8A8_RK3588_16k", "<|im_start|>assistant\n"),
    ("Qwen3-1.7B-rk3588-w8a8", "<|im_start|>assistant\n"),
    ("DeepSeek-R1-Distill-Qwen-1.5B_W8A8_RK3588", "<｜Assistant｜><think>\n"),
    (
        "Llama-3.2-1B-Instruct-rk3588-w8a8-opt-0",
        "<|start_header_id|>assistant<|end_header_id|>\n\n",
    ),
    ("gemma-2-2b-it-rk3588-w8a8", "<start_of_turn>model\n"),
    ("gemma-3-1b-it_w8a8", "<start_of_turn>model\n"),
    ("Phi-3-mini-4k-instruct_w8a8", "<|assistant|>\n"),
    ("TinyLlama-1.1B-Chat-v1.0-rk3588", "<|assistant|>\n"),
    ("internlm2-chat-1_8b_w8a8_rk3588", "<|im_start|>assistant\n"),
    ("SmolLM2-360M-Instruct", "<|im_start|>assistant\n"),
]


@pytest.mark.parametrize(("name", "end"), FAMILIES)
def test_a_family_is_known_by_the_name_of_the_file(tmp_path: Path, name: str, end: str) -> None:
    template = template_for(tmp_path / f"{name}.rkllm")
    assert template is not None
    assert template.is_guess
    prompt = Prompts(template).next(ask("Hello", "Hi", "More")).text
    assert prompt.endswith(end)
    assert prompt.index("Hello") < prompt.index("Hi") < prompt.index("More")


@pytest.mark.parametrize(
    "name",
    [
        "Qwen3.5-4B_w8a8_rk3588_ctx4096",
        "qwen3-vl-2b-instruct_w8a8_rk3588",
        "MiniCPM3-4B_w8a8",
        "model",
        "gemma-4-e2b_w8a8",
    ],
)
def test_a_family_that_is_not_known_is_left_to_the_library(tmp_path: Path, name: str) -> None:
    assert template_for(tmp_path / f"{name}.rkllm") is None


def test_qwen3_is_told_not_to_think(tmp_path: Path) -> None:
    template = template_for(tmp_path / "Qwen3-0.6B.rkllm")
    assert template is not None
    assert template.switches_thinking
    prompt = Prompts(template).next(ask("Hello", thinking=False)).text
    assert prompt.endswith("<think>\n\n</think>\n\n")


def test_gemma_gets_its_system_prompt_with_the_first_message(tmp_path: Path) -> None:
    template = template_for(tmp_path / "gemma-2-2b-it.rkllm")
    turns = (Turn(Role.SYSTEM, "Be brief."), Turn(Role.USER, "Hello"))
    prompt = Prompts(template).next(RunRequest(turns)).text
    assert "<start_of_turn>user\nBe brief.\n\nHello<end_of_turn>" in prompt
