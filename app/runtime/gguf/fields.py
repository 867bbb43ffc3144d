"""Reads the primitive fields of a GGUF header, one after the other, and never past a limit.

The file may be hostile: every count and length is checked against what the file still holds
before anything is read or built, so neither time nor memory can be made to grow beyond the size
of the header, and the header may have at most `MAX_HEADER_BYTES`.
"""

from __future__ import annotations

import struct
import time
from typing import BinaryIO

#: The largest vocabularies (262,144 tokens, 514,906 merges) make headers of some 20 MB.
MAX_HEADER_BYTES = 64 * 1024 * 1024
MAX_STRING_BYTES = 4 * 1024 * 1024
_CHUNK_BYTES = 256 * 1024


class HeaderEnds(Exception):
    """The file ends before its header does."""


class HeaderNonsense(Exception):
    """The header says something that no healthy file says; the text names it in English."""


class Fields:
    """A position in the header of an open file."""

    def __init__(self, file: BinaryIO, file_size: int, pause_s: float = 0.0) -> None:
        self._file = file
        self._pause_s = pause_s
        self._file_size = file_size
        self._buffer = b""
        self._start = 0
        """Where in the file the buffer begins."""
        self._at = 0
        """The position inside the buffer; past its end after a skip."""

    @property
    def position(self) -> int:
        """Return the position in the file."""
        return self._start + self._at

    @property
    def remaining(self) -> int:
        """Return how many bytes the file has after this position."""
        return self._file_size - self.position

    def u32(self) -> int:
        """Read an unsigned 32-bit number."""
        return int(self.number("<I"))

    def u64(self) -> int:
        """Read an unsigned 64-bit number."""
        return int(self.number("<Q"))

    def number(self, format_: str) -> int | float | bool:
        """Read one number of a `struct` format."""
        size = struct.calcsize(format_)
        self._need(size)
        (value,) = struct.unpack_from(format_, self._buffer, self._at)
        self._at += size
        return value  # type: ignore[no-any-return]

    def numbers(self, format_: str, count: int) -> tuple[int | float | bool, ...]:
        """Read `count` numbers of a little-endian `struct` character."""
        whole = f"<{count}{format_}"
        size = struct.calcsize(whole)
        self._need(size)
        values = struct.unpack_from(whole, self._buffer, self._at)
        self._at += size
        return values

    def string(self) -> str:
        """Read a text; bytes that are no UTF-8 are replaced."""
        return self._bytes().decode("utf-8", "replace")

    def skip(self, length: int) -> None:
        """Move on by `length` bytes."""
        if length > self.remaining:
            raise HeaderEnds
        self._at += length
        self._check_size()

    def distinct_strings(self, count: int) -> None:
        """Read `count` texts, of which no two may be the same; empty ones do not count."""
        self._check_count(count)
        seen: set[bytes] = set()
        for _ in range(count):
            # llama.cpp reads them as C strings.
            raw = self._bytes().partition(b"\0")[0]
            if raw in seen:
                raise HeaderNonsense(f"the token {raw[:40]!r} twice")
            if raw:
                seen.add(raw)

    def skip_strings(self, count: int) -> None:
        """Move on over `count` texts."""
        self._check_count(count)
        unpack = struct.Struct("<Q").unpack_from
        while count:
            self._need(8)
            buffer, at = self._buffer, self._at
            last = len(buffer) - 8
            while count and at <= last:
                at += 8 + unpack(buffer, at)[0]
                count -= 1
            if self._start + at > self._file_size:
                raise HeaderEnds
            self._at = at
            self._check_size()

    def _bytes(self) -> bytes:
        length = self.u64()
        if length > min(self.remaining, MAX_STRING_BYTES):
            if length <= MAX_STRING_BYTES:
                raise HeaderEnds
            raise HeaderNonsense(f"a text of {length} bytes")
        self._need(length)
        raw = self._buffer[self._at : self._at + length]
        self._at += length
        return raw

    def _check_count(self, count: int) -> None:
        # A text takes 8 bytes for its length alone: more is no truncation but nonsense.
        if count * 8 > MAX_HEADER_BYTES:
            raise HeaderNonsense(f"a list of {count} texts")

    def _check_size(self) -> None:
        if self.position > MAX_HEADER_BYTES:
            raise HeaderNonsense(f"a header of more than {MAX_HEADER_BYTES} bytes")

    def _need(self, size: int) -> None:
        """Make sure that the buffer has `size` bytes from here on."""
        if self._at + size <= len(self._buffer):
            return
        if size > self.remaining:
            raise HeaderEnds
        self._check_size()
        self._start, self._at = self.position, 0
        if self._pause_s:
            # A long vocabulary holds the interpreter, for which another thread may be waiting.
            time.sleep(self._pause_s)
        self._file.seek(self._start)
        self._buffer = self._file.read(max(size, _CHUNK_BYTES))
        if len(self._buffer) < size:
            raise HeaderEnds
