"""One setting in the panel: its label, editor, origin, help, when it takes effect, the way back."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.settings.schema import Effect, Entry
from app.ui.icon_button import IconButton
from app.ui.icons import Icons
from app.ui.plain_label import plain_label
from app.ui.settings.setting_editors import editor_for
from app.ui.theme import SPACE_S, SPACE_XS, Theme

_RESET_SIDE = 28
_RESET_ICON = 16


class SettingRow(QWidget):
    """Shows one setting."""

    #: The user has changed the value; carries the Entry and the value.
    value_edited = Signal(object, object)
    #: The user wants to have back what is below the value; carries the Entry.
    reset_requested = Signal(object)
    #: The user wants the model loaded again, so that the value takes effect.
    reload_requested = Signal()

    def __init__(
        self,
        entry: Entry,
        theme: Theme,
        icons: Icons,
        parent: QWidget | None = None,
        *,
        tells_effect: bool = True,
    ) -> None:
        super().__init__(parent)
        self.entry = entry
        self._tells_effect = tells_effect
        self._reason = ""
        self._value: Any = entry.default
        self.editor = editor_for(entry, self)
        self._label = _words(self)
        self._label.setText(entry.spec.label)
        self._label.setBuddy(self.editor)
        self._reset = IconButton(
            theme, icons, "undo", "", self, side=_RESET_SIDE, icon_size=_RESET_ICON
        )
        keep = self._reset.sizePolicy()
        keep.setRetainSizeWhenHidden(True)
        self._reset.setSizePolicy(keep)
        self._reset.hide()
        self._complaint = _words(self, "warning")
        self._complaint.hide()
        self._origin = _words(self)
        self._origin.setProperty("role", "small")
        self._origin.hide()
        self._overruled = _words(self, "warning")
        self._overruled.hide()
        self._help = _words(self, "quiet")
        self._note = _words(self, "quiet")
        self._why = _words(self, "warning")
        self._reload = QPushButton(self.tr("Reload now"), self)
        self._reload.setAccessibleDescription(self.tr("Loads the model again with these settings."))
        self._reload.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._reload.hide()
        self._note.hide()
        self._lay_out()
        self._show_words()
        self.editor.value_edited.connect(self._on_value_edited)
        self._reset.clicked.connect(self._on_reset_clicked)
        self._reload.clicked.connect(self.reload_requested)

    @property
    def is_changed(self) -> bool:
        """Whether there is a way back."""
        return not self._reset.isHidden()

    def set_value(self, value: Any) -> None:
        """Show `value`; what was refused stays to be mended until there is another one."""
        if value == self._value and not self._complaint.isHidden():
            return
        self._value = value
        self.set_complaint("")
        self.editor.set_value(value)

    def set_complaint(self, complaint: str) -> None:
        """Say why what the user wrote was not taken, or lift that with an empty text."""
        self._say(self._complaint, complaint)

    def set_origin(self, origin: str) -> None:
        """Say where the value comes from, or nothing when that goes without saying."""
        self._say(self._origin, origin)

    def set_overruled(self, words: str) -> None:
        """Say that another value decides than the one that was set, or nothing."""
        self._say(self._overruled, words)

    def set_way_back(self, way_back: str) -> None:
        """Offer the way back under the name `way_back`, or take it away with an empty text."""
        # Hiding what has the focus would throw the keyboard out of the panel.
        if not way_back and self._reset.hasFocus():
            self.editor.setFocus(Qt.FocusReason.OtherFocusReason)
        if way_back:
            self._reset.set_label(way_back)
        self._reset.setVisible(bool(way_back))

    def set_reason(self, reason: str) -> None:
        """Say why the setting has no effect now, or lift that with an empty text."""
        if reason != self._reason:
            self._reason = reason
            self.editor.setEnabled(not reason)
            self._reset.setEnabled(not reason)
            self._show_words()

    def set_note(self, note: str) -> None:
        """Say what the loaded model makes of the setting, or nothing."""
        self._say(self._note, note)

    def set_reload_offered(self, offered: bool) -> None:
        """Offer to load the model again, because it was loaded with another value."""
        if not offered and self._reload.hasFocus():
            self.editor.setFocus(Qt.FocusReason.OtherFocusReason)
        self._reload.setVisible(offered)

    def matches(self, words: list[str]) -> bool:
        """Return whether every one of the casefolded `words` is in the label, help or choices."""
        choices = " ".join(label for _, label in self.entry.spec.choices)
        text = f"{self.entry.spec.label} {self.entry.spec.help} {choices}".casefold()
        return all(word in text for word in words)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(SPACE_XS)
        if self.editor.has_label:
            self._label.hide()
            head.addWidget(self.editor, 1)
        else:
            head.addWidget(self._label, 1)
        head.addWidget(self._reset, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, SPACE_S)
        column.setSpacing(SPACE_XS)
        column.addLayout(head)
        if not self.editor.has_label:
            column.addWidget(self.editor)
        column.addWidget(self._complaint)
        column.addWidget(self._overruled)
        column.addWidget(self._origin)
        column.addWidget(self._help)
        column.addWidget(self._note)
        column.addWidget(self._why)
        column.addWidget(self._reload)

    def _say(self, label: QLabel, words: str) -> None:
        if words != label.text():
            label.setText(words)
            label.setVisible(bool(words))
            self._describe()

    def _show_words(self) -> None:
        effect = self._effect() if self._tells_effect else ""
        self._help.setText(f"{self.entry.spec.help} {effect}".strip())
        self._why.setText(self._reason)
        self._why.setVisible(bool(self._reason))
        self._describe()

    def _describe(self) -> None:
        said = (
            self._help,
            self._complaint,
            self._overruled,
            self._origin,
            self._note,
            self._why,
        )
        self.editor.describe(" ".join(words.text() for words in said if words.text()))

    def _effect(self) -> str:
        return {
            Effect.AT_ONCE: "",
            Effect.NEXT_ANSWER: self.tr("Applies to the next answer."),
            Effect.RELOAD: self.tr("Applies after the model is loaded again."),
        }[self.entry.spec.effect]

    @Slot(object)
    def _on_value_edited(self, value: object) -> None:
        self.value_edited.emit(self.entry, value)

    @Slot()
    def _on_reset_clicked(self) -> None:
        # What is being typed must not come after the way back, nor what was refused stay.
        self.editor.flush()
        refused = not self._complaint.isHidden()
        self.set_complaint("")
        if refused:
            self.editor.set_value(self._value)
        self.reset_requested.emit(self.entry)


def _words(parent: QWidget, tone: str = "") -> QLabel:
    label = plain_label(parent, role="small" if tone else "", tone=tone)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
    return label
