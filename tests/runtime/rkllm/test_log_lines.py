"""What the library prints, and what it means for a person."""

from __future__ import annotations

import string

import pytest

from app.errors import Remedy
from app.runtime.rkllm import log_lines
from app.runtime.rkllm.log_lines import error_lines, facts_in, understood

#: Lines as they were seen on boards, with words that the user must find in our sentence.
SEEN = [
    ("E rkllm: max_context[16384] must be less than the model's max_context_limit[4096]", "4096"),
    ("E rkllm: The n_batch must be between 1 and 100, but got 0", "batch size of 0"),
    (
        "E rkllm: The number of enabled CPUs must be greater than or equal to the number of NPU "
        "cores.",
        "CPU cores",
    ),
    ("E RKNN: [10:11:12.123] failed to allocate handle, ret: -1, errno: 14", "driver refused"),
    ("E RKNN: [10:11:12.123] failed to malloc npu memory, size: 268435456, flags: 0x2", "memory"),
    ("E RKNN: [10:11:12.123] load model file error!", "incomplete or damaged"),
    ("E rkllm: rkllm_init failed", "does not say why"),
    ("rknn_init fail! ret=-1", "does not say why"),
    ("E rkllm: invalid rkllm model!", "not a model for the NPU"),
    ("E rkllm: invalid rknn llm model magic", "not a model for the NPU"),
    ("E rkllm: invalid magic characters 'GGUF'", "not a model for the NPU"),
    (
        "E rkllm: Tokenizer is unavailable: model has no internal tokenizer and no external "
        "tokenizer_callback provided.",
        "no tokenizer",
    ),
    ("E rkllm: matmul(w8a8) run failed", "driver cannot compute"),
    ("E rkllm: The n_image/n_image_token of multimodal_input is not set", "picture"),
    (
        "E rkllm: start_pos and end_pos are only valid when keep_history == 0 and the generation "
        "has been paused by returning 1 in the callback!",
        "paused",
    ),
    (
        "E rkllm: Failed to set function tools, possibly because the chat_template is empty.",
        "takes no tools",
    ),
    ("W rkllm: The qwen35 model does not support saving prompt cache!", "cannot save"),
    (
        "E rkllm: The model version is too old, please use the latest toolkit to reconvert the "
        "model!",
        "too old",
    ),
    ("E rkllm: The model target_platform does not match!", "another chip"),
    ("E rkllm: failed to load model", "incomplete or damaged"),
    ("GGML_ASSERT: src/llama.cpp:123: mask->ne[0] == n_kv", "error of its own"),
    ("E RKNN: switch iommu domain time out", "another memory domain"),
    (
        "W rkllm: Warning: Your rknpu driver version is too low, please upgrade to 0.9.7",
        "older than 0.9.7",
    ),
]


@pytest.mark.parametrize(("line", "words"), SEEN)
def test_a_line_that_was_seen_on_a_board_becomes_a_sentence(line: str, words: str) -> None:
    message = understood(f"I rkllm: loading rkllm model from m.rkllm\n{line}\n", "m.rkllm")
    assert message is not None
    assert words in message.cause
    assert message.cause.endswith(".")
    assert message.advice.endswith(".")


def test_the_special_line_decides_and_not_the_general_one_before_it() -> None:
    text = "E rkllm: rkllm_init failed\nE rkllm: invalid rkllm model!"
    message = understood(text, "m.rkllm")
    assert message is not None
    assert message.remedy is Remedy.CHOOSE_MODEL


def test_a_line_that_nobody_has_seen_is_not_guessed_at() -> None:
    assert understood("E rkllm: something entirely new", "m.rkllm") is None


def test_the_limit_of_a_model_is_read_as_a_number() -> None:
    message = understood(SEEN[0][0], "m.rkllm")
    assert message is not None
    assert message.kind == "context_limit"
    assert message.numbers == {"asked": 16384, "limit": 4096}


def test_a_prompt_that_is_too_long_tells_both_numbers() -> None:
    message = understood("E rkllm: prompt tokens 1299 exceed max context 1020", "m.rkllm")
    assert message is not None
    assert message.kind == "overflow"
    assert message.numbers == {"prompt": 1299, "context": 1020}


def test_every_entry_names_only_what_it_has() -> None:
    for entry in log_lines._entries():
        allowed = {"file", *entry.pattern.groupindex}
        for text in (entry.cause, entry.advice):
            assert {name for _, name, _, _ in string.Formatter().parse(text) if name} <= allowed


def test_the_lines_of_an_init_say_what_the_model_is() -> None:
    facts = facts_in(
        "I rkllm: rkllm-runtime version: 1.3.0, rknpu driver version: 0.9.8, platform: RK3588\n"
        "I rkllm: loading rkllm model from a\n"
        "I rkllm: rkllm-toolkit version: 1.2.3, max_context_limit: 16384, npu_core_num: 3, "
        "target_platform: RK3588, model_dtype: W8A8_G128\n"
        "I rkllm: Enabled cpus: [4, 5, 6, 7]\nI rkllm: Enabled cpus num: 4\n"
    )
    assert (facts.runtime, facts.driver, facts.board) == ("1.3.0", "0.9.8", "RK3588")
    assert (facts.toolkit, facts.context_limit, facts.npu_cores) == ("1.2.3", 16384, 3)
    assert (facts.target, facts.dtype, facts.cpus) == ("RK3588", "W8A8_G128", "4, 5, 6, 7")


def test_a_log_of_1_2_1b1_has_no_data_type_and_that_is_no_error() -> None:
    facts = facts_in(
        "I rkllm: rkllm-toolkit version: 1.2.1b1, max_context_limit: 4096, npu_core_num: 3, "
        "target_platform: RK3588\n"
    )
    assert facts.context_limit == 4096
    assert facts.dtype == ""


def test_an_unknown_toolkit_is_not_shown_as_a_version() -> None:
    assert facts_in("rkllm-toolkit version: unknown, max_context_limit: 4096").toolkit == ""


def test_no_log_says_nothing() -> None:
    assert facts_in("") == log_lines.LogFacts()


def test_the_errors_are_what_a_report_shows() -> None:
    text = "I rkllm: a\nE rkllm: b\nI rkllm: c\nGGML_ASSERT: d\n"
    assert error_lines(text) == "E rkllm: b\nGGML_ASSERT: d"
    assert error_lines("just\nwords") == "just\nwords"
