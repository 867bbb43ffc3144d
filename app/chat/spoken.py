"""What of an answer is meant to be read, as it comes: all but the thoughts.

A thought whose opening tag is missing is known for one only at its end; until then it is passed on
like an answer. `app.chat.thinking.without_thinking` on the whole text leaves it out as well.
"""

from __future__ import annotations

from app.chat.thinking import PassageKind, PassageReader


class SpokenText:
    """Takes one answer in pieces and gives what to show of it."""

    def __init__(self) -> None:
        self._reader = PassageReader()
        # How many pieces were given of the passage at this place; those before it are given whole.
        self._place = 0
        self._given = 0

    def feed(self, text: str) -> str:
        """Take the next piece; return what is to be shown now."""
        self._reader.feed(text)
        return self._new()

    def finish(self) -> str:
        """Return what was held back: nothing more will come."""
        self._reader.finish()
        return self._new()

    def _new(self) -> str:
        found: list[str] = []
        passages = self._reader.passages
        while self._place < len(passages):
            passage = passages[self._place]
            if passage.kind is PassageKind.ANSWER:
                found += passage.pieces[self._given :]
                self._given = len(passage.pieces)
            elif passage.kind is PassageKind.TOOL_CALL and passage.is_closed:
                found.append(f"<tool_call>{passage.text}</tool_call>")
            if not passage.is_closed:
                break
            self._place += 1
            self._given = 0
        return "".join(found)
