"""Formulas are drawn by a process of their own, whatever they are."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QProcess
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.settings.schema import Theme as ThemeChoice
from app.ui.chat.body import Body
from app.ui.chat.document_pictures import words_of
from app.ui.chat.formula_block import FormulaBlock
from app.ui.chat.formulas import Formulas, Outline, _read, formulas_of
from app.ui.chat.pictures import outline_image
from app.ui.chat.prose import Prose
from app.ui.chat.table import TableSection
from app.ui.chat.text_styles import OBJECT, TextStyles
from app.ui.icons import Icons
from app.ui.theme import Theme
from tests.ui.chat.seen import child_of, children

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_MS = 20_000


@pytest.fixture
def formulas() -> Iterator[Formulas]:
    made = Formulas()
    yield made
    made.close()


def drawn(qtbot: QtBot, formulas: Formulas, *sources: str) -> list[Outline | None]:
    """Return the outlines of formulas when all of them are there."""
    for source in sources:
        formulas.outline(source)
    wait_until_drawn(qtbot, formulas)
    return [formulas.outline(source) for source in sources]


def wait_until_drawn(qtbot: QtBot, formulas: Formulas) -> None:
    def is_done() -> bool:
        return not (formulas._current or formulas._waiting or formulas._told)

    qtbot.waitUntil(is_done, timeout=PATIENCE_MS)


@pytest.fixture
def body(qtbot: QtBot, theme: Theme, icons: Icons, styles: TextStyles) -> Body:
    made = Body(theme, icons, styles, "Model", 8, 500)
    qtbot.addWidget(made)
    return made


def show(body: Body, text: str, *, ends: bool = True) -> None:
    body.append(text)
    if ends:
        body.end()
    body.advance()
    body.resize(516, body.arrange(500))


@pytest.mark.parametrize(
    "source",
    [
        "$x$",
        r"$$\frac{-b \pm \sqrt{b^2-4ac}}{2a}$$",
        r"\[ \sum_{n=1}^{\infty} \frac{1}{n^2} = \frac{\pi^2}{6} \]",
        r"$\begin{pmatrix} a & b \\ c & d \end{pmatrix}$",
        r"\begin{align*} a &= b \\ c &= d \end{align*}",
        r"$$\begin{aligned} a &= b \\ c &= d \end{aligned} \tag{1}$$",
        r"$\begin{cases} x & x>0 \\ -x & \text{otherwise} \end{cases}$",
        r"$\mathbb{R}^n \to \mathcal{L}, \bm{v} \cdot \hat{n}, \lvert x \rvert, a, \dots, b$",
        r"$\color{red}{x} \label{a} \nonumber$",
        r"$\boxed{42}$",
        r"$\text{圆的面积} = \pi r^2$",
        r"$S_{三角形} = \frac{底 \times 高}{2}$",
    ],
)
def test_what_models_write_is_drawn(qtbot: QtBot, formulas: Formulas, source: str) -> None:
    (outline,) = drawn(qtbot, formulas, source)
    assert outline is not None
    assert outline.filled
    assert outline.width > 0.2
    assert -0.1 < outline.descent < outline.ascent + 1


@pytest.mark.parametrize(
    "source",
    [
        "$\\frac{$",
        "$\\left($",
        "$a & b$",
        "$\\unknown{x}$",
        "$\\text{مساحة}$",
        "$\\rule{9999em}{9999em}$",
        "$\\text{<svg/>}$",
        "$" + "\\frac{1}{" * 300 + "$",
        "$\ud800$",
    ],
)
def test_what_cannot_be_drawn_has_no_outline_and_is_asked_for_once(
    qtbot: QtBot, formulas: Formulas, source: str
) -> None:
    assert drawn(qtbot, formulas, source, "$x$")[0] is None
    assert not formulas._waiting
    assert formulas.outline("$x$") is not None


def test_letters_that_the_font_lacks_are_written_by_the_window(
    qtbot: QtBot, formulas: Formulas
) -> None:
    (outline,) = drawn(qtbot, formulas, r"$\text{面积}_{积}$")
    assert outline is not None
    assert [letter.text for letter in outline.letters] == ["面", "积", "积"]
    first, second, third = outline.letters
    assert first.x < second.x < third.x
    assert third.size < second.size == first.size


def test_a_formula_that_takes_too_long_is_given_up_and_the_next_is_drawn(
    qtbot: QtBot, formulas: Formulas
) -> None:
    slow = "$" + r"\begin{cases}" * 60 + "x" + r"\end{cases}" * 60 + "$"
    outlines = drawn(qtbot, formulas, slow, "$x$")
    assert outlines[0] is None
    assert outlines[1] is not None


def test_the_process_ends_by_itself_and_starts_again(
    qtbot: QtBot, formulas: Formulas, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.ui.chat.formulas.IDLE_MS", 1)
    assert drawn(qtbot, formulas, "$x$")[0] is not None
    qtbot.waitUntil(lambda: formulas._process is None, timeout=PATIENCE_MS)
    assert drawn(qtbot, formulas, "$y$")[0] is not None


def test_a_killed_process_costs_one_formula(qtbot: QtBot, formulas: Formulas) -> None:
    drawn(qtbot, formulas, "$x$")
    process = formulas._process
    assert process is not None
    process.kill()
    formulas.outline("$y$")
    wait_until_drawn(qtbot, formulas)
    assert drawn(qtbot, formulas, "$z$")[0] is not None


def test_without_the_process_formulas_stay_their_source(
    qtbot: QtBot,
    formulas: Formulas,
    monkeypatch: pytest.MonkeyPatch,
    expected_log: object,
) -> None:
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    assert drawn(qtbot, formulas, "$x$", "$y$") == [None, None]


@pytest.mark.parametrize(
    "line",
    [
        b"null",
        b"",
        b"[]",
        b"{}",
        b'[0, 1, 1, 1, ["url(file:///x)"], [], []]',
        b'[0, 1, 1, 1, ["M 0 0\\"/><image href=\\"x\\"/>"], [], []]',
        b'[0, 1, 1, 1, [], [[1, "<"]], []]',
        b'["a", 1, 1, 1, [], [], []]',
    ],
)
def test_only_paths_are_taken_from_the_process(line: bytes) -> None:
    assert _read(line) is None


def test_the_process_can_open_nothing_and_takes_little_memory() -> None:
    code = (
        "import app.ui.chat.formula_host as host, json, sys\n"
        "def probe(tex, *, inline):\n"
        "    found = []\n"
        "    for what in (lambda: open('/etc/passwd'), lambda: __import__('socket').socket(),\n"
        "                 lambda: bytearray(2 ** 30)):\n"
        "        try:\n"
        "            what(); found.append('done')\n"
        "        except (OSError, MemoryError) as error:\n"
        "            found.append(type(error).__name__)\n"
        "    return found\n"
        "import socket\n"
        "real = host.outline_of\n"
        "host._give_up_rights()\n"
        "print(json.dumps(probe('', inline=True)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert json.loads(done.stdout) == ["OSError", "OSError", "MemoryError"]


def test_the_process_has_no_qt_and_little_of_the_program() -> None:
    code = (
        "import sys, app.ui.chat.formula_host, ziamath; "
        "print([name for name in sys.modules if name.startswith(('PySide6', 'app.'))])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert "PySide6" not in done.stdout
    assert done.stdout.count("app.") <= 3


def test_the_window_never_imports_the_library(qtbot: QtBot, body: Body, styles: TextStyles) -> None:
    show(body, "$x$")
    wait_until_drawn(qtbot, styles.formulas)
    assert "ziamath" not in sys.modules
    assert "latex2mathml" not in sys.modules


def test_no_process_without_a_formula(body: Body, styles: TextStyles) -> None:
    show(body, "It costs $5 and $10.")
    assert styles.formulas._process is None


def test_a_formula_is_its_source_until_it_is_drawn(
    qtbot: QtBot, body: Body, styles: TextStyles
) -> None:
    with qtbot.waitSignal(body.height_changed, timeout=PATIENCE_MS):
        show(body, "So $x^2$ it is.")
        prose = child_of(body, Prose)
        assert prose.toPlainText() == "So $x^2$ it is."
    assert prose.toPlainText() == f"So {OBJECT} it is."
    prose.selectAll()
    assert words_of(prose.textCursor()) == "So $x^2$ it is."
    prose.copy_selection()
    assert QGuiApplication.clipboard().text() == "So $x^2$ it is."


def test_an_unfinished_formula_is_its_source_while_it_arrives(
    qtbot: QtBot, body: Body, styles: TextStyles
) -> None:
    show(body, "So $x^", ends=False)
    prose = child_of(body, Prose)
    assert prose.toPlainText() == "So $x^"
    assert styles.formulas._process is None
    show(body, "2$ it", ends=False)
    wait_until_drawn(qtbot, styles.formulas)
    assert prose.toPlainText() == f"So {OBJECT} it"
    show(body, " is.")
    assert prose.toPlainText() == f"So {OBJECT} it is."


def test_a_formula_that_cannot_be_drawn_stays_its_source(
    qtbot: QtBot, body: Body, styles: TextStyles
) -> None:
    show(body, "So $\\frac{$ it is.\n\n$$\n\\frac\n$$\n")
    wait_until_drawn(qtbot, styles.formulas)
    assert child_of(body, Prose).toPlainText() == "So $\\frac{$ it is."
    assert child_of(body, FormulaBlock).toPlainText() == "$$\n\\frac\n$$"


def test_a_formula_on_its_own_is_copied_as_its_source(
    qtbot: QtBot, body: Body, styles: TextStyles
) -> None:
    show(body, "$$\nx\n$$\n")
    wait_until_drawn(qtbot, styles.formulas)
    block = child_of(body, FormulaBlock)
    assert block.toPlainText() == OBJECT
    block.selectAll()
    block.copy_selection()
    assert QGuiApplication.clipboard().text() == "$$\nx\n$$"
    assert block.accessibleDescription() == "$$\nx\n$$"


def test_a_wide_formula_scrolls_in_its_own_box(
    qtbot: QtBot, body: Body, styles: TextStyles
) -> None:
    show(body, "$$" + "abcdef + " * 20 + "x$$")
    wait_until_drawn(qtbot, styles.formulas)
    show(body, "")
    body.show()
    block = child_of(body, FormulaBlock)
    assert block.width() <= 500
    qtbot.waitUntil(lambda: block.horizontalScrollBar().maximum() > 0)


def test_formulas_in_tables_are_drawn(qtbot: QtBot, body: Body, styles: TextStyles) -> None:
    show(body, "| a | $b$ |\n|---|---|\n| $c$ | d |\n")
    wait_until_drawn(qtbot, styles.formulas)
    assert child_of(body, TableSection).toPlainText().count(OBJECT) == 2


def test_formulas_in_running_text_shrink_to_the_width(
    qtbot: QtBot, body: Body, styles: TextStyles
) -> None:
    show(body, "So $" + "a+" * 20 + "b$ it is.")
    wait_until_drawn(qtbot, styles.formulas)
    prose = child_of(body, Prose)
    assert OBJECT in prose.toPlainText()
    for width in (200, 100, 500):
        prose.height_at(width)
        assert prose.document().idealWidth() <= width + 1


@pytest.mark.parametrize("choice", [ThemeChoice.LIGHT, ThemeChoice.DARK])
def test_formulas_have_the_colour_of_the_text(
    qtbot: QtBot, theme: Theme, formulas: Formulas, choice: ThemeChoice
) -> None:
    theme.set_preferences(choice, 1.0)
    (outline,) = drawn(qtbot, formulas, "$\\color{red}{M}$")
    assert outline is not None
    color = QColor(theme.colors.text)
    image = outline_image(outline, 60, color, 1.0)
    solid = {
        image.pixelColor(x, y).name()
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y).alpha() == 255
    }
    assert solid == {color.name()}


def test_themes_share_what_is_drawn(qtbot: QtBot, theme: Theme, styles: TextStyles) -> None:
    assert formulas_of(theme) is styles.formulas
    assert TextStyles(theme).formulas is styles.formulas


def test_the_end_of_the_program_ends_the_process(qtbot: QtBot, styles: TextStyles) -> None:
    drawn(qtbot, styles.formulas, "$x$")
    process = styles.formulas._process
    assert process is not None
    pid = process.processId()
    application = QApplication.instance()
    assert application is not None
    application.aboutToQuit.emit()
    assert styles.formulas._process is None
    assert process.state() is QProcess.ProcessState.NotRunning
    assert not Path(f"/proc/{pid}").exists()


def test_a_picture_sits_on_the_base_line(qtbot: QtBot, body: Body, styles: TextStyles) -> None:
    show(body, "$x$ x")
    wait_until_drawn(qtbot, styles.formulas)
    body.resize(516, body.arrange(500))
    prose = children(body, Prose)[0]
    prose.show()
    image = prose.grab().toImage()
    ground = image.pixelColor(image.width() - 1, 0)
    columns = [
        x for x in range(40) if any(image.pixelColor(x, y) != ground for y in range(image.height()))
    ]
    bottoms = [
        max(y for y in range(image.height()) if image.pixelColor(x, y) != ground) for x in columns
    ]
    # Both letters end at the same height, give or take a pixel of smoothing.
    gap = next(at for at in range(1, len(columns)) if columns[at] - columns[at - 1] > 2)
    assert abs(max(bottoms[:gap]) - max(bottoms[gap:])) <= 1
