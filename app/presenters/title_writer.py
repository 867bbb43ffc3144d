"""A title that the model writes for a conversation, when the user asks for one."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Slot

from app.chat.conversation import Conversation, title_from
from app.chat.message import Message, Role
from app.chat.prompt import Turn
from app.chat.thinking import without_thinking
from app.chat.tree import MessageTree
from app.errors import AppError
from app.presenters.adapter_check import GREEDY
from app.presenters.conversations import ConversationsPresenter
from app.presenters.model import ModelPresenter
from app.presenters.notices import NoticeAction, Notices
from app.presenters.readiness import may_answer
from app.presenters.side_run import SideRun
from app.presenters.tasks import Tasks
from app.runtime.protocol import RunRequest
from app.store.store import Store
from app.store.worker import StoreThread

#: The title is one short line; a model that goes on is stopped.
_TOKENS = 48
#: How much of the first question and the first answer the model is shown.
_SHOWN_LENGTH = 600
#: What models put around a title.
_AROUND = " \t\"'“”„«»‘’`*_#.:-"
_TASK = (
    "Give the conversation below a title of at most six words, in its own language. "
    "Answer with the title only."
)


class TitleWriter(QObject):
    """Runs one request at a time on the shown model. Lives on the window's thread."""

    def __init__(
        self,
        conversations: ConversationsPresenter,
        models: ModelPresenter,
        store: StoreThread,
        notices: Notices,
        tasks: Tasks,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._conversations = conversations
        self._models = models
        self._store = store
        self._notices = notices
        self._tasks = tasks
        self._run: SideRun | None = None
        self._is_stopped = False
        conversations.title_wanted.connect(self._on_title_wanted)

    def stop(self) -> None:
        """Give it up; the title stays."""
        self._is_stopped = True
        if self._run is not None:
            self._run.stop()

    @Slot(str)
    def _on_title_wanted(self, conversation_id: str) -> None:
        engine = self._models.engine
        if self._run is None and may_answer(
            self._models.slot, self._notices, is_answering=engine.is_busy
        ):
            self._is_stopped = False
            self._run = SideRun(engine, self)
            self._run.text_added.connect(self._on_text_added)
            self._tasks.start(self._write(conversation_id, self._run), "title")

    async def _write(self, conversation_id: str, run: SideRun) -> None:
        progress = self._notices.info(
            self.tr("The model is writing a title."), NoticeAction(self.tr("Stop"), self.stop)
        )
        failure: AppError | None = None
        try:
            messages = await self._store.run(Store.messages, conversation_id)
            conversation = self._conversations.book.get(conversation_id)
            if conversation is not None and messages and not self._is_stopped:
                await run.finish(_request(conversation, messages))
        except AppError as error:
            failure = error
        finally:
            self._run = None
            run.deleteLater()
            self._notices.withdraw(progress)
        if failure is not None:
            self._notices.error(failure)
        elif not self._is_stopped:
            self._take(conversation_id, title_in(run.text))

    def _take(self, conversation_id: str, title: str) -> None:
        conversation = self._conversations.book.get(conversation_id)
        if conversation is None:
            return
        if not title:
            self._notices.warn(
                self.tr("The model wrote no title."), self.tr("Rename the conversation by hand.")
            )
            return
        self._conversations.book.rename(conversation_id, title)
        undo = partial(self._conversations.book.rename, conversation_id, conversation.title)
        self._notices.info(
            self.tr("The conversation is called “{title}” now.").format(title=title),
            NoticeAction(self.tr("Undo"), undo),
        )

    @Slot(str)
    def _on_text_added(self) -> None:
        if self._run is not None and "\n" in without_thinking(self._run.text).lstrip():
            self._run.stop()


def title_in(text: str) -> str:
    """Return the title in what a model wrote, or an empty text: one line, without quotes."""
    lines = without_thinking(text).strip().splitlines()
    line = lines[0].strip(_AROUND) if lines else ""
    if line.casefold().startswith("title:"):
        line = line[len("title:") :]
    return title_from(line.strip(_AROUND))


def _request(conversation: Conversation, messages: tuple[Message, ...]) -> RunRequest:
    path = MessageTree(messages).path_to(conversation.leaf_id)
    said = [_TASK]
    for role in (Role.USER, Role.ASSISTANT):
        first = next((message.text for message in path if message.role is role), "")
        said.append(without_thinking(first).strip()[:_SHOWN_LENGTH])
    turn = Turn(Role.USER, "\n\n".join(filter(None, said)))
    return RunRequest((turn,), GREEDY, _TOKENS, thinking=False)
