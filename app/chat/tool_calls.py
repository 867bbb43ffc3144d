"""Reads the calls of functions that models write: JSON as Hermes and Qwen do, or Qwen's own tags.

Nothing is called here. A call that cannot be read is kept as it came.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

#: A larger call is not read, only kept.
LARGEST_CALL = 200_000

_LONGEST_NAME = 80
_FUNCTION = re.compile(r"\s*<function=([^>\n]{1,200})>(.*)", re.DOTALL)
_PARAMETER = re.compile(
    r"<parameter=([^>\n]{1,200})>\n?(.*?)\n?(?=</parameter>|<parameter=|\Z)", re.DOTALL
)
_FUNCTION_END = re.compile(r"\s*</function>\s*\Z")


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A function that the model wants to be called."""

    name: str
    """Empty when it cannot be read."""
    arguments: str
    """Pretty-printed JSON, or the text of the call as it came."""


def read_tool_call(text: str) -> ToolCall:
    """Return what `text`, which stood between the tags, asks for."""
    text = text.strip()
    if len(text) > LARGEST_CALL:
        return ToolCall("", text)
    if match := _FUNCTION.match(text):
        return _tagged(match)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return ToolCall(_name_in(text), text)
    if not isinstance(value, dict):
        return ToolCall("", text)
    value = value.get("function", value) if isinstance(value.get("function"), dict) else value
    name = value.get("name")
    arguments = value.get("arguments", value.get("parameters", {}))
    if isinstance(arguments, str):
        arguments = _decoded(arguments)
    if not isinstance(name, str) or not name:
        return ToolCall("", _pretty(value))
    return ToolCall(_short(name), _pretty(arguments))


def _tagged(match: re.Match[str]) -> ToolCall:
    body = _FUNCTION_END.sub("", match[2])
    arguments = {name.strip(): _decoded(value) for name, value in _PARAMETER.findall(body)}
    return ToolCall(_short(match[1]), _pretty(arguments))


def _decoded(text: str) -> Any:
    """Return the value that `text` is the JSON of, or the text."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _pretty(value: Any) -> str:
    if isinstance(value, str):
        return value
    try:
        return json.dumps(value, indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return str(value)[:LARGEST_CALL]


def _name_in(text: str) -> str:
    """Return the name in JSON that is not whole, as while it arrives."""
    match = re.search(r'"name"\s*:\s*"([^"\\\n]{1,200})"', text[:2_000])
    return _short(match[1]) if match else ""


def _short(name: str) -> str:
    name = " ".join(name.split())
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"
