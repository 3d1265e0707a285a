"""giochoi player: whose play is counted."""

from __future__ import annotations

import re
from argparse import Namespace
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from agent.api.messages import LimitRow, PlayerAdd, PlayerList, PlayerRemove, PlayerRow, PlayerSet
from cli.context import Context
from cli.parser import Commands, checked, command, noun
from cli.registry import settle
from cli.words.times import exact
from host.clock import SystemClock
from host.rpc_client import ask
from rules.identity import birth_date
from rules.policy import Weekday

_NONE = "none"
_YEAR = re.compile(r"[0-9]{4}")
_FURTHEST_EAST = timedelta(hours=14)
_WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def add_to(commands: Commands) -> None:
    verbs = noun(commands, "player", "người chơi / players")
    parser = command(verbs, "add", "thêm người chơi / add a player", add)
    parser.add_argument("name", metavar="NAME", help="tên / name")
    parser.add_argument(
        "--born",
        metavar="YYYY[-MM-DD]|none",
        type=born,
        required=True,
        help="ngày sinh, hay chỉ năm sinh: khi đó tính tuổi nhỏ hơn; none: không rõ, khi đó áp dụng mức chặt nhất / "
        "date of birth, or the year alone: then the younger age counts; none: unknown, the strictest applies",
    )
    parser.add_argument("--account", metavar="OSUSER", help="tài khoản trên máy / account on this machine")
    parser.add_argument("--guardian", metavar="NAME", help="người giám hộ / guardian")

    parser = command(verbs, "set", "sửa người chơi / change a player", change)
    parser.add_argument("player", metavar="PLAYER", help="tên hoặc mã / name or id")
    parser.add_argument("--name", metavar="NAME", default=msgspec.UNSET, help="tên mới / new name")
    parser.add_argument(
        "--born",
        metavar="YYYY[-MM-DD]|none",
        type=born,
        default=msgspec.UNSET,
        help="ngày hoặc năm sinh / date or year of birth",
    )
    parser.add_argument(
        "--account", metavar="OSUSER|none", default=msgspec.UNSET, help="tài khoản trên máy / account on this machine"
    )
    parser.add_argument("--guardian", metavar="NAME|none", default=msgspec.UNSET, help="người giám hộ / guardian")

    command(verbs, "list", "xem danh sách / list players", show)
    parser = command(verbs, "remove", "bỏ người chơi; nhật ký vẫn còn / remove a player; the log stays", remove)
    parser.add_argument("player", metavar="PLAYER", help="tên hoặc mã / name or id")


class Born(NamedTuple):
    """A date of birth, or (`year_only`) a date in the year of birth."""

    day: date | None
    year_only: bool = False


@checked
def born(text: str) -> Born:
    if text == _NONE:
        return Born(None)
    # The agent knows the date at the place. Here it is enough that it is in the past anywhere.
    latest = (datetime.fromtimestamp(SystemClock().wall() / 1000, UTC) + _FURTHEST_EAST).date()
    return Born(birth_date(text, latest), year_only=_YEAR.fullmatch(text.strip()) is not None)


def add(args: Namespace, context: Context) -> int:
    request = PlayerAdd(
        name=args.name, born=args.born.day, year_only=args.born.year_only, account=args.account, guardian=args.guardian
    )
    done = ask(context.home.agent_address, request)
    return settle(context, done, f"đã thêm {args.name} (mã {done.id}) / {args.name} added (id {done.id})")


def change(args: Namespace, context: Context) -> int:
    fields: dict[str, Any] = {
        name: None if value == _NONE and name != "name" else value
        for name in ("name", "born", "account", "guardian")
        if (value := getattr(args, name)) is not msgspec.UNSET
    }
    if isinstance(args.born, Born):
        fields |= {"born": args.born.day, "year_only": args.born.year_only}
    if not fields:
        args.parser.error("không có gì để sửa: --name, --born, --account hoặc --guardian / nothing to change")
    done = ask(context.home.agent_address, PlayerSet(player=args.player, **fields))
    return settle(context, done, f"đã sửa {args.player} / {args.player} changed")


def remove(args: Namespace, context: Context) -> int:
    done = ask(context.home.agent_address, PlayerRemove(player=args.player))
    return settle(context, done, f"đã bỏ {args.player}; nhật ký vẫn còn / {args.player} removed; the log stays")


def show(args: Namespace, context: Context) -> int:
    players = ask(context.home.agent_address, PlayerList()).players
    if context.out.json:
        context.out.document({"players": [_document(player) for player in players]})
        return 0
    columns = (
        "Mã / Id",
        "Tên / Name",
        "Sinh / Born",
        "Tài khoản / Account",
        "Giám hộ / Guardian",
        "Gói luật / Packs",
        "Giới hạn / Limits",
    )
    context.out.table(columns, (_row(player) for player in players))
    return 0


def _row(player: PlayerRow) -> tuple[str, ...]:
    return (
        player.id,
        player.name,
        _said(player) or "chưa rõ / unknown",
        player.account or "–",
        ", ".join(player.guardians) or "–",
        ", ".join(player.uses) or "–",
        limits(player.limits) or "–",
    )


def _said(player: PlayerRow) -> str | None:
    """The date of birth, or the year alone if no more is known."""
    return None if player.born is None else player.born.isoformat()[: 4 if player.year_only else None]


def _document(player: PlayerRow) -> dict[str, object]:
    return {
        "id": player.id,
        "name": player.name,
        "born": _said(player),
        "account": player.account,
        "guardians": player.guardians,
        "packs": player.packs,
        "uses": player.uses,
        "approved": player.approved,
        "limits": [{"game": limit.game, "day": limit.day, "minutes": limit.ms / 60_000} for limit in player.limits],
    }


def limits(rows: tuple[LimitRow, ...]) -> str:
    """The limits of a player, days of equal length together: "60 phút" or "luanti 30 phút (sat, sun)"."""
    groups: dict[tuple[str | None, int], list[Weekday]] = {}
    for row in rows:
        groups.setdefault((row.game, row.ms), []).append(row.day)
    parts = []
    for (game, ms), days in groups.items():
        when = "" if len(set(days)) == len(_WEEKDAYS) else f" ({', '.join(sorted(days, key=_WEEKDAYS.index))})"
        parts.append(f"{game + ' ' if game else ''}{exact(ms)[0]}{when}")
    return "; ".join(parts)
