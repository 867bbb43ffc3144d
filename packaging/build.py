"""Builds the packages for one machine: `packaging/build.py --arch aarch64`; see README.md."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

from assembly.appdir import Wish, make_appdir
from assembly.deb import deb_name, make_deb
from assembly.elfcheck import Report, check_tree
from assembly.failure import BuildFailed
from assembly.figures import MOST_MB, MOST_TIMES_SOURCE, core_bytes, start_times
from assembly.image import LEVEL, image_name, join, pack, sha256, write_sums, write_zsync
from assembly.keep import ROOT, read_keep
from assembly.machine import Machine, this_machine
from assembly.metadata import project
from assembly.parts import Parts
from assembly.runtime import official_runtime, own_runtime, with_update_information

FORMATS = ("appimage", "deb")


def main(arguments: list[str]) -> int:
    """Build what is asked for; return 1 with a sentence when that cannot be done."""
    options = _parse(arguments)
    try:
        _build(options)
    except BuildFailed as error:
        print(f"build: {error}", file=sys.stderr)
        return 1
    return 0


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Build the AppImage and the .deb.")
    add = parser.add_argument
    add("--arch", required=True, choices=[each.value for each in Machine])
    add("--format", choices=FORMATS, action="append", help="only this one")
    add("--output", type=Path, default=ROOT / "build" / "packages", metavar="FOLDER")
    add("--work", type=Path, default=ROOT / "build" / "work", metavar="FOLDER")
    add("--parts", type=Path, default=ROOT / "build" / "parts", help="what is downloaded")
    add("--runtime-file", type=Path, help="official AppImage runtime, see locks/runtime.toml")
    add("--releases", default="", metavar="OWNER/NAME", help="GitHub repository of the releases")
    add("--bundle-rkllm", type=Path, metavar="FILE", help="put Rockchip's library in")
    add("--rkllm-licence", type=Path, metavar="FILE", help="its licence, which goes with it")
    add("--debian-mirror", default="", metavar="URL", help="Debian's archive")
    add("--level", type=int, default=LEVEL, help="of compression, 1 to 22; 3 is quick")
    add("--no-figures", action="store_true", help="do not measure size and start")
    return parser.parse_args(arguments)


def _build(options: argparse.Namespace) -> None:
    machine, keep = Machine(options.arch), read_keep()
    wish = Wish(
        machine,
        _time(),
        releases=options.releases,
        rkllm=options.bundle_rkllm,
        rkllm_licence=options.rkllm_licence,
    )
    scratch = options.work.absolute() / machine.value
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    options.output.mkdir(parents=True, exist_ok=True)
    parts, appdir = Parts(options.parts.absolute(), keep, options.debian_mirror), scratch / "AppDir"
    _say(f"Assembling Cairn {project()['version']} for {machine.value}.")
    make_appdir(appdir, wish, parts, keep, scratch)
    report = check_tree(appdir, machine, keep)
    _tell(report)
    formats = options.format or FORMATS
    if "appimage" in formats:
        _make_image(options, wish, appdir, parts, scratch)
    if "deb" in formats:
        _say("Packing the .deb.")
        deb = options.output / deb_name(machine)
        make_deb(deb, appdir, wish, report, keep, options.level)
        _say(f"{deb}: {_mb(deb.stat().st_size)}, SHA-256 {sha256(deb)}")
    write_sums(options.output)


def _make_image(
    options: argparse.Namespace, wish: Wish, appdir: Path, parts: Parts, scratch: Path
) -> None:
    machine = wish.machine
    if options.runtime_file is not None:
        runtime = official_runtime(options.runtime_file, machine)
    else:
        _say("No --runtime-file: the AppImage gets the runtime of our own, from native/appimage.")
        runtime = own_runtime(machine, parts, scratch)
    if wish.releases:
        owner, _, name = wish.releases.partition("/")
        information = (
            f"gh-releases-zsync|{owner}|{name}|latest|Cairn-*{machine.value}.AppImage.zsync"
        )
        runtime = with_update_information(runtime, information, scratch)
    else:
        _say("No --releases: without update information and addresses in the metainfo.")
    _say("Packing the AppImage.")
    payload = scratch / "payload.squashfs"
    pack(appdir, payload, wish.time, options.level)
    image = options.output / image_name(machine)
    join(runtime, payload, image, wish.time)
    write_zsync(image)
    size = image.stat().st_size
    _say(f"{image}: {_mb(size)}, SHA-256 {sha256(image)}")
    if not options.no_figures:
        _print_figures(image, appdir, len(runtime), scratch, wish)


def _print_figures(image: Path, appdir: Path, runtime: int, scratch: Path, wish: Wish) -> None:
    core = core_bytes(appdir, runtime, scratch, wish.time)
    _say(f"Without CPU runtime and models: {_mb(core)} of {MOST_MB} MB at most.")
    if core > MOST_MB * 1e6:
        raise BuildFailed("The AppImage is too large.")
    if wish.machine is not this_machine():
        _say("Start: not measured, since this machine is of another kind.")
        return
    times = start_times(image)
    if times is None:
        _say("Start: not compared, since Cairn does not start from source here.")
        return
    _say(
        f"Start until the window is seen: {times[1]:.2f} s, from source {times[0]:.2f} s: "
        f"{times[1] / times[0]:.2f} times, of {MOST_TIMES_SOURCE} at most."
    )


def _tell(report: Report) -> None:
    if report.problems:
        raise BuildFailed("\n".join(("elfcheck found what would not run:", *report.problems)))
    newest = ", ".join(f"{kind} {version}" for kind, version in sorted(report.newest.items()))
    _say(f"elfcheck: {report.files} files, newest symbols {newest}.")
    _say(f"From the system: {', '.join(report.from_host)}.")


def _time() -> int:
    """Return the time that every file gets: that of the last commit, or SOURCE_DATE_EPOCH."""
    if given := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(given)
    command = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BuildFailed("This is no git checkout: set SOURCE_DATE_EPOCH to the release's time.")
    return int(done.stdout)


def _mb(size: int) -> str:
    return f"{size / 1e6:.1f} MB"


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
