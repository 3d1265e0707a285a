"""What people did, as entries of the log: pauses, enforcement off, extra time, wrong PINs, requests and their answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from msgspec import structs

from compliance.entries.base import Entry
from compliance.entries.override import (
    Answered,
    CodeUsed,
    EnforcementOff,
    EnforcementOn,
    GrantGiven,
    GrantRevoked,
    Paused,
    PinFailed,
    Requested,
    Resumed,
)
from compliance.journal import Journal
from daemon import events
from daemon.deciding.overrides import Overrides
from daemon.recording.line import append, beside
from daemon.sessions import People, RuledPlayer
from daemon.trusted import Reading
from rules.calendar import DAY_MS, day_name

Override: TypeAlias = events.PlayPaused | events.PlayResumed | events.EnforcementOff | events.EnforcementOn


def override(event: Override, zone: str) -> tuple[type[Entry], dict[str, Any], dict[str, str]]:
    """The kind, its fields, and what is personal of it. `zone`: the place's."""
    match event:
        case events.PlayPaused(player, pause, now):
            fields = {"id": pause.id, "who": _pseudonym(player, now.wall, zone), "until": pause.until}
            return Paused, fields, {"player": _name(player), "who": pause.who, "reason": pause.reason} | proved(pause.how)
        case events.PlayResumed(player, pause, who, now, how):
            fields = {"id": pause.id, "who": _pseudonym(player, now.wall, zone), "how": _how(who)}
            return Resumed, fields, {"player": _name(player), "who": who} | proved(how)
        case events.EnforcementOff(off):
            return EnforcementOff, {"id": off.id, "until": off.until}, {"who": off.who, "reason": off.reason}
        case events.EnforcementOn(off, who):
            return EnforcementOn, {"id": off.id, "how": _how(who)}, {"who": who}


def write_again(journal: Journal, overrides: Overrides, people: People, now: Reading) -> None:
    """What holds goes on in a chain that begins anew, where it is said once more. The transaction is the caller's."""
    for event in _held(overrides, people, now):
        kind, fields, persons = override(event, people.zone)
        if isinstance(event, events.PlayResumed):
            persons = {"player": persons["player"]}  # who took it back is not kept
        append(journal, kind, now, payload=beside(**persons), **fields)


def _held(overrides: Overrides, people: People, now: Reading) -> Iterator[Override]:
    for pause in overrides.pauses:
        player = None if pause.player is None else people.by_id(pause.player)
        if player is None and pause.player is not None:
            continue
        yield events.PlayPaused(player, pause, now)
        for but in filter(None, map(people.by_id, pause.but)):
            yield events.PlayResumed(but, pause, pause.who, now, pause.how)
    if (off := overrides.off) is not None and overrides.open(now):
        yield events.EnforcementOff(structs.replace(off, until=min(off.until, now.wall + DAY_MS)), now)


def proved(how: str) -> dict[str, str]:
    """How somebody proved to be a guardian, where it was not by their account."""
    return {} if how == "account" else {"how": how}


def _how(who: str) -> str:
    return "taken back" if who else "over"


def _name(player: RuledPlayer | None) -> str:
    return "" if player is None else player.registered.name


def _pseudonym(player: RuledPlayer | None, wall: int, zone: str) -> str | None:
    return None if player is None else player.pseudonym(day_name(zone, wall))


Given: TypeAlias = events.GrantGiven | events.GrantRevoked | events.ProofEvent


def write_given(journal: Journal, event: Given, who: str | None) -> None:
    """`who`: the pseudonym of the player, None where there is none any more."""
    if isinstance(event, events.GrantGiven | events.GrantRevoked):
        _grant(journal, event, who)
    else:
        _proof(journal, event, who)


def _grant(journal: Journal, event: events.GrantGiven | events.GrantRevoked, who: str | None) -> None:
    grant, now = event.event, event.now
    if isinstance(event, events.GrantRevoked):
        payload = beside(who=event.who, **proved(event.how)) if event.who else None
        append(journal, GrantRevoked, now, payload=payload, id=grant.id)
        return
    payload = beside(player=event.player.registered.name, who=grant.who, reason=grant.reason, **proved(grant.how))
    append(
        journal, GrantGiven, now, payload=payload, id=grant.id, who=who, by=grant.by, ms=grant.ms, game=grant.game,
        given=grant.given,
    )  # fmt: skip


def _proof(journal: Journal, event: events.ProofEvent, who: str | None) -> None:
    now, payload = event.now, beside(account=event.account, guardian=event.guardian)
    if isinstance(event, events.CodeUsed):
        append(journal, CodeUsed, now, payload=payload, who=who, ms=event.ms)
        return
    append(journal, PinFailed, now, payload=payload, who=who, how=event.how, tries=event.tries, locked=event.locked)


def write_asked(journal: Journal, event: events.Asked, who: str) -> None:
    """`who` is the player's pseudonym of the day."""
    asked, now, answer = event.event, event.now, event.event.answer
    program = asked.program
    persons = {"player": event.part.name}
    if program is not None:
        persons["name"] = program.name
    if answer is None:
        persons |= {"account": asked.account, "reason": asked.reason}
        append(
            journal, Requested, now, payload=beside(**persons), id=asked.id, who=who, game=asked.game,
            program=None if program is None else program.sha256, ms=asked.ms,
        )  # fmt: skip
        return
    persons |= {"who": answer.who, "reason": answer.reason} | proved(answer.how)
    append(
        journal, Answered, now, payload=beside(**persons), id=asked.id, who=who, by=answer.by, approved=answer.approved,
        let=answer.let, ms=answer.ms, grant=answer.grant, game=asked.game, asked=asked.ms,
    )  # fmt: skip
