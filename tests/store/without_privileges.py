"""A thread that permissions bind: root passes by them unless it gives its capabilities away."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable

_CAPABILITY_VERSION_3 = 0x20080522


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Sets(ctypes.Structure):
    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


def run_without_privileges(call: Callable[[], None]) -> None:
    """Call it on a thread without capabilities, which belong to threads; raise what it raises."""
    raised: list[BaseException] = []

    def work() -> None:
        try:
            _give_capabilities_away()
            call()
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    if raised:
        raise raised[0]


def _give_capabilities_away() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    none = (_Sets * 2)()
    if libc.capset(ctypes.byref(_Header(_CAPABILITY_VERSION_3, 0)), ctypes.byref(none)) != 0:
        raise OSError(ctypes.get_errno(), "capset")
