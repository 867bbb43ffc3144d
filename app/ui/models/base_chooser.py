"""Which model an adapter belongs to: what is known of it, and the user's own word."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app.catalog.adapters import Answer, match
from app.catalog.library import LibraryEntry
from app.ui.plain_label import plain_label
from app.ui.settings.setting_chooser import SettingChooser
from app.ui.theme import SPACE_XS

#: More names help nobody.
_MOST_NAMES = 4


class BaseChooser(QWidget):
    """A box with the models, and a sentence about what the choice means."""

    #: The user said which model an adapter belongs to; carries its path and the model's key.
    base_chosen = Signal(object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._adapter: Path | None = None
        heading = QLabel(self.tr("Base model"), self)
        heading.setProperty("role", "heading")
        self._box = SettingChooser(self.tr("Base model"), self)
        heading.setBuddy(self._box)
        self._words = plain_label(self, role="small", tone="quiet")
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(SPACE_XS)
        for part in (heading, self._box, self._words):
            rows.addWidget(part)
        self._box.activated.connect(self._on_activated)

    def show_adapter(self, adapter: LibraryEntry, models: tuple[LibraryEntry, ...]) -> None:
        """Show what is known of `adapter`."""
        self._adapter = adapter.path
        ending = adapter.path.suffix.lower()
        possible = [model for model in models if model.key and model.path.suffix.lower() == ending]
        items = [("", self.tr("Let Cairn decide"))]
        items += [(model.key, model.label) for model in possible]
        said = adapter.record.base
        if said and said not in {key for key, _ in items}:
            items.append((said, self.tr("A model that is not here")))
        self._box.set_items(tuple(items), said)
        self._words.setText(self._sentence(adapter, possible))

    def _sentence(self, adapter: LibraryEntry, models: list[LibraryEntry]) -> str:
        answers = [(model, match(adapter, model)) for model in models]
        fitting = [(model, found) for model, found in answers if found.answer is Answer.YES]
        if len(fitting) == 1:
            model, found = fitting[0]
            return self.tr("Belongs to {model}. {reason}").format(
                model=model.label, reason=found.reason
            )
        if fitting:
            names = ", ".join(model.label for model, _ in fitting[:_MOST_NAMES])
            return self.tr("Works with {count} models: {names}.").format(
                count=len(fitting), names=names if len(fitting) <= _MOST_NAMES else f"{names}…"
            )
        unknown = next((found for _, found in answers if found.answer is Answer.UNKNOWN), None)
        if unknown is not None:
            return self.tr("{reason} Until then it is offered with every model it may fit.").format(
                reason=unknown.reason
            )
        if not models:
            return self.tr("There is no model here that takes adapters in {ending} files.").format(
                ending=adapter.path.suffix.lower()
            )
        return self.tr("None of your models fits it. For {model}: {reason}").format(
            model=models[0].label, reason=answers[0][1].reason
        )

    @Slot(int)
    def _on_activated(self, place: int) -> None:
        if self._adapter is not None:
            self.base_chosen.emit(self._adapter, str(self._box.itemData(place)))
