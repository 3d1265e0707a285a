"""Is everything enforced that should be? Names what is not. And what status says of daemon and agent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from agent.api import guarding
from agent.api.roster import Guardian
from daemon.api import messages as m
from daemon.api.issues import ISSUES
from daemon.api.messages import Check, FileSystem
from daemon.api.status import OffPart
from daemon.deciding.overrides import Overrides
from daemon.health import Health
from daemon.platforms.api import Accounts, Lack, Platform, WatchKind
from daemon.recording.chains import unsent_aside
from daemon.recording.recorder import Recorder
from daemon.roster import Trust
from daemon.sessions import InForce, People, RuledPlayer
from daemon.store import Store
from host import VERSION
from host.api import Person
from i18n.message import Arg, Day, Message, comma, msg, msgn
from rules.calendar import day_name, rfc3339
from rules.engine.reach import ADULT
from rules.engine.strictness import Somebody, of_the_person, strictness

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
    before programs of users; `kept`: where the agent keeps its keys, or "". `now` is trusted wall time, `since` that of the
    daemon's start. `persons`: who can log in here. `zone` everywhere: the place's.
    """

    in_force: InForce
    platform: Platform
    health: Health
    recorder: Recorder
    store: Store
    trust: Trust
    overrides: Overrides
    reachable: Callable[[], bool]
    kept: Callable[[], str]
    persons: Callable[[], tuple[Person, ...]]
    now: Callable[[], int]
    since: int
    gate: bool
    root: bool
    lacks: frozenset[Lack]
    address: str = ""

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

    def daemon(self, zone: str) -> m.DaemonPart:
        roster, off = self.trust.roster, self.overrides.off
        return m.DaemonPart(
            version=VERSION,
            since=rfc3339(self.since, zone),
            watch=self.platform.watcher.kind,
            issues=tuple(
                m.Issue(id=one.id, since=rfc3339(one.since, zone), text=one.text) for one in self.health.open()
            ),
            roster=-1 if roster is None else roster.number,
            off=None if off is None else OffPart(until=rfc3339(off.until, zone), who=off.who, reason=off.reason),
        )

    def agent(self, zone: str) -> m.AgentPart:
        head, seen = self.trust.checkpoint, self.trust.checkpoint_wall
        return m.AgentPart(
            reachable=self.reachable(),
            unsent=self.recorder.journal.unsent() + self.recorder.waiting,
            keys=self.kept() or None,
            address=self.address or None,
            fingerprint=None if self.trust.keys is None else self.trust.keys.fingerprint,
            checkpoint=None if head is None else m.CheckpointPart(size=head.size, time=rfc3339(seen, zone)),
        )

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


_OWN = "house"  # the pack of `giochoi limit`
_FIRST = "home-school-week"  # the pack that is proposed where there is none
_FIRST_AT_A_POINT = "vn-147:guardian=false"
_SOON = timedelta(days=60)
_RENEW = "giochoi place set … --certificate … --expires …"


def nobody_check(people: People) -> tuple[Check, ...]:
    """At home it is a child that somebody forgot; elsewhere the opening hours may be all that is wanted."""
    if people.place != "home" or people.players or people.guest.limited:
        return ()
    return (Check(id="limits", ok=False, text=msg("nobody is limited yet: {command}", command="giochoi setup")),)


def unlimited_check(people: People, persons: Iterable[Person], accounts: Accounts) -> tuple[Check, ...]:
    """Who of `persons` may play as they like because no player has their account. It may be meant so."""
    if people.place != "home" or people.guest.limited:
        return ()
    known = {accounts.canonical(one.registered.account) for one in people.players if one.registered.account is not None}
    known |= people.guardians
    found = (one.account for one in persons if accounts.canonical(one.account) not in known and accounts.limited(one.account))
    free = sorted(found)
    text = msg("accounts without limits: {names}", names=comma(free))
    return (Check(id="accounts", ok=True, text=text, note=True),) if free else ()


def limits_check(player: RuledPlayer, people: People, now: int) -> Check:
    """Whether anything but a point's opening hours holds for the player at `now` (Unix ms): for an adult nothing has to."""
    name, born = player.registered.name, player.registered.born
    who = Somebody(born, player.registered.guardian, people.place, now)
    held = [pack.id for pack in player.packs if strictness((of_the_person(pack),), who)]
    age = player.age_on(day_name(people.zone, now))
    if held:
        packs = comma(msg("own limits") if id_ == _OWN else id_ for id_ in held)
        ok, text = True, msg("{name} is under: {packs}", name=name, packs=packs)
    elif age is not None and age >= ADULT:
        ok, text = True, msg("{name} is an adult without limits", name=name)
    else:
        first = _FIRST if people.place == "home" else _FIRST_AT_A_POINT
        ok, text = False, _unlimited(player, age, f"giochoi policy use {player.id} {first}")
    return Check(id=f"limits:{player.id}", ok=ok, text=text)


def programs_check(player: RuledPlayer, kind: WatchKind) -> tuple[Check, ...]:
    """Where unknown programs are refused: whether that is before they run."""
    if player.unknown != "refused":
        return ()
    name, gate = player.registered.name, kind == "gate"
    text = (
        msg("{name} runs only installed programs: others are refused before they run", name=name) if gate
        else msg("{name} runs only installed programs, but others are ended only after their start", name=name)
    )  # fmt: skip
    return (Check(id=f"programs:{player.id}", ok=gate, text=text),)


def certificate_check(people: People, now: int) -> tuple[Check, ...]:
    """A certificate that has run out or soon will, or that a game point does not name: it is the operator's to renew."""
    today, expires = day_name(people.zone, now), people.roster.expires
    if expires is None:
        if people.roster.place != "game-point" or people.roster.certificate:
            return ()
        text = msg("no certificate is named, and inspectors ask for it: {command}", command=_RENEW)
    elif expires < today:
        text = msg("the certificate expired on {day}; a new one: {command}", day=Day(expires), command=_RENEW)
    elif expires - today <= _SOON:
        told: dict[str, Arg] = {"day": Day(expires), "command": _RENEW}
        soon = msg("the certificate expires on {day}: have it renewed in time, then type: {command}", **told)
        return (Check(id="certificate", ok=True, text=soon),)
    else:
        return ()
    return (Check(id="certificate", ok=False, text=text),)


def catalogue_check(people: People) -> tuple[Check, ...]:
    """Where the known games are switched off: a file says so that nobody sees."""
    return () if people.roster.shipped else (Check(id="catalogue-off", ok=False, text=ISSUES["catalogue-off"]),)


def expired(people: People, today: date) -> date | None:
    """The last day of the place's certificate, if it is over."""
    expires = people.roster.expires
    return expires if expires is not None and expires < today else None


def _unlimited(player: RuledPlayer, age: int | None, command: str) -> Message:
    name = player.registered.name
    if age is not None:
        return msg("{name} ({age}) has no limits; run {command}", name=name, age=age, command=command)
    born = f"giochoi player set {player.id} --born …"
    return msg("{name} has no limits, and the age is not known; run {command}, or for an adult {born}",
               name=name, command=command, born=born)  # fmt: skip
