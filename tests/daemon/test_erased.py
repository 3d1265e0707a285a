"""Who was erased at the agent is forgotten at the seat, once the log has what is owed of their days."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from agent.api.erased import mark
from agent.api.roster import GrantEvent
from compliance.entries.play import GameDay
from tests.daemon.world import HOUR, MINUTE, NOON, limit, roster

ERASED = (mark("an"),)


def kept(world):
    """What the tables have of players, who goes on as a guest left out."""
    db, names = world.daemon.store.db, set(world.daemon.store.players())
    rows = [db.execute(f"SELECT * FROM {table}").fetchall() for table in ("grants", "requests")]
    return [*(names - {"guest"}), *(row for table in rows for row in table)]


def test_the_seat_forgets_and_the_day_is_summed_up(world):
    """Play that runs is ended first. Nothing comes back with a restart, and nothing of others goes."""
    grants = (GrantEvent(id="1", player="an", by="guardian", who="me", ms=MINUTE, given=NOON, reason="done"),)
    world.start(roster(packs=(limit(1, games=("luanti",)),), grants=grants))
    world.platform.run(1)
    world.pass_time(3 * MINUTE)
    world.platform.run(2)
    world.platform.run(3, "teeworlds")
    world.pass_time(MINUTE)
    (luanti, other) = world.journal("play.started")
    over = tuple(replace(grant, revoked=world.clock.wall()) for grant in grants)
    world.adopt(replace(roster(2, players=(), grants=over), erased=ERASED))
    summaries = world.journal("usage.day")
    assert [(line.who, line.day) for line in summaries] == [(luanti.who, "2026-11-24")]
    assert summaries[0].games == {"luanti": GameDay(2 * MINUTE, 1, 0), "teeworlds": GameDay(MINUTE, 0, 0)}
    assert other.who == luanti.who
    assert kept(world) == []
    assert world.daemon.plays.counted("an", 0, 0).ms(0, NOON + HOUR) == 0
    world.stop()
    world.start()
    world.clock.run(24 * HOUR)
    world.beat()
    assert [line.who for line in world.journal("usage.day")].count(luanti.who) == 1
    assert kept(world) == []


def test_whoever_is_not_meant_stays(world):
    """Also the next one of that name, who has another id."""
    both = roster()
    other = replace(both.players[0], id="an-2", account="binh", key="33" * 32)
    world.start(replace(both, players=(*both.players, other)))
    for pid, account in ((1, "an"), (2, "binh")):
        world.platform.run(pid, account=account)
    world.pass_time(MINUTE)
    for pid in (1, 2):
        world.platform.exit(pid)
    world.adopt(replace(both, number=2, players=(other,), erased=ERASED))
    assert world.daemon.store.players() == ("an-2",)
    (line,) = world.journal("usage.day")
    assert line.games == {"luanti": GameDay(MINUTE, 0, 0)}


@pytest.mark.promise("Log: An erased person is gone from every file at once")
def test_nothing_of_them_is_on_the_disk_any_more(world):
    """Not in the file beside the database either, which holds pages as they were."""
    grants = (GrantEvent(id="1", player="an", by="guardian", who="me", ms=MINUTE, given=NOON, reason="rua chay dua"),)
    world.start(roster(grants=grants))
    assert any(b"rua chay dua" in path.read_bytes() for path in files(world))
    world.adopt(replace(roster(2, players=()), erased=ERASED))
    for path in files(world):
        assert b"rua chay dua" not in path.read_bytes(), path


def files(world):
    return list(world.home.daemon.glob("store.db*"))


def test_a_day_is_summed_up_once_whatever_the_zone(world):
    """Who is erased on what is yesterday once more where the place is said to be now had that summed up at its end."""
    world.start(roster())
    world.platform.run(1)
    world.pass_time(MINUTE)
    world.platform.exit(1)
    world.pass_time(13 * HOUR)
    world.adopt(replace(roster(2, players=()), erased=ERASED, zone="Europe/London"))
    assert [line.day for line in world.journal("usage.day")] == ["2026-11-24"]
    assert kept(world) == []
