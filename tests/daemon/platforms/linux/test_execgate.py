"""The exec gate: refuses before the first instruction, and never holds up the machine."""

from __future__ import annotations

import asyncio
import errno
import io
import os
import shutil
import subprocess
import sys
import textwrap
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from daemon.platforms.api import ProgramStarted, Refusals, StartRefused, WatchTrouble
from daemon.platforms.linux import calls, procfs
from daemon.platforms.linux.accounts import SubIds
from daemon.platforms.linux.gate import telling
from daemon.platforms.linux.gate.execgate import ExecGate
from daemon.platforms.linux.gate.judging import LARGEST_HASHED, Judge, by_uid
from host.clock import SystemClock
from host.elf import build_id
from i18n.message import msg, plain
from rules.games import Catalogue, Game
from rules.installed import LetProgram, OnlyInstalled
from tests.system import until

pytestmark = pytest.mark.root
CHILD = "games"


@pytest.fixture
def gate(gate_folder, launcher):
    """An open gate over a filesystem of its own, and what it told."""
    told = []
    found = ExecGate(SystemClock(), told.append)
    found.open()
    found.watch(str(gate_folder))
    found.told = told
    yield found
    found.close()


@pytest.fixture
def start(launcher):
    """`start(path, …)`: whether it could be started by the child's account."""

    def run(*args, user=CHILD):
        done = launcher("start", args=[str(arg) for arg in args], user=user, cwd="/")
        return "pid" in done

    return run


@pytest.fixture
def asked(monkeypatch):
    """Paths that the kernel asked for."""
    paths = []
    answer = Judge.answer

    def spy(self, question, current):
        paths.append(Path(f"/proc/self/fd/{question.handle}").readlink().name)
        return answer(self, question, current)

    monkeypatch.setattr(Judge, "answer", spy)
    return paths


def refusing(*games, account=CHILD, ids=None):
    return Refusals(Catalogue(games), {account: frozenset(ids or (game.id for game in games))})


def test_what_a_saving_game_starts_is_let_through(gate, gate_folder, open_folder, launcher, make_game):
    """Its children and what these leave behind; the same start by anybody else is refused, and by it once it does not save."""
    path, game = make_game(gate_folder, "chess", "/bin/dash")
    fifo, out = open_folder / "go", open_folder / "out"
    for one in (fifo, out):
        os.mkfifo(one)
        one.chmod(0o666)
    script = f'while read how < {fifo}; do $how {path} -c "exit 7"; echo $? > {out}; done'
    pids = [launcher("start", args=["/bin/sh", "-c", script], user=CHILD, cwd="/")["pid"]]
    program = (pids[0], procfs.stat(pids[0]).started)

    def tried(how):
        fifo.write_text(f"{how}\n")
        return int(out.read_text())

    refused = refusing(game)
    younger = (program[0], program[1] + 1)
    cases = (("chess", (), 126), ("chess", (program,), 7), ("go", (program,), 126), ("chess", (younger,), 126))
    for id_, programs, code in cases:
        gate.arm(replace(refused, saving={id_: frozenset(programs)}))
        assert [tried(how) for how in ("", "env", "setsid -w")] == [code] * 3
        assert not launcher("start", args=[str(path), "-c", "exit"], user=CHILD, cwd="/").get("pid")


def test_a_process_that_hides_its_owner(gate, gate_folder, launcher, make_game):
    """A process that is not dumpable looks like root's in /proc; it is asked for by its real uid."""
    path, game = make_game(gate_folder, "chess")
    gate.arm(refusing(game))
    code = textwrap.dedent(f"""
        import ctypes, os
        os.setgid(60); os.setuid(5)
        ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)
        assert os.stat("/proc/self/status").st_uid == 0
        try: os.execv({str(path)!r}, ["x", "1"])
        except PermissionError: os._exit(7)
    """)
    assert launcher("run", args=[sys.executable, "-c", code])["code"] == 7


def test_numbers_of_containers_belong_to_their_holder(monkeypatch):
    """An account's container numbers are refused what the account is."""
    monkeypatch.setattr("daemon.platforms.linux.accounts.sub_ids", lambda: (SubIds(CHILD, 100_000, 65_536), SubIds("x", 1, 2)))
    found = by_uid(refusing(Game(id="chess", title="")))
    assert [found.of(uid) for uid in (5, 100_000, 165_535)] == [(CHILD, frozenset({"chess"}))] * 3
    assert [found.of(uid) for uid in (0, 99_999, 165_536, 1)] == [None] * 4


def test_ordinary_programs_of_the_system_are_asked_for_once(gate, gate_folder, start, asked):
    """Root's programs go on the kernel's ignore mark; files that others may write to are asked for each time."""
    for name in ("roots", "childs", "shared"):
        shutil.copy("/bin/sleep", gate_folder / name)
    shutil.chown(gate_folder / "childs", CHILD)
    (gate_folder / "shared").chmod(0o777)
    gate.arm(refusing(Game(id="chess", title="", names=("chess",))))
    for _ in range(3):
        for name in ("roots", "childs", "shared"):
            assert start(gate_folder / name, "1")
    assert sorted(asked) == ["childs"] * 3 + ["roots"] + ["shared"] * 3


def test_what_somebody_may_not_run_is_no_ordinary_program(gate, gate_folder, start, asked):
    """While somebody runs only what is installed, a program of root's in a place like this is asked for each time, as others
    may run it; then once again. Who runs it is told by what it is.
    """
    program = Path(shutil.copy("/bin/true", gate_folder / "program"))
    catalogue = Catalogue(())
    content = sha256(program.read_bytes()).hexdigest()
    let = LetProgram(name="program", sha256=content, size=program.stat().st_size)
    for only, may in ((OnlyInstalled(), False), (OnlyInstalled((let,)), True), (OnlyInstalled(), False)):
        gate.arm(Refusals(catalogue, {}, only={CHILD: only}))
        assert [start(program), start(program, user="root"), start(program)] == [may, True, may]
    assert asked == ["program"] * 9
    gate.arm(Refusals(catalogue, {}))

    def unasked():
        before = len(asked)
        return start(program) and len(asked) == before

    until(unasked)
    until(lambda: sum(seen.times for seen in gate.told) == 4)
    assert {(seen.account, seen.file.sha256, seen.file.path) for seen in gate.told} == {(CHILD, content, str(program))}


def test_a_large_program_that_looks_let_through_is_not_read_by_the_gate(gate, gate_folder, start):
    """Everybody would wait for it. Of another size, or build, it is refused at once."""
    program = gate_folder / "program"
    program.write_bytes(Path("/bin/dash").read_bytes() + bytes(LARGEST_HASHED))
    program.chmod(0o755)
    build = build_id(io.BytesIO(program.read_bytes()))
    let = LetProgram(name="program", sha256="ab" * 32, size=program.stat().st_size, build_id=build)
    for other, may in ((let, True), (replace(let, size=let.size + 1), False), (replace(let, build_id="ab"), False)):
        gate.arm(Refusals(Catalogue(()), {}, only={CHILD: OnlyInstalled((other,))}))
        assert start(program, "-c", "exit") is may


def test_ignored_until_modified_or_another_catalogue(gate, gate_folder, start, asked, make_game):
    """A program that turns into a game is asked for again; so is everything when the catalogue changes."""
    path, game = make_game(gate_folder, "source")
    victim = Path(shutil.copy("/bin/sleep", gate_folder / "victim"))
    gate.arm(refusing(game))
    assert start(victim, "0")
    assert start(victim, "0")
    until(lambda: written(victim, path.read_bytes()))
    assert not start(victim, "0")
    other = shutil.copy("/bin/true", gate_folder / "later")
    assert start(other)
    assert not start(victim, "0")  # one question after the other: what to ignore after the last one is settled
    assert start(other)
    gate.arm(refusing(Game(id="later", title="", names=("later",))))
    assert not start(other)
    assert asked.count("later") == 2


def written(path, content):
    """Whether that could be done: a file that still runs cannot be written."""
    with suppress(OSError):
        return path.write_bytes(content)
    return 0


@pytest.mark.promise("Failures: A gate that fails lets everybody through and raises an Issue")
def test_an_error_lets_through_and_is_told_once(gate, gate_folder, start, make_game, monkeypatch):
    """Whatever goes wrong inside: the program runs, an Issue is told with what it was, and the gate goes on. When that has not
    come for a while it is over.
    """
    path, game = make_game(gate_folder, "chess")
    gate.arm(refusing(game))
    with monkeypatch.context() as broken:
        broken.setattr(Judge, "answer", lambda *_: 1 / 0)
        assert [start(path, "1"), start(path, "1")] == [True, True]
    assert not start(path, "1")
    until(lambda: len(gate.told) > 1)
    assert [type(seen) for seen in gate.told] == [WatchTrouble, StartRefused]
    assert "internal error ZeroDivisionError: division by zero: please report it" in plain(gate.told[0].text)
    monkeypatch.setattr(telling, "_CALM_MS", -1)
    until(lambda: len(gate.told) > 2)
    assert (gate.told[2].id, gate.told[2].over) == ("gate-failed", True)


@pytest.mark.promise("Failures: A gate that fails lets everybody through and raises an Issue")
def test_a_gate_that_breaks_lets_everybody_through(gate, gate_folder, start, make_game, monkeypatch):
    """If the kernel cannot be answered at all the descriptor is closed: nothing waits for us any more."""
    path, game = make_game(gate_folder, "chess")
    gate.arm(refusing(game))
    monkeypatch.setattr(calls, "fanotify_read", lambda _: 1 / 0)
    assert [start(path, "1"), start(path, "1")] == [True, True]
    until(lambda: gate.told)
    (told,) = gate.told
    assert (told.id, "internal error ZeroDivisionError" in plain(told.text)) == ("watch-gate", True)


def test_want_of_descriptors_does_not_close_the_gate(gate, gate_folder, start, make_game, monkeypatch):
    """It passes: the gate tries again, tells once, and refuses as before."""
    path, game = make_game(gate_folder, "chess")
    gate.arm(refusing(game))
    read, left = calls.fanotify_read, [errno.EMFILE, errno.ENFILE, errno.ENOMEM]

    def want(handle):
        if left:
            raise OSError(left.pop(), "")
        return read(handle)

    monkeypatch.setattr(calls, "fanotify_read", want)
    assert not start(path, "1")
    assert left == []
    monkeypatch.setattr(telling, "_BLIND_MS", -1)
    assert not start(path, "1")
    until(lambda: len(gate.told) == 4)
    assert [seen.over if isinstance(seen, WatchTrouble) else seen.game for seen in gate.told] == [False, "chess", True, "chess"]


def test_a_broken_gate_is_set_up_anew(watching, until, gate_folder, launcher, make_game, monkeypatch):
    """The watcher says why, its watchdog does not end us, and it goes on by events until the gate refuses again."""
    path, game = make_game(gate_folder, "chess")
    seen = []

    def told(id_):
        return [one.over for one in seen if isinstance(one, WatchTrouble) and one.id == id_]

    async def body():
        async with watching(seen, (str(gate_folder),)) as watcher:
            watcher.refuse(refusing(game))
            assert watcher.kind == "gate"
            watchdog = watcher._gate.watchdog
            with monkeypatch.context() as broken:
                broken.setattr(calls, "fanotify_read", lambda _: 1 / 0)
                done = await launcher.aside("start", args=[str(path), "5"], user=CHILD)
                await until(lambda: any(isinstance(one, ProgramStarted) and one.program.pid == done["pid"] for one in seen))
                await until(lambda: told("watch-gate")[:1] == [False])
            assert watchdog._timer is None
            watcher.refuse(refusing(game))
            async with asyncio.timeout(20):
                while told("watch-gate")[-1] is False:
                    await asyncio.sleep(0.01)
            assert watcher.kind == "gate"
            assert "pid" not in await launcher.aside("start", args=[str(path), "1"], user=CHILD)

    asyncio.run(body())


def test_a_gate_that_cannot_be_had_says_why_and_comes_when_it_can(watching, gate_folder, monkeypatch):
    """No rights, no such kernel: what is wrong and what helps; it is tried again."""
    seen, wrong = [], [errno.EPERM]
    opened = calls.fanotify_open

    def refuse():
        if wrong:
            raise OSError(wrong[0], os.strerror(wrong[0]))
        return opened()

    monkeypatch.setattr(calls, "fanotify_open", refuse)

    def told():
        return [one for one in seen if isinstance(one, WatchTrouble) and one.id == "watch-gate"]

    async def body():
        async with watching(seen, (str(gate_folder),)) as watcher:
            assert watcher.kind == "events"
            async with asyncio.timeout(20):
                while not told():
                    await asyncio.sleep(0.01)
                wrong.clear()
                while [one.over for one in told()] != [False, True]:
                    await asyncio.sleep(0.01)
            assert watcher.kind == "gate"

    asyncio.run(body())
    assert "no rights for it: run the daemon as root" in plain(told()[0].text)


@pytest.mark.parametrize(("error", "said"), [
    (OSError(errno.EPERM, ""), "CAP_SYS_ADMIN"), (OSError(errno.EINVAL, ""), "FAN_OPEN_EXEC_PERM"),
    (OSError(errno.EMFILE, os.strerror(errno.EMFILE)), "Too many open files"), (KeyError("x"), "internal error KeyError: 'x'"),
])  # fmt: skip
def test_what_was_wrong_with_a_gate_and_what_helps(error, said):
    assert said in plain(msg("{why}", why=telling.cause(error)))


def test_this_process_may_not_spawn_while_the_gate_is_up(gate_folder):
    """subprocess would wait for the gate with the interpreter's lock in hand: it is refused, until the gate is closed."""
    gate = ExecGate(SystemClock(), print)
    gate.open()
    for spawn in (lambda: subprocess.run(["/bin/true"], check=True), lambda: os.system("true"),
                  lambda: os.posix_spawn("/bin/true", ["true"], {})):
        with pytest.raises(RuntimeError, match="must not start programs"):
            spawn()
    gate.close()
    subprocess.run(["/bin/true"], check=True)


def test_a_filesystem_mounted_later_is_covered(watching, until, open_folder, launcher, make_game, only_mounts_below):
    """With the gate everywhere, a new filesystem is asked for as soon as it is mounted."""
    folder = open_folder / "later"
    folder.mkdir()
    seen = []
    only_mounts_below(folder)

    async def body():
        async with watching(seen, None) as watcher:
            assert watcher.kind == "gate"
            await launcher.aside("run", args=["mount", "-t", "tmpfs", "-o", "mode=755", "later", str(folder)])
            await until(lambda: watcher._covered.devices)
            path, game = make_game(folder, "chess")
            watcher.refuse(refusing(game))
            assert "pid" not in await launcher.aside("start", args=[str(path), "1"], user=CHILD)
            assert await until(lambda: [one for one in seen if isinstance(one, StartRefused)])

    try:
        asyncio.run(body())
    finally:
        launcher("run", args=["umount", "-l", str(folder)])
