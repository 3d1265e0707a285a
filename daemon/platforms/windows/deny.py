"""Puts together what refuses starts by the games' files."""

from __future__ import annotations

import sys
from pathlib import Path

from daemon.config import DenyConfig
from daemon.platforms.windows.acl import WindowsDisk, standard, windows_folder
from daemon.platforms.windows.boottask import BootTask
from daemon.platforms.windows.denials import Denials, Means
from host.clock import Clock


def build(root: Path, config: DenyConfig, clock: Clock) -> Denials:
    """Denials of the home at `root`, which do nothing yet. What Windows or we ourselves run from is never denied. OSError."""
    spared = (windows_folder(), sys.prefix, sys.base_prefix, str(root))
    return Denials(root / "daemon", config, clock, Means(WindowsDisk(), BootTask(root), standard, spared))
