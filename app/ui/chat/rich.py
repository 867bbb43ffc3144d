"""What a message says as HTML to paste into a word processor.

Written from the parts that are shown, tag by tag: nothing that a model wrote gets into it but as
escaped text, and as the address of a link that may be offered.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from app.ui.chat import links
from app.ui.chat.parts import Alignment, Code, Formula, Kind, Paragraph, Part, Run, Style, Table
from app.ui.chat.plain import LINE_BREAK

_TAGS = {
    Kind.HEADING_1: "h1",
    Kind.HEADING_2: "h2",
    Kind.HEADING_3: "h3",
    Kind.HEADING_4: "h4",
}
_STYLES = (
    (Style.CODE, "code"),
    (Style.BOLD, "b"),
    (Style.ITALIC, "i"),
    (Style.STRIKE, "s"),
)
_ALIGNMENTS = {
    Alignment.LEFT: ' align="left"',
    Alignment.CENTER: ' align="center"',
    Alignment.RIGHT: ' align="right"',
}
_EM_PER_STEP = 0.3


def rich_text(parts: Sequence[Part]) -> str:
    """Return `parts` as the inside of an HTML body."""
    return "\n".join(_pieces(parts))


def _pieces(parts: Sequence[Part]) -> Iterator[str]:
    rows: list[Table] = []
    for part in parts:
        if isinstance(part, Table) and rows and not part.has_header:
            # The next rows of a long table, which comes in several parts.
            rows.append(part)
            continue
        if rows:
            yield _table(rows)
            rows = []
        if isinstance(part, Table):
            rows = [part]
        elif isinstance(part, Code):
            yield f"<pre{_margin(part)}>{escape(part.text)}</pre>"
        elif isinstance(part, Formula):
            yield f"<p{_margin(part)}><code>{escape(part.source)}</code></p>"
        else:
            yield _paragraph(part)
    if rows:
        yield _table(rows)


def _paragraph(part: Paragraph) -> str:
    if part.kind is Kind.RULE:
        return "<hr>"
    tag = _TAGS.get(part.kind, "p")
    marker = f"{escape(part.marker)}&nbsp;" if part.marker else ""
    words = "".join(map(_run, part.runs))
    return f"<{tag}{_margin(part)}>{marker}{words}</{tag}>"


def _run(run: Run) -> str:
    if run.formula:
        return f"<code>{escape(run.formula)}</code>"
    text = escape(run.text).replace(LINE_BREAK, "<br>")
    for style, tag in _STYLES:
        if style in run.style:
            text = f"<{tag}>{text}</{tag}>"
    if run.link and links.allowed(run.link):
        return f'<a href="{escape(run.link)}">{text}</a>'
    return text


def _table(chunks: Sequence[Table]) -> str:
    first = chunks[0]
    lines: list[str] = []
    for row in (row for chunk in chunks for row in chunk.rows):
        tag = "th" if first.has_header and not lines else "td"
        cells = (
            f"<{tag}{_ALIGNMENTS.get(alignment, '')}>{''.join(map(_run, cell))}</{tag}>"
            for cell, alignment in zip(row, first.alignments, strict=False)
        )
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return f'<table border="1" cellspacing="0" cellpadding="4">{"".join(lines)}</table>'


def _margin(part: Part) -> str:
    steps = part.place.indent
    return f' style="margin-left:{steps * _EM_PER_STEP:.1f}em"' if steps else ""
