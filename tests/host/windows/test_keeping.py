"""Copies before an upgrade: owners, junctions, and ways back that fail half-way."""

from __future__ import annotations

import _winapi
from pathlib import Path

import pytest

from host.windows import descriptors, keeping, owning, plans, sids, tokens
from host.windows.keeping import KEPT, forget, keep, put_back
from host.windows.win32 import READ_CONTROL, open_itself

AGENT = sids.service_sid("giochoi-agent")
CHILD = "S-1-5-21-1-2-3-1001"
NAMES = ("agent", "daemon")
NOTE = ("note", b"")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A home with both folders."""
    for name in ("agent/log.db", "agent/lock", "agent/updates/big", "daemon/store.db"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("before")
    return tmp_path


def back(root: Path) -> None:
    put_back(root, {"agent": plans.room(AGENT, shown=False), "daemon": descriptors.sddl_for(0o700, folder=True)})


def contents(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}


def listed(path: Path):
    with open_itself(path, READ_CONTROL) as handle:
        return descriptors.owner_and_writers(handle.value)


def test_folders_come_back_as_they_were(root: Path) -> None:
    """What the new version changed, made and removed is undone, and no copy is left."""
    keep(root, NAMES, NOTE)
    (root / "agent/log.db").write_text("newer")
    (root / "agent/log.db-wal").write_text("newer")
    (root / "daemon/store.db").unlink()
    back(root)
    assert contents(root) == {"agent/log.db": "before", "daemon/store.db": "before"}
    assert {path.name for path in root.iterdir()} == {*NAMES}


def test_a_folder_that_was_not_there_is_there_no_more(root: Path) -> None:
    """The new version made it."""
    (root / "daemon/store.db").unlink()
    (root / "daemon").rmdir()
    keep(root, NAMES, NOTE)
    (root / "daemon").mkdir()
    back(root)
    assert {path.name for path in root.iterdir()} == {"agent"}


def test_each_file_keeps_its_owner(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service takes no keys but its own; Wine knows one owner, so what is asked for is looked at."""
    given = []
    whole = keeping.give
    monkeypatch.setattr(keeping, "descriptor_of", lambda _: (AGENT, ()))
    monkeypatch.setattr(keeping, "give", lambda handle, owner: (given.append(owner), whole(handle, owner)))
    keep(root, ("agent",), NOTE)
    assert given == [AGENT]


def test_a_copy_is_administrators_alone(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And folders that were put back are the service's again."""
    keep(root, NAMES, NOTE)
    for folder in (root / KEPT, root / KEPT / "agent"):
        owner, writers = listed(folder)
        assert owner in {tokens.own_sid(), sids.ADMINS}
        assert writers <= {tokens.own_sid(), sids.SYSTEM, sids.ADMINS}
    lent: list[str] = []
    monkeypatch.setattr(keeping, "protect", lambda _, text: lent.append(text))  # Wine knows no such account
    back(root)
    assert lent == [plans.room(AGENT, shown=False), descriptors.sddl_for(0o700, folder=True)]


@pytest.mark.promise("Windows (under Wine): A home that was there before is moved aside, and no junction is followed")
def test_no_junction_is_followed(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whoever writes to a folder cannot have an administrator copy or erase what lies elsewhere."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "file").write_text("somebody's")
    try:
        _winapi.CreateJunction(str(elsewhere), str(root / "agent/deep"))
    except OSError:
        pytest.skip("Wine makes none")
    keep(root, NAMES, NOTE)
    assert contents(root / KEPT / "agent") == {"log.db": "before"}
    back(root)
    keep(root, NAMES, NOTE)
    _winapi.CreateJunction(str(elsewhere), str(root / KEPT / "deep"))
    forget(root)
    assert {path.name for path in root.iterdir()} == {*NAMES}
    assert (elsewhere / "file").read_text() == "somebody's"
    keeping.remove(root / "agent")
    _winapi.CreateJunction(str(elsewhere), str(root / "agent"))
    with pytest.raises(OSError, match="real folder"):
        keep(root, NAMES, NOTE)


def test_a_folder_that_is_read_becomes_no_junction(root: Path) -> None:
    """It cannot be moved either."""
    with keeping._held(root / "agent"), pytest.raises(OSError, match=r".*"):
        (root / "agent").rename(root / "moved")


def test_half_a_copy_is_never_put_back(root: Path) -> None:
    """A set-up that was cut off while it copied leaves the databases alone."""
    (root / f"{KEPT}.part/agent").mkdir(parents=True)
    back(root)
    assert contents(root / "agent")["log.db"] == "before"
    keep(root, NAMES, NOTE)
    assert contents(root / KEPT / "agent") == {"log.db": "before"}


def test_a_copy_that_was_not_put_back_is_not_lost(root: Path) -> None:
    """The next set-up makes its own."""
    keep(root, NAMES, NOTE)
    (root / "agent/log.db").write_text("newer")
    keep(root, NAMES, NOTE)
    forget(root)
    assert contents(root / f"{KEPT}.1/agent") == {"log.db": "before"}


def test_what_cannot_come_back_stays_as_it_is(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No service ever finds an empty folder; tried again, it comes back."""
    keep(root, NAMES, NOTE)
    (root / "agent/log.db").write_text("newer")
    whole = keeping.rename

    def refuse(source: Path, target: Path) -> None:
        if target == root / "agent" and source.parent.name == KEPT:
            raise PermissionError("in use")
        whole(source, target)

    with monkeypatch.context() as patched:
        patched.setattr(keeping, "rename", refuse)
        with pytest.raises(PermissionError):
            back(root)
    assert contents(root / "agent")["log.db"] == "newer"
    assert contents(root / KEPT / "agent") == {"log.db": "before"}
    back(root)
    assert contents(root / "agent") == {"log.db": "before"}


@pytest.mark.promise("Windows (under Wine): A home that was there before is moved aside, and no junction is followed")
def test_a_home_that_was_there_before_us(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that a child made is not ours; that of administrators, or of a service of theirs, is."""
    assert not owning.strange(tmp_path / "none")
    assert not owning.strange(tmp_path)
    monkeypatch.setattr(owning, "descriptor_of", lambda _: (CHILD, ()))
    assert owning.strange(tmp_path)
    monkeypatch.setattr(owning.users, "administrator", lambda sid: sid == CHILD)
    assert not owning.strange(tmp_path)
