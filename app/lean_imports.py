"""Imports Qt and asyncio without what they bring along, so that the window opens sooner.

1. PySide6 replaces `__import__` by one that reads the source of every module imported later, to
   see whether it uses PySide6's feature switches. Cairn has none: 25 ms and 8 MB for nothing.
2. asyncio loads OpenSSL where it is there: 10 ms and 5 MB, for connections that Cairn never
   makes. Whoever imports `ssl` later still gets it.

Works when it is imported before either; otherwise it changes nothing.
"""

from __future__ import annotations

import builtins
import sys

_own_import = builtins.__import__

if "ssl" not in sys.modules:
    # None stands for a module that is not there; asyncio goes on without it.
    sys.modules["ssl"] = None  # type: ignore[assignment]
    import asyncio  # noqa: F401

    del sys.modules["ssl"]

import PySide6.QtCore  # noqa: E402, F401

builtins.__import__ = _own_import
