"""giochoi-agent as a program: its start, its doors, its end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import msgspec
import pytest

from agent.__main__ import main
from agent.api.log import LogCard, LogExport, LogHead, LogShow
from agent.api.players import GuardianAdd, GuardianList, LimitSet, PlayerAdd, PlayerList, PlayerRemove, PlayerSet
from agent.api.roster import GrantEvent, RosterGet
from agent.api.rulebook import GameAdd, GameAllow, GameList, GameRemove, PackUse, PlaceSet, PolicyShow, PolicyUse
from agent.api.seat import Alive, PutGrants
from agent.housekeeping import schedule
from agent.registering.people import player_add
from agent.wiring import opened, serve
from compliance.entries.seat import IssueRaised
from compliance.note import parse_vkey, verify_note
from host import transport
from host.choose import channels
from host.homes import Home
from host.rpc_client import aask, ask, items
from host.transport import Unreachable
from host.wire import ApiError
from rules.games import Game
from tests.system import PATIENCE, TERMINATED, WINDOWS, readable

ROOT = Path(__file__).parents[2]


def address(folder):
    return Home(folder, "given").agent_address


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix in {".db", ".key", ".toml"}}


def failed(process, code=1):
    """It ended with this exit code, one line on stderr and nothing on stdout."""
    exit_code, out, err = process.over()
    assert (exit_code, out) == (code, ""), err
    assert err.count("\n") == 1
    assert "Traceback" not in err
    return err


def test_a_first_start_makes_all_it_needs(home_folder, start):
    """One line when it is ready; keys for everybody, secrets for nobody."""
    agent = start(home_folder / "home")
    line = agent.ready()
    assert line == f"giochoi-agent: ready: {address(home_folder / 'home')}\n"
    keys = (home_folder / "home" / "public" / "agent.keys").read_text("utf-8").splitlines()
    log, roster = map(parse_vkey, keys)
    assert (log.name.startswith("giochoi/"), roster.name) == (True, f"{log.name}/roster")
    root = home_folder / "home"
    assert all(readable(root / name, "all") for name in ("public", "public/agent.keys", "public/agent.card"))
    secrets = ("agent", *(f"agent/{name}" for name in ("log.key", "roster.key", "payload.key", "agent.db")))
    assert all(readable(root / name, "its owner") for name in secrets)
    folder = channels().folder(address(root))
    assert folder is None or readable(folder, "all")
    assert agent.end() == (TERMINATED, "", "")
    assert not channels().exists(address(root))


@pytest.mark.linux("outside the service manager nobody can ask it")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_cleanly(home_folder, start, number):
    """Also with a daemon in a long poll and a client that says nothing."""
    agent = start(home_folder)
    agent.ready()
    with socket.socket(socket.AF_UNIX) as silent:
        silent.connect(address(home_folder))
        waiting = threading.Thread(target=long_poll, args=(address(home_folder),))
        waiting.start()
        time.sleep(0.2)
        assert agent.end(number, patience=PATIENCE) == (0, "", "")
        waiting.join()


def long_poll(where):
    with socket.socket(socket.AF_UNIX) as caller:
        caller.connect(where)
        caller.sendall(b'{"op":"roster.get","args":{"above":1000}}\n')
        caller.recv(1)


def test_the_same_agent_after_a_restart(home_folder, start):
    """Keys, registry and log are those it had."""
    seen = []
    for _ in range(2):
        agent = start(home_folder)
        agent.ready()
        if not seen:
            ask(address(home_folder), PlayerAdd(name="An"))
        seen.append(((home_folder / "public" / "agent.keys").read_bytes(), ask(address(home_folder), PlayerList())))
        agent.end()
    assert seen[0] == seen[1]


def test_every_door(home_folder, start):
    """Each typed function of the client against the real program, as its own account."""
    agent = start(home_folder)
    agent.ready()
    at = address(home_folder)
    ask(at, GuardianAdd(name="Mẹ"))
    assert ask(at, PlayerAdd(name="Ân", guardian="Mẹ")).id == "an"
    ask(at, PlayerSet(player="an", name="An"))
    assert [row.name for row in ask(at, PlayerList()).players] == ["An"]
    assert [row.id for row in ask(at, GuardianList()).guardians] == ["me"]
    ask(at, PolicyUse(target="an", packs=(PackUse(id="vn-147"),)))
    ask(at, LimitSet(player="an", ms=60_000))
    assert [pack.id for pack in ask(at, PolicyShow(target="an")).packs] == ["vn-147", "house"]
    ask(at, GameAdd(game=msgspec.convert({"id": "cave", "title": "Cave", "names": ["cave"]}, Game)))
    assert "cave" in [row.game.id for row in ask(at, GameList()).games]
    ask(at, GameAllow(player="an", game="cave"))
    ask(at, GameRemove(game="cave"))
    done = ask(at, PlaceSet(place="home", name="Nhà"))
    head, card = ask(at, LogHead()), ask(at, LogCard())
    assert (head.key, card.name) == (card.key, "Nhà")
    assert ask(at, LogShow()).lines
    assert b"".join(chunk.data for chunk in items(at, LogExport())).startswith(b"PK")
    with pytest.raises(ApiError) as error:
        ask(at, PlayerRemove(player="nobody"))
    assert error.value.code == "not-found"
    assert ask(at, PlayerRemove(player="an")).number == done.number + 1
    agent.end()
    with pytest.raises(Unreachable):
        ask(at, PlayerList())


def test_a_daemons_doors(home_folder, start, make_seat):
    """Enrol, roster, grants, batch and heartbeat, awaited."""
    start(home_folder).ready()
    at, seat = address(home_folder), make_seat()
    seat.add(IssueRaised, id="one")
    seat.seal()

    async def daemon():
        enrolled = await aask(at, seat.enrol)
        signed = await aask(at, RosterGet())
        verify_note(signed.note, [enrolled.roster_key])
        waiting = asyncio.create_task(aask(at, RosterGet(above=signed.number)))
        await asyncio.sleep(0.1)
        grant = GrantEvent(id="g", player="guest", by="guardian", who="me", ms=1, given=seat._clock.wall() + 10**10)
        done = await aask(at, PutGrants(grants=(grant,)))
        assert (await waiting).number == done.number == signed.number + 1
        accepted = await aask(at, seat.batch())
        assert len(accepted.proofs) == 2
        assert (await aask(at, Alive(seat=seat.id, wall=0))).number == done.number

    asyncio.run(daemon())


@pytest.mark.root
def test_others_have_no_say(home_folder, start):
    """An ordinary account sees the card and the games, and nothing of anybody."""
    home_folder.chmod(0o755)
    start(home_folder).ready()
    script = (
        "import os; from agent.api.log import LogCard, LogShow; from agent.api.players import PlayerAdd, PlayerList\n"
        "from agent.api.rulebook import GameList; from host.rpc_client import ask; from host.wire import ApiError\n"
        f"at = {address(home_folder)!r}\n"
        "ask(at, LogCard())  # the interpreter may lie where only root can read\n"
        "os.setgid(65534); os.setuid(65534)\n"
        "ask(at, LogCard()); ask(at, GameList())\n"
        "for request in (PlayerList(), LogShow(), PlayerAdd(name='x')):\n"
        "    try: ask(at, request)\n"
        "    except ApiError as error: print(error.code)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    assert done.stdout.split() == ["refused"] * 3, done.stderr


def test_a_home_in_use(home_folder, start):
    """The second one says who has it and leaves it alone."""
    first = start(home_folder)
    first.ready()
    before = contents(home_folder / "agent")
    assert str(first.running.pid) in failed(start(home_folder))
    assert contents(home_folder / "agent") == before
    assert ask(address(home_folder), LogHead())


@pytest.fixture
def fails(home_folder, capsys):
    """`fails(*args)`: the program in this process, on the test's home, ends with one line, which is given back."""

    def run(*args, code=1):
        try:
            found = main(["--home", str(home_folder / "home"), *args])
        except SystemExit as error:
            found = error.code
        out, err = capsys.readouterr()
        assert (found, out, err.count("\n")) == (code, "", 1), err
        return err

    return run


@pytest.mark.parametrize("args", [("--port", "80"), ("extra",), ("--home",)])
def test_bad_usage(fails, args):
    """One line, exit code 2."""
    fails(*args, code=2)


def test_a_home_that_is_a_file(fails, home_folder):
    """Or whatever else cannot be one."""
    (home_folder / "home").write_text("x", "utf-8")
    assert str(home_folder / "home") in fails()


@pytest.mark.linux("a folder has no mode there; tests/host/windows/test_files.py has what it has")
@pytest.mark.skipif(not WINDOWS and os.geteuid() == 0, reason="root may write anywhere")
def test_an_unwritable_home(fails, home_folder):
    """Said in one line."""
    home_folder.chmod(0o500)
    fails()


GARBAGE = b"\x00garbage\xff" * 1000
KEYS = ("log.key", "roster.key", "payload.key")


@pytest.mark.parametrize(
    ("name", "content"),
    [(name, b"") for name in ("agent.db", "log.db", *KEYS)]
    + [(name, GARBAGE) for name in ("agent.db", "log.db", "payload.db", "config.toml", *KEYS)],
)
def test_a_damaged_file(fails, home_folder, clock, world, name, content):
    """One clear line naming it, exit code 1, and every file as it was."""
    home = Home(home_folder / "home", "given")
    home.root.mkdir()
    with opened(home, clock, world) as agent:
        agent.change(lambda change: player_add(change, PlayerAdd(name="An")), "me")
    (home.agent / name).write_bytes(content)
    before = contents(home.agent)
    assert name in fails()
    assert contents(home.agent) == before


@pytest.mark.parametrize("name", ["agent.db", "log.db", "payload.db"])
def test_somebody_elses_database(fails, home_folder, clock, world, name):
    """It is not ours to write to."""
    home = Home(home_folder / "home", "given")
    home.root.mkdir()
    with opened(home, clock, world):
        pass
    (home.agent / name).unlink()
    with contextlib.closing(sqlite3.connect(home.agent / name)) as photos:
        photos.execute("CREATE TABLE photos (id)")
    before = contents(home.agent)
    assert name in fails()
    assert contents(home.agent) == before


def test_a_job_that_fails_ends_the_agent_loudly(home_folder, clock, monkeypatch):
    """Whoever started it starts it again; an agent that no longer proves it is alive would only look like one."""

    def broken(tick, *others):
        async def fails():
            raise ZeroDivisionError

        return schedule(fails, *others, every=0.02)

    async def body():
        async with asyncio.timeout(20):
            await serve(Home(home_folder, "given"), clock, lambda _: None)

    monkeypatch.setattr("agent.wiring.schedule", broken)
    with pytest.raises(ZeroDivisionError):
        asyncio.run(body())


def test_a_callback_that_raises_is_logged_once(home_folder, clock, caplog):
    """The agent goes on."""

    async def body():
        loop = asyncio.get_running_loop()
        running = asyncio.create_task(serve(Home(home_folder, "given"), clock, lambda _: ready.set()))
        ready = asyncio.Event()
        await ready.wait()
        for _ in range(3):
            loop.call_soon(int, "no number")
        await asyncio.sleep(0.05)
        assert not running.done()
        running.cancel()
        await asyncio.wait([running])

    asyncio.run(body())
    assert caplog.text.count("ValueError: ") == 1


def test_a_killed_daemon_takes_no_place_from_the_next_one(home_folder, start):
    """Its long poll ends with it: as many as an account may have, and whoever starts anew is served."""
    agent = start(home_folder)
    agent.ready()

    async def killed_and_restarted() -> None:
        for _ in range(2 * 32):
            reader, writer = await transport.open_connection(address(home_folder), 1 << 16)
            writer.write(b'{"op":"log.card"}\n{"op":"roster.get","args":{"above":1000}}\n')
            await reader.readline()  # it was let in, or told that there are too many
            writer.close()
        async with asyncio.timeout(PATIENCE):
            while True:
                with contextlib.suppress(ApiError):
                    return await aask(address(home_folder), LogCard())
                await asyncio.sleep(0.02)

    asyncio.run(killed_and_restarted())
    agent.end()
