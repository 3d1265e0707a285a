"""giochoi simulate: what other rules would have done to play that was recorded, or written down."""

from __future__ import annotations

import base64
import typing
from argparse import Namespace
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from agent.api import client as agent
from agent.api.messages import PlayerDays
from cli.context import Context
from cli.describe import effective
from cli.errors import CommandError
from cli.files import TEXT_LIMIT, as_text, read_bytes, write_new
from cli.packs import named
from cli.parser import Commands, command
from cli.simulate_bundle import Names, from_bundle
from cli.simulate_days import Day, Result, result
from cli.simulate_given import from_csv, from_json
from cli.simulate_picture import picture
from cli.simulate_recorded import Asked, Recorded
from cli.simulate_svg import calendar_svg
from cli.simulate_text import days, headline, rules
from cli.times import rfc3339
from compliance.bundle import BundleError, parse
from compliance.report import Report
from rules.policy import Pack, Place, combine
from rules.replay import Piece, replay

_ZIP = b"PK"
_LIVE = "agent"


def add_to(commands: Commands) -> None:
    parser = command(
        commands, "simulate", "nếu áp dụng gói khác thì sao / what other rules would have done to recorded play", simulate
    )
    parser.add_argument("player", metavar="PLAYER", help="tên, mã, guest, hoặc bí danh trong nhật ký"
                                                         " / name, id, guest, or a pseudonym of the log")  # fmt: skip
    parser.add_argument(
        "--pack", metavar="PACK[:key=value]", action="append", required=True, dest="packs",
        help="mã gói hoặc tệp .toml / id or .toml file",
    )  # fmt: skip
    parser.add_argument(
        "--from", metavar="LOG", required=True, dest="source",
        help="tệp của `log export`, JSON hoặc CSV; -: stdin; agent: nhật ký của máy này"
             " / a file of `log export`, JSON or CSV; -: stdin; agent: this machine's log",
    )  # fmt: skip
    parser.add_argument("--born", metavar="YYYY[-MM-DD]", help="ngày hoặc năm sinh / date or year of birth")
    parser.add_argument(
        "--place", choices=typing.get_args(Place), help="nơi chơi thay cho nơi đã ghi / another place than recorded"
    )
    parser.add_argument("--zone", metavar="AREA/CITY", help="múi giờ để chia ngày / the time zone of the days shown")
    parser.add_argument("--svg", metavar="FILE", type=Path, help="vẽ lịch vào tệp mới / draw a calendar into a new file")


def simulate(args: Namespace, context: Context) -> int:
    packs = [named(argument).parsed() for argument in args.packs]
    asked = Asked(args.player, args.born, args.place, args.zone)
    recorded = _recorded(args.source, asked, context)
    found = result(replay(combine(packs), recorded.plays, recorded.setting), recorded.zone)
    if args.svg is not None:
        write_new(args.svg, [calendar_svg(found, recorded.player, [pack.id for pack in packs]).encode()])
    for note in (*recorded.notes, *_not_in_force(packs, found)):
        context.out.message(note)
    if context.out.json:
        context.out.document(_document(found, recorded, packs, args.svg))
    else:
        _show(context, found, recorded, packs)
        if args.svg is not None:
            context.out.message(f"đã vẽ / drawn: {args.svg}")
    return 0


def _not_in_force(packs: list[Pack], found: Result) -> Iterator[str]:
    """A pack of another time cuts nothing, and that has to be said."""
    for pack in packs:
        begins, ends = pack.effective_from or date.min, pack.effective_to or date.max
        if found.days and (found.days[-1].day < begins or found.days[0].day >= ends):
            yield (f"gói {pack.id} không có hiệu lực trong những ngày này ({effective(pack)})"
                   f" / pack {pack.id} is not in force on these days")  # fmt: skip


# --- where the play is from ------------------------------------------------------------------------------------------------


def _recorded(source: str, asked: Asked, context: Context) -> Recorded:
    data = _live(context) if source == _LIVE else _read(source)
    if data.startswith(_ZIP):
        try:
            return from_bundle(parse(data), source, asked, lambda *about: _who_is(context, asked.player, *about))
        except BundleError as error:
            raise CommandError(f"{source}: {error}") from None
    text = as_text(data, source).removeprefix("\ufeff")  # editors of Windows put it there
    return from_json(text, source, asked) if text.lstrip().startswith(("{", "[")) else from_csv(text, source, asked)


def _read(source: str) -> bytes:
    """A bundle whole, of anything else no more than text may have: a device has no end."""
    data = read_bytes(source, TEXT_LIMIT + 1)
    if data.startswith(_ZIP) and len(data) > TEXT_LIMIT:
        return data + read_bytes(source) if source == "-" else read_bytes(source)
    return data


def _live(context: Context) -> bytes:
    """The log of this machine, as its agent would export it."""
    return b"".join(base64.b64decode(chunk.data) for chunk in agent.log_export(context.home.agent_address))


def _who_is(context: Context, player: str, report: Report, first: date, last: date) -> Names:
    """Ask this machine's agent, if the log is its own."""
    told = agent.player_days(context.home.agent_address, PlayerDays(player=player, first=first, last=last))
    if told.key != report.key:
        raise CommandError(
            f"nhật ký này là của đại lý khác, {report.origin}: không biết ai là {player} trong đó; hãy nêu bí danh"
            f" / this log is another agent's, {report.origin}: who is {player} in it is not known here; name a pseudonym"
        )
    return Names(told.name, frozenset(told.names), told.born, told.guardian)


# --- for people -------------------------------------------------------------------------------------------------------------


def _show(context: Context, found: Result, recorded: Recorded, packs: list[Pack]) -> None:
    out, names = context.out, ", ".join(pack.id for pack in packs)
    if not found.days:
        out.line(f"{recorded.player}: không có lượt chơi nào / no play was recorded")
        return
    first, last = found.days[0].day, found.days[-1].day
    out.line(f"{recorded.player}, {first:%d/%m/%Y} – {last:%d/%m/%Y}, nếu theo / under {names}")
    for line in headline(found):
        out.line(line)
    out.line()
    out.drawing(picture(found, out.width))
    out.line()
    out.drawing(days(found, out.width))
    if found.rules:
        out.line()
        out.drawing(rules(found, out.width))


# --- for programs -----------------------------------------------------------------------------------------------------------


def _document(found: Result, recorded: Recorded, packs: list[Pack], svg: Path | None) -> dict[str, object]:
    born, zone = recorded.setting.born, recorded.zone
    return {
        "player": recorded.player, "born": born, "zone": zone, "source": recorded.source,
        "packs": [{"id": pack.id, "sha256": pack.sha256, "params": pack.params} for pack in packs],
        "total": _totals(found),
        "rules": [
            {"rule": one.reason.rule, "cite": one.reason.cite, "text": one.reason.text.vi, "text_en": one.reason.text.en,
             "kind": one.reason.kind, "cut_s": one.ms / 1000, "times": one.times}
            for one in found.rules
        ],
        "days": [
            {"day": one.day, **_totals(one), "rules": {rule: ms / 1000 for rule, ms in one.by_rule.items()}}
            for one in found.days
        ],
        "plays": _plays(found.pieces, zone),
        "svg": None if svg is None else str(svg.absolute()),
    }  # fmt: skip


def _totals(one: Day | Result) -> dict[str, object]:
    return {
        "recorded_s": one.recorded_ms / 1000, "kept_s": one.kept_ms / 1000, "cut_s": one.cut_ms / 1000,
        "refused_starts": one.refused, "ended_early": one.ended,
    }  # fmt: skip


def _plays(pieces: tuple[Piece, ...], zone: str) -> list[dict[str, object]]:
    """Every recorded play with what becomes of it."""
    by_play: dict[int, list[Piece]] = {}
    for piece in pieces:
        by_play.setdefault(piece.number, []).append(piece)
    return [
        {"game": own[0].play.game, "from": rfc3339(own[0].start, zone), "to": rfc3339(own[-1].end, zone),
         "pieces": [{"from": rfc3339(one.start, zone), "seconds": (one.end - one.start) / 1000, "verdict": one.verdict,
                     "rule": one.rule or None} for one in own]}
        for _, own in sorted(by_play.items())
    ]  # fmt: skip
