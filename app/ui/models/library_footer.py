"""Says how much there is, and that the folders are being looked through."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.catalog.library import LibraryEntry
from app.catalog.model_file import size_text
from app.ui.elided_label import ElidedLabel


class LibraryFooter(ElidedLabel):
    """One quiet line."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.setProperty("tone", "quiet")
        self.setProperty("role", "small")

    def show_library(
        self, entries: tuple[LibraryEntry, ...], free: int | None, *, is_scanning: bool
    ) -> None:
        """Show what the library takes, and what is free beside it."""
        words = self.tr("1 file") if len(entries) == 1 else self.tr("{count} files")
        # A file that is linked into a folder is counted as well: it is part of the library.
        parts = [words.format(count=len(entries)), size_text(sum(e.size for e in entries))]
        if free is not None:
            parts.append(self.tr("{size} free").format(size=size_text(free)))
        if is_scanning:
            parts.append(self.tr("looking through the folders…"))
        self.setText(" · ".join(parts))
