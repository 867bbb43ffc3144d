"""Which library loads a model, and what is said when none can."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.errors import ModelLoadError, Remedy
from app.runtime.rkllm.abi import generation_of
from app.runtime.rkllm.choice import choose, toolkit_from_name
from app.runtime.rkllm.examine import Library, Verdict


def good(version: str) -> Library:
    return Library(Path(f"/lib/{version}.so"), Verdict.GOOD, version, generation_of(version))


def unknown(version: str) -> Library:
    return Library(
        Path(f"/lib/{version}.so"),
        Verdict.UNKNOWN,
        version,
        generation_of("1.3.0"),
        f"its version is {version}, which Cairn does not know; it looks like 1.3.0",
        "Try it.",
    )


ALL = (good("1.1.4"), good("1.2.3"), good("1.3.0"), good("1.2.1"))


@pytest.mark.parametrize(
    ("toolkit", "version", "why"),
    [
        ("1.2.3", "1.2.3", "version of the model's toolkit"),
        ("1.2.2", "1.3.0", "newest, and not older"),
        ("1.4.0", "1.3.0", "older than the toolkit"),
        ("", "1.3.0", "newest that can be used"),
    ],
)
def test_the_toolkit_of_the_model_decides_then_the_newest(
    toolkit: str, version: str, why: str
) -> None:
    chosen = choose(ALL, toolkit, (), named=False)
    assert chosen.library.version == version
    assert why in chosen.why
    assert "3 more" in chosen.why


def test_1_10_is_newer_than_1_9() -> None:
    libraries = (unknown("1.9.0"), unknown("1.10.0"))
    assert choose(libraries, "", ("1.9.0", "1.10.0"), named=False).library.version == "1.10.0"


def test_an_unknown_library_is_not_used_while_a_known_one_is_there() -> None:
    assert choose((unknown("1.3.1"), good("1.2.3")), "", (), named=False).library.version == "1.2.3"


def test_an_unknown_library_is_offered_to_be_tried() -> None:
    with pytest.raises(ModelLoadError, match=r"1\.3\.1") as refused:
        choose((unknown("1.3.1"),), "", (), named=False)
    assert refused.value.remedy is Remedy.TRUST_LIBRARY
    assert refused.value.subject == "1.3.1"


def test_an_unknown_library_is_used_once_the_user_says_so() -> None:
    assert choose((unknown("1.3.1"),), "", ("1.3.1",), named=False).library.version == "1.3.1"


def test_a_library_that_the_user_named_is_used_whatever_the_model_wants() -> None:
    chosen = choose((good("1.1.4"),), "1.2.3", (), named=True)
    assert chosen.why == "it is the one named in the settings"


def test_a_refused_library_says_what_is_wrong_with_it() -> None:
    refused = Library(Path("/lib/x.so"), Verdict.REFUSED, reason="it is empty", advice="Get one.")
    with pytest.raises(ModelLoadError, match=r"/lib/x\.so cannot be used: it is empty\. Get one"):
        choose((refused,), "", (), named=False)


def test_without_any_library_the_sentence_says_what_to_do() -> None:
    with pytest.raises(ModelLoadError, match="GGUF") as refused:
        choose((), "", (), named=False)
    assert refused.value.remedy is Remedy.CHECK_BOARD


@pytest.mark.parametrize(
    ("name", "toolkit"),
    [
        ("Qwen2.5-3B-v1.2.3-RKLLM.rkllm", "1.2.3"),
        ("Qwen2.5-1.5B-Instruct_W8A8_RK3588_16k.rkllm", ""),
        ("deepseek-1.5b-rk3588-1.1.4.rkllm", "1.1.4"),
        ("qwen3-vl-2b-instruct_w8a8_rk3588.rkllm", ""),
        ("Qwen3.5-4B_w8a8_rk3588_ctx4096.rkllm", ""),
    ],
)
def test_the_toolkit_is_read_from_names_that_say_it(name: str, toolkit: str) -> None:
    assert toolkit_from_name(Path(name)) == toolkit
