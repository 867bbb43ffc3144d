"""Markdown as parts: what each construct becomes, and what never becomes anything but text."""

from __future__ import annotations

import pytest

from app.ui.chat.parts import Alignment, Code, Gap, Kind, Paragraph, Part, Run, Style, Table
from app.ui.chat.plain import clean
from app.ui.chat.reader import LARGEST_BLOCK, MarkdownReader
from app.ui.chat.tables import CHUNK_ROWS


def read(source: str) -> list[Part]:
    blocks = MarkdownReader().read(clean(source), {})
    return [part for block in blocks for part in block.parts]


def paragraphs(source: str) -> list[Paragraph]:
    return [part for part in read(source) if isinstance(part, Paragraph)]


def text(part: Part) -> str:
    assert isinstance(part, Paragraph)
    return "".join(run.text for run in part.runs)


def test_emphasis_nests() -> None:
    (part,) = paragraphs("a *b **c*** ~~d~~ `e`")
    assert [(run.text, run.style) for run in part.runs] == [
        ("a ", Style.PLAIN),
        ("b ", Style.ITALIC),
        ("c", Style.ITALIC | Style.BOLD),
        (" ", Style.PLAIN),
        ("d", Style.STRIKE),
        (" ", Style.PLAIN),
        ("e", Style.CODE),
    ]


def test_a_line_end_in_a_paragraph_stays_a_line_end() -> None:
    (part,) = paragraphs("one\ntwo  \nthree")
    assert text(part) == "one\u2028two\u2028three"


@pytest.mark.parametrize("level", [1, 2, 3, 4, 5, 6])
def test_headings_have_levels_down_to_four(level: int) -> None:
    (part,) = paragraphs("#" * level + " Title")
    assert (
        part.kind
        is [Kind.HEADING_1, Kind.HEADING_2, Kind.HEADING_3, Kind.HEADING_4][min(level, 4) - 1]
    )
    assert part.place.gap is Gap.WIDE


def test_a_list_is_indented_with_its_markers() -> None:
    parts = paragraphs("- a\n  1. b\n  2. c\n- d")
    assert [(part.marker, text(part)) for part in parts] == [
        ("•", "a"),
        ("1.", "b"),
        ("2.", "c"),
        ("•", "d"),
    ]
    assert parts[1].place.indent > parts[0].place.indent == parts[3].place.indent


def test_a_numbered_list_keeps_the_numbers_it_starts_with() -> None:
    assert [part.marker for part in paragraphs("7. a\n8. b")] == ["7.", "8."]


def test_tasks_show_whether_they_are_done() -> None:
    assert [(part.marker, text(part)) for part in paragraphs("- [x] a\n- [ ] b\n- [y] c")] == [
        ("☑", "a"),
        ("☐", "b"),
        ("•", "[y] c"),
    ]


def test_the_second_paragraph_of_an_item_has_no_marker() -> None:
    first, second = paragraphs("- a\n\n  b")
    assert (first.marker, second.marker) == ("•", "")
    assert first.place.indent == second.place.indent


def test_an_item_that_begins_with_code_keeps_its_marker() -> None:
    marker, code = read("- ```\n  x\n  ```")
    assert isinstance(marker, Paragraph)
    assert marker.marker == "•"
    assert isinstance(code, Code)
    assert code.place.indent == marker.place.indent


def test_quotes_tell_where_their_bars_stand() -> None:
    outer, inner = paragraphs("> a\n>> b")
    assert outer.place.quotes == (0,)
    assert len(inner.place.quotes) == 2


def test_a_fence_knows_its_language_and_loses_no_line() -> None:
    assert read("```py title=x\na\n\nb\n\n```") == [Code("a\n\nb\n", "py")]


def test_indented_code_is_code_without_a_language() -> None:
    assert read("    a\n      b") == [Code("a\n  b")]


def test_a_table_has_rows_alignments_and_shares() -> None:
    (table,) = read("| a | b |\n|:-:|--:|\n| *c* | d |\n| e |")
    assert isinstance(table, Table)
    assert table.alignments == (Alignment.CENTER, Alignment.RIGHT)
    assert table.rows[1] == ((Run("c", Style.ITALIC),), (Run("d"),))
    assert len(table.rows) == 3
    assert 98 <= sum(table.shares) <= 102


def test_a_long_table_comes_in_parts_of_equal_shape() -> None:
    tables = read("|a|b|\n|-|-|\n" + "|1|2|\n" * (2 * CHUNK_ROWS))
    assert len(tables) == 3
    assert all(isinstance(table, Table) for table in tables)
    first, second, third = tables
    assert isinstance(first, Table)
    assert isinstance(second, Table)
    assert isinstance(third, Table)
    assert first.shares == second.shares == third.shares
    assert (first.has_header, second.has_header) == (True, False)
    assert sum(len(table.rows) for table in (first, second, third)) == 2 * CHUNK_ROWS + 1


@pytest.mark.parametrize(
    "source",
    [
        "<b>a</b>",
        "<img src=x>",
        "<div>\na\n</div>",
        "<!-- a -->",
        "<script>x</script>",
        "&lt;b&gt;".replace("&lt;", "<").replace("&gt;", ">"),
    ],
)
def test_html_is_text(source: str) -> None:
    (part,) = paragraphs(source)
    assert text(part) == source.replace("\n", "\u2028")


@pytest.mark.parametrize(
    "source", ["![words](x.png)", "![words](/dev/zero)", "![words](http://a/x.png)"]
)
def test_a_picture_is_the_words_that_describe_it(source: str) -> None:
    assert paragraphs(source)[0].runs == (Run("words"),)


def test_a_picture_with_a_local_address_is_shown_as_it_came() -> None:
    assert paragraphs("![words](file:///x)")[0].runs == (Run("![words](file:///x)"),)


def test_a_picture_without_words_is_its_address() -> None:
    assert text(paragraphs("![](x.png)")[0]) == "x.png"


def test_links_are_kept_only_for_allowed_addresses() -> None:
    (part,) = paragraphs("[a](http://x.y) [b](c) <mailto:d@e.f> [g](#h) [i](ftp://x) http://j.k")
    assert {run.text: run.link for run in part.runs if run.link} == {
        "a": "http://x.y",
        "mailto:d@e.f": "mailto:d@e.f",
        "http://j.k": "http://j.k",
    }
    assert "b" in text(part)
    assert "i" in text(part)


@pytest.mark.parametrize("scheme", ["javascript", "file", "data", "vbscript", "qrc"])
def test_dangerous_links_are_no_links(scheme: str) -> None:
    parts = paragraphs(f"[a]({scheme}:x) <{scheme}:x> [b][c]\n\n[c]: {scheme}:x")
    assert all(not run.link for part in parts for run in part.runs)


@pytest.mark.parametrize("opening", ["- ", "> ", "1. "])
def test_nesting_that_is_too_deep_is_shown_as_it_came(opening: str) -> None:
    parts = paragraphs(opening * 500 + "the end")
    assert all(part.kind is Kind.VERBATIM for part in parts)
    assert "".join(text(part) for part in parts) == opening * 500 + "the end"


def test_nesting_that_people_use_is_read() -> None:
    source = "\n".join("  " * depth + f"- {depth}" for depth in range(12))
    parts = paragraphs(source)
    assert [text(part) for part in parts] == [str(depth) for depth in range(12)]


def test_a_huge_block_loses_nothing() -> None:
    source = "word " * (LARGEST_BLOCK // 5 + 10)
    assert "".join(text(part) for part in paragraphs(source)).strip() == source.strip()


def test_characters_that_break_documents_are_replaced() -> None:
    (part,) = paragraphs("a\0b\ud800c\ufdd0d\ufffce\x1bf")
    assert text(part) == "a\ufffdb\ufffdc\ufffdd\ufffde\ufffdf"
