"""Our declarations are those of the public headers, byte for byte.

The layouts in `abi/` were taken from the header of each release with the compilers of aarch64 and
x86-64, which agree.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.runtime.rkllm.abi import GENERATIONS, Generation, ffi_of, generation_of
from tests.rkllm_double import library

LAYOUTS = {
    file.stem: json.loads(file.read_text(encoding="utf-8"))
    for file in sorted((Path(__file__).parent / "abi").glob("*.json"))
}
#: 1.2.3 mended the spelling of this name; nothing else changed with it.
RENAMED = {"RKLLMMultiModelInput": "RKLLMMultiModalInput"}


def generation_for(layout: str) -> Generation:
    found = generation_of(layout)
    assert found is not None
    return found


def names_in(ffi: Any) -> set[str]:
    return set(ffi.list_types()[0])


def our_name(ffi: Any, name: str) -> str:
    return name if name in names_in(ffi) else RENAMED.get(name, name)


def fields_of(kind: Any, base: int = 0) -> dict[str, tuple[int, Any]]:
    """Return offset and type of every field; those of unnamed parts as if they stood outside."""
    found: dict[str, tuple[int, Any]] = {}
    for name, entry in kind.fields:
        if name:
            found[name] = (base + entry.offset, entry.type)
        else:
            found |= fields_of(entry.type, base + entry.offset)
    return found


def check_fields(ffi: Any, kind: Any, wanted: list[dict[str, Any]], base: int = 0) -> None:
    found = fields_of(kind, base)
    for field in wanted:
        if not field["name"]:
            check_fields(ffi, kind, field["members"], base)
            continue
        offset, type_ = found[field["name"]]
        assert offset == field["offset"], field
        assert ffi.sizeof(type_) == field["size"], field
        if field["type"] in ("struct", "union"):
            check_fields(ffi, type_, field["members"], offset)
        else:
            assert type_ is ffi.typeof(our_name(ffi, field["type"])), field


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_struct_has_the_size_and_the_fields_of_the_header(layout: str) -> None:
    ffi = ffi_of(generation_for(layout))
    for name, struct in LAYOUTS[layout]["structs"].items():
        kind = ffi.typeof(our_name(ffi, name))
        assert ffi.sizeof(kind) == struct["size"], name
        check_fields(ffi, kind, struct["fields"])


@pytest.mark.parametrize("layout", LAYOUTS)
def test_no_struct_has_a_field_that_the_header_has_not(layout: str) -> None:
    ffi = ffi_of(generation_for(layout))

    def names(fields: list[dict[str, Any]]) -> set[str]:
        found: set[str] = set()
        for field in fields:
            found |= {field["name"]} if field["name"] else names(field["members"])
        return found

    for name, struct in LAYOUTS[layout]["structs"].items():
        ours = set(fields_of(ffi.typeof(our_name(ffi, name))))
        assert ours == names(struct["fields"]), name


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_enum_has_the_values_of_the_header(layout: str) -> None:
    ffi = ffi_of(generation_for(layout))
    for name, values in LAYOUTS[layout]["enums"].items():
        assert ffi.typeof(name).relements == values


def signature(kind: Any) -> tuple[str, ...]:
    return (kind.result.cname, *(argument.cname for argument in kind.args))


def wanted_signature(ffi: Any, function: dict[str, Any]) -> tuple[str, ...]:
    types = [function["returns"], *(text.rsplit(" ", 1)[0] for text in function["parameters"])]
    return tuple("void" if text == "void" else ffi.typeof(text).cname for text in types)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_function_has_the_signature_of_the_header(layout: str) -> None:
    generation = generation_for(layout)
    ffi = ffi_of(generation)
    functions = LAYOUTS[layout]["functions"]
    assert generation.functions == functions.keys()
    opened = ffi.dlopen(str(library(generation.releases[-1])))
    for name, function in functions.items():
        declared = ffi.typeof(getattr(opened, name))
        assert signature(declared) == wanted_signature(ffi, function), name


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_callback_has_the_signature_of_the_header(layout: str) -> None:
    ffi = ffi_of(generation_for(layout))
    for name, callback in LAYOUTS[layout]["callbacks"].items():
        assert signature(ffi.typeof(name)) == wanted_signature(ffi, callback), name


def test_every_release_belongs_to_one_generation() -> None:
    releases = [release for generation in GENERATIONS for release in generation.releases]
    assert len(releases) == len(set(releases))
    for layout in LAYOUTS.values():
        assert {generation_of(release) for release in layout["runtime_versions"]} <= {*GENERATIONS}


def test_a_difference_of_one_byte_would_be_seen() -> None:
    wanted = json.loads(json.dumps(LAYOUTS["1.3.0"]["structs"]["RKLLMParam"]["fields"]))
    wanted[-1]["offset"] += 1
    ffi = ffi_of(generation_for("1.3.0"))
    with pytest.raises(AssertionError):
        check_fields(ffi, ffi.typeof("RKLLMParam"), wanted)
