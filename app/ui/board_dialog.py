"""What the board check found, each with the command that mends it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.board.findings import Finding, Level
from app.board.report import as_text, summary
from app.presenters.board import BoardPresenter
from app.ui.icons import Icons
from app.ui.page_dialog import PageDialog
from app.ui.theme import ICON_SIZE, SPACE_L, SPACE_M, SPACE_S, SPACE_XL, SPACE_XS

#: Icon and colour of each level.
_MARKS = {
    Level.OK: ("check", "accent"),
    Level.WARNING: ("warning", "warning"),
    Level.PROBLEM: ("error", "danger"),
}


class BoardDialog(PageDialog):
    """Checks when it opens, and again when asked to."""

    def __init__(
        self, presenter: BoardPresenter, icons: Icons, parent: QWidget | None = None
    ) -> None:
        super().__init__(self.tr("Board check"), parent)
        self._presenter = presenter
        self._icons = icons
        self._findings: tuple[Finding, ...] = ()
        self._found: QWidget | None = None
        self._words = {
            Level.OK: self.tr("In order"),
            Level.WARNING: self.tr("Warning"),
            Level.PROBLEM: self.tr("Problem"),
        }
        self._rows = QVBoxLayout(self._page)
        self._rows.setContentsMargins(SPACE_XL, SPACE_XL, SPACE_XL, SPACE_M)
        self._rows.setSpacing(SPACE_L)
        self._summary = QLabel(self._page)
        self._summary.setProperty("role", "title")
        self._summary.setWordWrap(True)
        self._progress = QProgressBar(self._page)
        self._progress.setRange(0, 0)
        self._progress.setTextVisible(False)
        self._rows.addWidget(self._summary)
        self._rows.addWidget(self._progress)
        self._rows.addStretch(1)
        buttons = self._finish(QSize(600, 560))
        role = QDialogButtonBox.ButtonRole.ActionRole
        self._again = QPushButton(self.tr("Check again"), buttons)
        self._copy = QPushButton(self.tr("Copy report"), buttons)
        buttons.addButton(self._again, role)
        buttons.addButton(self._copy, role)
        self._again.clicked.connect(self._check)
        self._copy.clicked.connect(self._on_copy_clicked)
        presenter.checked.connect(self._on_checked)
        self._check()

    @Slot()
    def _check(self) -> None:
        self._summary.setText(self.tr("Looking at this computer…"))
        self._progress.show()
        self._again.setEnabled(False)
        self._copy.setEnabled(False)
        self._presenter.check()

    @Slot(object)
    def _on_checked(self, findings: tuple[Finding, ...]) -> None:
        self._findings = findings
        self._progress.hide()
        self._again.setEnabled(True)
        self._copy.setEnabled(True)
        self._summary.setText(summary(findings))
        if self._found is not None:
            self._found.hide()
            self._found.deleteLater()
        self._found = self._list(findings)
        self._rows.insertWidget(self._rows.count() - 1, self._found)

    def _list(self, findings: tuple[Finding, ...]) -> QWidget:
        box = QWidget(self._page)
        rows = QVBoxLayout(box)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(SPACE_M)
        for finding in findings:
            rows.addLayout(self._row(finding, box))
        return box

    def _row(self, finding: Finding, parent: QWidget) -> QHBoxLayout:
        icon, color = _MARKS[finding.level]
        mark = QLabel(parent)
        mark.setPixmap(self._icons.pixmap(icon, color, ratio=self.devicePixelRatioF()))
        mark.setFixedWidth(ICON_SIZE)
        mark.setAccessibleName(self._words[finding.level])
        column = QVBoxLayout()
        column.setSpacing(SPACE_XS)
        column.addWidget(self._label(finding.name, parent=parent, role="heading"))
        column.addWidget(self._label(finding.text, parent=parent))
        if finding.remedy:
            column.addWidget(self._label(finding.remedy, parent=parent, tone="quiet"))
        if finding.command:
            command = self._label(finding.command, parent=parent, role="mono")
            command.setAccessibleName(self.tr("Command: {text}").format(text=finding.command))
            column.addWidget(command)
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(column, 1)
        return row

    @Slot()
    def _on_copy_clicked(self) -> None:
        QGuiApplication.clipboard().setText(as_text(self._findings))
