"""Logs of a home and of a public game point over three days: what real daemons write, and their agent's entries beside."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from pathlib import Path

import msgspec
from msgspec import UNSET

from agent.api.pseudonym import pseudonym
from agent.api.roster import Player
from compliance import entry
from compliance.entries.log import AgentTick, Erasure, Seal
from compliance.entries.override import Approval, ApprovalEnded
from compliance.entries.place import GameChanged, GameFacts, GuardianChanged, PackLine, PlaceChanged, PolicyChanged
from compliance.entries.seat import SeatEnrolled, SeatRetired, SeatStart, SeatStop
from compliance.format.chain import AGENT
from compliance.format.house_rule import HOUSE
from compliance.format.keeping import PERSONAL_MS
from compliance.note import Signer
from daemon.api import asking as a
from daemon.api import messages as m
from daemon.platforms.api import OsSession
from host.wire import ApiError
from rules.calendar import day_name
from rules.packs.shipped import shipped_packs
from tests.daemon.proving import DAD, MUM, HandPins, digits
from tests.daemon.test_api import CHILD, ask
from tests.daemon.world import HOUR, MINUTE, NOON, World, limit, roster, shipped

ZONE = "Asia/Ho_Chi_Minh"
TEXTS = {sha256(text.encode()).hexdigest(): text for text in shipped_packs().values()}
EIGHT = NOON - 4 * HOUR
DAY = 24 * HOUR
_HEARD_MS = 3 * MINUTE
ORIGIN = "cafe.example/log"


@dataclass
class Days:
    """A log: `lines` in its order, unsealed seq and prev; `signers` of all its seats."""

    lines: list[entry.AnyEntry]
    signers: dict[str, Signer]


@dataclass
class Place:
    """`known`: its roster from a moment on. What its agent says of that goes to its chain."""

    kind: str
    players: dict[str, Player]
    place_packs: tuple = ()
    rated: bool = False  # every game has a label
    said: list[tuple[int, entry.AnyEntry]] = field(default_factory=list)
    number: int = 0

    def say(self, at, kind, **fields):
        self.said.append((at, kind(seat=AGENT, boot="", seq=0, prev="", mono=0, wall=at, **fields)))

    def roster(self, **more):
        self.number += 1
        known = roster(self.number, place=self.kind, place_packs=self.place_packs, guest_packs=(shipped("vn-147"),), **more)
        games = tuple(
            replace(one, label=0, label_source="VN00, its box") if one.id == "teeworlds" and self.rated else one
            for one in known.games
        )
        return msgspec.structs.replace(known, players=tuple(self.players.values()), games=games, guardians=(MUM, DAD))


def line_of(pack):
    return PackLine(pack.id, pack.sha256, dict(pack.params), UNSET)


def put(place, at, player):
    """The agent says which packs bind the player, by the name of that day."""
    known = place.players[player]
    packs = tuple(line_of(one) for one in known.packs if one.sha256 != HOUSE)
    place.say(at, PolicyChanged, target=pseudonym(known.key, day_name(ZONE, at)), packs=packs,
              house=any(one.sha256 == HOUSE for one in known.packs))  # fmt: skip


class Seat:
    """One PC: a real daemon, in whose days a script happens at its times."""

    def __init__(self, name: str, place: Place, folder: Path, clock, since: int) -> None:
        self.name, self.place, self.since = name, place, since
        clock._wall = since
        self.world, self.pid = World(folder, clock), 100
        self.world.platform.pins = HandPins()
        self.games: dict[str, int] = {}
        self.world.platform.sessions = None if name == "pc-3" else ()  # whose system does not say who is logged on

    def until(self, at: int) -> None:
        """As its day goes, as far as this."""
        self.world.pass_time(at - self.world.clock.wall())

    def log_on(self, *accounts):
        """These, and nobody else any more."""
        if self.world.platform.sessions is not None:
            self.world.platform.sessions = tuple(OsSession(one, one) for one in accounts)

    def play(self, account="an", game="luanti"):
        self.log_on(account)
        self.pid += 1
        self.games[account] = self.pid
        self.world.platform.run(self.pid, game, account)
        self.world.beat()

    def close(self, account="an"):
        pid = self.games.pop(account)
        if any(one.pid == pid for one in self.world.platform.scan()):
            self.world.platform.exit(pid)
        self.log_on()
        self.world.beat()

    def ask(self, op, request, **who):
        done = ask(self.world, op, request, **who)
        self.world.beat()
        return done

    def off(self, ms):
        """Shut down in an orderly way, and on again."""
        self.log_on()
        self.world.stop()
        self.world.platform.programs.clear()
        self.world.clock.reboot(ms)
        self.world.start()
        self.world.beat()

    def sleep(self, ms):
        self.world.clock.sleep(ms)
        self.world.seat.look_again()
        self.world.beat()

    def power_cut(self, ms):
        self.world.kill()
        self.log_on()
        self.world.platform.programs.clear()
        self.world.clock.reboot(ms)
        self.world.start()
        self.world.beat()

    def adopt(self, **more):
        self.world.adopt(self.place.roster(**more))
        self.world.beat()


def run(seat: Seat, script: list[tuple[int, Callable[[Seat], object]]]) -> list[entry.AnyEntry]:
    """What it wrote; `script` has times in minutes since its first start."""
    for at, what in script:
        seat.until(seat.since + at * MINUTE)
        what(seat)
    seat.world.stop()
    return [msgspec.structs.replace(one, seat=seat.name) for one in _journal(seat) if not isinstance(one, Seal)]


def _journal(seat):
    seat.world.start()
    lines = seat.world.journal()
    seat.world.kill()
    stops = [at for at, one in enumerate(lines) if isinstance(one, SeatStop)]
    return lines[: stops[-1] + 1]


# --- the agent, and the order of the log ----------------------------------------------------------------------------------


def merged(place: Place, seats: dict[str, list[entry.AnyEntry]], asleep: list[tuple[int, int]]) -> Days:
    """One log, by moments; each seat hands in what it has every ten minutes. The agent's PC sleeps at times."""
    signers = {AGENT: Signer(ORIGIN, sha256(b"log").digest())}
    signers |= {name: Signer(name, sha256(name.encode()).digest()) for name in seats}
    begin = min(lines[0].wall for lines in seats.values()) - MINUTE
    end = max(lines[-1].wall for lines in seats.values()) + MINUTE
    own = [one for _, one in sorted(place.said, key=lambda one: one[0])]
    for name, signer in reversed(signers.items()):
        own.insert(0, _agents(SeatEnrolled, begin, id=name, key=signer.vkey))
    retired = {one.id: at for at, one in place.said if isinstance(one, SeatRetired)}
    own += _ticks(seats, begin, end, asleep, retired)
    own.sort(key=lambda one: one.wall)
    zero = begin - 10 * HOUR
    own = [msgspec.structs.replace(one, boot="agent-1", mono=one.wall - zero - _slept(one.wall, asleep)) for one in own]
    numbered = {AGENT: _numbered(own)} | {name: list(lines) for name, lines in seats.items()}
    return Days(_in_order(numbered), signers)


def _agents(kind, at, **fields):
    return kind(seat=AGENT, boot="", seq=0, prev="", mono=0, wall=at, **fields)


def _slept(at, asleep):
    return sum(min(at, end) - start for start, end in asleep if start < at)


def _ticks(seats, begin, end, asleep, retired):
    heard = {name: _alive(lines) for name, lines in seats.items()}
    found, after = [], UNSET
    for at in range(begin + 5 * MINUTE, end, 5 * MINUTE):
        if any(start < at < stop for start, stop in asleep):
            continue
        last = {name: max((min(at - 7_000, stop) for start, stop in times if start <= at - 7_000), default=0)
                for name, times in heard.items()}  # fmt: skip
        silent = tuple(name for name, one in last.items() if at - one > _HEARD_MS)
        told = {name: one for name, one in last.items() if one}
        gone = {name for name, since in retired.items() if since <= at}
        told = {name: one for name, one in told.items() if name not in gone}
        silent = tuple(name for name in silent if name not in gone)
        found.append(_agents(AgentTick, at, seats=told, silent=silent, after=after))
        after = at
    return found


def _alive(lines):
    """When the seat ran, from start to its last sign of life."""
    times = []
    for line in lines:
        if isinstance(line, SeatStart):
            times.append((line.wall, line.wall))
        elif times:
            start, _ = times[-1]
            times[-1] = (start, line.wall)
    return times


def _numbered(lines):
    return [msgspec.structs.replace(one, seq=at + 1) for at, one in enumerate(lines)]


def _in_order(chains):
    """By moments, in batches of ten minutes, which a seal ends."""
    batches = []
    for name, lines in chains.items():
        batch, due = [], None
        for line in lines:
            if due is not None and (line.wall >= due or (isinstance(batch[-1], SeatEnrolled) and not isinstance(
                line, SeatEnrolled
            ))):
                batches.append((batch[-1].wall, name != AGENT, batch))
                batch, due = [], None
            batch.append(line)
            due = line.wall + 10 * MINUTE if due is None else due
        batches.append((batch[-1].wall, name != AGENT, batch))
    batches.sort(key=lambda one: one[:2])
    found = []
    for _, _, batch in batches:
        last = batch[-1]
        found += [*batch, Seal(seat=last.seat, boot=last.boot, seq=0, prev="", mono=last.mono, wall=last.wall, first=0,
                                     last=0, head="", sig="")]  # fmt: skip
    return found


# --- a home -----------------------------------------------------------------------------------------------------------------


def home(folder: Path, make_clock) -> Days:
    """An, 12, and Bình, 17, on one PC from Tuesday noon to Thursday evening."""
    law = shipped("vn-147")
    an = person("an", date(2014, 5, 1), "11", (law,))
    binh = person("binh", date(2009, 3, 1), "33", (law, limit(150)))
    place = Place("home", {"an": an, "binh": binh})
    at = NOON - 50_000
    place.say(at, PlaceChanged, place="home", zone=ZONE, hours="", certificate="", expires=None)
    place.say(at, PolicyChanged, target="guest", packs=(line_of(law),), house=False)
    place.say(at, GuardianChanged, registered=1)
    put(place, at, "an")
    put(place, at, "binh")
    erased(place, NOON + 21 * HOUR)
    seat = Seat("home-pc", place, folder, make_clock(wall=NOON), NOON)
    seat.world.start(place.roster())
    lines = run(seat, [*_tuesday(place), *_wednesday(place), *_thursday()])
    nights = [(NOON + 13 * HOUR, NOON + 18 * HOUR), (NOON + 35 * HOUR, NOON + 42 * HOUR)]
    return merged(place, {"home-pc": lines}, nights)


def erased(place, at):
    """Names that were too old, and somebody who never played."""
    place.say(at, Erasure, who=None, before=at - PERSONAL_MS, payloads=0)
    who = pseudonym("55" * 32, day_name(ZONE, at))
    place.say(at + 1_000, PolicyChanged, target=who, packs=(), house=False)
    place.say(at + 2_000, Erasure, who=who, before=None, payloads=0)


def nothing(seat: Seat) -> None:
    """It runs to here."""


def person(name, born, key, packs):
    return Player(id=name, name=name.title(), born=born, account=name, guardian=True, key=key * 32, packs=packs)


def _tuesday(place):
    def lets(seat):
        """An is let play what has no label."""
        request = seat.ask("request.add", a.RequestAdd(game="teeworlds", reason="x"), caller=CHILD)
        seat.until(seat.world.clock.wall() + 2 * MINUTE)
        seat.ask("request.approve", a.RequestApprove(id=request.id))
        at = seat.world.clock.wall() + 500
        place.say(at, Approval, id="a1", who=pseudonym("11" * 32, day_name(ZONE, at)), game="teeworlds")
        place.players["an"] = msgspec.structs.replace(place.players["an"], approved=("teeworlds",))
        seat.adopt()
        delivered(seat)

    def delivered(seat):
        """What was answered: from now on the roster says what follows."""
        daemon = seat.world.daemon
        daemon._requests.mark_sent(daemon._requests.unsent(), place.number, place.number)
        daemon.recorder.do_once(daemon._requests.write)

    def denied(seat):
        request = seat.ask("request.add", a.RequestAdd(reason="x"), caller=CHILD)
        seat.ask("request.deny", a.RequestDeny(id=request.id, reason="x"))

    def given(seat):
        request = seat.ask("request.add", a.RequestAdd(ms=15 * MINUTE, reason="x"), caller=CHILD)
        seat.ask("request.approve", a.RequestApprove(id=request.id, ms=15 * MINUTE))

    return [
        (5, lambda seat: seat.play()), (25, lambda seat: seat.close()), (40, lambda seat: seat.play()),  # due at 80
        (90, lambda seat: seat.play()),  # refused
        (92, given), (95, lambda seat: seat.play()), (130, lambda seat: seat.play(game="teeworlds")), (132, lets),
        (135, lambda seat: seat.play(game="teeworlds")), (170, lambda seat: seat.close()), (175, denied),
        (180, lambda seat: seat.off(150 * MINUTE)),
        (340, lambda seat: seat.play("binh")), (370, lambda seat: seat.ask("pause", a.Pause())),
        (390, lambda seat: seat.ask("resume", a.Resume())), (400, lambda seat: seat.play("binh")),
        (420, lambda seat: seat.close("binh")),
        (630, lambda seat: seat.ask("grant.add", m.GrantAdd(player="binh", ms=20 * MINUTE))),
        (690, lambda seat: seat.play("binh")), (760, lambda seat: seat.close("binh")),  # over midnight
        (775, lambda seat: seat.sleep(5 * HOUR)),
    ]  # fmt: skip


def _wednesday(place):
    def changes(seat):
        """A game more, a guardian more, and what was let through no longer is."""
        at = seat.world.clock.wall() + 500
        place.say(at, GameChanged, game="supertux", before=None, after=GameFacts(6, "VN", False))
        place.say(at + 100, GuardianChanged, registered=2)
        place.say(at + 200, ApprovalEnded, id="a1")
        place.players["an"] = msgspec.structs.replace(place.players["an"], approved=())
        seat.adopt()

    def taken_back(seat):
        grant = seat.ask("grant.add", m.GrantAdd(player="an", ms=10 * MINUTE, game="luanti"))
        seat.until(seat.world.clock.wall() + 5 * MINUTE)
        seat.ask("grant.revoke", m.GrantRevoke(id=grant.id))

    noon = 24 * 60
    return [
        (noon + 60, changes), (noon + 70, lambda seat: seat.play(game="teeworlds")), (noon + 100, lambda seat: seat.play()),
        (noon + 120, taken_back), (noon + 165, lambda seat: seat.play("binh")),
        (noon + 175, lambda seat: seat.ask("off", a.Off(ms=30 * MINUTE, reason="x"))),
        (noon + 190, lambda seat: seat.play()), (noon + 198, lambda seat: seat.close()),
        (noon + 240, lambda seat: seat.close("binh")), (noon + 250, lambda seat: seat.power_cut(60 * MINUTE)),
        (noon + 330, lambda seat: seat.play("binh")), (noon + 350, lambda seat: seat.close("binh")),
        (noon + 360, lambda seat: seat.off(18 * HOUR)),
    ]  # fmt: skip


def _thursday():
    def by_telephone(seat):
        """After a wrong one, and a PIN that is wrong."""
        at = seat.world.clock.wall()
        for code in ("000000", digits(wall=at)):
            with suppress(ApiError):
                seat.ask("code.use", a.CodeUse(player="an", digits=code), caller=CHILD)
        with suppress(ApiError):
            seat.ask("guardian.prove", a.Prove(guardian="Mẹ", pin="1111"), caller=CHILD)

    def called(name):
        return lambda seat: setattr(seat.world.clock, "called", name)

    noon = 48 * 60
    return [
        (noon + 5, called("Asia/Tokyo")), (noon + 10, called("Asia/Ho_Chi_Minh")),
        (noon + 15, lambda seat: seat.world.clock.step(6 * MINUTE)),
        (noon + 20, lambda seat: seat.world.clock.step(-6 * MINUTE)),
        (noon + 40, by_telephone),
        (noon + 60, lambda seat: seat.play()), (noon + 70, lambda seat: seat.play("binh", "teeworlds")),
        (noon + 100, lambda seat: seat.close()), (noon + 150, lambda seat: seat.close("binh")), (noon + 180, nothing),
    ]


# --- a game point -----------------------------------------------------------------------------------------------------------


def point(folder: Path, make_clock) -> Days:
    """Three PCs of a point that is open from eight to ten, Tuesday to Thursday."""
    law, hours = shipped("vn-147"), replace(shipped("vn-game-point"), scope="place")
    grown = person("friend", date(1996, 3, 1), "44", (law,))
    players = {"an": person("an", date(2014, 5, 1), "11", (law,)), "friend": grown,
               "binh": person("binh", date(2009, 3, 1), "33", (law,))}  # fmt: skip
    place = Place("game-point", players, (hours,), rated=True)
    at = EIGHT - 50_000
    place.say(at, PlaceChanged, place="game-point", zone=ZONE, hours="08:00-22:00", certificate="12/GCN",
              expires="2029-01-31")  # fmt: skip
    place.say(at, PolicyChanged, target="place", packs=(line_of(hours),), house=False)
    place.say(at, PolicyChanged, target="guest", packs=(line_of(law),), house=False)
    place.say(at, GuardianChanged, registered=1)
    for name in players:
        put(place, at, name)
    seats = {}
    for number, (name, script) in enumerate(_scripts().items()):
        seat = Seat(name, place, folder / name, make_clock(wall=EIGHT), EIGHT + number * 20_000)
        seat.world.start(place.roster())
        seats[name] = run(seat, script)
    last = seats["pc-3"][-1].wall
    place.say(last + 20 * HOUR, SeatRetired, id="pc-3", heard=last)
    nights = [(EIGHT + day * DAY + 15 * HOUR, EIGHT + day * DAY + 23 * HOUR + 30 * MINUTE) for day in range(2)]
    return merged(place, seats, nights)


def _scripts():
    day, close = 24 * 60, 13 * 60
    return {
        "pc-1": [
            (30, lambda seat: seat.play()), (100, lambda seat: seat.play()), (110, lambda seat: seat.play(game="teeworlds")),
            (160, lambda seat: seat.close()), (400, lambda seat: seat.play("friend")), (520, lambda seat: seat.close("friend")),
            (close, lambda seat: seat.play("friend")), (close + 70, lambda seat: seat.log_on()),  # closing time ends it
            (close + 80, lambda seat: seat.off(9 * HOUR + 40 * MINUTE)),
            (day + 30, lambda seat: seat.play()), (day + 60, lambda seat: seat.close()),
            (day + 200, lambda seat: seat.off((day - 210) * MINUTE)),
            (2 * day + 20, lambda seat: seat.play()), (2 * day + 50, lambda seat: seat.close()), (2 * day + 60, nothing),
        ],
        "pc-2": [
            (60, lambda seat: seat.play("binh")), (130, lambda seat: seat.play("binh")),
            (140, lambda seat: seat.play("binh", "teeworlds")), (180, lambda seat: seat.close("binh")),
            (200, lambda seat: seat.ask("grant.add", m.GrantAdd(player="binh", ms=10 * MINUTE))),
            (210, lambda seat: seat.play("binh")), (240, lambda seat: seat.off((day - 250) * MINUTE)),
            (day + 90, lambda seat: seat.play("binh")), (day + 120, lambda seat: seat.power_cut(4 * MINUTE)),
            (day + 140, lambda seat: seat.play("binh")), (day + 150, lambda seat: seat.close("binh")),
            (day + 160, lambda seat: seat.off((day - 170) * MINUTE)), (2 * day + 10, nothing),
        ],
        "pc-3": [
            (20, lambda seat: seat.play("friend", "teeworlds")), (90, lambda seat: seat.close("friend")),
            (120, lambda seat: seat.off((day - 120) * MINUTE)), (day + 20, nothing),
        ],
    }  # fmt: skip
