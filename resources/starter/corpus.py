"""The corpus as values: every intent with its answer and the phrases that ask for it.

Answers about settings are written here from app.settings.schema, so that label, range and default
are those of the program.
"""

from __future__ import annotations

import itertools
import re
import tomllib
from dataclasses import dataclass
from enum import Enum
from typing import Any

from app.settings.schema import Effect, Entry, entries, group_label
from resources.starter.interface import (
    TEXTS,
    InterfaceNames,
    MenuItem,
    interface_names,
    menu_items_in,
    replace_marks,
)

INTENT_FILES = (
    "app",
    "models",
    "adapters",
    "conversations",
    "messages",
    "view",
    "settings",
    "words",
    "absent",
    "overview",
    "smalltalk",
)

DONT_KNOW = "dont_know"

#: What the answers say of the starter's size; the trainer checks it against the network.
PARAMETERS_MILLION = 2

#: A choice of words, in answers and in phrases.
ALTERNATIVES = re.compile(r"\{([^{}]*\|[^{}]*)\}")

# In `sentences` the kinds of words stand for themselves, so that a choice can hold them.
_SLOTS = re.compile(
    r"\{(noun|verb|adjective|place|person)\}|\b(noun|verb|adjective|place|person)\b"
)

_EFFECTS = {
    Effect.AT_ONCE: "It takes effect at once.",
    Effect.NEXT_ANSWER: "It takes effect with the next answer.",
    Effect.RELOAD: "It takes effect when the model is loaded again.",
}


@dataclass(frozen=True, slots=True)
class Intent:
    """Something a person wants to know, and what the starter says to it."""

    name: str
    answers: tuple[str, ...]
    """Every wording of the answer, marks replaced."""
    do: tuple[str, ...] = ()
    """Verb phrases: what the person wants to do."""
    about: tuple[str, ...] = ()
    """Noun phrases: what the person asks about."""
    ask: tuple[str, ...] = ()
    """Whole questions."""
    item: MenuItem | None = None
    """The menu item that the answer names first."""


@dataclass(frozen=True, slots=True)
class FollowUps:
    """Questions about the menu item of the answer before."""

    shortcut: tuple[str, ...]
    where: tuple[str, ...]
    answers: dict[str, str]

    def shortcut_answer(self, item: MenuItem) -> str:
        """Return what to say when asked for the shortcut of `item`."""
        if item.shortcut:
            return self.answers["key"].format(key=f"**{item.shortcut}**")
        return self.answers["no_key"].format(path=item.path)

    def place_answer(self, item: MenuItem) -> str:
        """Return what to say when asked where `item` is."""
        return self.answers["place"].format(path=item.path)


@dataclass(frozen=True, slots=True)
class OffTopic:
    """Material for questions that have nothing to do with the app."""

    do: tuple[str, ...]
    about: tuple[str, ...]
    ask: tuple[str, ...]
    sentences: tuple[str, ...]
    near: tuple[str, ...]
    known: tuple[str, ...]
    nouns: tuple[str, ...]
    verbs: tuple[str, ...]
    adjectives: tuple[str, ...]
    places: tuple[str, ...]
    people: tuple[str, ...]
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wrappers:
    """Ways to ask that carry no information about the subject."""

    do: tuple[str, ...]
    about: tuple[str, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]
    asides: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Corpus:
    """All of it."""

    intents: tuple[Intent, ...]
    off_topic: OffTopic
    follow_ups: FollowUps
    wrappers: Wrappers
    synonyms: tuple[tuple[str, ...], ...]

    def answers(self) -> dict[str, tuple[str, ...]]:
        """Return every wording of every answer, by intent; off-topic included."""
        known = {intent.name: intent.answers for intent in self.intents}
        return {**known, DONT_KNOW: self.off_topic.answers}


class Kind(Enum):
    """How an intent's phrases are asked."""

    DO = "do"
    ABOUT = "about"
    ASK = "ask"


def load_corpus() -> Corpus:
    """Read the corpus. Raises KeyError for a mark or a setting that does not exist."""
    names = interface_names()
    off_topic = _table("offtopic")
    return Corpus(
        intents=tuple(
            _intent(table, names) for file in INTENT_FILES for table in _table(file)["intent"]
        ),
        off_topic=OffTopic(
            do=tuple(off_topic["do"]),
            about=tuple(off_topic["about"]),
            ask=(*off_topic["ask"], *off_topic["patterns"]),
            sentences=tuple(_SLOTS.sub(_slot, pattern) for pattern in off_topic["sentences"]),
            near=tuple(off_topic["near"]),
            known=tuple(off_topic["known"]),
            nouns=_words("nouns.txt"),
            verbs=_words("verbs.txt"),
            adjectives=_words("adjectives.txt"),
            places=_listed("places.txt"),
            people=_listed("people.txt"),
            answers=tuple(
                replace_marks(wording, names)
                for answer in off_topic["answers"]
                for wording in wordings(answer)
            ),
        ),
        follow_ups=_follow_ups(_table("followups")),
        wrappers=Wrappers(**{name: tuple(value) for name, value in _table("wrappers").items()}),
        synonyms=tuple(tuple(group) for group in _table("synonyms")["groups"]),
    )


def wordings(answer: str) -> tuple[str, ...]:
    """Return every text that the `{one|other}` choices in `answer` stand for."""
    pieces = ALTERNATIVES.split(answer)
    choices = [piece.split("|") if place % 2 else [piece] for place, piece in enumerate(pieces)]
    return tuple("".join(chosen) for chosen in itertools.product(*choices))


def setting_answer(entry: Entry) -> str:
    """Return what the starter says about a setting, with marks."""
    spec = entry.spec
    facts = [
        f"[[set:{entry.name}]] is in [[View/Settings]], under **{group_label(entry.group)}**.",
        spec.help,
    ]
    if spec.choices:
        default = next(label for value, label in spec.choices if value == entry.default.value)
        choices = ", ".join(label for _, label in spec.choices)
        facts.append(f"Choices: {choices}. The default is: {default}.")
    elif isinstance(entry.default, bool):
        facts.append(f"It is {'on' if entry.default else 'off'} by default.")
    elif spec.minimum is not None and spec.maximum is not None:
        unit = f" {spec.unit}" if spec.unit else ""
        facts.append(
            f"It goes from {_number(spec.minimum)} to {_number(spec.maximum)}{unit}; "
            f"the default is {_number(entry.default)}."
        )
    elif entry.default == "":
        facts.append("It is empty by default.")
    facts.append(_EFFECTS[spec.effect])
    return " ".join(facts)


def _number(value: float) -> str:
    # The sign that the schema's own help texts use.
    text = str(value) if isinstance(value, int) else f"{value:.10g}"
    return text.replace("-", "−")


def _intent(table: dict[str, Any], names: InterfaceNames) -> Intent:
    if "setting" in table:
        group, _, name = table["setting"].partition(".")
        addresses = {(entry.group, entry.name): entry for entry in entries()}
        answer = setting_answer(addresses[group, name])
    else:
        answer = table["answer"].replace("{params}", str(PARAMETERS_MILLION))
    return Intent(
        name=table["name"],
        answers=tuple(replace_marks(wording, names) for wording in wordings(answer)),
        do=tuple(table.get("do", ())),
        about=tuple(table.get("about", ())),
        ask=tuple(table.get("ask", ())),
        item=next(iter(menu_items_in(answer, names)), None),
    )


def _follow_ups(table: dict[str, Any]) -> FollowUps:
    return FollowUps(
        shortcut=tuple(table["shortcut"]), where=tuple(table["where"]), answers=table["answers"]
    )


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads((TEXTS / f"{name}.toml").read_text(encoding="utf-8"))


def _slot(word: re.Match[str]) -> str:
    return f"{{{word.group(1) or word.group(2)}}}"


def _words(name: str) -> tuple[str, ...]:
    # A word that stands in several lines is drawn once as often as the others.
    return tuple(dict.fromkeys((TEXTS / name).read_text(encoding="utf-8").split()))


def _listed(name: str) -> tuple[str, ...]:
    text = (TEXTS / name).read_text(encoding="utf-8")
    return tuple(item.strip() for item in text.split(",") if item.strip())
