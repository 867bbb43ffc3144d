"""Estimates the memory a model needs and reads how much there is, before anything is allocated.

The estimate is a lower bound: it refuses only what surely does not fit. Weights are counted as
they lie in the file, the KV cache as 16-bit numbers.
"""

from __future__ import annotations

import contextlib
import resource
from pathlib import Path

from app.errors import ModelLoadError, Remedy
from app.runtime.gguf.header import Header

_KV_NUMBER_BYTES = 2
#: What llama.cpp needs beside weights and KV cache, at the least (measured with a 2 MB model).
OVERHEAD_BYTES = 24 * 1024 * 1024
_SMALLEST_CONTEXT = 256


def kv_bytes_per_token(header: Header) -> int:
    """Return what one token takes in the KV cache; 0 where the header does not say."""
    layers = header.number("block_count") or 0
    latent = header.number("attention.kv_lora_rank")
    if latent:
        # Multi-head latent attention keeps one compressed vector for each layer.
        return layers * (latent + (header.number("rope.dimension_count") or 0)) * _KV_NUMBER_BYTES
    width = header.number("embedding_length") or 0
    heads = header.numbers("attention.head_count", layers)
    kv_heads = header.numbers("attention.head_count_kv", layers) or heads
    most_heads = max(heads, default=0)
    head_width = width // most_heads if most_heads else 0
    key = header.number("attention.key_length") or head_width
    value = header.number("attention.value_length") or head_width
    if header.number("attention.sliding_window"):
        # Some layers keep only a window, and which ones is not always said: count a sixth, the
        # smallest share among the families in use.
        return sum(kv_heads) * (key + value) * _KV_NUMBER_BYTES // 6
    return sum(kv_heads) * (key + value) * _KV_NUMBER_BYTES


def available_bytes(
    meminfo: Path = Path("/proc/meminfo"),
    cgroup_of_process: Path = Path("/proc/self/cgroup"),
    cgroup_root: Path = Path("/sys/fs/cgroup"),
) -> int | None:
    """Return what this process can still take, or None when the system does not say."""
    limits = [
        _meminfo_available(meminfo),
        _cgroup_available(cgroup_of_process, cgroup_root),
        _address_space_left(),
    ]
    known = [limit for limit in limits if limit is not None]
    return min(known, default=None)


def check_memory(
    header: Header, weight_bytes: int, context_tokens: int, available: int | None
) -> None:
    """Raise ModelLoadError when weights and KV cache surely do not fit into `available`."""
    if available is None:
        return
    per_token = kv_bytes_per_token(header)
    base = weight_bytes + OVERHEAD_BYTES
    needed = base + per_token * context_tokens
    if needed <= available:
        return
    cause = (
        f"The model needs about {_size_text(needed)} of memory with a context of "
        f"{context_tokens:,} tokens, but only {_size_text(available)} is free."
    )
    fitting = (available - base) // per_token // 256 * 256 if per_token else 0
    if fitting >= _SMALLEST_CONTEXT:
        raise ModelLoadError(
            cause,
            f"Lower the context length to {fitting:,} tokens or less, or choose a smaller model.",
            remedy=Remedy.OPEN_SETTINGS,
        )
    raise ModelLoadError(
        cause, "Close other programs, or choose a smaller model.", remedy=Remedy.CHOOSE_MODEL
    )


def _size_text(size: int) -> str:
    if size < 10**9:
        return f"{max(0, size) / 10**6:.0f} MB"
    return f"{size / 10**9:.1f} GB"


def _meminfo_available(meminfo: Path) -> int | None:
    try:
        lines = meminfo.read_text("ascii").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    for line in lines:
        words = line.split()
        if words[:1] == ["MemAvailable:"] and len(words) > 1 and words[1].isdigit():
            return int(words[1]) * 1024
    return None


def _cgroup_available(cgroup_of_process: Path, root: Path) -> int | None:
    """Return the least room of the process's control group and of those above it."""
    try:
        lines = cgroup_of_process.read_text("utf-8", "replace").splitlines()
    except OSError:
        return None
    rooms: list[int] = []
    for line in lines:
        number, _, rest = line.partition(":")
        controllers, _, name = rest.partition(":")
        if number == "0" and not controllers:
            folder, files = root, ("memory.max", "memory.current", "inactive_file")
        elif "memory" in controllers.split(","):
            folder = root / "memory"
            files = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
        else:
            continue
        own = folder / name.lstrip("/")
        for group in (own, *own.parents):
            room = _group_room(group, *files)
            if room is not None:
                rooms.append(room)
            if group == folder:
                break
    return min(rooms, default=None)


def _group_room(group: Path, limit_file: str, usage_file: str, cache_key: str) -> int | None:
    limit = _number_in(group / limit_file)
    usage = _number_in(group / usage_file)
    if limit is None or usage is None:
        return None
    cache = 0
    with contextlib.suppress(OSError):
        for line in (group / "memory.stat").read_text("ascii", "replace").splitlines():
            key, _, value = line.partition(" ")
            if key == cache_key and value.isdigit():
                # Cached files are counted as used but are given up on demand.
                cache = int(value)
    return max(0, limit - usage + cache)


def _number_in(path: Path) -> int | None:
    try:
        text = path.read_text("ascii", "replace").strip()
    except OSError:
        return None
    return int(text) if text.isdigit() else None  # "max" means no limit


def _address_space_left() -> int | None:
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit == resource.RLIM_INFINITY:
        return None
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    except (OSError, ValueError, IndexError):
        return None
    return max(0, limit - pages * resource.getpagesize())
