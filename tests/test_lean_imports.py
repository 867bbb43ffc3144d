"""What the first picture does not need is not loaded for it, and there when it is used."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def in_a_fresh_program(code: str) -> str:
    """Run `code` after the imports of the program and return what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", f"import app.main, sys\n{code}"],
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


def test_what_explains_signatures_is_not_compiled_for_the_first_picture() -> None:
    code = (
        "print([n for n in app.lean_imports.SIGNATURES "
        "if type(sys.modules[n]) is not app.lean_imports._Later])"
    )
    assert in_a_fresh_program(code) == "[]"


def test_a_call_with_wrong_arguments_is_explained_all_the_same() -> None:
    code = (
        "from PySide6.QtCore import QTimer\n"
        "try: QTimer(1, 2, 3)\n"
        "except TypeError as error: print(error)"
    )
    assert in_a_fresh_program(code) == "QTimer() takes at most 1 argument (3 given)"


def test_the_first_picture_loads_no_library_for_pictures_in_files(tmp_path: Path) -> None:
    code = (
        "def begin(session):\n"
        "    print('imageformats' in open('/proc/self/maps').read())\n"
        "    session.end()\n"
        f"app.main.main(['--profile', {str(tmp_path)!r}], begin)"
    )
    assert in_a_fresh_program(code) == "False"
