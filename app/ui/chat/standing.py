"""Where the view stands on the strip of messages: what is visible, and what must keep its place."""

from __future__ import annotations

from app.ui.chat.entries import Entries
from app.ui.chat.strip import Anchor, Strip


class Standing:
    """Asks entries and strip; knows no widget. `value` is that of the scroll bar."""

    def __init__(self, entries: Entries, strip: Strip) -> None:
        self._entries = entries
        self._strip = strip

    def visible(self, value: int, height: int, beyond: int = 0) -> range:
        """Return the messages in a viewport of `height`, and `beyond` pixels more at its edges."""
        first = self._strip.index_at(value - beyond)
        last = self._strip.index_at(value + height - 1 + beyond)
        return range(first, last + 1)

    def anchor(self, value: int, height: int, column: int) -> Anchor | None:
        """Return the first visible message whose height is known, or the first visible one."""
        if not self._entries:
            return None
        visible = self.visible(value, height)
        place = next(
            (at for at in visible if self._entries[at].measured_width == column), visible[0]
        )
        return Anchor(place, self._strip.top(place) - value)

    def anchor_for_layout(self, value: int, height: int) -> Anchor | None:
        """Return what has to stay when all visible messages are laid out anew."""
        if not self._entries:
            return None
        visible = self.visible(value, height)
        begins = (at for at in visible if self._strip.top(at) >= value)
        place = next(begins, visible[0])
        return Anchor(place, self._strip.top(place) - value, self._strip.height(place))

    def last_value(self, height: int) -> int:
        """Return where the view stands at the end."""
        return max(0, self._strip.total() - height)

    def value_for(self, anchor: Anchor | None, height: int) -> int:
        """Return where the view has to stand to keep `anchor`, or the end without one."""
        last = self.last_value(height)
        if anchor is None:
            return last
        top = anchor.top_at(self._strip.height(anchor.index))
        return min(max(0, self._strip.top(anchor.index) - top), last)
