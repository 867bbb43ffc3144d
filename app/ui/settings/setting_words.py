"""What the settings panel says about a value: where it comes from, and what the way back gives."""

from __future__ import annotations

from enum import Enum
from typing import Any

from PySide6.QtCore import QObject

from app.presenters.settings import SettingsPresenter
from app.settings.layers import Layer
from app.settings.schema import Entry

#: A longer text is cut where it is only mentioned.
_LONGEST_MENTION = 40


class SettingWords(QObject):
    """Puts what the presenter knows into words. Lives on the window's thread."""

    def __init__(self, presenter: SettingsPresenter, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._presenter = presenter

    def origin(self, entry: Entry) -> str:
        """Return where a value comes from; nothing when it is the app's and goes without saying."""
        layer, scope = self._presenter.origin_of(entry), self._presenter.scope
        if layer is Layer.APP:
            if scope is not Layer.APP and not entry.spec.layered:
                return self.tr("Always for everything.")
            return ""
        words = {
            Layer.MODEL: self.tr("Set for this model."),
            Layer.PRESET: self.tr("From the preset {name}.").format(
                name=self._presenter.label_of(Layer.PRESET)
            ),
            Layer.CONVERSATION: self.tr("Set for this conversation."),
        }[layer]
        if scope >= layer:
            return words
        # Changes go further down, where they are not seen here.
        below = {
            Layer.APP: self.tr("For everything: {value}"),
            Layer.MODEL: self.tr("For this model: {value}"),
            Layer.PRESET: self.tr("In the preset: {value}"),
        }[scope]
        value = self.described(entry, self._presenter.value_at(entry, scope))
        return f"{words} {below.format(value=value)}"

    def overruled(self, entry: Entry) -> str:
        """Return who decides instead of the layer that a value was just set in, or nothing."""
        layer, scope = self._presenter.origin_of(entry), self._presenter.scope
        if not entry.spec.layered or scope >= layer:
            return ""
        words = {
            Layer.MODEL: self.tr("This model decides now; {value} counts without it."),
            Layer.PRESET: self.tr("The preset {name} decides now; {value} counts without it."),
            Layer.CONVERSATION: self.tr(
                "This conversation decides now; {value} counts without it."
            ),
        }[layer]
        return words.format(
            name=self._presenter.label_of(Layer.PRESET),
            value=self.described(entry, self._presenter.value_at(entry, scope)),
        )

    def way_back(self, entry: Entry) -> str:
        """Return what the way back gives, or nothing when there is none."""
        layer = self._presenter.origin_of(entry)
        value = self._presenter.below(entry)
        if layer is Layer.APP and self._presenter.value_at(entry, layer) == value:
            return ""
        words = self.tr("{setting}: back to {value}")
        if layer is not Layer.APP:
            words = {
                Layer.APP: self.tr("{setting}: back to {value}, as for everything"),
                Layer.MODEL: self.tr("{setting}: back to {value}, as for this model"),
                Layer.PRESET: self.tr("{setting}: back to {value}, as in the preset {name}"),
            }[self._presenter.origin_below(entry)]
        return words.format(
            setting=entry.spec.label,
            value=self.described(entry, value),
            name=self._presenter.label_of(Layer.PRESET),
        )

    def complaint(self, error: ValueError) -> str:
        """Return why a value was not taken, as a sentence of its own."""
        return self.tr("Not taken: {reason}.").format(reason=str(error).rstrip("."))

    def described(self, entry: Entry, value: Any) -> str:
        """Return a value as the panel shows it."""
        if isinstance(value, Enum):
            return dict(entry.spec.choices)[value.value]
        if isinstance(value, bool):
            return self.tr("on") if value else self.tr("off")
        if isinstance(value, str):
            text = " ".join(value.split())
            cut = text if len(text) <= _LONGEST_MENTION else f"{text[:_LONGEST_MENTION]}…"
            return f"“{cut}”" if cut else self.tr("nothing")
        if isinstance(value, float):
            value = f"{value:g}"
        return f"{value} {entry.spec.unit}".strip()
