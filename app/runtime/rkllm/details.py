"""What is worth knowing about a loaded model, each value with where it comes from."""

from __future__ import annotations

from app.runtime.protocol import Detail
from app.runtime.rkllm.choice import Chosen
from app.runtime.rkllm.examine import Verdict
from app.runtime.rkllm.log_lines import LogFacts
from app.runtime.rkllm.templates import Template

#: Older drivers load models whose runs then fail.
_OLDEST_GOOD_DRIVER = (0, 9, 7)
_PRINTED = "printed by the library when it loaded the model"


def details_of(chosen: Chosen, facts: LogFacts, template: Template | None) -> tuple[Detail, ...]:
    """Return the lines for people."""
    library = chosen.library
    assert library.generation is not None
    version = library.version or "unknown"
    witnesses = f"speaks the interface of {library.generation.name}"
    if library.verdict is Verdict.UNKNOWN:
        witnesses += ", tried because you said so"
    found = [
        Detail("NPU library", f"{version}, {library.path}", f"chosen because {chosen.why}"),
        Detail("Interface", witnesses, "its text, its functions and its layout agree"),
        Detail("Prompt", *_prompt(template)),
    ]
    printed = (
        ("Model made with toolkit", facts.toolkit),
        ("Made for", facts.target),
        ("Data type", facts.dtype),
        ("NPU cores", str(facts.npu_cores or "")),
        ("Longest context", str(facts.context_limit or "")),
        ("Helping CPU cores", facts.cpus),
        ("Runtime", facts.runtime),
        ("Board", facts.board),
    )
    found += [Detail(label, value, _PRINTED) for label, value in printed if value]
    if facts.driver:
        found.append(Detail("NPU driver", facts.driver, _driver_word(facts.driver)))
    return tuple(found)


def _prompt(template: Template | None) -> tuple[str, str]:
    if template is None:
        return (
            "the template inside the library",
            "no chat template lies beside the model, and its name is of no known family",
        )
    value = "rendered whole by Cairn"
    if template.is_guess:
        return value, f"with the template of {template.origin}"
    return value, f"with {template.origin}"


def _driver_word(driver: str) -> str:
    parts = tuple(int(part) for part in driver.split(".") if part.isdigit())
    if parts < _OLDEST_GOOD_DRIVER:
        return "older than 0.9.7: models may load and then fail"
    return _PRINTED
