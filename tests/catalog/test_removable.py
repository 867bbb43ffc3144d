"""Sticks, cards and the folders of other tools."""

from __future__ import annotations

from pathlib import Path

from app.catalog.removable import Place, removable_media, suggestions, tool_folders

MOUNTS = """\
25 1 179:2 / / rw,relatime shared:1 - ext4 /dev/mmcblk0p2 rw
26 25 0:5 / /dev rw,nosuid shared:2 - devtmpfs udev rw
40 25 8:1 / /media/user/USB\\040STICK rw,nosuid shared:3 - exfat /dev/sda1 rw
41 25 8:17 / /run/media/user/card ro,nosuid shared:4 master:1 - vfat /dev/sdb1 ro
42 25 259:1 / /mnt/nvme rw,relatime shared:5 - ext4 /dev/nvme0n1p1 rw
43 25 0:50 / /mnt/ramdisk rw shared:6 - tmpfs tmpfs rw
44 25 8:33 / /home/user rw shared:7 - ext4 /dev/sdc1 rw
nonsense
"""


def _machine(root: Path, mounts: str = MOUNTS) -> Path:
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/self/mountinfo").write_text(mounts)
    return root


def test_what_is_plugged_in_is_found(tmp_path: Path) -> None:
    found = removable_media(_machine(tmp_path))
    assert [(item.name, item.is_read_only) for item in found] == [
        ("USB STICK", False),
        ("card", True),
        ("nvme", False),
    ]
    assert found[0].path == tmp_path / "media/user/USB STICK"
    assert {item.place for item in found} == {Place.MEDIUM}


def test_a_machine_that_does_not_say_has_none(tmp_path: Path) -> None:
    assert removable_media(tmp_path) == ()


def test_folders_of_other_tools_are_found_where_they_exist(tmp_path: Path) -> None:
    for folder in ("RKLLAMA/models", ".lmstudio/models", ".cache/huggingface/hub"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / ".cache" / "llama.cpp").touch()
    assert [item.name for item in tool_folders(tmp_path)] == [
        "rkllama",
        "LM Studio",
        "Hugging Face",
    ]


def test_a_folder_that_is_in_the_library_is_not_suggested(tmp_path: Path) -> None:
    models = tmp_path / "RKLLAMA/models"
    models.mkdir(parents=True)
    (tmp_path / "link").symlink_to(models)
    assert len(suggestions((), tmp_path, tmp_path)) == 1
    assert suggestions((tmp_path / "link",), tmp_path, tmp_path) == ()
