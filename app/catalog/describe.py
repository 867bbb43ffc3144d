"""Says what a file is from what stands in it, beside it and in its name; a bad file is a value."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from app.catalog.facts import Fact, FactName, Kind, Source
from app.catalog.fingerprint import fingerprint
from app.catalog.model_file import count_text
from app.catalog.names import facts_in_name, is_adapter_folder, is_adapter_name
from app.catalog.shown import shown_text
from app.catalog.sidecars import facts_beside
from app.chat.text import well_formed
from app.errors import ModelLoadError
from app.runtime.file_beginning import read_beginning
from app.runtime.gguf.file_check import adapter_layout, checked_header, model_of
from app.runtime.gguf.header import Header
from app.runtime.gguf.layout import Layout, layout_of, rank_of
from app.runtime.gguf.memory import kv_bytes_per_token
from app.runtime.registry import runtime_for, runtime_kinds
from app.runtime.rkllm.file_check import check_model as check_npu_model

#: Given up to the window after each piece of a header: it may be waiting for the interpreter.
_BREATH_S = 0.001
#: What a runtime says of a file has the name of the file in it.
_LONGEST_SENTENCE = 2_000
#: Files of other programs that people take for models of this one, and what to do about them.
FOREIGN_SUFFIXES = {
    ".safetensors": ("a safetensors file, which no runtime of Cairn reads", True),
    ".onnx": ("an ONNX file, which no runtime of Cairn reads", True),
    ".rknn": ("an RKNN file: a network for the NPU that does not write text", False),
}


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file as the scan of a folder finds it."""

    path: Path
    folder: Path
    """The folder of the library below which it lies; its own where it lies below none."""
    size: int = 0
    """Of all its parts."""
    modified: float = 0.0
    parts: tuple[Path, ...] = ()
    """All its files, `path` first."""
    sidecars: tuple[Path, ...] = ()
    is_unfinished: bool = False
    """A download that goes on, or was broken off."""
    is_link: bool = False


@dataclass(frozen=True, slots=True)
class Description:
    """What a file is by itself, whatever was said of it."""

    found: FoundFile
    kind: Kind
    key: str = ""
    """Key of its content; empty where it cannot be read."""
    facts: tuple[Fact, ...] = ()
    problem: str = ""
    """Why it cannot be used, as one sentence."""
    advice: str = ""
    layout: Layout | None = field(default=None, repr=False)
    """The matrices of a GGUF file."""
    kv_bytes_per_token: int | None = None


def describe_file(found: FoundFile) -> Description:
    """Return what the file is."""
    path = found.path
    kind = _guessed_kind(path)
    suffix = path.suffix.lower()
    if found.is_unfinished:
        return Description(
            found,
            kind,
            facts=_facts_of(found),
            problem=f"The download of {shown_name(path)} is not finished.",
            advice="Wait until it is complete, or download the file again.",
        )
    if suffix in FOREIGN_SUFFIXES:
        return _foreign(found, kind)
    try:
        described = _described(found, kind, suffix)
        key = fingerprint(path)
    except ModelLoadError as error:
        return Description(
            found,
            kind,
            _key(path),
            _facts_of(found),
            shown_text(error.cause, _LONGEST_SENTENCE),
            shown_text(error.advice, _LONGEST_SENTENCE),
        )
    except OSError:
        # It was there a moment ago.
        return Description(
            found,
            kind,
            problem=f"{shown_name(path)} is not there.",
            advice="Choose another model, or put the file back.",
        )
    problem, advice = _name_problem(path)
    return replace(described, key=key, problem=problem, advice=advice)


def shown_name(path: Path) -> str:
    """Return the name of a file as people can read it, whatever it is made of."""
    return shown_text(path.name)


def _name_problem(path: Path) -> tuple[str, str]:
    """Return why a sound file cannot be opened under its name, and what to do."""
    if path.suffix.lower() != ".gguf" or _is_utf8(str(path)):
        return "", ""
    if _is_utf8(path.name):
        return (
            "The name of a folder that it lies in is not UTF-8, and llama.cpp cannot open it.",
            "Give the folder another name.",
        )
    return "Its name is not UTF-8, and llama.cpp cannot open it.", "Give it another name."


def _is_utf8(name: str) -> bool:
    return well_formed(name) == name


def _described(found: FoundFile, kind: Kind, suffix: str) -> Description:
    """Return what a runtime's own check finds. Raises ModelLoadError."""
    path = found.path
    if suffix == ".gguf":
        header = checked_header(path, kind.value, pause_s=_BREATH_S)
        if header.text("general.type") == Kind.ADAPTER.value:
            return _adapter(found, header, adapter_layout(path, header))
        return _gguf_model(found, header)
    if suffix == ".rkllm":
        check_npu_model(path)
    else:
        runtime_for(path)
        read_beginning(path, suffix, kind.value)
    return Description(found, kind, facts=_facts_of(found))


def _gguf_model(found: FoundFile, header: Header) -> Description:
    model = model_of(found.path, header)
    said = [
        (FactName.PARAMETERS, count_text(model.parameters)),
        (FactName.QUANTIZATION, header.quantization),
        (FactName.CONTEXT, str(header.context_length or "")),
    ]
    facts = _header_facts(header, said) + _facts_of(found)
    return Description(
        found,
        Kind.MODEL,
        facts=facts,
        layout=layout_of(header),
        kv_bytes_per_token=kv_bytes_per_token(header) or None,
    )


def _adapter(found: FoundFile, header: Header, layout: Layout) -> Description:
    said = [
        (FactName.BASE, header.text("general.base_model.0.name").strip()),
        (FactName.RANK, str(rank_of(header) or "")),
    ]
    facts = _header_facts(header, said) + _facts_of(found)
    return Description(found, Kind.ADAPTER, facts=facts, layout=layout)


def _header_facts(header: Header, said: list[tuple[FactName, str]]) -> tuple[Fact, ...]:
    said = [(FactName.FAMILY, header.architecture), *said]
    return tuple(
        Fact(name, shown_text(value[:120]), Source.HEADER) for name, value in said if value
    )


def _facts_of(found: FoundFile) -> tuple[Fact, ...]:
    """Return what stands beside the file and in its name."""
    path = found.path
    is_npu = any(part.lower().startswith(".rkllm") for part in path.suffixes)
    by_name = facts_in_name(_bare_name(path), is_npu=is_npu)
    if path.parent != found.folder:
        # Publishers often name the repository better than the file.
        known = {fact.name for fact in by_name}
        by_folder = facts_in_name(well_formed(path.parent.name), is_npu=is_npu)
        by_name += tuple(fact for fact in by_folder if fact.name not in known)
    return facts_beside(path, found.sidecars) + by_name


def _bare_name(path: Path) -> str:
    name = well_formed(path.name)
    for suffix in reversed(path.suffixes):
        if suffix.lower() in (".gguf", ".rkllm", *FOREIGN_SUFFIXES):
            return name[: name.rfind(suffix)]
    return Path(name).stem


def _guessed_kind(path: Path) -> Kind:
    is_adapter = is_adapter_name(_bare_name(path)) or is_adapter_folder(path.parent.name)
    return Kind.ADAPTER if is_adapter else Kind.MODEL


def _foreign(found: FoundFile, kind: Kind) -> Description:
    what, is_language_model = FOREIGN_SUFFIXES[found.path.suffix.lower()]
    name = shown_name(found.path)
    facts = _facts_of(found)
    if kind is Kind.ADAPTER and is_language_model:
        return Description(
            found,
            kind,
            facts=facts,
            problem=f"{name} is an adapter as it was trained, and has to be converted first.",
            advice="Convert it on a PC as the help page on adapters tells.",
        )
    endings = " or ".join(sorted(e for kind in runtime_kinds() for e in kind.suffixes))
    advice = f"Look for a version of the same model that ends in {endings}."
    if not is_language_model:
        advice = "Leave it where it is if it belongs to a model that reads pictures."
    return Description(found, kind, facts=facts, problem=f"{name} is {what}.", advice=advice)


def _key(path: Path) -> str:
    try:
        return fingerprint(path) if path.is_file() else ""
    except OSError:
        return ""
