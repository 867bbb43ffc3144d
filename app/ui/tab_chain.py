"""The order of the Tab key where it is not the one that widgets were made in."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtWidgets import QWidget


def chain_tab_order(*controls: QWidget) -> None:
    """Let Tab go from each to the next. What takes no focus itself cannot be gone on from."""
    for before, control in pairwise(controls):
        QWidget.setTabOrder(before, control)
