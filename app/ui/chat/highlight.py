"""Colours for code, by language. pygments is imported with the first block that is coloured."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QColor, QSyntaxHighlighter, QTextCharFormat, QTextDocument

if TYPE_CHECKING:
    from pygments.lexer import Lexer

#: Larger code, or code with longer lines, stays in one colour: lexers take their time.
LARGEST_CODE = 48 * 1024
LONGEST_LINE = 1_000

#: A stretch of a line: where it starts, how long it is (in UTF-16 units), what it is.
Span = tuple[int, int, str]

# What is told apart. Few colours: code is read, not looked at.
_KINDS = (
    ("Token.Comment", "comment"),
    ("Token.Keyword.Constant", "number"),
    ("Token.Keyword", "keyword"),
    ("Token.Operator.Word", "keyword"),
    ("Token.Literal.String", "string"),
    ("Token.Literal.Number", "number"),
    ("Token.Literal", "number"),
    ("Token.Name.Function", "name"),
    ("Token.Name.Class", "name"),
    ("Token.Name.Tag", "keyword"),
    ("Token.Name.Attribute", "name"),
    ("Token.Name.Decorator", "name"),
    ("Token.Name.Builtin", "builtin"),
    ("Token.Generic.Deleted", "deleted"),
    ("Token.Generic.Inserted", "string"),
    ("Token.Generic.Heading", "keyword"),
    ("Token.Generic.Subheading", "name"),
    ("Token.Generic.Output", "comment"),
    ("Token.Generic.Prompt", "comment"),
)

_LIGHT = {
    "comment": "#6b706a",
    "keyword": "#7a3e8e",
    "string": "#2f6f4f",
    "number": "#9a4a12",
    "name": "#1f5f8b",
    "builtin": "#1f5f8b",
    "deleted": "#b3261e",
}
_DARK = {
    "comment": "#8f978f",
    "keyword": "#d3a6e6",
    "string": "#8fd0ab",
    "number": "#efb588",
    "name": "#8fc4ea",
    "builtin": "#8fc4ea",
    "deleted": "#ffb4ab",
}


def colors(*, is_dark: bool) -> dict[str, str]:
    """Return the colour of each kind of code."""
    return _DARK if is_dark else _LIGHT


def spans(code: str, language: str) -> dict[int, list[Span]]:
    """Return what is to be coloured, by line number; nothing for an unknown language."""
    if len(code) > LARGEST_CODE or max(map(len, code.split("\n"))) > LONGEST_LINE:
        return {}
    lexer = _lexer(language.lower())
    if lexer is None:
        return {}
    found: dict[int, list[Span]] = {}
    line = column = 0
    for token, text in lexer.get_tokens(code):
        kind = _kind(token)
        for number, piece in enumerate(text.split("\n")):
            if number:
                line, column = line + 1, 0
            length = len(piece) if piece.isascii() else len(piece.encode("utf-16-le")) // 2
            if kind and length:
                found.setdefault(line, []).append((column, length, kind))
            column += length
    return found


class CodeColors(QSyntaxHighlighter):
    """Paints spans over a document without changing it."""

    def __init__(self, document: QTextDocument, *, is_dark: bool) -> None:
        super().__init__(document)
        self._spans: dict[int, list[Span]] = {}
        self._formats: dict[str, QTextCharFormat] = {}
        for kind, color in colors(is_dark=is_dark).items():
            self._formats[kind] = QTextCharFormat()
            self._formats[kind].setForeground(QColor(color))

    def show_spans(self, found: dict[int, list[Span]]) -> None:
        """Colour the document by `found`."""
        self._spans = found
        self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        """Colour one line."""
        del text
        for start, length, kind in self._spans.get(self.currentBlock().blockNumber(), ()):
            self.setFormat(start, length, self._formats[kind])


@cache
def _kind(token: Any) -> str:
    # Tokens are paths: "Token.Literal.String.Doc" begins with "Token.Literal.String".
    path = str(token) + "."
    return next((kind for prefix, kind in _KINDS if path.startswith(prefix + ".")), "")


@cache
def _aliases() -> dict[str, str]:
    from pygments.lexers import get_all_lexers

    # Without plugins: looking for these reads every installed distribution.
    return {
        alias.lower(): aliases[0]
        for _name, aliases, _files, _types in get_all_lexers(plugins=False)
        for alias in reversed(tuple(aliases))
    }


@cache
def _lexer(language: str) -> Lexer | None:
    from pygments.lexers import get_lexer_by_name

    alias = _aliases().get(language)
    # Spaces and line ends are kept as they are, so that places fit the document.
    return get_lexer_by_name(alias, stripnl=False, ensurenl=False) if alias else None
