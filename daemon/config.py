"""What HOME/daemon/config.toml may say, all of it optional.

::

    [gate]
    enabled = true          # false: never refuse before the start, only end at it
    mounts = ["/games"]     # only these mount points; left out: every file system that can hold programs
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from daemon.errors import DaemonError
from i18n.message import msg, said_by


class GateConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    enabled: bool = True
    mounts: tuple[str, ...] | None = None


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    gate: GateConfig = GateConfig()

    @property
    def gate_mounts(self) -> tuple[str, ...] | None:
        """The mount points to guard: none at all, these, or (None) every one."""
        return self.gate.mounts if self.gate.enabled else ()


def load(folder: Path) -> Config:
    """The configuration in `folder`, or the default. DaemonError (2) names file and field of a mistake."""
    path = folder / "config.toml"
    try:
        return msgspec.toml.decode(path.read_bytes(), type=Config)
    except FileNotFoundError:
        return Config()
    except (msgspec.MsgspecError, ValueError, OSError) as error:
        raise DaemonError(
            msg("{path}: {why}; mend or remove the file, then start again", path=str(path), why=said_by(error)), code=2
        ) from None
