"""The lines about a file, whatever stands in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.catalog.facts import Fact, FactName, Source
from app.catalog.library import entry_of
from app.catalog.records import Record
from app.ui.models.entry_facts import day_text, entry_facts
from tests.catalog.files import entry, npu_file


@pytest.mark.parametrize(
    "seconds", [1e300, -1e300, float("inf"), float("-inf"), float("nan"), 0, 1.7e9]
)
def test_any_moment_is_a_day(seconds: float) -> None:
    assert day_text(seconds)


def test_a_context_that_cannot_be_is_no_limit(tmp_path: Path) -> None:
    row = entry(npu_file(tmp_path / "m.rkllm"))
    facts = (Fact(FactName.CONTEXT, "976562500000000", Source.ENGINE),)
    row = entry_of(row.description, Record(facts=facts))
    assert row.context_limit is None
    assert entry_facts(row)
