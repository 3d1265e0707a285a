"""What people call that of which the contract knows ids."""

from __future__ import annotations

from typing import Final

from i18n.message import Arg, Listed, comma, msg

PLACES: Final[dict[str, Arg]] = {
    "home": msg("at home"),
    "game-point": msg("at a public game point"),
    "agent-without-games": msg("at an Internet agent without games"),
}
KINDS: Final[dict[str, Arg]] = {
    "home": msg("a home"),
    "game-point": msg("a public game point"),
    "agent-without-games": msg("an Internet agent without games"),
}
"""What a place is, in the law's own words where it has some."""
ROLES: Final[dict[str, Arg]] = {
    "guardian": msg("a guardian"), "staff": msg("whoever manages the place"), "player": msg("the player"),
}  # fmt: skip
"""Of a public place the staff is whoever manages it, whether at the counter or as root."""
WATCHES: Final[dict[str, Arg]] = {
    "gate": msg("before a game runs"), "events": msg("as soon as a game runs"), "poll": msg("by looking again and again"),
}  # fmt: skip
OPERATIONS: Final[dict[str, Arg]] = {
    "start": msg("new rules came with the program"), "place.set": msg("the place was set"),
    "place.close": msg("the place was closed early"), "place.open": msg("the place's own hours hold again"),
    "player.add": msg("a player was added"), "player.set": msg("a player's data were changed"),
    "player.remove": msg("a player was removed"), "guardian.add": msg("a guardian was added"),
    "guardian.set": msg("a guardian's data were changed"), "guardian.remove": msg("a guardian was removed"),
    "checkin": msg("checked in"), "checkout": msg("checked out"), "staff": msg("staff changed"),
    "policy.use": msg("packs were chosen"), "limit.set": msg("a limit was set"), "game.remove": msg("a game was removed"),
    "game.add": msg("a game was added"), "game.label": msg("a game was labelled"),
    "game.allow": msg("a game was let through"), "game.disallow": msg("a game is no longer let through"),
    "request.approve": msg("a guardian said yes to a request"), "request.answered": msg("another answer came first"),
    "player.erase": msg("a player's data were erased"), "log.prune": msg("what was kept long enough was deleted"),
}  # fmt: skip
"""What the agent was asked to do, as the log tells it."""
_CLUES: Final[dict[str, Arg]] = {
    "content": msg("content"), "build-id": msg("build id"), "loaded": msg("code"), "store": msg("game store"),
    "signer": msg("signature"), "alike": msg("much of its content"), "command": msg("command line"), "name": msg("name"),
    "unknown": msg("nobody named it"),
}  # fmt: skip


def roles(*, public: bool) -> dict[str, Arg]:
    """Where no guardian is at hand, who can do what a guardian can is whoever manages the place: its staff."""
    return {**ROLES, "guardian": ROLES["staff"]} if public else ROLES


def clues(ids: tuple[str, ...]) -> Listed:
    """What a game was, or can be, recognised by."""
    return comma(_CLUES.get(id_, id_) for id_ in ids)
