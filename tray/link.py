"""The one thread that speaks to the daemon, and the snapshot that it hands over; another one only waits for the daemon's news.

It holds nothing but what the daemon said last: whoever kills it changes nothing.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final, TypeAlias, TypeVar

import msgspec

from daemon.api.asking import PROOF_MS, PROOF_OVER, GuardianLeave, MeGet, RequestsGet
from daemon.api.messages import ProgramsGet, RulesGet, Shown, Signal, Watch
from daemon.api.status import StatusGet
from host.homes import HomeError
from host.rpc_client import ask, items
from host.transport import Unreachable
from host.wire import ApiError, Request
from i18n.message import Message, as_message
from tray.api import How
from tray.seen import Proof, Seen
from words.players import follows

T = TypeVar("T", bound=msgspec.Struct)

PLAYING_MS: Final = 60_000  # how old a status may be while somebody plays
IDLE_MS: Final = 300_000  # and while nobody does: whatever changes is told
AGAIN_MS: Final = 1_000  # until the daemon is tried again
SAID_MS: Final = 60_000  # how long an answer stays in the menu
_LEAVES_S = 2.0  # how long the end waits for the daemon to forget a proof
_TOGETHER_S = 0.05  # news that come within this are looked at once

_log = logging.getLogger(__name__)


class _Lost:
    """The stream of news has ended."""


class _Look:
    """Something may have changed."""


News: TypeAlias = "Signal | Request[Any] | Proof | _Lost | _Look"


class Link:
    """`address` finds the daemon. `elapsed` is `mono` with sleep: the PC's wall clock may be in doubt. `told` takes each
    snapshot, in this thread, and says in how many milliseconds it wants it again, to count down (None: never). `shows` takes
    each signal, and says how it was shown, if it was.
    """

    def __init__(
        self,
        address: Callable[[], str],
        mono: Callable[[], int],
        elapsed: Callable[[], int],
        told: Callable[[Seen], int | None],
        shows: Callable[[Signal], How | None],
    ) -> None:
        self._address = address
        self._mono = mono
        self._elapsed = elapsed
        self._proved_at = 0
        self._told = told
        self._shows = shows
        self._news: queue.SimpleQueue[News] = queue.SimpleQueue()
        self._listening = False
        self._seen = Seen(mono())
        self._said_at = 0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="link", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """From any thread; a request that is on its way is waited for only where somebody proved to be a guardian."""
        self._stopped.set()
        self._news.put(_Look())
        if self.token:
            self._thread.join(_LEAVES_S)

    def send(self, request: Request[Any]) -> None:
        """From any thread: have it asked, with the token of whoever proved to be a guardian."""
        self._news.put(request)

    def ran(self, said: str) -> None:
        """From any thread: a command that was clicked on has ended and said this."""
        self._news.put(Signal(number=0, kind="answered", text=Message("{said}", {"said": said})))

    def proved(self, proof: Proof) -> None:
        """From any thread: a guardian's PIN was right, or (without a token) is to be forgotten. It is kept in memory only."""
        self._news.put(proof)

    @property
    def token(self) -> str:
        """Of whoever proved to be a guardian here; "" if nobody did."""
        proof = self._seen.proof
        return "" if proof is None else proof.token

    def look(self) -> None:
        """From any thread: ask for the status again."""
        self._news.put(_Look())

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self._turn()
            except Exception:  # noqa: BLE001 - without this thread the icon would say for ever what was true once
                _log.exception("the daemon's news could not be followed")
                self._stopped.wait(AGAIN_MS / 1000)
        self._leave()

    def _turn(self) -> None:
        """Look, and count down until there is news or it is time to look again."""
        self._look()
        until = self._mono() + self._patience()
        while not self._stopped.is_set():
            wait = self._told(self._seen)
            left = until - self._mono()
            if self._take(self._next(left if wait is None else min(left, wait))) or self._mono() >= until:
                break

    def _patience(self) -> int:
        status = self._seen.status
        if status is None:
            return AGAIN_MS
        playing = any(game.running for player in status.players for game in player.games)
        return PLAYING_MS if playing or self._seen.said or self._seen.proof else IDLE_MS

    def _next(self, ms: int) -> list[News]:
        """The news that come within this time; those that come close upon each other together."""
        found: list[News] = []
        with suppress(queue.Empty):
            found.append(self._news.get(timeout=max(0, ms) / 1000))
            while isinstance(found[-1], Signal):
                found.append(self._news.get(timeout=_TOGETHER_S))
        return found

    def _take(self, news: list[News]) -> bool:
        """Do what was asked and show what was told; whether the status has to be asked for again."""
        for one in news:
            match one:
                case Signal():
                    self._show(one)
                case Proof():
                    self._leave()
                    self._proved_at = self._elapsed()
                    self._seen = replace(self._seen, proof=one if one.token else None)
                case Request():
                    self._do(one)
                case _Lost():
                    self._listening = False
        return bool(news)

    def _show(self, signal: Signal) -> None:
        how = self._shows(signal)
        if how is not None and signal.number:
            with suppress(Unreachable, ApiError, HomeError):
                ask(self._address(), Shown(number=signal.number, how=how))

    def _leave(self) -> None:
        """What was proved before is over, for whoever copied the token too."""
        if self.token:
            with suppress(Unreachable, ApiError, HomeError):
                ask(self._address(), GuardianLeave(token=self.token))

    def _do(self, request: Request[Any]) -> None:
        if self.token and "token" in request.__struct_fields__:
            request = msgspec.structs.replace(request, token=self.token)
        try:
            said = follows(ask(self._address(), request))
        except (Unreachable, ApiError, HomeError) as error:
            said = as_message(error)
            if isinstance(error, ApiError) and error.message == PROOF_OVER:
                self._seen = replace(self._seen, proof=None)
        self._seen = replace(self._seen, said=said)
        self._said_at = self._mono()
        self._shows(Signal(number=0, kind="answered", text=said))

    def _look(self) -> None:
        """Ask for all there is to know. The news are waited for before, so that none is missed."""
        now = self._mono()
        said = self._seen.said if now - self._said_at < SAID_MS else None
        proof = self._seen.proof
        if proof is not None and self._elapsed() - self._proved_at >= PROOF_MS:
            proof = None
        try:
            address = self._address()
            self._listen(address)
            status = ask(address, StatusGet())
            me = _known(address, MeGet())
            requests = _known(address, RequestsGet())
            programs = _known(address, ProgramsGet()) if me is not None and me.guardian else None
            rules = _known(address, RulesGet(player=me.player)) if me is not None and me.player and not me.guardian else None
        except (Unreachable, ApiError, HomeError) as error:
            self._seen = Seen(now, problem=as_message(error), proof=proof)
            return
        self._seen = Seen(
            now, status, me, () if requests is None else requests.requests, "" if requests is None else requests.zone,
            programs, proof=proof, said=said, rules=rules,
        )  # fmt: skip

    def _listen(self, address: str) -> None:
        if not self._listening:
            self._listening = True
            threading.Thread(target=self._wait, args=(address,), name="news", daemon=True).start()

    def _wait(self, address: str) -> None:
        """In a thread of its own, which waits and does nothing else."""
        began = self._mono()
        with suppress(Unreachable, ApiError, OSError):  # the next look says why
            for signal in items(address, Watch()):
                self._news.put(signal)
        if self._mono() - began < AGAIN_MS:  # it is refused: not again at once
            self._stopped.wait(AGAIN_MS / 1000)
        self._news.put(_Lost())


def _known(address: str, request: Request[T]) -> T | None:
    """The answer, if the daemon is of a version that knows the question."""
    try:
        return ask(address, request)
    except ApiError as error:
        if error.code == "unavailable":
            raise
        return None
