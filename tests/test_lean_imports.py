"""What the first picture does not need is not loaded for it, and there when it is used."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


def in_a_fresh_program(code: str, imports: str = "app.main, sys") -> str:
    """Run `code` after the imports of the program and return what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", f"import {imports}\n{code}"],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_event_loop_database_and_codec_wait_for_the_first_picture() -> None:
    code = "print([n for n in ('asyncio.events', '_sqlite3', 'msgspec._core') if n in sys.modules])"
    assert in_a_fresh_program(code) == "[]"


def test_a_module_that_waits_loads_when_it_is_used() -> None:
    code = "import sqlite3; print(sqlite3.connect(':memory:').execute('select 7').fetchone())"
    assert in_a_fresh_program(code) == "(7,)"


def test_all_that_waited_is_there_in_the_end_and_nothing_else_is_held_back() -> None:
    code = (
        "from app import lean_imports; lean_imports.finish(); "
        "import ssl, asyncio; print(ssl.OPENSSL_VERSION[:7], 'qasync._unix' in sys.modules)"
    )
    assert in_a_fresh_program(code) == "OpenSSL True"


def test_compressors_that_nothing_needs_are_there_when_they_are_asked_for() -> None:
    code = (
        "print([n for n in ('_bz2', '_lzma') if n in sys.modules]); "
        "import bz2, lzma; print(lzma.decompress(lzma.compress(bz2.compress(b'x')))[:2])"
    )
    assert in_a_fresh_program(code) == "[]\nb'BZ'"


def test_what_makes_stub_files_is_not_compiled_for_the_first_picture() -> None:
    code = (
        "print([n for n in app.lean_imports.STUB_MAKERS "
        "if type(sys.modules[n]) is not app.lean_imports._Later])"
    )
    assert in_a_fresh_program(code) == "[]"


@pytest.mark.parametrize(
    "call",
    [
        "QPoint('a')",
        "QPoint(1, 2).setX('q')",
        "QRect().contains('z')",
        "QTimer(1, 2, 3)",
        "QTimer(foo=1)",
        "QTimer().start(None)",
        "QTimer().timeout.connect(3)",
        "QTimer().timeout.emit(1)",
        "QObject().setParent('a')",
        "QColor([])",
        "QPushButton('a', flat='x')",
        "QPushButton('a').setText(3)",
        "QWidget().resize(None)",
        "raise ValueError(QRect.contains.__doc__)",
        "raise ValueError(inspect.signature(QRect.contains))",
    ],
)
def test_a_wrong_call_is_refused_and_explained_as_by_pyside_alone(call: str) -> None:
    code = (
        "import inspect\n"
        "from PySide6.QtCore import QObject, QPoint, QRect, QTimer\n"
        "from PySide6.QtGui import QColor\n"
        "from PySide6.QtWidgets import QApplication, QPushButton, QWidget\n"
        "application = QApplication([])\n"
        f"try: {call}\n"
        # What can be called is listed out of a set.
        "except Exception as error: print(type(error).__name__, sorted(str(error).split()))"
    )
    expected = in_a_fresh_program(code, "sys")
    assert "Error" in expected
    assert in_a_fresh_program(code) == expected


def test_wrong_calls_on_two_threads_at_once_are_refused() -> None:
    code = (
        "import threading\n"
        "from PySide6.QtCore import QPoint\n"
        "sys.setswitchinterval(1e-5)\n"
        "def call():\n"
        "    try: QPoint('a')\n"
        "    except (TypeError, NameError): pass\n"
        "threads = [threading.Thread(target=call) for _ in range(6)]\n"
        "[thread.start() for thread in threads]\n"
        "[thread.join() for thread in threads]\n"
        "print('alive')"
    )
    assert in_a_fresh_program(code) == "alive"


def test_the_first_picture_loads_no_library_for_pictures_in_files(tmp_path: Path) -> None:
    code = (
        "def begin(session):\n"
        "    print('imageformats' in open('/proc/self/maps').read())\n"
        "    session.end()\n"
        f"app.main.main(['--profile', {str(tmp_path)!r}], begin)"
    )
    assert in_a_fresh_program(code) == "False"
