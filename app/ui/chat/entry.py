"""A message as the view keeps it, whether or not it is on the screen: text and height."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from app.chat.message import CONTINUABLE_STATES, Message, MessageState, Role
from app.chat.tree import ShownMessage
from app.ui.chat import actions
from app.ui.theme import SPACE_L, SPACE_XL, SPACE_XS

#: Heights are guessed from averages: of a letter's width and a line's height, in ems.
_LETTER = 0.52
_LINE = 1.55
_STATE_LINE = 40


@dataclass(slots=True)
class Entry:
    """One item of the view. Its height is measured once it has been shown at a width."""

    item: ShownMessage
    _pieces: list[str] = field(default_factory=list)
    measured_width: int = 0
    """The width its height was measured at; 0 when it is to be measured anew."""
    height: int = 0
    """The height measured last, with the space below; 0 if there is none."""
    is_raw: bool = False
    """Its text is shown as it came."""

    @classmethod
    def of(cls, item: ShownMessage) -> Entry:
        """Return the entry of `item`."""
        return cls(item, [item.message.text])

    @property
    def id(self) -> str:
        """The id of the message."""
        return self.item.message.id

    @property
    def is_answer(self) -> bool:
        """Whether the model wrote it."""
        return self.item.message.role is Role.ASSISTANT

    @property
    def is_streaming(self) -> bool:
        """Whether it is being written."""
        return self.item.message.state is MessageState.STREAMING

    @property
    def space_below(self) -> int:
        """The distance to the next message: an answer belongs to its question."""
        return SPACE_XL if self.is_answer else SPACE_L

    @property
    def text(self) -> str:
        """What the message says so far."""
        if len(self._pieces) > 1:
            self._pieces = ["".join(self._pieces)]
        return self._pieces[0]

    @property
    def message(self) -> Message:
        """The message with all of the text that has arrived."""
        return replace(self.item.message, text=self.text)

    def append(self, text: str) -> None:
        """Add text that has arrived."""
        self._pieces.append(text)

    def change(self, item: ShownMessage) -> None:
        """Take another state of the message; text that has arrived since is kept."""
        behind = item.message.state is MessageState.STREAMING and self.text.startswith(
            item.message.text
        )
        self.item = item
        self.measured_width = 0
        if not behind:
            self._pieces = [item.message.text]

    def guess_height(self, width: int, em: float) -> int:
        """Return about how high it will be at `width`."""
        text = self.text
        room = width if self.is_answer else round(width * 0.75)
        letters_in_line = max(8, room / (em * _LETTER))
        lines = len(text) / letters_in_line + text.count("\n") * 0.7 + 1
        height = round(lines * em * _LINE) + 2 * SPACE_XS + actions.HEIGHT + self.space_below
        if not self.is_answer:
            height += SPACE_XL
        if self.item.message.state in CONTINUABLE_STATES:
            height += _STATE_LINE
        if self.item.message.note:
            height += round(em * _LINE)
        return height
