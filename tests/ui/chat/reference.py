"""What a reference renderer makes of Markdown, as plain text: markdown-it's HTML without its tags."""

from __future__ import annotations

import re
from functools import cache
from html.parser import HTMLParser

from markdown_it import MarkdownIt

from app.ui.chat.parts import Code, Formula, Paragraph, Part, Table

_SPACES = re.compile(r"\s+")


class _Text(HTMLParser):
    """Collects text; a picture is the words that describe it, or its address."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(" " if tag in ("br", "td", "th", "li", "p") else "")
        if tag == "img":
            values = dict(attrs)
            self.found.append(values.get("alt") or values.get("src") or "")


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def reference_text(source: str) -> str:
    """Return the text of `source`, without any spaces."""
    reader = _Text()
    reader.feed(_parser().render(source))
    reader.close()
    return _SPACES.sub("", "".join(reader.found))


def text_of_parts(parts: list[Part]) -> str:
    """Return what parts say, without markers and without any spaces."""
    return _SPACES.sub("", "".join(map(_text, parts)))


def _text(part: Part) -> str:
    if isinstance(part, Paragraph):
        return "".join(run.text for run in part.runs)
    if isinstance(part, Code):
        return part.text
    if isinstance(part, Formula):
        return part.source
    assert isinstance(part, Table)
    return "".join(run.text for row in part.rows for cell in row for run in cell)
