"""giochoi grant, grants, revoke: extra time."""

from __future__ import annotations

from argparse import Namespace

from agent.api.messages import GrantEvent
from cli.context import Context
from cli.parser import Commands, checked, command
from cli.words.times import at, both, parse_minutes
from daemon.api.messages import GrantAdd, GrantRevoke, GrantsGet, UsageGet
from host.clock import SystemClock
from host.rpc_client import ask
from rules.calendar import rfc3339


def add_to(commands: Commands) -> None:
    parser = command(commands, "grant", "cho thêm giờ hôm nay / give more time today", grant)
    parser.add_argument("player", metavar="PLAYER", help="tên, mã hoặc guest / name, id or guest")
    parser.add_argument("ms", metavar="MINUTES", type=some_minutes, help="số phút / minutes")
    parser.add_argument("--game", metavar="ID", help="chỉ trò chơi này / for this game only")
    parser.add_argument("--reason", metavar="TEXT", default="", help="lý do / why")
    command(commands, "grants", "xem các lần gia hạn / list grants", show)
    parser = command(commands, "revoke", "rút lại một lần gia hạn / take a grant back", revoke)
    parser.add_argument("id", metavar="ID", help="mã trong / id as in: giochoi grants")


@checked
def some_minutes(text: str) -> int:
    ms = parse_minutes(text)
    if ms == 0:
        raise ValueError("phải nhiều hơn 0 phút / must be more than 0 minutes")
    return ms


def grant(args: Namespace, context: Context) -> int:
    request = GrantAdd(player=args.player, ms=args.ms, game=args.game, reason=args.reason)
    added = ask(context.home.daemon_address, request)
    if context.out.json:
        context.out.document({"id": added.id})
    else:
        context.out.line(f"{args.player}: thêm / more {both(args.ms)} (mã / id {added.id})")
    return 0


def revoke(args: Namespace, context: Context) -> int:
    ask(context.home.daemon_address, GrantRevoke(id=args.id))
    if context.out.json:
        context.out.document({"id": args.id})
    else:
        context.out.line(f"đã rút lại {args.id} / {args.id} taken back")
    return 0


def show(args: Namespace, context: Context) -> int:
    grants = ask(context.home.daemon_address, GrantsGet()).grants
    zone = ask(context.home.daemon_address, UsageGet()).zone
    if context.out.json:
        context.out.document({"grants": [_document(event, zone) for event in grants]})
        return 0
    now = SystemClock().wall()
    columns = ("Mã / Id", "Người chơi / Player", "Thêm / More", "Trò chơi / Game", "Lúc / At", "Ai / Who", "Lý do / Why", "")
    context.out.table(columns, (_row(event, now, zone) for event in sorted(grants, key=lambda event: event.given)))
    return 0


def _row(event: GrantEvent, now: int, zone: str) -> tuple[str, ...]:
    revoked = "đã rút lại / taken back" if event.revoked is not None else ""
    game = event.game or "mọi trò / all"
    return (event.id, event.player, both(event.ms), game, at(event.given, now, zone), event.who, event.reason, revoked)


def _document(event: GrantEvent, zone: str) -> dict[str, object]:
    return {
        "id": event.id,
        "player": event.player,
        "by": event.by,
        "who": event.who,
        "minutes": event.ms / 60_000,
        "game": event.game,
        "given": rfc3339(event.given, zone),
        "reason": event.reason,
        "revoked": None if event.revoked is None else rfc3339(event.revoked, zone),
    }
