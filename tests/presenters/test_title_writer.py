"""The model writes a title when it is asked to, and only then."""

from __future__ import annotations

import pytest

from app.presenters.title_writer import TitleWriter, title_in
from tests.presenters.conftest import Play
from tests.presenters.desk import Desk, until
from tests.scripted_runtime import Script


def writer(desk: Desk) -> TitleWriter:
    return TitleWriter(desk.conversations, desk.models, desk.store, desk.notices, desk.tasks, desk)


def title(desk: Desk) -> str:
    assert desk.conversations.current is not None
    return desk.conversations.current.title


def told(desk: Desk, words: str) -> bool:
    return any(words in notice.cause for notice in desk.told)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Boot failure on the board", "Boot failure on the board"),
        ('  "Boot failure"\n\nThis title says …', "Boot failure"),
        ("**Title:** Boot failure.", "Boot failure"),
        ("Title: «Boot failure»", "Boot failure"),
        ("<think>\nWhat fits?\n</think>\n\n# Boot failure", "Boot failure"),
        ("启动失败", "启动失败"),
        ("word " * 40, "word word word word word word word word word word word…"),
        ("", ""),
        ("<think>\nstill thinking", ""),
        ("***", ""),
    ],
)
def test_the_title_is_one_short_line_of_what_the_model_wrote(text: str, expected: str) -> None:
    assert title_in(text) == expected


def test_a_title_by_the_model_takes_the_place_and_can_be_undone(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        writer(desk)
        await desk.load(Script(reply='"A better title" '))
        await desk.ask("the first words")
        assert title(desk) == "the first words"
        desk.conversations.ask_for_title(desk.conversations.current_id)
        await until(lambda: title(desk) == "A better title")
        await until(lambda: told(desk, "A better title"))
        desk.told[-1].actions[0].run()
        assert title(desk) == "the first words"
        assert len(desk.messages()) == 2

    play(scene)


def test_a_model_that_writes_no_title_changes_nothing(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        writer(desk)
        await desk.load(Script(reply="*** "))
        await desk.ask("the first words")
        desk.conversations.ask_for_title(desk.conversations.current_id)
        await until(lambda: told(desk, "no title"))
        assert title(desk) == "the first words"

    play(scene)


def test_a_model_that_goes_on_is_stopped_after_the_first_line(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        writer(desk)
        await desk.load(Script(reply="Short\nand then more and more ", repeat=9))
        await desk.ask("the first words")
        desk.conversations.ask_for_title(desk.conversations.current_id)
        await until(lambda: title(desk) == "Short")

    play(scene)


def test_while_an_answer_is_written_no_title_is(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        writer(desk)
        await desk.load(Script(repeat=1000, tokens_per_second=500))
        desk.chat.send("the first words")
        await until(lambda: any(desk.streamed.values()))
        desk.conversations.ask_for_title(desk.conversations.current_id)
        assert desk.told[-1].cause == "An answer is being written."
        desk.chat.stop()
        await desk.answered()
        assert title(desk) == "the first words"

    play(scene)


def test_a_title_that_is_given_up_leaves_the_old_one(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        titles = writer(desk)
        await desk.load(Script(reply="a long title ", repeat=100, tokens_per_second=100))
        desk.chat.send("the first words")
        await until(lambda: any(desk.streamed.values()))
        desk.chat.stop()
        await desk.answered()
        desk.conversations.ask_for_title(desk.conversations.current_id)
        await until(lambda: desk.engine.is_busy)
        titles.stop()
        await until(lambda: not desk.engine.is_busy)
        assert title(desk) == "the first words"

    play(scene)
