"""The LoRA adapters of a loaded model: loaded once for each scale, chosen by name for each run."""

from __future__ import annotations

from collections.abc import Sequence

from app.errors import RunError
from app.runtime.protocol import Adapter
from app.runtime.rkllm.binding import Binding


class Adapters:
    """Knows which adapters the library holds. It cannot unload one, nor mix two."""

    def __init__(self) -> None:
        self._known: dict[str, Adapter] = {}
        #: What the library calls each adapter at each scale.
        self._native: dict[tuple[str, float], str] = {}

    def load(self, binding: Binding, adapter: Adapter) -> None:
        """Load an adapter at its scale, unless it is there already. Raises NativeFailure."""
        self._known[adapter.name] = adapter
        self._ensure(binding, adapter.name, adapter.scale)

    def choose(self, binding: Binding, scales: Sequence[tuple[str, float]]) -> str:
        """Return the library's name for the adapter that is on, or "" when none is.

        Another scale than before loads the adapter once more. Raises RunError and NativeFailure.
        """
        wanted = [(name, scale) for name, scale in scales if scale != 0]
        if not wanted:
            return ""
        if len(wanted) > 1:
            raise RunError(
                "The NPU library uses one LoRA adapter at a time.", "Switch the others off."
            )
        name, scale = wanted[0]
        if name not in self._known:
            raise RunError(
                f"The adapter {name} is not loaded with this model.",
                "Load the model again with the adapter, or switch it off.",
            )
        return self._ensure(binding, name, scale)

    def _ensure(self, binding: Binding, name: str, scale: float) -> str:
        native = self._native.get((name, scale))
        if native is None:
            native = f"{name}@{scale:g}" if name in self._native.values() else name
            binding.load_adapter(self._known[name].path, native, scale)
            self._native[name, scale] = native
        return native
