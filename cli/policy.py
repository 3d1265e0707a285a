"""giochoi policy: which packs of rules are in force, what they say, and what they would answer."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from agent.api.messages import PackUse, PolicyShow, PolicyUse
from cli.context import Context
from cli.errors import CommandError
from cli.given.files import read_text
from cli.given.packs import BadPack, checked, named
from cli.parser import Commands, command, noun
from cli.registry import settle
from cli.words.packs import explained, listed, pack_document, reading_document, ruled, wanting
from cli.words.times import left
from cli.words.verdicts import VERDICTS
from host.rpc_client import ask
from host.wire import ApiError
from rules.ask import FactsError
from rules.ask import ask as decide_once
from rules.packs.shipped import shipped_packs


def add_to(commands: Commands) -> None:
    verbs = noun(commands, "policy", "gói luật / packs of rules")
    command(verbs, "packs", "các gói có sẵn / the shipped packs", packs)
    parser = command(verbs, "use", "thay danh sách gói đang áp dụng / replace the packs in force", use)
    parser.add_argument("target", metavar="PLAYER|place", help="tên, mã, guest hoặc place / name, id, guest or place")
    parser.add_argument(
        "packs",
        metavar="PACK[:key=value]",
        nargs="+",
        help="mã gói hoặc tệp .toml; none: không gói nào / id or .toml file; none: no pack",
    )
    parser = command(verbs, "show", "các quy tắc đang áp dụng / the rules in force", show)
    parser.add_argument("target", metavar="PLAYER|place", help="tên, mã, guest hoặc place / name, id, guest or place")
    parser = command(verbs, "check", "kiểm tra và giải thích một gói luật / check and explain a pack", check)
    parser.add_argument(
        "file", metavar="FILE|PACK[:key=value]", help="tệp .toml, - hoặc mã gói / a .toml file, - or the id of a shipped pack"
    )
    parser.add_argument("--explain", action="store_true", help="bằng câu dễ hiểu / in plain sentences")
    command(verbs, "schema", "dạng của tệp gói luật, JSON Schema / the form of a pack's file, as JSON Schema", schema)
    parser = command(verbs, "ask", "hỏi các quy tắc, không cần trình giám sát / ask the rules, without a daemon", answer)
    parser.add_argument(
        "--pack",
        metavar="PACK[:key=value]",
        action="append",
        required=True,
        dest="packs",
        help="mã gói hoặc tệp .toml / id or .toml file",
    )
    parser.add_argument("--facts", metavar="FILE", required=True, help="dữ kiện JSON, hoặc - / facts as JSON, or -")


def packs(args: Namespace, context: Context) -> int:
    shipped = [checked(id_)[1] for id_ in shipped_packs()]
    if context.out.json:
        context.out.document({"packs": [reading_document(reading) for reading in shipped]})
        return 0
    for reading in shipped:
        listed(context.out, reading)
    return 0


def use(args: Namespace, context: Context) -> int:
    chosen = () if args.packs == ["none"] else tuple(_use(argument) for argument in args.packs)
    done = ask(context.home.agent_address, PolicyUse(target=args.target, packs=chosen))
    names = ", ".join(":".join((pack.id, *pack.params)) for pack in chosen) or "không gói nào / no pack"
    return settle(context, done, f"{args.target}: {names}")


def _use(argument: str) -> PackUse:
    if argument == "none":
        raise CommandError("none không đi cùng gói khác / none stands alone, not beside other packs")
    pack = named(argument)
    id_ = pack.parsed().id  # parsed here, so that a mistake is told by the file's name and the agent is not asked
    return PackUse(id=id_, params=pack.params, text=None if pack.shipped else pack.text)


def show(args: Namespace, context: Context) -> int:
    try:
        shown = ask(context.home.agent_address, PolicyShow(target=args.target))
    except ApiError as error:
        if error.code != "not-found" or args.target not in shipped_packs():
            raise
        raise CommandError(
            f"{args.target} là gói luật, không phải người chơi / is a pack, no player:"
            f" giochoi policy check --explain {args.target}"
        ) from None
    if context.out.json:
        context.out.document({"target": shown.target, "packs": [pack_document(pack) for pack in shown.packs]})
        return 0
    for pack in shown.packs:
        ruled(context.out, pack)
    if not shown.packs:
        context.out.line("không quy tắc nào / no rule")
    return 0


def check(args: Namespace, context: Context) -> int:
    try:
        name, reading = checked(args.file)
    except BadPack as error:
        if context.out.json:
            context.out.document({"ok": False, "file": error.name, "mistakes": [one._asdict() for one in error.mistakes]})
            return 2
        for line in error.lines[:-1]:  # the others beside the first; the last one ends the command
            context.out.message(f"giochoi: {line}")
        raise CommandError(str(error.lines[-1])) from None
    if context.out.json:
        context.out.document({"ok": True, "file": name, "packs": [reading_document(reading, explain=args.explain)]})
    elif args.explain:
        explained(context.out, reading)
    else:
        ruled(context.out, reading.pack)
        wanting(context.out, reading)
    return 0


def schema(args: Namespace, context: Context) -> int:
    from rules.packs.schema import schema as made  # noqa: PLC0415 - pydantic: a quarter of a second that few commands need

    context.out.document(made())
    return 0


def answer(args: Namespace, context: Context) -> int:
    chosen = [named(argument).parsed() for argument in args.packs]
    try:
        said = decide_once(chosen, read_text(args.facts))
    except FactsError as error:
        raise CommandError(f"{args.facts}: {error}") from None
    if context.out.json:
        context.out.document(said)
    else:
        _say(context, said)
    return 0


def _say(context: Context, said: dict[str, Any]) -> None:
    """The answer for people."""
    reason, left_s = said["reason"], said["left_s"]
    rest = f", {left(None if left_s is None else left_s * 1000)}" if said["verdict"] == "allow" else ""
    until = f", đến / until {said['until']}" if said["until"] else ""
    context.out.line(f"{VERDICTS[said['verdict']]}{rest}{until}")
    context.out.line(
        f"vì / because: {reason['text']} [{reason['cite']}] ({reason['rule']})"
        if reason
        else "không quy tắc nào áp dụng / no rule applies"
    )
    for notice in said["notices"]:
        context.out.line(f"{notice['at']}: {notice['text']} ({notice['rule']})")
