"""What a command that changes rules confirms and warns of, against a real agent. No daemon runs."""

from __future__ import annotations

import json


def test_a_game_point_says_what_binds_its_guests(agent):
    """On stderr, beside the hours; with --json as its notes."""
    done = agent("place", "set", "game-point", "--hours", "09:00-21:00")
    agent("place", "set", "home")  # else nothing is changed, and nothing told
    answer = json.loads(agent("place", "set", "game-point", "--hours", "09:00-21:00", "--json").stdout)
    agent("place", "set", "home")

    assert (done.returncode, done.stdout) == (0, "this place is now: at a public game point\n")
    for word in ("09:00-21:00", "see: giochoi policy show guest", "giochoi game allow guest GAME|all", "giochoi game label ID"):
        assert word in done.stderr
        assert any(word in note for note in answer["notes"])


def test_hours_out_of_the_laws_are_told_once(agent):
    """In a line that fits."""
    line = agent.fails(2, "place", "set", "game-point", "--hours", "07:00-23:00")
    assert (line.count("07:00-23:00"), len(line) <= 101) == (1, True)


def test_packs_are_confirmed_with_their_values(agent):
    """By `policy use`, and in the list of players."""
    done = agent("policy", "use", "An", "vn-147", "home-school-week:weekday_minutes=45")
    listed = json.loads(agent("player", "list", "--json").stdout)["players"]

    assert done.stdout == "An (an): vn-147, home-school-week:weekday_minutes=45\n"
    assert [player["uses"] for player in listed] == [["vn-147", "home-school-week:weekday_minutes=45"]]


def test_packs_that_bind_nothing_are_warned_of(agent):
    """And what they replace is said, so that it can be put back."""
    agent("policy", "use", "An", "vn-147:over_all=true")
    done = agent("policy", "use", "An", "kr-shutdown", "vn-game-point")

    assert done.returncode == 0
    for word in (": vn-147:over_all=true", "kr-shutdown: ", "vn-game-point: "):
        assert word in done.stderr


def test_a_limit_is_confirmed_to_the_second(agent):
    """As it was set."""
    assert agent("limit", "An", "20.5").stdout == "An (an): at most 20 min 30 sec a day\n"


def test_a_second_player_of_the_name_is_refused(agent):
    """A name means one player."""
    assert "giochoi player set an" in agent.fails(2, "player", "add", "An", "--born", "2016-05-01")


def test_a_pack_is_no_player(agent):
    """The line names the command that shows it."""
    assert "giochoi policy check --explain vn-147" in agent.fails(2, "policy", "show", "vn-147")
