"""Whether a disk has room for files that come to it."""

from __future__ import annotations

from app.catalog.disk_room import SPARE_BYTES, lacks_room, needed_bytes, room_words


def test_the_spare_room_is_not_called_needed() -> None:
    assert lacks_room(114_000, 5_100_000)
    assert room_words(114_000, 5_100_000) == (
        "114.0 kB are needed, 5.1 MB are free, and 100 MB should stay free"
    )


def test_there_is_room_when_the_spare_stays_free() -> None:
    assert not lacks_room(1, SPARE_BYTES + 1)
    assert lacks_room(1, SPARE_BYTES)
    assert not lacks_room(0, 0)


def test_what_is_moved_takes_room_only_on_another_disk() -> None:
    files = [(10, 1), (20, 2), (40, None)]
    assert needed_bytes(files, 1, copies=False) == 60
    assert needed_bytes(files, 1, copies=True) == 70
