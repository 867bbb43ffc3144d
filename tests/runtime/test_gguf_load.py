"""Loading: what is reported of a sound model, and what is said of one that cannot be loaded."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.errors import ContextOverflow, ModelLoadError, Remedy
from app.runtime.gguf.header import read_header
from app.runtime.gguf.runtime import GgufRuntime
from app.runtime.protocol import Adapter, LoadProgress, LoadRequest
from tests.gguf_files import (
    TINY,
    Shape,
    Tensor,
    gguf_bytes,
    longer,
    model_metadata,
    model_tensors,
    without,
    write_adapter,
    write_model,
)
from tests.runtime.conftest import CONTEXT, Listener, Loaded, ask, ignore_progress


def _model(*left_out: str, tensors: list[Tensor] | None = None, **changes: Any) -> bytes:
    metadata = without(model_metadata(), *left_out)
    metadata.update({key.replace("__", "."): value for key, value in changes.items()})
    return gguf_bytes(metadata, model_tensors() if tensors is None else tensors)


def _refusal(runtime: GgufRuntime, path: Path, *adapters: Path) -> ModelLoadError:
    request = LoadRequest(
        path,
        context_tokens=256,
        threads=1,
        adapters=tuple(Adapter(adapter.stem, adapter) for adapter in adapters),
    )
    with pytest.raises(ModelLoadError) as caught:
        runtime.load(request, ignore_progress)
    return caught.value


def test_a_loaded_model_says_what_it_is(loaded: Loaded) -> None:
    info = loaded.info
    assert info.name == "Tiny noise"
    assert info.architecture == "llama"
    assert info.quantization == "Q8_0"
    assert info.parameters == sum(tensor.elements for tensor in read_header(info.path).tensors)
    assert info.context_tokens == info.context_limit == CONTEXT
    assert info.runtime == "llama.cpp b11549, CPU"


@pytest.mark.parametrize(
    ("wanted", "limit", "window"),
    [(100, 512, 256), (256, 512, 256), (300, 2048, 512), (4096, 512, 512), (4096, 300, 300)],
)
def test_the_context_window_in_force_is_reported(
    fresh: GgufRuntime, tmp_path: Path, wanted: int, limit: int, window: int
) -> None:
    path = write_model(tmp_path / "model.gguf", longer(TINY, limit))
    info = fresh.load(LoadRequest(path, context_tokens=wanted, threads=1), ignore_progress)
    assert info.context_tokens == window
    assert info.context_limit == limit
    with pytest.raises(ContextOverflow) as caught:
        fresh.run(ask("x" * 3000), Listener().on_text, Listener().on_prefill)
    assert caught.value.context_tokens == window


def test_progress_names_the_stages(fresh: GgufRuntime, model_path: Path) -> None:
    stages: list[LoadProgress] = []
    fresh.load(LoadRequest(model_path, context_tokens=256, threads=1), stages.append)
    assert [stage.stage for stage in stages] == ["Checking the file", "Loading the model"]


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (_model(general__architecture="foo"), "of the kind “foo”, which this llama.cpp"),
        (_model(llama__block_count=5), "weights do not fit its description"),
        (_model(tensors=model_tensors()[:-1]), "weights do not fit its description"),
        (_model(llama__feed_forward_length=96), "weights do not fit its description"),
        (_model("llama.context_length"), "lacks a part of its description"),
        (_model("tokenizer.ggml.tokens"), "vocabulary inside .* is missing"),
        (_model(tokenizer__ggml__model="foo"), "uses the tokenizer “foo”"),
        (_model(tokenizer__ggml__pre="foo"), "uses the tokenizer “foo”"),
        (_model(tokenizer__chat_template="{% for %}{{"), "chat template inside .* is broken"),
        (_model(tokenizer__chat_template="{{ a.b.c() }}"), "chat template inside .* is broken"),
    ],
    ids=[
        "architecture",
        "layers",
        "tensor_missing",
        "tensor_shape",
        "context_length",
        "no_vocabulary",
        "tokenizer",
        "pre_tokenizer",
        "template_syntax",
        "template_call",
    ],
)
def test_a_model_llama_cpp_refuses_has_a_readable_reason(
    fresh: GgufRuntime, tmp_path: Path, data: bytes, cause: str
) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(data)
    error = _refusal(fresh, path)
    assert re.search(cause, error.cause)
    assert error.advice
    assert error.remedy is not Remedy.NONE
    assert error.details


def test_the_runtime_can_load_another_model_after_a_failure(
    fresh: GgufRuntime, tmp_path: Path, model_path: Path
) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(_model(general__architecture="foo"))
    _refusal(fresh, path)
    # Nothing of the failed load is left.
    assert list((tmp_path / "run").iterdir()) == []
    fresh.load(LoadRequest(model_path, context_tokens=256, threads=1), ignore_progress)


def _foreign_adapter(path: Path) -> Path:
    return write_adapter(path, Shape(width=96))


def _damaged_adapter(path: Path) -> Path:
    write_adapter(path)
    path.write_bytes(path.read_bytes()[:-4000])
    return path


def _text_adapter(path: Path) -> Path:
    path.write_text("not an adapter")
    return path


@pytest.mark.parametrize(
    ("make", "cause"),
    [
        (_foreign_adapter, "was made for another model"),
        (_damaged_adapter, "is not complete"),
        (_text_adapter, "is a text file"),
        (write_model, "is not a LoRA adapter"),
        (Path.absolute, "is not there"),
    ],
    ids=["foreign", "truncated", "text", "model", "missing"],
)
def test_a_bad_adapter_has_a_readable_reason(
    fresh: GgufRuntime,
    tmp_path: Path,
    model_path: Path,
    make: Callable[[Path], Path],
    cause: str,
) -> None:
    error = _refusal(fresh, model_path, make(tmp_path / "adapter.gguf"))
    assert cause in error.cause
    assert error.advice


def test_an_adapter_is_not_loaded_as_a_model(fresh: GgufRuntime, tmp_path: Path) -> None:
    error = _refusal(fresh, write_adapter(tmp_path / "adapter.gguf"))
    assert "is a LoRA adapter, not a model" in error.cause


def test_a_model_too_large_for_memory_names_both_numbers(
    fresh: GgufRuntime, tmp_path: Path
) -> None:
    shape = longer(Shape(width=4096, layers=0, heads=32, kv_heads=32), 2**20)
    metadata = model_metadata(shape) | {"llama.block_count": 400}
    path = tmp_path / "huge.gguf"
    path.write_bytes(gguf_bytes(metadata, model_tensors(shape)))
    with pytest.raises(ModelLoadError) as caught:
        fresh.load(LoadRequest(path, context_tokens=2**20, threads=1), ignore_progress)
    assert "needs about 6872.0 GB of memory" in caught.value.cause
    assert "is free" in caught.value.cause
    assert "Lower the context length to" in caught.value.advice
    assert caught.value.remedy is Remedy.OPEN_SETTINGS


def test_a_template_of_the_users_takes_the_place_of_the_models(
    fresh: GgufRuntime, model_path: Path
) -> None:
    template = "{% for message in messages %}<{{ message['content'] }}>{% endfor %}"
    fresh.load(
        LoadRequest(model_path, context_tokens=512, threads=1, chat_template=template),
        ignore_progress,
    )
    assert fresh._server is not None
    assert fresh._server.rendered([{"role": "user", "content": "Hello"}]) == "<Hello>"


def test_an_adapter_that_does_not_fit_is_named_so_that_the_model_can_do_without(
    fresh: GgufRuntime, model_path: Path, tmp_path: Path
) -> None:
    foreign = write_adapter(tmp_path / "foreign.gguf", Shape(width=96, heads=3, kv_heads=3))
    request = LoadRequest(model_path, threads=1, adapters=(Adapter("foreign", foreign),))
    with pytest.raises(ModelLoadError) as caught:
        fresh.load(request, ignore_progress)
    assert caught.value.subject == str(foreign)
