"""The agent's doors: one typed function per operation.

The CLI's are blocking, the seat's (`enrol` … `alive`) are awaited. All raise host.rpc.ApiError with one line for people if the
agent says no, and host.rpc.Unreachable if nothing listens at `address` (then nothing changed).
"""

from __future__ import annotations

from collections.abc import Iterator

from agent.api import messages as m
from host import rpc

# A long poll is answered after 60 s at the latest.
_POLL_S = 75.0
# Writing a large bundle may keep the agent busy before the first piece comes.
_EXPORT_S = 120.0


# --- seat ------------------------------------------------------------------------------------------------------------


async def enrol(address: str, request: m.Enrol) -> m.Enrolled:
    """Introduce this seat and its key; the same key again is no error."""
    return await rpc.acall(address, "seat.enrol", request, m.Enrolled)


async def roster_get(address: str, request: m.RosterGet) -> m.SignedRoster:
    """The signed roster once its number is above `request.above`, or after 60 s whatever it is then."""
    return await rpc.acall(address, "roster.get", request, m.SignedRoster, timeout=_POLL_S)


async def submit(address: str, request: m.Submit) -> m.Accepted:
    """Hand in a sealed batch; handing it in again gives the same proofs under the newest checkpoint."""
    return await rpc.acall(address, "log.submit", request, m.Accepted, timeout=_EXPORT_S)


async def put_grants(address: str, request: m.PutGrants) -> m.Done:
    """Merge grant events made at the seat into the registry."""
    return await rpc.acall(address, "grant.put", request, m.Done)


async def alive(address: str, request: m.Alive) -> m.Done:
    """Say that the seat is there; the answer tells the roster's present number."""
    return await rpc.acall(address, "seat.alive", request, m.Done)


# --- registry --------------------------------------------------------------------------------------------------------


def player_add(address: str, request: m.PlayerAdd) -> m.Done:
    """Register a player; `Done.id` is the new id."""
    return rpc.call(address, "player.add", request, m.Done)


def player_set(address: str, request: m.PlayerSet) -> m.Done:
    """Change what is set in the request."""
    return rpc.call(address, "player.set", request, m.Done)


def player_remove(address: str, request: m.PlayerRemove) -> m.Done:
    """End a player's registration with its limits, packs and approvals."""
    return rpc.call(address, "player.remove", request, m.Done)


def player_list(address: str, request: m.PlayerList | None = None) -> m.Players:
    """All registered players; the guest is none."""
    return rpc.call(address, "player.list", request or m.PlayerList(), m.Players)


def player_days(address: str, request: m.PlayerDays) -> m.PlayerNames:
    """The player's pseudonyms in this agent's log."""
    return rpc.call(address, "player.days", request, m.PlayerNames)


def guardian_add(address: str, request: m.GuardianAdd) -> m.Done:
    """Register a guardian; `Done.id` is the new id."""
    return rpc.call(address, "guardian.add", request, m.Done)


def guardian_list(address: str, request: m.GuardianList | None = None) -> m.Guardians:
    """All guardians."""
    return rpc.call(address, "guardian.list", request or m.GuardianList(), m.Guardians)


def limit_set(address: str, request: m.LimitSet) -> m.Done:
    """Set or delete a daily limit of the player's own pack."""
    return rpc.call(address, "limit.set", request, m.Done)


def policy_use(address: str, request: m.PolicyUse) -> m.Done:
    """Replace the packs in force for a player, the guest or the place."""
    return rpc.call(address, "policy.use", request, m.Done)


def policy_show(address: str, request: m.PolicyShow) -> m.PolicyShown:
    """The compiled packs in force."""
    return rpc.call(address, "policy.show", request, m.PolicyShown)


def game_add(address: str, request: m.GameAdd) -> m.Done:
    """Teach the catalogue a game, or more clues to one it knows."""
    return rpc.call(address, "game.add", request, m.Done)


def game_remove(address: str, request: m.GameRemove) -> m.Done:
    """Forget a house game."""
    return rpc.call(address, "game.remove", request, m.Done)


def game_list(address: str, request: m.GameList | None = None) -> m.Games:
    """All games that are recognised."""
    return rpc.call(address, "game.list", request or m.GameList(), m.Games)


def game_allow(address: str, request: m.GameAllow) -> m.Done:
    """Let a game through for a player whose rules ask first."""
    return rpc.call(address, "game.allow", request, m.Done)


def place_set(address: str, request: m.PlaceSet) -> m.Done:
    """Say what this place is."""
    return rpc.call(address, "place.set", request, m.Done)


# --- log -------------------------------------------------------------------------------------------------------------


def log_show(address: str, request: m.LogShow | None = None) -> m.LogLines:
    """The last entries, with the personal data beside them."""
    return rpc.call(address, "log.show", request or m.LogShow(), m.LogLines)


def log_export(address: str, request: m.LogExport | None = None) -> Iterator[m.Chunk]:
    """The bundle, piece by piece."""
    return rpc.stream(address, "log.export", request or m.LogExport(), m.Chunk)


def log_head(address: str, request: m.LogHead | None = None) -> m.Head:
    """The latest signed checkpoint."""
    return rpc.call(address, "log.head", request or m.LogHead(), m.Head)


def log_card(address: str, request: m.LogCard | None = None) -> m.Card:
    """What an inspector keeps from the first visit."""
    return rpc.call(address, "log.card", request or m.LogCard(), m.Card)
