"""The settings file: read with every forgiveness, written whole or not at all.

What cannot be read is moved beside the file instead of being overwritten by the next save. A
link to a file elsewhere stays a link.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import tempfile
from pathlib import Path

from app.errors import SettingsError
from app.settings.codec import decode, encode
from app.settings.schema import Settings

#: A settings file of this program has a few kilobytes; anything larger is something else.
MAX_BYTES = 1_000_000
#: How many broken files are kept before the oldest one makes room.
MAX_BROKEN = 9


class SettingsFile:
    """Keeps settings in one TOML file. Blocking; from one thread at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def path(self) -> Path:
        """Where the file is, or will be."""
        return self._path

    def load(self) -> tuple[Settings, tuple[str, ...]]:
        """Return the settings, and one sentence for the user about each thing that was wrong."""
        self._remove_leftovers()
        try:
            text = self._read()
        except FileNotFoundError:
            return Settings(), ()
        except (OSError, ValueError) as error:
            return Settings(), (self._put_aside(f"could not be read ({_reason(error)})"),)
        try:
            return decode(text)
        except SettingsError as error:
            return Settings(), (self._put_aside(f"is damaged ({_reason(error.__cause__)})"),)

    def save(self, settings: Settings) -> None:
        """Write `settings`; after a crash the file holds either the old or the new ones.

        Raises SettingsError when the platform refuses.
        """
        # A lone surrogate, which text from the clipboard can hold, has no UTF-8 form.
        data = encode(settings).encode("utf-8", "replace")
        if len(data) > MAX_BYTES:
            # The next start would refuse to read it, and every setting would be lost.
            raise SettingsError(
                "The settings are too long to be saved.",
                "Shorten the system prompt; your settings are kept until you quit.",
            )
        target = self._target()
        try:
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
            _sync_folder(target.parent)
        except OSError as error:
            raise SettingsError(
                f"The settings could not be saved: {_reason(error)}.", _advice(error, target.parent)
            ) from error

    def _read(self) -> str:
        # Without O_NONBLOCK a pipe in place of the file would hold up the start for ever.
        handle = os.open(self._path, os.O_RDONLY | os.O_NONBLOCK)
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise ValueError("it is not a regular file")
        with os.fdopen(handle, "rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise ValueError("it is far too large")
        try:
            # Editors of other systems put a mark in front.
            return data.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise ValueError("it is not UTF-8 text") from None

    def _put_aside(self, what: str) -> str:
        target = self._target()
        sentence = f"The settings file {what}, so the defaults are used."
        place = _free_place(target)
        try:
            target.replace(place)
        except OSError:
            return f"{sentence} It could not be kept beside the new one either."
        return f"{sentence} It is kept as {place.name}."

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


def _free_place(target: Path) -> Path:
    places = [
        target.with_name(f"{target.name}.broken-{number}") for number in range(1, MAX_BROKEN + 1)
    ]
    taken = [place for place in places if os.path.lexists(place)]
    free = [place for place in places if place not in taken]
    return free[0] if free else min(taken, key=_age)


def _age(place: Path) -> float:
    return place.lstat().st_mtime


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    except OSError as error:
        # Some network file systems cannot do it for a folder; the file itself is safe.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(handle)


def _reason(error: BaseException | None) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror[:1].lower() + error.strerror[1:]
    return str(error)[:200]


def _advice(error: OSError, folder: Path) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return (
            f"Make room on the device that holds {folder}; your settings are kept until you quit."
        )
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return f"Allow writing to {folder}; your settings are kept until you quit."
    return f"Look at the folder {folder}; your settings are kept until you quit."
