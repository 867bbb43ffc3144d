"""Two witnesses about a library, in a process of their own: `python -m app.runtime.rkllm.probe PATH`.

Prints one line of JSON: which functions the library has, and the first bytes of what
`rkllm_createDefaultParam` returns. On aarch64 and x86-64 a large struct is returned through a
pointer that the caller passes, so the library writes as much as its own struct has, wherever the
space for it is larger than that of any generation.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from cffi import FFI

#: Larger than RKLLMParam of any generation (208 bytes).
SPACE_BYTES = 1024
FUNCTIONS = (
    "rkllm_createDefaultParam",
    "rkllm_init",
    "rkllm_destroy",
    "rkllm_run",
    "rkllm_run_async",
    "rkllm_abort",
    "rkllm_is_running",
    "rkllm_load_lora",
    "rkllm_load_prompt_cache",
    "rkllm_release_prompt_cache",
    "rkllm_clear_kv_cache",
    "rkllm_set_chat_template",
    "rkllm_get_kv_cache_size",
    "rkllm_set_function_tools",
    "rkllm_set_cross_attn_params",
)


def main(path: str) -> int:
    """Load the library and print what it shows; return 1 with the reason when it cannot be had."""
    ffi = FFI()
    ffi.cdef(f"typedef struct {{ uint8_t bytes[{SPACE_BYTES}]; }} Space;")
    ffi.cdef("Space rkllm_createDefaultParam(void);")
    for name in FUNCTIONS[1:]:
        ffi.cdef(f"void {name}(void);")
    try:
        library: Any = ffi.dlopen(path)
    except OSError as error:
        sys.stdout.write(json.dumps({"error": str(error)}) + "\n")
        return 1
    present = [name for name in FUNCTIONS if hasattr(library, name)]
    defaults = ""
    if FUNCTIONS[0] in present:
        # The name keeps it alive: a pointer to it does not.
        space = library.rkllm_createDefaultParam()
        defaults = bytes(ffi.buffer(ffi.addressof(space))).hex()
    sys.stdout.write(json.dumps({"functions": present, "defaults": defaults}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
