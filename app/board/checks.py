"""Looks at what the NPU needs: chip, kernel, driver, device and rights, library, clocks, memory.

Where each fact lies was gathered from boards; see the tests for the trees of several of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from app.board.findings import Finding, Level
from app.board.machine import Machine
from app.runtime.rkllm.discovery import candidates
from app.runtime.rkllm.examine import Library, Verdict, examine

_OLDEST_DRIVER = (0, 9, 7)
_BEST_DRIVER = "0.9.8"
_NPU = "sys/class/devfreq/fdab0000.npu"
_LEAST_MEMORY_GB = 3.5
_LEAST_FREE_GB = 3.0
_HOT_DEGREES = 85.0
_ADD_TO_GROUPS = "sudo usermod -aG render,video $USER"
#: As in packaging/60-rknpu.rules, which the .deb installs; stock rules leave these to root.
UDEV_RULES = (
    'SUBSYSTEM=="misc", KERNEL=="rknpu", GROUP="render", MODE="0660"',
    'SUBSYSTEM=="dma_heap", GROUP="video", MODE="0660"',
)
_RULES_NAME = "60-rknpu.rules"
_RULES_FOLDERS = ("etc/udev/rules.d", "lib/udev/rules.d", "usr/lib/udev/rules.d")
_NEW_IMAGE = "Use a system image with the vendor's kernel 5.10 or 6.1, which brings the driver."
_FASTER = "echo performance | sudo tee /sys/devices/system/cpu/cpufreq/policy*/scaling_governor"


def check_board(
    machine: Machine, look_at: Callable[[Path], Library] = examine
) -> tuple[Finding, ...]:
    """Return one finding for each thing, most fundamental first.

    On a machine without the chip the rest of the NPU is not looked for.
    """
    chip, has_chip = _chip(machine)
    findings = [chip]
    if has_chip:
        findings += [_kernel(machine), _driver(machine), *_device(machine)]
        findings += _libraries(machine, look_at)
        findings += [*_clocks(machine), *_temperature(machine)]
    findings += [_memory(machine), _storage(machine)]
    return tuple(findings)


def _chip(machine: Machine) -> tuple[Finding, bool]:
    compatible = machine.text("proc/device-tree/compatible").replace("\0", " ")
    model = machine.text("proc/device-tree/model") or "this computer"
    if "rk3588" in compatible:
        chip = "RK3588S" if "rk3588s" in compatible else "RK3588"
        return Finding(Level.OK, "Chip", f"{model} has an {chip}."), True
    if compatible:
        text = f"{model} has another chip; models for the RK3588 do not run on it."
        return Finding(Level.PROBLEM, "Chip", text, "GGUF models run on its CPU."), False
    if machine.machine == "aarch64":
        text = "The system does not say which chip this is."
        remedy = "In a container, allow it to see /proc/device-tree."
        return Finding(Level.WARNING, "Chip", text, remedy), True
    text = f"This computer ({machine.machine}) has no Rockchip NPU: GGUF models run on its CPU."
    return Finding(Level.OK, "Chip", text), False


def _kernel(machine: Machine) -> Finding:
    release = machine.text("proc/sys/kernel/osrelease") or "unknown"
    rocket = machine.exists("sys/module/rocket") or machine.exists(
        "sys/bus/platform/drivers/rocket"
    )
    if rocket and not machine.exists("sys/module/rknpu"):
        text = f"Kernel {release} drives the NPU with “rocket”, which the NPU library cannot use."
        return Finding(Level.PROBLEM, "Kernel", text, _NEW_IMAGE)
    if release.startswith(("5.10.", "6.1.")):
        return Finding(Level.OK, "Kernel", f"{release}, of a line that has the NPU driver.")
    text = f"{release} is not one of the kernels that the NPU driver is made for."
    return Finding(Level.WARNING, "Kernel", text, _NEW_IMAGE)


def _driver(machine: Machine) -> Finding:
    sources = ("sys/module/rknpu/version", "proc/rknpu/version", "sys/kernel/debug/rknpu/version")
    found = next((text for path in sources if (text := machine.text(path))), "")
    version = re.search(r"\d+(?:\.\d+)+", found)
    if version is None:
        text = "Its version cannot be read; it is printed when a model is loaded."
        return Finding(Level.WARNING, "NPU driver", text)
    if tuple(int(part) for part in version[0].split(".")) < _OLDEST_DRIVER:
        text = f"{version[0]} is too old: models load and then fail. {_BEST_DRIVER} is right."
        return Finding(Level.PROBLEM, "NPU driver", text, _NEW_IMAGE)
    return Finding(Level.OK, "NPU driver", f"{version[0]}.")


def _device(machine: Machine) -> Iterator[Finding]:
    nodes = [
        node
        for entry in machine.paths("sys/class/drm/renderD*")
        if "DRIVER=RKNPU" in machine.text(str(entry.relative_to(machine.root) / "device/uevent"))
        and (node := machine.root / "dev/dri" / entry.name).exists()
    ]
    if machine.exists("dev/rknpu"):
        nodes.append(machine.root / "dev/rknpu")
    if not nodes:
        text = "There is no device of the NPU, neither below /dev/dri nor /dev/rknpu."
        yield Finding(Level.PROBLEM, "NPU device", text, _NEW_IMAGE)
        return
    names = ", ".join(machine.shown(node) for node in nodes)
    yield Finding(Level.OK, "NPU device", f"{names}.")
    heaps = machine.paths("dev/dma_heap/*") if machine.exists("dev/rknpu") else []
    closed = [machine.shown(node) for node in (*nodes, *heaps) if not machine.may_use(node)]
    if closed:
        text = f"You may not use {', '.join(closed)}."
        remedy = "Add yourself to the groups that may, then log out and in again."
        command = _ADD_TO_GROUPS
        if _lacks_rules(machine, closed):
            remedy = (
                "Let a group use it by a rule of udev, and add yourself to the groups that may, "
                "then log out and in again."
            )
            command = f"{_install_rules()} && {command}"
        yield Finding(Level.PROBLEM, "Rights", text, remedy, command)
    else:
        yield Finding(Level.OK, "Rights", "You may use it.")


def _lacks_rules(machine: Machine, closed: list[str]) -> bool:
    """Whether there are devices among `closed` that only root may use without a rule of udev."""
    installed = any(machine.exists(f"{folder}/{_RULES_NAME}") for folder in _RULES_FOLDERS)
    return not installed and any(not device.startswith("/dev/dri/") for device in closed)


def _install_rules() -> str:
    """Return one line to type; no file of ours, since root cannot read a mounted AppImage."""
    words = " ".join(f"'{rule}'" for rule in UDEV_RULES)
    write = f"printf '%s\\n' {words} | sudo tee /etc/udev/rules.d/{_RULES_NAME}"
    return f"{write} && sudo udevadm control --reload && sudo udevadm trigger"


def _libraries(machine: Machine, look_at: Callable[[Path], Library]) -> Iterator[Finding]:
    found = candidates("", machine.data_dir, machine.environment, machine.root)
    if not found:
        text = "There is no librkllmrt.so."
        remedy = "Put it into /usr/lib: it comes with Rockchip's rknn-llm, 1.1.0 to 1.3.0."
        yield Finding(Level.PROBLEM, "NPU library", text, remedy)
    libraries = [look_at(path) for path in found]
    usable = any(library.verdict is Verdict.GOOD for library in libraries)
    for library in libraries:
        where = (
            machine.shown(library.path)
            if library.path.is_relative_to(machine.root)
            else library.path
        )
        if library.verdict is Verdict.GOOD:
            demo = " It is the test double, not the real one." if library.is_double else ""
            yield Finding(Level.OK, "NPU library", f"{library.version} in {where}.{demo}")
        else:
            level = Level.WARNING if usable else Level.PROBLEM
            text = f"{where} is not used: {library.reason}."
            yield Finding(level, "NPU library", text, library.advice)


def _clocks(machine: Machine) -> Iterator[Finding]:
    governors = {
        machine.text(str(policy.relative_to(machine.root) / "scaling_governor"))
        for policy in machine.paths("sys/devices/system/cpu/cpufreq/policy*")
    } - {""}
    slow = sorted(governors - {"performance"})
    if slow:
        text = f"The CPU is governed by “{slow[0]}”; answers come about a third slower."
        remedy = "Let it run at full speed, until the next start:"
        yield Finding(Level.WARNING, "CPU clock", text, remedy, _FASTER)
    elif governors:
        yield Finding(Level.OK, "CPU clock", "The CPU may run at full speed.")
    now = machine.text(f"{_NPU}/cur_freq")
    steps = [
        int(step)
        for step in machine.text(f"{_NPU}/available_frequencies").split()
        if step.isdigit()
    ]
    if now.isdigit():
        most = f" of at most {max(steps) / 1e6:.0f}" if steps else ""
        governor = machine.text(f"{_NPU}/governor")
        by = f", governed by “{governor}”" if governor else ""
        yield Finding(Level.OK, "NPU clock", f"{int(now) / 1e6:.0f} MHz now{most}{by}.")


def _temperature(machine: Machine) -> Iterator[Finding]:
    for zone in machine.paths("sys/class/thermal/thermal_zone*"):
        place = str(zone.relative_to(machine.root))
        kind, value = machine.text(f"{place}/type"), machine.text(f"{place}/temp")
        if kind in ("npu-thermal", "soc-thermal") and value.lstrip("-").isdigit():
            degrees = int(value) / 1000
            name = "NPU temperature" if kind == "npu-thermal" else "Chip temperature"
            if degrees >= _HOT_DEGREES:
                text = f"{degrees:.0f} °C: the clocks are lowered."
                yield Finding(Level.WARNING, name, text, "Give the board a heat sink or a fan.")
            else:
                yield Finding(Level.OK, name, f"{degrees:.0f} °C.")


def _memory(machine: Machine) -> Finding:
    kib = {
        words[0].rstrip(":"): int(words[1])
        for line in machine.text("proc/meminfo").splitlines()
        if len(words := line.split()) > 1 and words[1].isdigit()
    }
    total, free = (kib.get(name, 0) * 1024 / 1e9 for name in ("MemTotal", "MemAvailable"))
    if not total:
        return Finding(Level.WARNING, "Memory", "The system does not say how much there is.")
    text = f"{total:.1f} GB, of which {free:.1f} are free."
    if total < _LEAST_MEMORY_GB:
        return Finding(
            Level.WARNING, "Memory", text, "Choose models of at most 1 billion parameters."
        )
    return Finding(Level.OK, "Memory", text)


def _storage(machine: Machine) -> Finding:
    free = machine.free_bytes()
    if free is None:
        return Finding(Level.WARNING, "Storage", "The room on the disk cannot be read.")
    text = f"{free / 1e9:.1f} GB are free on the disk of your data."
    if free / 1e9 < _LEAST_FREE_GB:
        return Finding(Level.WARNING, "Storage", text, "A model takes 1 to 8 GB: make room.")
    return Finding(Level.OK, "Storage", text)
