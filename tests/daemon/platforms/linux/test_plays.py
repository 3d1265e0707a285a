"""A play goes on in whatever a game's starter forks and executes, until that is something else (threat model, promise 1)."""

from __future__ import annotations

import asyncio
import os
import shutil
from hashlib import sha256

import pytest

from daemon.platforms.api import ProgramEnded, ProgramStarted, Refusals
from daemon.platforms.linux import procfs
from rules.games import Catalogue, Game
from tests.daemon.platforms.linux.conftest import Signs

pytestmark = pytest.mark.root
CHILD = "games"
PYTHON = "/usr/bin/python3"
CHESS_NAME, GO_NAME, LETTERS_NAME = (f"{name}-{os.getpid()}" for name in ("chess", "go", "letters"))  # no other test's
CHESS = Game(id="chess", title="", names=(CHESS_NAME,))
GO = Game(id="go", title="", names=(GO_NAME,))
LETTERS = Game(id="letters", title="", names=(LETTERS_NAME,), learning=True)
CATALOGUE = Catalogue((CHESS, GO, LETTERS))


@pytest.fixture(params=["tags", "poll"])
def way(request):
    if request.param == "poll":
        request.getfixturevalue("no_tags")
    return request.param


@pytest.fixture
def signs(open_folder):
    return Signs(open_folder)


class Story:
    """What was told, and the child's programs."""

    def __init__(self, watcher, seen, launcher):
        self.watcher, self.seen, self._launcher = watcher, seen, launcher

    async def start(self, *args):
        return (await self._launcher.aside("start", args=[str(arg) for arg in args], user=CHILD, cwd="/"))["pid"]

    def last(self, pid):
        """The Program that it was told to be last, unless that has ended."""
        mine = [one for one in self.seen
                if (isinstance(one, ProgramStarted) and one.program.pid == pid) or self._ends(one, pid)]
        return mine[-1].program if mine and isinstance(mine[-1], ProgramStarted) else None

    @staticmethod
    def _ends(one, pid):
        return isinstance(one, ProgramEnded) and one.pid == pid

    def ends(self, pid):
        return [at for at, one in enumerate(self.seen) if self._ends(one, pid)]

    def others(self, pid):
        """Where it was told of the start of others that are games."""
        return [at for at, one in enumerate(self.seen)
                if isinstance(one, ProgramStarted) and one.program.pid != pid and plays(one.program)]


@pytest.fixture
def story(watching, launcher):
    """`story(body, …)`: runs `body(story)` with a watcher that has something to refuse, which polls often then."""

    def run(body, refusals=None, gate=()):
        async def main():
            seen = []
            async with watching(seen, gate) as watcher:
                watcher.refuse(refusals or Refusals(CATALOGUE, {CHILD: frozenset({"chess"})}))
                await body(Story(watcher, seen, launcher))

        asyncio.run(main())

    return run


def plays(program, game="chess"):
    return program is not None and [match.game for match in CATALOGUE.matches(program)] == [game]


def script(path, *lines, interpreter=PYTHON):
    path.write_text("\n".join((f"#!{interpreter}", *lines, "")))
    path.chmod(0o755)
    return path


def python_script(path, *lines):
    return script(path, "import os, subprocess, time", *lines)


def wrapper(folder, signs):
    """A game that is started by a shell, which becomes a Python that nothing names."""
    main = python_script(folder / "main.py", signs.wait("end"))
    waits = f"until [ -e {folder}/go ]; do sleep 0.02; done"
    return main, script(folder / CHESS_NAME, waits, f"exec {PYTHON} {main}", interpreter="/bin/sh")


@pytest.mark.usefixtures("way")
def test_a_wrapped_game_stays_the_play(story, until, open_folder, signs):
    main, chess = wrapper(open_folder, signs)

    async def body(tale):
        pid = await tale.start(chess)
        await until(lambda: plays(tale.last(pid)))
        signs.give("go")
        await until(lambda: str(main) in tale.last(pid).args)
        program = tale.last(pid)
        assert plays(program)
        assert plays(program.origin)
        signs.give("end")
        (end,) = await until(lambda: tale.ends(pid))
        assert end == len(tale.seen) - 1

    story(body)


@pytest.mark.parametrize("leave", ["", "os.setsid()\nif os.fork(): os._exit(0)"], ids=["once", "twice"])
def test_a_forked_game_goes_on(story, until, open_folder, signs, leave, way):
    chess = python_script(open_folder / CHESS_NAME, signs.wait("go"), "if os.fork(): os._exit(0)", leave, signs.wait("end"))

    async def body(tale):
        pid = await tale.start(chess)
        await until(lambda: plays(tale.last(pid)))
        signs.give("go")
        end = (await until(lambda: tale.ends(pid)))[0]
        others = await until(lambda: tale.others(pid))
        if way != "poll":  # there its parent may be gone at the next look
            assert others[0] < end
        signs.give("end")
        last = tale.seen[tale.others(pid)[-1]].program.pid
        await until(lambda: tale.ends(last))

    story(body)


@pytest.mark.usefixtures("way")
def test_a_game_goes_on_in_its_threads(story, until, open_folder, signs):
    """A main thread that leaves its process does not end the game."""
    last = f"def last():\n    {signs.wait('end')}\n    os._exit(0)"
    chess = python_script(open_folder / CHESS_NAME, "import ctypes, threading", last,
                          "threading.Thread(target=last).start()", "time.sleep(0.3)", "ctypes.CDLL(None).pthread_exit(None)")

    async def body(tale):
        pid = await tale.start(chess)
        await until(lambda: plays(tale.last(pid)))
        await until(lambda: procfs.stat(pid).state == "Z")
        await asyncio.sleep(0.4)
        assert plays(tale.last(pid))
        signs.give("end")
        await until(lambda: tale.ends(pid))

    story(body)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("becomes", ["an administrator's program", "a learning program"])
def test_what_is_something_else_leaves_the_play(story, until, open_folder, signs, becomes):
    letters = python_script(open_folder / LETTERS_NAME, signs.wait("end"))
    program = "/bin/sleep" if becomes.startswith("an") else str(letters)
    chess = python_script(open_folder / CHESS_NAME, signs.wait("go"), f"os.execv({program!r}, [{program!r}, '60'])")

    async def body(tale):
        pid = await tale.start(chess)
        await until(lambda: plays(tale.last(pid)))
        signs.give("go")
        await until(lambda: tale.ends(pid))
        await asyncio.sleep(0.2)
        assert not plays(tale.last(pid))
        assert not [one for one in tale.watcher.scan() if plays(one)]
        signs.give("end")

    story(body)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("before", [[], ["/usr/bin/env"]], ids=["Python", "env"])
def test_an_interpreter_stays_in_the_play(story, until, open_folder, signs, before):
    words = [*before, PYTHON, "-c", "import time; time.sleep(60)"]
    code = f"os.execv({words[0]!r}, {words!r})"
    chess = python_script(open_folder / CHESS_NAME, signs.wait("go"), code)

    async def body(tale):
        pid = await tale.start(chess)
        await until(lambda: plays(tale.last(pid)))
        signs.give("go")
        await until(lambda: tale.last(pid) and "-c" in tale.last(pid).args)
        assert plays(tale.last(pid))
        assert tale.ends(pid) == []

    story(body)


@pytest.mark.usefixtures("way")
def test_another_game_begins_a_play_of_its_own(story, until, open_folder, signs):
    go = python_script(open_folder / GO_NAME, signs.wait("end"))
    chess = python_script(open_folder / CHESS_NAME, signs.wait("next"), f"os.execv({str(go)!r}, ['go'])")

    async def body(tale):
        pid = await tale.start(chess)
        await until(lambda: plays(tale.last(pid)))
        signs.give("next")
        await until(lambda: plays(tale.last(pid), "go"))
        assert tale.last(pid).origin is None
        assert len(tale.ends(pid)) == 1
        signs.give("end")

    story(body)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("watched", [True, False])
def test_unknown_code_is_told_of_accounts_that_are_watched(story, until, open_folder, watched):
    code = f"subprocess.run([{PYTHON!r}, '-c', 'import time; time.sleep(60)'])"
    unknown, chess = (python_script(open_folder / name, code) for name in ("homework", CHESS_NAME))
    shutil.chown(unknown, CHILD)
    accounts = frozenset({CHILD} if watched else ())

    async def body(tale):
        pid = await tale.start(unknown)
        if watched:
            await until(lambda: tale.last(pid) and [one.path for one in tale.last(pid).foreign] == [str(unknown)])
            (child,) = await until(lambda: [one.program for one in tale.seen if isinstance(one, ProgramStarted)
                                            and one.program.parent == pid and "-c" in one.program.args][:1])
            assert [one.path for one in child.foreign] == [str(unknown)]
            assert child.origin.pid == pid
        else:
            game = await tale.start(chess)
            await until(lambda: plays(tale.last(game)))
            assert tale.last(pid) is None

    story(body, Refusals(CATALOGUE, {CHILD: frozenset({"chess"})}, watched=accounts))


@pytest.mark.usefixtures("way")
def test_a_play_is_resumed(story, until, open_folder, signs, watching, launcher):
    """The Python that the wrapper became does not show what it is."""
    main, chess = wrapper(open_folder, signs)
    found = []

    async def before(tale):
        pid = await tale.start(chess)
        await until(lambda: plays(tale.last(pid)))
        signs.give("go")
        await until(lambda: str(main) in tale.last(pid).args)
        found.append(tale.last(pid).identity)

    async def body():
        seen = []
        async with watching(seen) as watcher:
            tale = Story(watcher, seen, launcher)
            watcher.refuse(Refusals(CATALOGUE, {CHILD: frozenset({"chess"})}))
            watcher.resume({found[0]: (CHILD, "chess")})
            for _ in range(2):
                assert [one.identity for one in watcher.scan() if plays(one)] == found
            signs.give("end")
            await until(lambda: tale.ends(found[0][0]))

    story(before)
    asyncio.run(body())


@pytest.mark.usefixtures("way")
def test_a_large_game_is_recognised_by_its_content_a_moment_later(story, until, open_folder):
    path = open_folder / "homework"
    shutil.copy("/bin/sleep", path)
    with path.open("ab") as file:
        file.write(bytes(2 << 20))
    content = path.read_bytes()
    catalogue = Catalogue([Game(id="tetris", title="", sizes=(len(content),), sha256=(sha256(content).hexdigest(),))])

    async def body(tale):
        pid = await tale.start(path, "60")
        await until(lambda: tale.last(pid) and catalogue.recognise(tale.last(pid)))

    story(body, Refusals(catalogue, {CHILD: frozenset({"tetris"})}))


def test_a_game_that_is_over_at_once_was_played(story, until, gate_folder, make_game):
    path, game = make_game(gate_folder, "chess", "/bin/true")

    async def body(tale):
        for _ in range(5):
            pid = await tale.start(path)
            await until(lambda pid=pid: tale.ends(pid))

    story(body, Refusals(Catalogue([game]), {}), (str(gate_folder),))
