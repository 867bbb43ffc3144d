"""Sizes and counts of model files, in words for people."""

from __future__ import annotations


def count_text(count: int) -> str:
    """Return a number of parameters the way models are named: "1.7B", "135M", "42K"."""
    for limit, unit in ((10**9, "B"), (10**6, "M"), (10**3, "K")):
        if count >= limit:
            number = count / limit
            return f"{number:.1f}{unit}" if number < 9.95 else f"{number:.0f}{unit}"
    return str(count)


def size_text(size: int) -> str:
    """Return a file size in decimal units, as file managers show it: "2.1 GB"."""
    for limit, unit in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if size >= limit:
            return f"{size / limit:.1f} {unit}"
    return "1 byte" if size == 1 else f"{size} bytes"
