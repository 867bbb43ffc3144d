"""What every runtime does with the turns of a request before a template sees them."""

from __future__ import annotations

import re

from app.chat.message import Role
from app.chat.prompt import Turn
from app.chat.text import well_formed
from app.errors import RunError
from app.runtime.protocol import RunRequest

#: A tag that a chat template may open the answer with ("<think>"); it is part of the answer too.
_OPENING_TAG = re.compile(r"<[\w|-]+>\s*")


def turns_to_answer(request: RunRequest) -> tuple[Turn, ...]:
    """Return the turns, neighbours of one role joined: many templates insist on alternation.

    Raises RunError when there is nothing to answer.
    """
    joined: list[Turn] = []
    for turn in request.turns:
        text = well_formed(turn.text)
        if joined and joined[-1].role is turn.role:
            joined[-1] = Turn(turn.role, f"{joined[-1].text}\n\n{text}")
        else:
            joined.append(Turn(turn.role, text))
    if not any(turn.role is Role.USER for turn in joined):
        raise RunError("There is no message to answer.", "Write a message first.")
    if joined[-1].role is Role.ASSISTANT and not request.continue_answer:
        raise RunError("The last message is already an answer.", "Write a message first.")
    return tuple(joined)


def continued(prompt: str, answer: str) -> str:
    """Return `prompt`, which ends where an answer begins, with the unfinished answer behind it.

    What the template has opened already (a thinking tag) is not opened twice.
    """
    tag = _OPENING_TAG.match(answer)
    if tag:
        for end in range(tag.end(), len(tag.group().rstrip()) - 1, -1):
            if prompt.endswith(answer[:end]):
                return prompt + answer[end:]
    return prompt + answer
