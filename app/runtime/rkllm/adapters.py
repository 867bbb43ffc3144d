"""The LoRA adapters of a loaded model: loaded once for each scale, chosen by name for each run."""

from __future__ import annotations

from collections.abc import Sequence

from app.errors import RunError
from app.runtime.protocol import Adapter
from app.runtime.rkllm.binding import Binding


class Adapters:
    """Knows which adapters the library holds. It cannot unload one, nor mix two."""

    def __init__(self) -> None:
        #: What the library calls each adapter at each scale.
        self._native: dict[Adapter, str] = {}

    def load(self, binding: Binding, adapter: Adapter) -> str:
        """Load an adapter at its scale, unless it is there already; return the library's name.

        Raises NativeFailure.
        """
        native = self._native.get(adapter)
        if native is None:
            taken = adapter.name in self._native.values()
            native = f"{adapter.name}@{adapter.scale:g}" if taken else adapter.name
            binding.load_adapter(adapter.path, native, adapter.scale)
            self._native[adapter] = native
        return native

    def choose(self, binding: Binding, adapters: Sequence[Adapter]) -> str:
        """Return the library's name for the adapter that is on, or "" when none is.

        One that is not there yet, or not at this scale, is loaded. Raises RunError and
        NativeFailure.
        """
        wanted = [adapter for adapter in adapters if adapter.scale != 0]
        if not wanted:
            return ""
        if len(wanted) > 1:
            raise RunError(
                "The NPU library uses one LoRA adapter at a time.", "Switch the others off."
            )
        return self.load(binding, wanted[0])
