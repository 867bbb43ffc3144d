"""What a desktop is told about Cairn."""

from __future__ import annotations

import configparser
import xml.etree.ElementTree as ElementTree

import pytest
from assembly.appdir import DESKTOP, Wish, metainfo_text
from assembly.deb import deb_name, depends
from assembly.elfcheck import Report
from assembly.keep import read_keep
from assembly.machine import Machine
from assembly.metadata import project
from PySide6.QtGui import QImage

SIZES = (16, 24, 32, 48, 64, 128, 256, 512)
WISH = Wish(Machine.AARCH64, 1_700_000_000)
MIME = "{http://www.freedesktop.org/standards/shared-mime-info}"


def desktop_entry() -> configparser.SectionProxy:
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read(DESKTOP / "cairn.desktop", encoding="utf-8")
    return parser["Desktop Entry"]


def xml(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(text)  # noqa: S314  # our own files


def test_a_model_file_is_opened_with_cairn() -> None:
    entry = desktop_entry()
    root = xml((DESKTOP / "cairn.mime.xml").read_text("utf-8"))
    types = root.findall(f"{MIME}mime-type")
    globs = {each.attrib["type"]: each.find(f"{MIME}glob") for each in types}
    patterns = {glob.attrib["pattern"] for glob in globs.values() if glob is not None}
    assert patterns == {"*.rkllm", "*.gguf"}
    assert set(entry["MimeType"].strip(";").split(";")) == set(globs)
    assert entry["Exec"] == "cairn %f"


@pytest.mark.parametrize("size", SIZES)
def test_the_icon_is_drawn_in_every_size(size: int) -> None:
    image = QImage(str(DESKTOP / "icons" / f"{size}.png"))
    assert (image.width(), image.height()) == (size, size)
    assert image.pixelColor(0, 0).alpha() == 0
    assert image.pixelColor(size // 2, size * 7 // 8).alpha() == 255


def test_the_metainfo_names_this_version_and_the_addresses_of_its_releases() -> None:
    text = metainfo_text(Wish(WISH.machine, WISH.time, releases="someone/cairn"))
    root = xml(text)
    release = root.find("releases/release")
    assert release is not None
    assert release.attrib == {"version": project()["version"], "date": "2023-11-14"}
    images = [image.text or "" for image in root.iter("image")]
    assert len(images) == 2
    assert all("someone/cairn" in image for image in images)
    assert "@" not in text


def test_without_a_repository_it_names_no_address() -> None:
    text = metainfo_text(WISH)
    assert "github.com" not in text
    assert "@" not in text
    assert "cairn.desktop" in text


def test_the_deb_depends_on_what_the_tree_needs() -> None:
    report = Report((), {}, ("libEGL.so.1", "libc.so.6", "libglib-2.0.so.0", "libm.so.6"), 1)
    found = depends(report, read_keep())
    assert found == "libc6 (>= 2.31), libegl1, libglib2.0-0 | libglib2.0-0t64"


def test_the_deb_has_debian_s_name_of_the_machine() -> None:
    assert deb_name(Machine.AARCH64).endswith("_arm64.deb")
