"""Saves text from a message as a file, where the user says."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget


class SaveDialog(QFileDialog):
    """Asks for the place, writes the text there, and says why when that fails."""

    def __init__(self, parent: QWidget, name: str, text: str) -> None:
        super().__init__(parent)
        self._text = text
        self.setWindowTitle(self.tr("Save code"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        self.setFileMode(QFileDialog.FileMode.AnyFile)
        self.setDirectory(str(Path.home()))
        self.selectFile(name)
        self.fileSelected.connect(self._on_file_selected)

    @Slot(str)
    def _on_file_selected(self, path: str) -> None:
        try:
            Path(path).write_text(self._text, encoding="utf-8", newline="")
        except OSError as error:
            reason = error.strerror or str(error)
            box = QMessageBox(self.parentWidget())
            box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            box.setIcon(QMessageBox.Icon.Warning)
            box.setTextFormat(Qt.TextFormat.PlainText)
            box.setWindowTitle(self.tr("Save code"))
            box.setText(
                self.tr("{name} could not be saved: {reason}.").format(
                    name=Path(path).name, reason=reason[:1].lower() + reason[1:]
                )
            )
            box.setInformativeText(self.tr("Choose another folder, or make room on the disk."))
            box.open()


def ask_and_save(parent: QWidget, name: str, text: str) -> SaveDialog:
    """Let the user say where `text` is to be saved; `name` is proposed."""
    # The window, not the block: that may be let go while the user looks for a folder.
    dialog = SaveDialog(parent.window(), name, text)
    dialog.open()
    return dialog
