"""Draws the icons of all sizes from the two drawings: `python resources/desktop/render.py`."""

from __future__ import annotations

import os
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

SMALL = (16, 24, 32)
LARGE = (48, 64, 128, 256, 512)


def main() -> None:
    """Write icons/SIZE.png beside this file."""
    application = QGuiApplication([])
    here = Path(__file__).resolve().parent
    (here / "icons").mkdir(exist_ok=True)
    for sizes, name in ((SMALL, "cairn-small.svg"), (LARGE, "cairn.svg")):
        drawing = QSvgRenderer(str(here / name))
        for size in sizes:
            image = QImage(size, size, QImage.Format.Format_ARGB32)
            image.fill(Qt.GlobalColor.transparent)
            painter = QPainter(image)
            drawing.render(painter)
            painter.end()
            image.save(str(here / "icons" / f"{size}.png"))
    del application


if __name__ == "__main__":
    main()
