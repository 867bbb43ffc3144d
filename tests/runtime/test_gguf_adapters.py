"""LoRA adapters: loaded with the model, switched and scaled for each run."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.errors import RunError
from app.runtime.protocol import Adapter
from tests.runtime.conftest import Loaded, ask

LENGTH = 40


def _on(name: str, scale: float = 1.0) -> Adapter:
    return Adapter(name, Path(f"{name}.gguf"), scale)


def _answer(loaded: Loaded, *scales: tuple[str, float]) -> str:
    # Run once to read the prompt, so that every answer starts from the same state of the cache.
    adapters = tuple(_on(name, scale) for name, scale in scales)
    request = ask("Adapters", max_new_tokens=LENGTH, adapters=adapters)
    loaded.run(request)
    return loaded.run(request)[0]


def test_an_adapter_changes_the_answer(loaded: Loaded) -> None:
    assert _answer(loaded, ("first", 1.0)) != _answer(loaded)


def test_each_adapter_is_addressed_by_its_name(loaded: Loaded) -> None:
    assert _answer(loaded, ("first", 1.0)) != _answer(loaded, ("second", 1.0))


def test_the_scale_changes_the_answer(loaded: Loaded) -> None:
    assert _answer(loaded, ("first", 1.0)) != _answer(loaded, ("first", 0.2))


def test_a_scale_of_zero_is_the_model_alone(loaded: Loaded) -> None:
    assert _answer(loaded, ("first", 0.0)) == _answer(loaded)


def test_an_adapter_does_not_leak_into_the_next_run(loaded: Loaded) -> None:
    before = _answer(loaded)
    loaded.run(ask("Adapters", max_new_tokens=LENGTH, adapters=(_on("first"),)))
    after = loaded.run(ask("Adapters", max_new_tokens=LENGTH))
    # Nothing read with the adapter may be reused without it.
    assert after[1].statistics.cached_tokens == 0
    assert _answer(loaded) == before


def test_an_adapter_that_is_not_loaded_is_refused(loaded: Loaded) -> None:
    with pytest.raises(RunError, match="pirate is not loaded"):
        loaded.run(ask("Hello", adapters=(_on("pirate"),)))
