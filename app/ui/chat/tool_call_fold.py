"""A function that a model asks for, folded away below its name. Nothing is called here."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtWidgets import QWidget

from app.chat.tool_calls import ToolCall, read_tool_call
from app.ui.chat.code_block import CodeBlock
from app.ui.chat.fold import Fold
from app.ui.chat.parts import Code
from app.ui.chat.plain import clean

#: A larger call is read only when it is there as a whole.
_LARGEST_OPEN_CALL = 16 * 1024


class ToolCallFold(Fold):
    """Says which function; inside are the arguments, as code."""

    _code: CodeBlock | None = None
    _call = ToolCall("", "")
    #: What was read last, and whether that is too much to be read with every frame.
    _read = (-1, False)
    _is_large = False

    def colorize(self) -> bool:
        """Colour the arguments if they are not coloured yet. Return whether that was to be done."""
        return self._code is not None and self._is_open and self._code.colorize()

    def _title(self) -> str:
        name = clean(self._parsed().name)
        if not self._is_ended:
            return self.tr("Calling {name}…").format(name=name) if name else self.tr("Calling…")
        if not name:
            return self.tr("Called a function")
        return self.tr("Called {name}").format(name=name)

    def _parsed(self) -> ToolCall:
        state = (len(self._pieces), self._is_ended)
        if state != self._read and (self._is_ended or not self._is_large):
            self._read = state
            text = "".join(self._pieces)
            self._is_large = len(text) > _LARGEST_OPEN_CALL
            self._call = read_tool_call(text)
        return self._call

    def _show_text(self) -> None:
        if self._code is None:
            self._code = CodeBlock(self._theme, self._icons, self._styles, self)
            self._code.menu_requested.connect(self.menu_requested)
            self._code.height_changed.connect(self.height_changed)
        text = self._parsed().arguments if self._is_ended else "".join(self._pieces).strip()
        self._code.show_parts([Code(clean(text), "json", closed=self._is_ended)])
        self._code.show()

    def _hide_content(self) -> None:
        if self._code is not None:
            self._code.hide()

    def _arrange_content(self, width: int, left: int, top: int) -> int:
        assert self._code is not None
        height = self._code.height_at(width)
        self._code.setGeometry(left, top, width, height)
        return height

    def _content_focus_widgets(self) -> Iterator[QWidget]:
        if self._code is not None:
            yield self._code.text
            yield from self._code.buttons
