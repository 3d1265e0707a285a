"""Play as a compliance log recorded it: one player's plays, grants and approvals, once the log has proved to be whole."""

from __future__ import annotations

import re
from argparse import Namespace
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import get_args

from msgspec import UNSET

from agent.api.players import PlayerNames
from cli.errors import CommandError
from cli.given.values import parse_born
from compliance.bundle import Bundle
from compliance.entries.override import Answered, Approval, ApprovalEnded, GrantGiven, GrantRevoked, Requested
from compliance.entries.place import PlaceChanged
from compliance.entries.play import PlayEnded, PlayStarted
from compliance.entry import AnyEntry, decode
from compliance.format.chain import AGENT
from compliance.format.tiles import decode_entries, entry_bundles
from compliance.verify import verify
from compliance.verifying.report import Report
from compliance.verifying.zones import Zones
from host.clock import wall
from i18n.message import Message, msg, msgn, said_by
from rules.calendar import day_name
from rules.engine.reach import NEVER
from rules.facts import Grant, Played
from rules.identity import birth_date
from rules.matching.clues import SURE
from rules.policy import Place, Role
from rules.replay import Given, Setting
from rules.systems import SYSTEMS

_PSEUDONYM = re.compile(r"[0-9a-f]{32}")
_MIDNIGHT_MS = 2_000  # a play that was closed at midnight goes on this soon after, or the PC slept


@dataclass(frozen=True, slots=True)
class Recorded:
    """`player` is the name to print; `zone` that of the days to show; `source` what JSON says of where this is from."""

    player: str
    plays: tuple[Played, ...]
    setting: Setting
    zone: str
    source: dict[str, object]
    notes: tuple[Message, ...] = ()


WhoIs = Callable[[Report, date, date], PlayerNames]


def from_bundle(bundle: Bundle, args: Namespace, who_is: WhoIs) -> Recorded:
    """What a bundle says of the player. `who_is` is asked which pseudonyms that is, unless one was named; `place`, `zone` and
    `born` (a date or a year) of the command go before what was recorded. CommandError: 4 if the bundle does not verify, as what
    cannot be verified is not worth replaying.
    """
    report = verify(bundle)
    if report.failures:
        first = report.failures[0]
        told = {"file": args.source, "where": first.where, "what": first.what}
        raise CommandError(msg("{file} does not verify, so it is not replayed: {where}: {what}", **told), code=4)
    lines = [decode(data) for tile in entry_bundles(report.size) for data in decode_entries(bundle.members[tile.path])]
    if _PSEUDONYM.fullmatch(args.player):
        who = PlayerNames(id="", name=args.player, born=None, guardian=True, key="", names=(args.player,))
    else:
        days = [day_name("UTC", line.wall) for line in lines] or [date(1970, 1, 2)]
        who = who_is(report, min(days) - timedelta(days=2), max(days) + timedelta(days=2))
    reader = _Reader(frozenset(who.names))
    for line in lines:
        reader.take(line)
    plays = tuple(sorted((one for one in reader.joined() if one.ms > 0), key=lambda one: (one.start, one.game)))
    notes = [] if report.anchored else [msg("the log was not changed; it was not compared with a card or an earlier head")]
    if reader.running:
        notes.append(msgn("{n} play had not ended and counts up to the last entry of its PC",
                          "{n} plays had not ended and count up to the last entry of their PC", reader.running))  # fmt: skip
    zone = args.zone or reader.zones.last
    born = who.born or reader.born() if args.born is None else _born(args.born, plays, zone)
    setting = replace(reader.setting(args.place), born=born, guardian=who.guardian)
    log = {"origin": report.origin, "fingerprint": report.fingerprint, "size": report.size}
    source = {"kind": "bundle", "file": args.source, **log}
    return Recorded(who.name, plays, setting, zone, source, tuple(notes))


def _born(text: str, plays: tuple[Played, ...], zone: str) -> date:
    """The birth date that was told, a date or a year alone, of somebody who played these. CommandError."""
    try:
        today = day_name(zone, plays[0].start if plays else wall())
        return birth_date(parse_born(text, today), today)
    except CommandError as error:
        raise CommandError(msg("{what}: {why}", what="--born", why=said_by(error))) from None


@dataclass
class _Reader:
    """Takes every entry in the order of the log, and keeps what is one player's."""

    names: frozenset[str]
    zones: Zones = field(default_factory=Zones)
    running: int = 0
    _places: list[tuple[int, Place]] = field(default_factory=list)
    _plays: dict[tuple[str, int], PlayStarted] = field(default_factory=dict)
    _ends: dict[tuple[str, int], PlayEnded] = field(default_factory=dict)
    _last: dict[tuple[str, str], AnyEntry] = field(default_factory=dict)
    _grants: dict[str, Given] = field(default_factory=dict)
    _approved: dict[str, tuple[int, str, int]] = field(default_factory=dict)
    _asked: dict[str, str] = field(default_factory=dict)
    _answered: dict[str, int] = field(default_factory=dict)
    _age: tuple[int, int] | None = None

    def take(self, line: AnyEntry) -> None:
        self._last[line.seat, line.boot] = line
        match line:
            case PlayStarted() if line.who in self.names:
                self._plays[line.seat, line.seq] = line
                if line.age is not None and self._age is None:
                    self._age = (line.age, line.since)
            case PlayEnded() if line.who in self.names:
                self._ends[line.seat, line.play] = line
            case PlaceChanged() if line.seat == AGENT:
                self.zones.change(line.wall, line.zone)
                self._places += [(line.wall, place) for place in get_args(Place) if place == line.place]
            case GrantGiven() if line.who in self.names:
                roles = [role for role in get_args(Role) if role == line.by]
                self._grants.update((line.id, Given(Grant(role, line.ms, line.game, line.given, line.id))) for role in roles)
            case GrantRevoked() if line.id in self._grants:
                known = self._grants[line.id]
                self._grants[line.id] = replace(known, revoked=min(known.revoked, line.wall))
            case Requested() | Answered() | Approval() if line.who in self.names:
                self._let(line)
            case ApprovalEnded() if line.id in self._approved:
                since, game, _ = self._approved[line.id]
                self._approved[line.id] = (since, game, line.wall)
            case _:
                pass

    def _let(self, line: Requested | Answered | Approval) -> None:
        """What a guardian let through."""
        if isinstance(line, Requested):
            self._asked[line.id] = line.game or ""
        elif isinstance(line, Answered):
            self._answered.update({line.id: line.wall} if line.let else {})
        else:
            self._approved[line.id] = (line.wall, line.game, NEVER)

    def _let_at_seats(self) -> Iterator[tuple[int, str, int]]:
        """From the answer on, until the agent's word of that game comes, whichever of both stands first in the log."""
        for id_, since in self._answered.items():
            game = self._asked.get(id_)
            told = (moment for at, of, until in self._approved.values() if of == game for moment in (at, until))
            if game:
                yield since, game, min((moment for moment in told if moment >= since), default=NEVER)

    def setting(self, place: Place | None) -> Setting:
        """What the log tells of the life around the plays. Another `place` goes before what was recorded."""
        return Setting(
            places=(tuple(self._places) or ((0, "home"),)) if place is None else ((0, place),),
            grants=tuple(self._grants.values()),
            approved=(*self._approved.values(), *self._let_at_seats()),
        )

    def joined(self) -> list[Played]:
        """The plays; one that was closed at midnight and went on is one."""
        found: dict[tuple[str, int], Played] = {}
        by_start = dict[tuple[str, int], tuple[str, int]]()  # where a play that went on is kept
        for key, line in sorted(self._plays.items()):
            play = self._play(key, line)
            before = by_start.get((line.seat, line.resumed)) if line.resumed is not None else None
            if before is not None and _goes_on(found[before], play):
                found[before] = replace(found[before], ms=play.start + play.ms - found[before].start)
                by_start[key] = before
            else:
                found[key] = play
                by_start[key] = key
        return list(found.values())

    def _play(self, key: tuple[str, int], line: PlayStarted) -> Played:
        ended = self._ends.get(key)
        if ended is not None:
            ms = ended.ms
        else:
            self.running += 1
            ms = self._last[line.seat, line.boot].mono - line.mono + line.wall - line.since
        system = next((one for one in SYSTEMS if one == line.system), "VN" if line.system is UNSET else None)
        sure = not SURE.isdisjoint(line.match)
        return Played(line.game, line.publisher, line.since, max(0, ms), line.label, sure, system)

    def born(self) -> date | None:
        """A birth date that makes the age which the log tells; None if it tells none."""
        if self._age is None:
            return None
        age, at = self._age
        day = day_name(self.zones.at(at), at)
        return date(day.year - age, day.month, min(day.day, 28)) if 0 <= age < day.year else None


def _goes_on(before: Played, play: Played) -> bool:
    same = replace(before, start=play.start, ms=play.ms) == play
    return same and abs(before.start + before.ms - play.start) <= _MIDNIGHT_MS
