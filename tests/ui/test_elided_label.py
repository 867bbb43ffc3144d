"""A line of text gives way where there is no room, and says in a tooltip what it hides."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from app.ui.elided_label import ElidedLabel


@pytest.fixture
def label(qtbot: QtBot) -> ElidedLabel:
    label = ElidedLabel("A name that is rather long")
    qtbot.addWidget(label)
    label.resize(label.sizeHint())
    with qtbot.waitExposed(label):
        label.show()
    return label


def test_with_room_the_whole_line_is_shown(label: ElidedLabel) -> None:
    assert label._fitting() == label.text()
    assert label.toolTip() == ""


def test_without_room_the_end_gives_way(label: ElidedLabel) -> None:
    label.resize(60, label.height())
    assert label._fitting().endswith("…")
    assert label.toolTip() == "A name that is rather long"


def test_it_can_be_as_narrow_as_it_must(label: ElidedLabel) -> None:
    assert label.minimumSizeHint().width() == 0
    label.resize(0, label.height())
    assert not label.grab().isNull() or label.width() == 0


def test_line_breaks_become_spaces(label: ElidedLabel) -> None:
    label.setText("two\nlines")
    assert label.text() == "two lines"
