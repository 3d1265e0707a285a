"""What the answers of the first set-up change: one command after the other, in the registry and the log as if each had been
typed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress

from agent.api.answers import Done
from agent.api.players import PlayerAdd, PlayerList, PlayerRow, PlayerSet
from agent.api.rulebook import GameAdd, GameAllow, PackUse, PolicyUse
from cli.context import Context
from cli.errors import CommandError
from cli.registering.scan_add import game_to_add, to_complete
from cli.setup.interview import Child
from daemon.api.scan import Scanned
from host.choose import users
from host.rpc_client import ask
from host.wire import ApiError
from i18n.message import Arg, Message, Words, msg
from words.limits import limits
from words.shell import typed_as, whole

LAW = "vn-147"


def packs_of(child: Child) -> tuple[PackUse, ...]:
    """The law's rules for games, and the chosen ones, with the values that they had."""
    before = child.known.values if child.known and child.known.pack == child.pack else None
    values = {**(before or {}), **{name: str(value) for name, value in child.values.items()}}
    params = tuple(f"{name}={value}" for name, value in values.items())
    law = PackUse(id=LAW, params=(), text=None)
    return (law, PackUse(id=child.pack, params=params, text=None)) if child.pack else (law,)


def save(child: Child, scanned: Scanned | None, context: Context, *, own: bool) -> Done:
    """Registers or changes the child. The last answer of the agent, with the notes of all. ApiError, OSError (the
    account could not be made): the rest is left out.
    """
    address = context.home.agent_address
    if child.password:
        users().make(child.account, child.name, child.password)
    added = _person(child, address)
    _add_games(scanned, context, own=own)
    done = [ask(address, PolicyUse(target=added.id, packs=packs_of(child)))]
    if child.unknown != ("listed" if child.known is None else child.known.unknown):
        done.append(ask(address, PlayerSet(player=added.id, unknown=child.unknown)))
    for game in child.let_through:
        try:
            done.append(ask(address, GameAllow(player=added.id, game=game.id)))
        except ApiError as error:
            context.out.message(msg("left out: {what}", what=error.message))
    return _together(added, done, _limits(child, added, ask(address, PlayerList()).players))


def _person(child: Child, address: str) -> Done:
    if child.known is None:
        return ask(address, PlayerAdd(name=child.name, born=child.born, account=child.account))
    return ask(address, PlayerSet(player=child.known.id, name=child.name, born=child.born))


def _add_games(scanned: Scanned | None, context: Context, *, own: bool) -> None:
    """What was found installed is known from now on, under whatever name. What cannot be told apart stays known by name."""
    if scanned is None:
        return
    for found in (*scanned.games, *scanned.emulators):
        if to_complete(found, own=own):
            with suppress(ApiError, CommandError):
                ask(context.home.agent_address, GameAdd(game=game_to_add(found, scanned.user, own=own)))


def _limits(child: Child, added: Done, players: Iterable[PlayerRow]) -> Iterator[Message]:
    """Those that no question told of and that may forbid all play: their own from before, or the guests', which whoever is
    registered has, too.
    """
    now = next(one for one in players if one.id == added.id)
    if now.limits:
        game = "" if any(one.game is None for one in now.limits) else f" --game {now.limits[0].game}"
        command = whole(f"giochoi limit {typed_as(now.name, now.id)} none{game}")
        told: dict[str, Arg] = {"name": now.name, "limits": limits(now.limits), "command": command}
        guests = msg("{name} has the limits of guests, too: {limits}; without them: {command}", **told)
        yield guests if child.known is None else msg("{name} still has these limits: {limits}; without them: {command}", **told)


def _together(added: Done, then: list[Done], more: Iterable[Message]) -> Done:
    """As one change. What the first step warned of, that nothing limits the child yet, is over by the second."""
    notes: list[Words] = [*more]
    for one in then:
        notes += [note for note in one.notes if note not in notes]
    return Done(number=then[-1].number, id=added.id, name=added.name, notes=tuple(notes))
