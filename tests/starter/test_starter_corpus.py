"""The corpus is consistent, and the questions it is measured with are not in it."""

from __future__ import annotations

import random
import re
import tomllib
from collections import defaultdict

from resources.starter.corpus import DONT_KNOW, load_corpus, wordings
from resources.starter.evaluate import FOLDER, QUESTION_SETS
from resources.starter.judge import GARBLED, Judge, Verdict
from resources.starter.phrasing import Phraser

CORPUS = load_corpus()
_SETS = tomllib.loads((FOLDER / "evaluation.toml").read_text(encoding="utf-8"))
KNOWN = [case for name in QUESTION_SETS for case in _SETS[name]["known"]]
UNKNOWN = [ask for name in QUESTION_SETS for ask in _SETS[name]["unknown"]]


def bare(text: str) -> str:
    return re.sub(r"[^a-z0-9 ]", "", text.lower()).strip()


def test_no_phrase_asks_for_two_things() -> None:
    owners: dict[str, set[str]] = defaultdict(set)
    for intent in CORPUS.intents:
        for phrase in (*intent.do, *intent.about, *intent.ask):
            owners[phrase].add(intent.name)
    assert not {phrase: names for phrase, names in owners.items() if len(names) > 1}


def test_no_two_intents_have_the_same_name() -> None:
    names = [intent.name for intent in CORPUS.intents]
    assert len(names) == len(set(names))


def test_evaluation_questions_are_not_in_the_corpus() -> None:
    phrases = {
        bare(phrase)
        for intent in CORPUS.intents
        for phrase in (*intent.do, *intent.about, *intent.ask)
    } | {bare(phrase) for phrase in CORPUS.off_topic.ask}
    asked = [case["ask"] for case in KNOWN] + UNKNOWN
    assert not [ask for ask in asked if bare(ask) in phrases]


def test_evaluation_questions_want_answers_that_exist() -> None:
    names = set(CORPUS.answers())
    assert not [case for case in KNOWN if not set(case["intents"]) <= names]


def test_there_are_enough_evaluation_questions_to_mean_something() -> None:
    assert len(KNOWN) >= 200
    assert len(UNKNOWN) >= 80


def test_the_same_seed_writes_the_same_questions() -> None:
    one, other = (Phraser(CORPUS, random.Random(7)) for _ in range(2))
    drawn = [one.off_topic_question() for _ in range(50)]
    assert drawn == [other.off_topic_question() for _ in range(50)]


def test_questions_have_no_empty_slots() -> None:
    phraser = Phraser(CORPUS, random.Random(3))
    drawn = [phraser.off_topic_question() for _ in range(500)]
    drawn += [phraser.question(intent) for intent in CORPUS.intents for _ in range(5)]
    assert not [text for text in drawn if re.search(r"\{\w*\}", text)]


def test_choices_in_an_answer_become_wordings() -> None:
    assert wordings("{A|B} c {d|e}") == ("A c d", "A c e", "B c d", "B c e")


def test_the_judge_knows_an_answer_with_a_slip_from_one_that_is_none() -> None:
    judge = Judge(CORPUS)
    (answer,) = CORPUS.answers()["rename_conversation"]
    assert judge.intent(answer.replace("type", "write")) == "rename_conversation"
    assert judge.intent("Bananas are yellow and grow in bunches.") == GARBLED


def test_the_judge_tells_not_knowing_from_being_wrong() -> None:
    judge = Judge(CORPUS)
    answers = CORPUS.answers()
    wanted = frozenset({"quit"})
    assert judge.verdict(answers["quit"][0], wanted) is Verdict.RIGHT
    assert judge.verdict(answers[DONT_KNOW][0], wanted) is Verdict.HONEST
    assert judge.verdict(answers["bye"][0], wanted) is Verdict.WRONG
