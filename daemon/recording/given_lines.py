"""Extra time, and how somebody proved or failed to prove to be a guardian, as entries of the log."""

from __future__ import annotations

from typing import TypeAlias

from compliance.entries.override import CodeUsed, GrantGiven, GrantRevoked, PinFailed
from compliance.journal import Journal
from daemon import events
from daemon.recording.line import append, beside
from daemon.recording.override_lines import proved

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
