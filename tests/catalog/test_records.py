"""What was said of files: kept, whatever happens to the file that holds it."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from app.catalog.facts import Fact, FactName, Kind, Source
from app.catalog.records import (
    NOTHING_SAID,
    AdapterOutcome,
    AdapterTest,
    LoadFailure,
    Record,
    RecordsFile,
    Speed,
)
from app.errors import SettingsError

FULL = Record(
    name="My model",
    notes="good at\nrhymes",
    favourite=True,
    keep_loaded=True,
    kind=Kind.ADAPTER,
    base="aa",
    scale=0.5,
    overrides='{"sampling": {"top_k": 1}}',
    facts=(Fact(FactName.CONTEXT, "4096", Source.ENGINE),),
    speed=Speed(12.4, 64, 1_700_000_000.0),
    adapter_test=AdapterTest(AdapterOutcome.CHANGES, 1_700_000_000.0, "aa"),
    failure=LoadFailure("It failed.", "Try another.", is_final=True),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "library.json"


def _opened(path: Path) -> RecordsFile:
    records = RecordsFile(path)
    complaints = records.load()
    assert len(complaints) == 0
    return records


def test_what_was_said_is_there_at_the_next_start(path: Path) -> None:
    records = _opened(path)
    records.set("k", FULL)
    records.save()
    assert not records.is_changed
    assert _opened(path).get("k") == FULL


def test_nothing_is_known_of_another_file(path: Path) -> None:
    assert _opened(path).get("k") is NOTHING_SAID


def test_only_the_user_may_read_the_file(path: Path) -> None:
    records = _opened(path)
    records.set("k", FULL)
    records.save()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_nothing_is_written_where_nothing_was_said(path: Path) -> None:
    records = _opened(path)
    records.set("k", NOTHING_SAID)
    records.save()
    assert not path.exists()


@pytest.mark.parametrize("text", ["{", "[]", '{"files": 3}', "\0", "[" * 100_000])
def test_a_damaged_file_is_set_aside_and_told(path: Path, text: str) -> None:
    path.parent.mkdir()
    path.write_text(text)
    (complaint,) = RecordsFile(path).load()
    assert "library.json.broken-1" in complaint
    assert (path.parent / "library.json.broken-1").read_text() == text


def test_what_a_newer_cairn_wrote_stays_in_the_file(path: Path) -> None:
    path.parent.mkdir()
    newer = {
        "version": 9,
        "hub": {"x": 1},
        "files": {"k": {"name": "A", "kind": "hologram", "aura": [1, 2]}, "odd": 7},
    }
    path.write_text(json.dumps(newer))
    records = _opened(path)
    assert records.get("k") == Record(name="A")
    records.set("k", replace(records.get("k"), favourite=True))
    records.save()
    kept = json.loads(path.read_text())
    assert kept["hub"] == {"x": 1}
    assert kept["files"]["odd"] == 7
    expected = {"name": "A", "kind": "hologram", "aura": [1, 2], "favourite": True}
    assert kept["files"]["k"] == expected


def test_a_name_that_is_not_unicode_can_be_kept(path: Path) -> None:
    records = _opened(path)
    records.set("k", Record(name=os.fsdecode(b"m\xff")))
    records.save()
    assert _opened(path).get("k").name == "m?"


def test_a_file_that_cannot_be_written_is_an_error_for_the_user(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: int) -> None:
        raise OSError(28, "No space left on device")

    records = _opened(path)
    records.set("k", FULL)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", refuse)
        with pytest.raises(SettingsError, match="notes on your models could not be saved"):
            records.save()
    assert records.is_changed
    records.save()
    assert _opened(path).get("k") == FULL


def test_a_snapshot_does_not_change_any_more(path: Path) -> None:
    records = _opened(path)
    before = records.snapshot()
    records.set("k", FULL)
    assert before == {}


HOSTILE = {
    "name": "n" * 1_000_000,
    "scale": -1e308,
    "base": "b" * 1_000_000,
    "speed": {"tokens_per_second": -3.0, "context_tokens": 1, "measured_at": 1.0},
    "adapter_test": {"outcome": "changes", "tested_at": 1e300},
    "failure": {"cause": "c" * 1_000_000},
}


@pytest.mark.parametrize("field", HOSTILE)
def test_a_value_that_makes_no_sense_is_not_said_and_the_rest_stays(path: Path, field: str) -> None:
    path.parent.mkdir()
    path.write_text(json.dumps({"files": {"k": {field: HOSTILE[field], "favourite": True}}}))
    assert _opened(path).get("k") == Record(favourite=True)


@pytest.mark.parametrize(
    "speed",
    [
        '{"tokens_per_second": 1e400, "context_tokens": 1, "measured_at": 1.0}',
        '{"tokens_per_second": 1' + "0" * 300 + ', "context_tokens": 1, "measured_at": 1.0}',
        '{"tokens_per_second": 1' + "0" * 400 + ', "context_tokens": 1, "measured_at": 1.0}',
        '{"tokens_per_second": 9, "context_tokens": 976562500000000, "measured_at": 1.0}',
        '{"tokens_per_second": 9, "context_tokens": 1, "measured_at": 1e300}',
        '{"tokens_per_second": 9, "context_tokens": 1, "measured_at": -1e400}',
    ],
)
def test_a_speed_that_cannot_be_is_not_said_and_the_rest_stays(path: Path, speed: str) -> None:
    path.parent.mkdir()
    path.write_text('{"files": {"k": {"speed": ' + speed + ', "favourite": true}}}')
    records = _opened(path)
    assert records.get("k") == Record(favourite=True)
    records.set("k", Record(notes="mine"))
    records.save()
    assert _opened(path).get("k") == Record(notes="mine")


def test_a_fact_that_cannot_be_is_left_out_of_the_facts(path: Path) -> None:
    records = _opened(path)
    good = Fact(FactName.QUANTIZATION, "w8a8", Source.ENGINE)
    bad = (
        Fact(FactName.CONTEXT, "976562500000000", Source.ENGINE),
        Fact(FactName.FAMILY, "f" * 1000, Source.ENGINE),
    )
    records.set("k", Record(facts=(good, *bad)))
    records.save()
    assert _opened(path).get("k").facts == (good,)
