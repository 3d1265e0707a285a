"""What a game's program starts on Windows belongs to its play, whatever system this is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from daemon.platforms.windows.watching.starters import Starters
from rules.games import Catalogue, Fingerprint, Game, Program

GAMES = Catalogue((Game(id="war", title="War", names=("war.exe",)), Game(id="farm", title="Farm", names=("farm.exe",))))
WAR = Program(8, 100, 0, "an", (Fingerprint(r"D:\war.exe", 1),), parent=4)


def child(path, pid=12, parent=8, started=110, **more):
    return Program(pid, started, 0, "an", (Fingerprint(path, 1),), **{"parent": parent, **more})


def game(*programs, watch=None, of=GAMES):
    """The game of the last of these, each of which is seen in turn, as this is known of the ones before."""
    watch, known = watch or Starters(lambda path: path.startswith("C:\\Program Files\\")), {}
    for one in programs:
        known[one.pid] = watch.traced(one, known.get, of)
    match = of.recognise(known[programs[-1].pid])
    return None if match is None else match.game


@pytest.mark.parametrize(("path", "belongs"), [
    (r"D:\engine.exe", "war"), (r"C:\Program Files\Java\bin\javaw.exe", "war"), (r"C:\Windows\System32\cmd.exe", "war"),
    (r"C:\Program Files\Browser\browser.exe", None), (r"D:\UnityCrashHandler64.exe", None), (r"D:\Steam\steam.exe", None),
    (r"D:\farm.exe", "farm"),
])  # fmt: skip
def test_what_a_games_program_starts_is_its_play(path, belongs):
    """Unless it is another game, or an installed program that runs no file that it is told."""
    assert game(WAR, child(path)) == belongs


def test_it_goes_on_through_an_interpreter():
    """An installed Python under another name is one by its version resource."""
    python = replace(child("", pid=16, parent=12, started=120), files=(
        Fingerprint(r"C:\Program Files\x.exe", 1, original="python.exe"),))  # fmt: skip
    assert game(WAR, child(r"C:\Windows\System32\cmd.exe"), python) == "war"
    assert game(WAR, child(r"C:\Program Files\browser.exe"), child(r"D:\x.exe", pid=16, parent=12, started=120)) is None
    assert game(WAR, child(r"D:\farm.exe"), child(r"D:\x.exe", pid=16, parent=12, started=120)) == "farm"


@pytest.mark.parametrize("stranger", [
    child(r"D:\x.exe", started=90), child(r"D:\x.exe", parent=9), replace(child(r"D:\x.exe"), account="mum"),
])  # fmt: skip
def test_who_is_no_child_of_it_is_not(stranger):
    """Its parent's pid was another's, or an administrator answered for it."""
    assert game(WAR, stranger) is None


def test_a_starter_that_is_over_is_remembered():
    """A launcher that ends at once. What is known of a child stays with it, however many others ended since."""
    watch = Starters(lambda _: False)
    watch.over(WAR)
    one = watch.traced(child(r"D:\x.exe"), {}.get, GAMES)
    for pid in range(100, 5_000):
        watch.over(replace(WAR, pid=pid))
    assert GAMES.recognise(one).game == "war"
    assert GAMES.recognise(watch.traced(one, {}.get, GAMES)).game == "war"
    assert game(child(r"D:\x.exe"), watch=watch) is None
