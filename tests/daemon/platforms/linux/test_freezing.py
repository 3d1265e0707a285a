"""An account's slice stands still while a play of theirs is ended, and never for longer."""

from __future__ import annotations

import asyncio
import os
import subprocess
from pathlib import Path

import pytest

from daemon.platforms.api import Refusals
from daemon.platforms.linux import procfs
from daemon.platforms.linux.control import LinuxControl
from daemon.platforms.linux.ending import freezing
from rules.games import Catalogue, Game
from tests import slices
from tests.accounts import account

pytestmark = pytest.mark.root
FLEES = "#!/usr/bin/python3\nimport os, time\ntime.sleep(0.5)\nwhile True:\n  if os.fork(): os._exit(0)\n  time.sleep(0.003)\n"


@pytest.fixture
def child():
    with account() as made:
        folder = slices.slice_of(made.pw_uid)
        if folder is None or not (folder / "cgroup.freeze").exists():
            pytest.skip("this machine has no slices")
        yield made
    slices.remove(made.pw_uid)


@pytest.fixture
def note(tmp_path, monkeypatch):
    """Where it is written down what is frozen: not where this machine's daemon does."""
    monkeypatch.setattr(freezing, "NOTE", tmp_path / "frozen")
    return tmp_path / "frozen"


def frozen(uid):
    return "frozen 1" in (slices.slice_of(uid) / "cgroup.events").read_text()


def test_what_forks_itself_away_is_ended_at_once(watching, until, open_folder, child, note):
    """And others of the same account run on afterwards."""
    game = open_folder / f"flees-{os.getpid()}"
    game.write_text(FLEES)
    game.chmod(0o755)
    catalogue = Catalogue([Game(id="flees", title="", names=(game.name,))])
    procs = slices.slice_of(child.pw_uid) / "cgroup.procs"

    def start(*args):
        return subprocess.Popen(args, user=child.pw_uid, group=child.pw_gid, cwd="/")

    async def body():
        async with watching([]) as watcher:
            if watcher._events.tags is None:
                pytest.skip("this kernel carries no tags")
            watcher.refuse(Refusals(catalogue, {child.pw_name: frozenset({"flees"})}))
            with slices.inside(child.pw_uid):
                other, first = start("/bin/sleep", "60"), start(game)
            try:
                await until(lambda: [one for one in watcher._tracker.running() if one.account == child.pw_name])
                await asyncio.sleep(0.2)
                identity = next(one.identity for one in watcher._tracker.running() if one.account == child.pw_name)
                LinuxControl(together=watcher._tracker.together).end(*identity)
                await until(lambda: procs.read_text().split() == [str(other.pid)])
                await asyncio.sleep(0.1)
                assert procs.read_text().split() == [str(other.pid)]
                assert (frozen(child.pw_uid), procfs.stat(other.pid).state, note.exists()) == (False, "S", False)
            finally:
                for one in (other, first):
                    one.kill()
                    one.wait()

    asyncio.run(body())


def test_what_a_daemon_left_frozen_is_thawed(child, note):
    folder = slices.slice_of(child.pw_uid)
    note.write_text(f"{folder}\n")
    (folder / "cgroup.freeze").write_text("1")
    freezing.thaw()
    assert ((folder / "cgroup.freeze").read_text().strip(), note.exists()) == ("0", False)


def test_what_it_froze_is_thawed_whatever_the_note_says_by_then(child, note):
    with freezing.frozen(child.pw_name):
        assert frozen(child.pw_uid)
        note.write_text("/sys/fs/cgroup/of-another-daemon\n")
    assert not frozen(child.pw_uid)


def test_only_control_groups_are_thawed(note, tmp_path):
    (tmp_path / "cgroup.freeze").write_text("1")
    note.write_text(f"{tmp_path}\n")
    freezing.thaw()
    assert (Path(tmp_path / "cgroup.freeze").read_text(), note.exists()) == ("1", False)
