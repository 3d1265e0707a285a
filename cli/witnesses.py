"""giochoi log witness: outsiders who cosign the log's heads, so that nobody can shorten or rewrite it unseen."""

from __future__ import annotations

from argparse import Namespace

from agent.api.witnessing import (
    TRIES,
    Errand,
    WitnessAdd,
    WitnessAnswer,
    WitnessErrands,
    Witnesses,
    WitnessLine,
    WitnessList,
    WitnessRemove,
)
from cli.commands import Commands
from cli.context import Context
from cli.errors import CommandError
from cli.output import Output
from host.rpc_client import ask
from i18n.message import Arg, Moment, msg

_TAKES = {"list": 0, "add": 2, "remove": 1, "ask": 0}


def add_to(commands: Commands) -> None:
    examples = ("list", "add https://witness.example witness.example/w1+…", "remove witness.example/w1")
    about = msg("who cosigns the log: list, add, remove or ask witnesses")
    parser = commands.add("log witness", witness, *examples, about=about)
    parser.takes("verb", "list|add|remove|ask",
                 msg("add needs the address and the key, remove the name; ask asks the witnesses now, in the agent's place"),
                 choices=_TAKES)  # fmt: skip
    parser.takes("what", "URL KEY|NAME", msg("as whoever runs the witness told you"), nargs="*")


def witness(args: Namespace, context: Context) -> int | None:
    if len(args.what) != _TAKES[args.verb]:
        said = {"add": msg("add wants URL and KEY"), "remove": msg("remove wants NAME")}
        raise CommandError(said.get(args.verb, msg("{verb} wants nothing more", verb=args.verb)))
    address = context.home.agent_address
    match args.verb:
        case "add":
            url, key = args.what
            answer = ask(address, WitnessAdd(url=url, key=key))
        case "remove":
            answer = ask(address, WitnessRemove(name=args.what[0]))
        case "ask":
            for errand in ask(address, WitnessErrands()).errands:
                _carry(address, errand)
            answer = ask(address, WitnessList())
        case _:
            answer = ask(address, WitnessList())
    context.out.answer(answer, lambda: _show(answer, context.out))
    return 1 if args.verb == "ask" and any(one.problem for one in answer.witnesses) else None


def _carry(address: str, errand: Errand) -> None:
    from host.posting import post  # noqa: PLC0415 - HTTP and TLS, a quarter of what `log show` would load

    for _ in range(TRIES):
        if not errand.url:
            break
        reply = post(errand.url, errand.body)
        answer = WitnessAnswer(name=errand.name, asked=errand.body, status=reply.status, kind=reply.kind, body=reply.body)
        errand = ask(address, answer)


def _show(answer: Witnesses, out: Output) -> None:
    if not answer.witnesses:
        out.line(msg("Nobody cosigns this log yet."))
    for one in answer.witnesses:
        out.line(_line(one, answer))


def _line(one: WitnessLine, answer: Witnesses) -> Arg:
    said: dict[str, Arg] = {"name": one.name, "seen": one.size, "size": answer.size}
    known = msg("{name}: cosigned nothing yet", name=one.name) if one.at is None else (
        msg("{name}: cosigned {seen} of {size} entries, last at {at}", **said, at=Moment(one.at, answer.zone, "full"))
    )
    return known if one.problem is None else msg("{line}; {why}", line=known, why=one.problem)
