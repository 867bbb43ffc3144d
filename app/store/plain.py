"""A stretch of Markdown as the plain words that a reader sees.

This is for one line in a list, where a mark too many does no harm: it does not parse, and costs
the same for every text of a length.
"""

from __future__ import annotations

import re

#: So much is looked at for a line: the marks that are taken away are not in it.
_LOOKED_AT = 3

_FENCE = re.compile(r"^[ \t]*(?:```|~~~)[^\n]*$", re.MULTILINE)
_TAG = re.compile(r"</?(?:think|thinking|tool_call)>")
_RULE = re.compile(r"^[ \t|:]*[-=*_](?:[-=*_ \t|:]*)$", re.MULTILINE)
_BEGINNING = re.compile(
    r"^[ \t]*(?:(?:>|[-*+](?=[ \t])|#{1,6}(?=[ \t]))[ \t]*)+(?:\[[ xX]\][ \t]+)?", re.MULTILINE
)
_ROW = re.compile(r"^[ \t]*\|.*$", re.MULTILINE)
_LINK = re.compile(r"!?\[([^\[\]\n]*)\](?:\([^()\n]*\)|\[[^\[\]\n]*\])")
_ADDRESS = re.compile(r"<((?:https?://|mailto:)[^<>\s]*)>")
_CODE = re.compile(r"(`+)([^`]+)\1(?!`)")
_STRESS = re.compile(r"(?<!\\)(\*{1,3}|~~)(?=\S)([^\n]+?)(?<![\s\\])\1")
_UNDERLINED = re.compile(r"(?<![\w\\])(_{1,3})(?=\S)([^\n]+?)(?<![\s\\])\1(?!\w)")
_LEFT_OVER = re.compile(r"\*{2,}|~~|`{2,}|\$\$")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


def plain_line(text: str, length: int) -> str:
    """Return the beginning of `text` as one line of plain words, cut with an ellipsis."""
    line = " ".join(plain(text[: _LOOKED_AT * length]).split())
    is_whole = len(line) <= length and len(text) <= _LOOKED_AT * length
    return line if is_whole else line[:length].rstrip() + " …"


def plain(text: str, *, in_code: bool = False) -> str:
    """Return `text` without the marks of Markdown; `in_code` says that it begins inside a block."""
    pieces: list[str] = []
    for place, piece in enumerate(_FENCE.split(text)):
        pieces.append(piece if in_code == (place % 2 == 0) else _prose(piece))
    return "\n".join(pieces)


def begins_in_code(text: str, start: int) -> bool:
    """Return whether the place `start` of `text` lies inside a block of code."""
    fences = text.count("\n```", 0, start) + text.startswith("```", 0, start)
    return fences % 2 == 1


def _prose(text: str) -> str:
    text = _TAG.sub(" ", text)
    text = _RULE.sub("", text)
    text = _BEGINNING.sub("", text)
    text = _ROW.sub(_without_bars, text)
    text = _ADDRESS.sub(r"\1", _LINK.sub(r"\1", text))
    pieces: list[str] = []
    last = 0
    for code in _CODE.finditer(text):
        pieces += (_unstressed(text[last : code.start()]), code[2])
        last = code.end()
    return "".join((*pieces, _unstressed(text[last:])))


def _without_bars(row: re.Match[str]) -> str:
    return row[0].replace("|", " ")


def _unstressed(text: str) -> str:
    # Once more for what is stressed inside of something stressed.
    for _ in range(2):
        text = _UNDERLINED.sub(r"\2", _STRESS.sub(r"\2", text))
    return _ESCAPED.sub(r"\1", _LEFT_OVER.sub("", text))
