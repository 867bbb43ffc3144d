"""The composition root: builds and connects everything, and ends it in order."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import sys
import time
from collections import deque
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication

from app.chat.message import Message
from app.engine.engine import Engine
from app.errors import Remedy, StoreDamaged, StoreError, StoreFull, StoreReadOnly
from app.paths import Paths
from app.presenters.adapters import AdapterPresenter
from app.presenters.board import BoardPresenter
from app.presenters.chat import ChatPresenter
from app.presenters.choices import ConversationChoices
from app.presenters.conversations import ConversationsPresenter
from app.presenters.library import LibraryPresenter
from app.presenters.model import ModelPresenter
from app.presenters.notices import Level, Notice, NoticeAction, Notices
from app.presenters.places import Places
from app.presenters.saving import Saver
from app.presenters.settings import SettingsPresenter
from app.presenters.tasks import Tasks
from app.presenters.title_writer import TitleWriter
from app.settings.file import SettingsFile
from app.store.store import Store
from app.store.worker import StoreThread
from app.ui.first_picture import show_and_wait
from app.ui.icons import Icons
from app.ui.main_window import MainWindow, Presenters
from app.ui.quick_ask_door import QuickAskDoor
from app.ui.theme import Theme
from app.ui.warm_up import WarmUp

if TYPE_CHECKING:
    from app.engine.connection import Connection
    from app.ui.engine_log import EngineLog

logger = logging.getLogger(__name__)

#: How long the last model waits for a look through the folders of models.
LOOK_BUDGET_S = 1.0
#: How long closing waits for answers to end, writes to be made, and the engine to go.
STOP_BUDGET_S = 4.0
SAVE_BUDGET_S = 5.0
ENGINE_BUDGET_S = 5.0
#: What is left then, such as a look at files on a disk that hangs, is given up after this time.
TASKS_BUDGET_S = 0.5
#: How often a database that could not be opened is tried again.
REOPEN_INTERVAL_S = 3.0
GARBAGE_INTERVAL_MS = 10_000
#: How many lines of the engine are kept until somebody wants to read them.
EARLY_LOG_LINES = 5000
#: Conversations deleted longer ago than this are removed for good.
KEEP_DELETED_S = 30 * 24 * 3600.0


class Session(QObject):
    """Builds presenters and window, and shuts them down in order."""

    def __init__(self, application: QApplication, paths: Paths, notices: Notices) -> None:
        super().__init__()
        self._notices = notices
        self._tasks = Tasks(notices)
        self._store = StoreThread(paths.database)
        self._saver = Saver(self._store, notices)
        self._settings = SettingsPresenter(
            SettingsFile(paths.settings_file),
            notices,
            self,
            presets_file=paths.presets_file,
        )
        self._library = LibraryPresenter(
            paths.models,
            paths.library_file,
            self._settings,
            notices,
            self._tasks,
            self,
        )
        self._models = ModelPresenter(_make_engine, self._library, self._settings, notices, self)
        self._conversations = ConversationsPresenter(
            self._store, self._saver, notices, self._tasks, self
        )
        self._choices = ConversationChoices(self._conversations, self._models, self._settings, self)
        self._adapters = AdapterPresenter(
            self._library,
            self._models,
            self._conversations,
            self._settings,
            notices,
            self._tasks,
            self,
        )
        make_chat = partial(
            ChatPresenter,
            store=self._store,
            saver=self._saver,
            conversations=self._conversations,
            models=self._models,
            adapters=self._adapters,
            settings=self._settings,
            notices=notices,
            tasks=self._tasks,
        )
        self._places = Places(
            make_chat,
            self._saver,
            self._conversations,
            self._models,
            self._settings,
            notices,
            self,
        )
        self._titles = TitleWriter(
            self._conversations, self._models, self._store, notices, self._tasks, self
        )
        self._theme = Theme(self)
        appearance = self._settings.settings.appearance
        self._theme.set_preferences(appearance.theme, appearance.text_scale)
        self._theme.apply_to(application)
        self._icons = Icons(self._theme)
        presenters = Presenters(
            self._conversations,
            self._models,
            self._places,
            self._library,
            self._adapters,
            self._settings,
            notices,
            BoardPresenter(paths.data, self._tasks, self),
        )
        self._window = MainWindow(presenters, self._theme, self._icons)
        self._quick_ask = QuickAskDoor(
            self._window,
            presenters,
            self._theme,
            self._icons,
            self._saver,
            self._tasks,
            paths.socket,
            self,
        )
        self._quick_ask.left.connect(self.close)
        self._warm_up = WarmUp(self._window, self)
        self._engine_log: EngineLog | None = None
        self._early_log: deque[str] = deque(maxlen=EARLY_LOG_LINES)
        self._models.log_received.connect(self._on_log_received)
        self._window.engine_log_requested.connect(self._on_engine_log_requested)
        self._window.close_requested.connect(self.close)
        self._models.shut_down_finished.connect(self._on_engines_shut_down)
        self._is_running = False
        self._closing = False
        self._may_ask = True
        # Why the database is not open, and what to do about it.
        self._unopened: StoreError | None = None
        self._garbage_timer = QTimer(self)
        self._garbage_timer.setInterval(GARBAGE_INTERVAL_MS)
        self._garbage_timer.timeout.connect(self._on_garbage_due)
        self._garbage_timer.start()
        self._offer_remedies()

    def show(self) -> None:
        """Show the window, let notices go to it, and return when it can be seen.

        Whatever else there is to do comes after that, the start of the event loop among it.
        """
        show_and_wait(self._window, self._notices)

    def show_quick_ask(self) -> None:
        """Show the small window only; the large one waits until something is wanted of it."""
        self._notices.attach()
        self._quick_ask.show()

    async def run(self, model: str) -> None:
        """Open the store, load the model, and go on until everything has ended."""
        self._engine_ended = asyncio.Event()
        self._ended = asyncio.Event()
        self._is_running = True
        self._quick_ask.open()
        if self._closing:
            self._tasks.start(self._close(), "closing")
        else:
            self._tasks.start(self._begin(model), "start")
        await self._ended.wait()
        await self._tasks.finish(TASKS_BUDGET_S)

    @Slot()
    def close(self) -> None:
        """End the program in order; a second call while that goes on does nothing."""
        if not self._closing:
            self._closing = True
            self._quick_ask.close()
            # Before the event loop runs, `run` sees to it.
            if self._is_running:
                self._tasks.start(self._close(), "closing")

    def end(self) -> None:
        """End the program in order, and without a question: nobody may be there to answer it."""
        self._may_ask = False
        self.close()

    @Slot(str)
    def _on_log_received(self, line: str) -> None:
        if self._engine_log is None:
            self._early_log.append(line)
        else:
            self._engine_log.append_line(line)

    @Slot()
    def _on_engine_log_requested(self) -> None:
        if self._engine_log is None:
            self._engine_log = self._make_engine_log()
        self._engine_log.show()
        self._engine_log.raise_()
        self._engine_log.activateWindow()

    @Slot()
    def _on_garbage_due(self) -> None:
        # The only place where cycles are freed: on the window's thread, little while streaming.
        gc.collect(1 if self._places.is_answering else 2)

    @Slot()
    def _on_engines_shut_down(self) -> None:
        self._engine_ended.set()

    def _make_engine_log(self) -> EngineLog:
        # Needed seldom, so the window opens without it.
        from app.ui.engine_log import EngineLog

        window = EngineLog(self._theme, self._icons)
        for line in self._early_log:
            window.append_line(line)
        self._early_log.clear()
        return window

    async def _begin(self, model: str) -> None:
        self._models.prepare()
        self._library.start()
        interrupted = await self._open_store()
        # What is known of the last model says how it is to be loaded.
        await self._library.first_look(LOOK_BUDGET_S)
        self._models.load_at_start(model)
        last = self._settings.settings.state.last_conversation
        await self._conversations.load(interrupted or last)
        self._places.restore()
        self._warm_up.start()
        if self._unopened is None:
            self._saver.save(Store.purge, time.time() - KEEP_DELETED_S)
        elif not isinstance(self._unopened, StoreDamaged):
            await self._open_later()

    async def _open_store(self) -> str:
        """Open the database; when that fails say so, and go on without changing it.

        Returns the conversation in which an answer was interrupted, or an empty text.
        """
        try:
            await self._store.open()
            recovered = await self._recovered()
        except StoreError as error:
            actions: tuple[NoticeAction, ...] = ()
            if isinstance(error, StoreDamaged):
                actions = (NoticeAction(self.tr("Set it aside"), self._set_database_aside),)
            self._notices.error(error, *actions)
            self._unopened = error
            await self._open_otherwise(error)
            return ""
        self._unopened = None
        if any(message.text for message in recovered):
            self._notices.info(
                self.tr("An answer was interrupted when Cairn ended. It can be continued.")
            )
        return recovered[-1].conversation_id if recovered else ""

    async def _open_otherwise(self, error: StoreError) -> None:
        """Show what may only be read, or else hold in memory what is written from now on."""
        if isinstance(error, StoreReadOnly):
            with contextlib.suppress(StoreError):
                await self._store.open_to_read()
                return
        await self._store.open_in_memory()

    async def _open_later(self) -> None:
        """Try until the database opens: what was advised then helps without another start."""
        while not self._ended.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), REOPEN_INTERVAL_S)
            # An answer that is being written would be taken for one that was interrupted.
            if self._ended.is_set() or self._places.is_answering:
                continue
            with contextlib.suppress(StoreError):
                await self._store.open()
                await self._recovered()
                self._unopened = None
                await self._saver.flush(SAVE_BUDGET_S)
                await self._conversations.load("")
                self._notices.info(self.tr("Your conversations are saved again."))
                return

    async def _recovered(self) -> tuple[Message, ...]:
        try:
            return await self._store.run(Store.recover)
        except StoreFull as error:
            # What was journalled is shown all the same; the next start marks it.
            self._notices.error(error)
            return ()

    def _set_database_aside(self) -> None:
        self._tasks.start(self._start_over(), "new database")

    async def _start_over(self) -> None:
        """Rename the damaged database and go on with a new one."""
        kept = await self._store.set_aside()
        await self._open_store()
        await self._conversations.load("")
        self._notices.info(
            self.tr("The damaged database was kept as {name}.").format(name=kept.name)
        )

    async def _close(self) -> None:
        self._places.stop()
        await self._until_answered(STOP_BUDGET_S)
        saved = await self._saver.flush(SAVE_BUDGET_S) and not await self._would_lose()
        if not saved and not self._may_ask:
            logger.error("the last changes were not saved")
            sys.stderr.write("cairn: The last changes could not be saved.\n")
        if saved or not self._may_ask:
            await self._end()
            return
        advice = self.tr("Make room on the disk and close again, or quit without them.")
        if self._unopened is not None:
            advice = self._unopened.advice
        self._notices.post(
            Notice(
                Level.ERROR,
                self.tr("The last changes could not be saved yet."),
                advice,
                (NoticeAction(self.tr("Quit anyway"), self._quit_anyway),),
            )
        )
        self._closing = False
        self._quick_ask.open()

    async def _would_lose(self) -> bool:
        """Return whether there is something that would end with the program."""
        return self._store.is_in_memory and bool(await self._store.run(Store.conversations))

    def _quit_anyway(self) -> None:
        self._closing = True
        self._tasks.start(self._end(), "closing")

    async def _end(self) -> None:
        if self._engine_log is not None:
            self._engine_log.close()
        self._quick_ask.shut()
        self._window.let_close()
        self._garbage_timer.stop()
        self._warm_up.stop()
        self._library.close()
        self._models.shut_down()
        try:
            await asyncio.wait_for(self._engine_ended.wait(), ENGINE_BUDGET_S)
        except TimeoutError:
            logger.error("the engine did not end in time")
        self._settings.save_now()
        self._conversations.book.close()
        await self._store.close()
        self._ended.set()

    async def _until_answered(self, budget_s: float) -> None:
        deadline = time.monotonic() + budget_s
        while self._places.is_answering and time.monotonic() < deadline:
            await asyncio.sleep(0.02)

    def _offer_remedies(self) -> None:
        offers = (
            (Remedy.RETRY, self.tr("Try again"), self._models.reload),
            (Remedy.RELOAD_MODEL, self.tr("Load it again"), self._models.reload),
            (Remedy.CHOOSE_MODEL, self.tr("Choose a model"), self._window.choose_model),
            (Remedy.USE_STARTER, self.tr("Try the starter"), self._models.load_starter),
            (Remedy.OPEN_SETTINGS, self.tr("Open settings"), self._window.show_settings),
            (Remedy.CHECK_BOARD, self.tr("Check the board"), self._window.check_board),
            (Remedy.NEW_CONVERSATION, self.tr("New conversation"), self._conversations.new),
        )
        for remedy, label, run in offers:
            self._notices.offer_remedy(remedy, NoticeAction(label, run))


def _make_engine() -> Engine:
    return Engine(_child_process)


def _child_process() -> Connection:
    # Not before it is wanted: the window is painted by then.
    from app.engine.process import ChildProcess

    return ChildProcess()
