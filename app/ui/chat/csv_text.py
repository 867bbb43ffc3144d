"""A table as comma-separated values, safe to paste into a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

from app.ui.chat.parts import Run, text_of
from app.ui.chat.plain import LINE_BREAK

# A spreadsheet would run these, and a model may have written them.
_COMMAND = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"[+\-]?[\d.,\s]+%?\Z")


def csv_text(rows: Iterable[Iterable[tuple[Run, ...]]]) -> str:
    """Return `rows` as RFC 4180 wants them."""
    out = io.StringIO()
    writer = csv.writer(out)
    for row in rows:
        writer.writerow([_cell(cell) for cell in row])
    return out.getvalue()


def _cell(runs: tuple[Run, ...]) -> str:
    text = text_of(runs).replace(LINE_BREAK, "\n")
    is_command = _COMMAND.match(text) and not _NUMBER.match(text)
    return f"'{text}" if is_command else text
