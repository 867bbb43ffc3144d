"""What the interpreter in a package runs first: the program, or a helper process of it.

1. The interpreter calls `run` and knows no options of its own. `-P -m MODULE ARGUMENTS` is done
   here, since that is how Cairn starts its engine.
2. What a desktop has set for other Qt programs is taken away, and the ways to a screen are named:
   left to itself Qt for aarch64 goes on without any when it finds none, with no window.
3. A library that the system lacks is told, on the terminal or else in a window.
4. What the interpreter does not have, because the C library it was built with did not, is taken
   from the one that is here.
"""

from __future__ import annotations

import sys

sys.path.append(f"{sys.prefix}/lib/lib-dynload")

import os

_FOREIGN = ("QT_PLUGIN_PATH", "QT_QPA_PLATFORM_PLUGIN_PATH", "QML2_IMPORT_PATH")
#: Those of Qt's plugins that need the most of the system.
_PLUGINS = {"wayland": "libqwayland-generic.so", "xcb": "libqxcb.so"}
_ADVICE = (
    "sudo apt-get install libegl1 libgl1 libopengl0 libfontconfig1 libfreetype6 libdbus-1-3 "
    "libglib2.0-0 libx11-xcb1 libsm6 libice6 libwayland-client0"
)
_NO_WINDOW = ("ask", "doctor", "selftest", "--help", "-h", "--version")


def run(_name: str) -> None:
    """Run what the arguments ask for."""
    arguments = sys.argv[1:]
    _complete_os()
    if arguments[:2] == ["-P", "-m"] and len(arguments) > 2:
        import runpy

        sys.argv = [sys.argv[0], *arguments[3:]]
        runpy.run_module(arguments[2], run_name="__main__", alter_sys=True)
        return
    for name in _FOREIGN:
        os.environ.pop(name, None)
    ways = _ways_to_a_screen()
    if ways and not os.environ.get("QT_QPA_PLATFORM"):
        os.environ["QT_QPA_PLATFORM"] = ";".join(ways)
        if not arguments or arguments[0] not in _NO_WINDOW:
            _check_plugin(ways[-1])
    try:
        from app.cli import main

        status = main()
    except ImportError as error:
        if ".so" not in str(error):
            raise
        _end_without(str(error))
    sys.exit(status)


def _complete_os() -> None:
    """Add to `os` what Cairn uses of it and the interpreter was built without."""
    if not hasattr(os, "memfd_create"):
        os.MFD_CLOEXEC = 1  # type: ignore[misc]
        os.memfd_create = _memfd_create


def _memfd_create(name: str, flags: int = 1) -> int:
    """Do as `os.memfd_create` does; see memfd_create(2)."""
    import ctypes

    descriptor: int = ctypes.CDLL(None, use_errno=True).memfd_create(os.fsencode(name), flags)
    if descriptor < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return descriptor


def _ways_to_a_screen() -> list[str]:
    """Return Qt's names for the screens that this session has, best first."""
    named = (("wayland", "WAYLAND_DISPLAY"), ("xcb", "DISPLAY"))
    return [name for name, variable in named if os.environ.get(variable)]


def _check_plugin(way: str) -> None:
    """Load what Qt is going to load: it ends the program without a word for the user."""
    import _ctypes

    plugins = f"{sys.prefix}/lib/PySide6/Qt/plugins/platforms"
    try:
        _ctypes.dlopen(f"{plugins}/{_PLUGINS[way]}", os.RTLD_LAZY)
    except OSError as error:
        _end_without(str(error))


def _end_without(error: str) -> None:
    library = error.partition(":")[0].rpartition("/")[2]
    cause = f"Cairn cannot start: {library} is missing or does not fit this system."
    advice = f"On Debian, Ubuntu and Armbian this installs what it needs:\n\n{_ADVICE}"
    sys.stderr.write(f"cairn: {error}\n{cause} {advice}\n")
    if _ways_to_a_screen() and not sys.stderr.isatty():
        _show(f"{cause}\n\n{advice}")
    sys.exit(1)


def _show(text: str) -> None:
    """Show `text` with whatever program for that this desktop has."""
    import subprocess

    for command in (
        ["zenity", "--error", "--no-markup", f"--text={text}"],
        ["kdialog", "--error", text],
        ["xmessage", "-center", text],
        ["notify-send", "Cairn", text],
    ):
        try:
            if subprocess.run(command, check=False).returncode in (0, 1):
                return
        except OSError:
            continue
