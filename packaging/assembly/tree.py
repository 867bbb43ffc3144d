"""Makes the program's tree for one machine: interpreter, modules, libraries, Cairn itself.

    cairn                the interpreter, named after the program
    lib/                 the standard library, the wheels and Cairn, compiled
    lib/lib-dynload/     the C modules of the standard library
    freeze_core.libs/    the libraries of those
    ../rkllm/            Rockchip's library, where it is bundled

Nothing of another machine is run: the modules are compiled by the interpreter of this one.
"""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import zipfile
from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path

from assembly.apt import unpack
from assembly.elf import is_elf
from assembly.failure import BuildFailed
from assembly.keep import PACKAGING, ROOT, Keep
from assembly.machine import Machine, this_machine
from assembly.metadata import write_metadata
from assembly.parts import PYTHON_VERSION, Parts

NAME = "cairn"


def lay_tree(folder: Path, machine: Machine, parts: Parts, keep: Keep, scratch: Path) -> None:
    """Make the tree in `folder`, which must not exist."""
    lay_python(folder, machine, parts, keep, scratch)
    _lay_wheels(folder / "lib", machine, parts, keep)
    _lay_helpers(folder / "lib", machine, parts, keep, scratch)
    _lay_cairn(folder / "lib", keep)
    _compile(folder / "lib", parts, keep, scratch)


def lay_python(folder: Path, machine: Machine, parts: Parts, keep: Keep, scratch: Path) -> None:
    """Lay the interpreter and the standard library."""
    lib, wheel = folder / "lib", scratch / f"interpreter-{machine.value}"
    modules = lib / "lib-dynload"
    modules.mkdir(parents=True)
    system = scratch / f"python-{machine.value}"
    for package in parts.packages("python", machine).values():
        unpack(package, system)
    source = system / "usr" / "lib" / f"python{PYTHON_VERSION}"
    _copy_kept(source, lib, keep.python_leave)
    with zipfile.ZipFile(parts.interpreter(machine)) as archive:
        archive.extractall(wheel)
    base = wheel / "freeze_core"
    name = f"cpython-{PYTHON_VERSION.replace('.', '')}-{machine.triplet}"
    shutil.copyfile(base / "legacy" / f"console-{name}", folder / NAME)
    (folder / NAME).chmod(0o755)
    for module in sorted((base / "lib").glob(f"*.{name}.so")):
        if not _matches(module.name.partition(".")[0], keep.python_leave_modules):
            shutil.copyfile(module, modules / module.name)
    libraries = folder / "freeze_core.libs"
    libraries.mkdir()
    for library in sorted((wheel / "freeze_core.libs").iterdir()):
        if _matches(library.name, keep.python_libraries):
            shutil.copyfile(library, libraries / library.name)
    shutil.copyfile(PACKAGING / "startup.py", lib / f"__init__{NAME}.py")


def imported_qt_modules(folder: Path) -> set[str]:
    """Return the names of the Qt modules that the Python files below `folder` import."""
    found: set[str] = set()
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("PySide6"):
                inside = (node.module or "").partition(".")[2]
                found |= {inside} if inside else {alias.name for alias in node.names}
            elif isinstance(node, ast.Import):
                names = (alias.name.partition(".") for alias in node.names)
                found |= {inside for name, _, inside in names if name == "PySide6" and inside}
    return found


def _lay_wheels(lib: Path, machine: Machine, parts: Parts, keep: Keep) -> None:
    qt = _qt_files(keep)
    for wheel in parts.wheels(machine):
        with zipfile.ZipFile(wheel) as archive:
            for name in sorted(archive.namelist()):
                if name.startswith("PySide6/") and not _matches(name, qt):
                    continue
                unwanted = name.endswith(("/", "/RECORD", "/direct_url.json"))
                if unwanted or ".data/" in name or _matches(name, keep.wheels_leave_files):
                    continue
                archive.extract(name, lib)


def _qt_files(keep: Keep) -> tuple[str, ...]:
    """Return patterns for what is kept of PySide6."""
    modules = sorted(imported_qt_modules(ROOT / "app"))
    return (
        "PySide6/__init__.py",
        "PySide6/_config.py",
        "PySide6/_git_pyside_version.py",
        "PySide6/libpyside6.abi3.so*",
        *(f"PySide6/Qt{module[2:]}.abi3.so" for module in modules),
        *(f"PySide6/Qt/lib/libQt6{module[2:]}.so*" for module in modules),
        *(f"PySide6/Qt/lib/{name}.so*" for name in keep.qt_libraries),
        *(f"PySide6/Qt/plugins/{name}" for name in keep.qt_plugins),
        f"PySide6/Qt/translations/{keep.qt_translations}",
    )


def _lay_helpers(lib: Path, machine: Machine, parts: Parts, keep: Keep, scratch: Path) -> None:
    """Lay libraries that a system may lack beside Qt's, and let them find each other."""
    system, target = scratch / f"helpers-{machine.value}", lib / "PySide6" / "Qt" / "lib"
    packages = parts.packages("helpers", machine)
    for package, names in keep.helpers.items():
        unpack(packages[package], system)
        for name in names:
            places = (system / top / "lib" / machine.triplet / name for top in ("usr", "."))
            source = next((place for place in places if place.exists()), None)
            if source is None:
                raise BuildFailed(f"{package} for {machine.value} has no {name}.")
            shutil.copyfile(source.resolve(), target / name)
            _patch(target / name, "$ORIGIN")
    # Found by name from there, too.
    for library in sorted((lib / "xllamacpp").glob("*.so")):
        _patch(library, "$ORIGIN:$ORIGIN/../PySide6/Qt/lib")


def _patch(library: Path, search: str) -> None:
    command = ["patchelf", "--set-rpath", search, str(library)]
    subprocess.run(command, check=True)


def _lay_cairn(lib: Path, keep: Keep) -> None:
    for source in sorted((ROOT / "app").rglob("*")):
        if source.is_file() and "__pycache__" not in source.parts:
            copy_file(source, lib / source.relative_to(ROOT))
    for pattern in keep.resources:
        for source in sorted((ROOT / "resources").glob(pattern)):
            if source.is_file():
                copy_file(source, lib / "app" / source.relative_to(ROOT))
    for source in sorted((ROOT / "native" / "abi").glob("*.h")):
        copy_file(source, lib / "app" / "native" / "abi" / source.name)
    write_metadata(lib)


def _compile(lib: Path, parts: Parts, keep: Keep, scratch: Path) -> None:
    """Compile everything with this machine's copy of the interpreter."""
    python = scratch / "python"
    if not python.exists():
        lay_python(python, this_machine(), parts, keep, scratch)
        shutil.copyfile(PACKAGING / "compile_tree.py", python / "lib" / "compile_tree.py")
    command = [str(python / NAME), "-P", "-m", "compile_tree", str(lib)]
    subprocess.run(command, check=True, env={"PATH": os.defpath})
    for folder in sorted(lib.rglob("__pycache__")):
        shutil.rmtree(folder)


def set_modes_and_times(folder: Path, time: int) -> None:
    """Give every file the same rights and time on every machine that builds it."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if not path.is_symlink():
            runs = path.is_dir() or (path.stat().st_mode & 0o100 and is_program(path))
            path.chmod(0o755 if runs else 0o644)
        os.utime(path, (time, time), follow_symlinks=False)


def is_program(path: Path) -> bool:
    """Return whether `path` is something to be run rather than to be loaded."""
    with path.open("rb") as file:
        return file.read(2) == b"#!" or (is_elf(path) and ".so" not in path.name)


def _copy_kept(source: Path, target: Path, leave: tuple[str, ...]) -> None:
    for path in sorted(source.rglob("*")):
        inside = path.relative_to(source)
        names = [str(inside), *map(str, inside.parents)]
        unwanted = "__pycache__" in inside.parts or any(_matches(name, leave) for name in names)
        if path.is_file() and not unwanted:
            copy_file(path, target / inside)


def copy_file(source: Path, target: Path) -> None:
    """Copy the content of a file to a place whose folders are made as well."""
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _matches(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)
