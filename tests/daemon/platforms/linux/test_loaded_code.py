"""A game is known by its code, in whatever file and whoever loaded it; nobody's innocent program is."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from dataclasses import replace
from itertools import accumulate
from pathlib import Path

import pytest

from cli.errors import CommandError
from cli.games.clues import game_of
from cli.games.fingerprint import fingerprint
from daemon.platforms.hashing import key
from daemon.platforms.linux import procfs
from daemon.platforms.linux.reading import places
from daemon.platforms.linux.watching.asked_again import Answer, AskedAgain, Question
from daemon.platforms.linux.watching.finding import Finder
from daemon.platforms.linux.watching.images import Images
from daemon.platforms.linux.watching.kin import Kin
from daemon.platforms.linux.watching.loading import LoadedCode
from daemon.platforms.linux.watching.mapped import Mapped, mapped
from daemon.platforms.linux.watching.seen import SeenProgram
from host.clock import SystemClock
from rules.games import Catalogue, Fingerprint, Game, Program
from tests import native
from tests.system import until

NATIVE = pytest.mark.skipif(not native.HERE, reason="a program made for x86-64")
CLOCK = SystemClock()
LOADS = "import ctypes, sys; ctypes.CDLL(sys.argv[1]); print(flush=True); sys.stdin.read()"


def code_of(path):
    """The game as `game add` takes it down, known by its code alone."""
    game = game_of("turtles", fingerprint(path), title=None, label=None)
    return Game(id=path.name, title="", loaded=game.loaded)


@pytest.fixture
def game(tmp_path):
    path = tmp_path / "turtles"
    native.write(path, native.program().content)
    return path


@pytest.fixture
def other(tmp_path):
    """The game with another build id, under another name."""
    path = tmp_path / "homework"
    native.write(path, native.program().content)
    return path


# --- innocent programs -----------------------------------------------------------------------------------------------------


def test_nobodys_program_is_a_game():
    """Some large programs of this system are games now: all its others, and its libraries, are as innocent as before."""
    here = [path for pattern in ("usr/bin/*", "usr/games/*", "usr/lib/*/lib*.so.*") for path in sorted(Path("/").glob(pattern))
            if path.is_file() and not path.is_symlink() and path.stat().st_size > 60_000]  # fmt: skip
    here = [path for path in {path.stat().st_ino: path for path in here}.values() if path.read_bytes()[:4] == b"\x7fELF"][:120]
    games = {}
    for path in here[:: max(1, len(here) // 6)]:
        try:
            games[path.name] = code_of(path)
        except CommandError:  # what everybody runs is none
            continue
    catalogue, images = Catalogue(games.values()), Images()
    if len(here) < 40:
        pytest.skip("too few programs here")

    found = {path.name: catalogue.by_file(images.open(str(path), "", catalogue)) for path in here}
    assert {name: ids for name, ids in found.items() if ids - {name}} == {}
    assert sum(name in ids for name, ids in found.items()) == sum(bool(one.loaded) for one in games.values())


def test_other_programs_of_the_same_engine_are_none(tmp_path):
    """The game is an engine with its content behind or beside it: thirty others have another content."""
    engine = Path(shutil.which("env")).read_bytes()
    (tmp_path / "game").write_bytes(engine + b"PCK" * 999)
    (tmp_path / "beside").write_bytes(engine.replace(b"coreutils", b"mkxp.....", 1))
    catalogue, images = Catalogue([code_of(tmp_path / "game"), code_of(tmp_path / "beside")]), Images()

    for number in range(30):
        path = tmp_path / f"app{number}"
        path.write_bytes(engine + b"ZIP" * number)
        assert catalogue.by_file(images.open(str(path), "", catalogue)) == frozenset()


# --- files -----------------------------------------------------------------------------------------------------------------


def test_what_takes_too_long_to_compare_is_compared_aside(game, tmp_path):
    """The loop has limits to keep, and the gate starts to answer; neither takes half of a comparison for the whole. Of a user's
    file, too, whose stamps tell nothing, as in memory.
    """
    catalogue, told = Catalogue([code_of(game)]), []
    if os.geteuid() == 0:
        os.chown(game, 65_534, 65_534)
    later = CLOCK.wall() + 3_600_000  # when the stamps of a user's file tell that it is the same
    images = Images(wall=lambda: later, pressed=lambda: lambda: True)
    this = key(game.stat())

    assert catalogue.by_file(images.open(str(game), "", catalogue)) == frozenset()
    assert images.recall(this, "", catalogue) is None
    images.start(lambda *found: told.append(found))
    assert catalogue.by_file(images.open(str(game), "", catalogue)) == frozenset()
    until(lambda: told)
    assert images.hashed(*told[0]) == game.stat().st_size
    assert catalogue.by_file(images.open(str(game), "", catalogue)) == {"turtles"}
    assert images.recall(this, "", catalogue)
    images.stop()


def test_a_file_that_was_compared_is_compared_anew_with_more_games(game, other):
    images = Images()
    for catalogue in (Catalogue([code_of(other)]), Catalogue([code_of(other), code_of(game)])):
        found = catalogue.by_file(images.open(str(game), "", catalogue))

    assert found == {"turtles"}


# --- processes -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def loading(request):
    """`loading(path)`: the pid of a Python that has loaded it as a library."""
    started = []

    def start(path):
        child = subprocess.Popen([sys.executable, "-c", LOADS, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        started.append(child)
        child.stdout.readline()
        return child.pid

    yield start
    for child in started:
        child.communicate()


def games_in(finder, this, catalogue):
    return list(filter(None, finder.games_in(this, catalogue)))


@NATIVE
def test_what_a_process_has_loaded_is_found_once(loading, game):
    files = [one.shown for one in filter(None, mapped(loading(game)))]

    assert files.count(str(game)) == 1
    assert str(Path(sys.executable).resolve()) in files


def test_of_no_process_nothing_is_found():
    assert list(mapped(1 << 30)) == []


@NATIVE
def test_a_game_that_is_a_library_is_found(loading, game, other):
    """Whatever became of the file; and no other library is one."""
    catalogue, finder = Catalogue([code_of(game)]), Finder()
    one, two = loading(game), loading(other)
    game.rename(game.with_name("notes"))

    for _ in range(2):  # also once its other files are known to be innocent
        found = games_in(finder, (one, procfs.stat(one).started), catalogue)
        assert [Path(file.path).name for file in found] == ["notes"]
        assert games_in(finder, (two, procfs.stat(two).started), catalogue) == []
    assert games_in(finder, (one, 0), catalogue) == []  # another one has the pid by now


@NATIVE
@pytest.mark.root
def test_also_one_that_is_deleted(loading, game):
    catalogue = Catalogue([code_of(game)])
    pid = loading(game)
    game.unlink()

    assert games_in(Finder(), (pid, procfs.stat(pid).started), catalogue)


FAR = """
import ctypes, os, sys
libc, size, deep = ctypes.CDLL(None), 1 << 13, sys.argv[2]
os.makedirs(deep)
file = os.open(f"{deep}/file", os.O_RDWR | os.O_CREAT, 0o755)
os.ftruncate(file, size)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long)
for number in range(2_600):
    assert libc.mmap((1 << 34) + 2 * number * size, size, 5, 0x12, file, 0)
ctypes.CDLL(sys.argv[1]); print(flush=True); sys.stdin.read()"""


@NATIVE
def test_what_comes_after_thousands_of_long_lines_is_found(game, tmp_path):
    """Megabytes of what else a process has loaded, and that at lower addresses, hide nothing."""
    deep = "/".join((str(tmp_path), *["x" * 250] * 14))
    with subprocess.Popen([sys.executable, "-c", FAR, game, deep], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        child.stdout.readline()
        assert str(game) in [one.shown for one in filter(None, mapped(child.pid))]
        child.communicate()


class Looks(LoadedCode):
    """Its timers go when they are told to, and what the thread finds is taken at once."""

    def __init__(self):
        self.told, self.timers, self.waits = [], [], []
        super().__init__(CLOCK, lambda *found: self.told.append(found))
        self.later = lambda wait, *call: (self.waits.append(wait), self.timers.append(call))
        self.on_loop = lambda call, *args: call(*args)

    def due(self):
        timers, self.timers = self.timers, []
        for call, *args in timers:
            call(*args)


def process(pid, **more):
    started = getattr(procfs.stat(pid), "started", 0)
    some = Program(pid, started, CLOCK.mono(), "an", (Fingerprint("/usr/bin/python3", 1),))
    return replace(some, **more)


@pytest.fixture
def looks():
    made = Looks()
    yield made
    made.stop()


@NATIVE
def test_the_loop_is_told_of_it(looks, loading, game):
    program = process(loading(game))
    looks.seen(program, Catalogue([code_of(game)]))
    assert looks.told == []
    looks.due()
    (identity, files, since), = until(lambda: looks.told)

    assert (identity, [file.path for file in files], since) == (program.identity, [str(game)], program.since)


@NATIVE
def test_it_is_looked_at_again_only_if_it_has_loaded_more(looks, loading, game, monkeypatch):
    """And what it loads later was not played before."""
    asked = []
    monkeypatch.setattr(Finder, "games_in", lambda *what: asked.append(what) or (Fingerprint("x", 1),))
    catalogue, program = Catalogue([code_of(game)]), process(loading(game), since=0)
    looks.seen(program, catalogue)
    for _ in range(9):
        looks.due()
        looks.seen(program, catalogue)
    until(lambda: looks.told)
    assert len(asked) == 1
    before = CLOCK.mono()
    monkeypatch.setattr(procfs, "extent", lambda _: (1, 1))
    looks.seen(program, catalogue)
    until(lambda: len(looks.told) == 2)

    assert (looks.told[0][2], looks.told[1][2] <= before, looks.told[1][2] > 0) == (0, True, True)


def test_with_more_games_what_is_loaded_is_looked_at_anew(looks, loading, game, other):
    """Though it has loaded nothing since."""
    program = process(loading(game))
    looks.seen(program, Catalogue([Game(id="x", title="", build_ids=("ab",))]))
    looks.due()
    until(lambda: looks._finders["an"].idle)
    assert looks.told == []
    looks.seen(program, Catalogue([code_of(game)]))

    assert until(lambda: looks.told)


def test_it_is_looked_at_some_times_by_itself_and_then_with_each_scan(looks, loading, game):
    looks.seen(process(loading(game)), Catalogue([code_of(game)]))
    while looks.timers:
        looks.due()

    assert list(accumulate(looks.waits)) == pytest.approx([0.1, 0.5, 2, 8, 32])


@NATIVE
def test_what_it_loads_was_not_played_while_it_rested(looks, loading, game, monkeypatch):
    """It is looked at again when it has run; until then nobody need."""
    monkeypatch.setattr(Finder, "games_in", lambda *_: (Fingerprint("x", 1),))
    catalogue, program = Catalogue([code_of(game)]), process(loading(game), since=0)
    assert not looks.seen(program, catalogue)  # nothing of it was looked at yet
    assert looks.seen(program, catalogue)
    until(lambda: looks.told)
    rested = CLOCK.mono() + 60_000
    monkeypatch.setattr(procfs, "extent", lambda _: (1, 1))
    looks.seen(program, catalogue, rested)
    until(lambda: len(looks.told) == 2)

    assert looks.told[1][2] == rested


@NATIVE
def test_of_which_there_is_no_room_to_look_is_looked_at_again(looks, loading, game, monkeypatch):
    monkeypatch.setattr("daemon.platforms.linux.watching.finding._MOST_WAITING", 0)
    catalogue, program = Catalogue([code_of(game)]), process(loading(game))
    assert [looks.seen(program, catalogue) for _ in range(3)] == [False, False, False]


def test_a_process_that_has_loaded_much_hides_no_other(looks, monkeypatch):
    """Nor is what comes last in it forgotten: each has a moment in turn."""
    much, ends = threading.Event(), threading.Event()

    def games_in(_, this, __):
        while this[0] == os.getppid() and not ends.is_set():
            much.set()
            yield None
        yield Fingerprint(str(this[0]), 1)

    monkeypatch.setattr(Finder, "games_in", games_in)
    catalogue = Catalogue([Game(id="x", title="", build_ids=("ab",))])
    for pid in (os.getppid(), os.getpid()):
        looks.seen(process(pid), catalogue)
        looks.due()
    until(lambda: looks.told)
    ends.set()
    until(lambda: len(looks.told) == 2)

    assert much.is_set()
    assert [files[0].path for _, files, _ in looks.told] == [str(os.getpid()), str(os.getppid())]


def test_a_process_that_keeps_its_thread_waiting_hides_no_other(looks, monkeypatch):
    """Another thread goes on, and somebody is told. What the first one finds at last is told too."""
    waits, ends, held = threading.Event(), threading.Event(), []

    def games_in(_, this, __):
        if this[0] == os.getppid():
            waits.set()
            ends.wait()
        yield Fingerprint(str(this[0]), 1)

    monkeypatch.setattr(Finder, "games_in", games_in)
    monkeypatch.setattr("daemon.platforms.linux.watching.finding._HELD_MS", 100)
    monkeypatch.setattr(procfs, "extent", lambda _: (1, 1))
    looks.held = lambda *what: held.append(what)
    catalogue = Catalogue([Game(id="x", title="", build_ids=("ab",))])
    programs = [process(pid) for pid in (os.getppid(), os.getpid())]
    for one in programs:
        looks.seen(one, catalogue)
    looks.due()
    assert waits.wait(5)
    until(lambda: (looks.seen(programs[1], catalogue), looks.told)[1])
    ends.set()
    until(lambda: len(looks.told) == 2)

    assert [files[0].path for _, files, _ in looks.told] == [str(os.getpid()), str(os.getppid())]
    assert held == [(procfs.called(os.getppid()), programs[0].account)]


def test_however_often_somebody_kept_it_waiting_it_goes_on(looks, monkeypatch):
    """Bounded is how many of its threads wait at a time."""
    waits = {pid: threading.Event() for pid in (os.getppid(), 1)}

    def games_in(_, this, __):
        if this[0] in waits:
            waits[this[0]].wait()
        yield Fingerprint(str(this[0]), 1)

    monkeypatch.setattr(Finder, "games_in", games_in)
    monkeypatch.setattr("daemon.platforms.linux.watching.finding._HELD_MS", 100)
    monkeypatch.setattr("daemon.platforms.linux.watching.finding._MOST_THREADS", 2)
    monkeypatch.setattr(procfs, "extent", lambda _: (1, 1))
    catalogue, held = Catalogue([Game(id="x", title="", build_ids=("ab",))]), []
    looks.held = lambda what, _: held.append(what)
    for pid, ends in waits.items():
        program = process(pid)
        looks.seen(program, catalogue)
        looks.due()
        until(lambda: (looks.seen(program, catalogue), procfs.called(pid) in held)[1])  # noqa: B023 - within this turn
        if pid != 1:
            ends.set()
    looks.seen(process(os.getpid()), catalogue)
    looks.due()
    try:
        until(lambda: len(looks.told) == 2)
    finally:
        waits[1].set()

    assert [files[0].path for _, files, _ in looks.told] == [str(os.getppid()), str(os.getpid())]


def test_an_account_takes_the_place_of_one_of_which_all_was_looked_at(looks, monkeypatch):
    """However many accounts a PC has had: threads are bounded, not accounts."""
    ends = threading.Event()
    monkeypatch.setattr(Finder, "games_in", lambda _, this, __: (this[0] == 1 and ends.wait()) or (Fingerprint("x", 1),))
    monkeypatch.setattr("daemon.platforms.linux.watching.loading._MOST_ACCOUNTS", 2)
    monkeypatch.setattr(procfs, "extent", lambda _: (1, 1))
    catalogue, pids = Catalogue([Game(id="x", title="", build_ids=("ab",))]), (1, os.getppid(), os.getpid())
    programs = [process(pid, account=account) for pid, account in zip(pids, ("waits", "an", "binh"), strict=True)]
    try:
        for one in programs:
            looks.seen(one, catalogue)
            looks.due()
            until(lambda: one is programs[0] or looks.seen(one, catalogue))  # noqa: B023 - within this turn
        until(lambda: (looks.seen(programs[2], catalogue), len(looks.told) == 2)[1])
    finally:
        ends.set()

    assert [identity for identity, *_ in looks.told] == [one.identity for one in programs[1:]]


def test_an_account_that_runs_nothing_new_keeps_no_thread(looks, monkeypatch):
    """Else each account that a PC ever had would keep one until it is switched off."""
    monkeypatch.setattr(Finder, "games_in", lambda *_: iter(()))
    monkeypatch.setattr("daemon.platforms.linux.watching.loading._IDLE_MS", 0)
    catalogue = Catalogue([Game(id="x", title="", build_ids=("ab",))])
    every = set()
    for number, (account, pid) in enumerate([("an", os.getppid()), ("binh", os.getpid()), ("binh", os.getpid())]):
        looks.seen(process(pid, account=account, since=number), catalogue)
        looks.due()
        until(lambda: all(one.idle for one in looks._finders.values()))
        every |= {thread for one in looks._finders.values() for thread in one._threads}
    assert looks._finders.keys() == {"binh"}
    until(lambda: sum(thread.is_alive() for thread in every) == 1)


@pytest.mark.parametrize(("account", "games"), [("root", [Game(id="x", title="", build_ids=("ab",))]), ("an", [])])
def test_who_cannot_gain_by_it_is_not_looked_at(looks, account, games):
    """Nor anybody where no game is known by its content."""
    looks.seen(process(os.getpid(), account=account), Catalogue(games))

    assert looks.timers == []


def test_what_is_over_is_forgotten(looks):
    looks.seen(process(1 << 30), Catalogue([Game(id="x", title="", build_ids=("ab",))]))
    looks.due()

    assert (looks.timers, looks._known) == ([], {})


LEASES = """
import fcntl, mmap, os, signal, sys
signal.signal(signal.SIGIO, signal.SIG_IGN)
file = os.open(sys.argv[1], os.O_RDONLY)
code = mmap.mmap(file, 0, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ | mmap.PROT_EXEC)
fcntl.fcntl(file, fcntl.F_SETLEASE, fcntl.F_WRLCK)
print(flush=True)
sys.stdin.read()
"""


def test_what_is_leased_is_asked_for_again(tmp_path):
    """It maps what it holds a lease of, and that nobody else has open."""
    path = Path(shutil.copy("/bin/sleep", tmp_path / "library"))
    with subprocess.Popen([sys.executable, "-c", LEASES, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as leasing:
        leasing.stdout.readline()
        catalogue = Catalogue([Game(id="x", title="", build_ids=("ab",))])
        found = [one for one in Finder().games_in(procfs.stat(leasing.pid).identity, catalogue) if one]
        leasing.stdin.close()
    assert [one.shown for one in found] == [str(path)]


def test_who_keeps_it_waiting_for_too_long_is_told_of(looks, monkeypatch):
    """And who does once, for too long: as long as that goes on."""
    lets = threading.Event()

    def games_in(_, this, __):
        lets.wait()
        yield from ()

    monkeypatch.setattr(Finder, "games_in", games_in)
    monkeypatch.setattr("daemon.platforms.linux.watching.finding._HELD_MS", 50)
    monkeypatch.setattr("daemon.platforms.linux.watching.finding._STUCK_MS", 200)
    monkeypatch.setattr(procfs, "extent", lambda _: (1, 1))
    unread, now = [], CLOCK.mono()
    looks.unread = lambda this: unread.append((this, CLOCK.mono() - now)) or True
    catalogue, program = Catalogue([Game(id="x", title="", build_ids=("ab",))]), process(os.getppid())
    until(lambda: (looks.seen(program, catalogue), looks.due(), len(unread) == 2)[2])
    lets.set()
    until(lambda: looks._finders["an"].idle)
    for _ in range(9):
        looks.due()
    assert looks.timers == []
    assert [this for this, _ in unread] == [program.identity] * 2
    assert unread[0][1] >= 250
    assert unread[1][1] - unread[0][1] >= 200


def test_so_is_who_does_it_for_a_while_again_and_again(looks, monkeypatch):
    """Each thread that goes on in the place of another one begins with it anew."""
    over = threading.Event()

    def games_in(*_):
        over.wait(0.2)
        yield from (None, None)

    monkeypatch.setattr(Finder, "games_in", games_in)
    monkeypatch.setattr("daemon.platforms.linux.watching.finding._HELD_MS", 50)
    monkeypatch.setattr("daemon.platforms.linux.watching.finding._STUCK_MS", 60_000)
    monkeypatch.setattr(procfs, "extent", lambda _: (1, 1))
    catalogue, program, unread = Catalogue([Game(id="x", title="", build_ids=("ab",))]), process(os.getppid()), []
    looks.unread = lambda this: unread.append(this) or True
    until(lambda: (looks.seen(program, catalogue), looks.due(), unread)[2])
    over.set()
    assert set(unread) == {program.identity}


@pytest.mark.parametrize("whose", ["local", "roots", "own"])
def test_a_disk_of_the_pcs_that_takes_long_is_held_against_nobody(looks, monkeypatch, whose):
    """As one does that is about to fail, or a network share that root mounted."""
    lets, unread, held = threading.Event(), [], []
    monkeypatch.setattr(Finder, "_game", lambda *_: lets.wait())
    monkeypatch.setattr(places, "_whose", lambda *_: whose)
    monkeypatch.setattr("daemon.platforms.linux.watching.finding._HELD_MS", 50)
    monkeypatch.setattr("daemon.platforms.linux.watching.finding._STUCK_MS", 100)
    monkeypatch.setattr(procfs, "extent", lambda _: (1, 1))
    looks.unread = lambda this: unread.append(this) or True
    looks.held = lambda *said: held.append(said)
    catalogue, program = Catalogue([Game(id="x", title="", build_ids=("ab",))]), process(os.getppid())
    until(lambda: (looks.seen(program, catalogue), looks.due(), held)[2])
    end = CLOCK.mono() + 500
    until(lambda: (looks.due(), unread or CLOCK.mono() > end)[1])
    lets.set()
    assert bool(unread) is (whose == "own")


# --- what is not read in time ----------------------------------------------------------------------------------------------


FILES = tuple(Mapped((-1, number), ("", ""), f"/x/{number}") for number in range(40))


class Asks(AskedAgain):
    """`asked`: what was asked and how to answer. Its timers go when they are told to."""

    def __init__(self):
        self.asked, self.games, self.told, self.forgot, self.timers, self.interest = [], [], [], [], [], True
        super().__init__(
            lambda *ask: self.asked.append(ask), lambda *found: self.games.append(found), self._tell, self.forgot.append,
            lambda _, call: self.timers.append(call),
        )  # fmt: skip

    def _tell(self, this, account, what):
        self.told.append((this, account, what))
        return self.interest

    def turn(self, answer):
        """Answers what was asked, by what `answer` makes of its files, and lets the time go by."""
        asked, self.asked = self.asked, []
        for _, files, tell, wanted in asked:
            if wanted():
                tell(answer(files))
        timers, self.timers = self.timers, []
        for call in timers:
            call()
        return len(asked)


def question(pid, account="an"):
    return Question((pid, 1), account, Catalogue(()), 5)


def held(files):
    return Answer(unread=files, late=files[0].shown)


def test_what_is_not_read_is_asked_for_again_and_told_after_three_tries():
    asks = Asks()
    asks.ask(question(7), FILES[:2])
    assert [asks.turn(held) for _ in range(7)] == [1] * 7
    assert asks.told == [((7, 1), "an", "/x/0")] * 2
    asks.turn(lambda files: Answer(games=(Fingerprint("x", 1),), unread=files[1:], late="x"))
    assert asks.games == [((7, 1), (Fingerprint("x", 1),), 5)]
    assert (asks.turn(held), asks.asked, asks._late) == (0, [], {})


def test_a_slow_file_system_of_which_some_is_read_each_time_has_longer_but_not_for_ever():
    asks = Asks()
    asks.ask(question(7), FILES)
    for number in range(69):  # each is read when it is asked for the second time
        asks.turn(lambda files, second=number % 2: held(files[second:]))
    assert asks.told == []
    asks.turn(lambda files: held(files[1:]))
    assert len(asks.told) == 1


def test_who_loads_more_has_no_more_tries():
    """What was asked for before is not asked for twice, and a question that waits is not asked once more."""
    asks = Asks()
    asks.ask(question(7), FILES[:1])
    asks.turn(held)
    asks.ask(question(7), FILES[:2])
    assert asks.turn(held) == 2  # of which one is not wanted any more
    asks.turn(held)
    assert len(asks.told) == 1
    asks.timers.pop()()
    assert len(asks.asked) == 1


def test_of_one_account_few_are_asked_for_again(monkeypatch):
    """Whoever has more is told of at once, and has no part in what others have."""
    monkeypatch.setattr("daemon.platforms.linux.watching.asked_again._MOST_LATE", 2)
    asks = Asks()
    for pid in (1, 2, 3):
        asks.ask(question(pid), FILES)
    asks.ask(question(4, "binh"), FILES)
    asks.turn(held)
    assert (asks.told, asks.forgot) == ([((3, 1), "an", "/x/0")], [(3, 1)])
    assert asks.turn(held) == 3


@pytest.mark.parametrize("why", ["nobody's fault", "of no interest"])
def test_what_is_told_nobody_is_not_asked_for_each_second(why):
    """A look at what the process has loaded begins anew."""
    asks = Asks()
    asks.interest = False
    asks.ask(question(7), FILES)
    for _ in range(9):
        asks.turn(held if why == "of no interest" else lambda files: Answer(unread=files))
    assert len(asks.told) == (why == "of no interest")
    assert (asks.forgot, asks._late) == ([(7, 1)], {})


# --- what comes of it ------------------------------------------------------------------------------------------------------


def seen(**more):
    program = Program(7, 1, 1, "an", (Fingerprint("/usr/bin/python3", 1),), mapped=(Fingerprint("x", 1, build_id="ab"),))
    return SeenProgram(replace(program, **more), (1, 2), 1)


def test_who_has_loaded_a_game_has_it_until_it_is_over():
    """Also if it lets go of the file; but its next start is another program."""
    before = seen()

    assert seen(mapped=()).kept(before).program.mapped == before.program.mapped


def test_other_programs_of_the_interpreter_that_loaded_a_game_are_none():
    kin = Kin()
    kin.executes(seen())

    assert kin.with_image((1, 2)) == []
