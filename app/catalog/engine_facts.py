"""What the engine sees of a model when it loads it: the most dependable thing that is known."""

from __future__ import annotations

import re

from app.catalog.facts import Fact, FactName, Source
from app.catalog.model_file import count_text
from app.catalog.records import LoadFailure
from app.errors import AppError, ContextLimitExceeded, EngineError, ModelLoadError, Remedy
from app.runtime.protocol import ModelInfo

#: The lines that the NPU runtime has about a loaded model, see app.runtime.rkllm.details.
_DETAILS = {
    "Model made with toolkit": FactName.TOOLKIT,
    "Made for": FactName.PLATFORM,
    "Data type": FactName.QUANTIZATION,
    "NPU cores": FactName.NPU_CORES,
    "Longest context": FactName.CONTEXT,
}
#: What the library prints when the file itself is why it cannot be loaded.
_FINAL = re.compile(
    r"model version is too old|target_platform does not match|Tokenizer is unavailable"
    r"|invalid rkllm model|invalid rknn llm model magic|invalid magic characters"
)


def facts_of(info: ModelInfo) -> tuple[Fact, ...]:
    """Return what a load has shown of the file; nothing where the test double stood in."""
    if info.is_demo:
        return ()
    found = {
        FactName.FAMILY: info.architecture,
        FactName.PARAMETERS: count_text(info.parameters) if info.parameters else "",
        FactName.QUANTIZATION: info.quantization,
        FactName.CONTEXT: str(info.context_limit or ""),
    }
    for detail in info.details:
        name = _DETAILS.get(detail.label)
        if name is not None:
            found[name] = detail.value
    for name in (FactName.PLATFORM, FactName.QUANTIZATION):
        if re.match(r"rk|rv|w\d", found.get(name, ""), re.I):
            found[name] = found[name].lower()
    return tuple(Fact(name, value, Source.ENGINE) for name, value in found.items() if value)


def failure_of(error: AppError) -> LoadFailure | None:
    """Return what a failed load says about the file; None when it says nothing about it.

    Memory that was short, a context that was too long or a driver that refused say nothing about
    the next try.
    """
    if isinstance(error, ContextLimitExceeded):
        return None
    if _FINAL.search(error.details):
        return LoadFailure(error.cause, error.advice, is_final=True)
    if isinstance(error, EngineError):
        return LoadFailure(error.cause, error.advice)
    is_of_the_file = isinstance(error, ModelLoadError) and error.remedy is Remedy.CHOOSE_MODEL
    # Both runtimes advise a smaller model, too, when there is too little memory.
    if is_of_the_file and "memory" not in error.cause:
        return LoadFailure(error.cause, error.advice)
    return None
