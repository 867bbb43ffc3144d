"""What a killed import has left is taken away, and nothing else."""

from __future__ import annotations

import os
from pathlib import Path

from app.catalog.leftovers import TEMPORARY, remove_leftovers


def test_only_half_files_from_before_are_taken_away(tmp_path: Path) -> None:
    old, fresh = tmp_path / f"{TEMPORARY}old", tmp_path / f"{TEMPORARY}fresh"
    link = tmp_path / f"{TEMPORARY}link"
    model = tmp_path / "model.gguf"
    for path in (old, fresh, model):
        path.write_text("x")
    link.symlink_to(model)
    (tmp_path / f"{TEMPORARY}folder").mkdir()
    for path in (old, model):
        os.utime(path, (1000, 1000))
    remove_leftovers((tmp_path, tmp_path / "nowhere"), before=2000)
    assert not old.exists()
    assert {path.name for path in tmp_path.iterdir()} == {
        "model.gguf",
        fresh.name,
        link.name,
        f"{TEMPORARY}folder",
    }
