"""Where Cairn keeps things: one value, built once in `main` and handed down.

Folders are made private (0700) when they are asked for; nothing here touches the disk on import.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

APP_NAME = "cairn"


@dataclass(frozen=True, slots=True)
class Paths:
    """The folders of one user."""

    config: Path
    data: Path
    state: Path
    cache: Path
    runtime: Path
    """Sockets and other things that end with the session."""

    @classmethod
    def of_user(cls) -> Paths:
        """Return the platform's own folders (XDG on Linux)."""
        import platformdirs

        dirs = platformdirs.PlatformDirs(APP_NAME, appauthor=False)
        return cls(
            config=dirs.user_config_path,
            data=dirs.user_data_path,
            state=dirs.user_state_path,
            cache=dirs.user_cache_path,
            runtime=_runtime_folder(dirs.user_cache_path),
        )

    @classmethod
    def under(cls, root: Path) -> Paths:
        """Return folders below `root`: a portable profile, or a test's."""
        return cls(
            config=root / "config",
            data=root / "data",
            state=root / "state",
            cache=root / "cache",
            runtime=root / "runtime",
        )

    @property
    def settings_file(self) -> Path:
        """What the user may change."""
        return self.config / "settings.toml"

    @property
    def presets_file(self) -> Path:
        """Settings that the user has given a name."""
        return self.config / "presets.toml"

    @property
    def models(self) -> Path:
        """The first folder for models and adapters; the user can add others."""
        return self.data / "models"

    @property
    def library_file(self) -> Path:
        """What is known of model files beside what stands in them."""
        return self.data / "library.json"

    @property
    def database(self) -> Path:
        """Every conversation."""
        return self.data / "conversations.sqlite3"

    @property
    def socket(self) -> Path:
        """Where the running program receives a second start."""
        return self.runtime / "cairn.socket"

    @property
    def log_file(self) -> Path:
        """The newest log; older ones lie beside it."""
        return self.state / "cairn.log"

    def create(self) -> None:
        """Create every folder, readable by this user only.

        Raises OSError when the platform refuses.
        """
        for folder in (self.config, self.data, self.state, self.cache, self.runtime):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _runtime_folder(cache: Path) -> Path:
    """Return a private folder for sockets; some systems give the session none."""
    session = os.environ.get("XDG_RUNTIME_DIR", "")
    return Path(session) / APP_NAME if session and Path(session).is_dir() else cache / "run"


def abi_headers() -> Path:
    """Return the folder of the declarations that cffi reads.

    In a checkout it lies in `native/`, in an installed wheel inside the package.
    """
    package = Path(__file__).resolve().parent
    inside = package / "native" / "abi"
    return inside if inside.is_dir() else package.parent / "native" / "abi"


def resources() -> Path:
    """Return the folder of icons and the starter model.

    In a checkout it lies beside `app/`, in an installed wheel inside it.
    """
    package = Path(__file__).resolve().parent
    inside = package / "resources"
    return inside if inside.is_dir() else package.parent / "resources"
