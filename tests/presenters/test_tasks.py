"""Background work: it is reported, and never keeps the program from ending."""

from __future__ import annotations

import asyncio
import threading

import pytest

from app.errors import RunError
from app.presenters.notices import Level
from tests.presenters.conftest import Play
from tests.presenters.desk import PATIENCE_S, Desk


def test_a_disk_that_hangs_does_not_keep_the_program_from_ending(
    loop: asyncio.AbstractEventLoop,
) -> None:
    answers = threading.Event()
    rescue = threading.Timer(PATIENCE_S, answers.set)
    rescue.start()

    async def read() -> None:
        reading = asyncio.ensure_future(asyncio.to_thread(answers.wait))
        await asyncio.wait({reading}, timeout=0.01)
        reading.cancel()

    loop.run_until_complete(read())
    loop.close()
    assert not answers.is_set()
    answers.set()
    rescue.cancel()


def test_work_off_the_loop_returns_and_raises_what_it_did(loop: asyncio.AbstractEventLoop) -> None:
    assert loop.run_until_complete(asyncio.to_thread(divmod, 7, 3)) == (2, 1)
    with pytest.raises(ZeroDivisionError):
        loop.run_until_complete(asyncio.to_thread(divmod, 7, 0))


def test_an_error_of_a_task_is_told(play: Play) -> None:
    async def fail() -> None:
        raise RunError("It failed.")

    async def scene(desk: Desk) -> None:
        await desk.tasks.start(fail(), "failing")
        assert [(notice.level, notice.cause) for notice in desk.told] == [
            (Level.ERROR, "It failed.")
        ]

    play(scene)


def test_a_task_that_is_late_at_the_end_is_cancelled(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        task = desk.tasks.start(asyncio.sleep(PATIENCE_S), "late")
        await desk.tasks.finish(0.01)
        assert task.cancelled()

    play(scene)
