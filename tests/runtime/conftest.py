"""A tiny model, loaded once for all tests that only talk to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app.chat.message import Role
from app.chat.prompt import Turn
from app.runtime.gguf.runtime import GgufRuntime
from app.runtime.protocol import (
    Adapter,
    LoadProgress,
    LoadRequest,
    ModelInfo,
    RunRequest,
    RunResult,
    Sampling,
)
from tests.gguf_files import TINY, longer, write_adapter, write_model

CONTEXT = 1024
GREEDY = Sampling(temperature=0.0)


def ignore_progress(_: LoadProgress) -> None:
    """Stand for a listener that does not care."""


def ask(*texts: str, **more: object) -> RunRequest:
    """Return a request whose turns alternate, the user's first."""
    roles = (Role.USER, Role.ASSISTANT)
    turns = tuple(Turn(roles[n % 2], text) for n, text in enumerate(texts))
    settings: dict[str, object] = {"sampling": GREEDY, "max_new_tokens": 8, **more}
    return RunRequest(turns, **settings)  # type: ignore[arg-type]


@dataclass
class Listener:
    """Collects what one run says, and can do something at the first piece of each kind."""

    texts: list[str] = field(default_factory=list)
    tokens: int = 0
    prefills: list[tuple[int, int]] = field(default_factory=list)
    at_text: Callable[[], None] | None = None
    at_prefill: Callable[[], None] | None = None

    @property
    def text(self) -> str:
        return "".join(self.texts)

    def on_text(self, text: str, tokens: int) -> None:
        self.texts.append(text)
        self.tokens += tokens
        if self.at_text:
            self.at_text()

    def on_prefill(self, processed: int, total: int) -> None:
        self.prefills.append((processed, total))
        if self.at_prefill:
            self.at_prefill()


@dataclass
class Loaded:
    """A runtime with a model in it."""

    runtime: GgufRuntime
    info: ModelInfo
    runtime_dir: Path

    def run(self, request: RunRequest, listener: Listener | None = None) -> tuple[str, RunResult]:
        """Run to the end; return the text and the result."""
        listener = listener or Listener()
        result = self.runtime.run(request, listener.on_text, listener.on_prefill)
        return listener.text, result


@pytest.fixture(scope="session")
def model_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound tiny model."""
    return write_model(tmp_path_factory.mktemp("models") / "tiny.gguf", longer(TINY, CONTEXT))


@pytest.fixture(scope="session")
def loaded(model_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    """The tiny model with two adapters, "first" and "second"."""
    folder = tmp_path_factory.mktemp("run")
    adapters = tuple(
        Adapter(name, write_adapter(model_path.with_name(f"{name}.gguf"), seed=seed))
        for seed, name in enumerate(("first", "second"))
    )
    runtime = GgufRuntime(folder)
    request = LoadRequest(model_path, context_tokens=CONTEXT, threads=1, adapters=adapters)
    info = runtime.load(request, ignore_progress)
    yield Loaded(runtime, info, folder)
    runtime.close()


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[GgufRuntime]:
    """A runtime without a model, closed after the test."""
    runtime = GgufRuntime(tmp_path / "run")
    yield runtime
    runtime.close()
