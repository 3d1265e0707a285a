"""Entries are kept for thirteen months and no longer: the log begins later then, and what is left of it proves what it did."""

from __future__ import annotations

import asyncio
import json
from datetime import date
from functools import partial

import msgspec
import pytest

from agent.api.log import LogCard, LogExport, LogPrune, LogShow
from agent.api.players import PlayerErase, PlayerExport
from agent.api.seat import Submit
from agent.app import routes
from agent.recording.retention import Daily, boundary
from agent.registering import erased
from cli.report.reading import count
from compliance import bundle, entry
from compliance.__main__ import main
from compliance.entries.override import CodeUsed
from compliance.entries.seat import SeatStart, SeatStop
from compliance.format.keeping import LEAVES_MS
from compliance.format.tiles import WIDTH, encode_entries
from compliance.log import Log, LogError
from compliance.note import read_checkpoint
from compliance.reporting.counting import Counter
from compliance.reporting.periods import Period
from compliance.tree import leaf_hash, verify_consistency, verify_inclusion
from compliance.verify import verify
from compliance.verifying.bundle.begun import begun
from compliance.writing import pruning
from compliance.writing.logfile import unwritable
from host import backup
from host.backed_up import opened
from host.homes import Home
from host.wire import ApiError
from i18n.message import plain
from rules.calendar import DAY_MS
from tests.agent.conftest import MOTHER

MINUTE = 60_000


def tick(desk):
    asyncio.run(desk.agent.tick())


def exported(desk):
    return bundle.parse(b"".join(chunk.data for chunk in desk.ask("log.export", LogExport())))


def said(report):
    return [f"{plain(one.where)}: {plain(one.what)}" for one in report.failures]


@pytest.fixture
def years(an, make_seat, clock):
    """A seat and some 290 entries of two days, more than thirteen months ago; since then a few. Heads on the way."""
    seat = make_seat()
    an.ask("seat.enrol", seat.enrol)
    seat.add(SeatStart, version="1", watch="gate", clean=True, lost_from=None)
    hand_in(an, seat)
    heads = []
    for number in range(140):
        clock.run(17 * MINUTE)
        if number in {50, 100}:
            heads.append(an.ask("log.card", LogCard()).checkpoint)
            seat.add(CodeUsed, who="a", ms=1)
            hand_in(an, seat)
        tick(an)
    seat.add(SeatStop)
    hand_in(an, seat)
    clock.run(LEAVES_MS + DAY_MS)
    seat.add(SeatStart, version="1", watch="gate", clean=True, lost_from=None)
    hand_in(an, seat)
    tick(an)
    an.heads, an.seat = heads, seat
    return an


def hand_in(desk, seat):
    seat.seal()
    batch = seat.batch()
    desk.ask("log.submit", batch)
    seat.forget(msgspec.json.decode(batch.entries[-1])["seq"])


def test_old_entries_go_and_the_log_holds(years):
    """Told before, done once, said in the log, which verifies, and goes on to."""
    log = years.agent.log
    size = log.size
    told = years.ask("log.prune", LogPrune(dry=True))
    assert (log.begins, log.size) == (0, size)
    assert years.ask("log.prune", LogPrune()).entries == told.entries > 0
    assert log.begins == WIDTH
    assert told.entries == WIDTH - len(log.kept()) > WIDTH * 0.9
    assert [line["end"] for line in years.entries("pruned")] == [WIDTH]
    assert years.ask("log.prune", LogPrune()).entries == 0
    report = verify(exported(years))
    assert (said(report), report.beginning.begins, report.size) == ([], WIDTH, log.size)
    tick(years)
    assert said(verify(exported(years))) == []


def pruned(desk):
    """The report on what is left, once it was pruned."""
    desk.ask("log.prune", LogPrune())
    assert desk.agent.log.begins == WIDTH
    return verify(exported(desk))


def test_the_agent_does_it_daily(years):
    """By itself, if it was there the days before."""
    object.__setattr__(years.agent, "daily", Daily(years.agent.clock, years.agent.clock.wall() - DAY_MS))
    tick(years)
    assert years.agent.log.begins == WIDTH


def test_many_go_in_parts(years, monkeypatch):
    """Each with its entry; what was kept once is looked at again, and what is over by then is kept no longer."""
    monkeypatch.setattr("agent.recording.retention.boundary.__defaults__", (WIDTH,))
    for _ in range(WIDTH // 2):
        tick(years)
    years.agent.clock.run(LEAVES_MS + DAY_MS)
    kept = [index for index, _ in pruning.keeping(years.agent.log, 2 * WIDTH)]
    years.ask("log.prune", LogPrune())
    assert [line["end"] for line in years.entries("pruned")] == [WIDTH, 2 * WIDTH]
    assert said(verify(exported(years))) == []
    assert [index for index, _ in years.agent.log.kept()] == kept


def test_what_was_seen_before_is_still_the_beginning(years):
    """A card of an entry that is deleted, and one of now; a head that a witness has; any entry that is left."""
    for note in (*years.heads, years.ask("log.card", LogCard()).checkpoint):
        years.ask("log.prune", LogPrune())
        report = verify(exported(years), since=note)
        log, head = years.agent.log, read_checkpoint(note)
        assert (said(report), report.anchored) == ([], head.size)
        verify_consistency(head.size, log.size, log.consistency_proof(head.size), head.root, log.root)
    verify_inclusion(log.begins, log.size, leaf_hash(log.entry(log.begins)), log.inclusion_proofs((log.begins,))[0], log.root)


@pytest.mark.parametrize("when", ["before", "meanwhile"])
def test_a_crash_loses_nothing(years, monkeypatch, when):
    """Between the entry that says it and the deletion, or in the middle of that: the log is as it was, holds, and the next time
    it is done."""
    with monkeypatch.context() as patch:
        if when == "before":
            patch.setattr(Log, "prune", full)
        else:
            patch.setattr(pruning, "_RUNS", "DELETE FROM nothing WHERE ? = ?")
        with pytest.raises(ApiError):
            years.ask("log.prune", LogPrune())
    log = years.agent.log
    assert (log.begins, len(list(log.entries())), len(years.entries("pruned"))) == (0, log.size, 1)
    assert said(verify(exported(years))) == []
    assert said(pruned(years)) == []


def full(*_):
    raise unwritable("the disk is full")


def test_it_is_put_back_and_starts_again(years, open_desk, home, clock, tmp_path):
    """As it was before, to let go of it again, and as it was after."""
    made = [saved(home, tmp_path / "before", clock), pruned(years) and saved(home, tmp_path / "after", clock)]
    for number, (file, begins) in enumerate(zip(made, (0, WIDTH), strict=True)):
        other = Home(tmp_path / f"other-{number}", "given")
        other.root.mkdir()
        with opened(file) as held:
            (tmp_path / str(number)).mkdir()
            backup.restore(other, held, ("agent",), tmp_path / str(number))
        with open_desk(home=other) as desk:
            assert desk.agent.log.begins == begins
            tick(desk)
            assert said(pruned(desk)) == []


def saved(home, folder, clock):
    folder.mkdir()
    return backup.make(home, folder, clock.wall())


def test_nobody_calls_it_whole(years, tmp_path, capsys, clock, monkeypatch):
    """The page says where it begins and what was not judged, also to a machine; a report from where on it counts."""
    pruned(years)
    path = tmp_path / "log.zip"
    path.write_bytes(b"".join(chunk.data for chunk in years.ask("log.export", LogExport())))
    monkeypatch.setattr("compliance.__main__.wall", clock.wall)
    assert main([str(path), "--lang", "en"]) == 0
    page = " ".join(capsys.readouterr().out.split())
    assert f"Nothing is missing from entry {WIDTH} on, not anchored" in page
    assert f"Entries 0–{WIDTH - 1} were deleted after thirteen months" in page
    assert ("Whole" in page, "were not judged" in page, "is the owner's word" in page) == (False, True, True)
    assert main([str(path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["begins"], told["judged_from"] > WIDTH) == (WIDTH, True)
    assert {gap["kind"] for gap in told["gaps"]} == {"agent-silent", "ran-on"}  # of the year since
    counter = Counter(Period(date(2000, 1, 1), date(2999, 12, 31)))
    count(path, counter, "log.zip")
    assert counter.begun >= entry.decode(years.agent.log.entry(WIDTH)).wall
    assert counter.place.place == "home"


def test_who_asks_for_what_is_gone_is_told(years):
    """What is shown ends where the log begins. A seat that hands in what was deleted is told."""
    seat = years.seat
    first = tuple(years.agent.log.entry(years.agent.log.index(seat.id, seq)) for seq in (3, 4))
    pruned(years)
    lines = years.ask("log.show", LogShow(last=10_000)).lines
    assert lines[0].index == WIDTH
    with pytest.raises(ApiError, match="deleted from the log"):
        years.ask("log.submit", Submit(seat=seat.id, entries=first, payloads=()))
    with pytest.raises(LogError, match="are deleted"):
        list(years.agent.log.entries(0))


def test_a_person_is_exported_and_erased(years):
    """Of what is left: what was kept of the deleted entries, too."""
    pruned(years)
    lines = json.loads(b"".join(chunk.data for chunk in years.ask("player.export", PlayerExport(player="an"))))["log"]
    kept = [index for index, data in years.agent.log.kept() if json.loads(data)["kind"] == "policy.changed"]
    assert [line["index"] for line in lines][: len(kept)] == kept != []
    years.ask("player.erase", PlayerErase(player="an"))
    assert said(verify(exported(years))) == []


@pytest.mark.parametrize("reader", ["log.export", "player.export", "player.erase"])
def test_nothing_goes_while_the_log_is_read(years, monkeypatch, reader):
    """What is due waits for its end; by hand it is refused."""
    monkeypatch.setattr("agent.recording.chunks._SIZE", 1)
    monkeypatch.setattr("agent.recording.person._AT_ONCE", 1)
    object.__setattr__(years.agent, "daily", Daily(years.agent.clock, years.agent.clock.wall() - DAY_MS))
    asked = {"log.export": LogExport(), "player.export": PlayerExport(player="an"), "player.erase": PlayerErase(player="an")}
    asyncio.run(in_between(years.agent, routes(years.agent)[reader].handler(MOTHER, asked[reader])))
    assert years.agent.log.begins == 0
    tick(years)
    assert years.agent.log.begins == WIDTH


async def in_between(agent, answer):
    """Prunes when the answer has begun; all that follows of it comes. One that nobody waits for any more is over."""
    prune = routes(agent)["log.prune"].handler
    if hasattr(answer, "__anext__"):
        await anext(answer)
    else:
        answer = asyncio.ensure_future(answer)
        await asyncio.sleep(0)
    await agent.tick()
    with pytest.raises(ApiError, match="is being exported"):
        await prune(MOTHER, LogPrune())
    await agent.prune("me")  # one that had begun before
    if isinstance(answer, asyncio.Future):
        await answer
    else:
        assert [chunk async for chunk in answer]
        cut_off = routes(agent)["log.export"].handler(MOTHER, LogExport())
        await anext(cut_off)
        await cut_off.aclose()


def test_what_is_younger_stays(an, clock):
    """Where the agent's next entry is not old enough, a tile more stays: nobody could tell that it was."""
    for _ in range(WIDTH // 2 + 5):
        tick(an)
    clock.run(LEAVES_MS + DAY_MS)
    now, log = clock.wall(), an.agent.log
    assert [boundary(log, one, now) for one in (WIDTH - 1, WIDTH, WIDTH + 2, log.size)] == [0, 0, WIDTH, WIDTH]
    clock.step(-2 * DAY_MS)
    assert an.ask("log.prune", LogPrune(dry=True)).entries == 0


def test_it_does_not_begin_where_the_clock_was_behind(an, clock):
    """As at a start with an empty battery: two days from then on were over long before what is left was played."""
    at, log = clock.wall(), an.agent.log
    behind = range(2 * WIDTH - 2, 2 * WIDTH + 4)
    while log.size < 2 * WIDTH + 20:
        clock.step(at - (20 * 365 * DAY_MS if log.size in behind else 0) - clock.wall())
        tick(an)
    now = at + LEAVES_MS + DAY_MS
    assert [entry.decode(log.entry(index)).wall < at for index in (WIDTH, 2 * WIDTH)] == [False, True]
    assert boundary(log, log.size, now) == WIDTH


def test_the_logs_own_clock_is_not_believed_alone(years, clock):
    """Whoever verifies has one, and so had the witnesses: what no head of then had came later."""
    pruned(years)
    found = exported(years)
    assert said(verify(found, now=clock.wall())) == []
    assert said(verify(found, now=clock.wall() - 30 * DAY_MS)) == [BEHIND]  # who has not the right time accuses nobody
    wall = entry.decode(years.agent.log.entry(WIDTH)).wall
    for size, at, told in ((WIDTH, wall + 9 * DAY_MS, []), (99, wall + 9 * DAY_MS, [YOUNG]), (99, wall - DAY_MS, [])):
        start = begun(found.members, years.agent.log.size)
        for index, data in enumerate(years.agent.log.entries(), WIDTH):
            start.take(index, entry.decode(data))
        start.finish([(size, at)])
        assert said(start) == told


@pytest.fixture
def members(years):
    pruned(years)
    return dict(exported(years).members)


NOT_SAID = f"kept: entries before number {WIDTH} are missing, and the log does not say that it deleted just these"
YOUNG = "kept: entries were deleted that were not thirteen months old"
BEHIND = (
    "kept: entries were deleted that are thirteen months old by the log's clock, and not by this PC's, which is behind it: "
    "which of the two is wrong cannot be told from here; set this PC's clock and look again"
)
NOTHING = "kept: it does not say where the log begins"


def test_lies_show(members):
    """Of whoever deletes something else than the log says, or keeps what nobody wrote."""
    begins, kept, first = members["kept"][:8], members["kept"][8:], 10 + int.from_bytes(members["kept"][16:18], "big")
    size = members["checkpoint"].split(b"\n")[1].decode()
    lies = {
        "tile/entries/000: it is not in the bundle": {"kept": None},
        NOT_SAID: {"kept": begins + kept[first:]},
        "kept: entry 1 is not the one of the tree": {"kept": members["kept"].replace(b'"zone":', b'"z0ne":', 1)},
        f"tile/entries/000: a log of {size} entries does not have this file": {"tile/entries/000": encode_entries([b"x"])},
        "tile/0/000: it is not in the bundle": {"tile/0/000": None},
        "tile/0/000: it should have 8192 bytes and has 32": {"tile/0/000": bytes(32)},
    }
    for expected, changes in ({None: {}} | lies).items():
        changed = {name: data for name, data in (members | changes).items() if data is not None}
        assert expected in (said(verify(bundle.Bundle(changed))) or [None])
    odd = (b"", bytes(8), (255).to_bytes(8, "big"), (2**63).to_bytes(8, "big"), begins + bytes(100))
    for data in (*odd, begins + kept[first:] + kept, begins + begins + kept[8:first]):
        assert said(verify(bundle.Bundle(members | {"kept": data}))) == [NOTHING]


def test_a_kept_entry_of_no_day_is_one_too(members, monkeypatch):
    monkeypatch.setattr("compliance.verify._datable", lambda line: line.seq != 1)
    found = said(verify(bundle.Bundle(members)))
    assert any(one.startswith("entry 0 (the agent, seq 1") and one.endswith("beyond every calendar") for one in found)


def test_what_was_not_old_is_a_failure(years, clock):
    """The owner deletes what an inspector would come for."""
    desk, log = years, years.agent.log
    for _ in range(WIDTH // 2):
        tick(desk)
    end = 2 * WIDTH
    kept = pruning.keeping(log, end)
    desk.agent.change(partial(erased.cut, end=end, kept=kept), "me")
    log.prune(end, [index for index, _ in kept])
    assert said(verify(exported(desk))) == [YOUNG]
