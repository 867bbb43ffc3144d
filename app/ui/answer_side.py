"""An answer that is no message of a conversation: whose it is, its page, and what it cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.chat.statistics import RunStatistics
from app.presenters.chat_status import Activity
from app.ui.figures import activity_word, speed_text
from app.ui.plain_label import plain_label
from app.ui.theme import SPACE_XS

if TYPE_CHECKING:
    from app.ui.chat.answer_page import AnswerPage
    from app.ui.plain_page import PlainPage


class AnswerSide(QWidget):
    """Holds the page that shows the text, and says around it what is known of the answer."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pieces: list[str] = []
        self.is_finished = False
        self.page: AnswerPage | PlainPage | None = None
        self._title = plain_label(self, role="heading")
        # A heading over nothing.
        self._title.hide()
        self._figures = plain_label(self, role="small", tone="quiet")
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(SPACE_XS)
        self._rows.addWidget(self._title)
        self._rows.addStretch(1)
        self._rows.addWidget(self._figures)
        self.set_title(title)

    @property
    def text(self) -> str:
        """What was written so far, letter by letter."""
        return "".join(self._pieces)

    def hold(self, page: AnswerPage | PlainPage) -> None:
        """Show the text on `page` from now on; called once."""
        self.page = page
        page.setAccessibleName(self._title.text())
        self._title.show()
        self._rows.takeAt(1)
        self._rows.insertWidget(1, page, 1)

    def set_title(self, title: str) -> None:
        """Say whose answer it is."""
        self._title.setText(title)
        if self.page is not None:
            self.page.setAccessibleName(title)

    def clear(self) -> None:
        """Be ready for another answer."""
        self._pieces.clear()
        self.is_finished = False
        if self.page is not None:
            self.page.clear()
        self.show_activity(Activity.WAITING)

    def show_activity(self, activity: Activity) -> None:
        """Say what the model does for this answer."""
        self._tell(f"{activity_word(activity)}…")

    def add(self, text: str) -> None:
        """Add `text` at the end."""
        if not self._pieces:
            self.show_activity(Activity.WRITING)
        self._pieces.append(text)
        if self.page is not None:
            self.page.add(text)

    def finish(self, statistics: RunStatistics) -> None:
        """Show what the answer cost, unknown figures as such."""
        self.is_finished = True
        self._end()
        tokens, speed = statistics.generated_tokens, statistics.decode_tokens_per_second
        figures = self.tr("{count} tokens · {speed}").format(
            count="–" if tokens is None else QLocale().toString(tokens),
            speed=self.tr("– tok/s") if speed is None else speed_text(speed),
        )
        if not self._pieces:
            figures = f"{self.tr('The model wrote nothing.')} {figures}"
        is_known = tokens is not None and speed is not None
        self._tell(figures, "" if is_known else self.tr("The runtime did not measure it."))

    def give_up(self) -> None:
        """Show that no more will come of an answer that is not finished."""
        if not self.is_finished:
            self._end()
            self._tell(self.tr("Not finished") if self._pieces else self.tr("Not begun"))

    def _end(self) -> None:
        if self.page is not None:
            self.page.end()

    def _tell(self, figures: str, reason: str = "") -> None:
        self._figures.setText(figures)
        self._figures.setToolTip(reason)
