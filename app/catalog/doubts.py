"""What speaks against an NPU model before it is loaded: what its name or the engine says of it.

The format of these files is not published, so this is a warning and never a refusal.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from app.catalog.facts import Fact, FactName, Kind, Source, best
from app.catalog.model_file import size_text
from app.catalog.names import parameters_number

#: Chips that take the same models.
_SAME_CHIP = {"rk3588s": "rk3588", "rk3588j": "rk3588", "rk3588m": "rk3588"}
_DEFAULT_CHIP = "rk3588"
#: The newest release of the toolkit that Cairn's binding knows.
_NEWEST_TOOLKIT = (1, 3)
_OLDEST_TOOLKIT = (1, 1)
#: The toolkit keeps at least these shares of a byte for each weight. A model that also sees keeps
#: a part of its weights in another file, and embeddings may be shared: hence so far below 1.
_LEAST_BYTES = {"w8": 0.6, "w4": 0.3}


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a file may not work, and what to do."""

    problem: str
    advice: str


def doubt_about(
    path: Path, facts: tuple[Fact, ...], kind: Kind, size: int, chip: str = ""
) -> Doubt | None:
    """Return the gravest doubt about a file, or None. `chip` is this machine's."""
    if path.suffix.lower() != ".rkllm":
        return None
    chip = chip or this_chip()
    return (
        _about_chip(best(facts, FactName.PLATFORM), chip)
        or _about_toolkit(best(facts, FactName.TOOLKIT))
        or (_about_format(best(facts, FactName.QUANTIZATION), chip))
        or (_about_size(facts, size) if kind is Kind.MODEL else None)
    )


@cache
def this_chip(root: Path = Path("/")) -> str:
    """Return the chip of this board ("rk3588"); on other machines the one Cairn is made for."""
    try:
        compatible = (root / "proc/device-tree/compatible").read_bytes()
    except OSError:
        return _DEFAULT_CHIP
    found = re.findall(rb"rockchip,((?:rk3\d{3}|rv11\d\d)[a-z]?)\0", compatible + b"\0")
    chip = found[-1].decode() if found else _DEFAULT_CHIP
    return _SAME_CHIP.get(chip, chip)


def _about_chip(platform: Fact | None, chip: str) -> Doubt | None:
    if platform is None:
        return None
    target = platform.value.lower()
    if _SAME_CHIP.get(target, target) == chip:
        return None
    said = "By its name it" if platform.source is Source.NAME else "It"
    return Doubt(
        f"{said} was made for the {target.upper()}; this board has an {chip.upper()}.",
        f"Look for a conversion of the model for {chip}.",
    )


def _about_toolkit(toolkit: Fact | None) -> Doubt | None:
    if toolkit is None:
        return None
    numbers = tuple(int(number) for number in re.findall(r"\d+", toolkit.value)[:2])
    said = "By its name it" if toolkit.source is Source.NAME else "It"
    if len(numbers) == 2 and numbers < _OLDEST_TOOLKIT:
        return Doubt(
            f"{said} was made with toolkit {toolkit.value}, whose models no newer library loads.",
            "Look for a newer conversion of the model.",
        )
    if numbers > _NEWEST_TOOLKIT:
        return Doubt(
            f"{said} was made with toolkit {toolkit.value}, which is newer than the libraries "
            "Cairn knows.",
            "Look for a newer Cairn if it does not load.",
        )
    return None


def _about_format(quantization: Fact | None, chip: str) -> Doubt | None:
    if quantization is None or chip != "rk3588":
        return None
    value = quantization.value.lower()
    if not re.match(r"w\d+a\d+", value) or value.startswith("w8a8"):
        return None
    return Doubt(
        f"It is quantised as {value}, and the RK3588 takes only w8a8.",
        "Look for a conversion of the model for rk3588, w8a8.",
    )


def _about_size(facts: tuple[Fact, ...], size: int) -> Doubt | None:
    parameters = best(facts, FactName.PARAMETERS)
    quantization = best(facts, FactName.QUANTIZATION)
    if parameters is None or quantization is None:
        return None
    count = parameters_number(parameters.value)
    share = _LEAST_BYTES.get(quantization.value[:2].lower())
    if count is None or share is None or size >= count * share:
        return None
    return Doubt(
        f"It has {size_text(size)}, too little for {parameters.value} parameters: it may be "
        "incomplete.",
        "Download the file again if it does not load.",
    )
