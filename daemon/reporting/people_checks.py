"""What the doctor says of each player, by the list in force: who is limited by what, and who by nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from daemon.api.issues import ISSUES
from daemon.api.messages import Check
from daemon.platforms.api import Accounts, WatchKind
from daemon.sessions import People, RuledPlayer
from host.api import Person
from i18n.message import Arg, Day, Message, comma, msg
from rules.calendar import day_name
from rules.engine.reach import ADULT
from rules.engine.strictness import Somebody, of_the_person, strictness

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
