"""The steps of `check.py`: each tries one thing, returns what to print, and raises when it fails."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from assembly.figures import start
from assembly.image import sha256
from assembly.keep import PACKAGING, ROOT
from assembly.metadata import project
from assembly.roots import Root
from assembly.runtime import MARK, payload_offset

_IN_ROOT = "/opt/Cairn.AppImage"
_DEB_IN_ROOT = "/opt/cairn.deb"
#: What a self-test prints when the answer of the starter came in pieces.
_ANSWER = "ok       answer:"


class TrialFailed(Exception):
    """A step went wrong; the text says how."""


class TrialSkipped(Exception):
    """A step cannot be taken here; the text says why."""


def answered(status: int, output: str, more: str = "") -> str:
    """Return the window's and the answer's line of a self-test. Raises TrialFailed."""
    lines = output.splitlines()
    if status or not any(line.startswith(_ANSWER) for line in lines):
        raise TrialFailed(
            "\n".join((f"exit status {status}", *lines[-12:], *more.splitlines()[-8:]))
        )
    said = [line[9:] for line in lines if line.startswith("ok")]
    return "; ".join(line.partition(": Cairn is")[0] for line in said)


def here(command: list[str], environment: dict[str, str] | None = None) -> str:
    """Run a self-test on this machine."""
    found = start(command, environment)
    return answered(0 if found.passed else 1, found.output)


def in_root(root: Root, image: Path, environment: dict[str, str]) -> str:
    """Run the AppImage in a clean system."""
    shutil.copyfile(image, root.folder / _IN_ROOT[1:])
    (root.folder / _IN_ROOT[1:]).chmod(0o755)
    done = root.run([_IN_ROOT, "--self-test"], environment)
    return answered(done.returncode, done.stdout, done.stderr)


def says_what_is_missing(root: Root) -> str:
    """Start without a library that a desktop has, and without a screen."""
    library = f"/usr/lib/{root.machine.triplet}/libEGL.so.1"
    done = root.run([_IN_ROOT], {"DISPLAY": ":9"}, without=[library])
    if done.returncode != 1 or "apt-get install" not in done.stderr:
        raise TrialFailed(f"nothing was said of a missing library: {done.stderr[-500:]}")
    done = root.run([_IN_ROOT])
    if done.returncode != 1 or "no screen" not in done.stderr:
        raise TrialFailed(f"nothing was said of the missing screen: {done.stderr[-500:]}")
    return "a missing library and a missing screen are told"


def deb_life(root: Root, deb: Path) -> str:
    """Install, run, upgrade, remove and purge the .deb in a clean system."""
    before = _listing(root.folder)
    data = root.folder / "root" / ".local" / "share" / "cairn" / "conversations.sqlite3"
    data.parent.mkdir(parents=True, exist_ok=True)
    data.write_bytes(b"the user's")
    shutil.copyfile(deb, root.folder / _DEB_IN_ROOT[1:])
    _dpkg(root, "--install", _DEB_IN_ROOT)
    for file in ("usr/bin/cairn", "usr/share/applications/cairn.desktop", "opt/cairn/bin/cairn"):
        if not (root.folder / file).is_symlink() and not (root.folder / file).exists():
            raise TrialFailed(f"{file} is not there after the installation")
    done = root.run(["cairn", "--self-test"], {"QT_QPA_PLATFORM": "offscreen"})
    said = answered(done.returncode, done.stdout, done.stderr)
    _with_next_version(deb, root.folder / _DEB_IN_ROOT[1:])
    _dpkg(root, "--install", _DEB_IN_ROOT)
    (root.folder / _DEB_IN_ROOT[1:]).unlink()
    _dpkg(root, "--remove", "cairn-chat")
    _dpkg(root, "--purge", "cairn-chat")
    if data.read_bytes() != b"the user's":
        raise TrialFailed("the user's data was touched")
    shutil.rmtree(root.folder / "root" / ".local")
    left = sorted(_listing(root.folder) - before)
    if left:
        raise TrialFailed(f"left after removal: {', '.join(left[:8])}")
    return f"installed, upgraded, removed, data kept; {said}"


def _dpkg(root: Root, *words: str) -> None:
    done = root.run(["dpkg", *words], {"DEBIAN_FRONTEND": "noninteractive"})
    if done.returncode:
        raise TrialFailed(f"dpkg {words[0]}: {(done.stdout + done.stderr)[-900:]}")


def _listing(folder: Path) -> set[str]:
    """Return every path but those of dpkg's and fontconfig's notes and of this check."""
    own = ("var/lib/dpkg", "var/cache", "var/log", "root", _IN_ROOT[1:], "dev", "proc", "tmp")
    found = set()
    for top, folders, files in os.walk(folder):
        inside = Path(top).relative_to(folder)
        folders[:] = [name for name in folders if str(inside / name) not in own]
        found |= {str(inside / name) for name in (*folders, *files) if name != ".uuid"}
    return {path for path in found if path not in own}


def _with_next_version(deb: Path, target: Path) -> None:
    """Write the same package with a later version."""
    with tempfile.TemporaryDirectory(prefix="cairn-deb-") as folder:
        tree = Path(folder) / "tree"
        _quiet(["dpkg-deb", "--raw-extract", str(deb), str(tree)])
        control = tree / "DEBIAN" / "control"
        version = f"Version: {project()['version']}"
        control.write_text(control.read_text("utf-8").replace(version, f"{version}+next"), "utf-8")
        _quiet(["dpkg-deb", "--root-owner-group", "-Znone", "--build", str(tree), str(target)])


def validators(appdir: Path, metainfo: str) -> str:
    """Let the desktop's own tools judge the files for the desktop."""
    share = appdir / "usr" / "share"
    _quiet(["desktop-file-validate", str(share / "applications" / "cairn.desktop")])
    with tempfile.TemporaryDirectory(prefix="cairn-share-") as folder:
        file = Path(folder) / "cairn.metainfo.xml"
        file.write_text(metainfo, "utf-8")
        _quiet(["appstreamcli", "validate", "--no-net", str(file)])
        shutil.copytree(share / "mime", Path(folder) / "mime")
        _quiet(["update-mime-database", str(Path(folder) / "mime")])
        globs = (Path(folder) / "mime" / "globs2").read_text("utf-8")
    for ending in ("rkllm", "gguf"):
        if f"application/x-{ending}:*.{ending}" not in globs:
            raise TrialFailed(f"*.{ending} has no type")
    return "desktop file, metainfo and MIME types pass"


def format_of(image: Path, releases: str) -> str:
    """Look at the file as an updater or a launcher does."""
    data = image.read_bytes()
    offset = payload_offset(data)
    if data[8:11] != MARK or data[offset : offset + 4] != b"hsqs":
        raise TrialFailed("it is no AppImage of type 2")
    owner, _, name = releases.partition("/")
    if releases and f"gh-releases-zsync|{owner}|{name}|latest|".encode() not in data[:offset]:
        raise TrialFailed("the update information is missing")
    header = image.with_name(f"{image.name}.zsync").read_bytes().split(b"\n\n")[0].decode()
    if f"Length: {len(data)}" not in header or f"URL: {image.name}" not in header:
        raise TrialFailed(f"the zsync file is for another image:\n{header}")
    sums = image.with_name("SHA256SUMS").read_text("utf-8")
    if f"{sha256(image)}  {image.name}" not in sums:
        raise TrialFailed("SHA256SUMS names another hash")
    return f"type 2, file system at {offset}, zsync and sums fit"


def licences(appdir: Path) -> str:
    """See that every wheel and every bundled library has its licence inside."""
    folder = appdir / "usr" / "share" / "doc" / "cairn" / "licences"
    names = {path.name for path in folder.iterdir()}
    listed = (folder / "README.txt").read_text("utf-8")
    for about in (appdir / "usr" / "lib" / "cairn" / "lib").glob("*.dist-info"):
        name = about.name.partition("-")[0]
        if name != "cairn_chat" and name.lower().replace("_", "-") not in listed.lower().replace(
            "_", "-"
        ):
            raise TrialFailed(f"{name} is not listed")
    missing = {"LGPL-3.txt", "GPL-3.txt", "Cairn-Apache-2.0.txt"} - names
    if missing:
        raise TrialFailed(f"missing: {', '.join(sorted(missing))}")
    return f"{len(names)} files"


@contextlib.contextmanager
def x_screen() -> Iterator[dict[str, str]]:
    """Yield the environment of a virtual X screen."""
    if shutil.which("Xvfb") is None:
        raise TrialSkipped("Xvfb is not installed")
    reading, writing = os.pipe()
    command = [
        "Xvfb",
        "-displayfd",
        str(writing),
        "-screen",
        "0",
        "1280x800x24",
        "-nolisten",
        "tcp",
    ]
    process = subprocess.Popen(command, pass_fds=(writing,), stderr=subprocess.DEVNULL)
    os.close(writing)
    try:
        with os.fdopen(reading) as stream:
            number = stream.readline().strip()
        if not number:
            raise TrialFailed("Xvfb did not start")
        yield {"DISPLAY": f":{number}", "QT_QPA_PLATFORM": "", "WAYLAND_DISPLAY": ""}
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def wayland_screen() -> Iterator[dict[str, str]]:
    """Yield the environment of a virtual Wayland screen."""
    if shutil.which("weston") is None:
        raise TrialSkipped("weston is not installed")
    with tempfile.TemporaryDirectory(prefix="cairn-wayland-") as folder:
        environment = os.environ | {"XDG_RUNTIME_DIR": folder}
        command = ["weston", "--backend=headless-backend.so", "--socket=cairn", "--idle-time=0"]
        process = subprocess.Popen(
            command,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert process.stderr is not None
            for line in process.stderr:
                if "launching" in line:
                    break
            socket = str(Path(folder) / "cairn")
            yield {"WAYLAND_DISPLAY": socket, "QT_QPA_PLATFORM": "", "DISPLAY": ""}
        finally:
            process.terminate()
            process.communicate()


def _quiet(command: list[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise TrialSkipped(f"{command[0]} is not installed") from error
    if done.returncode:
        raise TrialFailed(f"{command[0]}: {(done.stdout + done.stderr).strip()[-900:]}")


def build(arch: str, *words: str) -> None:
    """Run `build.py`. Raises TrialFailed with its last words."""
    command = [sys.executable, str(PACKAGING / "build.py"), "--arch", arch, *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise TrialFailed((done.stdout + done.stderr)[-1500:])
