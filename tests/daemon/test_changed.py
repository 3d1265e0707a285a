"""What runs when players or games are changed was no start: it gets what a new rule leaves a play. Not so what starts then."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from rules.games import Fingerprint, Game
from tests.daemon.world import MINUTE, limit, roster

SECRET = Game(id="secret", title="Secret", names=("secret",))
NOTHING = (limit(0),)


def knowing(number, *games, **more):
    base = roster(number, **more)
    return msgspec.structs.replace(base, games=(*base.games, *(games or (SECRET,))))


def of(number, name, packs=NOTHING, account="an", **more):
    """The account is this player's alone."""
    [an] = roster().players
    named = {"id": name, "name": name.title(), "key": f"{len(name)}{len(name)}" * 32}
    one = msgspec.structs.replace(an, **named, account=account, packs=packs)
    return roster(number, players=(one,), **more)


def run(world, pid, game="secret", account="an", **more):
    program = world.platform.run(pid, game, account, **more)
    world.clock.run(10)
    return program


def told(world):
    return [(one.game, getattr(one, "ran", None)) for one in world.journal("play.started")]


def refused(world):
    return [one.game for one in world.journal("launch.refused")]


def has_its_time(world, pid=1):
    """A minute, then its time to save, ten seconds by this rule: so its window is asked as they begin."""
    platform = world.platform
    world.pass_time(MINUTE - 1_000)
    assert (platform.asked, platform.told, platform.ended, world.journal("play.due")) == ([], [], [], [])
    world.pass_time(2_000)
    [due] = world.journal("play.due")
    assert (due.grace, platform.asked, platform.told, platform.ended) == (10_000, [pid], [], [])
    assert [one.left for one in world.journal("warned")][-1:] == [MINUTE]


@pytest.fixture
def hidden(world):
    """A game under a name that nobody knows runs, of somebody who may not play."""
    world.start(roster(packs=NOTHING))
    run(world, 1)
    return world


# --- what becomes a game, or another player's -------------------------------------------------------------------------------


@pytest.mark.promise("End of play: A program that becomes a game while it runs has a minute and its time to save, once")
def test_a_program_that_becomes_a_game_is_told_and_may_save(hidden):
    hidden.adopt(knowing(2, packs=NOTHING))
    assert (hidden.platform.ended, told(hidden), refused(hidden)) == ([], [("secret", "game")], [])
    has_its_time(hidden)
    assert [one.how for one in hidden.journal("play.ended")] == ["asked"]


def test_what_does_not_obey_is_ended_as_any_play(hidden):
    hidden.platform.obedient = False
    hidden.platform.stubborn = {1}
    hidden.adopt(knowing(2, packs=NOTHING))
    has_its_time(hidden)
    hidden.pass_time(15_000)
    assert hidden.platform.ended[0] == 1
    assert [one.how for one in hidden.journal("play.ended")] == ["killed"]


def test_an_account_that_becomes_a_players_who_may_not_play(world):
    """It was an administrator's, or of a guardian: nothing was recorded of it."""
    world.platform.administrators.add("an")
    world.start(roster(players=()))
    run(world, 1, "luanti")
    world.adopt(of(2, "binh"))
    assert (world.platform.ended, told(world)) == ([], [("luanti", "player")])
    has_its_time(world)


def test_an_account_that_becomes_another_players(world):
    world.start(of(1, "an", packs=()))
    run(world, 1, "luanti")
    world.pass_time(MINUTE)
    world.adopt(of(2, "binh"))
    assert [one.how for one in world.journal("play.ended")] == ["list changed"]
    assert [ran for _, ran in told(world)][1:] == ["player"]
    has_its_time(world)


def test_a_game_that_gets_another_id(world):
    """It was removed and added anew, as one that this player may not play."""
    world.start(knowing(1))
    run(world, 1)
    world.adopt(knowing(2, replace(SECRET, id="other"), packs=(limit(0, games=("other",)),)))
    assert told(world)[1:] == [("other", "game")]
    has_its_time(world)


def test_who_is_another_by_another_agents_key(world):
    """The same player, of whom the log knows nothing by this name."""
    world.start(roster(packs=(limit(1),)))
    run(world, 1, "luanti")
    world.pass_time(MINUTE - 1_000)
    [an] = roster(packs=(limit(0),)).players
    world.adopt(roster(2, players=(msgspec.structs.replace(an, key="44" * 32),)))
    assert (world.platform.ended, told(world)[-1]) == ([], ("luanti", "player"))


def test_all_of_its_programs_are_one_play(hidden):
    run(hidden, 2)
    hidden.adopt(knowing(2, packs=NOTHING))
    assert (hidden.platform.ended, len(told(hidden))) == ([], 1)
    hidden.pass_time(5 * MINUTE)
    assert sorted(hidden.platform.asked) == [1, 2]


def test_who_plays_in_several_accounts_is_told_once(world):
    """All of them are, in one entry."""
    world.start(roster(guest_packs=NOTHING, players=()))
    run(world, 1)
    run(world, 2, account="friend")
    world.adopt(knowing(2, guest_packs=NOTHING, players=()))
    world.pass_time(1_000)
    [play] = world.daemon.plays.running.values()
    assert (len(world.journal("warned")), play.accounts) == (1, {"an", "friend"})


def test_what_is_read_only_after_the_change_was_no_start_either(hidden):
    """A large file takes its time; which game it is shows when its content is known."""
    known = replace(SECRET, names=(), sha256=("aa",), sizes=(1000,))
    hidden.adopt(knowing(2, known, packs=NOTHING))
    hidden.pass_time(10_000)
    hidden.adopt(knowing(3, known, packs=NOTHING))  # something else was changed by now
    hidden.pass_time(10_000)
    [old] = hidden.platform.programs.values()
    read = replace(old, files=(Fingerprint("/usr/games/secret", 1000, "aa"),))
    hidden.platform.programs[old.identity] = read
    hidden.daemon.loop.scan(hidden.daemon.loop.read(), 0)
    assert (hidden.platform.ended, told(hidden)) == ([], [("secret", "game")])


# --- what is a start all the same -------------------------------------------------------------------------------------------


@pytest.mark.promise("End of play: What starts after a change is refused at once")
def test_what_starts_after_the_change_is_refused_at_once(hidden):
    """Also while what ran before has its minute: it does not join that."""
    hidden.adopt(knowing(2, packs=NOTHING))
    hidden.clock.run(10)
    run(hidden, 2)
    assert (hidden.platform.ended, refused(hidden)) == ([2], ["secret"])
    hidden.pass_time(MINUTE + 5_000)
    run(hidden, 3)
    assert (hidden.platform.ended, len(told(hidden))) == ([2, 3], 1)


def test_a_game_that_executes_another_program_has_started(hidden):
    hidden.adopt(knowing(2, packs=NOTHING))
    hidden.clock.run(10)
    hidden.platform.execute(1, Fingerprint("/usr/games/luanti", 1000))
    assert (hidden.platform.ended, refused(hidden)) == ([1], ["luanti"])


def test_what_a_spared_game_starts_may_help_it_to_save(hidden):
    hidden.adopt(knowing(2, packs=NOTHING))
    hidden.clock.run(10)
    hidden.platform.run(2, "secret", parent=1)
    assert hidden.platform.ended == []
    hidden.platform.obedient = False
    hidden.pass_time(3 * MINUTE)
    assert set(hidden.platform.programs) == set()


def test_what_was_refused_before_is_refused_still(world):
    """It could not be ended yet, and a list that says something else comes."""
    world.start(roster(packs=NOTHING))
    world.platform.foreign = {1}
    run(world, 1, "luanti")
    world.platform.foreign = set()
    world.adopt(knowing(2, packs=NOTHING))
    assert (world.platform.ended, told(world)) == ([1], [])


@pytest.mark.promise("End of play: A program that becomes a game while it runs has a minute and its time to save, once")
def test_the_same_program_is_spared_once(hidden):
    """However often it is a game, and then none."""
    hidden.platform.obedient = False
    hidden.adopt(knowing(2, packs=NOTHING))
    hidden.pass_time(30_000)
    hidden.adopt(roster(3, packs=NOTHING))
    hidden.pass_time(2 * MINUTE)
    hidden.adopt(knowing(4, packs=NOTHING))
    assert (hidden.platform.ended, refused(hidden), len(told(hidden))) == ([1], ["secret"], 1)


def test_a_second_change_at_once_gives_no_second_minute(world):
    """An account is moved in two steps, the first of which makes it a guest's: there it may save, no more."""
    world.start(of(1, "an", packs=()))
    run(world, 1, "luanti")
    world.adopt(of(2, "an", account=None, guest_packs=NOTHING))
    world.pass_time(5_000)
    world.adopt(of(3, "binh", guest_packs=NOTHING))
    world.beat()
    assert ([ran for _, ran in told(world)][1:], world.platform.ended) == (["player", "player"], [])
    assert len(world.journal("play.due")) == 1
    world.pass_time(MINUTE + 1_000)
    assert world.platform.asked == [1]


@pytest.fixture
def away(world):
    """A game that is not allowed was started while no daemon ran."""
    world.start(roster(packs=NOTHING))
    world.stop()
    world.clock.run(MINUTE)
    world.platform.appear(1)
    world.clock.run(MINUTE)
    return world


def test_game_started_while_no_daemon_ran_may_save(away):
    away.start()
    assert (away.platform.ended, told(away), refused(away)) == ([], [("luanti", "before")], [])
    has_its_time(away)


def test_game_started_after_the_daemon_is_refused(away):
    away.start()
    run(away, 2, "teeworlds")
    assert (away.platform.ended, refused(away)) == ([2], ["teeworlds"])


def test_restarts_of_the_daemon_give_no_second_minute(away):
    away.platform.obedient = False
    away.start()
    for _ in range(10):
        away.pass_time(10_000)
        away.kill()
        away.clock.run(1_000)
        away.start()
    assert (set(away.platform.programs), len(told(away))) == (set(), 1)


def test_game_that_starts_with_the_pc_is_refused(away):
    """Else each restart of the PC would give it a minute."""
    away.platform.programs.clear()
    away.clock.reboot()
    away.platform.appear(2)
    away.clock.run(MINUTE)
    away.start()
    assert (away.platform.ended, refused(away)) == ([2], ["luanti"])


def test_the_first_list_of_all_spares_nothing(world):
    world.start()
    run(world, 1, "luanti")
    world.adopt(roster(packs=NOTHING))
    assert world.platform.ended == [1]


@pytest.mark.promise("End of play: A program that becomes a game while it runs has a minute and its time to save, once")
def test_a_restart_gives_no_more(hidden):
    hidden.platform.obedient = False
    hidden.adopt(knowing(2, packs=NOTHING))
    hidden.pass_time(MINUTE + 10_000)
    hidden.kill()
    hidden.start()
    assert hidden.platform.ended == []
    hidden.pass_time(MINUTE + 5_000)
    assert (set(hidden.platform.programs), len(told(hidden))) == (set(), 1)


def test_midnight_is_no_change(world):
    """The pseudonym is another one, and a list that comes just then finds the same player."""
    world.start(roster(packs=(limit(2000),)))
    world.clock.run(11 * 60 * MINUTE + 59 * MINUTE)
    run(world, 1, "luanti")
    world.pass_time(2 * MINUTE)
    world.adopt(roster(2, packs=(limit(2000),)))
    assert [one.how for one in world.journal("play.ended")] == ["midnight"]
    assert [ran for _, ran in told(world)] == [msgspec.UNSET] * 2


def test_what_takes_longer_to_be_read_is_a_start(hidden):
    """Or whoever can keep a file from being read began whenever they liked."""
    known = replace(SECRET, names=(), sha256=("aa",), sizes=(1000,))
    hidden.adopt(knowing(2, known, packs=NOTHING))
    hidden.pass_time(61_000)
    [old] = hidden.platform.programs.values()
    hidden.platform.programs[old.identity] = replace(old, files=(Fingerprint("/usr/games/secret", 1000, "aa"),))
    hidden.daemon.loop.scan(hidden.daemon.loop.read(), 0)
    assert (hidden.platform.ended, told(hidden)) == ([1], [])


# --- who runs only what is installed ----------------------------------------------------------------------------------------


def test_what_runs_when_its_account_becomes_that_of_such_a_player_goes_on(world):
    """As when it is switched on. The player had another account before, since long."""
    own = Fingerprint("/home/binh/own", 10, "aa", "b1")

    def strict(number, account):
        base = of(number, "an", packs=(), account=account)
        [an] = base.players
        return msgspec.structs.replace(base, players=(msgspec.structs.replace(an, unknown="refused"),))

    world.start(strict(1, "an"))
    world.clock.run(10)
    world.platform.launch(own, account="binh", pid=1, strange=True)
    world.clock.run(10)
    world.adopt(strict(2, "binh"))
    world.pass_time(3 * MINUTE)
    assert world.platform.ended == []
    world.platform.launch(own, account="binh", pid=2, strange=True)
    assert world.platform.ended == [2]


# --- what no change has changed ----------------------------------------------------------------------------------------------

ALLOWED = Game(id="a", title="A", names=("allowed",))
FORBIDDEN = Game(id="b", title="B", sha256=("aa",), sizes=(1000,))
FORBIDS = (limit(0, games=("b",)),)


@pytest.mark.parametrize("asked", [True, False])
def test_a_list_that_says_the_same_gives_no_time_to_what_is_read_late(world, asked):
    """Whoever asks for something has a new list made, which knows no more of a game under the name of another than before."""
    world.start(knowing(1, ALLOWED, FORBIDDEN, packs=FORBIDS))
    world.pass_time(2 * MINUTE)
    old = run(world, 1, "allowed")
    if asked:
        world.adopt(knowing(2, ALLOWED, FORBIDDEN, packs=FORBIDS))
    world.clock.run(3_000)
    world.platform.programs[old.identity] = replace(old, files=(Fingerprint("/usr/games/allowed", 1000, "aa"),))
    world.daemon.loop.scan(world.daemon.loop.read(), 0)
    assert (world.platform.ended, told(world), refused(world)) == ([1], [("a", msgspec.UNSET)], ["b"])


def test_what_is_a_game_again_has_no_second_minute(world):
    """It shows another command line for a moment."""
    world.start(knowing(1, ALLOWED, packs=(limit(1),)))
    old = run(world, 1, "allowed")
    world.pass_time(MINUTE - 2_000)
    world.adopt(knowing(2, ALLOWED, packs=NOTHING))
    world.pass_time(1_000)
    for files in ((Fingerprint("/usr/games/other", 1000),), old.files):
        world.platform.programs[old.identity] = replace(old, files=files)
        world.daemon.loop.scan(world.daemon.loop.read(), 0)
        world.pass_time(1_000)
    assert (world.platform.ended, told(world), refused(world)) == ([1], [("a", msgspec.UNSET)], ["a"])


def test_what_has_its_minute_may_start_its_own_programs(hidden):
    """The gate is told."""
    hidden.adopt(knowing(2, packs=NOTHING))
    hidden.beat()
    assert [pid for pid, _ in hidden.platform.refusals.saving["secret"]] == [1]
