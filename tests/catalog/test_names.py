"""What the names of model files tell."""

from __future__ import annotations

import pytest

from app.catalog.facts import FactName, Source
from app.catalog.names import facts_in_name, family_in, is_adapter_name, parameters_number

KEYS = {
    "f": FactName.FAMILY,
    "p": FactName.PARAMETERS,
    "q": FactName.QUANTIZATION,
    "chip": FactName.PLATFORM,
    "kit": FactName.TOOLKIT,
    "ctx": FactName.CONTEXT,
    "cores": FactName.NPU_CORES,
    "ratio": FactName.HYBRID_RATIO,
    "opt": FactName.OPTIMIZATION,
}


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (
            "Qwen2.5-3B-Instruct-rk3588-w8a8-opt-0-hybrid-ratio-0.5",
            {"f": "Qwen2.5", "p": "3B", "chip": "rk3588", "q": "w8a8", "opt": "0", "ratio": "0.5"},
        ),
        (
            "Qwen2.5-1.5B-Instruct_W8A8_RK3588_16k",
            {"f": "Qwen2.5", "p": "1.5B", "chip": "rk3588", "q": "w8a8", "ctx": "16384"},
        ),
        (
            "qwen3-vl-2b-instruct_w8a8_rk3588",
            {"f": "Qwen3-VL", "p": "2B", "q": "w8a8", "chip": "rk3588"},
        ),
        (
            "Qwen3.5-4B_w8a8_rk3588_ctx4096",
            {"f": "Qwen3.5", "p": "4B", "q": "w8a8", "chip": "rk3588", "ctx": "4096"},
        ),
        ("gemma4-e2b-v1.2.3-RKLLM", {"f": "Gemma4", "p": "E2B", "kit": "1.2.3"}),
        (
            "internlm2-1_8b_W8A8_g128_RK3576",
            {"f": "InternLM2", "p": "1.8B", "q": "w8a8_g128", "chip": "rk3576"},
        ),
        (
            "Tinnyllama-1.1B-rk3588-rkllm-1.1.4",
            {"f": "TinyLlama", "p": "1.1B", "chip": "rk3588", "kit": "1.1.4"},
        ),
        ("Qwen1.8B-chat-w8a8", {"f": "Qwen", "p": "1.8B", "q": "w8a8"}),
        ("TinyLlama1.1B-w8a8", {"f": "TinyLlama", "p": "1.1B", "q": "w8a8"}),
        ("MiniCPM2.4B", {"f": "MiniCPM", "p": "2.4B"}),
        ("q1.7B", {"p": "1.7B"}),
        ("model-v1.2B", {}),
        # 128k is the context of the original, not of the conversion.
        ("Phi-3-mini-128k-instruct-w8a8", {"f": "Phi-3", "q": "w8a8"}),
        (
            "qwen3-1.7b-w8a8-3core-opt1-1.2.1b1",
            {"f": "Qwen3", "p": "1.7B", "q": "w8a8", "cores": "3", "opt": "1", "kit": "1.2.1b1"},
        ),
        (
            "DeepSeek-R1-Distill-Qwen-1.5B-rk3576-rk3588",
            {"f": "DeepSeek-R1", "p": "1.5B", "chip": "rk3588"},
        ),
        ("model", {}),
    ],
)
def test_a_name_of_an_npu_model_tells(name: str, told: dict[str, str]) -> None:
    facts = facts_in_name(name, is_npu=True)
    assert {fact.name: fact.value for fact in facts} == {KEYS[key]: told[key] for key in told}
    assert {fact.source for fact in facts} <= {Source.NAME}


@pytest.mark.parametrize(
    ("name", "family", "parameters", "quantization"),
    [
        ("Mixtral-8x7B-Instruct-v0.1.Q4_K_M", "Mixtral", "8x7B", "Q4_K_M"),
        ("Llama-3.2-1B-Instruct-IQ4_XS", "Llama-3.2", "1B", "IQ4_XS"),
        ("gemma-3n-E4B-it-UD-Q4_K_XL", "Gemma3n", "E4B", "Q4_K_XL"),
        ("Qwen3-30B-A3B-Q4_K_M-00001-of-00002", "Qwen3", "30B", "Q4_K_M"),
        ("smollm2-135m-instruct-q8_0", "SmolLM2", "135M", "Q8_0"),
        ("gemma-2b-it-f16", "Gemma", "2B", "F16"),
        ("Qwen-1_8B-Chat.Q4_0", "Qwen", "1.8B", "Q4_0"),
    ],
)
def test_a_name_of_a_gguf_file_tells(
    name: str, family: str, parameters: str, quantization: str
) -> None:
    facts = {fact.name: fact.value for fact in facts_in_name(name, is_npu=False)}
    assert facts == {
        FactName.FAMILY: family,
        FactName.PARAMETERS: parameters,
        FactName.QUANTIZATION: quantization,
    }


@pytest.mark.parametrize("name", ["explorer", "Valyrian", "metaphor", "abcdyi"])
def test_a_word_with_a_family_inside_is_no_family(name: str) -> None:
    assert family_in(name) == ""


@pytest.mark.parametrize(
    ("name", "is_adapter"),
    [
        ("pirate-lora", True),
        ("lora_pirate_rk3588", True),
        ("adapters", True),
        ("flora", False),
        ("exploration", False),
        ("Qwen3-1.7B-lora-merged", False),
    ],
)
def test_an_adapter_is_known_by_its_words(name: str, is_adapter: bool) -> None:
    assert is_adapter_name(name) is is_adapter


def test_parameters_are_a_number_again() -> None:
    assert parameters_number("1.7B") == 1.7e9
    assert parameters_number("8x7B") is None
