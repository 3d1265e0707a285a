"""What can be asked of agent.db, and written to it, inside one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import GenericAlias
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Select, Table, delete, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import Connection

from agent.api.asked import RequestEvent
from agent.api.roster import GrantEvent, Guardian, Staff
from agent.store import schema as t
from agent.store.rows import (
    ApprovalRow,
    CheckInRow,
    ClaimRow,
    LimitRow,
    PackRow,
    PlaceRow,
    PlayedRow,
    PlayerRow,
    SeatRow,
    StateRow,
    TextRow,
    VisitorRow,
)
from rules.games import Game
from rules.installed import LetProgram

R = TypeVar("R")


class Tables:
    """The tables, over one open transaction."""

    def __init__(self, connection: Connection) -> None:
        self._do = connection.execute
        self._players: tuple[PlayerRow, ...] | None = None  # asked for again and again, and there may be thousands

    # --- which log this is, and its seats

    def state(self) -> StateRow:
        return self._rows(StateRow, select(t.state))[0]

    def publish(self, number: int, note: str, parts: Mapping[str, bytes]) -> None:
        """From now on the roster `number`, signed as `note`, is in force; `parts` are those that it names."""
        self._do(update(t.state).values(number=number, note=note))
        known = set(self._do(select(t.parts.c.sha256)).scalars())
        self._do(delete(t.parts).where(t.parts.c.sha256.in_(known - parts.keys())))
        for name in parts.keys() - known:
            self._do(insert(t.parts).values(sha256=name, data=parts[name]))

    def parts(self) -> dict[str, bytes]:
        """Those of the roster in force, by their hashes."""
        return {row.sha256: row.data for row in self._do(select(t.parts))}

    def serve(self, address: str) -> None:
        """From now on seats of other PCs are answered there; "": nowhere."""
        self._do(update(t.state).values(serve=address))

    def seats(self, **of: str) -> tuple[SeatRow, ...]:
        """Every one there ever was of this `id` and `pc`, as far as they are given; by id."""
        return self._rows(SeatRow, select(t.seats).filter_by(**of).order_by(t.seats.c.id))

    def put_seat(self, row: SeatRow) -> None:
        """Add the seat, or replace all that is known of it."""
        self._put(t.seats, _values(row))

    # --- who plays where

    def claim(self, player: str) -> ClaimRow | None:
        found = self._rows(ClaimRow, select(t.claims).filter_by(player=player))
        return found[0] if found else None

    def put_claim(self, row: ClaimRow) -> None:
        self._put(t.claims, _values(row))

    def drop_claim(self, player: str) -> None:
        self._do(delete(t.claims).filter_by(player=player))

    def played(self, player: str, since: int) -> tuple[PlayedRow, ...]:
        """What the player played on any seat since then, oldest first."""
        query = select(t.played).filter_by(player=player).where(t.played.c.start >= since)
        return self._rows(PlayedRow, query.order_by(t.played.c.start))

    def play(self, seat: str, seq: int) -> PlayedRow | None:
        found = self._rows(PlayedRow, select(t.played).filter_by(seat=seat, seq=seq))
        return found[0] if found else None

    def plays_on(self, seat: str, player: str) -> bool:
        """Whether a play of the player is not known to be over there."""
        return bool(self._do(select(t.played.c.seq).filter_by(seat=seat, player=player, ms=None).limit(1)).first())

    def put_played(self, row: PlayedRow) -> None:
        """Unless it is known."""
        self._do(insert(t.played).values(_values(row)).on_conflict_do_nothing())

    def end_played(self, seat: str, seq: int, ms: int) -> None:
        self._do(update(t.played).filter_by(seat=seat, seq=seq).values(ms=ms))

    def forget_played(self, before: int) -> None:
        self._do(delete(t.played).where(t.played.c.start < before))

    # --- who works here, and who is checked in

    def staff(self) -> tuple[Staff, ...]:
        return self._rows(Staff, select(t.staff).order_by(t.staff.c.id))

    def put_staff(self, row: Staff) -> None:
        self._put(t.staff, _values(row))

    def drop_staff(self, id: str) -> None:
        self._do(delete(t.staff).filter_by(id=id))

    def checkins(self) -> tuple[CheckInRow, ...]:
        return self._rows(CheckInRow, select(t.checkins).order_by(t.checkins.c.pc))

    def put_checkin(self, row: CheckInRow) -> None:
        self._put(t.checkins, _values(row))

    def drop_checkin(self, pc: str) -> None:
        self._do(delete(t.checkins).filter_by(pc=pc))

    def visitors(self) -> tuple[VisitorRow, ...]:
        return self._rows(VisitorRow, select(t.visitors).order_by(t.visitors.c.id))

    def put_visitor(self, row: VisitorRow) -> None:
        self._put(t.visitors, {"id": row.id, "key": row.key, "day": row.day, "age": row.age})

    def forget_visitors(self, before: str) -> None:
        """Those of days before that one who are not checked in."""
        here = select(t.checkins.c.player)
        self._do(delete(t.visitors).where(t.visitors.c.day < before, t.visitors.c.id.not_in(here)))

    # --- the place, and the games that it knows beside the catalogue

    def place(self) -> PlaceRow:
        return self._rows(PlaceRow, select(t.place))[0]

    def put_place(self, row: PlaceRow) -> None:
        self._do(update(t.place).values(_values(row)))

    def games(self) -> tuple[Game, ...]:
        """The house games, by id."""
        return self._decoded(Game, select(t.games.c.data).order_by(t.games.c.id))

    def put_game(self, game: Game) -> None:
        self._put(t.games, {"id": game.id, "data": _json(game)})

    def drop_game(self, game: str) -> None:
        self._do(delete(t.games).where(t.games.c.id == game))

    # --- players and their guardians

    def players(self) -> tuple[PlayerRow, ...]:
        """Every row there ever was, the guest's and removed ones included, by id."""
        if self._players is None:
            self._players = self._rows(PlayerRow, select(t.players).order_by(t.players.c.id))
        return self._players

    def player(self, id: str) -> PlayerRow | None:
        """As in `players`."""
        found = self._rows(PlayerRow, select(t.players).filter_by(id=id))
        return found[0] if found else None

    def put_player(self, row: PlayerRow) -> None:
        """Add the player, or replace all that is known of it."""
        self._players = None
        self._put(t.players, _values(row))

    def guardians(self) -> tuple[Guardian, ...]:
        return self._rows(Guardian, select(t.guardians).order_by(t.guardians.c.id))

    def put_guardian(self, row: Guardian) -> None:
        """Add the guardian, or replace all that is known of them."""
        self._put(t.guardians, _values(row))

    def drop_guardian(self, guardian: str) -> None:
        """Nobody is this guardian's ward any more."""
        self._do(delete(t.wards).where(t.wards.c.guardian == guardian))
        self._do(delete(t.guardians).where(t.guardians.c.id == guardian))

    def wards(self) -> tuple[tuple[str, str], ...]:
        """(player, guardian) pairs."""
        return tuple(map(tuple, self._do(select(t.wards).order_by(t.wards.c.player, t.wards.c.guardian))))

    def put_wards(self, player: str, guardians: tuple[str, ...]) -> None:
        """These are the player's guardians, and no others."""
        self._do(delete(t.wards).where(t.wards.c.player == player))
        for guardian in guardians:
            self._do(insert(t.wards).values(player=player, guardian=guardian))

    # --- packs in force, their texts, own limits

    def packs(self) -> dict[str, tuple[PackRow, ...]]:
        """The packs in force by target: a player's id, "guest" or "place"; in the order in which they were named."""
        found: dict[str, tuple[PackRow, ...]] = {}
        for row in self._do(select(t.packs).order_by(t.packs.c.target, t.packs.c.position)):
            params = msgspec.json.decode(row.params, type=dict[str, str])
            found[row.target] = (*found.get(row.target, ()), PackRow(row.pack, params, row.sha256, bool(row.shipped)))
        return found

    def put_packs(self, target: str, rows: tuple[PackRow, ...]) -> None:
        """These are in force for `target`, and no others. Their texts are there already."""
        self._do(delete(t.packs).where(t.packs.c.target == target))
        for position, row in enumerate(rows):
            values = {**_values(row), "params": _json(row.params)}
            self._do(insert(t.packs).values(target=target, position=position, **values))

    def texts(self) -> dict[str, TextRow]:
        """By SHA-256."""
        return {row.sha256: row for row in self._rows(TextRow, select(t.texts))}

    def keep_text(self, row: TextRow) -> None:
        """Keep the text for good. Once public, always public."""
        self._do(insert(t.texts).values(_values(row)).on_conflict_do_nothing())
        if row.public:
            self._do(update(t.texts).where(t.texts.c.sha256 == row.sha256).values(public=1))

    def limits(self) -> tuple[LimitRow, ...]:
        """All own limits, by player and game."""
        return self._rows(LimitRow, select(t.limits).order_by(t.limits.c.player, t.limits.c.game, t.limits.c.day))

    def put_limit(self, row: LimitRow) -> None:
        self._put(t.limits, _values(row))

    def drop_limits(self, **of: str) -> int:
        """Delete the limits of this `player`, `game` and `day`, as far as they are given, and say how many."""
        return self._do(delete(t.limits).filter_by(**of)).rowcount

    # --- programs let through for those who run only what is installed

    def programs(self) -> tuple[tuple[str, LetProgram], ...]:
        """(player, program) pairs."""
        query = select(t.programs.c.player, t.programs.c.data).order_by(t.programs.c.player, t.programs.c.sha256)
        return tuple((player, msgspec.json.decode(data, type=LetProgram)) for player, data in self._do(query))

    def put_program(self, player: str, program: LetProgram) -> None:
        self._put(t.programs, {"player": player, "sha256": program.sha256, "data": _json(program)})

    def drop_programs(self, **of: str) -> None:
        """Those of this `player` and `sha256`, as far as they are given."""
        self._do(delete(t.programs).filter_by(**of))

    # --- approvals, grants and requests: events with ids, in sets that only grow

    def approvals(self) -> tuple[ApprovalRow, ...]:
        """Those that hold, oldest first."""
        holding = select(t.approvals).where(t.approvals.c.ended == 0)
        return self._rows(ApprovalRow, holding.order_by(t.approvals.c.at, t.approvals.c.id))

    def approve(self, row: ApprovalRow) -> None:
        self._do(insert(t.approvals).values(**_values(row), ended=0))

    def end_approval(self, id: str) -> None:
        """It holds no longer."""
        self._do(update(t.approvals).filter_by(id=id).values(ended=1))

    def grants(self, since: int) -> tuple[GrantEvent, ...]:
        """Those given at or after `since`, oldest first."""
        query = select(t.grants.c.data).where(t.grants.c.given >= since)
        return self._decoded(GrantEvent, query.order_by(t.grants.c.given, t.grants.c.id))

    def grant(self, id: str) -> GrantEvent | None:
        found = self._decoded(GrantEvent, select(t.grants.c.data).where(t.grants.c.id == id))
        return found[0] if found else None

    def put_grant(self, event: GrantEvent) -> None:
        """Add the event, or replace what is known of it."""
        values = {"id": event.id, "player": event.player, "given": event.given, "revoked": event.revoked}
        self._put(t.grants, {**values, "data": _json(event)})

    def requests(self, since: int) -> tuple[RequestEvent, ...]:
        """What was asked at or after `since`, oldest first."""
        query = select(t.requests.c.data).where(t.requests.c.asked >= since)
        return self._decoded(RequestEvent, query.order_by(t.requests.c.asked, t.requests.c.id))

    def request(self, id: str) -> RequestEvent | None:
        found = self._decoded(RequestEvent, select(t.requests.c.data).where(t.requests.c.id == id))
        return found[0] if found else None

    def put_request(self, event: RequestEvent) -> None:
        """Add the event, or replace what is known of it."""
        self._put(t.requests, {"id": event.id, "player": event.player, "asked": event.asked, "data": _json(event)})

    # --- erasure

    def erase_player(self, player: str, sha256: str, at: int) -> None:
        """Nothing here names this player any more; `sha256` of the id says since when. Texts of packs that nobody uses and that
        nobody else may see go, too.
        """
        self._players = None
        for table in (t.wards, t.limits, t.programs, t.approvals, t.grants, t.requests, t.claims, t.played):
            self._do(delete(table).filter_by(player=player))
        self._do(delete(t.packs).filter_by(target=player))
        self._do(delete(t.players).filter_by(id=player))
        self._do(delete(t.texts).where(t.texts.c.public == 0, t.texts.c.sha256.not_in(select(t.packs.c.sha256))))
        self._put(t.erased, {"sha256": sha256, "at": at})

    def erased(self, since: int) -> tuple[str, ...]:
        """Who was erased at or after `since`."""
        return tuple(self._do(select(t.erased.c.sha256).where(t.erased.c.at >= since).order_by(t.erased.c.sha256)).scalars())

    def forget_erased(self, before: int) -> bool:
        """Who was erased before then: each seat that was ever on since has forgotten them. Whether anybody was."""
        return self._do(delete(t.erased).where(t.erased.c.at < before)).rowcount > 0

    def erase_later(self, entries: Iterable[tuple[str, int]]) -> None:
        """The personal data beside these entries (seat, seq) is to be deleted."""
        for seat, seq in entries:
            self._do(insert(t.erasing).values(seat=seat, seq=seq).on_conflict_do_nothing())

    def forget_events(self, before: int) -> None:
        """What was given and asked before then, which counts in nothing and whose reasons name people; who retired seats."""
        self._do(delete(t.grants).where(t.grants.c.given < before))
        self._do(delete(t.requests).where(t.requests.c.asked < before))
        self._do(update(t.seats).where(t.seats.c.retired < before).values(by="", reason=""))

    def erasing(self) -> tuple[tuple[str, int], ...]:
        return tuple((row.seat, row.seq) for row in self._do(select(t.erasing)))

    def erased_now(self) -> None:
        """What was to be deleted is."""
        self._do(delete(t.erasing))

    # --- how rows are read and written

    def _rows(self, kind: type[R], query: Select[Any]) -> tuple[R, ...]:
        """What the query finds, each row as one of this kind."""
        found = self._do(query)
        names = [column[0] for column in found.cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in found]
        some: tuple[R, ...] = msgspec.convert(rows, GenericAlias(tuple, (kind, ...)), strict=False, builtin_types=(bytes,))
        return some

    def _decoded(self, kind: type[R], query: Select[Any]) -> tuple[R, ...]:
        """What lies as JSON in the one column of the query."""
        return tuple(msgspec.json.decode(data, type=kind) for data in self._do(query).scalars())

    def _put(self, table: Table, values: dict[str, Any]) -> None:
        """Add the row, or replace all that is known of the one with its key."""
        keys = [column.name for column in table.primary_key]
        rest = {name: value for name, value in values.items() if name not in keys}
        self._do(insert(table).values(values).on_conflict_do_update(index_elements=keys, set_=rest))


def _values(row: msgspec.Struct) -> dict[str, Any]:
    """A row as its columns have it."""
    values: dict[str, Any] = msgspec.to_builtins(row, builtin_types=(bytes,))
    return values


def _json(value: object) -> str:
    return msgspec.json.encode(value, order="sorted").decode()
