"""What lies beside a model: files of its publisher and of other tools that say what it is.

They come with downloads: each is read only up to a size, and whatever makes no sense in it is
passed over.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from app.catalog.facts import Fact, FactName, Source
from app.catalog.names import facts_in_name, family_in
from app.catalog.shown import shown_text

#: Files that belong to the one model of a folder.
SHARED_NAMES = frozenset(
    (
        "config.json",
        "generation_config.json",
        "tokenizer_config.json",
        "chat_template.jinja",
        "adapter_config.json",
        "modelfile",
    )
)
#: Endings that make a file the own one of "NAME.gguf": "NAME.chat_template.jinja".
_OWN_NAMES = ("chat_template.jinja", "tokenizer_config.json", "config.json", "json")
#: Those that are read have a few kilobytes. Parsing holds the interpreter, and so the window.
_MOST_BYTES = 100_000
_LARGEST_NUMBER = 10**7
_MODELFILE_LINE = re.compile(r"\s*(FROM|HUGGINGFACE_PATH)\s*[= ]\s*[\"']?([^\"'\n]+)", re.I)


def sidecars_of(model: Path, names: Iterable[str], models_in_folder: int) -> tuple[Path, ...]:
    """Return the files among `names`, those of its folder, that belong to `model`.

    In a folder of several models nobody knows whose the shared ones are.
    """
    own = {f"{model.stem}.{ending}".lower() for ending in _OWN_NAMES}
    shared = SHARED_NAMES if models_in_folder == 1 else frozenset()
    return tuple(
        model.with_name(name)
        for name in sorted(names)
        if name.lower() in own or name.lower() in shared
    )


def facts_beside(model: Path, sidecars: Iterable[Path]) -> tuple[Fact, ...]:
    """Return what the files beside a model say of it."""
    is_npu = model.suffix.lower() == ".rkllm"
    found: list[Fact] = []
    for file in sidecars:
        name = file.name.lower()
        if name == "modelfile":
            found += _from_modelfile(_read(file), model, is_npu)
        elif name == "adapter_config.json":
            found += _from_adapter_config(_table(_read(file)))
        elif name.endswith("config.json") and not name.endswith(
            ("tokenizer_config.json", "generation_config.json")
        ):
            found += _from_config(_table(_read(file)))
    return tuple(found)


def _from_config(config: dict[str, Any]) -> Iterable[Fact]:
    """Read a config.json of Transformers, as it lies beside the model that was converted."""
    text = config.get("text_config")
    if isinstance(text, dict):
        # Models that also see keep their language part in a table of its own.
        config = {**config, **text}
    if isinstance(kind := config.get("model_type"), str) and (family := family_in(kind[:60])):
        yield Fact(FactName.FAMILY, family, Source.SIDECAR)
    layers = _number(config, "num_hidden_layers")
    heads = _number(config, "num_attention_heads")
    kv_heads = _number(config, "num_key_value_heads") or heads
    width = _number(config, "head_dim")
    if not width and heads and (hidden := _number(config, "hidden_size")):
        width = hidden // heads
    if layers and kv_heads and width and "kv_lora_rank" not in config:
        # Keys and values of every layer, as 16-bit numbers.
        yield Fact(FactName.KV_BYTES, str(2 * layers * kv_heads * width * 2), Source.SIDECAR)


def _from_adapter_config(config: dict[str, Any]) -> Iterable[Fact]:
    """Read an adapter_config.json of PEFT."""
    base = config.get("base_model_name_or_path")
    if isinstance(base, str) and (name := _last_part(base)):
        yield Fact(FactName.BASE, name, Source.SIDECAR)
        yield from (
            fact
            for fact in facts_in_name(name, is_npu=False, source=Source.SIDECAR)
            if fact.name in (FactName.FAMILY, FactName.PARAMETERS)
        )
    if rank := _number(config, "r"):
        yield Fact(FactName.RANK, str(rank), Source.SIDECAR)


def _from_modelfile(text: str, model: Path, is_npu: bool) -> Iterable[Fact]:
    """Read a Modelfile of rkllama: the file it is for and the repository it came from."""
    said = {name.upper(): value.strip() for name, value in _MODELFILE_LINE.findall(text)}
    if said.get("FROM", model.name) not in (model.name, f"./{model.name}"):
        return ()
    repository = _last_part(said.get("HUGGINGFACE_PATH", ""))
    return facts_in_name(repository, is_npu=is_npu, source=Source.SIDECAR)


def _read(file: Path) -> str:
    try:
        handle = os.open(file, os.O_RDONLY | os.O_NONBLOCK)
        with os.fdopen(handle, "rb") as opened:
            data = opened.read(_MOST_BYTES + 1)
    except OSError:
        return ""
    return data.decode("utf-8-sig", "replace") if len(data) <= _MOST_BYTES else ""


def _table(text: str) -> dict[str, Any]:
    try:
        table = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        return {}
    return table if isinstance(table, dict) else {}


def _number(table: dict[str, Any], key: str) -> int:
    value = table.get(key)
    return value if type(value) is int and 0 < value <= _LARGEST_NUMBER else 0


def _last_part(name: str) -> str:
    last = name.strip().rstrip("/\\").replace("\\", "/").rpartition("/")[2]
    return shown_text(last[:120])
