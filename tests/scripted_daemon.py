"""A daemon that says what a test tells it to, over a real socket: what a tray talks to."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from daemon.api.asking import (
    GuardianLeave,
    Me,
    MeGet,
    Pause,
    Paused,
    RequestApprove,
    RequestDeny,
    Requests,
    RequestsGet,
    Resume,
)
from daemon.api.messages import (
    GrantAdd,
    GrantAnswer,
    Ok,
    Outlook,
    PackPart,
    RulePart,
    RulesGet,
    RulesInForce,
    Shown,
    Signal,
    Watch,
)
from daemon.api.status import AgentPart, DaemonPart, GamePart, PlayerPart, ReasonPart, Status, StatusGet
from host.homes import client_home
from host.rpc import Route, Server, table
from host.wire import ApiError
from i18n.message import Text, Words, msg

ZONE = "+07:00"
RULE = ReasonPart(rule="r", cite="", text=Text("60 phút mỗi ngày", "60 minutes a day"), granted_s=None)


def game(id_: str = "luanti", **fields: Any) -> GamePart:
    told = {
        "title": "Luanti", "running": True, "match": ("name",), "allowed": True, "verdict": "allow", "until": None,
        "next": None, "used_s": 0.0, "left_s": 1_800.0, "reason": RULE,
    }  # fmt: skip
    return GamePart(id=id_, **told | fields)


def player(id_: str = "an", *games: GamePart, **fields: Any) -> PlayerPart:
    told = {
        "name": id_.title(), "age": 9, "account": id_, "allowed": True, "verdict": "allow", "until": None, "next": None,
        "used_s": 600.0, "left_s": 2_520.0, "reason": RULE,
    }  # fmt: skip
    return PlayerPart(id=id_, games=games, **told | fields)


def status(*players: PlayerPart, **daemon: Any) -> Status:
    told = {"version": "1", "since": "2026-11-24T08:00:00+07:00", "watch": "gate", "issues": (), "roster": 1}
    return Status(
        daemon=DaemonPart(**told | daemon), agent=AgentPart(reachable=True, unsent=0, checkpoint=None), place="home",
        players=players,
    )  # fmt: skip


class ScriptedDaemon:
    """Answers with `status`, `me` and `requests`, which a test sets; `asked` is what it was asked. It has its own thread."""

    def __init__(self, home: Path) -> None:
        self.address = client_home(str(home)).daemon_address
        Path(self.address).parent.mkdir(exist_ok=True)
        self.status = status()
        self.me = Me(account="an", guardian=False, player="an")
        self.refuses = "bad-input"  # how it says that it does not know who sits here
        self.denies: ApiError | None = None  # what it says to a grant or a yes
        self.rules: tuple[Words, ...] = ()  # that bind whoever plays here
        self.requests: tuple[Any, ...] = ()
        self.asked: list[Any] = []
        self.looked = 0
        self._displays: set[asyncio.Queue[Signal]] = set()
        self._numbers = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self.open()

    def open(self) -> None:
        routes = table(*(Route(kind, "any", answer) for kind, answer in self._routes()))
        self._server = Server(routes, lambda _: frozenset(("any",)))
        asyncio.run_coroutine_threadsafe(self._server.open(self.address), self._loop).result(10)

    def shut(self) -> None:
        """As if it were killed: every connection ends."""
        asyncio.run_coroutine_threadsafe(self._shut(), self._loop).result(10)

    async def _shut(self) -> None:
        """Until nothing is left: whoever connected a moment ago is only being accepted."""
        await self._server.close()
        await asyncio.sleep(0.02)
        await self._server.close()
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(others)
        await asyncio.sleep(0.02)  # transports are closed in the loop's next turn

    def close(self) -> None:
        self.shut()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def tell(self, kind: str = "granted", **fields: Any) -> int:
        """A signal to whoever listens; its number."""
        self._numbers += 1
        signal = Signal(number=self._numbers, kind=kind, **fields)
        self._loop.call_soon_threadsafe(lambda: [queue.put_nowait(signal) for queue in self._displays])
        return self._numbers

    @property
    def displays(self) -> int:
        return len(self._displays)

    def _routes(self) -> list[tuple[type, Any]]:
        return [
            (StatusGet, self._status), (MeGet, self._me), (RequestsGet, self._requests), (Watch, self._watch),
            (GrantAdd, self._grant), (Pause, self._pause), (Resume, self._pause), (RequestApprove, self._grant),
            (RequestDeny, self._ok), (GuardianLeave, self._ok), (Shown, self._ok),
            (RulesGet, self._in_force),
        ]  # fmt: skip

    async def _status(self, _: Any, request: Any) -> Status:
        self.looked += 1
        return self.status

    async def _me(self, _: Any, request: Any) -> Me:
        if self.me is None:
            raise ApiError(self.refuses, msg("no such request"))
        return self.me

    async def _in_force(self, _: Any, request: RulesGet) -> RulesInForce:
        rules = tuple(RulePart(rule=f"r{n}", cite="", text=text, advisory=False) for n, text in enumerate(self.rules))
        return RulesInForce(player=request.player, name="An", packs=(PackPart(title=msg("Balanced"), rules=rules),))

    async def _requests(self, _: Any, request: Any) -> Requests:
        return Requests(requests=self.requests, zone=ZONE)

    async def _watch(self, _: Any, request: Any) -> AsyncIterator[Signal]:
        queue: asyncio.Queue[Signal] = asyncio.Queue()
        self._displays.add(queue)
        try:
            while True:
                yield await queue.get()
        finally:
            self._displays.discard(queue)

    async def _grant(self, _: Any, request: Any) -> GrantAnswer:
        self.asked.append(request)
        if self.denies is not None:
            raise self.denies
        before = Outlook(verdict="allow", until=1_795_500_000_000, rule=None, text=None)
        return GrantAnswer(
            id="g1", player="an", name="An", game=None, zone=ZONE, before=before, still=False,
            after=replace(before, until=before.until + 900_000),
        )  # fmt: skip

    async def _pause(self, _: Any, request: Any) -> Paused:
        self.asked.append(request)
        return Paused(players=(), zone=ZONE)

    async def _ok(self, _: Any, request: Any) -> Ok:
        self.asked.append(request)
        return Ok()
