"""A small site to log: an agent's own chain, seats with keys of their own, the log, and an honest day of play under vn-147."""

from __future__ import annotations

import sqlite3
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256

import pytest
from msgspec import UNSET
from msgspec.structs import replace as replaced

from compliance import bundle
from compliance.entries.decision import GrantLine, LaunchRefused, PlayDue
from compliance.entries.log import AgentTick
from compliance.entries.override import GrantGiven
from compliance.entries.place import PackLine, PlaceChanged, PolicyChanged
from compliance.entries.play import GameDay, PlayEnded, PlayStarted, UsageDay
from compliance.entries.seat import Presence, SeatEnrolled, SeatStart, SeatStop
from compliance.format import house_rule
from compliance.format.chain import AGENT
from compliance.journal import Journal, create_tables
from compliance.log import Log
from compliance.note import Signer
from compliance.verify import verify
from i18n.message import Text
from rules.calendar import day_bounds, day_name
from rules.decide import decide
from rules.facts import Facts, Grant, Played
from rules.packs.published import PUBLISHED
from rules.packs.shipped import shipped_packs
from rules.parse import parse_pack
from rules.policy import Budget, Pack, combine
from rules.usage import sums

ZONE = "Asia/Ho_Chi_Minh"
MINUTE = 60_000
ORIGIN = "cafe.example/log"


def journal_of(seat, signer, opened):
    """A seat's journal, until the ExitStack `opened` is closed."""
    connection = opened.enter_context(closing(sqlite3.connect(":memory:")))
    create_tables(connection)
    return Journal(connection, seat, "boot-1", signer)


@dataclass
class Play:
    seq: int
    who: str
    game: str
    publisher: str | None
    since: int
    mono: int
    ended: Played | None = None


@dataclass
class SeatUnderTest:
    """Writes what a daemon writes, with the site's clock."""

    site: Site
    name: str
    signer: Signer
    journal: Journal
    plays: list[Play] = field(default_factory=list)

    def add(self, kind, **fields):
        if hasattr(bound := fields.get("bound"), "place_packs"):
            self.site.bind(bound)
        clock = self.site.clock
        self.journal.boot = clock.boot()
        return self.journal.append(kind, mono=clock.mono(), wall=clock.wall(), **fields)

    def seal(self):
        self.journal.boot = self.site.clock.boot()
        return self.journal.seal(self.site.clock.mono(), self.site.clock.wall())

    def start(self, *, clean=True, lost_from=None, **told):
        return self.add(SeatStart, version="1", watch="gate", clean=clean, lost_from=lost_from, **told)

    def stop(self):
        return self.add(SeatStop)

    def alive(self, since):
        """It was, in each minute from `since` up to an hour or now."""
        minutes = min(60, (self.site.clock.wall() - since) // MINUTE)
        return self.add(Presence, since=since, bits=f"{(1 << minutes) - 1:015x}")

    def begin(self, who="child", game="luanti", publisher=None, label=0, age=12, *, since=None, resumed=None, **told):
        clock = self.site.clock
        since = clock.wall() if since is None else since
        line = self.add(
            PlayStarted, who=who, age=age, game=game, label=label, publisher=publisher, match=("content",), pid=1,
            started=1, since=since, resumed=resumed, **told,
        )  # fmt: skip
        play = Play(line.seq, who, game, publisher, since, clock.mono())
        self.plays.append(play)
        return play

    def end(self, play, how="asked", *, late=False, ms=None, **more):
        lasted = self.site.clock.mono() - play.mono if ms is None else ms
        play.ended = Played(play.game, play.publisher, play.since, lasted)
        return self.add(
            PlayEnded, play=play.seq, who=play.who, game=play.game, since=play.since, ms=lasted, how=how, late=late, **more
        )

    def played(self, who):
        mono = self.site.clock.mono()
        return tuple(
            play.ended or Played(play.game, play.publisher, play.since, mono - play.mono)
            for play in self.plays
            if play.who == who
        )

    def decided(
        self, pack, *, who="child", game="luanti", publisher=None, label=0, age=12, grants=(), approved=False, place="home",
        guardian=True, played=(), system="VN",
    ):  # fmt: skip
        """The fields of a decision, made as the daemon makes them; `played` on other days."""
        self.site.put(pack, place)
        at = self.site.clock.wall()
        today = day_name(ZONE, at)
        facts = Facts(
            now=at, place=place, game=game, publisher=publisher, label=label, system=system,
            born=None if age is None else date(today.year - age, 1, 1), played=(*played, *self.played(who)),
            grants=tuple(grants), approved=frozenset({game} if approved else ()), guardian=guardian,
        )  # fmt: skip
        used = sums(facts.played, game, publisher, *day_bounds(ZONE, at))
        decision = decide(combine([pack]), facts)
        reason = decision.reason
        assert reason is not None, decision
        rule = next(one for one in pack.rules if one.id == reason.rule)
        own = house_rule.written(rule, pack, today) if reason.pack == "house" else None
        return {
            "who": who, "at": at, "age": age, "place": place, "game": game, "label": label, "system": system,
            "publisher": publisher,
            "guardian": guardian,
            "before": dict(zip(("game", "publisher", "total"), used, strict=True)),
            "counted": reason.counted,
            "grants": tuple(GrantLine(one.by, one.ms, one.game, one.given) for one in grants), "approved": approved,
            "verdict": decision.verdict, "rule": reason.rule, "cite": reason.cite, "pack": reason.pack,
            "params": reason.params, "inline": own, "zone": ZONE, "budget": reason.budget_ms, "until": decision.until,
        }  # fmt: skip

    def give(self, grant, who="child", id="g1"):
        """The grant, which it returns."""
        told = {"id": id, "who": who, "by": grant.by, "ms": grant.ms, "game": grant.game, "given": grant.given}
        self.add(GrantGiven, payload=b"Mother", **told)
        return grant

    def due(self, play, pack, /, **changed):
        fields = self.decided(pack, who=play.who, game=play.game, publisher=play.publisher)
        return self.add(PlayDue, **{"play": play.seq, "grace": 10_000, **fields, **changed})

    def refuse(self, pack, **facts):
        return self.add(LaunchRefused, how="gate", **self.decided(pack, **facts))


class Site:
    """`deliver` seals all chains and hands them to the log, the agent's own first. To be closed."""

    def __init__(self, folder, clock):
        self.clock = clock
        self.path = folder / "log.db"
        self.signer = Signer(ORIGIN, sha256(b"log").digest())
        self.opened = ExitStack()
        self.log = self.opened.enter_context(closing(Log(self.path, self.signer)))
        self.agent = SeatUnderTest(self, AGENT, self.signer, journal_of(AGENT, self.signer, self.opened))
        self.seats = {}
        self.packs = dict(shipped_packs())
        self.in_force, self.place, self.place_packs, self.together = [("house", {})], "home", (), []
        self.agent.add(SeatEnrolled, id=AGENT, key=self.signer.vkey)
        self.agent.add(PlaceChanged, place="home", zone=ZONE, hours="")

    def close(self):
        self.opened.close()

    def enrol(self, name="home-pc"):
        signer = Signer(name, sha256(name.encode()).digest())
        self.agent.add(SeatEnrolled, id=name, key=signer.vkey)
        self.seats[name] = SeatUnderTest(self, name, signer, journal_of(name, signer, self.opened))
        return self.seats[name]

    def deliver(self):
        for seat in (self.agent, *self.seats.values()):
            seat.seal()
            while (batch := seat.journal.spool()) is not None:
                self.log.append_batch(seat.name, seat.signer.key, batch.entries)
                seat.journal.forget(batch.last)

    def put(self, pack, place):
        """Say what kind of place it is, if it was another, and put the pack on somebody, if it was on nobody yet."""
        self.become(place)
        if (pack.sha256, pack.params) not in self.in_force:
            self.in_force.append((pack.sha256, pack.params))
            own = UNSET if pack.id in PUBLISHED else True
            line = PackLine(pack.id, pack.sha256, dict(pack.params), own)
            self.agent.add(PolicyChanged, target="somebody", packs=(line,), house=False)

    def become(self, place):
        if place != self.place:
            self.place = place
            self.agent.add(PlaceChanged, place=place, zone=ZONE, hours="")

    def bind(self, bound):
        """The same for all that a play says that it was decided by."""
        self.become(bound.place)
        if bound.packs not in self.together:
            self.together.append(bound.packs)
            self.in_force += [(pack.sha256, pack.params) for pack in bound.packs]
            own = (replaced(pack, own=UNSET if pack.id in PUBLISHED else True) for pack in bound.packs)
            self.agent.add(PolicyChanged, target="somebody", packs=tuple(own), house=False)
        if bound.place_packs != self.place_packs:
            self.place_packs = bound.place_packs
            self.agent.add(PolicyChanged, target="place", packs=bound.place_packs, house=False)

    def pack(self, name="vn-147"):
        return parse_pack(self.packs[name], name)

    def house(self, ms, game=None):
        rule = Budget(
            id=f"house.{game or 'all'}", cite="Quy tắc gia đình", text=Text("", ""), authority="house", addressee="household",
            ms=ms, per="game" if game else "all", games=(game,) if game else (),
        )  # fmt: skip
        return Pack(
            id="house", title=Text("", ""), jurisdiction="house", zone=ZONE, source="house", status="verified", sha256="house",
            budgets=(rule,),
        )  # fmt: skip

    def named(self):
        """The texts of the packs that an entry names."""
        told = b"".join(self.log.entries())
        return [text for text in self.packs.values() if sha256(text.encode()).hexdigest().encode() in told]

    def bundle(self):
        return b"".join(bundle.write(self.log, self.named()))

    def honest_day(self):
        """Starts, plays an hour of one game to its limit and half of another's, is refused, stops."""
        seat, clock = self.enrol(), self.clock
        began = clock.wall() // MINUTE * MINUTE
        seat.start()
        clock.run(MINUTE)
        play = seat.begin()
        clock.run(60 * MINUTE)
        seat.due(play, self.pack())
        clock.run(3_000)
        seat.end(play)
        seat.alive(began)
        seat.refuse(self.pack())
        other = seat.begin(game="teeworlds", publisher="teeworlds")
        clock.run(30 * MINUTE)
        seat.due(other, self.house(25 * MINUTE, "teeworlds"))
        seat.end(other, "killed")
        grant = Grant("guardian", 5 * MINUTE, None, clock.wall())
        seat.give(grant)
        third = seat.begin()
        clock.run(5 * MINUTE)
        seat.due(third, replace(self.pack(), budgets=self.pack().budgets[:1]))
        seat.end(third)
        seat.alive(began + 60 * MINUTE)
        seat.add(UsageDay, day="2026-11-24", who="child", games={
            "luanti": GameDay(third.ended.ms + play.ended.ms, 1, 0), "teeworlds": GameDay(other.ended.ms, 0, 0),
        })
        seat.stop()
        self.deliver()
        self.agent.add(AgentTick, seats={"home-pc": clock.wall()}, silent=())
        self.deliver()
        return seat


@pytest.fixture
def site(tmp_path, clock):
    with closing(Site(tmp_path, clock)) as site:
        yield site


@pytest.fixture
def seat(site):
    seat = site.enrol()
    seat.start()
    return seat


@pytest.fixture
def audit(site):
    def audited():
        site.deliver()
        return verify(bundle.parse(site.bundle()))

    return audited


@pytest.fixture(scope="session")
def make_site(make_clock):
    """`with make_site(folder) as site`."""

    def make(folder):
        folder.mkdir(exist_ok=True)
        return closing(Site(folder, make_clock()))

    return make


@pytest.fixture
def new_journal():
    with ExitStack() as opened:
        yield lambda seat, signer: journal_of(seat, signer, opened)
