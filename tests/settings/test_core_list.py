"""CPU cores as people write them."""

from __future__ import annotations

import pytest

from app.settings.core_list import parse_cores


@pytest.mark.parametrize(
    ("text", "cores"),
    [
        ("", ()),
        ("  ", ()),
        ("4-7", (4, 5, 6, 7)),
        ("4,5,6,7", (4, 5, 6, 7)),
        (" 7, 4 – 5 ", (4, 5, 7)),
        ("3,3,2-3", (2, 3)),
        ("0", (0,)),
        ("31", (31,)),
    ],
)
def test_ranges_and_numbers_are_read_once_and_in_order(text: str, cores: tuple[int, ...]) -> None:
    assert parse_cores(text) == cores


@pytest.mark.parametrize(
    "text", ["4-", "-4", "a", "4;5", "4,,5", "7-4", "32", "0-99", "4.5", "²", "9" * 5000]
)
def test_anything_else_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(ValueError, match=r"core numbers|smaller number|outside 0 to 31"):
        parse_cores(text)
