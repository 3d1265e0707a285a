"""A seat whose clock and platform a test holds in its hands; database, journal and rules are the real ones."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec

from agent.api.roster import GrantEvent, Player, Roster, SignedRoster
from compliance import entry
from compliance.note import Signer
from daemon.roster import AgentKeys
from daemon.wiring import Daemon
from host.homes import server_home
from i18n.message import Text
from rules.games import Fingerprint, Game, Program
from rules.packs.shipped import shipped_packs
from rules.parse import parse_pack
from rules.policy import Budget, Pack
from tests.contracts.fake import FakePlatform

MINUTE = 60_000
HOUR = 60 * MINUTE
NOON = int(datetime(2026, 11, 24, 5, tzinfo=UTC).timestamp() * 1000)  # 12:00 in Vietnam


ACCOUNTS = {"root", "an", "binh", "friend"}


class HandPlatform(FakePlatform):
    """The scripted platform with our games on it, under pids that the test chooses; those in `packaged` only root installs."""

    def __init__(self, clock: Any) -> None:
        super().__init__(clock, kind="events", accounts=set(ACCOUNTS))
        self.packaged: set[int] = set()

    def installed(self, pid, started):
        return pid in self.packaged

    def run(self, pid: int, game: str = "luanti", account: str = "an", **more: Any) -> Program:
        """A program starts now and the watcher tells it."""
        return self.launch(Fingerprint(f"/usr/games/{game}", 1000), account=account, pid=pid, **more)

    def appear(self, pid: int, game: str = "luanti", account: str = "an") -> Program:
        """A program starts now and nobody tells."""
        return self.run(pid, game, account, quietly=True)


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
        source=Text("", ""),
        status="verified",
        sha256="house",
        budgets=(rule,),
    )


def signer(name: str) -> Signer:
    """With a key of its own, the same in every process."""
    return Signer(name, hashlib.sha256(name.encode()).digest())


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
    luanti = Game(id="luanti", title="Luanti", label=0, label_source="VN00, its box", names=("luanti",))
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
        self.log, self.agent = Signer("giochoi/test", b"1" * 32), Signer("giochoi/test/roster", b"2" * 32)
        self.daemon: Daemon | None = None
        self.beats = 0

    def start(self, first: Roster | None = None) -> None:
        self.daemon = Daemon(self.home, self.clock, self.platform.parts)
        self.daemon.start()
        self.night()
        if first is not None:
            self.adopt(first)

    def adopt(self, news: Roster) -> None:
        """A roster signed by this world's agent comes down."""
        trust = self.daemon.trust
        if trust.keys is None:
            trust.pin(AgentKeys(self.log.vkey, self.agent.vkey))
        note = self.agent.sign(msgspec.json.encode(news).decode() + "\n")
        signed = SignedRoster(number=news.number, note=note)
        taken = trust.read_roster(signed)
        if taken is not None:
            self.daemon.adopt(taken)
            trust.keep_roster(signed, taken)
        self.night()

    @property
    def seat(self):
        return self.daemon.seat

    def beat(self) -> int:
        """As the heart does it; after midnight comes the night's work."""
        wait = self.daemon.heart.beat()
        if self.daemon.housekeeping.due():
            self.night()
        return wait

    def night(self) -> None:
        self.daemon.housekeeping.work()

    def kill(self) -> None:
        """As kill -9: nothing is said, the database is only closed."""
        self.platform.stop()
        self.daemon.close()

    def stop(self) -> None:
        self.seat.stop()
        self.daemon.close()

    def pass_time(self, ms: int) -> None:
        """The clock goes on, and the heart beats as often as it wants to."""
        end = self.clock.mono() + ms
        while (left := end - self.clock.mono()) > 0:
            self.clock.run(min(left, self.beat()))
            self.beats += 1
        self.beat()

    def journal(self, *kinds: str) -> list[entry.AnyEntry]:
        rows = self.daemon.store.db.execute("SELECT entry FROM journal ORDER BY seq").fetchall()
        found = [entry.decode(bytes(row[0])) for row in rows]
        return [one for one in found if not kinds or msgspec.to_builtins(one)["kind"] in kinds]

    def used(self, player: str = "an") -> float:
        status = self.status(player)
        return status.used_s

    def status(self, player: str = "an"):
        from daemon.reporting.views import Views

        parts = self.daemon
        views = Views(parts.in_force.people, parts.plays, parts._judge, parts.loop.read())
        return next(one for one in views.players() if one.id == player)


def issues(world) -> list[str]:
    """What is open, by id."""
    return [one.id for one in world.daemon.health.open()]
