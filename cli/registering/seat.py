"""giochoi seat: the PCs whose records the agent takes, and those that are gone."""

from __future__ import annotations

from argparse import Namespace

from agent.api.checkins import PresentRow, WhoPlays
from agent.api.naming import same
from agent.api.seats import SeatList, SeatName, SeatRetire, Seats, SeatShown
from cli.commands import Commands
from cli.context import Context
from cli.errors import CommandError
from cli.given.asking import YES, confirm
from cli.registering.joining import add_joining
from cli.registering.settle import settle
from compliance.note import parse_vkey
from host.rpc_client import ask
from i18n.message import Arg, Moment, msg
from rules.calendar import rfc3339
from words.layout import row
from words.shell import whole


def add_to(commands: Commands) -> None:
    commands.add("seat list", show, "", "--json", about=msg("list the PCs that the log knows"), looks=True)
    sold = msg('giochoi seat retire seat-27173fa3d0 --reason "sold" --yes')
    add_joining(commands)
    parser = commands.add("seat name", name, msg('giochoi seat name seat-27173fa3d0 "PC 07"'), "seat-27173fa3d0 07",
                          about=msg("say what a PC is called"))  # fmt: skip
    parser.takes("seat", "SEAT", msg("id or name of the PC, from giochoi seat list"))
    parser.takes("name", "NAME", msg("what it is called from now on"))
    parser = commands.add("seat retire", retire, "seat-27173fa3d0", sold,
                          about=msg("say that a PC is gone for good; the log keeps what it recorded"))  # fmt: skip
    parser.takes("seat", "SEAT", msg("id or name of the PC, from giochoi seat list"))
    parser.takes("--reason", "TEXT", msg("why; kept beside the log for half a year"), default="")
    parser.takes("--reporting", "", msg("also while it reports, as where its key was stolen; an inspector is told"))
    parser.takes("--yes", "", YES)


def show(args: Namespace, context: Context) -> None:
    answer = ask(context.home.agent_address, SeatList())
    columns = (msg("Seat"), msg("Name"), msg("Key"), msg("Since"), msg("Last heard"), msg("State"))
    there = {one.seat: one for one in ask(context.home.agent_address, WhoPlays()).seats}
    document = {"seats": [_document(seat, answer, there.get(seat.id)) for seat in answer.seats]}
    context.out.answer(document, lambda: context.out.table(columns, (_row(seat, answer) for seat in answer.seats)))


def retire(args: Namespace, context: Context) -> int:
    seat = _meant(args.seat, context)
    question = msg(
        "Retire the PC {seat} for good? The agent takes nothing of it any more, and an inspector reads since when. If it comes "
        "back, it is a new one.", seat=_called(seat),
    )  # fmt: skip
    confirm(question, context, yes=args.yes)
    done = ask(context.home.agent_address, SeatRetire(seat=seat.id, reason=args.reason, reporting=args.reporting))
    return settle(context, done, msg("{seat} is retired; what it recorded stays in the log", seat=done.id))


def name(args: Namespace, context: Context) -> int:
    done = ask(context.home.agent_address, SeatName(seat=_meant(args.seat, context).id, name=args.name))
    return settle(context, done, msg("{seat} is called {name}", seat=done.id, name=done.name or done.id))


def _meant(asked: str, context: Context) -> SeatShown:
    """The seat of this id or name. CommandError."""
    seats = ask(context.home.agent_address, SeatList()).seats
    named = [seat for seat in seats if seat.name and same(seat.name, asked) and seat.retired is None]
    found = next((seat for seat in seats if seat.id == asked), named[-1] if named else None)
    if found is None:
        raise CommandError(msg("no PC has the id {seat}; see: {command}", seat=asked, command=whole("giochoi seat list")))
    return found


def _called(seat: SeatShown) -> Arg:
    return msg("{name} ({id})", name=seat.name, id=seat.id) if seat.name else seat.id


def _row(seat: SeatShown, all_: Seats) -> tuple[Arg, ...]:
    since, heard = ("–" if at is None else Moment(at, all_.zone, "full") for at in (seat.enrolled, seat.heard))
    return (seat.id, seat.name, _short(seat.key), since, heard, row(_state(seat, all_)))


def _state(seat: SeatShown, all_: Seats) -> tuple[Arg, ...]:
    """What it is, and what its PC was before and is now."""
    after = [other.id for other in all_.seats if other.follows == seat.id != other.id]
    told: list[Arg] = []
    if (gone := seat.retired) is not None:
        who = msg("retired on {when} by {who}", when=Moment(gone.at, all_.zone, "full"), who=gone.by) if gone.by else (
            msg("retired on {when}", when=Moment(gone.at, all_.zone, "full"))
        )  # fmt: skip
        told += [who, f"«{gone.reason}»"] if gone.reason else [who]
    elif not seat.key:
        told.append(msg("joined; giochoi-daemon has not spoken there yet"))
    elif not after:
        told.append(msg("reports") if seat.reporting else msg("silent"))
    told += [msg("this PC is {seat} now", seat=one) for one in after]
    return (*told, msg("was {seat} before", seat=seat.follows)) if seat.follows else tuple(told)


def _document(seat: SeatShown, all_: Seats, there: PresentRow | None) -> dict[str, object]:
    gone = seat.retired
    player = None if there is None or there.player is None else {
        "id": there.player.id, "age_band": there.age_band, "since": _at(there.since, all_.zone),
    }  # fmt: skip
    return {
        "id": seat.id, "name": seat.name or None, "pc": seat.pc or None, "anchored": True,
        "last_seen": _at(seat.heard, all_.zone), "watch": seat.watch or None, "version": seat.version or None,
        "unsent": seat.unsent, "player": player,
        "issues": seat.issues, "key": seat.key, "key_id": _short(seat.key), "enrolled": _at(seat.enrolled, all_.zone),
        "heard": _at(seat.heard, all_.zone), "reporting": seat.reporting, "follows": seat.follows,
        "retired": None if gone is None else {"at": _at(gone.at, all_.zone), "by": gone.by, "reason": gone.reason},
    }  # fmt: skip


def _at(moment: int | None, zone: str) -> str | None:
    return None if moment is None else rfc3339(moment // 1000 * 1000, zone)


def _short(key: str) -> str:
    """What the fingerprint begins with."""
    return parse_vkey(key).fingerprint.partition("-")[0] if key else ""
