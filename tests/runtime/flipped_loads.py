"""A child process that loads damaged copies of a model, one after the other, and says how it went.

    python -m tests.runtime.flipped_loads MODEL FOLDER SEED FIRST LAST

Copy number n has one byte of its header changed, chosen by SEED and n. One line for each copy:
its number, then "loaded" or the cause of the failure. Native code may end this process.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

from app.chat.message import Role
from app.chat.prompt import Turn
from app.errors import ModelLoadError, RunError
from app.runtime.gguf.header import read_header
from app.runtime.gguf.runtime import GgufRuntime
from app.runtime.protocol import LoadRequest, RunRequest


def flipped(model: bytes, header_bytes: int, seed: int, number: int) -> bytes:
    """Return `model` with one byte of its header changed."""
    rng = random.Random(seed * 1_000_003 + number)
    data = bytearray(model)
    data[rng.randrange(header_bytes)] ^= rng.randrange(1, 256)
    return bytes(data)


def _attempt(path: Path, folder: Path) -> str:
    runtime = GgufRuntime(folder)
    request = LoadRequest(path, context_tokens=256, threads=1)
    try:
        runtime.load(request, lambda _: None)
        runtime.run(
            RunRequest((Turn(Role.USER, "Hi"),), max_new_tokens=2),
            lambda _text, _tokens: None,
            lambda _processed, _total: None,
        )
    except ModelLoadError as error:
        return error.cause
    except RunError as error:
        return f"loaded, but: {error.cause}"
    finally:
        runtime.close()
    return "loaded"


def main() -> None:
    """Load the copies that the command line names."""
    source, folder = Path(sys.argv[1]), Path(sys.argv[2])
    seed, first, last = (int(word) for word in sys.argv[3:6])
    model = source.read_bytes()
    header_bytes = read_header(source).weights_start
    for number in range(first, last):
        path = folder / "flipped.gguf"
        path.write_bytes(flipped(model, header_bytes, seed, number))
        print(number, _attempt(path, folder).replace("\n", " "), flush=True)


if __name__ == "__main__":
    main()
