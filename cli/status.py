"""giochoi status: who plays what, how long still, and whether all that should be enforced is."""

from __future__ import annotations

from argparse import Namespace
from typing import Any, Final, TypeAlias

import msgspec
from msgspec.structs import replace

from cli.commands import Commands
from cli.context import Context
from cli.given.players import only
from cli.output import Output
from cli.parser import PLAYER
from daemon.api.status import AgentPart, GamePart, PlayerPart, ReasonPart, Status, StatusGet
from host.rpc_client import ask
from i18n.message import Arg, Day, Length, moment, msg, msgn
from words.game_titles import game_called
from words.layout import row
from words.names import PLACES
from words.times import left
from words.verdicts import UNKNOWN_SAID, VERDICTS, asking, because, until

_WATCH: Final = {
    "gate": msg("games are refused before they run"),
    "events": msg("games are seen at their start and ended then"),
    "poll": msg("games are looked for every now and then, so an end may come late"),
}

_Told: TypeAlias = tuple[str, float | None, str | None]  # of a rule: its id, what was given, until when that puts it off

_KEYS: Final = {
    "file": msg("keys in files"),
    "dpapi": msg("keys in files"),
    "keyring": msg("keys in the keyring"),
    "systemd-host": msg("keys sealed for this PC"),
    "systemd-tpm2": msg("keys sealed by its TPM"),
}


def add_to(commands: Commands) -> None:
    commands.add("status", show, "", "An", "--json", looks=True).takes("player", "PLAYER", PLAYER, nargs="?")


def show(args: Namespace, context: Context) -> None:
    status = ask(context.home.daemon_address, StatusGet())
    if args.player is not None:
        id_ = only(args.player, (), status.players)
        status = replace(status, players=tuple(player for player in status.players if player.id == id_))
    context.out.answer(_document(status), lambda: say(context.out, status))


def _document(status: Status) -> dict[str, object]:
    """The contract's."""
    document: dict[str, Any] = msgspec.to_builtins(status)
    for player in document["players"]:
        player.pop("unlimited")  # what stands in it says as much
    return document


def _reach(agent: AgentPart) -> Arg:
    if agent.address is None:
        return msg("the background service answers") if agent.reachable else msg("the background service does not answer")
    if agent.reachable:
        return msg("managed by the agent at {address}, which answers", address=agent.address)
    return msg("managed by the agent at {address}, which does not answer; limits hold", address=agent.address)


def say(out: Output, status: Status) -> None:
    """For people: the daemon, the agent, what is wrong, then player by player."""
    part, agent = status.daemon, status.agent
    place = PLACES.get(status.place, status.place)
    head = msg("Giờ Chơi {version}, {place}, since {when}", version=part.version, place=place, when=moment(part.since))
    out.say(row((head, _WATCH[part.watch])), 0, 2)
    log: Arg = ""
    if agent.checkpoint is not None:
        log = msg("log of {n} entries ({when})", n=agent.checkpoint.size, when=moment(agent.checkpoint.time))
    keys = "" if agent.keys is None else _KEYS.get(agent.keys, "")
    unsent = msgn("{n} entry not sent yet", "{n} entries not sent yet", agent.unsent) if agent.unsent else ""
    reach = _reach(agent)
    out.say(row((reach, log, keys, unsent)), 0, 2)
    for issue in part.issues:
        out.say(msg("! {issue} ({id}, since {when})", issue=issue.text, id=issue.id, when=moment(issue.since)), 0, 2)
    if part.off is not None:
        told: dict[str, Arg] = {"until": moment(part.off.until), "who": part.off.who, "reason": part.off.reason}
        out.say(msg("! nothing is limited until {until}: {who}, {reason}", **told), 0, 2)
    if status.expired is not None:
        out.say(row(("!", msg("the certificate expired on {day}", day=Day(status.expired))), " "), 0, 2)
    for player in status.players:
        _player(out, player)


def _player(out: Output, player: PlayerPart) -> None:
    """By the rules over all games, then each game that was played or is spoken about. A rule is told once, below all of it."""
    out.line()
    age = msg("age not known") if player.age is None else msg("age {age}", age=player.age)
    name = player.id if player.id == "guest" else player.name  # as one types it
    out.say(msg("{name} ({age})", name=msg("guest") if name == "guest" else name, age=age))
    _part(out, msg("all games"), player, VERDICTS[player.verdict])
    if player.paused is not None:
        out.say(_paused(player.paused), 4, 2)
    if player.unknown != "listed":
        out.say(UNKNOWN_SAID[player.unknown], 4, 2)
    together: dict[_Told | None, list[GamePart]] = {} if player.reason is None else {_by(player): []}
    for game in player.games:
        together.setdefault(_by(game), []).append(game)
    for rule, games in together.items():
        for game in games:
            verdict = asking(player.id, name, game.id) if game.verdict == "ask" else VERDICTS[game.verdict]
            _part(out, game_called(game.title or "", game.id), game, verdict, same=_ends(game) == _ends(player))
        _rule(out, player.reason if rule == _by(player) else games[-1].reason)


def _paused(until: str) -> Arg:
    return msg("! paused until {until}", until=moment(until)) if until else msg("! paused")


def _by(part: PlayerPart | GamePart) -> _Told | None:
    """Which rule ends it, as it is told."""
    return None if part.reason is None else (part.reason.rule, part.reason.granted_s, part.reason.extended)


def _ends(part: PlayerPart | GamePart) -> tuple[object, ...]:
    return part.verdict, part.until, part.next, _by(part)


def _part(out: Output, title: Arg, part: PlayerPart | GamePart, verdict: Arg, *, same: bool = False) -> None:
    """How long may be played still, or that it is the `same` as for all games, and how long was; or that it has to close."""
    if part.verdict == "allow":
        none = msg("no rule")
        if isinstance(part, PlayerPart):
            none = msg("no limits are set yet") if part.unlimited else msg("no rule counts all games together")
        verdict = none if part.reason is None else left(_ms(part.left_s))
    ends = None if part.until is None else moment(part.until)
    end = until(part.verdict, ends, part.next, game=isinstance(part, GamePart))
    played = msg("played {length}", length=Length(int(part.used_s * 1000)))
    mark = "▶" if isinstance(part, GamePart) and part.running else " "
    said = row((msg("as for all games"), played)) if same else row((verdict, end, played))
    if isinstance(part, GamePart) and part.saving_s is not None:
        closes = msg("saving; closes in {length}", length=Length(int(part.saving_s * 1000)))
        said = row((closes, played) if same else (closes, verdict, end, played))
    out.say(row((f"{mark} ", title, ": ", said), ""), 2, 4)


def _rule(out: Output, reason: ReasonPart | None) -> None:
    if reason is not None:
        extended = None if reason.extended is None else moment(reason.extended)
        out.say(because(reason.text, _ms(reason.granted_s), reason.cite, extended), 6, 2)


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else seconds * 1000
