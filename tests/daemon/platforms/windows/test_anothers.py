"""What another account, or an administrator, does below a game goes on when the game is ended."""

from __future__ import annotations

from dataclasses import replace

import pytest

from daemon.platforms.windows.control import WindowsControl
from daemon.platforms.windows.watching import processes
from daemon.platforms.windows.watching.snapshot import Snapshots
from tests.daemon.platforms.windows.stand import SHORT, gone, own, run

PARENT = "S-1-5-21-1-2-3-1000"


def refused(_):
    raise PermissionError


@pytest.fixture
def family(here, monkeypatch):
    """A game, a child of it, and a grandchild, as a system lists them: UAC names whoever asked as the parent."""
    own(here / "choi.exe")
    game, child, below = (run(here / "choi.exe", *SHORT) for _ in range(3))
    parents = {child.pid: game.pid, below.pid: child.pid}
    take = Snapshots.take
    monkeypatch.setattr(Snapshots, "take", lambda self: {
        pid: replace(one, parent=parents.get(pid, one.parent)) for pid, one in take(self).items()
    })  # fmt: skip
    here_now = Snapshots().take()
    return tuple(here_now[one.pid] for one in (game, child, below))


def only_of(monkeypatch, module, name, pid, does):
    """`does` in place of a question about the process with this pid."""
    real = getattr(module, name)

    def asked(handle):
        value = getattr(handle, "value", handle)
        return does(handle) if processes._pid(value) == pid else real(handle)

    monkeypatch.setattr(module, name, asked)


def test_what_a_game_has_started_is_ended_with_it(family):
    assert WindowsControl().end(*family[0].identity)
    assert all(gone(*one.identity) for one in family)


ANOTHERS = [
    (processes, "user", lambda _: PARENT),
    (processes, "user", refused),
]


@pytest.mark.parametrize("how", ["end", "terminate"])
@pytest.mark.parametrize(("module", "name", "does"), ANOTHERS, ids=["another's", "closed"])
def test_what_is_not_the_games_goes_on_with_all_below_it(family, monkeypatch, how, module, name, does):
    game, child, below = family
    only_of(monkeypatch, module, name, child.pid, does)
    control = WindowsControl()
    control.remember([game.identity])
    assert getattr(control, how)(*game.identity)
    assert gone(*game.identity)
    assert not gone(*child.identity, patience=0.3)
    assert not gone(*below.identity, patience=0)


def test_a_game_that_cannot_be_asked_whose_it_is_is_ended_alone(family, monkeypatch):
    only_of(monkeypatch, processes, "user", family[0].pid, refused)
    assert WindowsControl().end(*family[0].identity)
    assert gone(*family[0].identity)
    assert not gone(*family[1].identity, patience=0.3)


def test_what_it_was_known_as_holds_when_the_game_is_gone(family):
    """What the first look found is its own: whatever it has started since is ended in the next one."""
    control = WindowsControl()
    control.remember([family[0].identity])
    processes.terminate(processes.opened_as(*family[0].identity, processes.TERMINATE))
    assert gone(*family[0].identity)
    control.end(*family[0].identity)
    assert all(gone(*one.identity) for one in family)
