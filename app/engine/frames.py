"""What crosses the link: a closed set of frozen values, and their encoding.

A frame on the wire is four bytes of length (big-endian, without these four) and that many bytes
of MessagePack. Each value carries its kind as a tag; an unknown tag, a missing field or a value
of the wrong type is a FrameError, and the link ends. Both ends come from the same installation,
so there is no negotiation beyond `PROTOCOL` in the first frame.
"""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import Any

import msgspec

from app.chat.text import well_formed
from app.errors import (
    AppError,
    ContextLimitExceeded,
    ContextOverflow,
    EngineError,
    ModelLoadError,
    Remedy,
    RunError,
)
from app.runtime.protocol import (
    Command,
    CommandResult,
    LoadProgress,
    LoadRequest,
    ModelInfo,
    RunRequest,
    RunResult,
)

#: Raised with every change of a frame.
PROTOCOL = 3
#: A whole conversation with a large context is far below this; more is nonsense on the line.
MAX_FRAME_BYTES = 64 * 1024 * 1024

_LENGTH = struct.Struct(">I")


class FrameError(Exception):
    """The bytes on the link are not a frame of this protocol."""


class _Frame(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """Base of all frames; the tag is the class name."""


class Failure(msgspec.Struct, frozen=True):
    """An AppError on its way through the link."""

    kind: str
    cause: str
    advice: str = ""
    remedy: Remedy = Remedy.NONE
    details: str = ""
    subject: str = ""
    prompt_tokens: int = 0
    context_tokens: int = 0

    @classmethod
    def of(cls, error: AppError) -> Failure:
        """Return `error` as a value."""
        tokens = (0, 0)
        if isinstance(error, ContextOverflow):
            tokens = (error.prompt_tokens, error.context_tokens)
        elif isinstance(error, ContextLimitExceeded):
            tokens = (0, error.limit)
        # The name of a file, or what a library says, need not be Unicode.
        texts = (error.cause, error.advice, error.details, error.subject)
        cause, advice, details, subject = map(well_formed, texts)
        return cls(type(error).__name__, cause, advice, error.remedy, details, subject, *tokens)

    def error(self) -> AppError:
        """Return the error this value stands for."""
        if self.kind == ContextOverflow.__name__:
            return ContextOverflow(self.prompt_tokens, self.context_tokens)
        if self.kind == ContextLimitExceeded.__name__:
            return ContextLimitExceeded(
                self.cause, self.advice, limit=self.context_tokens, details=self.details
            )
        kinds = {kind.__name__: kind for kind in (ModelLoadError, RunError, EngineError)}
        return kinds.get(self.kind, AppError)(
            self.cause,
            self.advice,
            remedy=self.remedy,
            details=self.details,
            subject=self.subject,
        )


# Window to host.


class Load(_Frame, frozen=True):
    """Load a model. Answered by LoadProgressed*, then ModelLoaded or LoadFailed."""

    request: LoadRequest


class Run(_Frame, frozen=True):
    """Write. Answered by Prefilled*, Text*, then RunFinished or RunFailed."""

    run_id: int
    request: RunRequest


class Stop(_Frame, frozen=True):
    """End the run with this id soon; harmless when it has ended."""

    run_id: int


class Pause(_Frame, frozen=True):
    """Let the run with this id pause; harmless when it has ended."""

    run_id: int


class Perform(_Frame, frozen=True):
    """Do what is asked, after the run that is under way. Answered by Performed or PerformFailed."""

    command_id: int
    command: Command


class Quit(_Frame, frozen=True):
    """Stop, close the runtime, end the process."""


# Host to window.


class Ready(_Frame, frozen=True):
    """The host is up and waits for a Load."""

    protocol: int


class LoadProgressed(_Frame, frozen=True):
    """A load has moved on."""

    progress: LoadProgress


class ModelLoaded(_Frame, frozen=True):
    """The model answers requests from now on."""

    info: ModelInfo


class LoadFailed(_Frame, frozen=True):
    """The model could not be loaded."""

    failure: Failure


class Prefilled(_Frame, frozen=True):
    """How many of the prompt's tokens have been read."""

    run_id: int
    processed: int
    total: int


class Text(_Frame, frozen=True):
    """A piece of the answer and how many tokens it stands for."""

    run_id: int
    text: str
    tokens: int


class RunFinished(_Frame, frozen=True):
    """A run has ended by itself, at its limit, or because it was stopped."""

    run_id: int
    result: RunResult


class RunFailed(_Frame, frozen=True):
    """A run has ended with an error; the model is still loaded."""

    run_id: int
    failure: Failure


class Performed(_Frame, frozen=True):
    """A command was carried out."""

    command_id: int
    result: CommandResult


class PerformFailed(_Frame, frozen=True):
    """A command could not be carried out."""

    command_id: int
    failure: Failure


ToHost = Load | Run | Stop | Pause | Perform | Quit
ToWindow = (
    Ready
    | LoadProgressed
    | ModelLoaded
    | LoadFailed
    | Prefilled
    | Text
    | RunFinished
    | RunFailed
    | Performed
    | PerformFailed
)
Frame = ToHost | ToWindow


def _encode_path(value: Any) -> bytes:
    if isinstance(value, Path):
        # As bytes: on Linux the name of a file need not be text.
        return os.fsencode(value)
    raise TypeError(f"{type(value).__name__} does not cross the link")


def _decode_path(kind: type[Any], value: Any) -> Any:
    if issubclass(kind, Path) and isinstance(value, bytes):
        return Path(os.fsdecode(value))
    raise TypeError(f"{kind.__name__} does not cross the link")


_encoder = msgspec.msgpack.Encoder(enc_hook=_encode_path)
_decoder = msgspec.msgpack.Decoder(Frame, dec_hook=_decode_path)


def encode(frame: Frame) -> bytes:
    """Return `frame` with its length in front.

    Raises FrameError when it is larger than MAX_FRAME_BYTES or holds text that is not Unicode.
    """
    try:
        body = _encoder.encode(frame)
    except (UnicodeEncodeError, TypeError, OverflowError) as error:
        raise FrameError(f"{type(frame).__name__} cannot be encoded: {error}") from error
    if len(body) > MAX_FRAME_BYTES:
        raise FrameError(f"{type(frame).__name__} has {len(body)} bytes")
    return _LENGTH.pack(len(body)) + body


class FrameReader:
    """Cuts a stream of bytes into frames."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[Frame]:
        """Add `data` and return the frames that are whole now. Raises FrameError."""
        self._buffer += data
        frames: list[Frame] = []
        start = 0
        while len(self._buffer) - start >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._buffer, start)
            if length > MAX_FRAME_BYTES:
                raise FrameError(f"a frame of {length} bytes was announced")
            end = start + _LENGTH.size + length
            if len(self._buffer) < end:
                break
            try:
                frames.append(_decoder.decode(self._buffer[start + _LENGTH.size : end]))
            except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                raise FrameError(f"not a frame of protocol {PROTOCOL}: {error}") from error
            start = end
        del self._buffer[:start]
        return frames
