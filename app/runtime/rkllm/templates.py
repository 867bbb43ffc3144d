"""Chat templates: where a model's own one is found, and how it is rendered.

A template comes with a download and is somebody else's program. It is rendered by Jinja's
sandbox, which gives it no way to files or to Python's inner parts.
"""

from __future__ import annotations

import json
import re
import time
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from app.errors import Remedy, RunError

#: No template is anywhere near that long; more is another file by that name.
_MOST_BYTES = 1_000_000
#: What a broken template raises beside Jinja's own errors.
_REFUSALS = (
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    RecursionError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class Template:
    """A chat template and where it comes from."""

    source: str
    origin: str
    """For people: "tokenizer_config.json beside the model"."""
    tokens: Mapping[str, str]
    """Special tokens that the template may name: bos_token, eos_token, …"""
    is_guess: bool = False
    """Chosen by the name of the file."""

    @property
    def switches_thinking(self) -> bool:
        """Whether it can be told to let the model think, or not."""
        return "enable_thinking" in self.source

    @property
    def takes_tools(self) -> bool:
        """Whether it writes the declarations of tools into the prompt."""
        return re.search(r"\btools\b", self.source) is not None


def template_for(model: Path, override: str = "") -> Template | None:
    """Return the template of a model: the user's, one beside the file, or one by its name."""
    if override:
        return Template(override, "the settings of this model", {})
    return _beside(model) or _by_name(model.stem)


def plain_template() -> Template:
    """Return ChatML, for libraries that have no template and models that nobody knows."""
    chatml = next(item for item in _families() if item["name"].startswith("ChatML"))
    origin = "ChatML, because the library has no template and the model's is not known"
    return Template(chatml["template"], origin, {}, is_guess=True)


def render(template: Template, messages: Sequence[Mapping[str, str]], **variables: object) -> str:
    """Return the conversation as the model wants to read it. Raises RunError.

    `variables` are those that templates have in common: add_generation_prompt, enable_thinking,
    tools.
    """
    from jinja2 import TemplateError

    given = {name: value for name, value in variables.items() if value is not None}
    try:
        compiled = _compiled(template.source)
        return str(compiled.render(messages=messages, **template.tokens, **given))
    except (*_REFUSALS, TemplateError) as error:
        raise RunError(
            f"The model's chat template does not accept this conversation: “{error}”.",
            "Start a new conversation, or remove the system prompt in Settings.",
            remedy=Remedy.NEW_CONVERSATION,
            details=f"{template.origin}: {error!r}",
        ) from error


@cache
def _compiled(source: str) -> Any:
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
    )
    environment.filters["tojson"] = _to_json
    environment.globals["raise_exception"] = _refuse
    environment.globals["strftime_now"] = time.strftime
    return environment.from_string(source)


def _to_json(value: object, indent: int | None = None) -> str:
    # Jinja's own writes for HTML.
    return json.dumps(value, ensure_ascii=False, indent=indent)


def _refuse(words: str) -> str:
    raise ValueError(words)


def _beside(model: Path) -> Template | None:
    own, shared = [], []
    for name in ("chat_template.jinja", "tokenizer_config.json"):
        own += [model.with_name(f"{model.stem}.{name}"), model.with_suffix("") / name]
        shared.append(model.with_name(name))
    for file in own:
        if (found := _read(file)) is not None:
            return found
    # In a folder of many models nobody knows whose it is.
    if len(list(model.parent.glob("*.rkllm"))) == 1:
        return next((found for file in shared if (found := _read(file)) is not None), None)
    return None


def _read(file: Path) -> Template | None:
    try:
        if not file.is_file() or file.stat().st_size > _MOST_BYTES:
            return None
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    if file.suffix == ".jinja":
        return Template(text, f"{file.name} beside the model", _tokens_beside(file))
    source, tokens = _from_config(text)
    return Template(source, f"{file.name} beside the model", tokens) if source else None


def _tokens_beside(template: Path) -> Mapping[str, str]:
    config = template.with_name(
        template.name.replace("chat_template.jinja", "tokenizer_config.json")
    )
    try:
        return _from_config(config.read_text(encoding="utf-8"))[1]
    except (OSError, UnicodeDecodeError):
        return {}


def _from_config(text: str) -> tuple[str, Mapping[str, str]]:
    """Return the template in a tokenizer_config.json and the special tokens it names."""
    try:
        config = json.loads(text)
    except ValueError:
        return "", {}
    if not isinstance(config, dict):
        return "", {}
    source = config.get("chat_template", "")
    if isinstance(source, list):
        # Several by name; the one for conversations is called "default".
        named = {
            item.get("name"): item.get("template") for item in source if isinstance(item, dict)
        }
        source = named.get("default", "")
    tokens = {}
    for name in ("bos_token", "eos_token", "pad_token", "unk_token"):
        value = config.get(name)
        if isinstance(value, dict):
            value = value.get("content")
        if isinstance(value, str):
            tokens[name] = value
    return source if isinstance(source, str) else "", tokens


def _by_name(name: str) -> Template | None:
    for family in _families():
        if re.search(family["pattern"], name.lower()):
            origin = f"the family {family['name']}, by the name of the file"
            return Template(family["template"], origin, {}, is_guess=True)
    return None


@cache
def _families() -> list[dict[str, Any]]:
    file = Path(__file__).with_name("families.toml")
    families: list[dict[str, Any]] = tomllib.loads(file.read_text(encoding="utf-8"))["family"]
    return families
