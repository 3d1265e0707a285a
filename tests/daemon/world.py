"""A seat whose clock and platform a test holds in its hands; database, journal and rules are the real ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec

from agent.api.messages import GrantEvent, Player, Roster, SignedRoster
from compliance import entry
from compliance.note import Signer
from daemon.platforms.api import Observation, Platform, ProgramEnded, ProgramStarted, Refusals
from daemon.roster import AgentKeys
from daemon.wiring import Built
from host.homes import server_home
from i18n.message import Text
from rules.games import Fingerprint, Game, Program
from rules.packs.shipped import shipped_packs
from rules.parse import parse_pack
from rules.policy import Budget, Pack

MINUTE = 60_000
HOUR = 60 * MINUTE
NOON = int(datetime(2026, 11, 24, 5, tzinfo=UTC).timestamp() * 1000)  # 12:00 in Vietnam


@dataclass
class HandPlatform:
    """Watcher, control and accounts in one, with a list of programs that run. Obeys a request to close if `obedient`."""

    clock: Any  # tests.conftest.FakeClock
    obedient: bool = True
    kind: str = "events"
    programs: dict[tuple[int, int], Program] = field(default_factory=dict)
    asked: list[int] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)
    refusals: Refusals | None = None
    administrators: set[str] = field(default_factory=set)
    swept: list[int] = field(default_factory=list)
    packaged: set[int] = field(default_factory=set)
    sink: Callable[[Observation], None] | None = None

    def start(self, sink):
        self.sink = sink

    def scan(self):
        return tuple(self.programs.values())

    def refuse(self, refusals):
        self.refusals = refusals

    def stop(self):
        self.sink = None

    def alive(self, pid, started):
        return (pid, started) in self.programs

    def installed(self, pid, started):
        return pid in self.packaged

    def ask_close(self, pid, started):
        self.asked.append(pid)
        if self.obedient:
            self.exit(pid)
        return True

    def end(self, pid, started):
        (self.ended if self.alive(pid, started) else self.swept).append(pid)
        self.exit(pid)
        return True

    def canonical(self, account):
        return account

    def exists(self, account):
        return True

    def limited(self, account):
        return account not in self.administrators and account != "root"

    def administrator(self, account):
        return account in self.administrators

    def run(self, pid: int, game: str = "luanti", account: str = "an") -> Program:
        """A program starts now and the watcher tells it."""
        program = self.appear(pid, game, account)
        if self.sink:
            self.sink(ProgramStarted(program))
        return program

    def appear(self, pid: int, game: str = "luanti", account: str = "an") -> Program:
        """A program starts now and nobody tells."""
        program = Program(pid, self.clock.mono() + pid, self.clock.mono(), account, (Fingerprint(f"/usr/games/{game}", 1000),))
        self.programs[program.identity] = program
        return program

    def exit(self, pid: int) -> None:
        identity = next((one for one in self.programs if one[0] == pid), None)
        if identity is not None:
            del self.programs[identity]
            if self.sink:
                self.sink(ProgramEnded(*identity, self.clock.mono()))


def limit(minutes: float, *, per: str = "all", games: tuple[str, ...] = ()) -> Pack:
    """A player's own pack with one budget a day."""
    rule = Budget(
        id="house.all",
        cite="Quy tắc nhà",
        text=Text("Nhà đặt giới hạn", "A limit of the house"),
        authority="house",
        addressee="household",
        relax=("guardian",),
        ms=int(minutes * MINUTE),
        per=per,
        games=games,
    )
    return Pack(
        id="house",
        title=Text("Nhà", "House"),
        jurisdiction="",
        zone="Asia/Ho_Chi_Minh",
        source="",
        status="verified",
        sha256="house",
        budgets=(rule,),
    )


def shipped(name: str) -> Pack:
    return parse_pack(shipped_packs()[name], name)


def roster(
    number: int = 1,
    *,
    packs: tuple[Pack, ...] = (),
    grants: tuple[GrantEvent, ...] = (),
    place: str = "home",
    place_packs: tuple[Pack, ...] = (),
    guest_packs: tuple[Pack, ...] = (),
    players: tuple[Player, ...] | None = None,
    approved: tuple[str, ...] = (),
) -> Roster:
    """An, born in 2014, plays as account `an`."""
    home = place == "home"
    an = Player(
        id="an", name="An", born=date(2014, 5, 1), account="an", guardian=home, key="11" * 32, packs=packs, approved=approved
    )
    luanti = Game(id="luanti", title="Luanti", label=0, names=("luanti",))
    teeworlds = Game(id="teeworlds", title="Teeworlds", names=("teeworlds",))
    return Roster(
        number=number, origin="giochoi/test", issued=NOON, place=place, zone="Asia/Ho_Chi_Minh", place_packs=place_packs,
        players=(an,) if players is None else players, games=(luanti, teeworlds), grants=grants,
        guest=Player(id="guest", name="khách", guardian=home, key="22" * 32, packs=guest_packs),
    )  # fmt: skip


class World:
    """One home, through as many runs of its daemon as a test wants."""

    def __init__(self, folder: Path, clock: Any) -> None:
        self.home = server_home(str(folder))
        self.clock = clock
        self.platform = HandPlatform(self.clock)
        self.log, self.agent = Signer.generate("giochoi/test"), Signer.generate("giochoi/test/roster")
        self.built: Built | None = None
        self.next_minute = clock.mono() + MINUTE

    def start(self, first: Roster | None = None) -> None:
        self.built = Built(self.home, self.clock, Platform(self.platform, self.platform, self.platform))
        self.seat.start()
        if first is not None:
            self.adopt(first)

    def adopt(self, news: Roster) -> None:
        """A roster signed by this world's agent comes down."""
        trust = self.parts.trust
        if trust.keys is None:
            trust.pin(AgentKeys(self.log.vkey, self.agent.vkey))
        note = self.agent.sign(msgspec.json.encode(news).decode() + "\n")
        signed = SignedRoster(number=news.number, note=note)
        taken = trust.read_roster(signed)
        if taken is not None:
            self.seat.adopt(taken)
            trust.keep_roster(signed, taken)

    @property
    def seat(self):
        return self.built.seat

    @property
    def parts(self):
        return self.built.parts

    def kill(self) -> None:
        """As kill -9: nothing is said, the database is only closed."""
        self.platform.sink = None
        self.built.close()

    def stop(self) -> None:
        self.seat.stop()
        self.built.close()

    def pass_time(self, ms: int) -> None:
        """The clock goes on, the heart beats as often as it wants to, and housekeeping comes once a minute."""
        end = self.clock.mono() + ms
        while (left := end - self.clock.mono()) > 0:
            self.clock.run(min(left, self.seat.beat(), max(1, self.next_minute - self.clock.mono())))
            if self.clock.mono() >= self.next_minute:
                self.next_minute += MINUTE
                self.seat.minute()
        self.seat.beat()

    def journal(self, *kinds: str) -> list[entry.AnyEntry]:
        rows = self.parts.store.db.execute("SELECT entry FROM journal ORDER BY seq").fetchall()
        found = [entry.decode(bytes(row[0])) for row in rows]
        return [one for one in found if not kinds or msgspec.to_builtins(one)["kind"] in kinds]

    def used(self, player: str = "an") -> float:
        status = self.status(player)
        return status.used_s

    def status(self, player: str = "an"):
        from daemon.reporting.views import Views

        parts = self.parts
        views = Views(parts.people, parts.plays, parts.judge, parts.loop.read())
        return next(one for one in views.players() if one.id == player)
