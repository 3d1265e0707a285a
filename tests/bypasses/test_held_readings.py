"""What somebody has whoever looks at it wait for, by a file system or a memory map of his own."""

from __future__ import annotations

import errno
import time

import pytest

from tests import fuse, native
from tests.bypasses.case import KILLED
from tests.bypasses.test_loaded import game, without_id
from tests.daemon.platforms.linux.test_held_readings import BUSY
from tests.system import until


@pytest.fixture
def disk(ring):
    """`disk(here, files)`: a FUSE of the child's at `$DISK`, which refuses root as any such does."""

    def serve(here, **files):
        folder = here.folder / "disk"
        folder.mkdir()
        here.env["DISK"] = str(folder)
        return fuse.served(folder, ring.child.pw_uid, files)

    return serve


def test_a_renamed_game_on_an_own_file_system(case, disk):
    """Root may not read it, but its player may."""
    here = case(0)
    with disk(here, homework=here.game.read_bytes()):
        here.ended('"$DISK/homework" "$PLAY"')


LOADED = {
    "by another program": """exec python3 -c 'import ctypes, sys; ctypes.CDLL(sys.argv[1]); sys.stdin.read()' "$DISK/x" """,
    "before another program": 'LD_PRELOAD="$DISK/x" exec sleep 60',
}


LATE = """exec python3 -c 'import ctypes, os, sys, time
open("loads", "w").close(); sys.stdin.readline()
ctypes.CDLL(os.environ["DISK"] + "/x"); open("loaded", "w").close(); time.sleep(600)'"""


@pytest.mark.skipif(not native.HERE, reason="a program made for x86-64")
@pytest.mark.parametrize("script", LOADED.values(), ids=LOADED)
def test_a_changed_game_that_is_loaded_from_an_own_file_system(case, disk, script):
    """To root it does not even say which file that is."""
    here = case(0, make=game)
    with disk(here, x=without_id(here.game.read_bytes())):
        here.ended(script)


@pytest.mark.skipif(not native.HERE, reason="a program made for x86-64")
def test_a_game_that_is_loaded_from_an_own_file_system_that_then_answers_no_more(case, disk):
    """What cannot be read of a program that has loaded it could be any game."""
    here = case(0, make=game)
    with disk(here, x=without_id(here.game.read_bytes())) as own:
        run = here.start(LATE)
        until((here.folder / "loads").exists)
        time.sleep(1)  # what else it is was read
        run.go()
        until((here.folder / "loaded").exists)
        own.hold(fuse.OPEN, fuse.GETATTR)
        assert run.over()[0] in KILLED


# Whoever reads as the child is the child's to limit (prlimit(2)).
LIMITING = r"""
import contextlib, os, resource, time
own = f"\nUid:\t{os.getuid()}\t"
def said(pid, what):
    with open(f"/proc/{pid}/{what}") as file: return file.read()
while True:
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            if said(pid, "comm") == "giochoi-reads\n" and own in said(pid, "status"):
                resource.prlimit(int(pid), resource.RLIMIT_NOFILE, (0, 0))
                open("limited", "w").close()
    time.sleep(0.001)
"""


def test_readers_that_the_child_limits(case, disk):
    """What they cannot read is its own doing: it is ended, and nobody else's is left unseen."""
    here = case(0)
    with disk(here, homework=here.game.read_bytes()):
        here.start('exec python3 -c "$DO"', DO=LIMITING)
        until(lambda: here.start('exec "$DISK/homework" "$PLAY"').over() and (here.folder / "limited").exists())
        assert here.start('exec "$DISK/homework" "$PLAY"').over()[0] in KILLED
        assert "watch-blind" not in {one["id"] for one in here.house.json("status")["daemon"]["issues"]}


@pytest.mark.parametrize("error", ["EIO", "EMFILE"])  # a broken disk; as if we had no descriptors
def test_a_file_system_that_lets_the_kernel_read_alone(case, disk, monkeypatch, error):
    """Who executes a file there may read it, who looks what it is has an error."""
    monkeypatch.setattr(fuse.Disk, "fails", getattr(errno, error))
    here = case(0)
    with disk(here, homework=here.game.read_bytes()):
        assert here.start('exec "$DISK/homework" "$PLAY"').over()[0] in KILLED


def test_a_memory_map_that_is_kept_busy_freezes_nobody(case, disk):
    """Everything that runs is looked at meanwhile, and games are refused as ever."""
    here = case(0)
    with disk(here, page=b"x" * 4096) as own:
        own.hold(fuse.READ)
        here.start('exec python3 -c "$BUSY" "$DISK/page"', BUSY=BUSY).go()
        try:
            fuse.until_held(own)
            here.look_again()
            here.refused('"$GAME" "$PLAY"')
        finally:
            own.end()
