"""Which addresses may be offered, and where they begin and end in running text."""

from __future__ import annotations

import pytest

from app.ui.chat.links import allowed, split_at_addresses


@pytest.mark.parametrize(
    "address", ["http://a.b", "https://a.b/c?d#e", "mailto:a@b.c", "HTTPS://A"]
)
def test_web_and_mail_addresses_are_offered(address: str) -> None:
    assert allowed(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a/b",
        "/etc/passwd",
        "//host/x",
        "#anchor",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://a.b",
        "qrc:/x",
        " http://a.b",
        "http://a b",
        "http://a\nb",
        "http://" + "a" * 3_000,
    ],
)
def test_nothing_else_is_offered(address: str) -> None:
    assert not allowed(address)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("see http://a.b/c.", "http://a.b/c"),
        ("(http://a.b/c)", "http://a.b/c"),
        ("http://a.b/c_(d)", "http://a.b/c_(d)"),
        ("http://a.b/c, and", "http://a.b/c"),
        ("“https://a.b”", "https://a.b”"),
        ("读https://a.b/c。后", "https://a.b/c"),
        ("http://a.b/\u202egpj.exe", "http://a.b/"),
    ],
)
def test_an_address_in_text_ends_where_a_reader_would_end_it(text: str, address: str) -> None:
    pieces = list(split_at_addresses(text))
    assert [piece for piece, link in pieces if link] == [address]
    assert "".join(piece for piece, _ in pieces) == text


def test_text_without_addresses_stays_whole() -> None:
    assert list(split_at_addresses("http:// is not one, nor is http:")) == [
        ("http:// is not one, nor is http:", "")
    ]
