"""The registry as a scan reads it: values and subkeys by path. A protocol, so that what is read can be tested anywhere."""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from typing import Any, Literal, Protocol

Hive = Literal["HKLM", "HKCU"]
_MOST = 5_000  # subkeys of one key
_PERSON = re.compile(r"S-1-(?:5-21|12-1)(?:-\d+)+")  # of this machine or a domain, or of Microsoft's directory


class Registry(Protocol):
    """What is not there, or may not be read, is empty."""

    def values(self, hive: Hive, key: str, *names: str) -> Mapping[str, str]:
        """Of these values of a key, named in lower case, those that are texts or numbers, as text."""

    def keys(self, hive: Hive, key: str) -> list[str]:
        """The names of its subkeys."""


class WindowsRegistry:
    """Registry by the module winreg, which the type checker knows on Windows only."""

    def __init__(self, user: str | None = None) -> None:
        """HKCU is that of the account with this SID, while it is logged on; None: of our own."""
        from host.windows.values import short_value  # noqa: PLC0415 - on Windows only

        self._short_value = short_value
        self._winreg: Any = importlib.import_module("winreg")
        ours = (self._winreg.HKEY_CURRENT_USER, "") if user is None else (self._winreg.HKEY_USERS, f"{user}\\")
        self._hives = {"HKLM": (self._winreg.HKEY_LOCAL_MACHINE, ""), "HKCU": ours}

    def users(self) -> list[str]:
        """SIDs of the accounts that are logged on, services' left out."""
        return [name for name in self._listed(self._winreg.HKEY_USERS, "") if _PERSON.fullmatch(name)]

    def values(self, hive: Hive, key: str, *names: str) -> Mapping[str, str]:
        """Asked for one by one, as an account may write any number of values of any size beside them."""
        root, above = self._hives[hive]
        try:
            with self._winreg.OpenKey(root, above + key) as opened:
                found = {name: self._short_value(opened.handle, name) for name in names}
        except OSError:
            return {}
        return {name: value for name, value in found.items() if value is not None}

    def keys(self, hive: Hive, key: str) -> list[str]:
        root, above = self._hives[hive]
        return self._listed(root, above + key)

    def _listed(self, root: Any, key: str) -> list[str]:
        found: list[str] = []
        try:
            with self._winreg.OpenKey(root, key) as opened:
                while len(found) < _MOST:
                    found.append(str(self._winreg.EnumKey(opened, len(found))))
        except OSError:  # no such key, no right to read it, or no more of them: winreg says all of it so
            pass
        return found
