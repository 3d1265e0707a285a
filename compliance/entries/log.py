"""The log about itself: seals, the agent's own life, what is no longer in it."""

from __future__ import annotations

import msgspec

from compliance.entries.base import Entry, Safe


class Seal(Entry, frozen=True, kw_only=True, tag="seal"):
    """The seat's Ed25519 signature (hex) over its entries `first`..`last`, whose last has the hash `head`."""

    first: Safe
    last: Safe
    head: str
    sig: str


class AgentTick(Entry, frozen=True, kw_only=True, tag="agent.tick"):
    """The agent was alive: when it last heard from each seat, and which have been silent for over three minutes. `after`: the
    moment of its tick before this one; left out at the first of a run, and in older entries.
    """

    seats: dict[str, Safe]
    silent: tuple[str, ...]
    after: Safe | msgspec.UnsetType = msgspec.UNSET


class Erasure(Entry, frozen=True, kw_only=True, tag="erasure"):
    """Personal data beside so many entries (`payloads`) was deleted: all that was kept of `who` (who is known here by this
    pseudonym for the last time), or (null) whatever was older than `before`. `days`: on how many of the last seven entries tell
    of play of theirs; older entries lack it.
    """

    who: str | None
    before: Safe | None
    payloads: Safe
    days: Safe | msgspec.UnsetType = msgspec.UNSET


class Restored(Entry, frozen=True, kw_only=True, tag="restored"):
    """The agent goes on from a backup that was `made` then (0: nobody knows when). What was logged since is not here, though
    somebody may have seen it.
    """

    made: Safe


class Pruned(Entry, frozen=True, kw_only=True, tag="pruned"):
    """The log's entries before number `end` are deleted, as they are older than thirteen months, but those in the member `kept`
    of a bundle, which has this SHA-256 (`kept`, hex).
    """

    end: Safe
    kept: str
