"""Keeps what native code writes to stdout and stderr for a while, and still lets it through.

The lines go through `tee`, a program of its own, to where they were sent and to a file in memory: a
native abort ends this process before it could pass anything on, and then the last words count most.
"""

from __future__ import annotations

import array
import ctypes
import fcntl
import os
import subprocess
import termios
import time
from pathlib import Path
from types import TracebackType

_STDERR = 2
_MOST_KEPT_BYTES = 64 * 1024
_POLL_S = 0.002
#: How long everything that was written may take to arrive.
_SETTLE_BUDGET_S = 0.5


def flush_c_output() -> None:
    """Let what C code has printed out of the buffers of its standard library."""
    ctypes.CDLL(None).fflush(None)


class NativeLog:
    """What this process has written to `descriptors` since `start`.

    They must lead to the same place, the last of them decides where. Works as a context manager.
    """

    def __init__(self, descriptors: tuple[int, ...] = (_STDERR,)) -> None:
        self._descriptors = descriptors
        self._outside: dict[int, int] = {}
        self._memory = -1
        self._pipe = -1
        self._tee: subprocess.Popen[bytes] | None = None
        self._text = ""

    def __enter__(self) -> NativeLog:
        self.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def text(self) -> str:
        """What was written so far, the last 64 KiB of it; all of it once stopped."""
        if self._memory >= 0:
            size = os.fstat(self._memory).st_size
            start = max(0, size - _MOST_KEPT_BYTES)
            self._text = os.pread(self._memory, size - start, start).decode("utf-8", "replace")
        return self._text

    def start(self) -> None:
        """Begin to keep."""
        self._memory = os.memfd_create("native-log", os.MFD_CLOEXEC)
        self._outside = {number: os.dup(number) for number in self._descriptors}
        writing = self._start_tee()
        for number in self._descriptors:
            os.dup2(self._memory if writing is None else writing, number)
        if writing is not None:
            os.close(writing)

    def forget(self) -> None:
        """Drop what was written so far."""
        self.settle()
        # tee appends, so the file begins anew.
        os.ftruncate(self._memory, 0)

    def settle(self) -> str:
        """Wait until everything that was written has arrived, and return it."""
        end = time.monotonic() + _SETTLE_BUDGET_S
        while self._under_way() and time.monotonic() < end:
            time.sleep(_POLL_S)
        return self.text

    def wait_for(self, words: str, timeout_s: float) -> None:
        """Wait until `words` have been written, since llama.cpp prints from a thread of its own."""
        end = time.monotonic() + timeout_s
        while words not in self.text and time.monotonic() < end:
            time.sleep(_POLL_S)

    def stop(self) -> None:
        """Give the descriptors back. Harmless when nothing was started."""
        if self._memory < 0:
            return
        for number, outside in self._outside.items():
            os.dup2(outside, number)
        if self._tee is not None:
            # With our copies of the pipe gone, tee reads to its end and leaves.
            os.close(self._pipe)
            self._tee.wait()
            self._tee = None
        elif self.text:
            os.write(self._outside[self._descriptors[-1]], self.text.encode())
        self._text = self.text
        for outside in self._outside.values():
            os.close(outside)
        os.close(self._memory)
        self._memory = self._pipe = -1

    def _start_tee(self) -> int | None:
        """Return the writing end of a pipe to `tee`; None where there is no such program."""
        self._pipe, writing = os.pipe2(os.O_CLOEXEC)
        try:
            self._tee = subprocess.Popen(
                ["tee", "-a", f"/dev/fd/{self._memory}"],  # noqa: S607 - wherever it lies
                stdin=self._pipe,
                stdout=self._outside[self._descriptors[-1]],
                stderr=subprocess.DEVNULL,
                pass_fds=(self._memory,),
            )
        except OSError:
            os.close(self._pipe)
            os.close(writing)
            self._pipe = -1
            return None
        return writing

    def _under_way(self) -> bool:
        """Whether something is still in the pipe, or in the hands of `tee`.

        The pipe is looked at first: once it is empty, a `tee` that sleeps has passed on all it read.
        """
        if self._tee is None:
            return False
        waiting = array.array("i", [0])
        fcntl.ioctl(self._pipe, termios.FIONREAD, waiting)
        return waiting[0] > 0 or _is_running(self._tee.pid)


def _is_running(pid: int) -> bool:
    """Whether process `pid` is computing; proc(5): the state follows the name in brackets."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] == "R"
