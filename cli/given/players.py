"""Whom somebody means who wants to see one player only."""

from __future__ import annotations

from collections.abc import Container, Iterable

from agent.api import naming
from daemon.api.status import PlayerPart


def only(asked: str, known: Container[str], players: Iterable[PlayerPart]) -> str:
    """The id: one of those that are `known`, as a player who was removed, or that of one of the `players`. ApiError (2)."""
    if asked in known:
        return asked
    registered = tuple(player for player in players if player.id != naming.GUEST)
    if naming.is_guest(asked, registered):
        return naming.GUEST
    return naming.player(registered, asked, naming.GUEST, naming.GUEST_VI).id
