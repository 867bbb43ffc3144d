"""The words of the interface that the starter's answers quote, and how the corpus names them.

An answer in the corpus never spells a menu item, a key, a button or a setting: it holds a mark,
and this module replaces the mark by the word. Marks are:

    [[Model/Unload model]]   a menu item      **Model → Unload model**
    [[key:Quit]]             its shortcut     **Ctrl+Q**
    [[control:Undo]]         a button         **Undo**
    [[set:temperature]]      a setting        **Temperature**, as app.settings.schema has it
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from app.settings.schema import entries

TEXTS = Path(__file__).parent / "texts"

_MARK = re.compile(r"\[\[([^\[\]]+)\]\]")


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One item of a menu; `shortcut` is empty when it has none."""

    menu: str
    text: str
    shortcut: str = ""

    @property
    def path(self) -> str:
        """The item as an answer shows it."""
        return f"**{self.menu} → {self.text}**"


@dataclass(frozen=True, slots=True)
class InterfaceNames:
    """Everything in the interface that an answer of the starter may name."""

    menu_items: tuple[MenuItem, ...]
    controls: tuple[str, ...]
    setting_labels: tuple[str, ...]

    def item(self, menu: str, text: str) -> MenuItem:
        """Return a menu item. Raises KeyError when there is none."""
        for item in self.menu_items:
            if (item.menu, item.text) == (menu, text):
                return item
        raise KeyError(f"{menu}/{text}")

    def shortcut(self, text: str) -> str:
        """Return the shortcut of the item called `text`. Raises KeyError when it has none."""
        for item in self.menu_items:
            if item.text == text and item.shortcut:
                return item.shortcut
        raise KeyError(f"key:{text}")


def interface_names() -> InterfaceNames:
    """Return the table of names, read from the corpus and the settings schema."""
    table = tomllib.loads((TEXTS / "interface.toml").read_text(encoding="utf-8"))
    return InterfaceNames(
        menu_items=tuple(
            MenuItem(menu, text, shortcut)
            for menu, items in table["menus"].items()
            for text, shortcut in items.items()
        ),
        controls=tuple(table["controls"]["names"]),
        setting_labels=tuple(entry.spec.label for entry in entries() if not entry.spec.hidden),
    )


def menu_items_in(text: str, names: InterfaceNames) -> tuple[MenuItem, ...]:
    """Return the menu items that `text` has marks of, in order."""
    marks = (mark.partition("/") for mark in _MARK.findall(text) if "/" in mark)
    return tuple(names.item(menu, item) for menu, _, item in marks)


def replace_marks(text: str, names: InterfaceNames) -> str:
    """Return `text` with every mark replaced. Raises KeyError for a name that does not exist."""
    return _MARK.sub(lambda mark: _word(mark.group(1), names), text)


def _word(mark: str, names: InterfaceNames) -> str:
    kind, colon, rest = mark.partition(":")
    if colon and kind == "key":
        return f"**{names.shortcut(rest)}**"
    if colon and kind == "control":
        if rest not in names.controls:
            raise KeyError(mark)
        return f"**{rest}**"
    if colon and kind == "set":
        labels = {entry.name: entry.spec.label for entry in entries() if not entry.spec.hidden}
        return f"**{labels[rest]}**"
    menu, _, item = mark.partition("/")
    return names.item(menu, item).path
