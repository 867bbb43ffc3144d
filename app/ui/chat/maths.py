r"""Finds formulas in Markdown: `$…$` and `\(…\)` in a line, `$$…$$` and `\[…\]` on their own.

Two rules for markdown-it. A formula keeps its delimiters all the way: they tell what it is, and a
formula that is not drawn, or is copied, is shown by exactly what the model wrote.

1. A formula in a line ends within its paragraph. Money is none: a dollar sign opens one only
   before, and ends one only after, something else than a space, never before a digit.
2. One that begins a line goes on to the line that ends it, at most to the next empty line. What
   has no end by then is a paragraph, so that text that arrives never changes what came before.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline

#: A longer formula is shown as its source, and so is one of more lines.
LONGEST_FORMULA = 4_000
MOST_LINES = 64
#: The type of the tokens of both rules.
FORMULA = "formula"

_LONGEST_INLINE = 2_000
#: How many delimiters with a backslash before them are passed over.
_MOST_ESCAPED = 16
_PAIRS = {"$$": "$$", r"\[": r"\]", r"\(": r"\)", "$": "$"}
_ENVIRONMENT = re.compile(r"\\begin\{((?:equation|align|gather|multline|eqnarray)\*?)\}")
_SPACES = " \t\n"
_WORDS = re.compile(r"[A-Za-z]{2,}")
_MARKUP = re.compile(r"[\\^_{}=<>+*/|]")
_ONE_LETTER = re.compile(r"[A-Za-z]\Z|[^A-Za-z]*\Z")


def add_rules(parser: MarkdownIt) -> None:
    """Let `parser` find formulas."""
    parser.inline.ruler.before("escape", FORMULA, _inline_rule)
    alternatives = ["paragraph", "reference", "blockquote", "list"]
    parser.block.ruler.before("fence", FORMULA, _block_rule, {"alt": alternatives})


def split_source(source: str) -> tuple[str, bool]:
    """Return the LaTeX of a formula without its delimiters, and whether it stands in a line."""
    source = source.strip()
    for opening, closing in _PAIRS.items():
        if source.startswith(opening):
            inside = source[len(opening) :].removesuffix(closing)
            return inside.strip(), opening in ("$", r"\(")
    return source, False


def _inline_rule(state: StateInline, silent: bool) -> bool:
    marker = state.src[state.pos : state.pos + 2]
    if marker[0] == "$":
        end = _end_of_dollars(state.src, state.pos, state.posMax)
    elif marker in (r"\(", r"\["):
        end = _end_of(state.src, state.pos + 2, state.posMax, _PAIRS[marker])
    else:
        return False
    if not end:
        return False
    if not silent:
        token = state.push(FORMULA, "", 0)
        token.content = state.src[state.pos : end]
    state.pos = end
    return True


def _end_of_dollars(text: str, start: int, most: int) -> int:
    if text.startswith("$$", start):
        return _end_of(text, start + 2, most, "$$")
    before, after = text[start - 1 : start], text[start + 1 : start + 2]
    if not after or after in _SPACES or (before.isascii() and before.isalnum()):
        return 0
    end = _end_of(text, start + 1, most, "$")
    if not end or text[end - 2] in _SPACES:
        return 0
    inside, following = text[start + 1 : end - 1], text[end : end + 1]
    if following.isdigit() or following == "$" or _is_prose(inside):
        return 0
    if following.isascii() and following.isalpha() and not _ONE_LETTER.match(inside):
        # "the $n$th", not "$HOME/$USER".
        return end if re.search(r"[\\^_{]", inside) else 0
    return end


def _is_prose(inside: str) -> bool:
    """Return whether words stand between what may be two amounts of money."""
    return " " in inside and not _MARKUP.search(inside) and _WORDS.search(inside) is not None


def _end_of(text: str, start: int, most: int, closing: str) -> int:
    """Return the place behind `closing`, or 0 when there is none that ends a formula."""
    most = min(most, start + _LONGEST_INLINE)
    end = start - 1
    for _ in range(_MOST_ESCAPED):
        end = text.find(closing, end + 1, most)
        if end < 0:
            return 0
        # Of "\\\\]" the first two belong together, and the bracket is none.
        slashes = end
        while slashes > start and text[slashes - 1] == "\\":
            slashes -= 1
        if (end - slashes) % 2 == 0:
            has_words = any(map(str.isalnum, text[start:end]))
            return end + len(closing) if has_words else 0
    return 0


def _block_rule(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    if state.is_code_block(first):
        return False
    line = _line(state, first)
    opening, closing = _delimiters(line)
    if not opening:
        return False
    rest = line[len(opening) :]
    if closing in rest:
        if rest.index(closing) + len(closing) != len(rest) or not any(map(str.isalnum, rest)):
            return False
        is_whole, end = True, first + 1
    else:
        is_whole, end = _find_end(state, first, last, closing)
    if silent:
        return True
    content = state.getLines(first, end, state.blkIndent, False).strip()
    state.line = end
    if is_whole and len(content) <= LONGEST_FORMULA:
        token = state.push(FORMULA, "", 0)
        token.content = content
        token.map = [first, end]
        token.block = True
        return True
    token = state.push("paragraph_open", "p", 1)
    token.map = [first, end]
    token = state.push("inline", "", 0)
    token.content = content
    token.map = [first, end]
    token.children = []
    state.push("paragraph_close", "p", -1)
    return True


def _delimiters(line: str) -> tuple[str, str]:
    for opening in ("$$", r"\["):
        if line.startswith(opening):
            return opening, _PAIRS[opening]
    match = _ENVIRONMENT.match(line)
    return (match.group(), rf"\end{{{match[1]}}}") if match else ("", "")


def _find_end(state: StateBlock, first: int, last: int, closing: str) -> tuple[bool, int]:
    """Return whether the formula is whole, and the line behind it."""
    end = first + 1
    while end < min(last, first + MOST_LINES):
        if state.isEmpty(end) or state.sCount[end] < state.blkIndent:
            break
        line = _line(state, end)
        end += 1
        if closing in line:
            return line.index(closing) + len(closing) == len(line), end
    return False, end


def _line(state: StateBlock, number: int) -> str:
    start = state.bMarks[number] + state.tShift[number]
    return state.src[start : state.eMarks[number]].rstrip()
