"""Is everything enforced that should be? Names what is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from agent.api import guarding
from agent.api.roster import Guardian
from daemon.api.messages import Check, FileSystem
from daemon.health import Health
from daemon.platforms.api import Accounts, Lack, Platform, WatchKind
from daemon.recording.recorder import Recorder
from daemon.recording.rejoin import unsent_aside
from daemon.reporting.people_checks import (
    catalogue_check,
    certificate_check,
    limits_check,
    nobody_check,
    programs_check,
    unlimited_check,
)
from daemon.sessions import InForce, People, RuledPlayer
from daemon.store import Store
from host.api import Person
from i18n.message import Message, msg, msgn

_SWITCHED_OFF = msg("games are ended at their start, not before: [gate] in daemon/config.toml switched that off")
_NO_GATE = msg("games are ended at their start, not before: the system does not let Giờ Chơi use fanotify")
_NO_EVENTS = msg("the system does not tell what starts: games are ended when a look finds them")
_NO_ROOT = msg("without the rights of the system only this account's programs are seen: games are ended when a look finds them")

_KEPT: Final = {
    "file": msg("the background service's keys lie in files that only its account can read"),
    "dpapi": msg("the background service's keys lie in files that Windows opens for its account only"),
    "keyring": msg("the background service's keys lie in the keyring of its account"),
    "systemd-host": msg("the background service's keys are kept by systemd, sealed for this PC"),
    "systemd-tpm2": msg("the background service's keys are kept by systemd, sealed by this PC's TPM"),
}

_NOT_FIRST: dict[Lack, Message] = {
    "processor": msg("under load limits may come late: the system does not let the daemon go before other programs"),
    "memory": msg("where memory ends the daemon may be ended: the system does not let it be spared"),
}


def _watch(kind: WatchKind, *, gate: bool, root: bool) -> Check:
    """How early games are refused, and what keeps that from being earlier. `gate`: the configuration wants it."""
    if kind == "gate":
        return Check(id="watch", ok=True, text=msg("games are refused before they run"))
    if kind == "events":
        return Check(id="watch", ok=False, text=_NO_GATE if gate else _SWITCHED_OFF)
    return Check(id="watch", ok=False, text=_NO_EVENTS if root else _NO_ROOT)


@dataclass(frozen=True, slots=True, eq=False)
class Doctor:
    """`gate`: the configuration wants starts refused; `root`: the daemon may do everything; `lacks`: in what it does not go
    before programs of users; `kept`: where the agent keeps its keys, or "". `now` is trusted wall time. `persons`: who
    can log in here.
    """

    in_force: InForce
    platform: Platform
    health: Health
    recorder: Recorder
    store: Store
    reachable: Callable[[], bool]
    now: Callable[[], int]
    gate: bool
    root: bool
    lacks: frozenset[Lack] = frozenset()
    kept: Callable[[], str] = str
    persons: Callable[[], tuple[Person, ...]] = tuple

    def checks(self, *, everybody: bool) -> tuple[Check, ...]:
        """All that is looked at, and each open Issue. `everybody`: accounts of players too, which are no child's business."""
        found = [_watch(self.platform.watcher.kind, gate=self.gate, root=self.root)]
        found.extend(Check(id=f"first-{what}", ok=False, text=_NOT_FIRST[what]) for what in sorted(self.lacks))
        if not self.health.has("agent-away"):
            answers, not_yet = msg("the background service answers"), msg("the background service was not reached yet")
            reachable = self.reachable()
            found.append(Check(id="agent", ok=reachable, text=answers if reachable else not_yet))
        if (kept := _KEPT.get(self.kept())) is not None:
            found.append(Check(id="agent-keys", ok=True, text=kept))
        people = self.in_force.people
        found.extend(() if people is None else nobody_check(people))
        if people is not None and everybody:
            found.extend(_accounts(people, self.platform.accounts))
            found.extend(self._people())
        found.extend(Check(id=one.id, ok=False, text=one.text) for one in self.health.open())
        found.append(self._journal(tried=everybody))
        if aside := unsent_aside(self.store):
            text = msgn("{n} entry is kept for a former agent", "{n} entries are kept for a former agent", aside)
            found.append(Check(id="former-agent", ok=True, text=text))
        return tuple(found)

    def file_systems(self) -> tuple[FileSystem, ...]:
        return self.platform.watcher.file_systems()

    def _people(self) -> Iterator[Check]:
        """What holds for whom, and what the place lacks."""
        people, now = self.in_force.people, self.now()
        if people is not None:
            yield from (limits_check(player, people, now) for player in people.players)
            yield from (check for player in people.players for check in programs_check(player, self.platform.watcher.kind))
            yield from certificate_check(people, now)
            yield from catalogue_check(people)
            yield from unlimited_check(people, self.persons(), self.platform.accounts)

    def _journal(self, *, tried: bool) -> Check:
        """`tried`: the disk is tried too, which costs it something, so not for anybody who asks."""
        waiting = self.recorder.waiting
        if waiting == 0 and tried and not self.store.has_room():
            return Check(id="journal", ok=False, text=msg("the disk is full or cannot be written: make room, for the journal"))
        if waiting == 0:
            return Check(id="journal", ok=True, text=msg("the journal can be written"))
        text = msgn("{n} entry could not be written yet", "{n} entries could not be written yet", waiting)
        return Check(id="journal", ok=False, text=text)


def _accounts(people: People, accounts: Accounts) -> Iterator[Check]:
    """Whether each player can be held to the limits in their account."""
    guardians = {player.id: guardian for player, guardian in guarding.clashes(people.roster, accounts.canonical)}
    for player in people.players:
        ok, text = _account(player, accounts, guardians.get(player.id))
        yield Check(id=f"account:{player.id}", ok=ok, text=text)


def _account(player: RuledPlayer, accounts: Accounts, guardian: Guardian | None) -> tuple[bool, Message]:
    """A limited player on an administrator's account can undo everything here. On a guardian's they have none of its rights."""
    name, account = player.registered.name, player.registered.account
    if account is None:
        command = f"giochoi player set {player.id} --account …"
        return False, msg("{name} has no account on this PC; run {command}", name=name, command=command)
    if not accounts.exists(account):
        return False, msg("this machine has no account '{account}'", account=account)
    bound = player.limited or player.unknown == "refused"
    if bound and accounts.administrator(account):
        return False, msg("{name}'s account {account} is an administrator's: no limit can hold", name=name, account=account)
    if bound and (group := accounts.powerful_group(account)) is not None:
        told = {"name": name, "account": account, "group": group, "command": f"gpasswd -d {account} {group}"}
        return False, msg("{name}'s account {account} is in the group {group}, and so can become root; run {command}", **told)
    if guardian is not None:
        told = {"name": name, "account": account, "guardian": guardian.name}
        return False, msg("{name}'s account {account} is that of the guardian {guardian} too, who has no rights in it", **told)
    return True, msg("{name} plays as {account}", name=name, account=account)
