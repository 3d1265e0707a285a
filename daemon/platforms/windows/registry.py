"""The registry as a scan reads it: values and subkeys by path. A protocol, so that what is read can be tested anywhere."""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from typing import Any, Literal, Protocol

Hive = Literal["HKLM", "HKCU"]
_MOST = 5_000  # values or subkeys of one key
_PERSON = re.compile(r"S-1-(?:5-21|12-1)(?:-\d+)+")  # of this machine or a domain, or of Microsoft's directory


class Registry(Protocol):
    """What is not there, or may not be read, is empty."""

    def values(self, hive: Hive, key: str) -> Mapping[str, str]:
        """The texts and numbers of a key, as text, by name in lower case; the default value's name is ""."""

    def keys(self, hive: Hive, key: str) -> list[str]:
        """The names of its subkeys."""


class WindowsRegistry:
    """Registry by the module winreg, which the type checker knows on Windows only."""

    def __init__(self, user: str | None = None) -> None:
        """HKCU is that of the account with this SID, while it is logged on; None: of our own."""
        self._winreg: Any = importlib.import_module("winreg")
        ours = (self._winreg.HKEY_CURRENT_USER, "") if user is None else (self._winreg.HKEY_USERS, f"{user}\\")
        self._hives = {"HKLM": (self._winreg.HKEY_LOCAL_MACHINE, ""), "HKCU": ours}

    def users(self) -> list[str]:
        """SIDs of the accounts that are logged on, services' left out."""
        every = self._listed(self._winreg.HKEY_USERS, "", self._winreg.EnumKey)
        return [str(name) for name in every if _PERSON.fullmatch(str(name))]

    def values(self, hive: Hive, key: str) -> Mapping[str, str]:
        return {str(name).lower(): str(value) for name, value, *_ in self._all(hive, key, self._winreg.EnumValue)
                if isinstance(value, (str, int))}  # fmt: skip

    def keys(self, hive: Hive, key: str) -> list[str]:
        return [str(name) for name in self._all(hive, key, self._winreg.EnumKey)]

    def _all(self, hive: Hive, key: str, enumerate_: Any) -> list[Any]:
        root, above = self._hives[hive]
        return self._listed(root, above + key, enumerate_)

    def _listed(self, root: Any, key: str, enumerate_: Any) -> list[Any]:
        found: list[Any] = []
        try:
            with self._winreg.OpenKey(root, key) as opened:
                while len(found) < _MOST:
                    found.append(enumerate_(opened, len(found)))
        except OSError:  # no such key, no right to read it, or no more of them: winreg says all of it so
            pass
        return found
