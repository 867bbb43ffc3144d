"""Asks before a link from a message is opened, and shows where it really leads.

The address is shown whole and in ASCII, its host apart: letters of another script can look like
Latin ones, and what stands before an "@" can look like a host.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.ui.text_label import TextLabel
from app.ui.theme import SPACE_L, SPACE_M, SPACE_S, FontRole, Theme

_SCHEMES = frozenset({"http", "https", "mailto"})
_LONGEST = 8000
_WIDTH = 440


def parsed_link(address: str) -> QUrl | None:
    """Return `address` when it may be opened: http or https with a host, or mailto."""
    url = QUrl(address.strip(), QUrl.ParsingMode.StrictMode)
    if len(address) > _LONGEST or not url.isValid() or url.scheme() not in _SCHEMES:
        return None
    if url.scheme() == "mailto":
        return url if url.path() else None
    return url if url.host() else None


def ask_to_open(
    address: str, theme: Theme, parent: QWidget, tell_failed: Callable[[str], None]
) -> None:
    """Ask whether a link is to be opened; tell when it may not be, or no program took it."""
    url = parsed_link(address)
    if url is None:
        tell_failed(address)
        return
    dialog = LinkDialog(url, theme, parent)
    dialog.open_failed.connect(tell_failed)
    dialog.open()


class LinkDialog(QDialog):
    """Shows one address; show it with `open`. Nothing is opened unless the user says so."""

    #: The user chose to open the address and no program took it; carries the address.
    open_failed = Signal(str)

    def __init__(self, url: QUrl, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._url = url
        self._address = url.toString(QUrl.ComponentFormattingOption.FullyEncoded)
        self.setWindowTitle(self.tr("Open link"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        question = TextLabel(theme, self)
        question.set_text(self._question())
        place = TextLabel(theme, self, role=FontRole.BODY, bold=True)
        place.set_text(self._place())
        whole = TextLabel(theme, self, color="quiet", role=FontRole.MONO)
        whole.set_text(self._address)
        warning = TextLabel(theme, self, color="warning")
        warning.set_text(self._warning())
        warning.setVisible(bool(self._warning()))
        self._open = QPushButton(self.tr("Open"), self)
        self._copy = QPushButton(self.tr("Copy address"), self)
        self._cancel = QPushButton(self.tr("Cancel"), self)
        # Enter on a dialog that has just appeared must not open anything.
        self._open.setAutoDefault(False)
        self._copy.setAutoDefault(False)
        self._cancel.setDefault(True)
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE_S)
        buttons.addWidget(self._copy)
        buttons.addStretch(1)
        buttons.addWidget(self._cancel)
        buttons.addWidget(self._open)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        rows.setSpacing(SPACE_M)
        for words in (question, place, whole, warning):
            rows.addWidget(words)
        rows.addStretch(1)
        rows.addLayout(buttons)
        self.setFixedWidth(min(_WIDTH, parent.window().width()) if parent else _WIDTH)
        self._cancel.setFocus()
        self._open.clicked.connect(self._on_open_clicked)
        self._copy.clicked.connect(self._on_copy_clicked)
        self._cancel.clicked.connect(self.reject)

    @property
    def address(self) -> str:
        """The address as it will be opened."""
        return self._address

    def _question(self) -> str:
        if self._url.scheme() == "mailto":
            return self.tr("This link writes an e-mail to:")
        return self.tr("This link leads to:")

    def _place(self) -> str:
        if self._url.scheme() == "mailto":
            return self._url.path(QUrl.ComponentFormattingOption.FullyEncoded)
        host = self._url.host(QUrl.ComponentFormattingOption.FullyEncoded)
        return host if self._url.port() < 0 else f"{host}:{self._url.port()}"

    def _warning(self) -> str:
        if self._url.scheme() == "mailto":
            return ""
        host = self._url.host(QUrl.ComponentFormattingOption.FullyEncoded)
        if any(part.startswith("xn--") for part in host.split(".")):
            shown = self._url.host(QUrl.ComponentFormattingOption.FullyDecoded)
            return self.tr("Its name is written with other letters: {name}").format(name=shown)
        if self._url.userInfo():
            return self.tr("What stands before the @ is not part of the name.")
        return ""

    @Slot()
    def _on_open_clicked(self) -> None:
        self.accept()
        if not QDesktopServices.openUrl(self._url):
            self.open_failed.emit(self._address)

    @Slot()
    def _on_copy_clicked(self) -> None:
        QGuiApplication.clipboard().setText(self._address)
        self.reject()
