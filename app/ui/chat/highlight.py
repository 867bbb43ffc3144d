"""Colours for code, by language. pygments is imported with the first block that is coloured."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QColor, QSyntaxHighlighter, QTextCharFormat
from PySide6.QtWidgets import QPlainTextEdit

if TYPE_CHECKING:
    from pygments.lexer import Lexer

#: Larger code, or code with longer lines, stays in one colour: one step of a lexer cannot be
#: interrupted, and some take the square of what they look at.
LARGEST_CODE = 24 * 1024
LONGEST_LINE = 1_000

#: Languages whose lexers were tried with hostile text; of pygments' others some run for minutes.
_NAMES = """
    awk bash basic bat batch c c# c++ clojure cmake console cpp cs csharp css dart diff
    django docker dockerfile elixir erlang ex f# fish fortran fsharp go golang graphql groovy
    haskell hs html http ini java javascript jinja js json jsx julia kotlin latex
    less lisp lua make makefile mysql nasm nginx nix objc objective-c ocaml pascal perl
    php pl postgresql powershell prolog properties proto protobuf ps1 py py3 pycon pytb python
    python3 r rb rs ruby rust s sass scala scheme scss sh shell sql sqlite3 swift tcl terraform
    tex tf toml ts tsx typescript verilog vhdl vim vue xml yaml yml zig zsh
"""
LANGUAGES = frozenset(_NAMES.split())

_ALSO = {"cxx": "cpp", "h": "c", "hpp": "cpp", "jsonc": "json", "kt": "kotlin", "patch": "diff"}

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


def spans(code: str, language: str) -> Iterator[tuple[int, Span]]:
    """Yield what is to be coloured, each with its line; nothing for an unknown language.

    The caller may stop between two steps, and go on later.
    """
    lexer = _lexer(language.lower())
    too_large = len(code) > LARGEST_CODE or max(map(len, code.split("\n"))) > LONGEST_LINE
    if lexer is None or too_large:
        return
    line = column = 0
    for token, text in lexer.get_tokens(code):
        kind = _kind(token)
        for number, piece in enumerate(text.split("\n")):
            if number:
                line, column = line + 1, 0
            length = len(piece) if piece.isascii() else len(piece.encode("utf-16-le")) // 2
            if length:
                yield line, (column, length, kind)
            column += length


class CodeColors(QSyntaxHighlighter):
    """Paints spans over the document of an editor, which owns this, without changing it."""

    def __init__(self, editor: QPlainTextEdit, *, is_dark: bool) -> None:
        # Not the document's: see `app.ui.chat.writer` for what becomes of one that is kept.
        super().__init__(editor)
        self.setDocument(editor.document())
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
            if kind:
                self.setFormat(start, length, self._formats[kind])


@cache
def _kind(token: Any) -> str:
    # Tokens are paths: "Token.Literal.String.Doc" begins with "Token.Literal.String".
    path = str(token) + "."
    return next((kind for prefix, kind in _KINDS if path.startswith(prefix + ".")), "")


@cache
def _lexer(language: str) -> Lexer | None:
    language = _ALSO.get(language, language)
    if language not in LANGUAGES:
        return None
    from pygments.lexers import get_lexer_by_name

    # Spaces and line ends are kept as they are, so that places fit the document.
    return get_lexer_by_name(language, stripnl=False, ensurenl=False)
