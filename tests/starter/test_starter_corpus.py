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
KNOWN = _SETS["unseen"]["known"]
UNKNOWN = _SETS["unseen"]["unknown"]
ANY_NOUN = "(?:" + "|".join(CORPUS.off_topic.nouns) + ")"


def test_no_phrase_asks_for_two_things() -> None:
    owners: dict[str, set[str]] = defaultdict(set)
    for intent in CORPUS.intents:
        for phrase in (*intent.do, *intent.about, *intent.ask):
            owners[phrase].add(intent.name)
    assert not {phrase: names for phrase, names in owners.items() if len(names) > 1}


def test_no_two_intents_have_the_same_name() -> None:
    names = [intent.name for intent in CORPUS.intents]
    assert len(names) == len(set(names))


def expression(phrase: str) -> str:
    """A phrase with choices and slots as a regular expression over bare text."""
    pieces = re.split(r"(\{[^{}]*\})", phrase.replace("{noun}", "SLOT"))
    pattern = "".join(
        "(?:" + "|".join(map(bare, piece[1:-1].split("|"))) + ")"
        if piece.startswith("{")
        else bare(piece)
        for piece in pieces
    )
    return pattern.replace("slot", ANY_NOUN)


def bare(text: str) -> str:
    # Spaces are left out of both sides: an empty choice leaves two of them.
    return re.sub(r"[^a-z0-9]", "", text.lower())


def test_unseen_questions_are_not_in_the_corpus() -> None:
    wrapped = [
        wrapper.replace("{}", phrase)
        for intent in CORPUS.intents
        for phrases, wrappers in (
            (intent.do, CORPUS.wrappers.do),
            (intent.about, CORPUS.wrappers.about),
            (intent.ask, ("{}",)),
        )
        for phrase in phrases
        for wrapper in wrappers
    ]
    # Phrases about anything at all would match everything.
    written = [*wrapped, *(ask for ask in CORPUS.off_topic.ask if "{" not in ask)]
    plain = {bare(phrase) for phrase in written if "{" not in phrase}
    patterns = [re.compile(expression(phrase)) for phrase in set(written) if "{" in phrase]
    asked = [case["ask"] for case in KNOWN] + UNKNOWN
    found = [
        ask
        for ask in asked
        if bare(ask) in plain or any(one.fullmatch(bare(ask)) for one in patterns)
    ]
    assert not found


def test_evaluation_questions_want_answers_that_exist() -> None:
    names = set(CORPUS.answers())
    cases = [case for name in QUESTION_SETS for case in _SETS[name]["known"]]
    assert not [case for case in cases if not set(case["intents"]) <= names]


def test_there_are_enough_evaluation_questions_to_mean_something() -> None:
    assert len(KNOWN) >= 100
    assert len(UNKNOWN) >= 40


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
