"""What a process says of itself, and what the gate let it become: which of the two is believed, and until when."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections import OrderedDict
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from daemon.platforms.api import ProgramEnded, ProgramStarted
from daemon.platforms.linux import calls, procfs
from daemon.platforms.linux.gate.answers import RefusalsByUid
from daemon.platforms.linux.gate.judging import Judge
from daemon.platforms.linux.reading.lines import Message
from daemon.platforms.linux.reading.work import Work
from daemon.platforms.linux.watching import masks, rereading
from daemon.platforms.linux.watching.images import Images
from daemon.platforms.linux.watching.passed import Passed, Started
from daemon.platforms.linux.watching.poll import Poller
from daemon.platforms.linux.watching.seen import SeenProgram, image_of
from host.clock import SystemClock
from rules.games import Catalogue, Fingerprint, Game, Program
from tests.daemon.platforms.linux.conftest import NAME, NOW, told
from tests.system import until as wait_until


def test_a_play_that_was_over_before_it_could_be_read(tracker, gone):
    """What the gate saw of it is told, and its end; also whose child it was, as a game that saves may start such."""
    pid, passed, at = gone(), Passed(), NOW()
    tracker.passed = passed.take
    passed.note(Started(pid, 0, Fingerprint(f"/games/{NAME}", 1), at, os.getpid()))
    tracker.executed(pid, at + 1)
    tracker.ended(pid, at + 51)
    assert told(tracker) == [(ProgramStarted, pid), (ProgramEnded, pid)]
    assert (tracker.seen[0].program.since, tracker.seen[1].mono) == (at + 1, at + 51)
    assert (tracker.seen[0].program.account, tracker.seen[0].program.parent) == ("root", os.getpid())
    assert tracker.games == set()


def test_a_play_that_was_read_before_its_exec_was_told_and_over_after(tracker, run, tmp_path):
    """It is one play: what the gate saw is what had been read already, as its parent is a game's too."""
    shutil.copy("/bin/sleep", tmp_path / NAME)
    tracker.executed(run(tmp_path / NAME, "600"), NOW())
    process = subprocess.Popen([tmp_path / NAME, "601"])
    passed, at = Passed(), NOW()
    tracker.passed = passed.take
    passed.note(Started(process.pid, 0, Fingerprint(f"/games/{NAME}", 1), at, os.getpid(), image_of(process.pid)))
    wait_until(lambda: procfs.args(process.pid)[-1:] == ("601",))
    tracker.forked(os.getpid(), process.pid, at)
    process.kill()
    process.wait()
    time.sleep(2 / os.sysconf("SC_CLK_TCK"))  # a start is whole ticks
    over = NOW()
    tracker.executed(process.pid, over)
    tracker.ended(process.pid, over)
    begun = [one.program for one in tracker.seen if isinstance(one, ProgramStarted) and one.program.pid == process.pid]
    ended = [one for one in tracker.seen if isinstance(one, ProgramEnded)]
    assert {one.identity for one in begun} == {(one.pid, one.started) for one in ended}
    assert len(ended) == 1


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize(("world", "believed"), [(("unshare", "--user"), True), (("env",), False)], ids=["its own", "ours"])
def test_a_game_that_shows_something_else_before_it_is_read(tracker, run, game, world, believed, known):
    """In a world of its own it may, at once: then the gate is believed, until an exec is told. Elsewhere it executed that.
    So it is of one that was known as something else.
    """
    pid, image, passed, at = run(*world, "sleep", "600"), image_of(game()), Passed(), NOW()
    wait_until(lambda: procfs.args(pid) == ("sleep", "600"))
    if known:
        tracker.appeared(pid)
        tracker._known[pid] = replace(tracker._known[pid], image=image_of(os.getpid()))
        tracker._early.clear()
        at = NOW() + 1
    tracker.passed = passed.take
    passed.note(Started(pid, 0, Fingerprint(f"/games/{NAME}", 1), at, image=image))
    tracker.executed(pid, at)
    assert (pid in tracker.games) == believed
    tracker.executed(pid, NOW() + 1)
    assert pid not in tracker.games


@pytest.mark.parametrize("look", ["new", "again", "scan"])
@pytest.mark.parametrize("before", [True, False], ids=["after its exec", "before it"])
@pytest.mark.parametrize(("world", "believed"), [(("unshare", "--user"), True), (("env",), False)], ids=["its own", "ours"])
def test_a_game_that_was_seen_as_something_else_before_its_exec_is_told(tracker, run, game, world, believed, before, look):
    """Whoever looked saw what it says of itself: the gate's word counts, whether that look was before the exec or after it."""
    pid, passed, at = run(*world, "sleep", "600"), Passed(), NOW()
    wait_until(lambda: procfs.args(pid) == ("sleep", "600"))
    if look == "again":
        tracker.appeared(pid)
        tracker._known[pid] = replace(tracker._known[pid], image=image_of(os.getpid()))
    time.sleep(0.005)
    if look == "scan":
        tracker.scan(lambda: [pid])
    else:
        (tracker.appeared if look == "new" else tracker.replaced)(pid)
    assert tracker._known[pid].at > at
    at = at if before else NOW() + 1
    tracker.passed = passed.take
    passed.note(Started(pid, 0, Fingerprint(f"/games/{NAME}", 1), at, image=image_of(game())))
    tracker.executed(pid, at)
    assert (pid in tracker.games) == believed
    tracker.scan(lambda: [pid])
    assert (pid in tracker.games) == believed
    tracker.executed(pid, NOW() + 1)
    assert pid not in tracker.games


@pytest.mark.parametrize("early", [False, True])
def test_what_was_let_and_became_something_else_before_it_was_read_is_that(tracker, run, game, monkeypatch, early):
    """In a world of its own it is believed to be the game until the next exec is told, which came before the reading, too."""
    at = NOW()
    pid, passed = run("unshare", "--user", "sleep", "600"), Passed()
    wait_until(lambda: procfs.args(pid) == ("sleep", "600"))
    time.sleep(0.005)
    tracker.passed = passed.take
    passed.note(Started(pid, 0, Fingerprint(f"/games/{NAME}", 1), at, image=image_of(game())))
    tracker.executed(pid, at)
    assert tracker.games == {pid}
    if early:
        monkeypatch.setattr(rereading, "image_of", lambda _: (0, 0))
        tracker.replaced(pid)
        assert tracker.games == {pid}
    assert tracker._known[pid].at > at + 1
    tracker.executed(pid, at - 1)
    assert tracker.games == {pid}
    tracker.executed(pid, at + 1)
    assert tracker.games == set()
    assert all(NAME not in one.path for one in tracker._known[pid].program.files)
    tracker.scan(lambda: [pid])
    assert tracker.games == set()


def test_a_mask_is_not_taken_off_by_what_was_executed_before_it(tracker, game, run, monkeypatch):
    """The exec of the game itself, which was seen before it was told of."""
    at, pid, other = NOW(), game(), run("sleep", "60")
    time.sleep(0.005)
    tracker.appeared(pid)
    first, image, read = image_of(pid), image_of(other), tracker.programs.read
    assert tracker._known[pid].at > at
    monkeypatch.setattr(rereading, "image_of", lambda _: image)
    shown = read(other, tracker.catalogue).files
    monkeypatch.setattr(tracker.programs, "read", lambda *args, **more: replace(read(*args, **more), files=shown))
    tracker.replaced(pid)
    tracker.executed(pid, at)
    assert first == tracker._known[pid].image
    tracker.missed = NOW()
    monkeypatch.setattr(masks, "maker", lambda _: 0)
    tracker.replaced(pid)
    assert tracker.games == {pid}


@pytest.mark.parametrize("shows", ["nothing", "one as long", "itself"])
@pytest.mark.parametrize(("world", "believed"), [(("unshare", "--user"), True), (("env",), False)], ids=["its own", "ours"])
def test_a_script_that_shows_something_else_before_it_is_read(tracker, run, tmp_path, world, believed, shows):
    """Who runs it says which one. What its first line asks for may run another one at first, of which an event tells then."""
    script, decoy = tmp_path / "script", tmp_path / "decoy"
    for path in (script, decoy):
        path.write_text(f"import sys; sys.stdin.read()  # {path.name:9}", "utf-8")
    content = script.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    tracker.catalogue = Catalogue([Game(id="turtles", title="", sizes=(len(content),), sha256=(digest,))])
    words = {"nothing": ("-c", "input()"), "one as long": (decoy,), "itself": (script,)}[shows]
    pid, passed, at = run(*world, sys.executable, *words), Passed(), NOW()
    wait_until(lambda: image_of(pid) == image_of(os.getpid()))
    tracker.passed = passed.take
    passed.note(Started(pid, 0, Fingerprint(str(script), len(content), sha256=digest), at, script=True))
    tracker.executed(pid, at)
    assert (pid in tracker.games) == (believed or shows == "itself")
    assert tracker.masks.is_let(tracker._known[pid]) == (believed and shows != "itself")
    tracker.executed(pid, NOW() + 1)
    assert (pid in tracker.games) == (shows == "itself")


@pytest.mark.root
@pytest.mark.parametrize("owner", ["root", "a user"])
def test_the_gate_says_of_each_executable_which_file_it_is(tmp_path, owner):
    """Also of one without a build id, whose code no game has. Of a script it says that it is one."""
    native, script, text = (tmp_path / f"{name}-{NAME}" for name in ("native", "script", "text"))
    content = Path("/bin/true").read_bytes()
    native.write_bytes(content.replace(b"\4\0\0\0\x14\0\0\0\3\0\0\0GNU\0", b"\4\0\0\0\x14\0\0\0\7\0\0\0GNU\0") + bytes(1 << 20))
    script.write_text("#!/bin/sh\n", "utf-8")
    text.write_text("x", "utf-8")
    games = Catalogue([Game(id="turtles", title="", names=tuple(one.name for one in (native, script, text)))])
    current, mounts = RefusalsByUid(games, {}), SimpleNamespace(whose=lambda _: "local")
    judge, work = Judge(SystemClock(), mounts), Work(Images()._first)
    let = []
    for path in (native, script, text):
        if owner != "root":
            os.chown(path, 65534, 65534)
        with path.open("rb") as file:
            asked = calls.Question(file.fileno(), os.getpid())
            said = judge.answer(asked, current)
            if said.to_read:
                question = {"n": 1, "do": "content", "opened": True, **said.to_read.question}
                read = work.done(Message(question, handle=os.dup(file.fileno())))
                said = judge.answer(asked, current, read._replace(head=json.loads(json.dumps(read.head))))
            assert said.let.file.build_id is None
            let.append((said.let.image, said.let.script))
    found = native.stat()
    assert let == [((found.st_dev, found.st_ino), False), (None, True), (None, False)]


@pytest.mark.parametrize("heard", [True, False])
def test_what_the_gate_let_goes_with_an_exec_that_may_have_been_lost(tracker, run, game, monkeypatch, heard):
    """It shows one thing and then another. If nothing was lost it has executed neither."""
    pid, passed, at = run("unshare", "--user", "sleep", "600"), Passed(), NOW()
    tracker.passed = passed.take
    passed.note(Started(pid, 0, Fingerprint(f"/games/{NAME}", 1), at, image=image_of(game())))
    tracker.executed(pid, at)
    assert tracker.games == {pid}
    if not heard:
        tracker.missed = NOW()
    monkeypatch.setattr(rereading, "image_of", lambda _: (0, 0))
    tracker.replaced(pid)
    assert tracker.games == ({pid} if heard else set())


@pytest.mark.parametrize("by", ["itself", "what it was told"])
def test_others_are_known_by_an_executable_that_alone_is_the_game(tracker, game, run, monkeypatch, by):
    """Whoever only runs a game shares its executable with who knows whom."""
    pid = game() if by == "itself" else run("/bin/sleep", "600")
    more = () if by == "itself" else (Fingerprint(f"/games/{NAME}", 1),)
    program = Program(pid, procfs.stat(pid).started, 0, "an", (Fingerprint(str(Path(f"/proc/{pid}/exe").readlink()), 1), *more))
    tracker._begin(SeenProgram(program, image_of(pid), NOW()))
    assert tracker.games == {pid}
    hunted = []
    monkeypatch.setattr(tracker.chase, "begin", lambda *args: hunted.append(args))
    tracker.ending(*program.identity)
    assert hunted == [((pid,), 0, image_of(pid) if by == "itself" else None, "an")]


def test_what_the_gate_saw_is_of_the_next_exec_alone():
    """Not of an earlier one, nor of one much later; and there are never many."""
    passed, file = Passed(), Fingerprint("/game", 1)
    passed.note(Started(7, 0, file, 100))
    assert passed.take(7, 99) is None
    assert passed.take(7, 100) == Started(7, 0, file, 100)
    assert passed.take(7, 100) is None
    passed.note(Started(7, 0, file, 100))
    assert passed.take(7, 5_000) is None
    for pid in range(10_000):
        passed.note(Started(pid, 0, file, 1))
    assert len(passed._noted) == 256


def test_the_gate_notes_also_while_the_loop_takes():
    """Of many that were let through, the loop takes one while the gate's thread makes room for another."""

    class Taken(OrderedDict):
        def __iter__(self):
            begun = super().__iter__()
            passed.take(7, 1)
            return begun

    passed, file = Passed(), Fingerprint("/game", 1)
    passed._noted = Taken((pid, Started(pid, 0, file, 1)) for pid in range(256))
    passed.note(Started(1_000, 0, file, 1))
    assert passed.take(1_000, 1) is not None


ALLOWED, REFUSED = (
    Game(id=name, title="", sizes=(size,), sha256=(name[0] * 64,)) for name, size in (("b-allowed", 2), ("a-bound", 3))
)

ENGINE = Fingerprint("/x/engine", 1)

BESIDE = {game.id: Fingerprint(f"/x/{game.id}", game.sizes[0], sha256=game.sha256[0]) for game in (ALLOWED, REFUSED)}

READ = {  # what lies beside an engine, or is told to an interpreter: at first, and once all can be read; and which game it is
    "one more, before the other": ((ENGINE, BESIDE["b-allowed"]), (ENGINE, BESIDE["a-bound"], BESIDE["b-allowed"]), "a-bound"),
    "the first of any": ((ENGINE,), (ENGINE, BESIDE["a-bound"]), "a-bound"),
    "another in its place": ((ENGINE, BESIDE["a-bound"]), (ENGINE, BESIDE["b-allowed"]), "a-bound"),
    "one as long in its place": ((ENGINE, BESIDE["a-bound"]), (ENGINE, Fingerprint("/x/decoy", 3, sha256="d" * 64)), "a-bound"),
}


@pytest.mark.parametrize("look", ["all", "again", "scan"])
@pytest.mark.parametrize(("first", "then", "game"), READ.values(), ids=READ)
def test_what_could_not_be_read_at_first_is_added_and_takes_nothing_away(tracker, run, monkeypatch, first, then, game, look):
    """It has executed nothing since: what was seen of it stays, whatever it lets be seen afterwards."""
    tracker.catalogue = Catalogue([ALLOWED, REFUSED])
    pid, programs = run("sleep", "60"), tracker.programs
    started, read = procfs.stat(pid).started, [(first, True)]

    def reads(pid, _catalogue, _since=None, **_):
        files, unread = read[-1]
        programs.images.unread, programs.blamed = "…" if unread else "", False
        return Program(pid, started, 1, "an", files, args=tuple(file.path for file in files), unread=unread)

    monkeypatch.setattr(programs, "read", reads)
    tracker.appeared(pid)
    read.append((then, False))
    if look == "scan":
        tracker.scan(lambda: [pid])
    else:
        (tracker.replaced if look == "all" else tracker._read_at_last)(pid)
    assert tracker.games == {pid}
    assert tracker.catalogue.recognise(tracker._known[pid].program).game == game


@pytest.mark.parametrize("look", ["all", "again", "scan"])
@pytest.mark.parametrize("heard", [True, False])
def test_a_game_in_our_own_world_shows_another_executable(tracker, game, run, monkeypatch, heard, look):
    """A child that shares its memory names that for it (clone(2) with CLONE_VM and CLONE_NEWUSER). If nothing was lost, an exec
    would have been told.
    """
    pid, other = game(), run("sleep", "60")
    tracker.appeared(pid)
    if not heard:
        tracker.missed = NOW()
    image = image_of(other)
    monkeypatch.setattr(rereading, "image_of", lambda _: image)
    read = tracker.programs.read
    shown = read(other, tracker.catalogue).files
    monkeypatch.setattr(tracker.programs, "read", lambda *args, **more: replace(read(*args, **more), files=shown))
    if look == "scan":
        tracker.scan(lambda: [pid])
    else:
        (tracker.replaced if look == "all" else tracker._read_at_last)(pid)
    assert tracker.games == ({pid} if heard else set())


def test_a_game_that_was_only_asked_for_is_no_cover_for_one_that_runs(tracker, run, monkeypatch):
    """It says that it is the other already; the gate let it become that, and it could not."""
    tracker.catalogue = Catalogue([ALLOWED, REFUSED])
    pid, shows = run("sleep", "60"), [BESIDE["a-bound"]]
    started = procfs.stat(pid).started
    monkeypatch.setattr(tracker.programs, "read", lambda *_, **__: Program(pid, started, 1, "an", tuple(shows)))
    tracker.appeared(pid)
    shows[0] = BESIDE["b-allowed"]
    monkeypatch.setattr(rereading, "image_of", lambda _: (0, 0))
    tracker._look(Started(pid, 0, BESIDE["b-allowed"], NOW(), image=(0, 0)))
    assert tracker.catalogue.recognise(tracker._known[pid].program).game == "a-bound"
    tracker.missed = NOW()  # an exec of it may have been lost
    tracker._look(Started(pid, 0, BESIDE["b-allowed"], NOW(), image=(0, 0)))
    assert tracker.catalogue.recognise(tracker._known[pid].program).game == "b-allowed"


@pytest.mark.parametrize(("why", "is_now"), [({"silenced": True}, "b-allowed"), ({}, "a-bound")])
def test_a_game_that_seems_to_be_another_one_is_it_only_where_its_exec_may_not_have_been_told(
    tracker, run, monkeypatch, why, is_now
):  # fmt: skip
    """A look at all because of a new disk is no reason to believe a mask."""
    tracker.catalogue = Catalogue([ALLOWED, REFUSED])
    pid, shows = run("sleep", "60"), [BESIDE["a-bound"]]
    started = procfs.stat(pid).started
    monkeypatch.setattr(tracker.programs, "read", lambda *_, **__: Program(pid, started, 1, "an", tuple(shows)))
    monkeypatch.setattr(procfs, "pids", lambda: [pid])
    tracker.appeared(pid)
    shows[0] = BESIDE["b-allowed"]
    monkeypatch.setattr(rereading, "image_of", lambda _: (0, 0))
    monkeypatch.setattr(tracker, "watch_ends", lambda: None)
    Poller(tracker, SystemClock(), lambda: False).look_at_all(**why)
    assert tracker.catalogue.recognise(tracker._known[pid].program).game == is_now
    assert not tracker.masks.doubting
