"""Puts off, until the window is painted, the imports that its first picture does not need.

1. No cyclic collection while modules load: they are all going to stay (20 ms of the start).
   `main` decides when it is done afterwards.
2. PySide6 replaces `__import__` by one that reads the source of every module imported later, to
   see whether it uses PySide6's feature switches. Cairn has none: 25 ms and 8 MB for nothing.
3. The modules of LATER are imported in name only: their code runs when one of their names is
   first asked for, or in `finish`, whichever comes first (30 ms and 5 MB). `finish` is called on
   the window's thread before any other starts, since such a module must not load on two at once.
4. asyncio loads OpenSSL where it is there: 10 ms and 5 MB, for connections that Cairn never
   makes. Whoever imports `ssl` later still gets it.

Works when it is imported before any of them; otherwise it changes nothing.
"""

from __future__ import annotations

import builtins
import gc
import sys
from importlib.util import find_spec
from types import ModuleType

gc.disable()

#: What the event loop, the database and the codec of the engine link need.
LATER = ("asyncio", "qasync", "sqlite3", "msgspec")

_own_import = builtins.__import__


class _Later(ModuleType):
    """A module whose code has not run yet. `importlib.util.LazyLoader` runs it at its import."""

    def __getattr__(self, name: str) -> object:
        _load(self)
        return getattr(self, name)


def finish() -> None:
    """Import what was put off."""
    for name in LATER:
        module = sys.modules.get(name)
        if isinstance(module, _Later):
            _load(module)


def _load(module: _Later) -> None:
    # Its own loader fills it in place, as every reference to it expects.
    module.__class__ = ModuleType  # type: ignore[assignment]
    assert module.__spec__ is not None
    assert module.__spec__.loader is not None
    without_ssl = module.__name__ == "asyncio" and "ssl" not in sys.modules
    if without_ssl:
        # None stands for a module that is not there; asyncio goes on without it.
        sys.modules["ssl"] = None  # type: ignore[assignment]
    module.__spec__.loader.exec_module(module)
    if without_ssl:
        del sys.modules["ssl"]


def _put_off(name: str) -> None:
    spec = find_spec(name) if name not in sys.modules else None
    if spec is None or spec.loader is None:
        return
    module = _Later(name)
    module.__spec__ = spec
    module.__loader__ = spec.loader
    module.__file__ = spec.origin
    if spec.submodule_search_locations is not None:
        module.__package__ = name
        module.__path__ = spec.submodule_search_locations
    else:
        module.__package__ = ""
    sys.modules[name] = module


for _name in LATER:
    _put_off(_name)

import PySide6.QtCore  # noqa: E402, F401

builtins.__import__ = _own_import
