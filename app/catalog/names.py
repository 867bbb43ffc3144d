"""What the names of model files tell: people put into them what the file itself does not say.

The habits are those of the publishers of `.rkllm` files (c01zaut, GatekeeperZA, Rockchip's zoo,
rkllama, oRKLLM) and of GGUF files. Everything here is a hint.
"""

from __future__ import annotations

import re
from functools import cache

from app.catalog.facts import Fact, FactName, Source

_START = r"(?:^|(?<=[-_. ()\[\]]))"
_END = r"(?=$|[-_. ()\[\]])"

#: The "8B" in "Qwen1.8B" is no number of its own: only one with its digits before the point is.
_NUMBER_START = rf"(?:(?<!\d\.){_START}|(?<=[a-uw-zA-UW-Z])(?=\d{{1,3}}\.\d))"
_PARAMETERS = re.compile(
    rf"{_NUMBER_START}(?:(?P<experts>\d+)x)?(?P<effective>[eE])?(?P<count>\d{{1,3}}(?:\.\d+)?)(?P<unit>[bBmM]){_END}"
)
#: InternLM writes its comma as an underscore: internlm2-1_8b.
_UNDERSCORED = re.compile(r"(?<=-)(\d)_(\d+)(?=[bB](?:$|[-_.]))")
_NPU_QUANTIZATION = re.compile(
    rf"{_START}(w\d{{1,2}}a\d{{1,2}})(?:[-_ ]?(g\d{{2,4}}))?{_END}", re.I
)
_GGUF_QUANTIZATION = re.compile(
    rf"{_START}((?:I?Q\d(?:_(?:[0-9KSMLX]|XX?S|NL|XL)+)*)|TQ\d_0|MXFP4(?:_MOE)?|BF16|F16|F32|FP16|FP32){_END}(?!\.\d)",
    re.I,
)
_PLATFORM = re.compile(rf"{_START}((?:rk3\d{{3}}|rv11\d\d)[a-z]?){_END}", re.I)
_TOOLKIT = re.compile(r"(?<![\d.])v?(\d\.\d\.\d{1,2}(?:b\d{1,2})?)(?![\d.]\d)", re.I)
_CONTEXT = re.compile(rf"{_START}(?:ctx|context|ctxlen)[-_=]?(\d{{1,6}})(k?){_END}", re.I)
_CONTEXT_K = re.compile(rf"{_START}(\d{{1,2}})k{_END}", re.I)
#: What the toolkit can be asked for; a greater one is that of the original model.
_LONGEST_NPU_CONTEXT = 32768
_HYBRID = re.compile(r"hybrid[-_ ]?ratio[-_ =]?(\d(?:\.\d+)?)", re.I)
_OPTIMIZATION = re.compile(rf"{_START}opt[-_ ]?(\d){_END}", re.I)
_CORES = re.compile(rf"{_START}(?:(\d)[-_]?(?:npu[-_]?)?cores?|(?:npu|core)[-_]?(\d)){_END}", re.I)
_ADAPTER = re.compile(rf"{_START}(?:q?lora[s]?|do?ra|adapt[eo]rs?|peft){_END}", re.I)
_MERGED = re.compile(rf"{_START}(?:merged|fused|full){_END}", re.I)
_PART = re.compile(r"-\d{5}-of-\d{5}$")

#: Families, what is special before what is general; {0} is the version, the one group inside.
_FAMILIES: tuple[tuple[str, str], ...] = (
    (r"deepseek[-_ ]?ocr", "DeepSeek-OCR"),
    (r"deepseek[-_ ]?r1", "DeepSeek-R1"),
    (r"deepseek[-_ ]?coder", "DeepSeek-Coder"),
    (r"deepseek", "DeepSeek"),
    (r"functiongemma", "FunctionGemma"),
    (r"tin+y[-_ ]?llama", "TinyLlama"),
    (r"code[-_ ]?llama", "CodeLlama"),
    (r"internvl[-_ ]?(\d(?:\.\d)?)", "InternVL{0}"),
    (r"internlm[-_ ]?(\d(?:\.\d)?)", "InternLM{0}"),
    (r"minicpm[-_ ]?v", "MiniCPM-V"),
    (r"minicpm[-_ ]?(\d(?:\.\d)?)(?![\d.]*b)", "MiniCPM{0}"),
    (r"minicpm", "MiniCPM"),
    (r"chatglm[-_ ]?(\d)", "ChatGLM{0}"),
    (r"smolvlm[-_ ]?(\d)", "SmolVLM{0}"),
    (r"smolvlm", "SmolVLM"),
    (r"smollm[-_ ]?(\d)(?![\d.]*b)", "SmolLM{0}"),
    (r"smollm", "SmolLM"),
    (r"telechat[-_ ]?(\d)", "TeleChat{0}"),
    (r"qwen[-_ ]?2_5", "Qwen2.5"),
    (r"qwen[-_ ]?(\d(?:\.\d)?)(?![\d.]*b)", "Qwen{0}"),
    (r"qwen", "Qwen"),
    (r"qwq", "QwQ"),
    (r"gemma[-_ ]?(\d)n", "Gemma{0}n"),
    (r"gemma[-_ ]?(\d)(?![\d.]*b)", "Gemma{0}"),
    (r"gemma", "Gemma"),
    (r"phi[-_ ]?(\d(?:\.\d)?)(?![\d.]*b)", "Phi-{0}"),
    (r"(?:meta[-_ ]?)?llama[-_ ]?(\d(?:\.\d)?)(?![\d.]*b)", "Llama-{0}"),
    (r"llama", "Llama"),
    (r"mixtral", "Mixtral"),
    (r"mistral", "Mistral"),
    (r"ministral", "Ministral"),
    (r"granite", "Granite"),
    (r"rwkv", "RWKV"),
    (r"exaone", "EXAONE"),
    (r"lfm[-_ ]?2", "LFM2"),
    (r"hunyuan", "Hunyuan"),
    (r"ernie", "ERNIE"),
    (r"falcon", "Falcon"),
    (r"olmo", "OLMo"),
    (r"glm", "GLM"),
    (r"yi", "Yi"),
)
#: What sets a member of a family apart so much that adapters do not fit the others.
_VARIANTS = {"vl": "VL", "coder": "Coder", "embedding": "Embedding", "reranker": "Reranker"}
_VARIANT = re.compile(rf"{_START}({'|'.join(_VARIANTS)}){_END}", re.IGNORECASE)


def facts_in_name(name: str, *, is_npu: bool, source: Source = Source.NAME) -> tuple[Fact, ...]:
    """Return what `name` tells: a file name without its ending, or the name of a repository."""
    name = _UNDERSCORED.sub(r"\1.\2", without_part(name))
    found = [
        (FactName.FAMILY, family_in(name)),
        (FactName.PARAMETERS, _parameters(name)),
        (FactName.QUANTIZATION, _quantization(name)),
        (FactName.PLATFORM, _platform(name)),
    ]
    if is_npu:
        found += [
            (FactName.TOOLKIT, _last(_TOOLKIT, name)),
            (FactName.CONTEXT, _context(name)),
            (FactName.NPU_CORES, _last(_CORES, name)),
            (FactName.HYBRID_RATIO, _last(_HYBRID, name)),
            (FactName.OPTIMIZATION, _last(_OPTIMIZATION, name)),
        ]
    return tuple(Fact(about, value, source) for about, value in found if value)


def without_part(name: str) -> str:
    """Return the name of a model of which `name`, without its ending, may name a part."""
    return _PART.sub("", name)


def family_in(name: str) -> str:
    """Return the family that a name tells ("Qwen3-VL"), or an empty text."""
    found = _family_pattern().search(name)
    if found is None or found.lastindex is None or found.lastgroup is None:
        return ""
    family = _FAMILIES[int(found.lastgroup[1:])][1]
    if "{0}" in family:
        # The version is the group inside the one of the family.
        family = family.format(found[found.lastindex + 1])
    # In "internvl" the letters are part of the family's own name.
    variant = _VARIANT.search(name, found.end())
    return f"{family}-{_VARIANTS[variant[1].lower()]}" if variant else family


def is_adapter_name(name: str) -> bool:
    """Return whether a file of that name is an adapter, as far as it tells."""
    return bool(_ADAPTER.search(name)) and not _MERGED.search(name)


def is_adapter_folder(name: str) -> bool:
    """Return whether a folder of that name holds adapters; it may be named like a sentence."""
    words = re.split(r"[-_. ()\[\]]", name)
    return any(is_adapter_name(word) for word in (words[0], words[-1]))


def is_same_family(one: str, other: str) -> bool:
    """Return whether two names of families mean the same: "Qwen3" and "qwen3"."""
    return re.sub(r"[^a-z0-9.]", "", one.lower()) == re.sub(r"[^a-z0-9.]", "", other.lower())


@cache
def _family_pattern() -> re.Pattern[str]:
    """Return all families as one expression, which is compiled ten times faster than each."""
    each = (f"(?P<f{number}>{pattern})" for number, (pattern, _) in enumerate(_FAMILIES))
    return re.compile(f"(?<![a-z])(?:{'|'.join(each)})(?![a-z])", re.IGNORECASE)


def _parameters(name: str) -> str:
    found = _PARAMETERS.search(name)
    if found is None:
        return ""
    number = (
        f"{found['count'].rstrip('0').rstrip('.')}" if "." in found["count"] else found["count"]
    )
    experts = f"{found['experts']}x" if found["experts"] else ""
    effective = "E" if found["effective"] else ""
    return f"{experts}{effective}{number}{found['unit'].upper()}"


def _quantization(name: str) -> str:
    if found := _NPU_QUANTIZATION.search(name):
        group = f"_{found[2]}" if found[2] else ""
        return f"{found[1]}{group}".lower()
    return found[1].upper() if (found := _GGUF_QUANTIZATION.search(name)) else ""


def _platform(name: str) -> str:
    named = [found[1].lower() for found in _PLATFORM.finditer(name)]
    # Files for several chips name them all.
    return next((chip for chip in named if chip.startswith("rk3588")), named[0] if named else "")


def _context(name: str) -> str:
    if found := _CONTEXT.search(name):
        tokens = int(found[1]) * (1024 if found[2] else 1)
    elif thousands := _CONTEXT_K.search(name):
        tokens = int(thousands[1]) * 1024
    else:
        return ""
    return str(tokens) if 0 < tokens <= _LONGEST_NPU_CONTEXT else ""


def _last(pattern: re.Pattern[str], name: str) -> str:
    found = list(pattern.finditer(name))
    return next((group for group in found[-1].groups() if group), "") if found else ""


def parameters_number(text: str) -> float | None:
    """Return how many parameters a text like "1.7B" means; None for several experts."""
    found = re.fullmatch(r"E?(\d+(?:\.\d+)?)([BMK])", text)
    if found is None:
        return None
    return float(found[1]) * {"B": 1e9, "M": 1e6, "K": 1e3}[found[2]]
