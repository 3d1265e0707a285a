"""A child stops its game from outside, as a session's own cgroups allow (systemd --user): who is frozen has not left."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest

from tests.system import until

ROOTS = (Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/unified"))


@pytest.fixture
def delegated(ring):
    """A cgroup of the child's own, as its session has one. Into one somebody else has to move it: that is root's here."""
    root = next((one for one in ROOTS if (one / "cgroup.procs").exists()), None)
    if root is None:
        pytest.skip("needs cgroup v2, which is not mounted here")
    group = root / f"gc-{secrets.token_hex(4)}"
    group.mkdir()
    try:
        if not (group / "cgroup.freeze").exists():
            pytest.skip("needs a kernel that freezes cgroups (5.2)")
        for name in ("cgroup.procs", "cgroup.freeze"):
            (group / name).chmod(0o666)
        yield group
    finally:
        (group / "cgroup.freeze").write_text("0")
        ring.clear()
        until(lambda: not (group / "cgroup.procs").read_text())
        group.rmdir()


def frozen(case, group, limit):
    """A game of so many seconds a day, frozen by the child while it runs."""
    one = case(limit)
    run = one.start('"$GAME" "$PLAY"')
    until(one.running)
    (group / "cgroup.procs").write_text(str(run.process.pid))
    assert one.start(f"echo 1 >{group}/cgroup.freeze").over()[0] == 0
    until(lambda: "frozen 1" in (group / "cgroup.events").read_text())
    return one, run


@pytest.mark.promise("End of play: A frozen game counts and is ended")
def test_a_frozen_game_counts_and_is_ended_all_the_same(case, delegated):
    one, run = frozen(case, delegated, 2)
    code, said = run.over()
    assert code < 0, said
    assert one.used() >= 2
    assert one.log("play.due")
