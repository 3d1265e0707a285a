"""Scanning on Windows: where games are. It scans for the account that runs it; becoming another one is not built."""

from __future__ import annotations

import getpass
import os
from collections.abc import Sequence

from daemon.platforms.windows.registry import WindowsRegistry
from daemon.platforms.windows.shops import slashes
from daemon.scanning.hits import RefusedError, SearchPaths, Source
from daemon.scanning.sources import launchers
from i18n.message import msg


class WindowsScanner:
    """search.Scanner."""

    def __init__(self) -> None:
        from daemon.platforms.windows import installed  # noqa: PLC0415 - as choose.py loads this only where it is right

        shops = installed.shops(WindowsRegistry(), "HKLM", "HKCU")
        self._sources = (
            shops.steam, shops.epic, shops.gog, shops.riot, shops.folders, shops.installed, launchers.minecraft, shops.menu,
        )  # fmt: skip

    @property
    def sources(self) -> Sequence[Source]:
        return self._sources

    def become(self, user: str | None) -> SearchPaths:
        account = getpass.getuser()
        if user is not None and user.casefold() != account.casefold():
            raise RefusedError(msg("on Windows only one's own games can be looked for, not those of {user}", user=user))
        return SearchPaths(account=account, home=slashes(os.environ.get("USERPROFILE", "C:/Users/Public")))
