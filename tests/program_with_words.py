"""The real program; it prints every notice, and "open" once its window is there and filled."""

from __future__ import annotations

import sys

from app.main import main
from app.presenters.conversations import ConversationsPresenter
from app.presenters.notices import Notice, Notices

_load = ConversationsPresenter.load
_post = Notices.post


async def load(presenter: ConversationsPresenter, last_id: str) -> None:
    """Load the list, then say so."""
    await _load(presenter, last_id)
    print("open", flush=True)


def post(notices: Notices, notice: Notice) -> None:
    """Post a notice and print it."""
    _post(notices, notice)
    print(f"notice: {notice.cause} {notice.advice}", flush=True)


if __name__ == "__main__":
    ConversationsPresenter.load = load  # type: ignore[method-assign, assignment]
    Notices.post = post  # type: ignore[method-assign, assignment]
    sys.exit(main())
