"""Everything but the window: presenters over a real store and an engine on a thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Slot

from app.chat.message import Message
from app.chat.tree import ShownMessage
from app.engine.connection import Connection
from app.engine.engine import Engine
from app.paths import Paths
from app.presenters.adapters import AdapterPresenter
from app.presenters.chat import ChatPresenter
from app.presenters.choices import ConversationChoices
from app.presenters.conversations import ConversationsPresenter
from app.presenters.library import LibraryPresenter
from app.presenters.model import ModelPresenter
from app.presenters.model_state import ModelStage
from app.presenters.notices import Notice, Notices
from app.presenters.places import Places
from app.presenters.saving import Saver
from app.presenters.settings import SettingsPresenter
from app.presenters.tasks import Tasks
from app.settings.file import SettingsFile
from app.store.store import Store
from app.store.worker import StoreThread
from tests.scripted_runtime import Script

PATIENCE_S = 8.0


class Desk(QObject):
    """The program without its window, and what a window would show of it."""

    def __init__(self, folder: Path, connect: Callable[[], Connection]) -> None:
        super().__init__()
        self.folder = folder
        self.paths = Paths.under(folder)
        self.paths.create()
        self.notices = Notices(self)
        self.tasks = Tasks(self.notices)
        self.store = StoreThread(self.paths.database)
        self.saver = Saver(self.store, self.notices)
        self.settings = SettingsPresenter(
            SettingsFile(self.paths.settings_file), self.notices, self
        )
        self.library = LibraryPresenter(
            self.paths.models,
            self.paths.library_file,
            self.settings,
            self.notices,
            self.tasks,
            self,
        )
        self.models = ModelPresenter(
            partial(Engine, connect), self.library, self.settings, self.notices, self
        )
        self.conversations = ConversationsPresenter(
            self.store, self.saver, self.notices, self.tasks, self
        )
        self.choices = ConversationChoices(self.conversations, self.models, self.settings, self)
        self.adapters = AdapterPresenter(
            self.library,
            self.models,
            self.conversations,
            self.settings,
            self.notices,
            self.tasks,
            self,
        )
        make_chat = partial(
            ChatPresenter,
            store=self.store,
            saver=self.saver,
            conversations=self.conversations,
            models=self.models,
            adapters=self.adapters,
            settings=self.settings,
            notices=self.notices,
            tasks=self.tasks,
        )
        self.places = Places(
            make_chat,
            self.saver,
            self.conversations,
            self.models,
            self.settings,
            self.notices,
            self,
        )
        #: What is shown in the first place.
        self.chat = self.places.chat
        self.shown: list[ShownMessage] = []
        self.told: list[Notice] = []
        self.draft = ""
        self.searches: list[tuple[str, object]] = []
        self.chat.messages_shown.connect(self._on_messages_shown)
        self.chat.message_added.connect(self._on_message_added)
        self.chat.message_changed.connect(self._on_message_changed)
        self.chat.text_appended.connect(self._on_text_appended)
        self.chat.draft_shown.connect(self._on_draft_shown)
        self.notices.notice_posted.connect(self._on_notice_posted)
        self.conversations.finder.search_finished.connect(self._on_search_finished)
        self.streamed: dict[str, str] = {}
        self.notices.attach()

    @property
    def engine(self) -> Engine:
        """The engine of the model that is shown."""
        return self.models.engine

    async def open(self) -> None:
        """Open the store and the library and show what they hold."""
        self.library.start()
        await self.library.first_look(PATIENCE_S)
        await self.store.open()
        await self.store.run(Store.recover)
        await self.conversations.load(self.settings.settings.state.last_conversation)
        self.places.restore()

    async def load(self, script: Script, name: str = "model.script") -> None:
        """Load a scripted model."""
        self.models.load(str(script.write_to(self.folder / name)))
        await until(lambda: self.models.state.stage is ModelStage.READY)

    async def ask(self, text: str) -> None:
        """Send a message and wait for the end of the answer."""
        self.chat.send(text)
        await self.answered()

    async def answered(self) -> None:
        """Wait for the end of the answer that is being written."""
        await until(lambda: not self.chat.is_answering)

    async def close(self) -> None:
        """End everything in order."""
        ended = asyncio.Event()
        self._ended = ended
        self.library.close()
        self.models.shut_down_finished.connect(self._on_shut_down)
        self.models.shut_down()
        await asyncio.wait_for(ended.wait(), PATIENCE_S)
        self.settings.save_now()
        await self.saver.flush(PATIENCE_S)
        self.conversations.book.close()
        await self.store.close()
        await self.tasks.finish(PATIENCE_S)

    def messages(self) -> list[Message]:
        """Return the messages of the branch that is shown."""
        return [item.message for item in self.shown]

    def texts(self) -> list[str]:
        """Return the texts of the branch that is shown."""
        return [message.text for message in self.messages()]

    @Slot(object)
    def _on_messages_shown(self, shown: tuple[ShownMessage, ...]) -> None:
        self.shown = list(shown)

    @Slot(object)
    def _on_message_added(self, item: ShownMessage) -> None:
        self.shown.append(item)

    @Slot(object)
    def _on_message_changed(self, item: ShownMessage) -> None:
        ids = [shown.message.id for shown in self.shown]
        self.shown[ids.index(item.message.id)] = item

    @Slot(str, str)
    def _on_text_appended(self, message_id: str, text: str) -> None:
        self.streamed[message_id] = self.streamed.get(message_id, "") + text

    @Slot(str)
    def _on_draft_shown(self, text: str) -> None:
        self.draft = text

    @Slot(object)
    def _on_notice_posted(self, notice: Notice) -> None:
        self.told.append(notice)

    @Slot(str, object)
    def _on_search_finished(self, query: str, hits: object) -> None:
        self.searches.append((query, hits))

    @Slot()
    def _on_shut_down(self) -> None:
        self._ended.set()


async def settle(desk: Desk) -> None:
    """Let everything happen that is due now."""
    for _ in range(5):
        await asyncio.sleep(0)
    assert await desk.saver.flush(5.0)


async def until(condition: Callable[[], bool]) -> None:
    """Let the event loop turn until `condition` holds; fail when it does not in time."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await asyncio.sleep(0.002)
