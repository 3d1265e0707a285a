"""On Btrfs each subvolume numbers its files anew, and maps of memory do not say which one they mean: no file is another."""

from __future__ import annotations

import subprocess
import sys
from contextlib import ExitStack, contextmanager

import pytest

from cli.games.clues import game_of
from cli.games.fingerprint import fingerprint
from daemon.platforms.linux import procfs
from daemon.platforms.linux.watching import finding
from daemon.platforms.linux.watching.finding import Finder
from rules.games import Catalogue, Game
from tests import native
from tests.disks import disk

pytestmark = [pytest.mark.root, pytest.mark.skipif(not native.HERE, reason="a program made for x86-64")]
LOADS = "import ctypes, sys; list(map(ctypes.CDLL, sys.argv[1:])); print(flush=True); sys.stdin.read()"


@pytest.fixture
def libraries(tmp_path, need):
    """Root's library, and in a child's subvolume a game with the same number."""
    need("mkfs.btrfs")
    (folder := tmp_path / "disk").mkdir()
    with ExitStack() as stack:
        try:
            stack.enter_context(disk("btrfs", folder))
        except subprocess.CalledProcessError:
            pytest.skip("this kernel mounts no btrfs from a file")
        made = [folder / "usr" / "usr.so", folder / "home" / "home.so"]
        for path in made:
            subprocess.run(["btrfs", "subvolume", "create", path.parent], check=True, capture_output=True)
            native.write(path, native.program().content)
        yield made


@contextmanager
def process(*paths):
    """What a Python is that has loaded these."""
    with subprocess.Popen([sys.executable, "-c", LOADS, *paths], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        child.stdout.readline()
        yield child.pid, procfs.stat(child.pid).started
        child.stdin.close()


@pytest.mark.parametrize("before", ["in the same program", "in another one"])
def test_a_game_is_not_taken_for_a_library_of_the_same_number(libraries, before, monkeypatch):
    usr, home = libraries
    assert (usr.stat().st_ino, usr.stat().st_dev) == (home.stat().st_ino, usr.stat().st_dev) != (0, home.stat().st_dev)
    monkeypatch.setattr(finding, "_OWN", (str(usr.parent),))
    game = game_of("turtles", fingerprint(home), title=None, label=None)
    catalogue, finder = Catalogue([Game(id="turtles", title="", loaded=game.loaded)]), Finder()

    with process(usr) as innocent, process(*([usr] if before == "in the same program" else []), home) as guilty:
        assert not any(finder.games_in(innocent, catalogue))
        assert any(finder.games_in(guilty, catalogue))
