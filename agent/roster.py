"""Registry -> roster: everything a daemon decides from, signed, so that it can be kept and trusted without the agent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from msgspec import structs

from agent.api.asked import MOST_REQUESTS, RequestEvent
from agent.api.roster import CheckedInAt, Player, Roster, Seat
from agent.errors import refused
from agent.packs.own_limits import HOUSE, offline_pack, own_pack
from agent.packs.shipped import Shipped, compiled
from agent.store.rows import GUEST, PLACE, PackRow, PlayerRow, TextRow, VisitorRow
from agent.store.tables import Tables
from compliance.note import MAX_NOTE, Signer
from i18n.message import msg
from rules.calendar import DAY_MS, day_bounds
from rules.engine.reach import ADULT
from rules.games import UNKNOWN_GAME
from rules.policy import Pack, Scope
from rules.unknown import Unknown, game_title

# A grant counts for the policy day in which it was given, in every period; a seat that was off for a week still hears of it.
GRANTS_MATTER_MS = 8 * DAY_MS
# A seat keeps play for 400 days at most (daemon.recording.day_summary): whoever was off for less still hears of an erasure.
ERASED_MS = 400 * DAY_MS


def build(tables: Tables, shipped: Shipped, *, number: int, now: int) -> Roster:
    """The roster that these tables make. PolicyError if a pack in force does not compile."""
    place = tables.place()
    parts = Compiler(tables, shipped)
    players = tuple(parts.player(row) for row in tables.players() if not row.removed)
    shared = len({row.pc for row in tables.seats() if row.retired is None}) > 1
    checked_in = tuple(parts.checked_in(tables, players))
    everybody = {player.id for player in (*players, *(one.player for one in checked_in))}
    # A seat has to hear that time which it gave was taken back, also of somebody who is not here any more.
    grants = (one for one in tables.grants(now - GRANTS_MATTER_MS) if one.player in everybody or one.revoked is not None)
    return Roster(
        number=number,
        origin=tables.state().origin,
        issued=now,
        place=place.place,
        zone=place.zone,
        name=place.name,
        certificate=place.certificate,
        expires=place.expires,
        place_packs=parts.packs(PLACE, "place"),
        players=tuple(player for player in players if player.id != GUEST),
        guest=next(player for player in players if player.id == GUEST),
        guardians=tables.guardians(),
        games=parts.games,
        grants=tuple(grants),
        requests=_requests(tables, day_bounds(place.zone, now)[0], everybody),
        seats=tuple(
            Seat(id=row.id, key=row.key, name=row.name, pc=row.pc) for row in tables.seats() if row.retired is None and row.key
        ),
        erased=tables.erased(now - ERASED_MS),
        shipped=bool(shipped.games),
        hotline=place.hotline,
        staff=(staff := tables.staff()),
        counter=bool(staff) and place.place != "home",
        checked_in=checked_in,
        shared=shared,
        offline=offline_pack(place.place, place.zone) if shared else None,
    )


def _requests(tables: Tables, since: int, everybody: set[str]) -> tuple[RequestEvent, ...]:
    """Those of today, of each player the last ones: a seat takes no more, and the roster has to stay small."""
    came = {row.id: row.since for row in tables.players()}
    asked = [one for one in tables.requests(since) if one.player in everybody and one.asked >= came.get(one.player, 0)]
    last = {one.id for player in everybody for one in [one for one in asked if one.player == player][-MOST_REQUESTS:]}
    return tuple(one for one in asked if one.id in last)


def slice_of(document: Mapping[str, Any], pc: str) -> dict[str, Any]:
    """What the PC that joined as this seat is sent of a roster (agent.api.manifest.apart). At home all: both PCs are the
    family's. Elsewhere only who may log on or is checked in there, and nothing that proves a guardian.
    """
    here = [{**one, "pc": ""} for one in document["checked_in"] if one["pc"] == pc]
    some: dict[str, Any] = {"seats": [seat for seat in document["seats"] if seat["pc"] == pc], "checked_in": here, "staff": []}
    if document["place"] != "home":
        players = [player for player in document["players"] if player["account"] is not None]
        there = {player["id"] for player in (document["guest"], *players, *(one["player"] for one in here))}
        some |= {"players": players, "guardians": []}
        some |= {name: [one for one in document[name] if one["player"] in there] for name in ("grants", "requests")}
    return {**document, **some}


def sign(text: bytes, signer: Signer) -> str:
    """The C2SP signed note whose text is a roster's. ApiError(refused) if it is too large."""
    note = signer.sign(text.decode() + "\n")
    if len(note) > MAX_NOTE:
        raise refused(msg("the registry is too large: remove players, games or packs first"))
    return note


class Compiler:
    """Players and packs as a daemon needs them, out of tables that are read once."""

    def __init__(self, tables: Tables, shipped: Shipped) -> None:
        place = tables.place()
        self._zone = place.zone
        # Who administers a home PC is a guardian: there is one for every player, named or not.
        self._home = place.place == "home"
        self._point = place.place == "game-point"
        self._packs = tables.packs()
        self._texts = tables.texts()
        self._limits = tables.limits()
        self._wards = {player for player, _ in tables.wards()}
        self._approvals = tables.approvals()
        self._programs = tables.programs()
        house = tables.games()
        # A household's mark holds at home alone: at a game point the law binds what staff calls learning, too.
        learning = {game.id for game in house if game.learning and self._home}
        catalogue = shipped.catalogue(replace(game, learning=False) for game in house)
        self.games = tuple(replace(one, learning=one.learning or one.id in learning) for one in catalogue.games.values())
        self._titles = {game.id: game_title(game.id, game.title) for game in (*self.games, UNKNOWN_GAME)}

    def player(self, row: PlayerRow) -> Player:
        """The player with all packs but the place's."""
        limits = [limit for limit in self._limits if limit.player == row.id]
        own = own_pack(limits, self._zone, self._titles)
        unknown: Unknown = "refused" if row.id == GUEST and self._point else row.unknown
        return Player(
            id=row.id,
            name=row.name,
            born=row.born,
            account=row.account,
            guardian=self._home or row.id in self._wards,
            key=row.key.hex(),
            packs=self.packs(row.id, "player") + ((own,) if own else ()),
            approved=tuple(dict.fromkeys(one.game for one in self._approvals if one.player == row.id)),
            unknown=unknown,
            only_installed=unknown == "refused",
            programs=tuple(program for player, program in self._programs if player == row.id),
        )

    def checked_in(self, tables: Tables, players: Iterable[Player]) -> Iterator[CheckedInAt]:
        known = {one.id: one for one in players}
        rows = () if self._home else tables.checkins()
        visitors = {row.id: row for row in tables.visitors()} if rows else {}
        for row in rows:
            player = known.get(row.player) or self._visitor(visitors[row.player], known[GUEST])
            yield CheckedInAt(pc=row.pc, player=player)

    def _visitor(self, row: VisitorRow, guest: Player) -> Player:
        """A guest, but somebody, and perhaps of an age: only of a grown-up it is not asked what they run."""
        born = None if row.age is None else date(date.fromisoformat(row.day).year - row.age, 1, 1)
        unknown: Unknown = "listed" if row.age is not None and row.age >= ADULT else guest.unknown
        own: dict[str, Any] = {"id": row.id, "key": row.key.hex(), "born": born}
        return structs.replace(guest, **own, unknown=unknown, only_installed=unknown == "refused")

    def packs(self, target: str, scope: Scope) -> tuple[Pack, ...]:
        """The packs put on a player, "guest" or "place"."""
        return tuple(pack_in_force(row, self._texts, scope) for row in self._packs.get(target, ()))


def pack_in_force(row: PackRow, texts: dict[str, TextRow], scope: Scope) -> Pack:
    """The compiled pack. A private one has "house" for its hash, which would tell whose it is; entries hold its rule itself."""
    text = texts[row.sha256]
    pack = replace(compiled(text.text, row.pack, row.params), scope=scope)
    return pack if text.public else replace(pack, sha256=HOUSE)
