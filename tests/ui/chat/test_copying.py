"""Messages on the clipboard: as Markdown, plain and rich; and as they came, on the screen."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.chat.message import Message, MessageState, Role
from app.ui.chat.copying import CopyForm, copy_message, parts_of, text_in
from app.ui.chat.rich import rich_text
from app.ui.chat.view import ChatView
from tests.ui.chat.hostile import CASES
from tests.ui.chat.seen import answer, user, wait_until_idle, widget_of, words

THOUGHT = "<think>\nhm\n</think>\n\nThe **answer**."


def written(text: str) -> Message:
    return Message("a", "c", None, Role.ASSISTANT, text, 0.0)


def html_of(text: str) -> str:
    return rich_text(parts_of(written(text)))


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("# Head\n\nSome `code` *here*.", "Head\n\nSome code here."),
        ("- a\n- b\n  1. c\n  2. d", "• a\n• b\n  1. c\n  2. d"),
        ("1. a\n\n   more\n\n2. b", "1. a\n\n  more\n\n2. b"),
        ("> a\n> > b\n\nc", "> a\n\n> > b\n\nc"),
        ("```py\nif x:\n    y\n```", "if x:\n    y"),
        ("|a|b|\n|-|-|\n|1|2|", "a\tb\n1\t2"),
        ("a\\\nb", "a\nb"),
        ("[x](https://y.z)", "x"),
    ],
)
def test_plain_text_reads_well(text: str, plain: str) -> None:
    assert text_in(written(text), CopyForm.PLAIN) == plain


def test_thinking_is_left_out_unless_it_is_asked_for() -> None:
    message = written(THOUGHT)
    assert text_in(message, CopyForm.MARKDOWN) == "The **answer**."
    assert text_in(message, CopyForm.PLAIN) == "The answer."
    assert "hm" not in rich_text(parts_of(message))
    assert text_in(message, CopyForm.WITH_THINKING) == THOUGHT


def test_what_the_user_wrote_is_copied_exactly() -> None:
    text = "<think>**a**</think>\n# b"
    question = Message("q", "c", None, Role.USER, text, 0.0)
    assert {text_in(question, form) for form in CopyForm} == {text}
    assert "&lt;think&gt;" in rich_text(parts_of(question))


def test_rich_text_has_the_shape_of_the_message(qapp: QApplication) -> None:
    html = html_of("# Head\n\n**b** *i* ~~s~~ `c` [l](https://x.y)\n\n|a|\n|-:|\n|1|\n\n---")
    for piece in (
        "<h1>Head</h1>",
        "<b>b</b>",
        "<i>i</i>",
        "<s>s</s>",
        "<code>c</code>",
        '<a href="https://x.y">l</a>',
        '<td align="right">1</td>',
        "<hr>",
    ):
        assert piece in html


def test_rich_text_is_on_the_clipboard_beside_plain_text(qapp: QApplication) -> None:
    copy_message(written("Some **bold** words"), CopyForm.RICH)
    data = QGuiApplication.clipboard().mimeData()
    assert data.hasHtml()
    assert "<b" in data.html() or "font-weight" in data.html()
    assert data.text() == "Some bold words"


@pytest.mark.parametrize("name", sorted(CASES))
def test_nothing_that_a_model_wrote_becomes_markup(name: str) -> None:
    html = html_of(CASES[name][:20_000]).lower()
    for danger in ("<img", "<script", "<style", "<iframe", "<link", "<svg", "src=", "url("):
        inside = html.replace("&lt;", "").replace("&quot;", "")
        tags = [piece.split(">")[0] for piece in html.split("<")[1:]]
        assert danger.startswith("<") is False or danger not in html, inside[:200]
        assert all(danger not in f"<{tag}" for tag in tags if not tag.startswith("a href="))
    for address in html.split('href="')[1:]:
        assert address.startswith(("http://", "https://", "mailto:"))


def test_raw_text_is_what_came(qtbot: QtBot, view: ChatView) -> None:
    text = "# Head\n\n<think>\n**b**\n</think>\n\n```py\nx\n```\n"
    view.set_items((user(1), answer(2, text)))
    view.set_raw("a2", True)
    wait_until_idle(qtbot, view)
    assert words(widget_of(view, "a2")) == text.rstrip("\n")
    view.set_raw("a2", False)
    wait_until_idle(qtbot, view)
    assert "# Head" not in words(widget_of(view, "a2"))


def test_raw_text_streams_in_pieces_as_it_is_in_the_end(qtbot: QtBot, view: ChatView) -> None:
    text = "one\r\ntwo **b**\n\n\n- three\nfour"
    view.set_items((answer(1, "", MessageState.STREAMING),))
    view.set_raw("a1", True)
    for letter in text:
        view.append_text("a1", letter)
        view._frames.frame_due.emit()
    wait_until_idle(qtbot, view)
    assert words(widget_of(view, "a1")) == "one\ntwo **b**\n\n\n- three\nfour"
    view.change_item(answer(1, text))
    wait_until_idle(qtbot, view)
    assert words(widget_of(view, "a1")) == "one\ntwo **b**\n\n\n- three\nfour"


def test_a_message_stays_raw_when_it_comes_back_into_view(qtbot: QtBot, view: ChatView) -> None:
    view.set_items((answer(0, "**b**"), *(answer(number, "x\n\n" * 30) for number in range(1, 60))))
    view.verticalScrollBar().setValue(0)
    view.set_raw("a0", True)
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum())
    wait_until_idle(qtbot, view)
    assert view._widgets.get("a0") is None
    view.verticalScrollBar().setValue(0)
    wait_until_idle(qtbot, view)
    assert words(widget_of(view, "a0")) == "**b**"
