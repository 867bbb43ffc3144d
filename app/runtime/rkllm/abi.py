"""The generations of the library's binary interface, and cffi's view of each.

Releases of one generation have the same structs, values and signatures. Which those are is
written in `native/abi`, one header for each.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from app.paths import abi_headers

FIRST_FUNCTIONS = frozenset(
    {
        "rkllm_createDefaultParam",
        "rkllm_init",
        "rkllm_destroy",
        "rkllm_run",
        "rkllm_abort",
    }
)
_FUNCTIONS_1_1 = FIRST_FUNCTIONS | {
    "rkllm_is_running",
    "rkllm_load_lora",
    "rkllm_load_prompt_cache",
    "rkllm_release_prompt_cache",
    "rkllm_run_async",
}
_FUNCTIONS_1_2 = _FUNCTIONS_1_1 | {"rkllm_clear_kv_cache", "rkllm_set_chat_template"}
_FUNCTIONS_1_2_1 = _FUNCTIONS_1_2 | {
    "rkllm_get_kv_cache_size",
    "rkllm_set_function_tools",
    "rkllm_set_cross_attn_params",
}


@dataclass(frozen=True, slots=True)
class Generation:
    """Releases that can be spoken to in the same way."""

    name: str
    """The first of its releases; names the header, too."""
    releases: tuple[str, ...]
    functions: frozenset[str]

    def is_at_least(self, name: str) -> bool:
        """Return whether this is the generation `name` or one that came after it."""
        return _numbers(self.name) >= _numbers(name)


def _numbers(name: str) -> tuple[int, ...]:
    return tuple(int(part) for part in name.split("."))


GENERATIONS = (
    Generation("1.1.0", ("1.1.0", "1.1.1", "1.1.2", "1.1.3", "1.1.4"), _FUNCTIONS_1_1),
    Generation("1.2.0", ("1.2.0",), _FUNCTIONS_1_2),
    Generation("1.2.1", ("1.2.1", "1.2.2", "1.2.3"), _FUNCTIONS_1_2_1),
    Generation("1.3.0", ("1.3.0",), _FUNCTIONS_1_2_1),
)


def generation_of(release: str) -> Generation | None:
    """Return the generation of a released version, or None for any other."""
    return next((item for item in GENERATIONS if release in item.releases), None)


@cache
def ffi_of(generation: Generation) -> Any:
    """Return cffi's FFI with the declarations of a generation; made once, in about 20 ms."""
    from cffi import FFI

    ffi = FFI()
    header = abi_headers() / f"rkllm-{generation.name}.h"
    ffi.cdef(header.read_text(encoding="utf-8"))
    return ffi
