"""Programs that no game's entry names and no administrator installed: listed, counted as one game, or refused."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from daemon.api.messages import ProgramsGet, WhyGet
from daemon.platforms.api import ProgramStopped
from daemon.reporting.doctor import programs_check
from daemon.store import MOST_LISTED
from daemon.unknown_programs import AGAIN_MS, MOST, THEN_MS, ProgramLines
from rules.games import UNKNOWN_GAME, Fingerprint, Game
from rules.installed import READ_AT_ONCE, LetProgram, OnlyInstalled
from tests.daemon.test_api import FRIEND, PARENT, ask
from tests.daemon.test_honest import audited
from tests.daemon.world import MINUTE, limit, roster, shipped

OWN = Fingerprint("/home/an/own", 10, "aa", "b1")
SUMS = LetProgram(name="sums", sha256="aa", size=10, build_id="b1")


def strict(number=1, *programs, unknown="refused", **more):
    base = roster(number, **more)
    [an] = base.players
    return msgspec.structs.replace(base, players=(msgspec.structs.replace(an, unknown=unknown, programs=programs),))


def start(world, pid, file=OWN, account="an", **more):
    world.clock.run(10)
    return world.platform.launch(file, account=account, pid=pid, strange=True, **more)


def refused(world):
    return [(one.how, one.sha256, one.size) for one in world.journal("program.refused")]


def test_it_is_ended_and_the_log_says_what_it_was(world):
    world.start(strict())
    start(world, 1)
    assert (world.platform.ended, refused(world)) == ([1], [("ended", "aa", 10)])
    assert b"/home/an" not in b"".join(msgspec.json.encode(one) for one in world.journal("program.refused"))


def test_the_gate_refuses_for_that_account_alone(world):
    """What a guardian let through is in what it answers from, at once."""
    world.start(strict(1, SUMS, approved=("chess",)))
    assert world.platform.refusals.only == {"an": OnlyInstalled((SUMS,), frozenset({"chess"}))}
    world.adopt(strict(2, unknown="listed"))
    assert world.platform.refusals.only == {}


def test_what_nobody_can_read_is_ended_too(world):
    """Whoever holds up the reading of a script hides what it is. Not where it ran before, nor what an interpreter runs that may
    run anybody's scripts.
    """
    world.start(strict(unknown="listed"))
    python = Fingerprint("/usr/bin/python3", 10, "aa", "b1")
    start_unread(world, 1, python)
    world.adopt(strict(2))
    start_unread(world, 2, python)
    assert (world.platform.ended, len(refused(world))) == ([2], 1)
    world.adopt(strict(3, replace(SUMS, interpreter="python")))
    start_unread(world, 3, python)
    assert world.platform.ended == [2]


def start_unread(world, pid, file=OWN, account="an"):
    world.clock.run(10)
    return world.platform.launch(file, account=account, pid=pid, unread=True)


def test_what_the_gate_stopped_is_recorded(world):
    world.start(strict())
    world.daemon.loop.observe(ProgramStopped("an", OWN, 1, world.clock.mono()))
    world.daemon.loop.observe(ProgramStopped("binh", OWN, 1, world.clock.mono()))
    assert (world.platform.ended, refused(world)) == ([], [("gate", "aa", 10)])


def test_a_file_of_any_size_is_recorded(world):
    """A sparse one is as large as its owner says."""
    world.start(strict())
    start(world, 1, Fingerprint("/home/an/\udcff", 2**63 - 1))
    assert (refused(world), world.daemon.recorder.lost) == ([("ended", None, 2**53 - 1)], 0)


def test_what_was_let_through_goes_on_when_that_is_taken_back(world):
    """It is judged when it starts. Anew it does not start."""
    world.start(strict(1, SUMS))
    start(world, 1)
    world.adopt(strict(2))
    world.pass_time(5 * MINUTE)
    assert world.platform.ended == []
    start(world, 2)
    assert world.platform.ended == [2]


def test_what_runs_when_it_is_switched_on_goes_on(world):
    """But not what is found after a start of the daemon: who could end that had a free hour."""
    world.start(strict(unknown="listed"))
    start(world, 1)
    world.adopt(strict(2))
    world.pass_time(5 * MINUTE)
    start(world, 2)
    assert world.platform.ended == [2]
    world.stop()
    world.start()
    assert world.platform.ended == [2, 1]


@pytest.mark.promise("Unknown programs: A large file is judged once its content is read")
def test_a_large_file_is_judged_when_its_content_is_known(world):
    """Until then it may run, if it looks like what was let through."""
    size = READ_AT_ONCE + 1
    world.start(strict(1, replace(SUMS, size=size)))
    seen = start(world, 1, Fingerprint("/home/an/own", size, None, "b1"))
    assert world.platform.ended == []
    known = Fingerprint("/home/an/own", size, "ab", "b1")
    world.platform.programs[seen.identity] = replace(seen, files=(known,), foreign=(known,))
    world.daemon.loop.scan(world.daemon.loop.read(), 0)
    assert world.platform.ended == [1]


def test_a_game_that_may_not_be_played_is_refused_as_that(world):
    world.start(strict(packs=(limit(0),)))
    world.platform.launch(Fingerprint("/usr/games/luanti", 1000), pid=1, strange=True)
    assert (world.platform.ended, refused(world)) == ([1], [])
    assert len(world.journal("launch.refused")) == 1


def test_status_says_it(world):
    world.start(strict())
    assert world.status().unknown == "refused"
    [an] = world.daemon.in_force.people.players
    assert [[one.ok for one in programs_check(an, kind)] for kind in ("gate", "events", "poll")] == [[True], [False], [False]]


@pytest.mark.parametrize("known", ["sha256", "build_id"])
def test_a_thousand_tries_are_a_few_lines(known):
    lines = ProgramLines()
    every = [Fingerprint("/home/an/x", 1, **{known: str(number)}) for number in range(1000)]
    assert sum(lines.worth_one("an", file, 0) for file in every) == MOST
    assert sum(lines.worth_one("an", file, THEN_MS) for file in reversed(every)) == 1
    assert lines.worth_one("binh", every[0], 0)
    assert not lines.worth_one("an", every[0], AGAIN_MS - 1)
    assert lines.worth_one("an", every[0], AGAIN_MS)


# --- counts ----------------------------------------------------------------------------------------------------------------


@pytest.mark.promise("Unknown programs: With `counts`, all unknown programs are one game")
def test_other_programs_that_count_are_one_game_in_the_total(world):
    """Two programs at once count once, together with games. The play is warned and ended with time to save; what starts then is
    refused, by the gate too. The log is whole.
    """
    world.start(strict(unknown="counts", packs=(limit(30),)))
    start(world, 1)
    world.pass_time(10 * MINUTE)
    start(world, 2, Fingerprint("/home/an/other", 5))
    world.platform.run(3)
    assert "an" not in world.platform.refusals.only
    world.pass_time(21 * MINUTE)
    assert (world.used(), world.platform.programs) == (pytest.approx(1810.0, abs=10), {})
    assert world.platform.refusals.only == {"an": OnlyInstalled(named=True)}
    start(world, 4)
    world.pass_time(10 * MINUTE)
    world.daemon.loop.observe(ProgramStopped("an", OWN, 5, world.clock.mono()))
    lines = world.journal("play.started", "warned", "play.due", "play.ended", "launch.refused")
    kinds = [msgspec.to_builtins(one)["kind"] for one in lines if one.game == "unknown"]
    assert kinds.count("play.started") == kinds.count("play.due") == kinds.count("play.ended") == 1
    assert kinds.count("launch.refused") == 2
    assert "warned" in kinds
    assert world.journal("program.refused") == []
    assert audited(world.journal()).failures == ()


def test_they_may_have_a_limit_of_their_own_and_nobody_is_asked_about_them(world):
    """Other games go on, also one of the player's own that is known by name; no rule asks for a label that they cannot have."""
    asks = shipped("home-school-week")
    world.start(strict(unknown="counts", packs=(limit(5, per="game", games=("unknown",)), asks)))
    assert world.daemon._judge.rule(an(world), UNKNOWN_GAME, world.daemon.loop.read()).decision.verdict == "allow"
    start(world, 1)
    world.pass_time(20 * MINUTE)
    assert world.platform.programs == {}
    world.platform.launch(Fingerprint("/home/an/luanti", 1000), pid=2, strange=True)
    assert [one.game for one in world.journal("play.started")] == ["unknown", "luanti"]
    assert world.platform.refusals.only["an"].lets(Fingerprint("/home/an/luanti", 1000), world.platform.refusals.catalogue)


def an(world):
    [found] = world.daemon.in_force.people.players
    return found


def test_a_program_that_was_let_through_does_not_count(world):
    world.start(strict(1, SUMS, unknown="counts", packs=(limit(30),)))
    start(world, 1)
    assert world.journal("play.started") == []
    assert listed(world) == {}


def test_programs_that_run_when_they_come_to_count_have_time_to_save(world):
    """They had begun against no rule. The log says what changed."""
    world.start(strict(unknown="listed", packs=(limit(0),)))
    start(world, 1)
    world.clock.run(10)
    world.adopt(strict(2, unknown="counts", packs=(limit(0),)))
    [begun] = world.journal("play.started")
    assert (begun.game, begun.match, begun.ran, world.platform.programs != {}) == ("unknown", ("unknown",), "game", True)
    world.pass_time(3 * MINUTE)
    assert world.platform.programs == {}


@pytest.mark.promise("Unknown programs: A program that cannot be read in time is unknown")
def test_an_unread_program_is_ended_only_where_unknown_programs_may_not_run(world):
    """With `listed` it is free even when the player may play nothing."""
    world.start(strict(unknown="listed", packs=(limit(0),)))
    start_unread(world, 1)
    assert world.platform.ended == []
    world.stop()
    world.platform.exit(1)
    world.start(strict(2, unknown="counts", packs=(limit(0),)))
    start_unread(world, 2)
    assert world.platform.ended == [2]


# --- listed ----------------------------------------------------------------------------------------------------------------


def listed(world, caller=PARENT, day=None):
    answer = ask(world, "programs", ProgramsGet(day=day), caller)
    return {id_: [(one.path, one.seconds, one.named) for one in part.programs] for id_, part in answer.players.items()}


@pytest.mark.promise("Unknown programs: With `listed`, the guardian sees what ran and for how long")
def test_programs_that_nobody_named_are_listed_with_their_time(world):
    """The union of a program's processes; nothing that is installed, named or let through; to others nothing of it."""
    world.start(strict(1, replace(SUMS, sha256="cc"), unknown="listed", packs=(limit(60),)))
    assert (world.platform.refusals.watched, world.platform.refusals.only) == ({"an"}, {})
    start(world, 1)
    world.clock.run(MINUTE)
    start(world, 2)
    start(world, 3, Fingerprint("/home/an/sums", 10, "cc"))
    world.platform.launch(Fingerprint("/usr/bin/editor", 10), pid=4)
    world.platform.run(5)
    world.pass_time(2 * MINUTE)
    world.platform.exit(1)
    world.pass_time(2 * MINUTE)
    world.platform.exit(2)
    world.pass_time(10 * MINUTE)
    assert listed(world) == {"an": [("/home/an/own", pytest.approx(300, abs=0.1), None)]}
    assert [one.game for one in world.journal("play.started")] == ["luanti"]
    assert listed(world, caller=FRIEND) == {}


def test_a_kill_loses_at_most_a_minute_and_the_next_run_goes_on(world):
    world.start(strict(unknown="listed", packs=(limit(60),)))
    start(world, 1)
    world.pass_time(10 * MINUTE + 30_000)
    world.kill()
    world.clock.run(20_000)
    world.start()
    [(_, seconds, _)] = listed(world)["an"]
    assert seconds == pytest.approx(650, abs=60)
    world.pass_time(5 * MINUTE)
    assert listed(world)["an"][0][1] == pytest.approx(seconds + 300, abs=0.1)


def test_each_day_has_its_part_and_is_kept_for_eight(world):
    world.start(strict(unknown="listed", packs=(limit(60),)))
    world.pass_time(11 * 60 * MINUTE + 59 * MINUTE)
    start(world, 1)
    world.pass_time(3 * MINUTE)
    world.platform.exit(1)
    assert listed(world, day="2026-11-24")["an"][0][1] == pytest.approx(60, abs=0.1)
    assert listed(world, day="2026-11-25")["an"][0][1] == pytest.approx(120, abs=0.1)
    world.clock.run(8 * 24 * 60 * MINUTE)
    world.beat()
    assert listed(world, day="2026-11-24") == {}


def test_a_program_becomes_a_game_or_no_game_of_its_own(world):
    """`named` says which game it is by now; once let through it is no longer told of."""
    world.start(strict(unknown="listed", packs=(limit(60),)))
    start(world, 1)
    world.pass_time(MINUTE)
    base = strict(2, unknown="listed", packs=(limit(60),))
    world.adopt(msgspec.structs.replace(base, games=(*base.games, Game(id="own", title="Own", sha256=("aa",)))))
    assert listed(world)["an"] == [("/home/an/own", pytest.approx(60, abs=0.1), "own")]
    assert [one.game for one in world.journal("play.started")] == ["own"]
    world.adopt(strict(3, SUMS, unknown="listed", packs=(limit(60),)))
    assert listed(world) == {}


def test_more_programs_than_anybody_reads_share_a_row(world):
    world.start(strict(unknown="listed", packs=(limit(60),)))
    for number in range(MOST_LISTED + 5):
        start(world, number + 1, Fingerprint(f"/home/an/{number}", 10))
    world.pass_time(MINUTE)
    found = [path for path, *_ in listed(world)["an"]]
    assert (len(found), found.count("")) == (MOST_LISTED + 1, 1)


def test_a_roster_of_the_version_before_says_it_in_its_own_way(world):
    base = strict(unknown="listed")
    world.start(msgspec.structs.replace(base, players=(msgspec.structs.replace(base.players[0], only_installed=True),)))
    start(world, 1)
    assert (world.platform.ended, world.status().unknown) == ([1], "refused")


@pytest.mark.parametrize(("unknown", "verdict"), [("listed", "allow"), ("counts", "refuse"), ("refused", "refuse")])
def test_why_says_what_the_setting_makes_of_them(world, unknown, verdict):
    world.start(strict(unknown=unknown, packs=(limit(0),)))
    found = ask(world, "why", WhyGet(player="an", game="unknown"), PARENT)
    assert (found.decision.verdict, found.unknown, bool(found.findings)) == (verdict, unknown, unknown == "counts")
