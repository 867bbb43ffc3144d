"""How another answer shall differ from what the conversation has in use."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.settings.schema import Settings


@dataclass(frozen=True, slots=True)
class Variation:
    """Another model, adapter or temperature, for one answer only; nothing by itself."""

    model: str = ""
    """Path of the model that shall answer, or "" for the shown one."""
    adapter: str | None = None
    """Path of the adapter to use, "" for none, or None for the one that is on."""
    temperature: float | None = None

    def apply_to(self, settings: Settings) -> Settings:
        """Return the settings to answer with."""
        if self.temperature is None:
            return settings
        sampling = replace(settings.sampling, temperature=self.temperature)
        return replace(settings, sampling=sampling)


#: Nothing is to be different.
AS_IT_IS = Variation()
