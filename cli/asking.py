"""giochoi request, requests, withdraw, approve, deny: what a player asks for, and what a guardian says to it."""

from __future__ import annotations

from argparse import Namespace
from typing import Final

from cli.commands import Commands
from cli.context import Context
from cli.given.proving import proof, takes_proof
from cli.given.values import some_minutes
from cli.grant import document as given
from cli.grant import say_given
from cli.output import Output
from cli.parser import Parser
from daemon.api.asking import (
    Answer,
    RequestAdd,
    RequestApprove,
    RequestDeny,
    RequestPart,
    Requests,
    RequestsGet,
    RequestWithdraw,
    answered,
    wish,
)
from daemon.api.messages import GrantAnswer
from host.rpc_client import ask
from i18n.message import Moment, msg
from rules.calendar import rfc3339
from words.extra_time import called, follows
from words.layout import row

_MINUTES: Final = RequestAdd(ms=15 * 60_000).ms
_ID: Final = msg("the id that giochoi requests shows")


def add_to(commands: Commands) -> None:
    done = msg('giochoi request 30 --reason "homework is done"')
    parser = commands.add("request", request, "", "30 --game luanti", done, "--program sums")
    parser.takes("ms", "MINUTES", msg("how many minutes more; 15 if none are given"), type=some_minutes, nargs="?",
                 default=_MINUTES)  # fmt: skip
    parser.takes("--game", "ID", msg("for this game only, or to be let play it"))
    parser.takes("--program", "NAME", msg("to be let run a program that was refused here, by its name or SHA-256"))
    parser.takes("--reason", "TEXT", msg("why; a guardian reads it, and the log keeps it"), default="")
    commands.add("requests", show, "", "--json", looks=True)
    commands.add("withdraw", withdraw, "r27173f", "r27173f --json").takes("id", "REQUEST", _ID)
    parser = commands.add("approve", approve, "r27173f", "r27173f 30")
    parser.takes("id", "REQUEST", _ID)
    parser.takes("ms", "MINUTES", msg("how many minutes; as many as were asked for if none are given"), type=some_minutes,
                 nargs="?")  # fmt: skip
    _reason(parser)
    takes_proof(parser)
    parser = commands.add("deny", deny, "r27173f", msg('giochoi deny r27173f --reason "after dinner"'))
    parser.takes("id", "REQUEST", _ID)
    _reason(parser)
    takes_proof(parser)


def _reason(parser: Parser) -> None:
    parser.takes("--reason", "TEXT", msg("why; the player reads it, and the log keeps it"), default="")


def request(args: Namespace, context: Context) -> None:
    asked = RequestAdd(ms=args.ms, game=args.game, program=args.program, reason=args.reason)
    id_ = ask(context.home.daemon_address, asked).id
    said = msg("asked ({id}); the answer is in: {command}", id=id_, command="giochoi requests")
    context.out.answer({"id": id_}, said)


def show(args: Namespace, context: Context) -> None:
    told = ask(context.home.daemon_address, RequestsGet())
    document = {"requests": [_document(one, told.zone) for one in told.requests]}
    context.out.answer(document, lambda: _list(context.out, told))


def _list(out: Output, told: Requests) -> None:
    """One after the other; what was given as a reason stands below, and the answer."""
    for one in told.requests:
        out.say(row((one.id, wish(one), Moment(one.asked, told.zone)), " · "), 0, 4)
        if one.reason:
            out.say(one.reason, 4)
        if one.answer is not None:
            out.say(row((answered(one, one.answer), "" if one.answer.withdrawn else one.answer.who), " · "), 4)
    if not told.requests:
        out.say(msg("nothing was asked for"))


def _document(one: RequestPart, zone: str) -> dict[str, object]:
    """As the contract has it, with the program, whether a yes lets it through, and the answer."""
    return {
        "id": one.id, "player": one.player, "name": one.name, "game": one.game, "program": one.program, "title": one.title,
        "minutes": one.ms / 60_000, "reason": one.reason, "asked": rfc3339(one.asked, zone), "lets": one.lets,
        "answer": None if one.answer is None else _answer(one.answer, zone),
    }  # fmt: skip


def _answer(answer: Answer, zone: str) -> dict[str, object]:
    return {
        "approved": answer.approved, "who": answer.who, "at": rfc3339(answer.at, zone),
        "minutes": None if answer.ms is None else answer.ms / 60_000, "reason": answer.reason, "withdrawn": answer.withdrawn,
    }  # fmt: skip


def withdraw(args: Namespace, context: Context) -> None:
    id_ = ask(context.home.daemon_address, RequestWithdraw(id=args.id)).id
    context.out.answer({"id": id_}, msg("{id} is taken back: nobody answers it any more", id=id_))


def approve(args: Namespace, context: Context) -> None:
    request = RequestApprove(id=args.id, ms=args.ms, reason=args.reason, token=proof(args, context))
    answer = ask(context.home.daemon_address, request)
    told = given(answer) | {"id": answer.id or args.id, "request": args.id, "let": answer.let}
    context.out.answer(told, lambda: _approved(answer, context.out))


def _approved(answer: GrantAnswer, out: Output) -> None:
    if answer.let is not None:
        player = called(answer.name, answer.player)
        out.say(msg("{what} is let through for {player}", what=answer.let, player=player), 0, 2)
        if answer.still and answer.id is None:
            out.say(follows(answer), 0, 2)
    if answer.let is None or answer.id is not None:
        say_given(answer, out)


def deny(args: Namespace, context: Context) -> None:
    ask(context.home.daemon_address, RequestDeny(id=args.id, reason=args.reason, token=proof(args, context)))
    context.out.answer({"id": args.id}, msg("{id}: the answer is no", id=args.id))
