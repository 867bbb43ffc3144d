"""Reads the inside of a paragraph: emphasis, code, links, formulas, line breaks, as runs of text.

Whatever could load something (images, HTML) becomes text, and a link that may not be offered
becomes the words it stood on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from app.ui.chat import links, maths
from app.ui.chat.parts import Run, Style
from app.ui.chat.plain import LINE_BREAK

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

#: Beyond these a paragraph is shown as it came: brackets cost the square of their number.
LONGEST_CONTENT = 16_000
MOST_BRACKETS = 1_500

_STYLES = {
    "strong": Style.BOLD,
    "em": Style.ITALIC,
    "s": Style.STRIKE,
}


class InlineReader:
    """Turns the content of paragraphs into runs, and remembers those of the last reading.

    An open block is read again with every frame, and all but its end has stayed the same.
    """

    def __init__(self, parser: MarkdownIt) -> None:
        self._parser = parser
        self._known: dict[str, tuple[Run, ...]] = {}
        self._used: dict[str, tuple[Run, ...]] = {}

    def begin(self) -> None:
        """Start another reading; forget what the one before last knew."""
        self._known, self._used = self._used, {}

    def read(self, content: str, env: dict[str, Any]) -> tuple[Run, ...]:
        """Return the runs of `content`, its references looked up in `env`."""
        if "[" in content and env.get("references"):
            # What it says depends on definitions, and these change while they arrive.
            return self._parse(content, env)
        runs = self._used.get(content) or self._known.get(content)
        if runs is None:
            runs = self._parse(content, env)
        self._used[content] = runs
        return runs

    def _parse(self, content: str, env: dict[str, Any]) -> tuple[Run, ...]:
        tokens: list[Token] = []
        self._parser.inline.parse(content, self._parser, env, tokens)
        return _runs(tokens)


def is_too_hard(content: str) -> bool:
    """Return whether reading `content` would take longer than anyone waits."""
    return len(content) > LONGEST_CONTENT or content.count("[") > MOST_BRACKETS


def _runs(tokens: Sequence[Token]) -> tuple[Run, ...]:
    collected: list[Run] = []
    styles: list[Style] = [Style.PLAIN]
    addresses: list[str] = []
    for token in tokens:
        kind = token.type
        if kind in ("text", "text_special"):
            _add_text(collected, token.content, styles[-1], addresses)
        elif kind in ("softbreak", "hardbreak"):
            _add(collected, LINE_BREAK, styles[-1], addresses)
        elif kind == "code_inline":
            _add(collected, token.content, styles[-1] | Style.CODE, addresses)
        elif kind == maths.FORMULA:
            _add_formula(collected, token.content, styles[-1], addresses)
        elif kind == "image":
            # Never loaded: the words that describe it stand in its place.
            _add(collected, _words(token), styles[-1], addresses)
        elif kind == "link_open":
            address = str(token.attrGet("href") or "")
            addresses.append(address if links.allowed(address) else "")
        elif kind == "link_close":
            addresses.pop()
        elif kind.endswith("_open"):
            styles.append(styles[-1] | _STYLES.get(kind.removesuffix("_open"), Style.PLAIN))
        elif kind.endswith("_close"):
            styles.pop()
        else:
            _add(collected, token.content, styles[-1], addresses)
    return tuple(collected)


def _words(image: Token) -> str:
    described = "".join(
        LINE_BREAK if child.type in ("softbreak", "hardbreak") else child.content
        for child in image.children or ()
    )
    return described or str(image.attrGet("src") or "")


def _add_formula(collected: list[Run], source: str, style: Style, addresses: list[str]) -> None:
    source = source.replace("\n", " ")
    link = addresses[-1] if addresses else ""
    collected.append(Run(source, style | Style.FORMULA, link, source))


def _add_text(collected: list[Run], text: str, style: Style, addresses: list[str]) -> None:
    if addresses or "://" not in text:
        _add(collected, text, style, addresses)
        return
    for piece, address in links.split_at_addresses(text):
        _add(collected, piece, style, [address])


def _add(collected: list[Run], text: str, style: Style, addresses: list[str]) -> None:
    if not text:
        return
    link = addresses[-1] if addresses else ""
    if collected and collected[-1].style == style and collected[-1].link == link:
        text = collected.pop().text + text
    collected.append(Run(text, style, link))
