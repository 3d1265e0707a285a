"""Readings that somebody holds up, by a FUSE of his or by a memory map that is kept busy: nobody else waits for that."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import subprocess
from contextlib import asynccontextmanager, contextmanager, suppress
from hashlib import sha256
from pathlib import Path

import pytest

from daemon.platforms.api import ProgramStarted, ProgramStopped, ProgramUnread, Refusals, StartRefused, WatchTrouble
from daemon.platforms.linux import calls, procfs
from daemon.platforms.linux.gate.answers import RefusalsByUid
from daemon.platforms.linux.gate.execgate import ExecGate
from daemon.platforms.linux.gate.judging import Judge
from daemon.platforms.linux.reading.crew import Crew
from daemon.platforms.linux.reading.files import Files, Runner
from daemon.platforms.linux.reading.lines import Message
from daemon.platforms.linux.reading.places import Mounts
from daemon.platforms.linux.reading.work import Work
from daemon.platforms.linux.watcher import LinuxWatcher
from daemon.platforms.linux.watching import asked_again, finding, loading, rereading
from daemon.platforms.linux.watching.interpreters import interpreters
from daemon.platforms.linux.watching.programs import Programs
from daemon.platforms.linux.watching.reader import _Images
from daemon.platforms.linux.watching.tracker import LinuxTracker
from daemon.platforms.reading.patience import HeldError
from host.clock import SystemClock
from i18n.message import plain
from rules.games import Catalogue, Game
from rules.installed import OnlyInstalled
from tests import fuse, native
from tests.bypasses.test_disguises import BEGIN, EXECUTABLE, PLAY
from tests.bypasses.test_forks import PYTHON
from tests.contracts.programs import copy_with_own_build
from tests.daemon.platforms.linux.test_loaded_code import LOADS, NATIVE, code_of
from tests.system import PATIENCE
from tests.system import until as wait_until

pytestmark = pytest.mark.root
CHILD, UID, GID = "games", 5, 60
# One thread faults in a page that never comes, by way of /proc/self/mem, so with mmap_lock held; another one waits to write.
BUSY = """
import ctypes, mmap, os, sys, threading
file = os.open(sys.argv[1], os.O_RDONLY)
size = os.fstat(file).st_size
page = mmap.mmap(file, size, flags=mmap.MAP_PRIVATE)
at = ctypes.addressof(ctypes.c_char.from_buffer(page))
memory = os.open("/proc/self/mem", os.O_RDONLY)
threading.Thread(target=os.pread, args=(memory, 1, at), daemon=True).start()
sys.stdin.readline()
mmap.mmap(-1, 1 << 24)
"""


@asynccontextmanager
async def watching(seen, gate_mounts=()):
    """As the daemon watches as root: with readers."""
    clock = SystemClock()
    watcher = LinuxWatcher(LinuxTracker(Programs(clock, interpreters()), clock), clock, gate_mounts, crew=Crew(clock))
    watcher.start(seen.append)
    try:
        async with asyncio.timeout(3 * PATIENCE):
            yield watcher
    finally:
        watcher.stop()


@contextmanager
def running(*args, who=(UID, GID), **more):
    """A program of the child's, or of whoever that is; its input is open."""
    uid, gid = who
    process = subprocess.Popen(args, user=uid, group=gid, extra_groups=[], stdin=subprocess.PIPE, cwd="/", **more)
    try:
        yield process
    finally:
        process.kill()
        process.stdin.close()
        process.wait(PATIENCE)


@contextmanager
def closing(end):
    try:
        yield
    finally:
        end()


@pytest.fixture
def disk(open_folder):
    """`disk(files, more)`: a FUSE of the child's."""
    folder = open_folder / "disk"
    folder.mkdir()

    @contextmanager
    def serve(files, more=""):
        with fuse.served(folder, UID, files, more) as made:
            made.folder = folder
            yield made

    return serve


@pytest.fixture
def soon(monkeypatch):
    monkeypatch.setattr(rereading, "_HELD_S", 0.05)


def unread(seen, pid):
    return {one.program.account for one in seen if isinstance(one, ProgramUnread) and one.program.pid == pid}


def starts(seen, pid):
    return [one.program for one in seen if isinstance(one, ProgramStarted) and one.program.pid == pid]


def held_up(seen, what):
    """What is said of it; others on this PC may be held up too."""
    told = [one for one in seen if isinstance(one, WatchTrouble) and one.id == "read-held"]
    return [one for one in told if what in plain(one.text)]


def troubles(seen):
    return [one.id for one in seen if isinstance(one, WatchTrouble) and not one.over]


def sleeper(folder, name):
    game = copy_with_own_build("/bin/sleep", folder / name)
    return game, (folder / name).read_bytes()


@pytest.mark.parametrize("more", ["", "allow_other"], ids=["refuses root", "answers everybody"])
def test_a_game_on_a_players_own_fuse_is_known_by_its_build(disk, until, open_folder, more):
    """Also where root may not read: its player may."""
    game, content = sleeper(open_folder, "chess")
    seen = []

    async def body():
        with disk({"homework": content}, more) as own:
            async with watching(seen) as watcher:
                watcher.refuse(Refusals(Catalogue((game,)), {}))
                with running(own.folder / "homework", "60") as process:
                    program = (await until(lambda: starts(seen, process.pid)))[-1]
                    assert Catalogue((game,)).recognise(program).clues == ("build-id",)
                    assert not unread(seen, process.pid)

    asyncio.run(body())


@pytest.mark.parametrize("more", ["", "allow_other"], ids=["refuses root", "answers everybody"])
def test_a_fuse_that_does_not_answer_holds_up_nobody(disk, until, open_folder, soon, more):
    """Others are seen meanwhile; of this one it is told that nobody can tell what it is. Readers that hang end no less."""
    game, content = sleeper(open_folder, "chess")
    other, _ = sleeper(open_folder, "draughts")
    seen = []

    async def body():
        with disk({"homework": content}, more) as own, running(own.folder / "homework", "60") as held:
            own.hold(fuse.GETATTR)
            async with watching(seen) as watcher:
                watcher.refuse(Refusals(Catalogue((game, other)), {}))
                watcher.scan()
                with running(open_folder / "draughts", "60") as process:
                    await until(lambda: starts(seen, process.pid))
                assert await until(lambda: unread(seen, held.pid)) == {CHILD}
                said = await until(lambda: held_up(seen, f"homework, pid {held.pid}"))
                assert {one.account for one in said} == {CHILD}
            assert own.held

    asyncio.run(body())


@pytest.mark.parametrize("who", ["a look at all", "its event"])
def test_a_game_that_was_held_up_is_one_whoever_reads_it_first(disk, until, open_folder, monkeypatch, who):
    """Not only the look that was to come for it."""
    monkeypatch.setattr(rereading, "_HELD_S", 60)
    game, content = sleeper(open_folder, "chess")
    seen = []

    async def body():
        with disk({"homework": content}) as own, running(own.folder / "homework", "60") as held:
            own.hold(fuse.GETATTR)
            async with watching(seen) as watcher:
                watcher.refuse(Refusals(Catalogue((game,)), {}))
                tracker = watcher._tracker
                if held.pid not in tracker._known:
                    tracker.appeared(held.pid)
                assert tracker._known[held.pid].program.unread
                own.hold()

                def known():
                    tracker._early.add(held.pid)
                    tracker.replaced(held.pid) if who == "a look at all" else tracker.executed(held.pid, watcher._clock.mono())
                    return not tracker._known[held.pid].program.unread

                await until(known)
                assert tracker.games == {held.pid}
                assert starts(seen, held.pid)[-1].files[0].build_id == game.build_ids[0]

    asyncio.run(body())


def test_what_a_held_up_program_forks_is_followed(disk, until, open_folder, monkeypatch):
    """Also where root does not even see which file it executes."""
    monkeypatch.setattr(procfs, "addresses", lambda pid: (b"%d" % (pid == os.getpid()),))
    _, content = sleeper(open_folder, "chess")
    seen, now = [], SystemClock().mono

    async def body():
        with disk({"homework": content}) as own:
            path = own.folder / "homework"
            with running(path, "60") as held, running(path, "61") as child, running(path, "62") as sibling:
                own.hold(fuse.GETATTR)
                async with watching(seen) as watcher:
                    tracker = watcher._tracker
                    for pid in (held.pid, child.pid, sibling.pid):
                        tracker.gone(pid, now())
                    tracker.appeared(held.pid)
                    assert tracker._known[held.pid].image[1] == 0
                    tracker.forked(held.pid, child.pid, now())
                    tracker.forked(os.getpid(), sibling.pid, now())
                    await until(lambda: {child.pid, sibling.pid} <= tracker._known.keys())
                    assert all(tracker._known[one.pid].identity in tracker._unread for one in (child, sibling))

    asyncio.run(body())


@pytest.mark.skipif(not Path(PYTHON).exists(), reason="needs Debian's Python")
def test_a_game_that_was_held_up_is_not_what_it_then_says_that_it_is(disk, until, open_folder):
    """It puts on a mask while what may lie beside it cannot be read, and then lets that be read."""
    if subprocess.run(["unshare", "--user", "true"], user=UID, check=False).returncode:
        pytest.skip("ordinary accounts may make no user namespaces here")
    game, ran, seen = copy_with_own_build(PYTHON, open_folder / "chess"), open_folder / "ran", []
    ran.touch()
    ran.chmod(0o666)
    env = {"RAN": str(ran), "PYTHONHOME": "/usr", "DO": f"{BEGIN}sys.stdin.readline()\n{EXECUTABLE}{PLAY}"}

    async def body():
        with disk({}) as own:
            own.hold(fuse.LOOKUP)
            enter = f'cd "{own.folder}" && exec "{open_folder}/chess" -P -c "$DO"'
            async with watching(seen) as watcher:
                watcher.refuse(Refusals(Catalogue((game,)), {}))
                tracker = watcher._tracker
                with running("/bin/sh", "-c", enter, env=env) as held:
                    await until(lambda: held.pid in tracker.games)
                    assert tracker._known[held.pid].program.unread
                    held.stdin.write(b"\n")
                    held.stdin.flush()
                    await until(ran.read_text)
                    own.hold()
                    for _ in range(10):
                        tracker.replaced(held.pid)
                        tracker._read_at_last(held.pid)
                    assert tracker._is_game(tracker._known[held.pid])
                    assert starts(seen, held.pid)[-1].files[0].path.endswith("/chess")

    asyncio.run(body())


def test_whose_file_system_it_was_that_took_long(disk, open_folder):
    """That of the one who runs it counts, and none of the PC's: whatever it is asked for, be it there or not."""
    clock, crew = SystemClock(), Crew(SystemClock())
    clock.mono = iter(range(0, 10_000_000, 50)).__next__
    with disk({"homework": b"x"}) as own, running("/bin/sleep", "60") as process:
        assert crew.start()
        assert crew.ready()
        crew.slow_desk._clock, files = clock, Files(crew.slow_desk)
        files.runner = Runner(CHILD, UID, GID)
        for folder, waits in ((own.folder, True), (open_folder, False)):
            for name in ("homework", "none"):
                files.waited = 0
                with suppress(OSError, HeldError):
                    os.close(files.node(f"/proc/{process.pid}/root{folder}/{name}"))
                with suppress(OSError, HeldError):
                    files.beginning(f"/proc/{process.pid}/root{folder}/{name}", 10)
                assert bool(files.waited) is waits
        files.close()
        crew.close()


def test_what_root_runs_is_held_against_nobody(disk, until, open_folder, soon):
    """A busy PC holds up more than players do: the system's own scripts are never ended for that."""
    _, content = sleeper(open_folder, "chess")
    seen = []

    async def body():
        with disk({"homework": content}, "allow_other") as own:
            path = own.folder / "homework"
            with running(path, "60") as held, running(path, "60", who=(0, 0)) as roots:
                own.hold(fuse.GETATTR)
                async with watching(seen) as watcher:
                    watcher.scan()
                    await until(lambda: unread(seen, held.pid))
                    assert not unread(seen, roots.pid)
                    assert not [one for one in seen if isinstance(one, WatchTrouble) and f"pid {roots.pid}" in plain(one.text)]

    asyncio.run(body())


def test_a_memory_map_that_is_kept_busy_holds_up_nobody(disk, until, open_folder, soon):
    """An interpreter's command line cannot be read then; other programs are seen, this one is told of."""
    other, _ = sleeper(open_folder, "draughts")
    seen = []

    async def body():
        with disk({"page": b"x" * 4096}) as own:
            own.hold(fuse.READ)
            with running("/usr/bin/python3", "-c", BUSY, own.folder / "page") as held, closing(own.end):
                await until(lambda: own.held)
                held.stdin.write(b"\n")
                held.stdin.flush()
                await until(lambda: state(held.pid) == "D")
                async with watching(seen) as watcher:
                    watcher.refuse(Refusals(Catalogue((other,)), {}))
                    watcher.scan()
                    with running(open_folder / "draughts", "60") as process:
                        await until(lambda: starts(seen, process.pid))
                    assert await until(lambda: unread(seen, held.pid)) == {CHILD}

    asyncio.run(body())


@pytest.fixture
def impatient(monkeypatch):
    for module, name, value in (
        (asked_again, "_AGAIN_S", 0.05), (loading, "_AGAIN_S", 0.05), (finding, "_HELD_MS", 100), (finding, "_STUCK_MS", 300),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, value)


@NATIVE
@pytest.mark.parametrize("more", ["", "allow_other"], ids=["refuses root", "answers everybody"])
def test_a_library_that_is_held_up_is_asked_for_until_it_is_read(disk, until, open_folder, impatient, more):
    """It was loaded before its file system stopped answering. Until it is read its program could be any game: that is told as
    long as it runs, and no more once it is known.
    """
    native.write(open_folder / "chess", native.program().content)
    game, seen = code_of(open_folder / "chess"), []

    def told(pid):
        return [one for one in seen if isinstance(one, ProgramUnread) and one.program.pid == pid]

    async def body():
        with disk({"x": (open_folder / "chess").read_bytes()}, more) as own:
            path = own.folder / "x"
            with running("/usr/bin/python3", "-c", LOADS, path, stdout=subprocess.PIPE) as held, held.stdout:
                held.stdout.readline()
                own.hold(fuse.OPEN, fuse.GETATTR)
                async with watching(seen) as watcher:
                    watcher.refuse(Refusals(Catalogue((game,)), {}))
                    watcher.scan()
                    await until(lambda: len(told(held.pid)) >= 2)
                    said = await until(lambda: held_up(seen, f"pid {held.pid}" if more else f"pid {held.pid}: {path}"))
                    assert {one.account for one in said} == unread(seen, held.pid) == {CHILD}
                    assert not starts(seen, held.pid)
                    own.hold()
                    program = (await until(lambda: starts(seen, held.pid)))[-1]
                    assert Catalogue((game,)).recognise(program).game == game.id
                    before = len(told(held.pid))
                    await asyncio.sleep(0.5)
                    assert len(told(held.pid)) == before

    asyncio.run(body())


@pytest.mark.skipif(not Path(PYTHON).exists(), reason="needs Debian's Python")
def test_whose_memory_map_is_kept_busy_could_have_loaded_a_game(disk, until, open_folder, impatient):
    """Also where nothing else of it has to be read: it is no interpreter that anybody knows."""
    copy_with_own_build(PYTHON, open_folder / "homework")
    game, _ = sleeper(open_folder, "chess")
    seen = []

    async def body():
        with disk({"page": b"x" * 4096}) as own:
            own.hold(fuse.READ)
            env = {"PYTHONHOME": "/usr"}
            with running(open_folder / "homework", "-c", BUSY, own.folder / "page", env=env) as held, closing(own.end):
                await until(lambda: own.held)
                held.stdin.write(b"\n")
                held.stdin.flush()
                await until(lambda: state(held.pid) == "D")
                async with watching(seen) as watcher:
                    watcher.refuse(Refusals(Catalogue((game,)), {}))
                    watcher.scan()
                    assert await until(lambda: unread(seen, held.pid)) == {CHILD}

    asyncio.run(body())


def state(pid):
    """Of its main thread."""
    return procfs.stat(pid).state


def test_readers_that_ended_are_started_anew(until, open_folder):
    """It is told, and what a user runs is read again."""
    game, _ = sleeper(open_folder, "chess")
    seen = []

    async def body():
        async with watching(seen) as watcher:
            watcher.refuse(Refusals(Catalogue((game,)), {}))
            first = watcher._reading._crew._process
            first.kill()
            first.wait()
            await until(lambda: "read-held" in troubles(seen))
            await until(lambda: (now := watcher._reading._crew._process) is not None and now is not first)
            with running(open_folder / "chess", "60") as process:
                program = (await until(lambda: starts(seen, process.pid)))[-1]
                assert Catalogue((game,)).recognise(program) is not None

    asyncio.run(body())


# --- the gate ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def gate(gate_folder, launcher):
    """With readers; what it told is in `gate.told`. The launcher is there before, as nothing can be started then."""
    clock = SystemClock()
    crew = Crew(clock)
    assert crew.start()
    assert crew.ready()
    told = []
    made = ExecGate(clock, told.append, readers=crew.gate_line)
    made.told = told
    made.open()
    made.watch(str(gate_folder))
    yield made
    made.close()
    crew.close()


def test_the_gate_knows_a_players_file_by_its_reader(gate, gate_folder, launcher, make_game):
    path, game = make_game(gate_folder, "chess")
    renamed = Path(gate_folder / "homework")
    path.rename(renamed)
    renamed.chmod(0o777)
    gate.arm(Refusals(Catalogue((game,)), {CHILD: frozenset({"chess"})}))

    def refused_twice():  # the second time it is known; on a busy machine it may not be read in time, and is refused as well
        assert "pid" not in launcher("start", args=[str(renamed), "1"], user=CHILD, cwd="/")
        return [one.game for one in gate.told if isinstance(one, StartRefused)][:2] == ["chess"] * 2

    wait_until(refused_twice)
    assert "pid" in launcher("start", args=[str(renamed), "0"], user=None, cwd="/")


def test_what_somebody_may_not_run_is_told_by_its_content(gate, gate_folder, launcher):
    """Also what root put where it does not count as installed: a guardian may want to let it through."""
    catalogue = Catalogue(())
    gate.arm(Refusals(catalogue, {}, only={CHILD: OnlyInstalled()}))
    for name in ("roots", "childs"):
        path = Path(shutil.copy("/bin/true", gate_folder / name))
        path.write_bytes(path.read_bytes() + name.encode())
        content = sha256(path.read_bytes()).hexdigest()
        if name == "childs":
            os.chown(path, UID, GID)

        def told(path=path, content=content):
            assert "pid" not in launcher("start", args=[str(path)], user=CHILD, cwd="/")
            return content in {one.file.sha256 for one in gate.told if isinstance(one, ProgramStopped)}

        wait_until(told)


def test_that_is_asked_for_at_once(open_folder):
    """The first refusal tells it, not only the next one. Of who is not bound in this way no more is asked than before."""
    path = Path(shutil.copy("/bin/true", open_folder / "childs"))
    os.chown(path, UID, GID)
    mounts = Mounts()
    handle = os.open(path, os.O_RDONLY)
    try:
        judge = Judge(SystemClock(), mounts)
        with running("/bin/sleep", "60") as process:
            asked = calls.Question(handle, process.pid)
            for only in ({UID: (CHILD, OnlyInstalled())}, {}):
                said = judge.answer(asked, RefusalsByUid(Catalogue(()), {}, only=only))
                assert said.to_read.question["digest"] is bool(only)
    finally:
        os.close(handle)
        mounts.close()


class Later(SystemClock):
    """As long after a file was written that its stamps tell."""

    def wall(self):
        return super().wall() + 10_000


def test_what_was_asked_for_another_catalogue_is_asked_for_again(open_folder, monkeypatch):
    """A game that came while a reader was at work is known by its hash from the next start on."""
    monkeypatch.setattr(calls, "kind_of_filesystem", lambda _: 0xEF53)  # as on ext4, wherever these tests lie
    path = Path(shutil.copy("/bin/true", open_folder / "childs"))
    os.chown(path, UID, GID)
    game = Game(id="chess", title="", sizes=(path.stat().st_size,), sha256=(sha256(path.read_bytes()).hexdigest(),))
    before, now = (RefusalsByUid(Catalogue(games), {UID: (CHILD, frozenset({"chess"}))}) for games in ((), (game,)))
    mounts, work = Mounts(), Work(_Images().first)
    handle = os.open(path, os.O_RDONLY)

    def read(question):
        said = work.done(Message({"n": 1, "do": "content", "opened": True, **question}, handle=os.dup(handle)))
        return said._replace(head=json.loads(json.dumps(said.head)))

    try:
        judge = Judge(Later(), mounts)
        with running("/bin/sleep", "60") as process:
            asked = calls.Question(handle, process.pid)
            late = read(judge.answer(asked, before).to_read.question)
            assert judge.answer(asked, now, late).refused is None
            again = read(judge.answer(asked, now).to_read.question)
            assert judge.answer(asked, now, again).refused.game == "chess"
            assert judge.answer(asked, now).refused.game == "chess"
    finally:
        os.close(handle)
        mounts.close()


def test_a_file_that_is_not_read_in_time_is_refused_to_who_is_limited(gate_folder, launcher, make_game):
    """Others may start it, and nobody waits for that: the gate goes on. Root's files are not asked about."""
    path, game = make_game(gate_folder, "chess")
    names = ("roots", "childs")
    roots, childs = (str(shutil.copy("/bin/true", gate_folder / name)) for name in names)
    os.chown(childs, UID, GID)
    ours, silent = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    told = []
    gate = ExecGate(SystemClock(), told.append, readers=ours)
    gate.open()
    try:
        gate.watch(str(gate_folder))
        gate.arm(Refusals(Catalogue((game,)), {CHILD: frozenset({"chess"})}))
        for _ in range(3):
            assert "pid" not in launcher("start", args=[childs], user=CHILD, cwd="/")
            assert "pid" in launcher("start", args=[childs], cwd="/")
            assert "pid" in launcher("start", args=[roots], user=CHILD, cwd="/")
            assert "pid" not in launcher("start", args=[str(path), "1"], user=CHILD, cwd="/")
        silent.close()  # readers that are gone say as little
        assert "pid" not in launcher("start", args=[childs], user=CHILD, cwd="/")
        assert "pid" in launcher("start", args=[roots], user=CHILD, cwd="/")
    finally:
        gate.close()
        ours.close()
        silent.close()
    assert [one.id for one in told if isinstance(one, WatchTrouble)] == ["read-held"]
