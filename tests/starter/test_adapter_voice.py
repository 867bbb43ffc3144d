"""The pirate's words change no fact: names, keys, code, numbers and choices stay as they are."""

from __future__ import annotations

import re

import pytest

from app.settings.schema import entries
from resources.starter.corpus import DONT_KNOW, load_corpus
from resources.starter.pirate import in_voice, pirate_voice

CORPUS = load_corpus()
VOICE = pirate_voice()
VOICED = in_voice(CORPUS, VOICE)
PAIRS = [
    pytest.param(plain, voiced, id=f"{name}-{number}")
    for name, answers in CORPUS.answers().items()
    for number, (plain, voiced) in enumerate(zip(answers, VOICED.answers()[name], strict=True))
]
FACTS = re.compile(r"```.*?```|`[^`]*`|\*\*.*?\*\*|[−–]?\d[\d.]*\d|\d", re.DOTALL)


@pytest.mark.parametrize(("plain", "voiced"), PAIRS)
def test_names_keys_code_and_numbers_stay(plain: str, voiced: str) -> None:
    assert FACTS.findall(voiced) == FACTS.findall(plain)


@pytest.mark.parametrize(("plain", "voiced"), PAIRS)
def test_every_answer_is_said_otherwise(plain: str, voiced: str) -> None:
    assert voiced != plain


@pytest.mark.parametrize(("plain", "voiced"), PAIRS)
def test_no_word_of_the_subject_is_lost(plain: str, voiced: str) -> None:
    replaced = {
        word for phrase, instead in VOICE.phrases.items() for word in words(phrase) - words(instead)
    }
    assert words(plain) - words(voiced) - set(VOICE.words) - replaced == set()


def words(text: str) -> set[str]:
    return set(re.findall(r"[a-z]+", text.lower()))


def test_choices_of_settings_keep_their_words() -> None:
    answers = "\n".join(text for texts in CORPUS.answers().values() for text in texts)
    voiced = "\n".join(text for texts in VOICED.answers().values() for text in texts)
    labels = [
        label
        for entry in entries()
        for _, label in entry.spec.choices
        if label in answers and not entry.spec.hidden
    ]
    assert labels
    assert [label for label in labels if label not in voiced] == []


def test_not_knowing_is_still_said_in_so_many_words() -> None:
    for answer in VOICED.answers()[DONT_KNOW]:
        assert "I only know this app" in answer
        assert "I cannot answer that" in answer


def test_follow_ups_keep_their_slots() -> None:
    answers = VOICED.follow_ups.answers
    assert "{key}" in answers["key"]
    assert "{path}" in answers["no_key"]
    assert "{path}" in answers["place"]


def test_an_answer_begins_as_the_plain_one_does() -> None:
    greetings = ("Hello", "Yes", "Goodbye", "This version")
    plain = [text for texts in CORPUS.answers().values() for text in texts]
    first = {
        (text.split()[0], VOICE.said(text).split()[0])
        for text in plain
        if not text.startswith(greetings)
    }
    assert {(one, other) for one, other in first if one != other} <= {
        ("Your", "Yer"),
        ("You", "Ye"),
        ("For", "Fer"),
    }


def test_the_aside_stands_where_the_first_sentence_ends() -> None:
    assert VOICE.said("Cairn is free. It is yours.") == "Cairn be free, arr. It be yours, matey."
    assert (
        VOICE.said("**Seed** is a number. Any.")
        == "**Seed** be a number, by the powers. Any, matey."
    )
