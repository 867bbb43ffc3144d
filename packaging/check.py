"""Checks what can be known of the packages without a board: `packaging/check.py [--quick]`.

1. Quick, within a minute when the parts are there: both AppDirs, what they need of a system, the
   files for the desktop, the licences, and the x86-64 AppImage, mounted and unpacked.
2. Otherwise everything: both AppImages and .debs, the same bytes from a second build, X11 and
   Wayland, and Debian 11, 12 and 13 for both machines as clean systems, the other machine's under
   emulation. It takes 10 to 20 minutes.

Each step is a line. The exit status is 1 when one failed.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from assembly import trials
from assembly.appdir import Wish, make_appdir, metainfo_text
from assembly.apt import mirror_of_this_machine
from assembly.deb import deb_name
from assembly.elfcheck import check_tree
from assembly.failure import BuildFailed
from assembly.image import image_name, join, pack, sha256
from assembly.keep import ROOT, Keep, read_keep
from assembly.machine import Machine, this_machine
from assembly.parts import Parts
from assembly.roots import SUITES, make_root
from assembly.runtime import own_runtime
from assembly.trials import TrialFailed, TrialSkipped

#: Stands for the project's repository where a check needs one.
_RELEASES = "example/cairn"
_EXTRACTED = {"APPIMAGE_EXTRACT_AND_RUN": "1"}
_OFFSCREEN = {"QT_QPA_PLATFORM": "offscreen"}


class Checks:
    """Takes steps and keeps count."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._work: Path = options.work.absolute()
        self._mirror: str = options.debian_mirror
        self._level: int = options.level
        self._keep: Keep = read_keep()
        self._parts = Parts(options.parts.absolute(), self._keep, self._mirror)
        self.passed = self.failed = self.skipped = 0

    def quick(self) -> None:
        """Take the steps that CI takes."""
        folder = self._work / "quick"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for machine in Machine:
            appdir, wish = folder / machine.value, Wish(machine, 1_700_000_000)
            scratch = folder / f"scratch-{machine.value}"
            scratch.mkdir()
            step = partial(self._appdir, appdir, wish, scratch)
            if not self._take(f"AppDir for {machine.value}", step):
                continue
            self._take(f"licences for {machine.value}", partial(trials.licences, appdir))
            if machine is this_machine():
                named = metainfo_text(Wish(machine, wish.time, releases=_RELEASES))
                self._take("files for the desktop", partial(trials.validators, appdir, named))
                image = folder / "Cairn.AppImage"
                self._take("AppImage", partial(self._image, image, appdir, scratch, machine))
                run = partial(trials.here, [str(image)])
                self._take("AppImage, mounted", run)
                self._take("AppImage, unpacked", partial(run, _EXTRACTED))

    def everything(self) -> None:
        """Take every step."""
        first, second = self._work / "first", self._work / "second"
        for machine in Machine:
            self._take(f"build for {machine.value}", partial(self._build, first, machine))
            self._take(f"the same bytes again for {machine.value}", partial(self._again, machine))
            image = first / image_name(machine)
            self._take(f"format, {machine.value}", partial(trials.format_of, image, _RELEASES))
        shutil.rmtree(second, ignore_errors=True)
        mine = str(first / image_name(this_machine()))
        for name, screen in (("X11", trials.x_screen), ("Wayland", trials.wayland_screen)):
            for how, environment in (("mounted", {}), ("unpacked", _EXTRACTED)):
                self._take(f"{name}, {how}", partial(_on_screen, screen, mine, environment))
        for suite in SUITES:
            for machine in Machine:
                self._in_clean_system(suite, machine, first)

    def _in_clean_system(self, suite: str, machine: Machine, packages: Path) -> None:
        name = f"{suite}, {machine.value}"
        folder = self._work.parent / "roots" / f"{suite}-{machine.value}"
        try:
            mirror = self._mirror or mirror_of_this_machine()
            root = make_root(folder, suite, machine, self._keep, mirror)
        except BuildFailed as error:
            self._say("failed", name, str(error))
            self.failed += 1
            return
        image = packages / image_name(machine)
        deb = packages / deb_name(machine)
        run = partial(trials.in_root, root, image)
        self._take(f"{name}: AppImage, mounted", partial(run, _OFFSCREEN))
        self._take(f"{name}: AppImage, unpacked", partial(run, _OFFSCREEN | _EXTRACTED))
        self._take(f"{name}: AppImage, X11", partial(_in_root_on_x, run))
        self._take(f"{name}: what is missing", partial(trials.says_what_is_missing, root))
        self._take(f"{name}: .deb", partial(trials.deb_life, root, deb))

    def _appdir(self, appdir: Path, wish: Wish, scratch: Path) -> str:
        make_appdir(appdir, wish, self._parts, self._keep, scratch)
        report = check_tree(appdir, wish.machine, self._keep)
        if report.problems:
            raise TrialFailed("\n".join(report.problems))
        return f"{report.files} programs and libraries, GLIBC {report.newest['GLIBC']}"

    def _image(self, image: Path, appdir: Path, scratch: Path, machine: Machine) -> str:
        payload = scratch / "payload.squashfs"
        pack(appdir, payload, 1_700_000_000, level=1)
        join(own_runtime(machine, self._parts, scratch), payload, image, 1_700_000_000)
        return f"{image.stat().st_size / 1e6:.1f} MB, quickly compressed"

    def _build(self, output: Path, machine: Machine) -> str:
        words = ["--output", str(output), "--work", str(self._work / "build"), "--no-figures"]
        where = [f"--parts={self._parts.folder}", f"--debian-mirror={self._mirror}"]
        wishes = [f"--releases={_RELEASES}", f"--level={self._level}"]
        trials.build(machine.value, *words, *where, *wishes)
        files = (output / image_name(machine), output / deb_name(machine))
        return ", ".join(f"{file.name} {file.stat().st_size / 1e6:.1f} MB" for file in files)

    def _again(self, machine: Machine) -> str:
        """Build in other folders, and compare."""
        second = self._work / "second"
        self._build(second, machine)
        hashes: list[str] = []
        for name in (image_name(machine), deb_name(machine)):
            known = sha256(self._work / "first" / name)
            if sha256(second / name) != known:
                raise TrialFailed(f"{name} differs")
            hashes.append(f"{name} {known[:16]}…")
        return ", ".join(hashes)

    def _take(self, name: str, step: Callable[[], str]) -> bool:
        begun = time.monotonic()
        try:
            text, outcome = step(), "ok"
            self.passed += 1
        except TrialSkipped as reason:
            text, outcome = str(reason), "skipped"
            self.skipped += 1
        except (TrialFailed, BuildFailed, OSError) as error:
            text, outcome = str(error), "failed"
            self.failed += 1
        self._say(outcome, name, f"{text} ({time.monotonic() - begun:.0f} s)")
        return outcome == "ok"

    @staticmethod
    def _say(outcome: str, name: str, text: str) -> None:
        print(f"{outcome:8} {name}: {text}", flush=True)


def _on_screen(screen: Callable[[], object], image: str, environment: dict[str, str]) -> str:
    with screen() as there:  # type: ignore[attr-defined]
        return trials.here([image], there | environment)


def _in_root_on_x(run: Callable[[dict[str, str]], str]) -> str:
    with trials.x_screen() as there:
        return run({"DISPLAY": there["DISPLAY"]})


def main(arguments: list[str]) -> int:
    """Take the steps; return 1 when one failed."""
    parser = argparse.ArgumentParser(description="Check the packages.")
    add = parser.add_argument
    add("--quick", action="store_true", help="only what takes less than a minute")
    add("--work", type=Path, default=ROOT / "build" / "check", metavar="FOLDER")
    add("--parts", type=Path, default=ROOT / "build" / "parts", help="what is downloaded")
    add("--debian-mirror", default="", metavar="URL", help="Debian's archive")
    add("--level", type=int, default=3, help="of compression; 19 is that of a release")
    options = parser.parse_args(arguments)
    checks = Checks(options)
    if options.quick:
        checks.quick()
    else:
        checks.everything()
    print(f"{checks.passed} passed, {checks.failed} failed, {checks.skipped} skipped")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
