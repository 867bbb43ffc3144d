"""Whether a model fits, with figures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app.catalog.fit import FitMark, fit_of, memory_of
from tests.catalog.files import entry, npu_file
from tests.gguf_files import write_model

GB = 1_000_000_000


def _qwen(tmp_path: Path) -> Path:
    return npu_file(tmp_path / "Qwen3-1.7B-w8a8-rk3588-16k.rkllm", 2_400_000_000)


def test_the_reason_has_figures(tmp_path: Path) -> None:
    fit = fit_of(entry(_qwen(tmp_path)), 4096, int(3.6 * GB))
    assert fit.mark is FitMark.FITS
    assert fit.reason == (
        "Needs ≈ 2.9 GB: 2.4 GB weights, 469.8 MB for 4,096 tokens; 3.6 GB are free."
    )


def test_more_context_needs_more(tmp_path: Path) -> None:
    row = entry(_qwen(tmp_path))
    marks = [fit_of(row, tokens, int(3.6 * GB)).mark for tokens in (1024, 8192, 16384)]
    assert marks == [FitMark.FITS, FitMark.TIGHT, FitMark.TOO_BIG]


def test_context_beyond_what_the_model_has_is_not_counted(tmp_path: Path) -> None:
    row = entry(write_model(tmp_path / "model.gguf"))
    assert fit_of(row, 32768, GB).needed == fit_of(row, 512, GB).needed


def test_a_model_in_use_makes_room(tmp_path: Path) -> None:
    row = entry(_qwen(tmp_path))
    assert fit_of(row, 4096, GB).mark is FitMark.TOO_BIG
    fit = fit_of(row, 4096, GB, freed=memory_of(row, 4096))
    assert fit.mark is FitMark.FITS
    assert fit.reason.endswith("3.9 GB are free once the model in use is unloaded.")


def test_unknown_is_unknown_and_says_why(tmp_path: Path) -> None:
    row = entry(npu_file(tmp_path / "model.rkllm", 2 * GB))
    fit = fit_of(row, 4096, 3 * GB)
    assert fit.mark is FitMark.UNKNOWN
    assert "what 4,096 tokens take is not known for this model" in fit.reason
    assert fit.needed is None
    assert fit_of(row, 4096, GB).mark is FitMark.TOO_BIG
    assert fit_of(row, 4096, 8 * GB).mark is FitMark.FITS


def test_memory_that_cannot_be_read_is_unknown(tmp_path: Path) -> None:
    fit = fit_of(entry(_qwen(tmp_path)), 4096, None)
    assert fit.mark is FitMark.UNKNOWN
    assert fit.reason.endswith("how much is free cannot be read.")


def test_a_broken_model_has_its_problem_for_a_reason(tmp_path: Path) -> None:
    (tmp_path / "model.gguf").touch()
    row = entry(tmp_path / "model.gguf")
    assert fit_of(row, 4096, GB).reason == "model.gguf is empty."
    assert fit_of(replace(row, problem="x"), 4096, GB).mark is FitMark.UNKNOWN
