"""Models on the Rockchip NPU, through `librkllmrt.so` and cffi.

How a model is loaded:
1. `discovery` lists the libraries there are; `examine` asks three witnesses about each: the text
   inside the file, its symbols, and the layout of what it returns, the last two in a child.
2. `choice` takes the one that fits the model, by a rule that can be read and overridden.
3. `binding` speaks the layout of that generation; no cdata leaves it.
4. `runtime` drives it: `prompts` decides how a conversation is written, `results` listens to the
   callback, `log_lines` reads what the library prints, which is all it says about itself.

Importing this costs nothing: cffi and the library wait.
"""

from __future__ import annotations

from pathlib import Path

from app.runtime.protocol import Runtime
from app.runtime.registry import RuntimeEnvironment, RuntimeKind


def _create(environment: RuntimeEnvironment) -> Runtime:
    # The window reads RUNTIME for its suffixes and never needs the rest.
    from app.runtime.rkllm.runtime import RkllmRuntime

    return RkllmRuntime(environment.data_dir)


def _look(path: Path) -> None:
    from app.runtime.rkllm.file_check import check_model

    check_model(path)


RUNTIME = RuntimeKind(name="RKLLM on the NPU", suffixes=(".rkllm",), create=_create, look=_look)
