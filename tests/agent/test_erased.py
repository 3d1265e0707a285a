"""Whoever is erased: nothing names them any more, wherever one looks, and the log verifies on. What is kept is told before."""

from __future__ import annotations

import asyncio
import json

import pytest

from agent.api.asked import RequestEvent
from agent.api.erased import mark
from agent.api.log import LogExport, LogPrune, LogShow
from agent.api.players import LimitSet, PlayerAdd, PlayerErase, PlayerExport, PlayerRemove
from agent.api.pseudonym import pseudonym
from agent.api.roster import GrantEvent
from agent.api.rulebook import GameAllow
from agent.api.seat import PutGrants, PutRequests
from compliance.__main__ import main
from compliance.entries.override import GrantGiven, GrantRevoked
from compliance.entries.seat import SessionClosed, SessionOpened
from compliance.writing.payloads import PayloadError
from host.wire import ApiError
from rules.calendar import DAY_MS, day_name

NAME = "Quỳnh Hương"
REASON = "vì đã làm xong bài"


@pytest.fixture
def quynh(desk, make_seat, clock):
    """A player of whom registry, log and a seat's payloads tell, beside another one."""
    seat = make_seat()
    desk.ask("seat.enrol", seat.enrol)
    desk.ask("player.add", PlayerAdd(name=NAME, born="2014-05-01", account="an"))
    desk.ask("player.add", PlayerAdd(name="Bình", born="2012"))
    desk.ask("limit.set", LimitSet(player=NAME, ms=60_000, game="luanti"))
    desk.ask("game.allow", GameAllow(player=NAME, game="luanti"))
    desk.ask("game.allow", GameAllow(player="Bình", game="luanti"))
    give(desk, seat, clock)
    return desk


def give(desk, seat, clock):
    id = next(one.id for one in desk.roster.players if one.name == NAME)
    grant = GrantEvent(id="g1", player=id, by="guardian", who="me", ms=60_000, given=clock.wall(), reason=REASON)
    asked = RequestEvent(id="r1", player=id, account="an", asked=clock.wall(), reason=REASON, ms=60_000)
    desk.ask("grant.put", PutGrants(grants=(grant,)))
    desk.ask("request.put", PutRequests(requests=(asked,)))
    beside = json.dumps({"player": NAME, "reason": REASON}, ensure_ascii=False).encode()
    seat.add(
        GrantGiven, beside, id="g1", who=name_of(desk, id, clock), by="guardian", ms=60_000, game=None, given=clock.wall()
    )
    seat.add(GrantRevoked, json.dumps({"who": REASON}).encode(), id="g1")
    seat.add(GrantRevoked, b'{"who":"somebody else"}', id="other")
    seat.seal()
    desk.ask("log.submit", seat.batch())


def name_of(desk, id, clock):
        return pseudonym(desk.player(id).key, day_name("Asia/Ho_Chi_Minh", clock.wall()))


def everything(desk):
    """All bytes that the agent has on its disk."""
    desk.agent.store.raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    return b"".join(path.read_bytes() for path in desk.agent.home.agent.iterdir() if path.is_file())


def personal(desk):
    lines = desk.ask("log.show", LogShow(last=1000)).lines
    return [line.payload for line in lines if line.payload]


@pytest.mark.promise("Log: An erased person is gone from every file at once")
def test_nothing_names_them_any_more(quynh, tmp_path):
    """No file holds name, reason or key; others keep what is theirs; entries that only name an id are found, too."""
    desk, key = quynh, next(one.key for one in quynh.roster.players if one.name == NAME)
    assert NAME.encode() in everything(desk)
    assert bytes.fromhex(key) in everything(desk)
    before = desk.agent.log.size
    done = desk.ask("player.erase", PlayerErase(player=NAME))
    assert done.name == NAME
    left = everything(desk)
    for trace in (NAME.encode(), REASON.encode(), b"quynh-huong", bytes.fromhex(key), key.encode()):
        assert trace not in left
    assert [one.name for one in desk.roster.players] == ["Bình"]
    assert desk.roster.erased == (mark("quynh-huong"),)
    told = "\n".join(personal(desk))
    assert "Bình" in told
    assert "somebody else" in told
    [erasure] = desk.entries("erasure")
    assert (erasure["before"], erasure["payloads"]) == (None, 5)
    assert desk.agent.log.size > before
    check(desk, tmp_path)


def check(desk, tmp_path):
    bundle = tmp_path / "log.zip"
    bundle.write_bytes(b"".join(chunk.data for chunk in desk.ask("log.export", LogExport())))
    assert main([str(bundle)]) == 0


def test_what_a_seat_hands_in_later_is_not_taken_back_in(quynh):
    """It may not have heard yet."""
    desk = quynh
    events = desk.roster.grants, desk.roster.requests
    desk.ask("player.erase", PlayerErase(player=NAME))
    desk.ask("grant.put", PutGrants(grants=events[0]))
    desk.ask("request.put", PutRequests(requests=events[1]))
    with desk.tables() as tables:
        assert (tables.grants(0), tables.requests(0)) == ((), ())


def test_the_next_one_of_that_name_is_somebody_else(quynh):
    """Another id and another key: what seats still have of the former one is not theirs."""
    desk = quynh
    key = desk.player("quynh-huong").key
    desk.ask("player.erase", PlayerErase(player=NAME))
    assert desk.ask("player.add", PlayerAdd(name=NAME, born="2014-05-01", account="an")).id == "quynh-huong-2"
    assert desk.player("quynh-huong-2").key != key
    assert desk.player("quynh-huong-2").packs == ()


def test_who_was_removed_can_be_erased(quynh):
    """By name or id; of two of that name only by id. Who has nothing kept is not found."""
    desk = quynh
    for born in ("2010", "2011"):
        desk.ask("player.add", PlayerAdd(name="Chi", born=born))
        desk.ask("player.remove", PlayerRemove(player="Chi"))
    with pytest.raises(ApiError, match="several removed players are called Chi; name one by its id: chi, chi-2"):
        desk.ask("player.erase", PlayerErase(player="Chi"))
    desk.ask("player.erase", PlayerErase(player="chi-2"))
    desk.ask("player.erase", PlayerErase(player="Chi"))
    assert len(desk.entries("erasure")) == 2
    for nobody in ("Chi", "guest"):
        with pytest.raises(ApiError, match="no player"):
            desk.ask("player.erase", PlayerErase(player=nobody))


def test_what_names_nobody_is_told_where_it_ends_what_is_theirs(quynh, make_seat, clock):
    """The end of a session at a public place; that of somebody else is not."""
    seat = make_seat("seat-2", b"t" * 32)
    quynh.ask("seat.enrol", seat.enrol)
    for who in (name_of(quynh, "quynh-huong", clock), name_of(quynh, "binh", clock)):
        seat.add(SessionOpened, who=who, guest=False)
    for opened in (1, 2):
        seat.add(SessionClosed, opened=opened, how="ended")
    seat.seal()
    quynh.ask("log.submit", seat.batch())
    told = json.loads(b"".join(chunk.data for chunk in quynh.ask("player.export", PlayerExport(player=NAME))))
    found = [(one["entry"]["kind"], one["entry"]["seq"]) for one in told["log"] if one["entry"]["seat"] == "seat-2"]
    assert found == [("session.opened", 1), ("session.closed", 3)]


def test_a_crash_in_between_is_made_good(quynh, open_desk, monkeypatch):
    """The registry changed, the payloads are still there: the next try deletes them."""
    desk = quynh
    monkeypatch.setattr(type(desk.agent.payloads), "erase", lambda *_: (_ for _ in ()).throw(PayloadError("disk full")))
    with pytest.raises(ApiError, match="disk full"):
        desk.ask("player.erase", PlayerErase(player=NAME))
    assert NAME in "".join(personal(desk))
    monkeypatch.undo()
    asyncio.run(desk.agent.retry())
    assert NAME not in "".join(personal(desk))
    beside = b"".join(path.read_bytes() for path in desk.agent.home.agent.glob("agent.db*"))
    assert NAME.encode() not in beside


def test_all_that_is_kept_is_told(quynh):
    """As one document: the registry's rows, each entry about them and what lies beside it; nothing of anybody else, no key."""
    desk = quynh
    text = b"".join(chunk.data for chunk in desk.ask("player.export", PlayerExport(player=NAME)))
    told = json.loads(text)
    assert told["player"]["born"] == "2014-05-01"
    assert [one["reason"] for one in told["grants"]] == [REASON]
    assert [one["reason"] for one in told["requests"]] == [REASON]
    assert {one["game"] for one in told["limits"]} == {"luanti"}
    kinds = [one["entry"]["kind"] for one in told["log"]]
    assert kinds == ["policy.changed", "policy.changed", "approval", "grant.given", "grant.revoked"]
    assert told["log"][3]["personal"]["reason"] == REASON
    assert desk.player("quynh-huong").key not in text.decode()
    assert "Bình" not in text.decode()


def test_after_400_days_not_even_the_hash_of_their_id_is_kept(quynh, clock):
    """Whoever tries names finds the one that it is of."""
    id = next(one.id for one in quynh.roster.players if one.name == NAME)
    quynh.ask("player.erase", PlayerErase(player=NAME))
    for days, kept in ((399, True), (2, False)):
        clock.run(days * DAY_MS)
        quynh.ask("log.prune", LogPrune())
        assert (mark(id).encode() in everything(quynh)) is kept
