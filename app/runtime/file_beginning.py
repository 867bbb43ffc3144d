"""The first look at a model file, whatever its format: it may be gone, or another thing.

What a download or a wrong click leaves behind is the same for every runtime.
"""

from __future__ import annotations

import errno
import re
from pathlib import Path

from app.chat.text import well_formed
from app.errors import ModelLoadError, Remedy

FOREIGN_CONTENT = "Only its ending says so. Choose another model, or download the file again."
DOWNLOAD_AGAIN = "Download the file again, or choose another model."
_LOOKED_AT_BYTES = 256


def refusal(cause: str, advice: str, details: str = "") -> ModelLoadError:
    """Return the error for a file that is no model for this runtime."""
    return ModelLoadError(cause, advice, remedy=Remedy.CHOOSE_MODEL, details=details)


def read_beginning(path: Path, ending: str, what: str = "model") -> bytes:
    """Return the first bytes of a file. Raises ModelLoadError when there are none to be had."""
    choose = f"Choose a file that ends in {ending}."
    try:
        if path.is_dir():
            raise refusal(f"{path.name} is a folder, not a {what} file.", choose)
        if path.exists() and not path.is_file():
            raise refusal(f"{path.name} is a device, not a {what} file.", choose)
        with path.open("rb") as file:
            beginning = file.read(_LOOKED_AT_BYTES)
    except OSError as error:
        raise unreadable(path, error) from error
    except ValueError as error:
        raise refusal(f"{well_formed(path.name)} can be no name of a file.", choose) from error
    if not beginning:
        raise refusal(f"{path.name} is empty.", DOWNLOAD_AGAIN)
    return beginning


def unreadable(path: Path, error: OSError) -> ModelLoadError:
    """Return the error for a file that the system does not give out."""
    if error.errno == errno.ELOOP:
        return refusal(
            f"{path.name} is a link that leads back to itself.",
            "Delete the link, or let it lead to a file.",
            str(path),
        )
    if isinstance(error, FileNotFoundError) and path.is_symlink():
        return refusal(
            f"{path.name} is a link to a file that is not there.",
            "Put the file back where the link leads, or delete the link.",
            str(path),
        )
    if isinstance(error, FileNotFoundError):
        return refusal(
            f"{path.name} is not there.",
            "Choose another model, or put the file back.",
            str(path),
        )
    if isinstance(error, PermissionError):
        return refusal(
            f"{path.name} may not be read.",
            "Give yourself the right to read it, or choose another model.",
            str(path),
        )
    return refusal(
        f"{path.name} cannot be read.",
        "Check the drive it lies on, or choose another model.",
        str(error),
    )


def foreign(path: Path, beginning: bytes, ending: str) -> ModelLoadError | None:
    """Return the error for a file that begins like something else, if it does."""
    kind = ending.lstrip(".").upper()
    for pattern, what, advice in _FOREIGN:
        if pattern.match(beginning):
            return refusal(f"{path.name} is {what}.", advice.format(ending=ending, kind=kind))
    if b"\0" not in beginning and _is_text(beginning):
        return refusal(f"{path.name} is a text file.", FOREIGN_CONTENT)
    return None


def _is_text(beginning: bytes) -> bool:
    # The last character may be cut in half.
    return beginning.decode("utf-8", "replace").rstrip("�").find("�") == -1


#: How foreign files begin, what they are, and what to do. The first match counts.
_FOREIGN: tuple[tuple[re.Pattern[bytes], str, str], ...] = (
    (
        re.compile(rb"version https://git-lfs"),
        "a pointer to the model, not the model",
        "Download the file itself from the page of the model.",
    ),
    (
        re.compile(rb"\s*<(!doctype|html|\?xml|head)", re.IGNORECASE),
        "a web page",
        "The download went to a page instead of the file: download the model again.",
    ),
    (re.compile(rb"PK\x03\x04"), "a ZIP archive", "Unpack it and choose the {ending} file inside."),
    (re.compile(rb"\x1f\x8b"), "a gzip archive", "Unpack it and choose the {ending} file inside."),
    (
        re.compile(rb"7z\xbc\xaf"),
        "a 7-Zip archive",
        "Unpack it and choose the {ending} file inside.",
    ),
    (
        re.compile(rb".{8}\{\s*\"", re.DOTALL),
        "a safetensors file",
        "Look for a {kind} version of the same model.",
    ),
    (
        re.compile(rb"(tjgg|fmgg|lmgg|algg)"),
        "a model in the old GGML format",
        "Look for a {kind} version of the same model.",
    ),
)
