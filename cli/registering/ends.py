"""What holds for a player, and ends when they are removed or erased."""

from __future__ import annotations

from collections.abc import Iterator

from agent.api.players import PlayerRow
from cli.output import Output
from cli.registering import programs
from i18n.message import Arg, comma, msg, semicolon
from words.layout import row
from words.limits import limits


def question(player: PlayerRow, out: Output) -> str:
    """For whoever is asked beforehand, a sentence; "" if nothing ends. In words, as it stands in others, which has an end."""
    told = tuple(_held(player))
    return out.words(msg("Removed along with {name}: {what}.", name=player.name, what=semicolon(told)) if told else "")


def listed(player: PlayerRow) -> tuple[Arg, ...]:
    """The same for a terminal, a line each; nothing if nothing ends."""
    return tuple(row(("·", what), " ") for what in _held(player))


def done(player: PlayerRow, out: Output) -> str:
    """For whoever did it; "" if nothing ended."""
    told = tuple(_held(player))
    return out.words(msg("this ended with {name}: {what}", name=player.name, what=semicolon(told)) if told else "")


def _held(player: PlayerRow) -> Iterator[Arg]:
    if player.uses:
        yield msg("rules {packs}", packs=comma(player.uses))
    if player.limits:
        yield msg("own limits, each day: {limits}", limits=limits(player.limits))
    if player.approved:
        yield msg("games let through: {games}", games=comma(player.approved))
    if player.unknown != "listed":
        yield programs.said(player)
