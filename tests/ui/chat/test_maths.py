"""What is a formula in Markdown, and what is money."""

from __future__ import annotations

import time

import pytest

from app.ui.chat.maths import LONGEST_FORMULA, MOST_LINES, split_source
from app.ui.chat.parts import Formula, Paragraph, Part
from app.ui.chat.plain import clean
from app.ui.chat.reader import MarkdownReader


def read(source: str) -> list[Part]:
    blocks = MarkdownReader().read(clean(source), {})
    return [part for block in blocks for part in block.parts]


def inline(source: str) -> list[str]:
    """Return the formulas that stand in lines."""
    return [
        run.formula
        for part in read(source)
        if isinstance(part, Paragraph)
        for run in part.runs
        if run.formula
    ]


def displayed(source: str) -> list[str]:
    return [part.source for part in read(source) if isinstance(part, Formula)]


@pytest.mark.parametrize(
    ("source", "formulas"),
    [
        ("a $x$ b", ["$x$"]),
        ("$x$, ($y$) and $z$.", ["$x$", "$y$", "$z$"]),
        (r"\(a\) and \[b\]", [r"\(a\)", r"\[b\]"]),
        ("用$x$表示", ["$x$"]),
        ("the $n$th and $O(n)$-ish", ["$n$", "$O(n)$"]),
        ("$$a$$ in a line", ["$$a$$"]),
        ("**$a$** *$b$*", ["$a$", "$b$"]),
        ("$a_1 b_1$ and _c_", ["$a_1 b_1$"]),
        ("$2$ and $-1$", ["$2$", "$-1$"]),
        (r"$a\$b$", [r"$a\$b$"]),
        ("`$x$` $y$", ["$y$"]),
        ("| $a$ |\n|---|\n| b |", []),
    ],
)
def test_formulas_in_a_line_are_found(source: str, formulas: list[str]) -> None:
    assert inline(source) == formulas


@pytest.mark.parametrize(
    "source",
    [
        "$5 and $10",
        "It costs $5, $10 and 3$.",
        "from $5 to $10",
        "5$ to 10$",
        "costs $5 to 10$.",
        "$HOME and $PATH",
        "$HOME/$USER",
        "US$5 and A$6",
        "$ x $",
        "$$",
        "$",
        "$$$$",
        r"\$x\$",
        r"\(\)",
        r"\\(a\\)",
        "a\\(b",
        "$a\n\nb$",
    ],
)
def test_money_and_the_like_is_no_formula(source: str) -> None:
    assert inline(source) == []
    assert displayed(source) == []


@pytest.mark.parametrize(
    ("source", "formula"),
    [
        ("$$\nx\n$$", "$$\nx\n$$"),
        ("text:\n$$\nx\n$$\nafter", "$$\nx\n$$"),
        ("$$ x $$", "$$ x $$"),
        ("$$\nx = 1\n= 2\n- 3\n# 4\n$$", "$$\nx = 1\n= 2\n- 3\n# 4\n$$"),
        ("\\[\na\n\\]", "\\[\na\n\\]"),
        ("> $$\n> x\n> $$", "$$\nx\n$$"),
        ("- a\n  $$\n  x\n  $$", "$$\nx\n$$"),
        ("\\begin{align}\na\n\\end{align}", "\\begin{align}\na\n\\end{align}"),
    ],
)
def test_a_formula_on_its_own_is_a_part(source: str, formula: str) -> None:
    assert displayed(source) == [formula]


@pytest.mark.parametrize(
    "source",
    [
        "$$\nx\n\ny\n$$x",
        "$$\nx",
        "\\[ x",
        "$$\n" + "x\n" * MOST_LINES + "$$",
        "$$" + "x+" * LONGEST_FORMULA + "$$",
        "    $$\n    x\n    $$",
    ],
)
def test_what_has_no_end_or_is_too_long_is_text(source: str) -> None:
    assert displayed(source) == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("$x$", ("x", True)),
        (r"\(x\)", ("x", True)),
        ("$$\nx\n$$", ("x", False)),
        (r"\[ x \]", ("x", False)),
        (r"\begin{align}x\end{align}", (r"\begin{align}x\end{align}", False)),
    ],
)
def test_delimiters_say_what_a_formula_is(source: str, expected: tuple[str, bool]) -> None:
    assert split_source(source) == expected


@pytest.mark.parametrize(
    "piece", ["$", "$a ", "\\(", "\\(\\\\)", "\\$", "$$", "\\[\n", "$$\n\n", "$x$"]
)
def test_looking_for_formulas_takes_no_longer_for_twice_as_many(piece: str) -> None:
    start = time.process_time()
    read(piece * (16_000 // len(piece)))
    assert time.process_time() - start < 1.0
