"""What the board check finds on several machines, and what it advises."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from app.board.checks import check_board
from app.board.findings import Finding, Level
from app.board.report import as_json, as_text, summary, worst
from tests.board import trees
from tests.board.trees import look_at, tree

ROOT = Path(__file__).resolve().parents[2]


def found(findings: tuple[Finding, ...], name: str) -> Finding:
    return next(finding for finding in findings if finding.name == name)


def test_an_orange_pi_with_everything_is_as_it_should_be(tmp_path: Path) -> None:
    findings = check_board(tree(tmp_path, trees.ORANGE_PI_5), look_at)
    assert worst(findings) is Level.OK
    assert "Orange Pi 5" in found(findings, "Chip").text
    assert "RK3588S" in found(findings, "Chip").text
    assert "0.9.8" in found(findings, "NPU driver").text
    # The number of the node differs between boards; the first one is the graphics chip.
    assert found(findings, "NPU device").text == "/dev/dri/renderD129."
    assert "1.2.3 in /usr/lib/librkllmrt.so" in found(findings, "NPU library").text
    assert found(findings, "NPU clock").text.startswith("1000 MHz now of at most 1000")
    assert found(findings, "NPU temperature").text == "44 °C."
    assert summary(findings) == "Everything is as it should be."


def test_a_rock_5b_with_an_old_driver_and_a_slow_governor_is_told_both(tmp_path: Path) -> None:
    findings = check_board(tree(tmp_path, trees.ROCK_5B), look_at)
    driver, clock = found(findings, "NPU driver"), found(findings, "CPU clock")
    assert driver.level is Level.PROBLEM
    assert "0.9.6 is too old" in driver.text
    assert clock.level is Level.WARNING
    assert "performance" in clock.command
    assert found(findings, "NPU device").text == "/dev/rknpu."
    assert sum(finding.name == "NPU library" for finding in findings) == 2


def test_a_user_without_rights_is_told_the_command(tmp_path: Path) -> None:
    closed = ("/dev/rknpu", "/dev/dma_heap/system")
    findings = check_board(tree(tmp_path, trees.ROCK_5B, closed=closed), look_at)
    rights = found(findings, "Rights")
    assert rights.level is Level.PROBLEM
    assert "/dev/rknpu, /dev/dma_heap/system" in rights.text
    assert "60-rknpu.rules && sudo udevadm control --reload" in rights.command
    assert rights.command.endswith(" && sudo usermod -aG render,video $USER")


@pytest.mark.parametrize("folder", ["etc/udev/rules.d", "usr/lib/udev/rules.d"])
def test_where_the_rule_is_installed_the_groups_are_missing(tmp_path: Path, folder: str) -> None:
    machine = tree(tmp_path, trees.ROCK_5B, closed=("/dev/rknpu",))
    (machine.root / folder).mkdir(parents=True)
    (machine.root / folder / "60-rknpu.rules").touch()
    rights = found(check_board(machine, look_at), "Rights")
    assert rights.command == "sudo usermod -aG render,video $USER"


def test_the_line_to_type_writes_the_rules_that_the_package_installs(tmp_path: Path) -> None:
    findings = check_board(tree(tmp_path, trees.ROCK_5B, closed=("/dev/rknpu",)), look_at)
    write = found(findings, "Rights").command.partition(" && ")[0]
    written = tmp_path / "written"
    line = write.replace("sudo tee /etc/udev/rules.d/60-rknpu.rules", f"tee {written}")
    subprocess.run(["sh", "-c", line], check=True, stdout=subprocess.DEVNULL)
    shipped = (ROOT / "packaging" / "60-rknpu.rules").read_text(encoding="utf-8").splitlines()
    rules = [rule for rule in shipped if rule and not rule.startswith("#")]
    assert written.read_text(encoding="utf-8").splitlines() == rules


def test_a_box_without_a_driver_misses_device_and_library(tmp_path: Path) -> None:
    findings = check_board(tree(tmp_path, trees.BOX_WITHOUT_DRIVER), look_at)
    assert found(findings, "NPU device").level is Level.PROBLEM
    assert found(findings, "NPU library").level is Level.PROBLEM
    assert found(findings, "NPU driver").level is Level.WARNING


def test_the_mainline_kernel_is_named_as_the_problem(tmp_path: Path) -> None:
    kernel = found(check_board(tree(tmp_path, trees.MAINLINE), look_at), "Kernel")
    assert kernel.level is Level.PROBLEM
    assert "rocket" in kernel.text
    assert "5.10 or 6.1" in kernel.remedy


def test_a_laptop_has_no_npu_and_that_is_no_problem(tmp_path: Path) -> None:
    findings = check_board(tree(tmp_path, trees.LAPTOP, "x86_64"), look_at)
    assert worst(findings) is Level.OK
    assert "GGUF" in found(findings, "Chip").text
    assert [finding.name for finding in findings] == ["Chip", "Memory", "Storage"]


def test_a_board_with_another_chip_is_not_advised_about_an_npu(tmp_path: Path) -> None:
    findings = check_board(tree(tmp_path, trees.OTHER_CHIP), look_at)
    assert found(findings, "Chip").level is Level.PROBLEM
    assert "Raspberry Pi 5" in found(findings, "Chip").text
    assert len(findings) == 3


def test_a_container_that_hides_the_chip_is_told_how_to_show_it(tmp_path: Path) -> None:
    chip = found(check_board(tree(tmp_path, trees.CONTAINER), look_at), "Chip")
    assert chip.level is Level.WARNING
    assert "/proc/device-tree" in chip.remedy


def test_a_refused_library_beside_a_good_one_is_only_a_warning(tmp_path: Path) -> None:
    files = trees.ORANGE_PI_5 | {"usr/local/lib/librkllmrt.so": "text"}
    levels = [
        finding.level
        for finding in check_board(tree(tmp_path, files), look_at)
        if finding.name == "NPU library"
    ]
    assert sorted(levels, key=lambda level: level.value) == [Level.OK, Level.WARNING]


@pytest.mark.parametrize(("temp", "level"), [("91000", Level.WARNING), ("-5000", Level.OK)])
def test_a_hot_npu_is_a_warning(tmp_path: Path, temp: str, level: Level) -> None:
    files = trees.ORANGE_PI_5 | {"sys/class/thermal/thermal_zone6/temp": temp}
    findings = check_board(tree(tmp_path, files), look_at)
    assert found(findings, "NPU temperature").level is level


def test_little_memory_and_a_full_disk_are_warnings(tmp_path: Path) -> None:
    files = trees.LAPTOP | {"proc/meminfo": "MemTotal: 2000000 kB\nMemAvailable: 1000 kB\n"}
    findings = check_board(tree(tmp_path, files, "x86_64", free=10_000_000), look_at)
    assert found(findings, "Memory").level is Level.WARNING
    assert found(findings, "Storage").level is Level.WARNING


def test_a_system_that_says_nothing_is_no_crash(tmp_path: Path) -> None:
    for machine in ("x86_64", "aarch64"):
        findings = check_board(tree(tmp_path, {}, machine, free=None), look_at)
        assert found(findings, "Memory").level is Level.WARNING
        assert found(findings, "Storage").level is Level.WARNING


def test_files_full_of_nonsense_are_no_crash(tmp_path: Path) -> None:
    files = dict.fromkeys(trees.ORANGE_PI_5, "\x01\ufffd nonsense \0")
    files["proc/device-tree/compatible"] = "rockchip,rk3588"
    check_board(tree(tmp_path, files), look_at)


def test_the_text_has_a_line_for_each_finding_and_its_command_below(tmp_path: Path) -> None:
    text = as_text(check_board(tree(tmp_path, trees.ROCK_5B), look_at))
    assert "PROBLEM  NPU driver: 0.9.6 is too old" in text
    assert "         echo performance | sudo tee" in text
    assert text.endswith("1 thing keeps models off the NPU.\n")


def test_the_json_says_the_same(tmp_path: Path) -> None:
    findings = check_board(tree(tmp_path, trees.ROCK_5B), look_at)
    report = json.loads(as_json(findings))
    assert report["level"] == "problem"
    assert [each["name"] for each in report["findings"]] == [each.name for each in findings]
    assert {"level", "name", "text", "remedy", "command"} == set(report["findings"][0])


def test_this_machine_can_be_checked() -> None:
    from app.board.machine import Machine

    findings = check_board(Machine(data_dir=Path.home()))
    assert found(findings, "Memory").level is not Level.PROBLEM
