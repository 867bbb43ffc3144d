"""One small file that the program keeps: read with every forgiveness, written whole or not at all.

What cannot be read is moved beside the file instead of being overwritten by the next write, and
what could only be used in part is copied there. A link to a file elsewhere stays a link.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from app.errors import SettingsError

_log = logging.getLogger(__name__)

#: A file of this kind has a few kilobytes; anything larger is something else.
MAX_BYTES = 1_000_000
#: How many broken files are kept before the oldest one makes room.
MAX_BROKEN = 9


@dataclass(frozen=True, slots=True)
class Words:
    """What a file is called when something is wrong with it."""

    file: str
    """At the beginning of a sentence: "The settings file"."""
    content: str
    """At the beginning of a sentence, more than one: "The settings"."""
    instead: str
    """What takes the place of a file that cannot be read: "the defaults are used"."""
    shorten: str
    """What to do when there is too much to write: "Shorten the system prompt"."""


class KeptFile:
    """Text in one file. Blocking; from one thread at a time."""

    def __init__(self, path: Path, words: Words, max_bytes: int = MAX_BYTES) -> None:
        self._path = path
        self._words = words
        self._max_bytes = max_bytes
        self._is_used_in_part = False

    @property
    def path(self) -> Path:
        """Where the file is, or will be."""
        return self._path

    def read(self) -> tuple[str | None, str]:
        """Return the text, or None and a sentence for the user; it is empty where no file is."""
        self._remove_leftovers()
        try:
            return self._text(), ""
        except FileNotFoundError:
            return None, ""
        except (OSError, ValueError) as error:
            return None, self._put_aside(f"could not be read ({reason_of(error)})")

    def reject(self, error: BaseException | None) -> str:
        """Set aside a file whose text makes no sense; return a sentence for the user."""
        return self._put_aside(f"is damaged ({reason_of(error)})")

    def note_left_out(self) -> None:
        """Tell that some of the text was of no use: it is copied beside before the next write."""
        self._is_used_in_part = True

    def write(self, text: str) -> None:
        """Write `text`; after a crash the file holds either the old or the new one.

        Raises SettingsError when the platform refuses.
        """
        kept = f"{_in_a_sentence(self._words.content)} are kept until you quit."
        # A lone surrogate, which text from the clipboard can hold, has no UTF-8 form.
        data = text.encode("utf-8", "replace")
        if len(data) > self._max_bytes:
            # The next start would refuse to read it, and everything in it would be lost.
            raise SettingsError(
                f"{self._words.content} are too long to be saved.",
                f"{self._words.shorten}; {kept}",
            )
        target = self._target()
        self._keep_what_was_left_out(target)
        try:
            self._replace(target, data)
        except OSError as error:
            raise SettingsError(
                f"{self._words.content} could not be saved: {reason_of(error)}.",
                f"{_advice(error, target.parent)}; {kept}",
            ) from error

    def _replace(self, target: Path, data: bytes) -> None:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # mkstemp makes the file readable by this user only.
        handle, name = tempfile.mkstemp(prefix=self._temporary_prefix(), dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(target)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(name).unlink()
            raise
        sync_folder(target.parent)

    def _text(self) -> str:
        # Without O_NONBLOCK a pipe in place of the file would hold up the start for ever.
        handle = os.open(self._path, os.O_RDONLY | os.O_NONBLOCK)
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise ValueError("it is not a regular file")
        with os.fdopen(handle, "rb") as file:
            data = file.read(self._max_bytes + 1)
        if len(data) > self._max_bytes:
            raise ValueError("it is far too large")
        try:
            # Editors of other systems put a mark in front.
            return data.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise ValueError("it is not UTF-8 text") from None

    def _put_aside(self, what: str) -> str:
        target = self._target()
        sentence = f"{self._words.file} {what}, so {self._words.instead}."
        place = _free_place(target)
        try:
            target.replace(place)
        except OSError:
            return f"{sentence} It could not be kept beside the new one either."
        return f"{sentence} It is kept as {place.name}."

    def _keep_what_was_left_out(self, target: Path) -> None:
        if not self._is_used_in_part:
            return
        self._is_used_in_part = False
        place = _free_place(target)
        try:
            shutil.copy2(target, place)
        except OSError as error:
            _log.warning("%s could not be copied: %s", target, error)
        else:
            _log.info("%s as it was is kept as %s", target, place.name)

    def _target(self) -> Path:
        try:
            return self._path.resolve()
        except (OSError, RuntimeError):
            # Links in a circle; replacing the link itself ends it.
            return self._path

    def _temporary_prefix(self) -> str:
        return f".{self._path.name}-"

    def _remove_leftovers(self) -> None:
        with contextlib.suppress(OSError):
            for left in self._target().parent.glob(f"{self._temporary_prefix()}*"):
                left.unlink()


def sync_folder(folder: Path) -> None:
    """Make sure that the names in `folder` are on the disk. Raises OSError."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    except OSError as error:
        # Some network file systems cannot do it for a folder; the file itself is safe.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(handle)


def _free_place(target: Path) -> Path:
    places = [
        target.with_name(f"{target.name}.broken-{number}") for number in range(1, MAX_BROKEN + 1)
    ]
    taken = [place for place in places if os.path.lexists(place)]
    free = [place for place in places if place not in taken]
    return free[0] if free else min(taken, key=_age)


def _age(place: Path) -> float:
    return place.lstat().st_mtime


def reason_of(error: BaseException | None) -> str:
    """Return what an error says, as the rest of a sentence."""
    if isinstance(error, OSError) and error.strerror:
        return _in_a_sentence(error.strerror)
    return str(error)[:200]


def _in_a_sentence(words: str) -> str:
    return words[:1].lower() + words[1:]


def _advice(error: OSError, folder: Path) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"Make room on the device that holds {folder}"
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return f"Allow writing to {folder}"
    return f"Look at the folder {folder}"
