"""Keeps what native code writes to stderr during a block, and still lets it through.

The lines go through `tee`, a program of its own, to the real stderr and to a file in memory: a
native abort ends this process before it could pass anything on, and then the last words count most.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

_STDERR = 2
_MOST_KEPT_BYTES = 64 * 1024
_POLL_S = 0.005


class NativeLog:
    """What was written so far; complete once the block has ended."""

    def __init__(self, memory: int) -> None:
        self._memory = memory
        self.text = ""

    def read(self) -> None:
        """Bring `text` up to date. Works inside the block only."""
        size = os.fstat(self._memory).st_size
        raw = os.pread(self._memory, _MOST_KEPT_BYTES, max(0, size - _MOST_KEPT_BYTES))
        self.text = raw.decode("utf-8", "replace")

    def wait_for(self, words: str, timeout_s: float) -> None:
        """Wait until `words` have been written, since llama.cpp prints from a thread of its own."""
        end = time.monotonic() + timeout_s
        self.read()
        while words not in self.text and time.monotonic() < end:
            time.sleep(_POLL_S)
            self.read()


@contextmanager
def native_log() -> Iterator[NativeLog]:
    """Collect what this process writes to file descriptor 2 during the block."""
    memory = os.memfd_create("native-log", os.MFD_CLOEXEC)
    log = NativeLog(memory)
    outside = os.dup(_STDERR)
    try:
        tee = _start_tee(memory, outside)
        if tee is None:
            os.dup2(memory, _STDERR)
        try:
            yield log
        finally:
            os.dup2(outside, _STDERR)
            if tee is not None:
                # With our copy of the pipe gone, tee reads to its end and leaves.
                tee.wait()
            log.read()
            if tee is None:
                os.write(outside, log.text.encode())
    finally:
        os.close(outside)
        os.close(memory)


def _start_tee(memory: int, outside: int) -> subprocess.Popen[bytes] | None:
    """Put a pipe to `tee` in the place of stderr; None where there is no such program."""
    reading, writing = os.pipe2(os.O_CLOEXEC)
    try:
        tee = subprocess.Popen(
            ["tee", f"/dev/fd/{memory}"],  # noqa: S607 - a standard program, wherever it lies
            stdin=reading,
            stdout=outside,
            stderr=subprocess.DEVNULL,
            pass_fds=(memory,),
        )
        os.dup2(writing, _STDERR)
    except OSError:
        return None
    finally:
        os.close(reading)
        os.close(writing)
    return tee
