"""The link: whole frames, whatever the socket does, and a clear end."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, Slot
from pytestqt.qtbot import QtBot

from app.engine.frames import Frame, Text
from app.engine.link import Link


class Receiver(QObject):
    """Collects frames."""

    def __init__(self, link: Link) -> None:
        super().__init__()
        self.frames: list[Frame] = []
        link.frame_received.connect(self._on_frame_received)

    @Slot(object)
    def _on_frame_received(self, frame: Frame) -> None:
        self.frames.append(frame)


@pytest.fixture
def ends(qapp: QObject) -> Iterator[tuple[Link, Link]]:
    """Both ends of a link."""
    left, right = socket.socketpair()
    links = Link(left), Link(right)
    yield links
    for link in links:
        link.close()


def test_more_than_the_socket_holds_arrives_whole(ends: tuple[Link, Link], qtbot: QtBot) -> None:
    receiver = Receiver(ends[1])
    frames = [Text(1, "x" * 100_000, number) for number in range(30)]
    for frame in frames:
        ends[0].send(frame)
    qtbot.waitUntil(lambda: len(receiver.frames) == 30)
    assert receiver.frames == frames


def test_the_end_of_the_other_side_is_told(ends: tuple[Link, Link], qtbot: QtBot) -> None:
    with qtbot.waitSignal(ends[1].closed, timeout=1000):
        ends[0].close()


def test_what_the_other_side_sent_before_its_end_arrives_whatever_is_sent_to_it(
    ends: tuple[Link, Link], qtbot: QtBot
) -> None:
    receiver = Receiver(ends[1])
    ends[0].send(Text(1, "last words", 2))
    ends[0].close()
    with qtbot.waitSignal(ends[1].closed, timeout=1000):
        ends[1].send(Text(1, "too late", 1))
    assert receiver.frames == [Text(1, "last words", 2)]


def test_nonsense_ends_the_link_with_a_reason(qapp: QObject, qtbot: QtBot) -> None:
    ours, theirs = socket.socketpair()
    link = Link(ours)
    with qtbot.waitSignal(link.closed, timeout=1000) as closed:
        theirs.send(b"GET / HTTP/1.1\r\n")
    theirs.close()
    assert closed.args is not None
    assert "bytes was announced" in closed.args[0]


def test_sending_into_a_closed_link_does_nothing(ends: tuple[Link, Link]) -> None:
    ends[0].close()
    ends[0].send(Text(1, "late", 1))
