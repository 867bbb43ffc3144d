"""What can be done with a message, as a quiet row of buttons below it; figures at its end."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPoint, QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QLabel, QWidget

from app.chat.message import Message, MessageState, Role
from app.chat.tree import ShownMessage
from app.ui.chat.copy_button import ICON, SIDE, CopyButton
from app.ui.elided_label import ElidedLabel
from app.ui.figures import duration_text, speed_text
from app.ui.icon_button import IconButton
from app.ui.icons import Icons
from app.ui.theme import SPACE_M, SPACE_XS, FontRole, Theme

HEIGHT = SIDE
_STEP_WIDTH = 22


class ActionRow(QWidget):
    """Buttons for one message. Always there, never behind a hover."""

    #: The message's text is to be copied.
    copy_requested = Signal()
    #: Another answer is wanted.
    regenerate_requested = Signal()
    #: The message is to be edited.
    edit_requested = Signal()
    #: Another version is to be shown; carries how many places further on.
    version_requested = Signal(int)
    #: The user wants the menu; carries the place on the screen and an empty text.
    menu_requested = Signal(QPoint, str)
    #: The message is to be a bookmark no more.
    bookmark_dropped = Signal()

    def __init__(self, theme: Theme, icons: Icons, role: Role, parent: QWidget) -> None:
        super().__init__(parent)
        self._role = role
        self._copy = CopyButton(theme, icons, self.tr("Copy message"), self)
        self._copy.clicked.connect(self.copy_requested)
        self._regenerate: IconButton | None = None
        if role is Role.ASSISTANT:
            self._regenerate = self._button(
                theme, icons, "regenerate", self.tr("Regenerate answer")
            )
            self._regenerate.clicked.connect(self.regenerate_requested)
        self._previous = self._button(theme, icons, "chevron-left", self.tr("Previous version"))
        self._previous.setFixedSize(QSize(_STEP_WIDTH, SIDE))
        self._previous.clicked.connect(self._on_previous_clicked)
        self._place = QLabel(self)
        self._place.setTextFormat(Qt.TextFormat.PlainText)
        self._place.setProperty("tone", "quiet")
        self._place.setFont(theme.font(FontRole.SMALL))
        self._next = self._button(theme, icons, "chevron-right", self.tr("Next version"))
        self._next.setFixedSize(QSize(_STEP_WIDTH, SIDE))
        self._next.clicked.connect(self._on_next_clicked)
        self._edit = self._button(theme, icons, "edit", self.tr("Edit message"))
        self._edit.clicked.connect(self.edit_requested)
        self._bookmark = self._button(
            theme, icons, "bookmark", self.tr("Bookmark. Remove it"), color="accent"
        )
        self._bookmark.clicked.connect(self.bookmark_dropped)
        self._more = self._button(theme, icons, "more", self.tr("More"))
        self._more.clicked.connect(self._on_more_clicked)
        self._figures = ElidedLabel("", self)
        self._figures.setProperty("tone", "quiet")
        self._figures.setFont(theme.font(FontRole.SMALL))

    def show_item(self, item: ShownMessage) -> None:
        """Offer what can be done with `item`."""
        ready = item.message.state is not MessageState.STREAMING
        self._copy.setVisible(ready and bool(item.message.text))
        self._edit.setVisible(ready and bool(item.message.text))
        if self._regenerate is not None:
            self._regenerate.setVisible(ready)
        self._bookmark.setVisible(item.message.bookmarked)
        several = ready and item.versions > 1
        for widget in (self._previous, self._place, self._next):
            widget.setVisible(several)
        self._previous.setEnabled(item.version > 1)
        self._next.setEnabled(item.version < item.versions)
        self._place.setText(f"{item.version}/{item.versions}")
        self._place.setAccessibleName(
            self.tr("Version {version} of {versions}").format(
                version=item.version, versions=item.versions
            )
        )
        self._figures.setText(self._figures_of(item.message) if ready else "")
        self._figures.setVisible(bool(self._figures.text()))

    def arrange(self, width: int, margin: int) -> int:
        """Place the buttons in `width`, text beginning at `margin`, and return the height."""
        widgets = [widget for widget in self._in_order() if not widget.isHidden()]
        sizes = [self._width_of(widget) for widget in widgets]
        # Icons, not the edges of their buttons, line up with the text.
        inset = (SIDE - ICON) // 2
        left = margin - inset
        if self._role is Role.USER:
            left = width - margin - sum(sizes) + inset
        for widget, size in zip(widgets, sizes, strict=True):
            widget.setGeometry(left, 0, size, HEIGHT)
            left += size
        wanted = self._figures.sizeHint().width()
        room = max(0, min(wanted, width - margin - left - SPACE_M))
        self._figures.setGeometry(width - margin - room, 0, room, HEIGHT)
        return HEIGHT

    def focus_widgets(self) -> Iterator[QWidget]:
        """Yield what the Tab key should reach, in order."""
        return (widget for widget in self._in_order() if isinstance(widget, IconButton))

    def show_copied(self) -> None:
        """Say that the message was copied."""
        self._copy.show_done()

    def _in_order(self) -> tuple[QWidget, ...]:
        regenerate = (self._regenerate,) if self._regenerate is not None else ()
        return (
            self._copy,
            *regenerate,
            self._previous,
            self._place,
            self._next,
            self._edit,
            self._bookmark,
            self._more,
        )

    def _width_of(self, widget: QWidget) -> int:
        if widget is self._place:
            return self._place.sizeHint().width() + SPACE_XS
        return widget.width()

    def _button(
        self, theme: Theme, icons: Icons, icon: str, text: str, *, color: str = "quiet"
    ) -> IconButton:
        return IconButton(theme, icons, icon, text, self, color=color, side=SIDE, icon_size=ICON)

    def _figures_of(self, message: Message) -> str:
        """Return speed, time to the first token and model, as far as they are known."""
        figures: list[str] = []
        known = message.statistics
        if known is not None and known.decode_tokens_per_second is not None:
            figures.append(speed_text(known.decode_tokens_per_second))
        if known is not None and known.first_token_ms is not None:
            figures.append(duration_text(known.first_token_ms))
        if message.model:
            figures.append(message.model)
        if message.adapter:
            figures.append(self.tr("LoRA {name}").format(name=message.adapter))
        return " · ".join(figures)

    @Slot()
    def _on_more_clicked(self) -> None:
        place = self._more.mapToGlobal(self._more.rect().bottomLeft())
        self.menu_requested.emit(place, "")

    @Slot()
    def _on_previous_clicked(self) -> None:
        self.version_requested.emit(-1)

    @Slot()
    def _on_next_clicked(self) -> None:
        self.version_requested.emit(1)
