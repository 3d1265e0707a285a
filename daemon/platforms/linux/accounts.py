"""Accounts of this machine, by way of NSS (getpwnam(3), group(5)), and whose the numbers of containers are (subuid(5))."""

from __future__ import annotations

import pwd
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from daemon.platforms.linux import procfs
from host import choose
from host.clock import Clock
from host.linux import users

_FIRST_PERSON = 1000  # UID_MIN of login.defs(5) on every distribution that we know
_NOBODY = 65534
_KEPT_MS, _MOST = 1_000, 1_024
_NO_LOGIN = ("nologin", "false")
_LISTED = 256  # no home or game point has more


class LinuxAccounts:
    """platforms.api.Accounts. Who is limited is asked at each start of a game, and NSS takes longer than such a start: what it
    said holds for a second.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._limited: dict[str, tuple[bool, int]] = {}  # and until when, by the play clock

    def canonical(self, account: str) -> str:
        return account

    def exists(self, account: str) -> bool:
        entry = _entry(account)
        return entry is not None and not users.lent(entry)

    def limited(self, account: str) -> bool:
        now = self._clock.mono()
        found, until = self._limited.get(account, (False, 0))
        if now >= until:
            if len(self._limited) >= _MOST:
                self._limited.clear()
            found = self._looked_up(account)
            self._limited[account] = found, now + _KEPT_MS
        return found

    def _looked_up(self, account: str) -> bool:
        entry = _entry(account)
        if entry is None or _of_container(entry):
            # A number that no account has, as in containers: whoever it is may not be free of limits for that.
            number = entry.pw_uid if entry else int(account) if account.isdigit() else 0
            return number >= _FIRST_PERSON and number != _NOBODY and number not in users.SERVICES
        service = (
            entry.pw_uid < _FIRST_PERSON
            or entry.pw_uid == _NOBODY
            or entry.pw_shell.rpartition("/")[2] in _NO_LOGIN
        )
        return not service and not self.administrator(account)

    def persons(self) -> tuple[str, ...]:
        """By passwd(5) alone: of NSS one may not ask for all, a network may keep many thousands."""
        lines = (line.split(":") for line in procfs.text("/etc/passwd").splitlines())
        found = (one[0] for one in lines if len(one) == 7 and one[2].isdigit() and int(one[2]) >= _FIRST_PERSON)
        return tuple(islice(found, _LISTED))

    def administrator(self, account: str) -> bool:
        return choose.users().administers(account)

    def powerful_group(self, account: str) -> str | None:
        return users.powerful_group(account)


@dataclass(frozen=True, slots=True)
class SubIds:
    """Which numbers a person may use inside containers: [start, start + count) is `account`'s."""

    account: str
    start: int
    count: int


def sub_ids() -> Iterator[SubIds]:
    """What /etc/subuid grants; lines that make no sense grant nothing."""
    for line in procfs.text("/etc/subuid").splitlines():
        fields = line.split(":")
        if len(fields) == 3 and fields[1].isdigit() and fields[2].isdigit():
            yield SubIds(fields[0], int(fields[1]), int(fields[2]))


def account_of(uid: int) -> str:
    """The account's name; for a number of a container its holder's; else the number as text, whatever systemd calls it.

    NSS may ask the network: never in the gate's thread.
    """
    with suppress(KeyError):
        entry = pwd.getpwuid(uid)
        if not _of_container(entry):
            return entry.pw_name
    holder = next((ids.account for ids in sub_ids() if ids.start <= uid < ids.start + ids.count), None)
    if holder is None:
        return str(uid)
    with suppress(KeyError, OverflowError):
        return pwd.getpwuid(int(holder)).pw_name if holder.isdigit() else holder  # the file may have its number, too
    return holder


def uid_of(account: str) -> int | None:
    entry = _entry(account)
    if entry is not None:
        return entry.pw_uid
    return int(account) if account.isdigit() else None


def _entry(account: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(account)
    except (KeyError, ValueError):
        return None


def _of_container(entry: pwd.struct_passwd) -> bool:
    return users.lent(entry) and entry.pw_uid not in users.SERVICES
