"""A daemon that says what a test has it say, over the real channel, and keeps what it was asked."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

from daemon.api import asking as a
from daemon.api import messages as m
from daemon.api.messages import PackPart, RulePart, RulesGet, RulesInForce
from daemon.api.status import AgentPart, DaemonPart, GamePart, PlayerPart, ReasonPart, Status, StatusGet
from host.homes import Home, server_home
from host.rpc import Route, serve, table
from host.wire import ApiError, Request
from i18n.message import Moment, Text, msg
from rules.decision import Decision, Finding, Reason

MINUTE = 60_000
NOON = 1_795_496_400_000  # 2026-11-24 12:00 in Vietnam
ZONE = "Asia/Ho_Chi_Minh"
CITE = "NĐ 147/2024, Đ.39 k.1 đ.e (G1); Đ.48 k.1 đ.e (G2–G4)"  # as the shipped packs cite and say it: docs/pictures are of this
OWN = "home-balanced"
DAILY = Text("Người dưới 18 tuổi chơi mỗi trò chơi không quá 60 phút trong một ngày",
             "Under 18: at most 60 minutes a day of each game")  # fmt: skip
PUBLISHER = Text("Người dưới 18 tuổi chơi các trò chơi của một doanh nghiệp không quá 180 phút trong một ngày",
                 "Under 18: at most 180 minutes a day of all games of one enterprise")  # fmt: skip
HOUSE = Text("Ngày thường chơi tối đa 75 phút", "Ordinary days: at most 75 minutes")
NIGHT = Text("Hôm trước ngày học chỉ chơi trong khoảng 06:00-21:30, hôm khác trong khoảng 06:00-22:30",
             "The day before a school day: only during 06:00-21:30; other days: during 06:00-22:30")  # fmt: skip

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
_OTHER = Reason(rule="home-balanced.day", cite=OWN, text=HOUSE, kind="budget", pack="y", params={}, budget_ms=75 * MINUTE,
                used_ms=60 * MINUTE, granted_ms=15 * MINUTE)  # fmt: skip
_NIGHT = Reason(rule="home-balanced.bedtime", cite=OWN, text=NIGHT, kind="window", pack="y", params={})
WHY = m.Why(
    player="an", name="Nguyễn Minh An", game="luanti", title="Luanti", zone=ZONE,
    decision=Decision("refuse", _REASON, NOON + 12 * 60 * MINUTE, 0),
    findings=(Finding(_OTHER, "allow", NOON + 30 * MINUTE), Finding(_REASON, "refuse", NOON + 12 * 60 * MINUTE),
              Finding(_NIGHT, "allow", NOON + 570 * MINUTE)),
    periods={"vn-147.daily-game": "day", "home-balanced.day": "day"}, next="allow",
)  # fmt: skip

GRANTED = m.GrantAnswer(
    id="g1", player="an", name="Nguyễn Minh An", game=None, zone=ZONE,
    before=m.Outlook(verdict="allow", until=NOON + 9 * MINUTE, rule="home-balanced.day", text=HOUSE),
    after=m.Outlook(verdict="allow", until=NOON + 39 * MINUTE, rule="home-balanced.day", text=HOUSE),
    still=False, ms=30 * MINUTE,
)  # fmt: skip

RULES = RulesInForce(player="an", name="Nguyễn Minh An", packs=(
    PackPart(title=Text("Nghị định 147/2024: giới hạn giờ chơi của người dưới 18 tuổi",
                        "Decree 147/2024: playtime limits for under-18s"), rules=(
        RulePart(rule="vn-147.daily-game", cite=CITE, text=DAILY, advisory=False),
        RulePart(rule="vn-147.daily-publisher", cite=CITE, text=PUBLISHER, advisory=False))),
    PackPart(title=Text("Cân bằng: tự chọn giờ chơi, có mức cho ngày và cho tuần",
                        "Balanced: free choice of the hour, a limit for the day and for the week"), rules=(
        RulePart(rule="home-balanced.day", cite=OWN, text=HOUSE, advisory=False),
        RulePart(rule="home-balanced.bedtime", cite=OWN, text=NIGHT, advisory=False))),
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
            a.Pause: a.Paused(players=(), zone=ZONE),
            a.Off: lambda one: a.OffAnswer(until=NOON + one.ms, zone=ZONE),
            a.CodeUse: GRANTED, m.GrantAdd: GRANTED, m.GrantExtend: GRANTED, a.Prove: self._prove,
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
    part = m.UsagePart(total_s=4500.0, games={"luanti": 3600.0, "teeworlds": 900.0})
    return m.Usage(day=day, zone=ZONE, players={"an": part}, titles={"luanti": "Luanti", "teeworlds": "Teeworlds"})
