"""Finds messages over all conversations: by their words, and those that are bookmarked."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.presenters.bookmarks import hit_of
from app.presenters.tasks import Tasks
from app.store.store import Store
from app.store.worker import StoreThread

SEARCH_LIMIT = 50


class Finder(QObject):
    """Asks the store. Lives on the window's thread."""

    #: Search results are there; carries the query and a tuple of SearchHit.
    search_finished = Signal(str, object)
    #: The bookmarks are there; carries a tuple of SearchHit.
    bookmarks_listed = Signal(object)

    def __init__(self, store: StoreThread, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._tasks = tasks
        self._query = ""

    def search(self, query: str) -> None:
        """Look for `query` in all titles and messages; only the last query is answered."""
        self._query = query
        if query.strip():
            self._tasks.start(self._search(query), "search")
        else:
            self.search_finished.emit(query, ())

    def list_bookmarks(self) -> None:
        """Read which messages are bookmarked."""
        self._tasks.start(self._list_bookmarks(), "bookmarks")

    async def _search(self, query: str) -> None:
        hits = await self._store.run(Store.search, query, SEARCH_LIMIT)
        if query == self._query:
            self.search_finished.emit(query, hits)

    async def _list_bookmarks(self) -> None:
        marks = await self._store.run(Store.bookmarks)
        self.bookmarks_listed.emit(tuple(map(hit_of, marks)))
