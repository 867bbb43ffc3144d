"""How a conversation becomes a prompt.

The app stays in charge of the history, so that an edit, another answer and a restart work, and
the library's reuse of what it has read already still does its work:

- With a template of our own the whole conversation is rendered each time and the library's own
  template is emptied. The library compares with what it read before and reads only the rest.
- Without one the library's built-in template is used. It writes one message of the user at a
  time, and the library keeps the history. A conversation that does not go on where the last one
  ended is sent as a transcript in one message.
- Libraries of 1.1 have no template; without one of our own ChatML is taken, which most use.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from app.chat.message import Role
from app.chat.prompt import Turn
from app.runtime.protocol import RunRequest
from app.runtime.rkllm.templates import Template, render
from app.runtime.turns import continued, turns_to_answer

_TRANSCRIPT = (
    "Here is our conversation so far:\n\n{before}\n\nGo on from there. My next message is:\n\n"
)
_NAMES = {Role.USER: "Me", Role.ASSISTANT: "You"}


@dataclass(frozen=True, slots=True)
class Prompt:
    """What to send."""

    text: str
    keep_history: bool
    """It follows what the library has read."""
    is_transcript: bool = False


class Prompts:
    """Writes the prompts of one loaded model."""

    def __init__(self, template: Template | None) -> None:
        self._template = template
        #: What the library has read with its built-in template.
        self._read: tuple[Turn, ...] = ()

    @property
    def is_own(self) -> bool:
        """Whether the whole conversation is rendered here."""
        return self._template is not None

    def next(self, request: RunRequest) -> Prompt:
        """Return the prompt for a request. Raises RunError when there is nothing to answer."""
        turns = turns_to_answer(request)
        if self._template is not None:
            return Prompt(self._rendered(self._template, turns, request), keep_history=False)
        return self._for_built_in(turns)

    def note(self, request: RunRequest, answer: str) -> None:
        """Remember what the library has read and written, after a run that went well."""
        self._read = _stripped((*turns_to_answer(request), Turn(Role.ASSISTANT, answer)))

    def forget(self) -> None:
        """The library has forgotten what it read, or nobody knows."""
        self._read = ()

    @staticmethod
    def _rendered(template: Template, turns: Sequence[Turn], request: RunRequest) -> str:
        shown = turns[:-1] if request.continue_answer else turns
        prompt = render(
            template,
            [{"role": turn.role.value, "content": turn.text} for turn in shown],
            add_generation_prompt=True,
            enable_thinking=request.thinking,
            tools=json.loads(request.tools) if request.tools else None,
        )
        return continued(prompt, turns[-1].text) if request.continue_answer else prompt

    def _for_built_in(self, turns: Sequence[Turn]) -> Prompt:
        *before, last = turns
        if self._read and _stripped(before) == self._read:
            return Prompt(last.text, keep_history=True)
        system = [turn.text for turn in before if turn.role is Role.SYSTEM]
        lead = "".join(f"{text}\n\n" for text in system)
        said = [turn for turn in before if turn.role in _NAMES]
        if not said:
            return Prompt(lead + last.text, keep_history=False)
        transcript = "\n\n".join(f"{_NAMES[turn.role]}: {turn.text}" for turn in said)
        text = lead + _TRANSCRIPT.format(before=transcript) + last.text
        return Prompt(text, keep_history=False, is_transcript=True)


def _stripped(turns: Sequence[Turn]) -> tuple[Turn, ...]:
    # Space around an answer may get lost on its way to the screen and back.
    return tuple(Turn(turn.role, turn.text.strip()) for turn in turns)
