"""The encoding of the link: what goes in comes out, and anything else is refused."""

from __future__ import annotations

import random
import struct
from pathlib import Path

import pytest

from app.chat.message import Role
from app.chat.prompt import Turn
from app.chat.statistics import FinishReason, RunStatistics
from app.engine.frames import (
    MAX_FRAME_BYTES,
    Failure,
    Frame,
    FrameError,
    FrameReader,
    Load,
    LoadFailed,
    LoadProgressed,
    ModelLoaded,
    Prefilled,
    Quit,
    Ready,
    Run,
    RunFailed,
    RunFinished,
    Stop,
    Text,
    encode,
)
from app.errors import AppError, ContextOverflow, EngineError, ModelLoadError, Remedy, RunError
from app.runtime.protocol import (
    Adapter,
    Capabilities,
    Capability,
    LoadProgress,
    LoadRequest,
    ModelInfo,
    RunRequest,
    RunResult,
    Sampling,
)

FRAMES: tuple[Frame, ...] = (
    Load(LoadRequest(Path("/models/a b.gguf"), adapters=(Adapter("pirate", Path("/l"), 0.5),))),
    Run(7, RunRequest((Turn(Role.USER, "Grüße 你好 👋🏽"),), Sampling(seed=3))),
    Stop(7),
    Quit(),
    Ready(1),
    LoadProgressed(LoadProgress("Reading", 0.25)),
    ModelLoaded(
        ModelInfo(
            Path("/m"),
            "M",
            "r",
            4096,
            capabilities=Capabilities(
                frozenset({Capability.LORA}), {Capability.TOOLS: "It cannot."}
            ),
        )
    ),
    LoadFailed(Failure.of(ModelLoadError("No.", "Try.", remedy=Remedy.RETRY, details="d"))),
    Prefilled(7, 1, 2),
    Text(7, "\x00\n” ", 3),
    RunFinished(7, RunResult(FinishReason.LENGTH, RunStatistics(1, 2, 3, 4.0, None, 6.0))),
    RunFailed(7, Failure.of(ContextOverflow(2, 1))),
)


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: type(frame).__name__)
def test_every_frame_survives_the_link(frame: Frame) -> None:
    assert FrameReader().feed(encode(frame)) == [frame]


def test_frames_are_found_in_a_stream_cut_anywhere() -> None:
    stream = b"".join(encode(frame) for frame in FRAMES)
    chance = random.Random(1)
    for _ in range(50):
        reader = FrameReader()
        received: list[Frame] = []
        rest = stream
        while rest:
            size = chance.randint(1, 40)
            received += reader.feed(rest[:size])
            rest = rest[size:]
        assert received == list(FRAMES)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xc1",
        b"text",
        b"\x91\xa4Nope",
        b"\x91\xa4Stop",
        b"\x92\xa4Stop\xa1x",
        b"\x94\xa4Text\x01\xc0\x01",
    ],
)
def test_a_broken_body_is_refused(body: bytes) -> None:
    with pytest.raises(FrameError):
        FrameReader().feed(struct.pack(">I", len(body)) + body)


def test_a_huge_announced_length_is_refused_before_it_is_waited_for() -> None:
    with pytest.raises(FrameError):
        FrameReader().feed(struct.pack(">I", MAX_FRAME_BYTES + 1))


def test_random_bytes_never_do_more_than_be_refused() -> None:
    chance = random.Random(2)
    refused = 0
    for _ in range(2000):
        body = chance.randbytes(chance.randint(1, 60))
        try:
            FrameReader().feed(struct.pack(">I", len(body)) + body)
        except FrameError:
            refused += 1
    assert refused == 2000


def test_text_that_is_not_unicode_does_not_enter_the_link() -> None:
    with pytest.raises(FrameError):
        encode(Text(1, "\ud800", 1))


@pytest.mark.parametrize("kind", [ModelLoadError, RunError, EngineError])
def test_an_error_arrives_as_what_it_was(kind: type[AppError]) -> None:
    error = kind("It broke.", "Mend it.", remedy=Remedy.RETRY, details="why")
    copy = Failure.of(error).error()
    assert type(copy) is kind
    assert (str(copy), copy.remedy, copy.details) == ("It broke. Mend it.", Remedy.RETRY, "why")


def test_an_error_that_names_an_odd_file_crosses_the_link() -> None:
    error = ModelLoadError("No m\udcff.gguf.", details="m\udcff.gguf")
    (copy,) = FrameReader().feed(encode(LoadFailed(Failure.of(error))))
    assert isinstance(copy, LoadFailed)
    assert copy.failure.cause == "No m?.gguf."


def test_an_overflow_keeps_its_numbers() -> None:
    copy = Failure.of(ContextOverflow(5000, 4096)).error()
    assert isinstance(copy, ContextOverflow)
    assert (copy.prompt_tokens, copy.context_tokens) == (5000, 4096)
