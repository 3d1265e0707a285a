"""A daemon that says what a test has it say, over the real channel, and keeps what it was asked."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

from daemon.api import asking as a
from daemon.api import messages as m
from daemon.api.rules import InForce, PackPart, RulePart, RulesGet
from daemon.api.status import AgentPart, DaemonPart, GamePart, PlayerPart, ReasonPart, Status, StatusGet
from host.homes import Home, server_home
from host.rpc import Route, serve, table
from host.wire import ApiError, Request
from i18n.message import Moment, Text, msg
from rules.decision import Decision, Finding, Reason

MINUTE = 60_000
NOON = 1_795_496_400_000  # 2026-11-24 12:00 in Vietnam
ZONE = "Asia/Ho_Chi_Minh"
CITE = "Nghị định 147/2024, Điều 39 khoản 1 điểm đ e"
DAILY = Text("Mỗi trò chơi nhiều nhất 60 phút một ngày", "at most 60 minutes of each game a day")
HOUSE = Text("Ngày thường nhiều nhất 45 phút", "at most 45 minutes on school days")
NIGHT = Text("Không chơi từ 22 giờ đến 6 giờ", "no playing from 22:00 to 06:00")

ASKED = a.RequestPart(id="r7", player="an", name="Nguyễn Minh An", game="luanti", title="Luanti", program=None, ms=30 * MINUTE,
                      reason="Con làm xong bài tập rồi ạ", asked=NOON)  # fmt: skip


def game(id_: str, title: str, *, running: bool = False, allowed: bool = True) -> GamePart:
    reason = ReasonPart(rule="vn-147.daily-game", cite=CITE, text=DAILY, granted_s=None)
    return GamePart(id=id_, title=title, running=running, allowed=allowed, verdict="allow" if allowed else "refuse",
                    until=None, next=None, used_s=1800.0, left_s=1800.0, reason=reason, match=("content",))  # fmt: skip


STATUS = Status(
    daemon=DaemonPart(version="1", since="2026-11-24T08:00:00+07:00", watch="gate", issues=(), roster=1),
    agent=AgentPart(reachable=True, unsent=0, checkpoint=None), place="home",
    players=(
        PlayerPart(id="an", name="Nguyễn Minh An", age=12, account="an", allowed=True, verdict="allow", until=None, next=None,
                   used_s=1800.0, left_s=540.0, reason=None, games=(
                       game("luanti", "Luanti", running=True), game("teeworlds", "Teeworlds", allowed=False),
                       game("chess", "GNOME Chess"))),
    ),
)  # fmt: skip

_REASON = Reason(rule="vn-147.daily-game", cite=CITE, text=DAILY, kind="budget", pack="x", params={}, budget_ms=60 * MINUTE,
                 used_ms=60 * MINUTE)  # fmt: skip
_OTHER = Reason(rule="home.weekday", cite="Nếp nhà", text=HOUSE, kind="budget", pack="y", params={}, budget_ms=45 * MINUTE,
                used_ms=30 * MINUTE, granted_ms=15 * MINUTE)  # fmt: skip
_NIGHT = Reason(rule="home.night", cite="Nếp nhà", text=NIGHT, kind="window", pack="y", params={})
WHY = m.Why(
    player="an", name="Nguyễn Minh An", game="luanti", title="Luanti", zone=ZONE,
    decision=Decision("refuse", _REASON, NOON + 12 * 60 * MINUTE, 0),
    findings=(Finding(_OTHER, "allow", NOON + 30 * MINUTE), Finding(_REASON, "refuse", NOON + 12 * 60 * MINUTE),
              Finding(_NIGHT, "allow", NOON + 10 * 60 * MINUTE)),
    periods={"vn-147.daily-game": "day", "home.weekday": "day"}, next="allow",
)  # fmt: skip

GRANTED = m.GrantAnswer(
    id="g1", player="an", name="Nguyễn Minh An", game=None, zone=ZONE,
    before=m.Outlook(verdict="allow", until=NOON + 9 * MINUTE, rule="home.weekday", text=HOUSE),
    after=m.Outlook(verdict="allow", until=NOON + 39 * MINUTE, rule="home.weekday", text=HOUSE), still=False, ms=30 * MINUTE,
)  # fmt: skip

RULES = InForce(player="an", name="Nguyễn Minh An", packs=(
    PackPart(title=Text("Nghị định 147/2024/NĐ-CP", "Decree 147/2024/NĐ-CP"), rules=(
        RulePart(rule="vn-147.daily-game", cite=CITE, text=DAILY, advisory=False),
        RulePart(rule="vn-147.night", cite=CITE, text=Text("Không chơi quá khuya", "not late at night"), advisory=True))),
    PackPart(title=Text("Nếp nhà", "The house"), rules=(
        RulePart(rule="home.weekday", cite="Nếp nhà", text=HOUSE, advisory=False),
        RulePart(rule="home.night", cite="Nếp nhà", text=NIGHT, advisory=False))),
))  # fmt: skip


class FakeDaemon:
    """`answers` by the kind of a request: what to answer, an ApiError to raise, or a function of the request. 2468 is the
    PIN; five wrong ones lock. While `held` is not set nothing is answered.
    """

    def __init__(self, folder: Any) -> None:
        self.home: Home = server_home(str(folder))
        self.asked: list[Request[Any]] = []
        self.wrong = 0
        self.held = threading.Event()
        self.held.set()
        self.answers: dict[type, Any] = {
            StatusGet: STATUS, m.WhyGet: WHY, m.UsageGet: usage, RulesGet: RULES, a.RequestAdd: a.Requested(id="r8"),
            a.RequestsGet: a.Requests(requests=(ASKED,), zone=ZONE), a.RequestApprove: GRANTED, a.RequestDeny: m.Ok(),
            a.Off: lambda one: a.OffAnswer(until=NOON + one.ms, zone=ZONE),
            a.CodeUse: GRANTED, m.GrantExtend: GRANTED, a.Prove: self._prove,
            a.MeGet: lambda _: a.Me(account="an", guardian=False, player="an", proving=("Mẹ Hoa", "Bố Tuấn"), codes=True,
                                    locked=None if self.wrong < 5 else 4_102_444_800_000),
        }  # fmt: skip
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._server: Any = None

    def start(self) -> FakeDaemon:
        self._thread.start()
        self.serve()
        return self

    def serve(self) -> None:
        routes = table(*(Route(kind, "any", self._handle) for kind in self.answers))
        made = serve(self.home.daemon_address, routes, lambda _: frozenset({"any"}))
        self._server = asyncio.run_coroutine_threadsafe(made, self._loop).result(20)

    def stop_serving(self) -> None:
        if self._server is not None:
            asyncio.run_coroutine_threadsafe(self._server.close(), self._loop).result(20)
            self._server = None

    def stop(self) -> None:
        self.held.set()
        self.stop_serving()
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
        self._loop.close()

    def of(self, kind: type) -> list[Any]:
        return [one for one in self.asked if type(one) is kind]

    async def _handle(self, caller: Any, request: Any) -> Any:
        self.asked.append(request)
        while not self.held.is_set():
            await asyncio.sleep(0.01)
        answer = self.answers[type(request)]
        if isinstance(answer, Exception):
            raise answer
        return answer(request) if isinstance(answer, Callable) else answer

    def _prove(self, request: a.Prove) -> a.Proved:
        if request.pin == "2468":
            return a.Proved(token="t0ken", id="hoa", name=request.guardian, until=NOON)
        self.wrong += 1
        if self.wrong >= 5:
            raise ApiError("refused", msg("locked until {until}", until=Moment(NOON)))
        raise ApiError("refused", msg("wrong PIN; {n} tries left", n=5 - self.wrong))


def usage(request: m.UsageGet) -> m.Usage:
    day = request.day or "2026-11-24"
    if day == "2026-11-21":
        return m.Usage(day=day, zone=ZONE, players={})
    part = m.UsagePart(total_s=4500.0, games={"luanti": 3600.0, "teeworlds": 1200.0})
    return m.Usage(day=day, zone=ZONE, players={"an": part}, titles={"luanti": "Luanti", "teeworlds": "Teeworlds"})
