"""Places on the strip of messages."""

from __future__ import annotations

from app.ui.chat.strip import Strip


def strip_of(*heights: int) -> Strip:
    strip = Strip(10, 5)
    strip.reset(heights)
    return strip


def test_items_stand_below_each_other() -> None:
    strip = strip_of(100, 50, 20)
    assert [strip.top(index) for index in range(3)] == [10, 110, 160]
    assert strip.total() == 185


def test_a_changed_height_moves_what_is_below_only() -> None:
    strip = strip_of(100, 50, 20)
    assert strip.total() == 185
    assert strip.set_height(1, 70)
    assert [strip.top(index) for index in range(3)] == [10, 110, 180]
    assert strip.total() == 205
    assert not strip.set_height(1, 70)


def test_an_item_is_found_by_place() -> None:
    strip = strip_of(100, 50, 20)
    places = {-5: 0, 0: 0, 10: 0, 109: 0, 110: 1, 159: 1, 160: 2, 999: 2}
    assert {place: strip.index_at(place) for place in places} == places


def test_items_are_added_at_the_end() -> None:
    strip = strip_of(100)
    assert strip.total() == 115
    strip.append(30)
    assert strip.top(1) == 110
    assert strip.total() == 145


def test_an_empty_strip_has_no_height() -> None:
    assert strip_of().total() == 0
