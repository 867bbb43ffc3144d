"""Whether a disk has room for files that come to it: the same answer before and at the import."""

from __future__ import annotations

from collections.abc import Iterable

from app.catalog.model_file import size_text

#: What a disk should keep free for everything else.
SPARE_BYTES = 100_000_000


def needed_bytes(
    files: Iterable[tuple[int, int | None]], device: int | None, *, copies: bool
) -> int:
    """Return what files, each a size and its device, take on the disk that is `device`.

    What is moved takes nothing on the disk that it is on already.
    """
    return sum(size for size, own in files if copies or own is None or own != device)


def lacks_room(needed: int, free: int) -> bool:
    """Return whether less than the spare room would stay free."""
    return needed > 0 and needed + SPARE_BYTES > free


def room_words(needed: int, free: int) -> str:
    """Return the figures of a disk that is too full, as the rest of a sentence."""
    spare = f"{SPARE_BYTES // 1_000_000} MB"
    return (
        f"{size_text(needed)} are needed, {size_text(free)} are free, and {spare} should stay free"
    )
