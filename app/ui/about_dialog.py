"""What Cairn is: its version, its licence, what it is made of, and what the starter model is."""

from __future__ import annotations

from importlib import metadata

from PySide6.QtCore import QSize
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from app import __version__
from app.catalog.starter import STARTER_LABEL
from app.ui.icons import logo
from app.ui.page_dialog import PageDialog
from app.ui.plain_label import plain_label
from app.ui.theme import SPACE_L, SPACE_M, SPACE_XL, SPACE_XS

#: What the window is built on: distribution, name and licence.
PARTS = (
    ("PySide6-Essentials", "Qt for Python", "LGPL-3.0"),
    ("xllamacpp", "llama.cpp through xllamacpp", "MIT"),
    ("qasync", "qasync", "BSD-2-Clause"),
    ("cffi", "cffi", "MIT"),
    ("msgspec", "msgspec", "BSD-3-Clause"),
    ("Jinja2", "Jinja2", "BSD-3-Clause"),
    ("markdown-it-py", "markdown-it-py", "MIT"),
    ("Pygments", "Pygments", "BSD-2-Clause"),
    ("ziamath", "ziamath with STIX Two Math", "MIT, OFL-1.1"),
    ("platformdirs", "platformdirs", "MIT"),
    ("tomli-w", "tomli-w", "MIT"),
)
_LOGO = 48


class AboutDialog(PageDialog):
    """Says what this is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("About Cairn"), parent)
        rows = QVBoxLayout(self._page)
        rows.setContentsMargins(SPACE_XL, SPACE_XL, SPACE_XL, SPACE_M)
        rows.setSpacing(SPACE_M)
        rows.addLayout(self._head())
        for words in (
            self.tr("A chat with language models that run on this computer."),
            self.tr(
                "The model that comes with it is very small and labelled “{label}”. Ask it how to "
                "use Cairn, and load another model for everything else."
            ).format(label=self.tr(STARTER_LABEL)),
            self.tr("Licensed under the Apache License 2.0. It is built on:"),
        ):
            label = plain_label(self._page, words)
            rows.addWidget(label)
        rows.addLayout(self._parts())
        rows.addStretch(1)
        self._finish(QSize(480, 520))

    def _head(self) -> QHBoxLayout:
        sign = QLabel(self)
        sign.setPixmap(logo(_LOGO, self.devicePixelRatioF()))
        name = QLabel(self.tr("Cairn"), self)
        name.setProperty("role", "title")
        version = QLabel(self.tr("Version {number}").format(number=__version__), self)
        version.setProperty("tone", "quiet")
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(name)
        words.addWidget(version)
        head = QHBoxLayout()
        head.setSpacing(SPACE_L)
        head.addWidget(sign)
        head.addLayout(words, 1)
        return head

    def _parts(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setVerticalSpacing(SPACE_XS)
        grid.setHorizontalSpacing(SPACE_L)
        grid.setColumnStretch(0, 1)
        for row, (distribution, name, licence) in enumerate(PARTS):
            for column, words in enumerate((name, _version_of(distribution), licence)):
                label = QLabel(words, self)
                label.setProperty("tone", "" if column == 0 else "quiet")
                label.setWordWrap(True)
                grid.addWidget(label, row, column)
        return grid


def _version_of(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "–"
