"""The agent's own chain: in agent.db with the change, in the log once, whatever interrupts."""

from __future__ import annotations

import shutil

import pytest

from agent.api.log import LogShow
from agent.api.players import LimitSet, PlayerAdd
from agent.errors import StartError
from agent.registering.limits import limit_set
from compliance.entry import decode
from compliance.format.chain import AGENT, Chain
from compliance.log import LogError
from compliance.writing.payloads import PayloadError
from host.homes import Home


def chain_of(desk):
    """Follow the agent's chain through the log; every entry once, in order, sealed by the log's key."""
    chain = Chain(AGENT, desk.agent.keys.log.key)
    for data in desk.agent.log.entries():
        chain.follow(decode(data), data)
    assert chain.open == 0
    return chain.head.seq


def test_a_new_log_says_first_who_writes_it_and_what_place_it_is(desk):
    """Before anything else can be in it."""
    assert [entry["kind"] for entry in desk.entries()] == ["seat.enrolled", "place.changed"]
    assert desk.entries()[0]["key"] == desk.agent.keys.log.vkey


def test_every_change_is_logged_when_it_is_answered(an):
    """Nothing waits where the disk is well."""
    size = chain_of(an)
    an.ask("limit.set", LimitSet(player="an", ms=0))
    assert chain_of(an) == size + 2


@pytest.mark.parametrize("step", ["log.append_batch", "payloads.put", "chain._journal.forget"])
@pytest.mark.parametrize("before", [True, False])
def test_a_crash_between_two_databases(an, open_desk, monkeypatch, step, before):
    """Before or after each step of a delivery: the next start ends it, and nothing is there twice or without its payload."""
    *path, name = step.split(".")
    part = an.agent
    for attribute in path:
        part = getattr(part, attribute)
    real = getattr(part, name)

    def crash(*args):
        if not before:
            real(*args)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(type(part), name, lambda _, *args: crash(*args))
        with pytest.raises(KeyboardInterrupt):
            an.agent.change(limited, "me")
    an.agent.close()
    copy = an.agent.home.root.with_name(an.agent.home.root.name + "-copy")
    shutil.copytree(an.agent.home.agent, copy / "agent")
    try:
        check_after_crash(copy, open_desk)
    finally:
        shutil.rmtree(copy)


def limited(change):
    return limit_set(change, LimitSet(player="an", ms=77))


def check_after_crash(root, open_desk):
    with open_desk(home=Home(root, "given")) as desk:
        chain_of(desk)
        assert desk.player("an").packs[-1].budgets[0].ms == 77
        lines = [line for line in desk.ask("log.show", LogShow()).lines if '"what":"limit.set"' in (line.payload or "")]
        assert len(lines) == 1


@pytest.mark.parametrize("part", ["log", "payloads"])
def test_a_full_disk_keeps_entries_waiting(an, part):
    """The change is durable and answered; what it recorded goes in when there is room, and only once."""
    raw = getattr(an.agent, part)._connection
    (pages,) = raw.execute("PRAGMA page_count").fetchone()
    raw.execute(f"PRAGMA max_page_count = {pages}")
    for number in range(60):
        an.ask("player.add", PlayerAdd(name=f"Bạn {number} " + "x" * 70, guardian="Mẹ"))
    assert len(an.roster.players) == 61
    with pytest.raises((LogError, PayloadError), match="full"):
        an.agent.deliver(strict=True)
    raw.execute("PRAGMA max_page_count = 1000000")
    an.agent.deliver(strict=True)
    chain_of(an)
    lines = an.ask("log.show", LogShow(last=1000)).lines
    assert len([line for line in lines if '"what":"player.add"' in (line.payload or "")]) == 61


def backup(home, *names):
    return {name: (home.agent / name).read_bytes() for name in names}


def restore(home, kept):
    for name, content in kept.items():
        (home.agent / name).write_bytes(content)


@pytest.mark.parametrize(("old", "told"), [("log.db", "log.db is older"), ("agent.db", "agent.db does not match")])
def test_half_a_backup_is_not_gone_on_with(open_desk, home, old, told):
    """Two histories under one key would be the end of the log's credit. Nothing is written."""
    with open_desk() as desk:
        desk.ask("player.add", PlayerAdd(name="An"))
    kept = backup(home, old)
    with open_desk() as desk:
        desk.ask("player.add", PlayerAdd(name="Bình"))
    restore(home, kept)
    before = backup(home, "agent.db", "log.db", "payload.db")
    with pytest.raises(StartError, match=told), open_desk():
        pass
    assert backup(home, "agent.db", "log.db", "payload.db") == before


def test_a_whole_backup_is(open_desk, home):
    """Seats will see that the tree is smaller; the agent itself goes on."""
    with open_desk() as desk:
        desk.ask("player.add", PlayerAdd(name="An"))
    kept = backup(home, "agent.db", "log.db", "payload.db")
    with open_desk() as desk:
        desk.ask("player.add", PlayerAdd(name="Bình"))
    restore(home, kept)
    with open_desk() as desk:
        assert [player.id for player in desk.roster.players] == ["an"]
        chain_of(desk)


@pytest.mark.parametrize("gone", ["agent.db", "log.db", "log.key"])
def test_a_missing_half_is_no_first_start(open_desk, home, gone):
    """A new registry or key beside an old log, or a new log beside an old registry, is never made by itself."""
    with open_desk() as desk:
        desk.ask("player.add", PlayerAdd(name="An"))
    (home.agent / gone).unlink()
    with pytest.raises(StartError, match="gone"), open_desk():
        pass
    assert not (home.agent / gone).exists()
