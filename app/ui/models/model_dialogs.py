"""Finding a model: the dialog that opens a file, and the one that says what to download."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from PySide6.QtCore import QSize, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QFileDialog,
    QHeaderView,
    QLabel,
    QPushButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from app.ui.page_dialog import PageDialog
from app.ui.plain_label import plain_label
from app.ui.theme import SPACE_M, SPACE_XL, SPACE_XS

_GB = 10**9
#: A model, its context and the rest of the system share the memory.
_SHARE_FOR_MODEL = 0.5
#: Bits for a parameter in the smallest and the largest of the usual kinds of file.
_BITS_Q4_K_M = 4.85
_BITS_Q8_0 = 8.5


@dataclass(frozen=True, slots=True)
class Source:
    """A model that is known to work, and where its files are."""

    name: str
    billions: float
    """Parameters, in billions."""
    address: str


SOURCES = (
    Source("Qwen3 0.6B", 0.6, "https://huggingface.co/Qwen/Qwen3-0.6B-GGUF"),
    Source("Qwen3 1.7B", 1.7, "https://huggingface.co/Qwen/Qwen3-1.7B-GGUF"),
    Source("Qwen3 4B", 4.0, "https://huggingface.co/Qwen/Qwen3-4B-GGUF"),
    Source("Qwen3 8B", 8.2, "https://huggingface.co/Qwen/Qwen3-8B-GGUF"),
)


def file_dialog(parent: QWidget, folder: Path) -> QFileDialog:
    """Return a dialog that looks for a model file, beginning in `folder`; `open` it."""
    dialog = QFileDialog(parent, parent.tr("Open model file"), str(folder))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.setNameFilters([parent.tr("Models (*.gguf *.rkllm)"), parent.tr("All files (*)")])
    _show_names_whole(dialog)
    return dialog


def _show_names_whole(dialog: QFileDialog) -> None:
    """Give the room of the types, which the names end in, to names and dates.

    A dialog of the desktop's own has no such table.
    """
    table = cast(QTreeView | None, dialog.findChild(QTreeView))
    if table is not None:
        name, _size, kind, date = range(4)
        table.hideColumn(kind)
        table.header().setSectionResizeMode(name, QHeaderView.ResizeMode.Stretch)
        table.header().setSectionResizeMode(date, QHeaderView.ResizeMode.ResizeToContents)


def files_dialog(parent: QWidget) -> QFileDialog:
    """Return a dialog that looks for models and adapters, beginning at home; `open` it."""
    dialog = file_dialog(parent, Path.home())
    dialog.setWindowTitle(parent.tr("Import models and adapters"))
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    return dialog


def folder_dialog(parent: QWidget, title: str) -> QFileDialog:
    """Return a dialog that looks for a folder, beginning at home; `open` it."""
    dialog = QFileDialog(parent, title, str(Path.home()))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    return dialog


def memory_bytes() -> int | None:
    """Return the memory of this computer, or None where the system does not say."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return None


class GetModelDialog(PageDialog):
    """Says which size of model fits this computer and where to download one."""

    #: The user has a file now and wants to open it.
    file_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Get a model"), parent)
        rows = QVBoxLayout(self._page)
        rows.setContentsMargins(SPACE_XL, SPACE_XL, SPACE_XL, SPACE_M)
        rows.setSpacing(SPACE_M)
        memory = memory_bytes()
        rows.addWidget(plain_label(self, self._about(memory)))
        for source in SOURCES:
            rows.addWidget(self._source(source, memory))
        rows.addWidget(
            plain_label(
                self,
                self.tr(
                    "Download one of the .gguf files listed there, then open it. "
                    "Q4_K_M in a file's name means small, Q8_0 means large and a little better."
                ),
            )
        )
        rows.addWidget(
            plain_label(
                self,
                self.tr(
                    "Files ending in .rkllm run on the NPU of a Rockchip board. Take one made for "
                    "your chip: its name says so, as rk3588 for an Orange Pi 5 or a Rock 5B. "
                    "Help → Board check says whether the board is ready for it."
                ),
            )
        )
        rows.addStretch(1)
        buttons = self._finish(QSize(520, 480))
        open_button = QPushButton(self.tr("Open model file…"), buttons)
        open_button.setProperty("kind", "primary")
        buttons.addButton(open_button, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self.accept)
        self.accepted.connect(self.file_requested)

    def _about(self, memory: int | None) -> str:
        if memory is None:
            return self.tr("Files ending in .gguf run on any CPU.")
        return self.tr(
            "Files ending in .gguf run on any CPU. This computer has {memory:.1f} GB of memory: "
            "a file of at most ≈ {file:.1f} GB leaves enough for everything else."
        ).format(memory=memory / _GB, file=memory * _SHARE_FOR_MODEL / _GB)

    def _source(self, source: Source, memory: int | None) -> QWidget:
        smallest, largest = (
            source.billions * 1e9 * bits / 8 for bits in (_BITS_Q4_K_M, _BITS_Q8_0)
        )
        fits = memory is None or smallest <= memory * _SHARE_FOR_MODEL
        words = self.tr("{name} · ≈ {smallest:.1f} to {largest:.1f} GB").format(
            name=source.name, smallest=smallest / _GB, largest=largest / _GB
        )
        if not fits:
            words += " · " + self.tr("too large for this computer")
        box = QWidget(self)
        rows = QVBoxLayout(box)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(SPACE_XS)
        rows.addWidget(plain_label(self, words))
        link = QLabel(f'<a href="{source.address}">{source.address}</a>', box)
        link.setAccessibleName(self.tr("Page of {name}").format(name=source.name))
        link.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        link.setWordWrap(True)
        link.setEnabled(fits)
        link.linkActivated.connect(self._on_link_activated)
        rows.addWidget(link)
        return box

    @Slot(str)
    def _on_link_activated(self, address: str) -> None:
        QDesktopServices.openUrl(QUrl(address))
