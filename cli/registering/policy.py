"""giochoi policy: which packs of rules are in force, what they say, and what they would answer."""

from __future__ import annotations

from argparse import Namespace
from typing import Any, Final

from agent.api.naming import GUEST, GUEST_VI, same
from agent.api.rulebook import PackUse, PolicyShow, PolicyShown, PolicyUse
from cli.commands import Commands
from cli.context import Context
from cli.errors import CommandError
from cli.given.asking import confirm, terminal
from cli.given.files import read_text
from cli.given.packs import checked, groups_of, named
from cli.parser import PACK
from cli.registering.settle import settle
from cli.showing.packs import explained, listed, ruled
from cli.showing.rules_as_json import pack_document, reading_document
from host.rpc_client import ask
from host.wire import ApiError
from i18n.message import moment, msg, said_by
from rules.ask import FactsError
from rules.ask import ask as decide_once
from rules.packs.shipped import shipped_packs
from rules.policy import PolicyError
from words.extra_time import name_and_id
from words.layout import row
from words.shell import whole
from words.times import left
from words.verdicts import VERDICTS, because

_TARGET = msg("name or id of a player, guest, or place")
_PLACE: Final = "place"  # as an answer names it


def add_to(commands: Commands) -> None:
    commands.add("policy packs", packs, "", "--json", about=msg("list the packs that come with it"), looks=True)
    parser = commands.add("policy use", use, "An vn-147 home-school-week:weekday_minutes=45",
                          "An vn-147 home-school-week:days_off=2027-06-01..2027-08-31",
                          "guest vn-147", "An none",
                          about=msg("replace the packs that are in force; one that is named with values keeps its others"),
                          )  # fmt: skip
    parser.takes("target", "PLAYER|place", _TARGET)
    parser.takes("packs", "PACK[:key=value]", PACK, nargs="+")
    parser.takes("--overnight", "", msg("hours that run over midnight are meant so"))
    parser = commands.add("policy show", show, "An", "place", about=msg("show the rules that are in force"), looks=True)
    parser.takes("target", "PLAYER|place", _TARGET)
    parser = commands.add("policy check", check, "--explain home-school-week",
                          "my-pack.toml", about=msg("check and explain a pack"), looks=True)  # fmt: skip
    parser.takes("file", "PACK[:key=value]", PACK)
    parser.takes("--explain", "", msg("with its sources, its values and what can be switched on"))
    commands.add("policy schema", schema, "", "> pack.schema.json",
                 about=msg("show the form of a pack's file, as JSON Schema"), looks=True)  # fmt: skip
    parser = commands.add("policy ask", answer, "--pack vn-147 --facts facts.json",
                          "--pack vn-147 --pack my-pack.toml --facts - --json",
                          about=msg("ask the rules about facts of your own"), looks=True)  # fmt: skip
    parser.takes("--pack", "PACK[:key=value]", PACK, action="append", required=True, dest="packs")
    parser.takes("--facts", "FILE", msg("the facts as JSON; -: from stdin"), required=True)


def packs(args: Namespace, context: Context) -> None:
    shipped = [checked(id_)[1] for id_ in shipped_packs()]
    context.out.answer({"packs": [reading_document(reading) for reading in shipped]}, lambda: listed(context.out, shipped))


def use(args: Namespace, context: Context) -> int:
    chosen = () if args.packs == ["none"] else tuple(_use(argument) for argument in args.packs)
    if not chosen and terminal() and same(args.target, GUEST, GUEST_VI):
        confirm(msg("From then on no rule limits guests, children among them. Take all rules off them?"), context, yes=False)
    request = PolicyUse(target=args.target, packs=chosen, keep=True, overnight=args.overnight)
    done = ask(context.home.agent_address, request)
    target = name_and_id(done.name, done.id) if done.name else msg("the whole place")
    return settle(context, done, row((target, ", ".join(done.packs) or msg("no pack")), ": "))


def _use(argument: str) -> PackUse:
    if argument == "none":
        raise CommandError(msg("none cannot stand beside other packs"))
    pack = named(argument)
    # Parsed here, so that a mistake is told by the file's name and the agent is not asked. Values not named may be kept ones.
    id_ = pack.parsed(draft=bool(pack.params)).id
    return PackUse(id=id_, params=pack.params, text=None if pack.shipped else pack.text)


def show(args: Namespace, context: Context) -> None:
    try:
        shown = ask(context.home.agent_address, PolicyShow(target=args.target))
    except ApiError as error:
        if error.code != "not-found" or args.target not in shipped_packs():
            raise
        command = f"giochoi policy check --explain {args.target}"
        raise CommandError(msg("{id} is a pack, not a player; see: {command}", id=args.target, command=command)) from None
    document = {"target": shown.target, "packs": [pack_document(pack) for pack in shown.packs]}
    context.out.answer(document, lambda: _show(context, shown))


def _show(context: Context, shown: PolicyShown) -> None:
    """Of a place also what binds its guests alone: whoever asks which rules hold there means those, too."""
    ruled(context.out, shown.packs, groups_of)
    if shown.target != _PLACE:
        return
    guests = ask(context.home.agent_address, PolicyShow(target=GUEST)).packs
    own = [pack for pack in guests if pack not in shown.packs]
    if own:
        context.out.line()
        context.out.say(msg("For guests also ({command}):", command=whole(f"giochoi policy show {GUEST}")))
        ruled(context.out, own, groups_of)


def check(args: Namespace, context: Context) -> int:
    try:
        name, reading = checked(args.file)
    except PolicyError as error:
        if context.out.json:
            context.out.document({"ok": False, "file": error.name, "mistakes": [one._asdict() for one in error.mistakes]})
            return 2
        for line in error.lines[:-1]:  # the others beside the first; the last one ends the command
            context.out.message(msg("giochoi: {why}", why=line))
        raise CommandError(error.lines[-1]) from None
    document = {"ok": True, "file": name, "packs": [reading_document(reading, explain=args.explain)]}
    context.out.answer(document, lambda: explained(context.out, reading, whole=args.explain))
    return 0


def schema(args: Namespace, context: Context) -> None:
    from rules.packs.schema import schema as made  # noqa: PLC0415 - pydantic: a quarter of a second that few commands need

    context.out.document(made())


def answer(args: Namespace, context: Context) -> None:
    chosen = [named(argument).parsed() for argument in args.packs]
    try:
        said = decide_once(chosen, read_text(args.facts))
    except FactsError as error:
        raise CommandError(msg("{file}: {why}", file=args.facts, why=said_by(error))) from None
    context.out.answer(said, lambda: _say(context, said))


def _say(context: Context, said: dict[str, Any]) -> None:
    """The answer for people."""
    reason, left_s = said["reason"], said["left_s"]
    rest = left(None if left_s is None else left_s * 1000) if said["verdict"] == "allow" else ""
    until = msg("until {when}", when=moment(said["until"])) if said["until"] else ""
    context.out.say(row((VERDICTS[said["verdict"]], rest, until), ", "), 0, 2)
    context.out.say(because(reason["text"], None, reason["cite"]) if reason else msg("no rule applies"), 0, 2)
    for notice in said["notices"]:
        context.out.say(row((moment(notice["at"]), notice["text"]), ": "), 0, 2)
