"""The settings in force: layers over those of the app, changed, announced and kept.

A change comes from code or from the user. Code changes the app's own settings (`set_value`,
`reset`). What the user changes in the panel goes to the layer in `scope` (`edit`, `revert`);
presets are kept here, the values of a model or a conversation by whoever set that layer.
"""

from __future__ import annotations

from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from app.presenters.delayed_save import DelayedSave
from app.presenters.notices import NoticeAction, Notices
from app.runtime.protocol import Capability, ModelInfo
from app.settings.codec import check, plain, value_of, with_value
from app.settings.file import SettingsFile
from app.settings.layers import (
    Layer,
    Overrides,
    origin,
    overrides_in,
    resolve,
    tables_of,
    value_in,
)
from app.settings.schema import Effect, Entry, Settings, entries

if TYPE_CHECKING:
    from app.presenters.presets import PresetKeeper
    from app.settings.presets import Preset

_PRESETS_NAME = "presets.toml"


class SettingsPresenter(QObject):
    """Holds the settings. Lives on the window's thread; owned by the composition root."""

    #: A setting has changed, or may have another origin; carries the whole Settings in force.
    settings_changed = Signal(object)
    #: What the loaded model can do has changed, so settings became available or not.
    availability_changed = Signal()
    #: The user has changed what a model or a conversation has instead; carries the Layer and its
    #: Overrides, for their owner to keep.
    layer_edited = Signal(object, object)
    #: There are other layers, one has another label, or changes go to another one.
    layers_changed = Signal()
    #: Another preset is in use, or the one in use has another name; carries its name or "".
    preset_chosen = Signal(str)
    #: One of the user's presets has another name; carries the old one and the new one. Comes before
    #: `preset_chosen` and `presets_changed`: whoever keeps the old one takes the new one now.
    preset_renamed = Signal(str, str)
    #: There are other presets, or one has another name or other values.
    presets_changed = Signal()

    def __init__(
        self,
        file: SettingsFile,
        notices: Notices,
        parent: QObject | None = None,
        *,
        presets_file: Path | None = None,
    ) -> None:
        super().__init__(parent)
        self._file = file
        self._notices = notices
        self._entries = {(entry.group, entry.name): entry for entry in entries()}
        self._model: ModelInfo | None = None
        self._layers: dict[Layer, Overrides] = {}
        self._labels: dict[Layer, str] = {}
        self._scope = Layer.APP
        self._app, complaints = file.load()
        for complaint in complaints:
            notices.warn(complaint)
        self._save = DelayedSave(self._write, notices, self)
        self._presets_file = presets_file or file.path.with_name(_PRESETS_NAME)
        self._chosen = ""
        if self._app.state.preset:
            self._use(self._keeper.presets.find(self._app.state.preset))
        self._settings = resolve(self._app, self._layers)

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self._settings

    @property
    def app_settings(self) -> Settings:
        """The settings of the app, as they are where nobody decided otherwise."""
        return self._app

    def settings_with(self, layer: Layer, overrides: Overrides) -> Settings:
        """Return the settings as they would be in force with others in one layer."""
        return resolve(self._app, {**self._layers, layer: overrides})

    def set_value(self, group: str, name: str, value: Any) -> None:
        """Change one setting of the app.

        Raises KeyError for an unknown one, ValueError for a bad value.
        """
        checked = check(self._entries[group, name], plain(value))
        if checked == value_of(self._app, group, name):
            return
        self._app = with_value(self._app, group, name, checked)
        self._save.start()
        self._announce()

    def reset(self, group: str, name: str) -> None:
        """Give one setting of the app its default back."""
        self.set_value(group, name, self._entries[group, name].default)

    # What the user does in the panel.

    @property
    def scope(self) -> Layer:
        """The layer that changes go to."""
        return self._scope

    def scopes(self) -> tuple[Layer, ...]:
        """Return the layers that changes can go to now, the lowest first."""
        return (Layer.APP, *sorted(self._layers))

    def set_scope(self, layer: Layer) -> None:
        """Let changes go to `layer`; to the app while there is no such layer."""
        wanted = layer if layer in self._layers else Layer.APP
        if wanted is not self._scope:
            self._scope = wanted
            self.layers_changed.emit()

    def edit(self, entry: Entry, value: Any) -> None:
        """Change a setting in the layer that changes go to. Raises ValueError for a bad value.

        What only the app can have is changed there.
        """
        if self._scope is Layer.APP or not entry.spec.layered:
            self.set_value(entry.group, entry.name, value)
            return
        checked = check(entry, plain(value))
        address = (entry.group, entry.name)
        known = self._layers[self._scope]
        if address not in known or known[address] != checked:
            self._put(self._scope, known.with_value(address, checked))

    def revert(self, entry: Entry) -> None:
        """Take back what decides on a setting: what is below it counts again.

        A preset is used in many places, so there is a way back for it.
        """
        layer = self.origin_of(entry)
        if layer is Layer.APP:
            self.reset(entry.group, entry.name)
            return
        known, name = self._layers[layer], self._chosen
        self._put(layer, known.without((entry.group, entry.name)))
        if layer is Layer.PRESET:
            sentence = self.tr("The preset “{name}” has no {setting} of its own any more.")
            undo = NoticeAction(self.tr("Undo"), partial(self._keeper.put, name, known))
            self._notices.info(sentence.format(name=name, setting=entry.spec.label), undo)

    def origin_of(self, entry: Entry) -> Layer:
        """Return which layer decides on a setting."""
        return origin(self._layers, entry)

    def origin_below(self, entry: Entry) -> Layer:
        """Return which layer would decide on a setting if the one that does would not."""
        return origin(self._layers, entry, under=self.origin_of(entry))

    def below(self, entry: Entry) -> Any:
        """Return what `revert` gives a setting back: the value below, or the default."""
        deciding = self.origin_of(entry)
        if deciding is Layer.APP:
            return entry.default
        return value_in(self._app, self._layers, entry, self.origin_below(entry))

    def value_at(self, entry: Entry, layer: Layer) -> Any:
        """Return the value of a setting where nothing above `layer` decides on it."""
        return value_in(self._app, self._layers, entry, layer)

    # Layers.

    def set_layer(
        self, layer: Layer, label: str | None, overrides: Overrides | None = None
    ) -> None:
        """Tell what the model or the conversation in use has instead, and what to call it.

        Without a label there is no such layer. Values that cannot be are left out, with a word.
        A model's layer is set before the model is loaded. Raises ValueError for another layer.
        """
        if layer not in (Layer.MODEL, Layer.CONVERSATION):
            raise ValueError(f"{layer.name} is not for others to set")
        before = (self._layers.get(layer), self._labels.get(layer))
        if label is None:
            self._layers.pop(layer, None)
            self._labels.pop(layer, None)
        else:
            self._layers[layer] = self._usable(label, overrides or Overrides())
            self._labels[layer] = label
        if before != (self._layers.get(layer), self._labels.get(layer)):
            self._leave_lost_scope()
            self._announce()
            self.layers_changed.emit()

    def overrides_of(self, layer: Layer) -> Overrides:
        """Return the values of a layer; none when there is no such layer."""
        return self._layers.get(layer, Overrides())

    def label_of(self, layer: Layer) -> str:
        """Return the name of the model, the preset or the conversation, or an empty text."""
        return self._labels.get(layer, "")

    # Presets.

    @property
    def preset(self) -> str:
        """The name of the preset in use, or an empty text."""
        return self._chosen

    def presets(self) -> tuple[Preset, ...]:
        """Return all presets, those that come with the program first."""
        return self._keeper.presets.items

    def choose_preset(self, name: str) -> None:
        """Use a preset; none for an empty text, or a name that there is not any more."""
        preset = self._keeper.presets.find(name) if name else None
        chosen = preset.name if preset is not None else ""
        if chosen == self._chosen:
            return
        self._use(preset)
        self._leave_lost_scope()
        self._app = with_value(self._app, "state", "preset", chosen)
        self._save.start()
        self._announce()
        self.layers_changed.emit()
        self.preset_chosen.emit(chosen)

    def save_preset(self, name: str) -> None:
        """Make a preset of how answers are written now, and use it; replaces one of that name.

        How a model is loaded stays out of it, except for what the preset in use says about that.
        Raises ValueError, saying what is wrong, for a name that cannot be.
        """
        values = dict(self.overrides_of(Layer.PRESET))
        for (group, member), entry in self._entries.items():
            if entry.spec.layered and entry.spec.effect is not Effect.RELOAD:
                values[group, member] = value_of(self._settings, group, member)
        replaced = self._keeper.presets.find(name)
        self._keeper.put(name, Overrides(values))
        self.choose_preset(self._keeper.presets.named(name))
        if replaced is not None:
            sentence = self.tr("The preset “{name}” was replaced.").format(name=replaced.name)
            put_back = partial(self._keeper.put, replaced.name, replaced.overrides)
            self._notices.info(sentence, NoticeAction(self.tr("Undo"), put_back))

    def rename_preset(self, old: str, new: str) -> None:
        """Give one of the user's presets another name. Raises ValueError, saying what is wrong."""
        self._keeper.rename(old, new)

    def delete_preset(self, name: str) -> None:
        """Delete one of the user's presets, or restore one that came with the program."""
        again = name if name == self._chosen else ""
        self._keeper.delete(name, partial(self._choose_again, again))

    # The loaded model.

    def set_model(self, model: ModelInfo | None) -> None:
        """Tell which model is loaded, and so what it can do; None while there is none."""
        self._model = model
        self.availability_changed.emit()

    def unavailable_reason(self, entry: Entry) -> str:
        """Return why a setting has no effect with the loaded model, or an empty text."""
        if not entry.spec.capability or self._model is None:
            return ""
        return self._model.capabilities.reason(Capability(entry.spec.capability))

    def effect_of(self, entry: Entry) -> Effect:
        """Return when a change of a setting takes effect with the loaded model."""
        return Effect.RELOAD if self._waits_for_reload(entry) else entry.spec.effect

    def note_on(self, entry: Entry) -> str:
        """Return what the loaded model makes of a setting, or an empty text."""
        if self._model is None:
            return ""
        if self._waits_for_reload(entry):
            return self._model.capabilities.reason(Capability.SAMPLING_PER_RUN)
        limit = self._model.context_limit
        in_force = self._model.context_tokens
        wanted = self._settings.context.context_tokens
        if entry.name == "context_tokens" and limit is not None and in_force < wanted:
            return self.tr("This model reads at most {count} tokens.").format(count=f"{limit:,}")
        return ""

    def _waits_for_reload(self, entry: Entry) -> bool:
        # The length of an answer is counted by Cairn where the library cannot.
        is_sampling = entry.group == "sampling" and entry.name != "max_new_tokens"
        return (
            is_sampling
            and self._model is not None
            and Capability.SAMPLING_PER_RUN not in self._model.capabilities
        )

    def save_now(self) -> None:
        """Write what is not written yet; the first failure is told to the user."""
        self._save.save_now()
        if "_keeper" in vars(self):
            self._keeper.save_now()

    def _put(self, layer: Layer, overrides: Overrides) -> None:
        if layer is Layer.PRESET:
            self._keeper.put(self._chosen, overrides)
            return
        self._layers[layer] = overrides
        self._announce()
        self.layer_edited.emit(layer, overrides)

    def _usable(self, label: str, overrides: Overrides) -> Overrides:
        usable, _ = overrides_in(tables_of(overrides))
        if len(usable) < len(overrides):
            self._notices.warn(
                self.tr("Some settings of “{name}” cannot be used and are left out.").format(
                    name=label
                )
            )
        return usable

    @cached_property
    def _keeper(self) -> PresetKeeper:
        # Made when somebody asks for a preset: most windows open without one.
        from app.presenters.presets import PresetKeeper
        from app.settings.presets_file import PresetsFile

        keeper = PresetKeeper(PresetsFile(self._presets_file), self._notices, self)
        keeper.preset_renamed.connect(self._on_preset_renamed)
        keeper.presets_changed.connect(self._on_presets_changed)
        return keeper

    def _use(self, preset: Preset | None) -> None:
        self._layers.pop(Layer.PRESET, None)
        self._labels.pop(Layer.PRESET, None)
        self._chosen = ""
        if preset is not None:
            self._chosen = self._labels[Layer.PRESET] = preset.name
            self._layers[Layer.PRESET] = preset.overrides

    def _choose_again(self, name: str) -> None:
        if name and not self._chosen:
            self.choose_preset(name)

    def _leave_lost_scope(self) -> None:
        if self._scope not in self._layers:
            self._scope = Layer.APP

    def _announce(self) -> None:
        self._settings = resolve(self._app, self._layers)
        self.settings_changed.emit(self._settings)

    def _write(self) -> None:
        self._file.save(self._app)

    @Slot(str, str)
    def _on_preset_renamed(self, old: str, new: str) -> None:
        self.preset_renamed.emit(old, new)
        if self._chosen == old:
            self.choose_preset(new)

    @Slot()
    def _on_presets_changed(self) -> None:
        preset = self._keeper.presets.find(self._chosen) if self._chosen else None
        if preset is None:
            self.choose_preset("")
        elif preset.overrides != self._layers[Layer.PRESET]:
            self._layers[Layer.PRESET] = preset.overrides
            self._announce()
        self.presets_changed.emit()
