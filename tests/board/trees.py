"""The files that the checks read, as several machines have them.

Written after public descriptions of boards; nothing was copied from a running one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from app.board.machine import Machine
from app.runtime.rkllm.abi import generation_of
from app.runtime.rkllm.examine import Library, Verdict

_MEMINFO = "MemTotal:       {total} kB\nMemFree: 1 kB\nMemAvailable:   {free} kB\n"
_CLOCKS = {
    "sys/class/devfreq/fdab0000.npu/cur_freq": "1000000000",
    "sys/class/devfreq/fdab0000.npu/available_frequencies": "300000000 700000000 1000000000",
    "sys/class/devfreq/fdab0000.npu/governor": "rknpu_ondemand",
    "sys/class/thermal/thermal_zone0/type": "soc-thermal",
    "sys/class/thermal/thermal_zone0/temp": "46230",
    "sys/class/thermal/thermal_zone6/type": "npu-thermal",
    "sys/class/thermal/thermal_zone6/temp": "44384",
}
_POLICIES = {
    f"sys/devices/system/cpu/cpufreq/policy{number}/scaling_governor": "{governor}"
    for number in (0, 4, 6)
}

ORANGE_PI_5 = {
    "proc/device-tree/compatible": "rockchip,rk3588s-orangepi-5\0rockchip,rk3588\0",
    "proc/device-tree/model": "Orange Pi 5\0",
    "proc/sys/kernel/osrelease": "5.10.160-rockchip-rk3588",
    "proc/meminfo": _MEMINFO.format(total=16_000_000, free=12_000_000),
    "sys/module/rknpu/version": "0.9.8",
    "sys/class/drm/renderD128/device/uevent": "DRIVER=panfrost\n",
    "sys/class/drm/renderD129/device/uevent": "DRIVER=RKNPU\nOF_COMPATIBLE_0=rockchip,rk3588-rknpu\n",
    "dev/dri/renderD128": "",
    "dev/dri/renderD129": "",
    "usr/lib/librkllmrt.so": "1.2.3",
    **_CLOCKS,
    **{path: text.format(governor="performance") for path, text in _POLICIES.items()},
}
ROCK_5B = {
    "proc/device-tree/compatible": "radxa,rock-5b\0rockchip,rk3588\0",
    "proc/device-tree/model": "Radxa ROCK 5B\0",
    "proc/sys/kernel/osrelease": "6.1.84-8-rk2410",
    "proc/meminfo": _MEMINFO.format(total=8_000_000, free=5_000_000),
    "sys/kernel/debug/rknpu/version": "RKNPU driver: v0.9.6",
    "dev/rknpu": "",
    "dev/dma_heap/system": "",
    "usr/lib/librkllmrt.so": "1.3.0",
    "opt/rkllm/lib/librkllmrt-1.1.4.so": "1.1.4",
    **_CLOCKS,
    **{path: text.format(governor="ondemand") for path, text in _POLICIES.items()},
}
BOX_WITHOUT_DRIVER = {
    "proc/device-tree/compatible": "vendor,tv-box\0rockchip,rk3588\0",
    "proc/sys/kernel/osrelease": "6.1.75-vendor",
    "proc/meminfo": _MEMINFO.format(total=4_000_000, free=2_500_000),
}
MAINLINE = {
    "proc/device-tree/compatible": "radxa,rock-5b\0rockchip,rk3588\0",
    "proc/device-tree/model": "Radxa ROCK 5B\0",
    "proc/sys/kernel/osrelease": "6.18.2-edge-rockchip64",
    "proc/meminfo": _MEMINFO.format(total=16_000_000, free=14_000_000),
    "sys/module/rocket/version": "",
    "dev/accel/accel0": "",
}
LAPTOP = {
    "proc/sys/kernel/osrelease": "6.12.5-amd64",
    "proc/meminfo": _MEMINFO.format(total=16_000_000, free=9_000_000),
}
OTHER_CHIP = {
    "proc/device-tree/compatible": "raspberrypi,5-model-b\0brcm,bcm2712\0",
    "proc/device-tree/model": "Raspberry Pi 5 Model B Rev 1.0\0",
    "proc/sys/kernel/osrelease": "6.6.51+rpt-rpi-2712",
    "proc/meminfo": _MEMINFO.format(total=8_000_000, free=7_000_000),
}
CONTAINER = {
    "proc/sys/kernel/osrelease": "6.1.84-8-rk2410",
    "proc/meminfo": _MEMINFO.format(total=8_000_000, free=5_000_000),
    "sys/module/rknpu/version": "0.9.8",
}


@dataclass(frozen=True, slots=True)
class Tree(Machine):
    """A machine whose files lie in a folder of the test."""

    closed: tuple[str, ...] = ()
    """Devices that the user may not use."""
    free: int | None = field(default=64_000_000_000)

    def may_use(self, path: Path) -> bool:
        return self.shown(path) not in self.closed

    def free_bytes(self) -> int | None:
        return self.free


def tree(
    folder: Path,
    files: dict[str, str],
    machine: str = "aarch64",
    closed: tuple[str, ...] = (),
    free: int | None = 64_000_000_000,
) -> Tree:
    """Write the files of a machine below `folder`."""
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return Tree(folder, folder / "home", machine, {}, closed, free)


def look_at(path: Path) -> Library:
    """Stand for the three witnesses: the files of the trees hold their version."""
    version = path.read_text(encoding="utf-8")
    generation = generation_of(version)
    if generation is None:
        return Library(path, Verdict.REFUSED, reason="it is not a library", advice="Get one.")
    return Library(path, Verdict.GOOD, version, generation)
