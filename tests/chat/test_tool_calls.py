"""Calls of functions as models write them."""

from __future__ import annotations

import time

import pytest

from app.chat.tool_calls import ToolCall, read_tool_call


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"name": "f", "arguments": {"a": 1}}', ToolCall("f", '{\n  "a": 1\n}')),
        ('\n{"name": "f", "arguments": "{\\"a\\": 1}"}\n', ToolCall("f", '{\n  "a": 1\n}')),
        ('{"name": "f", "parameters": {"a": "é"}}', ToolCall("f", '{\n  "a": "é"\n}')),
        ('{"function": {"name": "f", "arguments": {}}}', ToolCall("f", "{}")),
        ('{"name": "f"}', ToolCall("f", "{}")),
        ('{"name": "f", "arguments": {"a"', ToolCall("f", '{"name": "f", "arguments": {"a"')),
        ("no call", ToolCall("", "no call")),
        ("[1]", ToolCall("", "[1]")),
        ('{"a": 1}', ToolCall("", '{\n  "a": 1\n}')),
        ("", ToolCall("", "")),
        (
            "<function=f>\n<parameter=a>\n1\n</parameter>\n<parameter=b>\nx y\n</parameter>\n"
            "</function>",
            ToolCall("f", '{\n  "a": 1,\n  "b": "x y"\n}'),
        ),
        ("<function=f>", ToolCall("f", "{}")),
    ],
)
def test_a_call_is_read(text: str, expected: ToolCall) -> None:
    assert read_tool_call(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"a":' * 50_000,
        '{"name": "f", "arguments": ' + "9" * 50_000 + "}",
        '{"name": "f", "arguments": ' + "[" * 900 + "]" * 900 + "}",
        "<function=f>" + "<parameter=a>" * 10_000,
        "<function=f>" + "<parameter=a>x" * 10_000 + "</parameter>",
        '{"name": "' + "x" * 100_000 + '"}',
        '"\\ud800"',
        "x" * 500_000,
    ],
)
def test_a_hostile_call_is_no_trouble(text: str) -> None:
    start = time.process_time()
    call = read_tool_call(text)
    assert time.process_time() - start < 1.0
    assert len(call.name) <= 80
