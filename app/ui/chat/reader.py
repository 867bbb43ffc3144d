"""Reads Markdown: CommonMark, tables, strikethrough, formulas, as blocks of parts. HTML stays text.

markdown-it is imported with the first text that is read, not with the program.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from app.ui.chat import maths, tables
from app.ui.chat.inline import InlineReader, is_too_hard
from app.ui.chat.parts import Code, Formula, Gap, Kind, Paragraph, Part, Place
from app.ui.chat.plain import verbatim

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

#: A larger block is shown as it came.
LARGEST_BLOCK = 128 * 1024
#: Indents, in steps of the writer.
LIST_STEPS = 6
QUOTE_STEPS = 4
MOST_STEPS = 40

# markdown-it drops what is nested deeper than it is allowed to go, so a block that comes near
# is shown as it came. Inline nesting is kept shallow: its cost grows much faster.
_BLOCK_NESTING = 60
_INLINE_NESTING = 20
_BULLETS = "•◦▪"
#: Markers of tasks that are open, and of those that are done.
TASK_MARKERS = "☐☑"
_TASKS = {"[ ] ": "☐", "[x] ": "☑", "[X] ": "☑"}
_HEADINGS = {"h1": Kind.HEADING_1, "h2": Kind.HEADING_2, "h3": Kind.HEADING_3}


@dataclass(frozen=True, slots=True)
class Block:
    """A block at the top level: the line it starts at, and what it says."""

    first_line: int
    parts: tuple[Part, ...]
    open_fence: str = ""
    """The marker of a code fence that has not ended; empty otherwise."""


def marker_steps(marker: str) -> int:
    """Return how many steps a list item's text stands in from its marker."""
    # A long number needs more room than others to hang in.
    return LIST_STEPS + 2 * max(0, len(marker) - 3)


class MarkdownReader:
    """Reads texts, one after the other."""

    def __init__(self) -> None:
        self._block_parser = _parser(_BLOCK_NESTING)
        self._inline = InlineReader(_parser(_INLINE_NESTING))

    def read(self, source: str, references: dict[str, Any]) -> list[Block]:
        """Return the blocks of clean `source`; definitions in it are added to `references`."""
        env = {"references": references}
        tokens = self._tokens(source, env)
        lines = source.split("\n")
        self._inline.begin()
        blocks: list[Block] = []
        start = 0
        for end, token in enumerate(tokens, 1):
            if token.level == 0 and token.nesting <= 0:
                blocks.append(self._block(tokens[start:end], lines, env))
                start = end
        return blocks

    def define(self, source: str, references: dict[str, Any]) -> None:
        """Add the definitions in `source` to `references`, read nothing else."""
        self._tokens(source, {"references": references})

    def _tokens(self, source: str, env: dict[str, Any]) -> list[Token]:
        tokens: list[Token] = []
        self._block_parser.block.parse(source, self._block_parser, env, tokens)
        return tokens

    def _block(self, tokens: list[Token], lines: list[str], env: dict[str, Any]) -> Block:
        first_line, end_line = tokens[0].map or (0, 0)
        source = "\n".join(lines[first_line:end_line])
        too_deep = max(token.level for token in tokens) >= _BLOCK_NESTING - 1
        if too_deep or (len(source) > LARGEST_BLOCK and tokens[0].type != "fence"):
            return Block(first_line, tuple(verbatim(source.rstrip("\n"))))
        parts = _Walk(tokens, lines, self._inline, env).parts
        return Block(first_line, tuple(parts), _open_fence(tokens, lines))


class _Walk:
    """One pass over the tokens of a block, which says where in lists and quotes it stands."""

    def __init__(
        self, tokens: list[Token], lines: list[str], inline: InlineReader, env: dict[str, Any]
    ) -> None:
        self.parts: list[Part] = []
        self._lines = lines
        self._inline = inline
        self._env = env
        self._marker = ""
        self._indents: list[int] = [0]
        self._quotes: tuple[int, ...] = ()
        self._lists = 0
        self._kind = Kind.TEXT
        self._tight = False
        end = 0
        for at, token in enumerate(tokens):
            if token.type == "table_open":
                end = tables.end_of_table(tokens, at)
                self._add_table(tokens[at:end])
            elif at >= end:
                self._visit(token)

    def _visit(self, token: Token) -> None:
        kind = token.type
        if kind == "paragraph_open":
            self._kind, self._tight = Kind.TEXT, token.hidden
        elif kind == "heading_open":
            self._kind, self._tight = _HEADINGS.get(token.tag, Kind.HEADING_4), False
        elif kind == "inline":
            self._add_text(token.content)
        elif kind in ("fence", "code_block"):
            self._add_code(token)
        elif kind == maths.FORMULA:
            self._add_formula(token.content)
        elif kind == "hr":
            self._flush_marker()
            self.parts.append(Paragraph((), Kind.RULE, self._place(Gap.NORMAL)))
        elif kind in ("bullet_list_open", "ordered_list_open"):
            self._flush_marker()
            self._lists += 1
        elif kind in ("bullet_list_close", "ordered_list_close"):
            self._lists -= 1
        elif kind == "list_item_open":
            self._open_item(token)
        elif kind == "list_item_close":
            self._flush_marker()
            self._indents.pop()
        elif kind == "blockquote_open":
            self._flush_marker()
            self._quotes = (*self._quotes, self._indents[-1])
            self._indents.append(min(self._indents[-1] + QUOTE_STEPS, MOST_STEPS))
        elif kind == "blockquote_close":
            self._flush_marker()
            self._quotes = self._quotes[:-1]
            self._indents.pop()

    def _open_item(self, token: Token) -> None:
        if token.info:
            self._marker = token.info + token.markup
        else:
            self._marker = _BULLETS[min(self._lists, len(_BULLETS)) - 1]
        self._indents.append(min(self._indents[-1] + marker_steps(self._marker), MOST_STEPS))

    def _place(self, gap: Gap) -> Place:
        if self.parts and self._tight and gap is Gap.NORMAL:
            gap = Gap.TIGHT
        return Place(self._indents[-1], tuple(dict.fromkeys(self._quotes)), gap)

    def _take_marker(self) -> str:
        marker, self._marker = self._marker, ""
        return marker

    def _flush_marker(self) -> None:
        """Show the marker of an item that does not begin with words."""
        if self._marker:
            self._tight = True
            place = self._place(Gap.NORMAL)
            self.parts.append(Paragraph((), Kind.TEXT, place, self._take_marker()))

    def _add_text(self, content: str) -> None:
        gap = Gap.NORMAL if self._kind is Kind.TEXT else Gap.WIDE
        if self._marker and content[:4] in _TASKS:
            self._marker = _TASKS[content[:4]]
            content = content[4:]
        place = self._place(gap)
        if is_too_hard(content):
            self._flush_marker()
            self.parts.extend(
                replace(line, place=replace(place, gap=line.place.gap))
                for line in verbatim(content, gap)
            )
            return
        runs = self._inline.read(content, self._env)
        self.parts.append(Paragraph(runs, self._kind, place, self._take_marker()))

    def _add_formula(self, source: str) -> None:
        self._flush_marker()
        self._tight = False
        self.parts.append(Formula(source, self._place(Gap.NORMAL)))

    def _add_code(self, token: Token) -> None:
        self._flush_marker()
        language = token.info.split(maxsplit=1)[0] if token.info.strip() else ""
        text = token.content.removesuffix("\n")
        self.parts.append(Code(text, language[:40], place=self._place(Gap.NORMAL)))

    def _add_table(self, tokens: list[Token]) -> None:
        self._flush_marker()
        self._tight = False
        first, end = tokens[0].map or (0, 0)
        source = "\n".join(self._lines[first:end])
        self.parts.extend(
            tables.read_table(tokens, source, self._place(Gap.NORMAL), self._inline, self._env)
        )


def _open_fence(tokens: list[Token], lines: list[str]) -> str:
    token = tokens[0]
    if token.type != "fence" or token.map is None:
        return ""
    first, end = token.map
    last = lines[min(end, len(lines)) - 1].strip() if end - 1 > first else ""
    ended = len(last) >= len(token.markup) and set(last) == {token.markup[0]}
    return "" if ended else token.markup


@cache
def _parser(nesting: int) -> MarkdownIt:
    from markdown_it import MarkdownIt

    options = {"html": False, "maxNesting": nesting}
    parser = MarkdownIt("commonmark", options).enable(["table", "strikethrough"])
    maths.add_rules(parser)
    return parser
