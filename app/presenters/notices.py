"""The one channel for words to the user; it also works before a window exists.

Everything that wants to tell the user something calls `Notices`. A notice bar shows what is
posted; until one is attached, notices wait here and go to stderr as well, so that a start that
never reaches a window is not silent.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QObject, Signal

from app.errors import AppError, Remedy

logger = logging.getLogger(__name__)


class Level(Enum):
    """How much a notice matters."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class NoticeAction:
    """A button beside a notice."""

    label: str
    run: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the user should read: what happened, what to do, and buttons that do it."""

    level: Level
    cause: str
    advice: str = ""
    actions: tuple[NoticeAction, ...] = ()
    details: str = ""


class Notices(QObject):
    """Collects notices and hands them to whoever shows them. Lives on the window's thread."""

    #: Something should be told to the user; carries a Notice.
    notice_posted = Signal(object)
    #: A notice has nothing to say any more; carries the Notice.
    notice_withdrawn = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._remedies: dict[Remedy, NoticeAction] = {}
        self._waiting: list[Notice] | None = []

    def offer_remedy(self, remedy: Remedy, action: NoticeAction) -> None:
        """Show `action` beside every error that names `remedy`."""
        self._remedies[remedy] = action

    def attach(self) -> None:
        """Post what has waited; from now on a widget listens to `notice_posted`."""
        waiting, self._waiting = self._waiting or [], None
        for notice in waiting:
            self.notice_posted.emit(notice)

    def post(self, notice: Notice) -> None:
        """Tell the user."""
        if notice.level is not Level.INFO:
            logger.info("told the user: %s %s", notice.cause, notice.advice)
        if self._waiting is None:
            self.notice_posted.emit(notice)
            return
        self._waiting.append(notice)
        sys.stderr.write(f"cairn: {notice.cause} {notice.advice}".rstrip() + "\n")

    def withdraw(self, notice: Notice) -> None:
        """Take back what has been told: it is mended, or nobody can do anything about it."""
        if self._waiting is not None and notice in self._waiting:
            self._waiting.remove(notice)
        self.notice_withdrawn.emit(notice)

    def info(self, cause: str, *actions: NoticeAction) -> Notice:
        """Tell the user that something was done, usually with a way to undo it; return that."""
        notice = Notice(Level.INFO, cause, actions=actions)
        self.post(notice)
        return notice

    def warn(self, cause: str, advice: str = "", *actions: NoticeAction) -> Notice:
        """Tell the user that something went on, but not as asked; return what was told."""
        notice = Notice(Level.WARNING, cause, advice, actions)
        self.post(notice)
        return notice

    def error(self, error: AppError, *actions: NoticeAction, about: str = "") -> Notice:
        """Tell the user what failed, with the button that mends it; return what was told.

        `about` names what it happened to, where that is not plain.
        """
        remedy = self._remedies.get(error.remedy)
        if remedy is not None and not actions:
            actions = (remedy,)
        cause = f"{about}: {error.cause}" if about else error.cause
        notice = Notice(Level.ERROR, cause, error.advice, actions, error.details)
        self.post(notice)
        return notice
