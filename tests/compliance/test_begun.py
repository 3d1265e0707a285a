"""A log whose first entries are deleted accuses nobody of what is gone, wherever it begins, and still shows what is false."""

from __future__ import annotations

from collections import Counter

import pytest

from compliance import entry
from compliance.audit import Auditor
from compliance.entries.decision import LaunchRefused
from compliance.entries.log import AgentTick, Erasure, Pruned
from compliance.entries.override import Paused, Resumed
from compliance.entries.place import PackLine, PlaceChanged, PolicyChanged
from compliance.entries.play import PlayEnded, Warned
from compliance.entries.seat import SeatStop, ZoneChanged
from compliance.format import kept as member
from compliance.format.chain import AGENT
from compliance.format.keeping import Keeping
from compliance.format.kept import Kept
from compliance.reporting.watched import Watched
from compliance.verifying import listed
from compliance.verifying.bundle import begun
from compliance.verifying.bundle.chains import Chains
from compliance.verifying.bundle.heads import Windows
from compliance.verifying.report import NOWHERE
from compliance.verifying.sums import adding
from i18n.message import plain
from tests.compliance import real_days
from tests.compliance.log_mutations import numbered, sealed

DAY = 24 * 3_600_000
MINUTE = 60_000
ONCE = {"not-decidable"}  # at the first that is judged


def said(found):
    return [f"{plain(one.where)}: {plain(one.what)}" for one in found]


def kept_of(entries):
    keeping = Keeping()
    for index, data in entries:
        keeping.take(index, data)
    known = dict(entries)
    return [(index, known[index]) for index in keeping.kept()]


def begins(entries, key, texts, at):
    """What is said of these entries, as far as it is judged, where those before number `at` are deleted; and how many of these
    are kept."""
    kept = kept_of(list(enumerate(entries[:at])))
    start, chains, auditor = begun.Begun(Kept(at, tuple(kept))), Chains(key), Auditor(texts)
    for index, line, data in start.lines():
        chains.take(index, line, data, kept=True)
        auditor.keep(index, line)
    for index, data in enumerate(entries[at:], at):
        line = entry.decode(data)
        chains.take(index, line, data)
        auditor.take(index, line, judged=start.take(index, line))
    chains.finish()
    return chains.failures, start.judged(auditor.finish(), len(entries)), kept


@pytest.mark.parametrize("kind", ["home", "point"])
def test_nobody_is_accused_of_what_is_gone(kind, tmp_path, make_clock, monkeypatch, soak):
    """After a day, in three: what is found is what was found of the whole log, or of the same kind where that is told once."""
    days = getattr(real_days, kind)(tmp_path, make_clock)
    monkeypatch.setattr(begun, "RUN_IN_MS", DAY)
    entries = sealed(numbered([entry.decode(entry.encode(line)) for line in days.lines]), days.signers)
    texts, key = real_days.TEXTS, days.signers[AGENT].key
    _, whole, _ = begins(entries, key, texts, 0)
    found, kinds = {(one.kind, plain(one.where)) for one in whole.findings}, {one.kind for one in whole.findings}
    gaps = {(gap.seat, gap.end, gap.kind) for gap in whole.gaps}
    for at in range(29, len(entries), soak(len(entries) // 5, 3)):
        failures, audit, kept = begins(entries, key, texts, at)
        assert said([*failures, *audit.failures]) == [], at
        assert {(one.kind, plain(one.where)) for one in audit.findings if one.kind not in ONCE} <= found, at
        assert {one.kind for one in audit.findings} <= kinds, at
        assert {(gap.seat, gap.end, gap.kind) for gap in audit.gaps} <= gaps, at
        assert len(kept) < 30
        assert kept_of([*kept, *enumerate(entries[at : at + 50], at)]) == kept_of(list(enumerate(entries[: at + 50])))


def read_back(site, at):
    site.deliver()
    return begins(list(site.log.entries()), site.signer.key, {}, at)


def ticking(site, ms, *, asleep=False):
    for _ in range(0, ms, DAY // 4):
        (site.clock.sleep if asleep else site.clock.run)(DAY // 4)
        site.agent.add(AgentTick, seats={}, silent=())
    site.deliver()


def test_what_is_false_shows_still(site, seat):
    """From the third day on, by what was kept: a place that the log does not have, a chain that goes on elsewhere."""
    site.deliver()
    at = site.log.size
    ticking(site, 3 * DAY)
    seat.refuse(site.pack())
    site.deliver()
    seat.add(PlayEnded, play=99, who="child", game="luanti", since=1, ms=1, how="asked", late=False)
    failures, audit, _ = read_back(site, at)
    assert not failures
    assert any("no play 99 of this seat is open" in one for one in said(audit.failures))
    entries = list(site.log.entries())
    lost = [data for data in entries[at:] if entry.decode(data).seq != entry.decode(entries[at]).seq]
    failures, _, _ = begins([*entries[:at], *lost], site.signer.key, {}, at)
    assert any("the chain of its seat is broken" in one for one in said(failures))


def test_no_more_is_kept_than_what_goes_on(site, seat):
    """Of what is deleted nobody chooses what an inspector sees."""
    site.honest_day()
    whole = tuple(enumerate(site.log.entries()))
    for entries, told in ((whole, 1), (tuple(kept_of(whole)), 0)):
        start = begun.Begun(Kept(256, entries))
        assert len(list(start.lines())) == len(entries)
        assert said(start.failures) == ["kept: more is kept of what was deleted than what goes on"][:told]


def test_a_member_is_read_as_it_was_written():
    entries = ((3, b"a" * 64), (7, b"b" * 300))
    assert member.read(member.write(256, entries)) == Kept(256, entries)


def nothing_open(seat):
    seat.add(PlayEnded, play=99, who="child", game="luanti", since=1, ms=1, how="asked", late=False)


def mono_back(seat):
    clock = seat.site.clock
    seat.add(ZoneChanged, before="b", after="a")
    seat.journal.append(ZoneChanged, mono=clock.mono() - 60 * MINUTE, wall=clock.wall(), before="a", after="b")


def agents(kind, **fields):
    return lambda seat: seat.site.agent.add(kind, **fields)


PACK = PackLine("x", "0" * 64, {}, True)
LIES = {
    "clock": (mono_back, "the clock that play is counted on goes back by 3600 s, which it cannot"),
    "faults": (nothing_open, "no play 99 of this seat is open"),
    "listed": (lambda seat: seat.add(ZoneChanged, before="a", after="b"), "the time zone of the PC was changed: a → b"),
    "tally": (
        lambda seat: seat.add(Warned, who="a", play=99, game="g", left=1, rule=None, shown=False),
        "it is of no play of its seat (1 time)",
    ),
    "erased": (agents(Erasure, who="a", before=None, payloads=1),
               "all personal data of 1 person was erased; what the log says of them holds without it"),
    "rules": (agents(PolicyChanged, target="new", packs=(PACK,), house=False), "x is a pack of the place's own"),
    "pause": (lambda seat: seat.add(Paused, id=str(seat.site.clock.wall()), who=None, until=None),
              "play was paused 1 time"),
}  # fmt: skip


@pytest.mark.parametrize("lie", LIES)
def test_what_is_not_judged_hides_nothing(lie, site, seat, monkeypatch):
    """What is told once, or of which the first thousand are listed, is told of what comes later."""
    act, text = LIES[lie]
    monkeypatch.setattr(listed, "MOST", 1)
    site.agent.add(PlaceChanged, place="game-point", zone="Asia/Ho_Chi_Minh", hours="")
    site.place = "game-point"
    site.deliver()
    at = site.log.size
    ticking(site, DAY)
    for _ in range(2):
        act(seat)
        site.deliver()
    ticking(site, 3 * DAY)
    judged = site.log.size
    act(seat)
    failures, audit, _ = read_back(site, at)
    found = [one for one in (*failures, *audit.failures, *audit.findings) if plain(one.what) == text]
    assert [int(one.where.args.get("number", judged)) >= judged for one in found] == [True]
    assert not found[0].others


def test_nor_does_what_came_late(site):
    """By the witnesses' clocks; and what only the agent may say is false wherever a seat says it."""
    windows = Windows([(10, 10 * DAY), (20, 20 * DAY)])
    for index, where in ((12, NOWHERE), (13, "here"), (5, NOWHERE), (6, "there")):
        windows.take(index, where, "pc", DAY if index > 10 else 12 * DAY)
    assert [(one.kind, one.where) for one in windows.findings()] == [("late", "here"), ("ahead", "there")]


class Gaps:
    def __init__(self):
        self.told = []

    def alive(self, *_):
        pass

    def gap(self, _, seat, start, end, how):
        self.told.append((seat, how))


def test_a_seat_that_another_followed_is_not_missed_for_ever(site, seat):
    """The start that says so is the first of several."""
    seat.alive(site.clock.wall())
    site.clock.run(DAY)
    other = site.enrol("pc-2")
    for told in ({"clean": False, "lost_from": site.clock.wall() - 1000, "follows": seat.name}, {}, {}):
        other.start(**told)
        site.clock.run(60 * MINUTE)
        other.stop()
    site.deliver()
    at = site.log.size
    ticking(site, 3 * DAY)
    other.start()
    site.agent.add(AgentTick, seats={}, silent=(seat.name,))
    _, audit, kept = read_back(site, at)
    assert not [one for one in audit.findings if one.kind == "silent"]
    follows = [getattr(entry.decode(data), "follows", None) for _, data in kept]
    assert follows.count(seat.name) == 1
    figures = Watched(gaps := Gaps())
    for index, data in (*kept, *list(enumerate(site.log.entries()))[at:]):
        figures.take(index, entry.decode(data))
    figures.finish(AGENT, site.clock.wall() + DAY)
    assert seat.name not in {name for name, _ in gaps.told}


def test_many_lies_about_the_beginning_are_counted(monkeypatch):
    monkeypatch.setattr(listed, "MOST", 2)
    start = begun.Begun()
    for index in range(10):
        start.take(index, Pruned(
            v=1, seat=AGENT, boot="b", seq=index + 1, prev="", mono=0, wall=1, secret=None, end=1, kept="x"
        ))  # fmt: skip
    assert [one.others for one in start.failures] == [8, 0]


def test_what_is_kept_is_the_agents_to_say_and_of_a_day(site, seat):
    """As of what is left: a seat does not say what place it is, and nothing is of the year 9999."""
    site.deliver()
    fields = {"v": 1, "seat": seat.name, "boot": "b", "seq": 9, "prev": "", "mono": 0, "wall": 1, "secret": None}
    auditor = Auditor({})
    auditor.keep(7, PlaceChanged(place="game-point", zone="Asia/Ho_Chi_Minh", hours="", **fields))
    audit = auditor.finish()
    assert said(audit.failures) == [
        f"entry 7 (seat {seat.name}, seq 9, place.changed): only the agent can say this, not a seat"
    ]  # fmt: skip
    assert audit.overview.places == ()


def test_a_pause_of_one_that_is_taken_back_on_another_day_is_over():
    """By then its player has another pseudonym; one of everybody goes on when one is let off."""
    common = {"v": 1, "seat": "pc", "boot": "b", "prev": "", "mono": 0, "wall": 1, "secret": None, "id": "p"}
    for who, left in (("monday", []), (None, [0, 1])):
        keeping = Keeping()
        for index, line in enumerate((
            Paused(seq=1, who=who, until=None, **common), Resumed(seq=2, who="tuesday", how="taken back", **common),
            SeatStop(**{**{name: value for name, value in common.items() if name != "id"}, "seq": 3}),
        )):  # fmt: skip
            keeping.take(index, entry.encode(line))
        assert keeping.kept() == [*left, 2]


def test_of_many_lies_few_are_held(site, seat, monkeypatch):
    """Decisions by a place that never was, of sums that no plays make, under one label after the other: all are counted."""
    monkeypatch.setattr(listed, "MOST", 1)
    monkeypatch.setattr(adding, "_MOST_OFF", 4)
    fields = seat.decided(site.pack(), label=1)
    before = dict.fromkeys(fields["before"], 5)
    for label in range(8):
        changed = {**fields, "place": "agent-without-games", "before": before, "label": label}
        seat.add(LaunchRefused, how="gate", **changed)
    site.deliver()
    auditor = Auditor({})
    for index, data in enumerate(site.log.entries()):
        auditor.take(index, entry.decode(data))
    assert (len(auditor._table._late) <= 16, len(auditor._adding._off) <= 4) == (True, True)
    audit = auditor.finish()
    counts = Counter()
    for one in audit.failures:
        counts[one.what.id] += 1 + one.others
    assert counts["it is of a place that this was not: {place}"] == 8
    assert counts["its sum {sum} is {told}; its plays add up to {known}"] == 24
