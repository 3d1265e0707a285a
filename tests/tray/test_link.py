"""The thread that speaks to the daemon, over a real socket."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from daemon.api.asking import Pause, RequestApprove
from daemon.api.messages import GrantAdd, Shown, Signal
from daemon.serving.access import Access
from host.clock import SystemClock
from host.wire import ApiError
from i18n.message import msg, plain
from tests.scripted_daemon import game, player, status
from tests.system import until
from tray.link import Link
from tray.seen import Proof, Seen

LATER = 1 << 50


class Watcher:
    """Keeps what the link hands over."""

    def __init__(self, daemon: Any) -> None:
        clock = SystemClock()
        self.seen: list[Seen] = []
        self.signals: list[Signal] = []
        self.how: Any = "banner"
        self.again: Callable[[Seen], int | None] = lambda _: None
        self.link = Link(lambda: daemon.address, clock.mono, clock.elapsed, self._told, self._show)
        self.link.start()

    def _told(self, seen: Seen) -> int | None:
        self.seen.append(seen)
        return self.again(seen)

    def _show(self, signal: Signal) -> Any:
        self.signals.append(signal)
        return self.how

    @property
    def last(self) -> Seen:
        return self.seen[-1]


@pytest.fixture
def watcher(daemon):
    daemon.status = status(player("an", game()))
    found = Watcher(daemon)
    until(lambda: found.seen and found.last.status and daemon.displays)
    yield found
    found.link.stop()
    until(lambda: not any(thread.name == "link" for thread in threading.enumerate()))


def test_it_hands_over_what_the_daemon_says(daemon, watcher):
    """Status, who sits here, and what was asked for, in one."""
    assert watcher.last.status == daemon.status
    assert watcher.last.me == daemon.me
    assert not watcher.last.guardian


def test_news_make_it_look_again_once_for_several(daemon, watcher):
    """A burst of signals is shown one by one, and looked at together."""
    before = daemon.looked
    daemon.status = status(player("an", game(left_s=60.0)))
    numbers = [daemon.tell() for _ in range(20)]
    until(lambda: watcher.last.status == daemon.status and len(watcher.signals) == 20)

    assert [signal.number for signal in watcher.signals] == numbers
    assert daemon.looked - before <= 5
    until(lambda: [one.number for one in daemon.asked if isinstance(one, Shown)] == numbers)


def test_what_nobody_could_see_is_not_said_to_be_shown(daemon, watcher):
    """The log has `Shown` alone of what somebody saw."""
    watcher.how = None
    daemon.tell()
    until(lambda: watcher.signals)
    watcher.how = "sound"
    number = daemon.tell()
    until(lambda: daemon.asked)

    assert daemon.asked == [Shown(number=number, how="sound")]


def test_between_news_the_daemon_is_not_asked(daemon, watcher):
    """The same snapshot is handed over again where somebody counts down."""
    until(lambda: daemon.looked)
    before = daemon.looked
    watcher.again = lambda _: 20
    daemon.tell()
    until(lambda: len(watcher.seen) > 30)

    assert daemon.looked - before == 1
    assert len({seen.at for seen in watcher.seen[-20:]}) == 1


def test_what_is_clicked_is_asked_and_the_answer_shown(daemon, watcher):
    """In the menu, and as something to see."""
    watcher.link.send(GrantAdd(player="an", ms=900_000))
    until(lambda: watcher.last.said is not None)

    assert daemon.asked == [GrantAdd(player="an", ms=900_000)]
    assert plain(watcher.last.said).startswith("An: may play until")
    assert (watcher.signals[0].kind, watcher.signals[0].number) == ("answered", 0)


def test_a_refusal_is_shown_too(daemon, watcher):
    """What the daemon says no to is no secret."""
    daemon.shut()
    watcher.link.send(Pause())
    until(lambda: watcher.signals)

    assert "nobody answers" in plain(watcher.signals[0].text)
    daemon.open()


def test_a_pin_goes_with_what_is_asked_and_is_forgotten_in_time(daemon, watcher, monkeypatch):
    """Its token is added where a request has room for one, as long as it holds; nothing that can be printed shows it. How long
    that is does not hang on the PC's clock, which may be ahead of the daemon's.
    """
    watcher.link.proved(Proof("secret", "Mẹ", 1))
    watcher.link.look()
    until(lambda: watcher.last.guardian)
    watcher.link.send(RequestApprove(id="r1"))
    until(lambda: daemon.asked)
    assert daemon.asked == [RequestApprove(id="r1", token="secret")]
    assert "secret" not in repr(watcher.last)

    watcher.link.proved(Proof("", "", 0))
    until(lambda: not watcher.last.guardian)
    monkeypatch.setattr("tray.link.PROOF_MS", 0)
    watcher.link.proved(Proof("old", "Mẹ", LATER))
    watcher.link.look()
    until(lambda: watcher.link.token == "" and watcher.last.proof is None)


def test_a_proof_that_the_daemon_takes_no_more_is_forgotten(daemon, watcher):
    """One that began anew knows no tokens. What else is refused says nothing about the proof."""
    access = Access(SimpleNamespace(people=SimpleNamespace(provers=())), own_uid=0, home="given", elapsed=lambda: 0)
    with pytest.raises(ApiError) as over:
        access.acting(SimpleNamespace(uid=1), "secret")

    watcher.link.proved(Proof("secret", "Mẹ", LATER))
    daemon.denies = ApiError("refused", msg("not so many"))
    watcher.link.send(RequestApprove(id="r1"))
    until(lambda: watcher.signals)
    assert watcher.link.token == "secret"

    daemon.denies = over.value
    watcher.link.send(RequestApprove(id="r1"))
    until(lambda: len(watcher.signals) == 2 and not watcher.last.guardian)
    assert watcher.link.token == ""


def test_a_daemon_that_ends_is_said_and_one_that_comes_back_is_found(daemon, watcher):
    """By itself; the news are followed again."""
    daemon.shut()
    until(lambda: watcher.last.status is None and watcher.last.problem is not None)
    daemon.status = status()
    daemon.open()
    until(lambda: watcher.last.status == daemon.status and daemon.displays)
    daemon.status = status(player("bo"))
    daemon.tell()

    until(lambda: watcher.last.status == daemon.status)


def test_a_daemon_that_does_not_know_who_sits_here_is_enough(daemon, watcher):
    """One of an older version: nobody is a guardian then."""
    daemon.me = None
    daemon.tell()

    until(lambda: watcher.last.me is None and watcher.last.status is not None)
    assert not watcher.last.guardian


def test_a_daemon_that_ends_between_two_questions_is_said(daemon, watcher):
    """Whichever of them is not answered any more."""
    daemon.me, daemon.refuses = None, "unavailable"
    daemon.tell()

    until(lambda: watcher.last.status is None and watcher.last.problem is not None)


def test_what_fails_in_showing_ends_nothing(daemon, watcher, caplog):
    """The next news are shown again."""
    watcher.again = lambda _: 1 // 0
    daemon.tell()
    until(lambda: "could not be followed" in caplog.text)
    watcher.again = lambda _: None
    daemon.status = status(player("bo"))

    until(lambda: watcher.last.status == daemon.status)


def test_it_waits_for_a_daemon_that_is_not_there_yet(daemon):
    """Whoever logs in before the service has started."""
    daemon.shut()
    found = Watcher(daemon)
    until(lambda: found.seen and found.last.problem)
    daemon.open()
    until(lambda: found.last.status)
    found.link.stop()
    until(lambda: not any(thread.name == "link" for thread in threading.enumerate()))
