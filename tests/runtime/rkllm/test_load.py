"""Loading a model onto the NPU: what goes in, what is learnt, and every way it goes wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from app.errors import ContextLimitExceeded, ModelLoadError, Remedy
from app.runtime.protocol import Capability, NpuOptions, Sampling
from app.runtime.rkllm import runtime as runtime_module
from tests.rkllm_double import library
from tests.runtime.rkllm.conftest import Board, since


def test_the_model_says_what_it_is(board: Board) -> None:
    info = board.load(limit=8192, dtype="W8A8_G128")
    assert info.name == "qwen2-test"
    assert info.runtime == f"RKLLM {board.version}"
    assert info.context_limit == 8192
    assert info.quantization == "w8a8_g128"
    assert info.is_demo
    assert info.stop_budget_s > 3


def test_every_field_of_the_parameters_is_set_on_purpose(board: Board) -> None:
    # The double leaves nonsense in what no document gives a default for, and notices it.
    sampling = Sampling(0.5, 7, 0.6, 0.1, 1.2, 0.3, 0.4)
    board.load(request={"sampling": sampling, "context_tokens": 2048})
    (init,) = board.record.calls("init")
    assert init["max_context_len"] == 2048
    assert init["max_new_tokens"] == -1
    assert (init["top_k"], init["temperature"], init["top_p"]) == (7, 0.5, 0.6)
    assert init["is_async"] == 0
    if board.is_at_least("1.2.0"):
        assert init["n_keep"] == -1
        assert init["embed_flash"] == 1
    if board.is_at_least("1.2.1"):
        assert init["n_batch"] == 1


def test_the_fast_cores_help_where_there_are_enough(
    newest: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime_module, "_helping_cpus", lambda: (4, 5, 6, 7))
    newest.load()
    assert newest.record.calls("init")[0]["mask"] == 0xF0


def test_the_user_chooses_cores_and_memory_domain(newest: Board) -> None:
    npu = NpuOptions(
        library=str(library(newest.version)), cpus=(5, 6, 7), base_domain_id=2, embed_flash=False
    )
    newest.load(request={"npu": npu})
    (init,) = newest.record.calls("init")
    assert (init["mask"], init["cpus"], init["base_domain_id"]) == (0xE0, 3, 2)
    assert init["embed_flash"] == 0


@pytest.mark.parametrize("stream", ["stdout", "stderr", "split"])
@pytest.mark.parametrize("flush", ["0", "1"])
def test_what_the_library_prints_is_read_on_whichever_stream(
    board: Board, stream: str, flush: str
) -> None:
    info = board.load(log_stream=stream, log_flush=flush, toolkit="1.2.1b1")
    shown = {detail.label: detail.value for detail in info.details}
    assert shown["Model made with toolkit"] == "1.2.1b1"
    assert shown["NPU driver"] == "0.9.8"


def test_an_old_driver_is_pointed_out(newest: Board) -> None:
    info = newest.load(driver="0.9.2")
    driver = next(detail for detail in info.details if detail.label == "NPU driver")
    assert "older than 0.9.7" in driver.source


def test_the_way_to_the_prompt_and_the_choice_of_the_library_can_be_read(newest: Board) -> None:
    shown = {detail.label: detail for detail in newest.load("unheard-of").details}
    assert "inside the library" in shown["Prompt"].value
    assert "named in the settings" in shown["NPU library"].source
    newest.runtime.close()
    shown = {detail.label: detail for detail in newest.load("qwen2.5-1.5b").details}
    assert "by the name of the file" in shown["Prompt"].source


def test_a_model_with_a_known_template_empties_the_librarys_own(board: Board) -> None:
    board.load("qwen2-test")
    expected = [{"call": "set_chat_template", "empty": 1}] if board.is_at_least("1.2.0") else []
    assert board.record.calls("set_chat_template") == expected


def test_a_model_without_one_keeps_the_librarys_own(board: Board) -> None:
    board.load("unheard-of")
    assert board.record.calls("set_chat_template") == []


def test_what_a_version_lacks_is_missing_with_a_reason(board: Board) -> None:
    capabilities = board.load().capabilities
    for capability in Capability:
        assert (capability in capabilities) != bool(capabilities.reason(capability)), capability
    assert (Capability.SAMPLING_PER_RUN in capabilities) == board.is_at_least("1.3.0")
    assert (Capability.CACHE_SIZE in capabilities) == board.is_at_least("1.2.1")
    assert (Capability.CLEAR_CACHE in capabilities) == board.is_at_least("1.2.0")
    if not board.is_at_least("1.3.0"):
        reason = capabilities.reason(Capability.SAMPLING_PER_RUN)
        assert "apply after a reload" in reason


def test_more_context_than_the_model_has_names_its_limit(board: Board) -> None:
    with pytest.raises(ContextLimitExceeded) as refused:
        board.load(request={"context_tokens": 16384}, limit=4096)
    assert refused.value.limit == 4096


@pytest.mark.parametrize(
    ("options", "words", "remedy"),
    [
        ({"platform": "RK3576"}, "another chip", Remedy.CHOOSE_MODEL),
        ({"toolkit": "1.0.1"}, "too old", Remedy.CHOOSE_MODEL),
        ({"bytes": 10**9}, "incomplete or damaged", Remedy.CHOOSE_MODEL),
        ({"fault": "fail@init"}, "no memory left", Remedy.CHOOSE_MODEL),
        # 1.1.x reports a failure as success, with a handle that is NULL.
        ({"fault": "silent@init"}, "does not say why|nothing to show", Remedy.CHECK_BOARD),
        ({"fault": "null@init"}, "nothing to show for it", Remedy.CHECK_BOARD),
    ],
    ids=["platform", "old", "short", "memory", "silent", "null handle"],
)
@pytest.mark.parametrize("flush", ["0", "1"])
def test_a_load_that_fails_says_why(
    board: Board, options: dict[str, Any], words: str, remedy: Remedy, flush: str
) -> None:
    with pytest.raises(ModelLoadError, match=words) as failed:
        board.load(log_flush=flush, **options)
    assert failed.value.remedy is remedy
    assert board.record.calls("destroy") == []


@since("1.2.0")
def test_what_a_failed_load_leaves_in_the_handle_is_not_used(board: Board) -> None:
    with pytest.raises(ModelLoadError, match="does not say why"):
        board.load(fault="silent@init", failed_handle="junk")


def test_cores_that_are_too_few_are_refused_by_the_library_in_words(newest: Board) -> None:
    npu = NpuOptions(library=str(library(newest.version)), cpus=(6, 7))
    with pytest.raises(ModelLoadError, match="CPU cores") as failed:
        newest.load(request={"npu": npu})
    assert failed.value.remedy is Remedy.OPEN_SETTINGS


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "is not there"),
        (b"", "is empty"),
        (b"hello", "is a text file"),
        (b"GGUF\3\0\0\0", "is a GGUF model"),
        (bytes(range(256)), "not a model for the NPU"),
    ],
    ids=["gone", "empty", "text", "gguf", "nonsense"],
)
def test_a_file_that_is_no_model_is_named(board: Board, content: bytes | None, words: str) -> None:
    model = board.folder / "odd.rkllm"
    if content is not None:
        model.write_bytes(content)
    with pytest.raises(ModelLoadError, match=rf"odd\.rkllm.*{words}"):
        board.load(request={"model": model})


def test_a_folder_is_no_model(newest: Board) -> None:
    with pytest.raises(ModelLoadError):
        newest.load(request={"model": newest.folder})


def test_a_file_name_that_is_no_unicode_is_loaded(newest: Board) -> None:
    model = newest.write_model("plain")
    odd = model.rename(Path(str(model.parent / "od\udcffd.rkllm")))
    assert newest.load(request={"model": odd}).path == odd


def test_without_a_library_the_sentence_says_so(
    newest: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime_module, "candidates", lambda *_: ())
    with pytest.raises(ModelLoadError, match=r"librkllmrt\.so"):
        newest.load(request={"npu": NpuOptions()})


def test_an_unknown_version_is_tried_once_it_is_trusted(newest: Board) -> None:
    unknown = str(library("1.3.1=1.3.0"))
    with pytest.raises(ModelLoadError) as refused:
        newest.load(request={"npu": NpuOptions(library=unknown)})
    assert refused.value.remedy is Remedy.TRUST_LIBRARY
    info = newest.load(
        request={"npu": NpuOptions(library=unknown, trusted=(refused.value.subject,))}
    )
    assert any("because you said so" in detail.value for detail in info.details)


def test_a_system_that_forbids_callbacks_is_told_from_a_broken_library(
    newest: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("app.runtime.rkllm.binding.Binding._make_callback", forbidden)
    with pytest.raises(ModelLoadError, match="forbids"):
        newest.load()


def test_a_second_load_works_after_a_failed_one(board: Board) -> None:
    with pytest.raises(ModelLoadError):
        board.load("broken", fault="silent@init")
    board.load("qwen2-test")
    assert board.say("Hello")[0].startswith("The double answers")


def test_closing_twice_destroys_once(board: Board) -> None:
    board.load()
    board.runtime.close()
    board.runtime.close()
    assert len(board.record.calls("destroy")) == 1
