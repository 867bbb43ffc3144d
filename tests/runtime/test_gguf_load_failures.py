"""The sentences made of what llama.cpp prints; the lines are real ones of b11549."""

from __future__ import annotations

import pytest

from app.errors import Remedy
from app.runtime.gguf.load_failures import load_failure

_AFTER = (
    "0.00.004.009 E llama_model_load_from_file_impl: failed to load model\n"
    "0.00.004.204 E srv          init: exiting due to model loading error\n"
)


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        (
            "llama_model_load: error loading model: unknown model architecture: 'foo'",
            "m.gguf is a model of the kind “foo”, which this llama.cpp does not know.",
        ),
        (
            "llama_model_load: error loading model: error loading model vocabulary: "
            "unknown pre-tokenizer type: 'bar'",
            "m.gguf uses the tokenizer “bar”, which this llama.cpp does not know.",
        ),
        (
            "llama_init_from_model: failed to initialize the context: std::bad_alloc",
            "There is not enough memory for m.gguf.",
        ),
        (
            "ggml_aligned_malloc: insufficient memory (attempted to allocate 256.29 MB)",
            "There is not enough memory for m.gguf.",
        ),
        (
            "llama_model_load: error loading model: mmap failed: Cannot allocate memory",
            "There is not enough memory for m.gguf.",
        ),
        (
            "llama_model_load: error loading model: mmap failed: No such device",
            "The system did not let m.gguf be mapped into memory.",
        ),
        (
            "llama_adapter_lora_init_from_file_ptr: failed to apply lora adapter: tensor "
            "'blk.0.attn_output.weight' has incorrect shape (hint: maybe wrong base model?)",
            "A LoRA adapter does not belong to m.gguf.",
        ),
        (
            "llama_adapter_lora_init_from_file_ptr: failed to apply lora adapter: failed to load",
            "A LoRA adapter of m.gguf cannot be read.",
        ),
        (
            "llama_model_load: error loading model: tensor 'x' data is not within the file "
            "bounds, model is corrupted or incomplete",
            "m.gguf is not complete.",
        ),
        (
            "gguf_init_from_reader: tensor 'x' has offset 64, expected 32",
            "m.gguf is damaged.",
        ),
        (
            "srv         start: couldn't bind HTTP server socket, hostname: /run/l.sock, port: 0",
            "The engine could not make its private socket.",
        ),
    ],
)
def test_a_known_line_becomes_a_sentence(line: str, cause: str) -> None:
    error = load_failure("m.gguf", f"0.00.003.969 E {line}\n{_AFTER}")
    assert error.cause == cause
    assert error.advice
    assert error.remedy is not Remedy.NONE
    assert error.details.startswith(line)


def test_an_unknown_line_is_kept_as_details() -> None:
    error = load_failure("m.gguf", "0.00.003.969 E the moon is in the wrong house\n")
    assert error.cause == "llama.cpp could not load m.gguf."
    assert error.details == "the moon is in the wrong house"


def test_silence_is_no_reason_to_be_silent() -> None:
    assert load_failure("m.gguf", "").cause == "llama.cpp could not load m.gguf."


def test_only_the_last_lines_are_kept() -> None:
    error = load_failure("m.gguf", "\n".join(f"line {n}" for n in range(100)))
    assert error.details.splitlines()[-1] == "line 99"
    assert len(error.details.splitlines()) == 12
