"""What a guardian gave, asked or took back, as the log says it."""

from __future__ import annotations

from typing import Literal

import msgspec

from compliance.entries.base import Entry, Safe


class GrantGiven(Entry, frozen=True, kw_only=True, tag="grant.given"):
    """Extra time. Who gave it and why is in the payload."""

    id: str
    who: str
    by: str
    ms: Safe
    game: str | None
    given: Safe


class GrantRevoked(Entry, frozen=True, kw_only=True, tag="grant.revoked"):
    """The grant `id` counts no longer."""

    id: str


class Requested(Entry, frozen=True, kw_only=True, tag="request"):
    """`who` asks for `ms` of time, for one game or (None) for all; or (0; in older entries some time there, too) to be let
    play the game, or run a `program` (SHA-256) that was refused. Why is in the payload.
    """

    id: str
    who: str
    game: str | None
    program: str | None
    ms: Safe


class Answered(Entry, frozen=True, kw_only=True, tag="answer"):
    """The request `id` of `who` was answered. `let`: its game or program is let through; `grant`: the id of the time that was
    given, so many `ms`. `game` and `asked` repeat for which game and how much it asked; older entries lack both. Who answered
    and why is in the payload.
    """

    id: str
    who: str
    by: str
    approved: bool
    let: bool
    ms: Safe | None
    grant: str | None
    game: str | msgspec.UnsetType | None = msgspec.UNSET
    asked: Safe | msgspec.UnsetType = msgspec.UNSET


class Paused(Entry, frozen=True, kw_only=True, tag="pause"):
    """A guardian lets `who` (None: everybody who plays under limits) play nothing, until then or until it is taken back. Who
    paused and why is in the payload.
    """

    id: str
    who: str | None
    until: Safe | None


class Resumed(Entry, frozen=True, kw_only=True, tag="resume"):
    """The pause `id` holds no longer, for `who` (None: for anybody)."""

    id: str
    who: str | None
    how: Literal["taken back", "over"]


class EnforcementOff(Entry, frozen=True, kw_only=True, tag="enforcement.off"):
    """A guardian has nothing enforced until then; play is counted all the same. Who and why is in the payload."""

    id: str
    until: Safe


class EnforcementOn(Entry, frozen=True, kw_only=True, tag="enforcement.on"):
    """The `enforcement.off` of this id holds no longer."""

    id: str
    how: Literal["taken back", "over"]


class Approval(Entry, frozen=True, kw_only=True, tag="approval"):
    """`game` was let through for `who`."""

    id: str
    who: str
    game: str


class ApprovalEnded(Entry, frozen=True, kw_only=True, tag="approval.ended"):
    """The approval `id` holds no longer."""

    id: str


class PinFailed(Entry, frozen=True, kw_only=True, tag="pin.failed"):
    """A guardian's PIN, or a code by telephone, was given wrong at an account that `who` plays under (None: nobody's), for the
    `tries`th time; `locked`: until when no other is taken from it. Which account, and whose PIN, is in the payload.
    """

    who: str | None
    how: Literal["pin", "code"]
    tries: Safe
    locked: Safe | None


class CodeUsed(Entry, frozen=True, kw_only=True, tag="code.used"):
    """A guardian's code by telephone gave `who` up to `ms`; what it gave follows. Whose code is in the payload."""

    who: str
    ms: Safe
