"""The seat's line to an agent that answers what a test wants: over the real channel, with real keys, proofs and log."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import msgspec
import pytest

from agent.api.roster import RosterGet, SignedRoster
from agent.api.seat import Alive, Enrol, Enrolled, Submit
from compliance.entries.place import PolicyChanged
from compliance.log import Log
from compliance.note import parse_vkey
from daemon.recording.line import append
from daemon.store import Unwritable
from host.wire import ApiError
from i18n.message import Message
from tests.daemon.stand_in import REFUSED, connected, in_force, until
from tests.daemon.test_disk import FullDisk
from tests.daemon.world import HOUR, issues, limit, roster, signer
from tests.system import PATIENCE

pytestmark = pytest.mark.usefixtures("quick_line")

GONE = ApiError("unavailable", Message("just starting"))


@pytest.mark.parametrize("where", ["place", "pack"])
def test_a_roster_that_cannot_be_used_is_not_taken(world, agent, where):
    """It names a zone that only newer PCs know. The one before holds, the Issue says so, and the next good one clears it."""
    odd = replace(limit(1), zone="Nowhere/At_All")
    bad = roster(2, packs=(odd,)) if where == "pack" else msgspec.structs.replace(roster(2), zone=odd.zone)

    async def run():
        async with connected(world, agent):
            await in_force(world)
            agent.roster = bad
            await until(lambda: issues(world) == ["update"])
            (issue,) = world.daemon.health.open()
            assert isinstance(issue.text.args["details"].args["why"], Message)  # in whoever's language
            world.beat()
            assert (world.daemon.in_force.people.zone, world.daemon.trust.number) == ("Asia/Ho_Chi_Minh", 1)
            agent.roster = roster(3)
            assert await world.daemon.uplink.holds(3, PATIENCE)
            await until(lambda: issues(world) == [])

    asyncio.run(run())


def test_a_roster_that_could_not_be_kept_is_asked_for_again(world, agent):
    """The disk is full when it comes: an Issue, and once there is room it holds."""

    async def run():
        async with connected(world, agent):
            await in_force(world)
            world.daemon.store.db = disk = FullDisk(world.daemon.store.db)
            agent.roster = roster(2)
            await until(lambda: "journal-unwritable" in issues(world))
            assert not await world.daemon.uplink.holds(2, 0.05)
            disk.full = False
            assert await world.daemon.uplink.holds(2, PATIENCE)

    asyncio.run(run())


def test_a_roster_that_cannot_be_kept_comes_into_force_once(world, agent):
    """Each try to keep it leaves nothing more to write, and the Issue stands until it is kept."""

    async def run():
        async with connected(world, agent):
            await in_force(world)
            daemon, tried, changes, adopted = world.daemon, [], [], []
            adopt = daemon.uplink.adopt
            daemon.uplink.adopt = lambda news: adopted.append(news.number) or adopt(news)
            daemon.health._changed = lambda issue, raised, _: changes.append((issue.id, raised))
            daemon.trust.keep_roster = lambda *_: tried.append(daemon.recorder.waiting) or unkept()
            agent.roster = roster(2, packs=(limit(10),))
            for times in range(1, 5):
                await until(lambda enough=times: len(tried) > enough)
                world.beat()
            assert (changes, set(tried)) == ([("journal-unwritable", True)], {0})
            assert adopted == [2]
            del daemon.trust.keep_roster
            assert await daemon.uplink.holds(2, PATIENCE)
            await asyncio.sleep(0.01)
            world.beat()
            assert changes == [("journal-unwritable", True), ("journal-unwritable", False)]

    def unkept():
        raise Unwritable("database or disk is full")

    asyncio.run(run())


def test_a_full_disk_is_told_nothing_of_each_try_to_deliver(world, agent):
    """What waits to be written does not grow, and the agent is not sent the same again and again."""

    async def run():
        async with connected(world, agent):
            await in_force(world)
            world.platform.run(1)
            world.daemon.store.db = disk = FullDisk(world.daemon.store.db)
            world.platform.run(2, "teeworlds")
            before = world.daemon.recorder.waiting, len(agent.got(Submit))
            for _ in range(5):
                world.daemon.uplink.work.set()
                await asyncio.sleep(0.05)
            assert (world.daemon.recorder.waiting, len(agent.got(Submit))) == before
            disk.full = False
            world.pass_time(2_000)
            await in_force(world)
            assert len(agent.got(Submit)) == before[1] + 1

    asyncio.run(run())


def test_whoever_waits_for_a_roster_waits_no_longer_than_said(world, agent):
    """One that is there already is there at once; one that does not come is not there."""

    async def run():
        async with connected(world, agent):
            assert await world.daemon.uplink.holds(1, PATIENCE)
            assert await world.daemon.uplink.holds(0, PATIENCE)
            assert not await world.daemon.uplink.holds(2, 0.02)

    asyncio.run(run())


def test_an_agent_that_does_not_know_the_seat_is_an_issue(world, agent):
    """It answers, so it is not away; it is asked again until it does."""

    async def run():
        agent.says[Enrol] = REFUSED
        async with connected(world, agent):
            await until(lambda: "agent-refuses" in issues(world))
            assert world.daemon.uplink.agent.reachable
            assert "agent-away" not in issues(world)
            assert agent.got(RosterGet) == []
            del agent.says[Enrol]
            await in_force(world)
            assert issues(world) == []

    asyncio.run(run())


def test_an_entry_that_is_the_agents_to_write_is_an_issue_at_the_seat(world, agent):
    """The agent takes nothing of it and says why; the seat keeps what it has."""

    async def run():
        async with connected(world, agent):
            assert await world.daemon.uplink.delivered(PATIENCE)
            size, told = agent.log.size, {"target": "place", "packs": (), "house": False}
            world.daemon.recorder.do(lambda chain: append(chain, PolicyChanged, world.daemon.uplink.now(), **told))
            assert not await world.daemon.uplink.delivered(0.05)
            await until(lambda: "agent-refuses" in issues(world))
            [issue] = [one for one in world.daemon.health.open() if one.id == "agent-refuses"]
            assert "policy.changed" in str(issue.text)
            assert agent.log.size == size
            assert world.daemon.recorder.journal.unsent() > 0

    asyncio.run(run())


def test_an_agent_that_was_there_and_is_not_any_more(world, agent):
    """It stops in the middle of a call."""

    async def run():
        async with connected(world, agent):
            await in_force(world)
            assert world.daemon.uplink.agent.reachable
            agent.says[Submit] = agent.says[Enrol] = GONE
            world.platform.run(1)
            await until(lambda: "agent-away" in issues(world))
            assert not world.daemon.uplink.agent.reachable
            agent.says.clear()
            await in_force(world)
            assert (world.daemon.uplink.agent.reachable, issues(world)) == (True, [])

    asyncio.run(run())


def test_an_agent_that_published_no_key_is_away(world, agent):
    """Nobody is believed without one."""

    async def run():
        agent.key_file.unlink()
        async with connected(world, agent):
            await until(lambda: "agent-away" in issues(world))
            assert agent.heard == []
            agent.publish()
            await in_force(world)
            assert issues(world) == []

    asyncio.run(run())


def test_who_keeps_the_published_keys_from_being_read_cuts_nobody_off(world, agent):
    """On Windows whoever may read a file can open it alone. Of whom no key is known, is not believed without."""
    held = PermissionError(13, "used by another process")
    held.winerror = 32

    def unread():
        raise held

    async def run():
        world.start()
        uplink = world.daemon.uplink
        read, uplink.keys = uplink.keys, unread
        async with connected(world, agent):
            await until(lambda: "agent-away" in issues(world))
            assert agent.heard == []
            uplink.keys = read
            await in_force(world)
            uplink.keys = unread
            before = len(agent.got(Enrol))
            uplink.become(uplink.seat)
            await until(lambda: len(agent.got(Enrol)) > before and uplink._enrolled)
            assert issues(world) == []
            log, registry = (signer(name) for name in ("giochoi/x", "giochoi/x/roster"))
            agent.says[Enrol] = Enrolled(seat="", log_key=log.vkey, roster_key=registry.vkey)
            uplink.become(uplink.seat)
            await until(lambda: "log-replaced" in issues(world))

    asyncio.run(run())


def test_an_older_agent_does_not_say_where_its_keys_are(world, agent):
    """A newer one does, at each first contact."""

    async def run():
        async with connected(world, agent):
            await in_force(world)
            assert world.daemon.uplink.kept == ""
            log, registry = agent.keys
            told = {"seat": "", "log_key": log.vkey, "roster_key": registry.vkey}
            agent.says[Enrol] = Enrolled(**told, kept="systemd-host")
            world.daemon.uplink.become(world.daemon.uplink.seat)
            await until(lambda: world.daemon.uplink.kept == "systemd-host")

    asyncio.run(run())


def test_who_answers_with_other_keys_than_published_is_not_pinned(world, agent):
    """Somebody else has the socket."""

    async def run():
        log, registry = (signer(name) for name in ("giochoi/x", "giochoi/x/roster"))
        agent.says[Enrol] = Enrolled(seat="", log_key=log.vkey, roster_key=registry.vkey)
        async with connected(world, agent):
            await until(lambda: "log-replaced" in issues(world))
            assert world.daemon.trust.keys is None

    asyncio.run(run())


def test_a_new_agent_is_met_at_once(world, agent):
    """Pinned before the old one was missed: the seat enrols under its new name and hands in its new chain, whoever waits."""

    async def run():
        async with connected(world, agent):
            await in_force(world)
            (former,) = agent.seats
            await asyncio.sleep(0.1)  # the line rests
            agent.become(signer("giochoi/new"), signer("giochoi/new/roster"))
            world.daemon.repair.mend(parse_vkey(agent.keys[0].vkey).fingerprint)
            await until(lambda: not world.daemon.recorder.journal.unsent())
            seat = world.daemon.store.get("seat").decode()
            assert set(agent.seats) == {former, seat}
            assert world.daemon.trust.checkpoint.size == agent.log.size > 0
            await until(lambda: issues(world) == [])

    asyncio.run(run())


def test_the_agent_hears_that_the_seat_is_alive_once_they_have_met(world, agent):
    """Not before, and an agent that is away is no fault."""

    async def run():
        world.start()
        await world.daemon.uplink.alive()
        async with connected(world, agent):
            await in_force(world)
            await world.daemon.uplink.alive()
            *_, alive = agent.got(Alive)
            assert (alive.wall, {alive.seat}) == (world.clock.wall(), set(agent.seats))
            agent.says[Alive] = REFUSED
            await world.daemon.uplink.alive()
        await world.daemon.uplink.alive()

    asyncio.run(run())


async def minutes(world, condition):
    """Until it holds: a look is left out while something is handed in, which looks itself, and comes again a minute later."""
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await world.daemon.uplink.alive()
            await asyncio.sleep(0.01)


def test_a_log_that_went_back_is_seen_before_anything_is_handed_in(world, agent, tmp_path):
    """It grew by others' entries and was shown; then an older copy is put in its place. Within a minute that is an Issue, also
    where the copy has grown past that head; the true log clears it. Nothing of it is written to the disk.
    """
    copies = []

    def stranger(count, mark):
        return [b'{"boot":"b","kind":"x","seat":"%s","seq":%d}' % (mark, seq) for seq in range(1, count + 1)]

    async def run():
        world.start()
        async with connected(world, agent):
            await until(lambda: world.daemon.trust.checkpoint is not None)
            await until(lambda: not world.daemon.uplink._waits())
            before = list(agent.log.entries())
            kept = world.daemon.store.get("checkpoint")
            agent.log.append(stranger(40, b"other"))
            await world.daemon.uplink.alive()
            assert world.daemon.trust.checkpoint.size == agent.log.size == len(before) + 40
            assert world.daemon.store.get("checkpoint") == kept
            true = agent.log
            for grown in (5, 60):
                copies.append(Log(tmp_path / f"back{grown}.db", world.log))
                copies[-1].append([*before, *stranger(grown, b"forged")])
                agent.log = copies[-1]
                await minutes(world, lambda: "log-replaced" in issues(world))
                agent.log = true
                await minutes(world, lambda: issues(world) == [] and not world.daemon.uplink._waits())

    try:
        asyncio.run(run())
    finally:
        for copy in copies:
            copy.close()


def test_what_a_witness_refuses_is_an_issue_until_it_signs_again(world, agent):
    """The agent tells it once a minute; what the seat itself saw of the log is as it was."""

    async def run():
        world.start()
        async with connected(world, agent):
            await until(lambda: world.daemon.trust.checkpoint is not None and not world.daemon.uplink._waits())
            agent.against = Message("w.example/w1: another")
            await minutes(world, lambda: issues(world) == ["witness-refuses"])
            (check,) = [one for one in world.daemon.health.open() if one.id == "witness-refuses"]
            assert "w.example/w1: another" in str(check.text)
            agent.against = None
            await minutes(world, lambda: issues(world) == [])

    asyncio.run(run())


def test_an_internal_error_in_an_adoption_is_an_issue_and_is_not_repeated(world, agent, caplog):
    """It is not blamed on the list of players; the next list is adopted."""

    async def run():
        async with connected(world, agent):
            world.daemon.errors.install()
            await in_force(world)
            tried, adopt = [], world.daemon.uplink.adopt
            world.daemon.uplink.adopt = lambda news: tried.append(news.number) or broken()
            note = world.agent.sign(msgspec.json.encode(roster(2)).decode() + "\n")
            agent.says[RosterGet] = SignedRoster(number=2, note=note)  # as often as it is asked
            agent.roster = roster(2)
            await until(lambda: len(agent.got(RosterGet)) > 10)
            world.beat()
            assert (tried, issues(world), world.daemon.trust.number) == ([2], ["internal-error"], 1)
            assert "our own fault" in caplog.text
            world.daemon.uplink.adopt = adopt
            del agent.says[RosterGet]
            agent.roster = roster(3)
            assert await world.daemon.uplink.holds(3, PATIENCE)
            world.pass_time(HOUR)
            assert issues(world) == []

    def broken():
        raise ValueError("our own fault")

    asyncio.run(run())
