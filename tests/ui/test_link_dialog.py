"""A link is shown as what it is, and opened only when the user says so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pytest
from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.ui.link_dialog import LinkDialog, parsed_link
from app.ui.text_label import TextLabel
from app.ui.theme import Theme


class Browser(QObject):
    """Stands in for the desktop's browser."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []

    @Slot(QUrl)
    def open(self, url: QUrl) -> None:
        self.opened.append(url.toString(QUrl.ComponentFormattingOption.FullyEncoded))


@pytest.fixture
def browser(qtbot: QtBot) -> Iterator[Browser]:
    browser = Browser()
    # Its type stub asks for bytes, which it then refuses.
    QDesktopServices.setUrlHandler("https", browser, cast(Any, "open"))
    yield browser
    QDesktopServices.unsetUrlHandler("https")


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(320, 480)
    window.show()
    return window


def asked(address: str, theme: Theme, window: QWidget) -> LinkDialog:
    url = parsed_link(address)
    assert url is not None
    dialog = LinkDialog(url, theme, window)
    dialog.open()
    return dialog


def words_of(dialog: LinkDialog) -> list[str]:
    labels = [child for child in dialog.children() if isinstance(child, TextLabel)]
    return [label.toPlainText() for label in labels if label.toPlainText()]


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "data:text/html,x",
        "ftp://example.org/",
        "smb://example.org/",
        "//example.org",
        "http://",
        "https:///path",
        "mailto:",
        "https://exa mple.org",
        "relative/path",
        "",
        "https://example.org/" + "x" * 10_000,
    ],
)
def test_what_may_not_be_opened_is_no_link(address: str) -> None:
    assert parsed_link(address) is None


@pytest.mark.parametrize(
    "address",
    ["http://example.org", "HTTPS://EXAMPLE.ORG/a", " https://1.2.3.4:80/", "mailto:a@b.c"],
)
def test_web_addresses_and_mail_are_links(address: str) -> None:
    assert parsed_link(address) is not None


def test_host_and_whole_address_are_shown(theme: Theme, window: QWidget) -> None:
    dialog = asked("https://example.org:8443/a?b=c", theme, window)
    assert words_of(dialog) == [
        "This link leads to:",
        "example.org:8443",
        "https://example.org:8443/a?b=c",
    ]


def test_a_host_in_another_script_is_shown_in_ascii_with_a_warning(
    theme: Theme, window: QWidget
) -> None:
    words = words_of(asked("https://www.\u0430\u0440\u0440\u04cf\u0435.com/", theme, window))
    assert words[1] == "www.xn--80ak6aa92e.com"
    assert "other letters" in words[3]
    assert words[2].isascii()


def test_what_stands_before_the_at_sign_is_no_host(theme: Theme, window: QWidget) -> None:
    words = words_of(asked("https://bank.example@evil.example/", theme, window))
    assert words[1] == "evil.example"
    assert "not part of the name" in words[3]


def test_open_opens_the_address(theme: Theme, window: QWidget, browser: Browser) -> None:
    asked("https://example.org/a", theme, window)._open.click()
    assert browser.opened == ["https://example.org/a"]


def test_enter_and_escape_open_nothing(theme: Theme, window: QWidget, browser: Browser) -> None:
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Escape):
        dialog = asked("https://example.org/a", theme, window)
        QTest.keyClick(dialog, key)
        assert dialog.isHidden()
    assert browser.opened == []


def test_the_address_can_be_copied_instead(theme: Theme, window: QWidget, browser: Browser) -> None:
    asked("https://example.org/\u00fc", theme, window)._copy.click()
    assert QGuiApplication.clipboard().text() == "https://example.org/%C3%BC"
    assert browser.opened == []


def test_a_link_that_nothing_opens_is_told(
    qtbot: QtBot, theme: Theme, window: QWidget, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QDesktopServices, "openUrl", _refuse)
    dialog = asked("https://example.org/", theme, window)
    with qtbot.waitSignal(dialog.open_failed) as failed:
        dialog._open.click()
    assert failed.args == ["https://example.org/"]


def _refuse(_url: QUrl) -> bool:
    return False


def test_a_long_address_fits_a_narrow_window(theme: Theme, window: QWidget) -> None:
    dialog = asked("https://example.org/" + "folder/" * 60, theme, window)
    assert dialog.width() <= window.width()
