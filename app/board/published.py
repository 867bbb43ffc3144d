"""Speeds that Rockchip published, to compare a board with."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Published:
    """What was measured for one model."""

    first_token_ms: float
    tokens_per_second: float
    memory_mb: float
    source: str


def published_for(name: str) -> Published | None:
    """Return the published figures of the model with that file name, or None."""
    table = tomllib.loads(Path(__file__).with_name("published.toml").read_text(encoding="utf-8"))
    for entry in table["model"]:
        if re.search(entry["pattern"], name.lower()):
            return Published(
                entry["first_token_ms"],
                entry["tokens_per_second"],
                entry["memory_mb"],
                table["source"],
            )
    return None
