"""Puts off, until the window is painted, the imports that its first picture does not need.

1. No cyclic collection while modules load: they are all going to stay (20 ms of the start).
   `main` decides when it is done afterwards.
2. PySide6 replaces `__import__` by one that reads the source of every module imported later, to
   see whether it uses PySide6's feature switches. Cairn has none: 25 ms and 8 MB for nothing.
3. The modules of LATER are imported in name only: their code runs when one of their names is
   first asked for, or in `finish`, whichever comes first (30 ms and 5 MB). `finish` is called on
   the window's thread before any other starts, since such a module must not load on two at once.
4. So are STUB_MAKERS, and `finish` leaves them alone: PySide6 compiles them anew at every start, and
   nobody here makes stub files (13 ms and 0.6 MB).
5. asyncio loads OpenSSL where it is there: 10 ms and 5 MB, for connections that Cairn never
   makes. Whoever imports `ssl` later still gets it. So it is with COMPRESSORS, which `zipfile` and
   `shutil` load for archives that PySide6 does not have and Cairn does not make (0.25 MB).

Works when it is imported before any of them; otherwise it changes nothing.
"""

from __future__ import annotations

import builtins
import gc
import linecache
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from types import ModuleType

gc.disable()

#: What the event loop, the database and the codec of the engine link need.
LATER = ("asyncio", "qasync", "sqlite3", "msgspec")
_SIGNATURE = "shibokensupport.signature"
#: What its `loader` imports and keeps: what makes the stub files of PySide6. What explains a wrong
#: call must be there: PySide6 looks for it from C, and ends the process where it fails.
STUB_MAKERS = (f"{_SIGNATURE}.lib.enum_sig", f"{_SIGNATURE}.lib.pyi_generator")

#: What `zipfile` and `shutil` go on without.
COMPRESSORS = ("bz2", "lzma")

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
    spec = module.__spec__
    assert spec is not None
    assert spec.loader is not None
    # PySide6 gives its modules a second name, which their loader does not know.
    published, spec.name = spec.name, module.__name__
    with _without("ssl" if module.__name__ == "asyncio" else ""):
        spec.loader.exec_module(module)
    spec.name = published


@contextmanager
def _without(*names: str) -> Iterator[None]:
    """Let modules seem not to be there: who imports them here can go on without."""
    hidden = [name for name in names if name and name not in sys.modules]
    # That is what None stands for.
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


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
        module.__package__ = name.rpartition(".")[0]
    sys.modules[name] = module


def _import(
    name: str,
    globals_: Mapping[str, object] | None = None,
    locals_: Mapping[str, object] | None = None,
    fromlist: Sequence[str] | None = (),
    level: int = 0,
) -> ModuleType:
    """Import a module, and put off STUB_MAKERS: they are found when PySide6 wants its loader."""
    if name == _SIGNATURE and "loader" in (fromlist or ()):
        for later in STUB_MAKERS:
            _put_off(later)
    return _own_import(name, globals_, locals_, fromlist, level)


for _name in LATER:
    _put_off(_name)

builtins.__import__ = _import  # type: ignore[assignment]

with _without(*COMPRESSORS):
    import PySide6.QtCore  # noqa: F401

builtins.__import__ = _own_import
# PySide6 has read the source of `enum`, of two thousand lines.
linecache.clearcache()
