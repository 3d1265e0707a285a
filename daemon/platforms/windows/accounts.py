"""Accounts of this machine and its domain, by their SIDs."""

from __future__ import annotations

from host.windows import users
from host.windows.sids import service_account


class WindowsAccounts:
    """platforms.api.Accounts."""

    def canonical(self, account: str) -> str:
        return users.canonical(account) or account

    def exists(self, account: str) -> bool:
        return users.sid_of(account) is not None

    def local(self) -> tuple[str, ...]:
        return ()  # there is no gate

    def limited(self, account: str) -> bool:
        sid = users.sid_of(account) or account
        return not service_account(sid) and not users.administrator(sid)

    def administrator(self, account: str) -> bool:
        return users.administers(account)

    def powerful_group(self, account: str) -> str | None:
        return None  # of Windows' other groups nothing was tried
