"""A decision that did not allow, as the log says it."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from compliance.entries.base import Entry, Safe


class GrantLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A grant as a decision used it."""

    by: str
    ms: Safe
    game: str | None
    given: Safe


class PauseLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A pause as a decision used it: the id of its `pause`, until when it was."""

    id: str
    until: Safe | None


class Decided(Entry, frozen=True, kw_only=True):
    """All that a decision used, so that anyone can make it again.

    `system` is whose `label` it is. Entries from before it was told lack it: every label counted as the law's then, and an
    approval answered no label.
    `who` is the day's pseudonym; `at` the moment that was asked about; `guardian` whether a guardian's data is registered;
    `before` the play of the rule's day up to `at`, by "game", "publisher" and "total"; `counted` play as (start, ms) that alone
    makes the rule's numbers, None where `before` does. `pack` is the SHA-256 of the rule's pack, or "house" with the rule
    itself in `inline` (compliance.format.house_rule). `paused`: the pause that made it so, and no pack; else left out.
    """

    who: str
    at: Safe
    age: Safe | None
    place: str
    game: str
    label: Safe | None
    system: str | msgspec.UnsetType | None = msgspec.UNSET
    publisher: str | None
    guardian: bool
    before: dict[str, Safe]
    counted: tuple[tuple[Safe, Safe], ...] | None
    grants: tuple[GrantLine, ...]
    approved: bool
    verdict: str
    rule: str
    cite: str
    pack: str
    params: dict[str, bool | Safe | str]
    inline: dict[str, Any] | None
    zone: str
    budget: Safe | None
    until: Safe | None
    paused: PauseLine | msgspec.UnsetType = msgspec.UNSET


class PlayDue(Decided, frozen=True, kw_only=True, tag="play.due"):
    """`play` has to end, and why, and how long it may go on to save. Durable before the game is asked to close."""

    play: Safe
    grace: Safe


class LaunchRefused(Decided, frozen=True, kw_only=True, tag="launch.refused"):
    """A start that was not allowed: stopped before its first instruction (gate) or ended at once (ended)."""

    how: Literal["gate", "ended"]
