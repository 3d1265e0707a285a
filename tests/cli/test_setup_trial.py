"""What giochoi setup says of the past week: the chosen rules on the play of the child's account."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from cli.setup.interview import Asking, Child, Known
from cli.setup.trial import played, said
from daemon.api.messages import PlayedAnswer
from host.rpc_client import ask
from host.transport import Unreachable
from host.wire import ApiError
from i18n.catalogue import Catalogue
from i18n.message import msg
from rules.facts import Played
from rules.packs.shipped import shipped_packs
from rules.parse import parse_pack
from rules.policy import combine

HOUR = 3_600_000
EVENING = int(datetime(2026, 11, 25, 10, tzinfo=UTC).timestamp() * 1000)  # Wednesday, 17:00 in Vietnam
AN = Child("an", "An", "2014-05-01", "home-school-week")
BORN = date(2014, 5, 1)
WEEK = parse_pack(shipped_packs()["home-school-week"], "home-school-week")


def play(start, ms, game="sums", label=0):
    return Played(game=game, publisher=None, start=start, ms=ms, label=label, system="VN", sure=True)


def told(*plays, whole=True):
    return PlayedAnswer(plays=plays, zone="Asia/Ho_Chi_Minh", whole=whole)


def lines(*plays, child=AN, packs=(WEEK,), language="en"):
    return [*map(Catalogue(language), said(child, told(*plays), combine(packs), BORN))]


def test_what_would_have_been_less_and_why():
    """In sums; the rule that cut most comes first."""
    assert lines(play(EVENING, 2 * HOUR), play(EVENING + 24 * HOUR, HOUR // 2)) == [
        "In the past week An played 2 hr 30 min here; with these rules it would have been 1 hr 30 min",
        "· 50 min less: School days: at most 60 minutes",
        "· 10 min less: After 45 minutes of play, rest eyes and move for 10 minutes",
    ]  # fmt: skip


def test_in_vietnamese():
    first, second, _ = lines(play(EVENING, 2 * HOUR), language="vi")
    assert first == "Tuần qua An đã chơi 2 giờ trên máy này; theo quy tắc này thì còn 1 giờ"
    assert second.startswith("· bớt 50 phút: ")


def test_the_same_is_said_to_be_the_same():
    same = "In the past week An played 30 min here; with these rules it would have been the same"
    assert lines(play(EVENING, HOUR // 2)) == [same]


def test_a_game_that_waits_for_a_yes_counts_as_let_through_if_it_is():
    """Without it nothing of it would have been played."""
    one = play(EVENING, HOUR // 2, "teeworlds", None)
    assert lines(one)[0] == "In the past week An played 30 min here; with these rules An would have played nothing"
    assert "the same" in lines(one, child=replace(AN, let_through=(Asking("teeworlds", "Teeworlds", ""),)))[0]


def test_what_was_let_through_before_still_is():
    """Set up again, nobody is asked about it."""
    known = Known("an", "An", "2014-05-01", "home-school-week", {}, approved=frozenset({"teeworlds"}))
    one = play(EVENING, HOUR // 2, "teeworlds", None)
    assert "the same" in lines(one, child=replace(AN, known=known))[0]


@pytest.mark.parametrize("found", [None, told(), told(play(EVENING, 59_000))])
def test_of_nothing_nothing_is_said(found):
    assert said(AN, found, combine((WEEK,)), BORN) == ()


@pytest.mark.parametrize("error", [Unreachable(msg("x")), ApiError("refused", msg("x")), None])
def test_where_nobody_can_tell_nothing_is_said(monkeypatch, error):
    """No daemon, none that answers this, or an answer that is not all of it."""
    def answer(*_):
        if error is not None:
            raise error
        return told(play(EVENING, HOUR), whole=False)

    class Context:
        class home:  # noqa: N801 - as the context has it
            daemon_address = None

    monkeypatch.setattr("cli.setup.trial.ask", answer)
    assert ask is not answer
    assert played("an", Context) is None
