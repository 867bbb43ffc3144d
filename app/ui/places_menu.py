"""The first conversations of the list, each with the digit that shows it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

#: So many conversations can be reached by a digit.
PLACES = 9


class PlaceAction(QAction):
    """An action that knows the place of a conversation in the list; Alt and the digit do it."""

    #: The user chose it; carries the place, counted from 1.
    chosen = Signal(int)

    def __init__(self, place: int, parent: QObject) -> None:
        super().__init__(parent)
        self._place = place
        self.setShortcut(QKeySequence(f"Alt+{place}"))
        self.triggered.connect(self._on_triggered)

    @Slot()
    def _on_triggered(self) -> None:
        self.chosen.emit(self._place)


class PlacesMenu(QMenu):
    """Always has all of its actions, so that their keys work; shows those that lead somewhere."""

    #: The user chose a conversation; carries its place, counted from 1.
    place_chosen = Signal(int)

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(title, parent)
        self._places = [PlaceAction(place, self) for place in range(1, PLACES + 1)]
        for action in self._places:
            action.chosen.connect(self.place_chosen)
            self.addAction(action)
        self.set_titles(())

    def set_titles(self, titles: tuple[str, ...]) -> None:
        """Offer the conversations with these titles."""
        for place, action in enumerate(self._places):
            there = place < len(titles)
            action.setVisible(there)
            action.setEnabled(there)
            action.setText(titles[place].replace("&", "&&") if there else "")
        self.menuAction().setEnabled(bool(titles))
