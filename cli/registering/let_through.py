"""giochoi game allow, disallow: games let through for a player, and what follows now."""

from __future__ import annotations

from argparse import Namespace

from agent.api.answers import Done
from agent.api.rule_words import rule_said
from agent.api.rulebook import GameAllow, GameDisallow
from cli.commands import Commands
from cli.context import Context
from cli.errors import CommandError
from cli.parser import PLAYER, Parser
from cli.registering.settle import heard, settle
from daemon.api.messages import WhyGet
from daemon.api.status import StatusGet
from host.rpc_client import ask
from host.transport import Unreachable
from host.wire import ApiError
from i18n.message import Arg, Length, Moment, msg, msgn
from rules.policy import NEWS_MS
from rules.ratings import LabelError, parse_label
from rules.save_time import CLOSE_MS
from words.extra_time import name_and_id
from words.verdicts import until

GAME = msg("id or title of the game")


_ALL = "all"


def add_to(commands: Commands) -> None:
    parser = commands.add("game allow", allow, "An luanti", "guest luanti", "guest all --label 'PEGI 3,PEGI 7'",
                          about=msg("let a game through for a player, or all that nothing else refuses"))  # fmt: skip
    _takes(parser)
    parser.takes("--label", "VN00,VN12…", msg("with all: only games with one of these age labels"), type=_labels, default=())
    about = msg("take back that a game is let through, or all of them")
    _takes(commands.add("game disallow", disallow, "An luanti", "guest luanti", "guest all", about=about))


def _takes(parser: Parser) -> None:
    parser.takes("player", "PLAYER", PLAYER)
    parser.takes("id", "GAME|all", GAME)


def _labels(text: str) -> tuple[str, ...]:
    try:
        return tuple(parse_label(one).text for one in text.split(","))
    except LabelError as error:
        raise CommandError(error.message) from None


def allow(args: Namespace, context: Context) -> int:
    if args.id == _ALL:
        return _allow_all(args, context)
    if args.label:
        raise CommandError(msg("--label goes with all: giochoi game allow {player} all --label …", player=args.player))
    done = ask(context.home.agent_address, GameAllow(player=args.player, game=args.id))
    code = settle(context, done, msg("{game} is let through for {player}", player=whom(args, done), game=args.id))
    _not_yet(args, context)
    return code


def _allow_all(args: Namespace, context: Context) -> int:
    done = ask(context.home.agent_address, GameAllow(player=args.player, game=None, labels=args.label))
    said = msgn("{n} game is let through for {player}", "{n} games are let through for {player}", len(done.id.split()),
                player=whom(args, done))  # fmt: skip
    return settle(context, done, said)


def disallow(args: Namespace, context: Context) -> int:
    heard(context)
    if args.id == _ALL:
        done = ask(context.home.agent_address, GameDisallow(player=args.player, game=None))
        said = msgn("{n} game is no longer let through for {player}", "{n} games are no longer let through for {player}",
                    len(done.id.split()), player=whom(args, done))  # fmt: skip
        return settle(context, done, said)
    done = ask(context.home.agent_address, GameDisallow(player=args.player, game=args.id))
    said = msg("{game} is no longer let through for {player}", player=whom(args, done), game=args.id)
    code = settle(context, done, said)
    _still_runs(args, context)
    return code


def whom(args: Namespace, done: Done) -> Arg:
    """The player, as far as the agent says who it is."""
    return args.player if done.player is None else name_and_id(done.player.name, done.player.id)


def _not_yet(args: Namespace, context: Context) -> None:
    """What refuses it for now, such as the hour or time that is used up, and from when it does not."""
    try:
        answer = ask(context.home.daemon_address, WhyGet(player=args.player, game=args.id))
    except (ApiError, Unreachable):
        return
    decision = answer.decision
    if decision.verdict == "allow" or decision.reason is None:
        return
    when = None if decision.until is None else Moment(decision.until, answer.zone)
    said: dict[str, Arg] = {"why": rule_said(decision.reason.text, decision.reason.rule)}
    if when is None:
        context.out.message(msg("not now: {why}", **said))
        return
    said["until"] = until(decision.verdict, when, answer.next, game=True)
    context.out.message(msg("not now: {why}; {until}", **said))


def _still_runs(args: Namespace, context: Context) -> None:
    """How long the game may go on that runs now and may not be played any more."""
    try:
        answer = ask(context.home.daemon_address, WhyGet(player=args.player, game=args.id))
        status = ask(context.home.daemon_address, StatusGet())
    except (ApiError, Unreachable):
        return
    games = [game for one in status.players if one.id == answer.player for game in one.games if game.id == answer.game]
    if any(game.running for game in games) and answer.decision.verdict != "allow":
        save = min(answer.decision.grace_ms, CLOSE_MS)
        told = {"news": Length(NEWS_MS + answer.decision.grace_ms - save), "save": Length(save)}
        context.out.message(msg("it runs now: it is asked to close in {news}, and then has {save} to save", **told))
