"""The menu of one message: what can be done with it, the rest greyed out with the reason."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from app.chat.thinking import without_thinking
from app.presenters.message_offers import MessageOffers
from app.presenters.variation import Variation
from app.settings.schema import entry_named
from app.ui.chat.copying import CopyForm
from app.ui.icons import Icons
from app.ui.tooltip import plain_tooltip

#: How far "lower" and "higher" are from the temperature in force.
_TEMPERATURE_STEP = 0.3


class Wish(Enum):
    """What can be wished for a message, beside copies and variations of it."""

    COPY_SELECTION = "copy_selection"
    COPY_LINK = "copy_link"
    SELECT = "select"
    EDIT = "edit"
    REGENERATE = "regenerate"
    TEMPERATURE = "temperature"
    """Another answer at a temperature that is still to be asked for."""
    CONTINUE = "continue"
    PAUSE = "pause"
    STOP = "stop"
    RAW = "raw"
    BOOKMARK = "bookmark"
    NOTE = "note"
    DETAILS = "details"
    BRANCHES = "branches"
    DELETE = "delete"


Choice = Wish | CopyForm | Variation


class _Action(QAction):
    """An action that knows what it stands for."""

    #: The user chose it; carries the Choice.
    chosen = Signal(object)

    def __init__(self, words: str, choice: Choice, reason: str, parent: QObject) -> None:
        super().__init__(words.replace("&", "&&"), parent)
        self._choice = choice
        self.setEnabled(not reason)
        if reason:
            self.setToolTip(plain_tooltip(reason))
        self.triggered.connect(self._on_triggered)

    @Slot()
    def _on_triggered(self) -> None:
        self.chosen.emit(self._choice)


class MessageMenu(QMenu):
    """Made for one message, and gone when it is closed."""

    #: The user chose something; carries a Wish, a CopyForm or a Variation.
    chosen = Signal(object)

    def __init__(
        self,
        offers: MessageOffers,
        icons: Icons,
        parent: QWidget,
        *,
        has_selection: bool,
        has_link: bool,
        is_raw: bool,
    ) -> None:
        super().__init__(parent)
        self._offers = offers
        self._icons = icons
        self.setToolTipsVisible(True)
        if has_selection:
            self._add(self, self.tr("Copy selection"), Wish.COPY_SELECTION)
        if has_link:
            self._add(self, self.tr("Copy link"), Wish.COPY_LINK)
        self._add_copies()
        if offers.is_streaming:
            self._add_running()
        else:
            self._add_changes()
        self._add_marks(is_raw=is_raw)
        if not offers.is_streaming:
            self.addSeparator()
            self._add(self, self.tr("Delete"), Wish.DELETE, icon="trash")
        self.aboutToHide.connect(self.deleteLater)

    def _add_copies(self) -> None:
        if not self._offers.message.text and not self._offers.is_streaming:
            return
        if not self._offers.is_answer:
            self._add(self, self.tr("Copy message"), CopyForm.MARKDOWN, icon="copy")
        else:
            copies = self._submenu(self, self.tr("Copy as"), "", icon="copy")
            self._add(copies, self.tr("Markdown"), CopyForm.MARKDOWN)
            self._add(copies, self.tr("Plain text"), CopyForm.PLAIN)
            self._add(copies, self.tr("Rich text"), CopyForm.RICH)
            text = self._offers.message.text
            if without_thinking(text) != text:
                self._add(copies, self.tr("Markdown with thinking"), CopyForm.WITH_THINKING)
        self._add(self, self.tr("Select message"), Wish.SELECT)
        self.addSeparator()

    def _add_running(self) -> None:
        self._add(self, self.tr("Stop"), Wish.STOP, icon="stop")
        self._add(self, self.tr("Pause"), Wish.PAUSE, self._offers.no_pause, icon="pause")
        self.addSeparator()

    def _add_changes(self) -> None:
        offers = self._offers
        if offers.message.text:
            # A question is answered anew; an answer of the model changes without it.
            reason = "" if offers.is_answer else offers.busy
            self._add(self, self.tr("Edit"), Wish.EDIT, reason, icon="edit")
        if offers.is_answer:
            again = self.tr("Regenerate")
            self._add(self, again, Wish.REGENERATE, offers.busy, icon="regenerate")
            self._add_variations()
        if offers.can_be_continued:
            words = self.tr("Resume") if offers.is_paused else self.tr("Continue")
            reason = offers.busy if offers.is_paused else offers.no_continue
            self._add(self, words, Wish.CONTINUE, reason)
        self.addSeparator()

    def _add_variations(self) -> None:
        offers = self._offers
        menu = self._submenu(self, self.tr("Regenerate with"), offers.busy_here)
        usable = [choice for choice in offers.models if not choice.problem]
        models = self._submenu(menu, self.tr("Model"), "" if usable else offers.no_models)
        for model in usable:
            self._add(models, model.label, Variation(model=str(model.path)), hint=model.detail)
        state = offers.adapters
        reason = state.unavailable or ("" if state.choices else offers.no_adapters)
        adapters = self._submenu(menu, self.tr("Adapter"), reason)
        self._add(adapters, self.tr("No adapter"), Variation(adapter=""))
        for adapter in state.choices:
            variation = Variation(adapter=str(adapter.path))
            self._add(adapters, adapter.label, variation, adapter.problem)
        self._add_temperatures(menu)

    def _add_temperatures(self, parent: QMenu) -> None:
        offers = self._offers
        menu = self._submenu(parent, self.tr("Temperature"), offers.no_temperature)
        now = offers.temperature
        lowest, highest = entry_named("temperature").spec.bounds
        lower = max(lowest, round(now - _TEMPERATURE_STEP, 2))
        higher = min(highest, round(now + _TEMPERATURE_STEP, 2))
        self._add(menu, self.tr("0, the likeliest words"), Variation(temperature=0.0))
        if 0 < lower < now:
            words = self.tr("Lower: {value}").format(value=f"{lower:g}")
            self._add(menu, words, Variation(temperature=lower))
        if higher > now:
            words = self.tr("Higher: {value}").format(value=f"{higher:g}")
            self._add(menu, words, Variation(temperature=higher))
        self._add(menu, self.tr("Another…"), Wish.TEMPERATURE)

    def _add_marks(self, *, is_raw: bool) -> None:
        message = self._offers.message
        if self._offers.is_answer:
            raw = self._add(self, self.tr("Raw text"), Wish.RAW)
            raw.setCheckable(True)
            raw.setChecked(is_raw)
        if not self._offers.is_streaming:
            bookmark = self._add(self, self.tr("Bookmark"), Wish.BOOKMARK)
            bookmark.setCheckable(True)
            bookmark.setChecked(message.bookmarked)
            self._add(self, self.tr("Note…"), Wish.NOTE, icon="note")
            if self._offers.is_answer:
                self._add(self, self.tr("Details…"), Wish.DETAILS, icon="info")
        self._add(self, self.tr("Branches…"), Wish.BRANCHES, icon="branch")

    def _submenu(self, parent: QMenu, words: str, reason: str, *, icon: str = "") -> QMenu:
        menu = QMenu(words, parent)
        menu.setToolTipsVisible(True)
        action = parent.addMenu(menu)
        action.setEnabled(not reason)
        if reason:
            action.setToolTip(plain_tooltip(reason))
        if icon:
            action.setIcon(self._icons.icon(icon, "quiet"))
        return menu

    def _add(
        self,
        menu: QMenu,
        words: str,
        choice: Choice,
        reason: str = "",
        *,
        icon: str = "",
        hint: str = "",
    ) -> QAction:
        action = _Action(words, choice, reason, menu)
        action.chosen.connect(self.chosen)
        if icon:
            action.setIcon(self._icons.icon(icon, "quiet"))
        if hint and not reason:
            action.setToolTip(plain_tooltip(hint))
        menu.addAction(action)
        return action
