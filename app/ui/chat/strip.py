"""Where the messages stand on one long strip: heights, their sums, and what is at a place."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate


@dataclass(frozen=True, slots=True)
class Anchor:
    """An item, and where in the viewport its top has to stay."""

    index: int
    top: int
    height: int = 0
    """The height it had, if it is laid out anew: then what stood at the edge stays there."""

    def top_at(self, height: int) -> int:
        """Return where its top has to be when it is `height` high."""
        if self.top >= 0 or not self.height:
            return self.top
        return round(self.top * height / self.height)


class Strip:
    """Heights of items below each other, each followed by its share of space."""

    def __init__(self, above: int, below: int) -> None:
        self._above = above
        self._below = below
        self._heights: list[int] = []
        self._tops: list[int] = []
        #: How many of the tops are up to date.
        self._known = 0

    def __len__(self) -> int:
        return len(self._heights)

    def reset(self, heights: Iterable[int]) -> None:
        """Take other items."""
        self._heights = list(heights)
        self._known = 0

    def append(self, height: int) -> None:
        """Add an item at the end."""
        self._heights.append(height)

    def height(self, index: int) -> int:
        """Return the height of an item."""
        return self._heights[index]

    def set_height(self, index: int, height: int) -> bool:
        """Change the height of an item. Return whether it is another one."""
        if self._heights[index] == height:
            return False
        self._heights[index] = height
        self._known = min(self._known, index + 1)
        return True

    def top(self, index: int) -> int:
        """Return where an item begins; the place after the last one is allowed."""
        self._sum_up()
        return self._tops[index]

    def bottom(self, index: int) -> int:
        """Return where an item ends."""
        return self.top(index) + self._heights[index]

    def total(self) -> int:
        """Return the height of the whole strip."""
        self._sum_up()
        return self._tops[-1] + self._below if self._heights else 0

    def index_at(self, place: int) -> int:
        """Return the item that covers `place`, or the nearest one. The strip is not empty."""
        self._sum_up()
        return min(max(0, bisect_right(self._tops, place) - 1), len(self._heights) - 1)

    def _sum_up(self) -> None:
        if self._known == len(self._heights) + 1:
            return
        start = max(0, self._known - 1)
        first = self._tops[start] if self._known else self._above
        del self._tops[start:]
        self._tops.extend(accumulate(self._heights[start:], initial=first))
        self._known = len(self._tops)
