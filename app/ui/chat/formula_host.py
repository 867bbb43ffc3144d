"""Draws formulas as outlines, in a process of its own: a hostile one can only hurt that.

1. The window writes a line for each formula: JSON of its LaTeX and of whether it stands in a line.
2. This process answers each with a line: JSON of an outline, or null for what cannot be drawn.
3. Once the library and its font are there it may open nothing more, and use little memory. A
   formula that takes too long ends the process, and so does the end of its input.

No Qt here, and no part of the program but this.
"""

from __future__ import annotations

import contextlib
import json
import re
import resource
import signal
import sys
import unicodedata
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element, SubElement

#: Outlines are drawn with letters of this size and scaled later.
EM = 100.0
#: The time of a processor that a formula may take, and the memory of the whole process.
MOST_SECONDS = 2.0
MOST_BYTES = 512 * 1024 * 1024
#: An outline with more characters than this is not worth drawing.
LARGEST_OUTLINE = 400_000
#: How wide and high an outline may be, in ems; what is larger is shown as its source.
WIDEST = 200.0
HIGHEST = 80.0

_WARM_UP = (
    r"\frac{a}{\sqrt{2}} \sum_{i=0}^n \mathbb{R} \begin{pmatrix} a \\ b \end{pmatrix} \text{x}"
)
# What says how a formula is numbered and named, or asks for colours: it is left out.
_IGNORED = re.compile(
    r"\\(?:label\s*\{[^{}]*\}|nonumber\b|notag\b|(?:text)?color\s*\{[^{}]*\}|displaylimits\b)"
)
# Has the place and size of letters that the font does not have: as wide as one of them.
_BOX = "\u2b1a"
_COMMAND = re.compile(r"\\[a-zA-Z]")
_TAG = re.compile(r"\\tag\*?\s*\{([^{}]*)\}")
# Names that the library lacks, and what it has for them.
_SAME = {
    r"\bm": r"\boldsymbol",
    r"\lvert": "|",
    r"\rvert": "|",
    r"\lVert": r"\|",
    r"\rVert": r"\|",
    r"\dots": r"\ldots",
    r"\dotsc": r"\ldots",
    r"\dotsb": r"\cdots",
}
_NAMES = re.compile("|".join(re.escape(name) + r"(?![a-zA-Z])" for name in _SAME))


def outline_of(tex: str, *, inline: bool) -> list[Any] | None:
    """Return the outline of `tex`: left, width, ascent, descent, filled paths, stroked ones, letters.

    Letters are those of scripts that the library's font does not have, each with its place and
    size: the window writes them. None for what has no outline. Raises whatever the library raises for what it cannot read.
    """
    from ziamath.zmath import Latex

    tex = _TAG.sub(r"\\qquad (\1)", _IGNORED.sub("", tex))
    tex = _NAMES.sub(_known_name, tex)
    wide = [letter for letter in tex if _is_wide(letter)]
    if wide:
        tex = "".join(_BOX if _is_wide(letter) else letter for letter in tex)
    formula = Latex(tex, size=EM, inline=inline, margin=0)
    words = "".join(formula.element.itertext())
    # What the library does not know it shows as a word.
    if _COMMAND.search(words) or not _has_all(formula.font, words):
        return None
    box = formula.node.bbox
    filled: list[str] = []
    stroked: list[tuple[float, str]] = []
    boxes: list[tuple[float, float, float]] = []
    for element in formula.svgxml():
        _collect(element, filled, stroked, boxes)
    if len(boxes) != len(wide):
        return None
    size = sum(map(len, filled)) + sum(len(path) for _, path in stroked)
    width, height = box.xmax - box.xmin, box.ymax - box.ymin
    fits = 0 < width <= WIDEST * EM and 0 < height <= HIGHEST * EM
    if not fits or not (size or boxes) or size > LARGEST_OUTLINE:
        return None
    letters = [[*place, letter] for place, letter in zip(boxes, wide, strict=True)]
    return [box.xmin, width, box.ymax, -box.ymin, filled, stroked, letters]


def mark_boxes() -> None:
    """Let the library leave the boxes blank that stand for letters it does not have."""
    from ziamath.drawable import Glyph

    draw = Glyph.draw

    def draw_or_mark(self: Any, x: float, y: float, svg: Element) -> tuple[float, float]:
        if self.char != _BOX:
            return draw(self, x, y, svg)
        SubElement(svg, "box", {"x": str(x), "y": str(y), "size": str(self.size)})
        return x + self.xadvance(), y

    Glyph.draw = draw_or_mark  # type: ignore[method-assign]


def _known_name(match: re.Match[str]) -> str:
    return _SAME[match.group()]


def _has_all(font: Any, text: str) -> bool:
    """Return whether the font has a picture for every character of `text`."""
    seen = {letter for letter in text if not letter.isspace() and ord(letter) > 0x7F}
    return all(font.glyphindex(letter) for letter in seen)


def _is_wide(letter: str) -> bool:
    return letter > "\u2e7f" and unicodedata.east_asian_width(letter) in ("W", "F")


def _collect(
    element: Element,
    filled: list[str],
    stroked: list[tuple[float, str]],
    boxes: list[tuple[float, float, float]],
) -> None:
    """Note the shape of `element`, not its colours. What is not known here is left out."""
    get = element.attrib.get
    if element.tag == "path":
        if get("stroke-width"):
            stroked.append((float(get("stroke-width", "1")), get("d", "")))
        else:
            filled.append(get("d", ""))
    elif element.tag == "rect":
        path = _rectangle(*(float(get(name, "0")) for name in ("x", "y", "width", "height")))
        if get("stroke-width"):
            stroked.append((float(get("stroke-width", "1")), path))
        else:
            filled.append(path)
    elif element.tag == "box":
        boxes.append((float(get("x", "0")), float(get("y", "0")), float(get("size", "0"))))
    elif element.tag == "ellipse":
        path = _ellipse(*(float(get(name, "0")) for name in ("cx", "cy", "rx", "ry")))
        stroked.append((float(get("stroke-width", "1")), path))


def _rectangle(x: float, y: float, width: float, height: float) -> str:
    return f"M {x:.2f} {y:.2f} h {width:.2f} v {height:.2f} h {-width:.2f} Z"


def _ellipse(x: float, y: float, across: float, down: float) -> str:
    arc = f"a {across:.2f} {down:.2f} 0 1 0"
    return f"M {x - across:.2f} {y:.2f} {arc} {2 * across:.2f} 0 {arc} {-2 * across:.2f} 0 Z"


def _give_up_rights() -> None:
    """Open nothing from here on, write no file, and use little memory."""
    for kind, most in (
        (resource.RLIMIT_NOFILE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_AS, MOST_BYTES),
    ):
        resource.setrlimit(kind, (most, most))


@contextlib.contextmanager
def _time_limit() -> Iterator[None]:
    """End the process if what happens inside takes too long."""
    signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS)
    yield
    signal.setitimer(signal.ITIMER_PROF, 0)


def _answer(line: str) -> str:
    tex, inline = json.loads(line)
    try:
        drawn = outline_of(tex, inline=inline)
    except Exception:
        drawn = None
    return json.dumps(drawn)


def main() -> None:
    """Answer until the input ends."""
    from ziamath.config import config

    config.svg2 = False
    config.precision = 1
    mark_boxes()
    outline_of(_WARM_UP, inline=True)
    _give_up_rights()
    for line in sys.stdin:
        with _time_limit():
            answer = _answer(line)
        sys.stdout.write(answer + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
