"""Lets the model, preset and settings that were chosen for a conversation count while it is shown."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from app.chat.conversation import title_from
from app.presenters.conversations import ConversationsPresenter
from app.presenters.model import ModelPresenter
from app.presenters.settings import SettingsPresenter
from app.settings.layers import Layer, Overrides, decode_overrides, encode_overrides


class ConversationChoices(QObject):
    """Carries choices from the shown conversation to the presenters, and back. Shows nothing."""

    def __init__(
        self,
        conversations: ConversationsPresenter,
        models: ModelPresenter,
        settings: SettingsPresenter,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._conversations = conversations
        self._models = models
        self._settings = settings
        self._taking = False
        conversations.current_changed.connect(self._on_current_changed)
        settings.layer_edited.connect(self._on_layer_edited)
        settings.preset_chosen.connect(self._on_preset_chosen)
        settings.preset_renamed.connect(conversations.rename_preset)
        models.model_chosen.connect(self._on_model_chosen)
        # The first conversation goes on with the preset of the last start.
        conversations.choose(preset=settings.preset)
        self._on_current_changed()

    @Slot()
    def _on_current_changed(self) -> None:
        choices = self._conversations.choices
        current = self._conversations.current
        title = title_from(current.title) if current is not None else ""
        overrides, _complaints = decode_overrides(choices.overrides)
        # What is taken over is not a choice of the user's for this conversation.
        self._taking = True
        try:
            self._settings.choose_preset(choices.preset)
            self._settings.set_layer(
                Layer.CONVERSATION, title or self.tr("New conversation"), overrides
            )
        finally:
            self._taking = False
        self._models.show_if_loaded(choices.model)

    @Slot(object, object)
    def _on_layer_edited(self, layer: Layer, overrides: Overrides) -> None:
        if layer is Layer.CONVERSATION:
            self._conversations.choose(overrides=encode_overrides(overrides))

    @Slot(str)
    def _on_model_chosen(self, path: str) -> None:
        self._conversations.choose(model=path)

    @Slot(str)
    def _on_preset_chosen(self, name: str) -> None:
        if not self._taking:
            self._conversations.choose(preset=name)
