"""Folders, files and locks on Windows: access lists, owners, reparse points, readers that hold a file."""

from __future__ import annotations

import _winapi
import os
import threading
from pathlib import Path

import pytest
import win32file

from host import homes
from host.files import read_owned, write_atomic
from host.windows import descriptors, files, owning, sids, tokens
from host.windows.sids import CREATOR, LOCAL_SERVICE, Entry, readers
from host.windows.win32 import READ_CONTROL, WRITE_DAC, open_itself, open_shared

OTHER = "S-1-5-21-1-2-3-1001"
ME = tokens.own_sid()
FULL = 0x1F01FF
OURS = frozenset((files.owner(),))


def set_list(path: Path, text: str) -> None:
    with open_itself(path, READ_CONTROL | WRITE_DAC) as handle:
        descriptors.protect(handle.value, text)


def listed(path: Path):
    with open_itself(path, READ_CONTROL) as handle:
        return descriptors.descriptor_of(handle.value)


def test_known_folders_are_the_systems_not_the_environments(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever starts us cannot move our home."""
    before = (files.system_root(), files.private_root())
    for name in ("ProgramData", "ALLUSERSPROFILE", "LOCALAPPDATA", "USERPROFILE"):
        monkeypatch.setenv(name, "C:\\elsewhere")
    assert (files.system_root(), files.private_root()) == before
    assert (before[0].name, before[1].name) == ("GioChoi", "giochoi")


def test_publishers_are_the_system_us_and_the_services_accounts() -> None:
    expected = {sids.SYSTEM, sids.ADMINS, ME, *map(sids.service_sid, ("giochoi-agent", "giochoi-uplink"))}
    assert files.publishers("system") == expected


@pytest.mark.parametrize("mode", [0o700, 0o755])
def test_a_prepared_folder_is_changed_by_nobody_else(tmp_path: Path, mode: int) -> None:
    """Owner, SYSTEM, Administrators; also what is made inside it."""
    files.prepare(tmp_path / "home", mode)
    (tmp_path / "home" / "inside").mkdir()
    for folder in (tmp_path / "home", tmp_path / "home" / "inside"):
        with open_itself(folder, READ_CONTROL) as handle:
            owner, writers = descriptors.owner_and_writers(handle.value)
        assert owner in {ME, sids.ADMINS}
        assert writers <= {ME, sids.SYSTEM, sids.ADMINS}


def test_a_folder_for_us_alone_holds_nothing_of_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What another account owns is named. (Wine keeps no other owner, so here we are the other one.)"""
    homes.prepare_own(tmp_path / "daemon")
    (tmp_path / "daemon" / "folder").mkdir()
    (tmp_path / "daemon" / "planted").touch()
    homes.prepare_own(tmp_path / "daemon")
    (tmp_path / "daemon" / "folder").rmdir()
    monkeypatch.setattr(files, "_ours", lambda: {OTHER})
    with pytest.raises(PermissionError, match="planted is owned by"):
        files.vet(tmp_path / "daemon")


@pytest.mark.parametrize("who", [sids.EVERYONE, "S-1-5-11", sids.USERS, LOCAL_SERVICE, OTHER])
@pytest.mark.parametrize("right", [0x2, 0x4, 0x40, 0x10000, 0x40000, 0x80000, FULL])
def test_a_folder_that_somebody_else_may_change_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, who: str, right: int
) -> None:
    """Add files or folders, delete children, it, its list, its owner: one clear line that names them."""
    (tmp_path / "home").mkdir()
    entries = (Entry(0, 3, FULL, ME), Entry(0, 3, right, who))
    monkeypatch.setattr(files, "descriptor_of", lambda _: (ME, entries))
    with pytest.raises(homes.HomeError, match="may write to it") as refused:
        homes.prepare(tmp_path / "home", 0o755)
    assert "\n" not in str(refused.value)
    assert str(tmp_path / "home") in str(refused.value)


@pytest.mark.promise("Windows (under Wine): A home that everyone may write is refused, and links are not followed")
def test_a_folder_that_everyone_may_write_is_refused_on_the_disk(tmp_path: Path) -> None:
    """The same with a real access list."""
    (tmp_path / "home").mkdir()
    set_list(tmp_path / "home", f"D:P(A;OICI;FA;;;{ME})(A;OICI;FA;;;WD)")
    with pytest.raises(homes.HomeError, match="may write to it"):
        homes.server_home(str(tmp_path / "home"))


@pytest.mark.parametrize("who", [OTHER, sids.EVERYONE, LOCAL_SERVICE])
def test_a_folder_of_another_account_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, who: str) -> None:
    """Planted before we came, by somebody who may still change its list, whatever the list says now."""
    (tmp_path / "home").mkdir()
    monkeypatch.setattr(files, "descriptor_of", lambda _: (who, (Entry(0, 3, FULL, ME),)))
    with pytest.raises(homes.HomeError, match="not by us"):
        homes.prepare(tmp_path / "home", 0o755)


@pytest.mark.parametrize("who", [ME, sids.SYSTEM, sids.ADMINS])
def test_what_a_folder_in_a_profile_inherits_is_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, who: str) -> None:
    """User, SYSTEM and Administrators have all, CREATOR OWNER what is made inside."""
    (tmp_path / "home").mkdir()
    entries = tuple(Entry(0, 0x13, FULL, sid) for sid in (ME, sids.SYSTEM, sids.ADMINS, CREATOR))
    monkeypatch.setattr(files, "descriptor_of", lambda _: (who, entries))
    homes.prepare(tmp_path / "home", 0o755)


def test_a_folder_that_others_may_read_is_closed_to_0700_only(tmp_path: Path) -> None:
    """Never more open than the mode asked for, and no more closed."""
    (tmp_path / "home").mkdir()
    set_list(tmp_path / "home", f"D:P(A;OICI;FA;;;{ME})(A;OICI;0x1200a9;;;WD)")
    files.prepare(tmp_path / "home", 0o755)
    assert sids.EVERYONE in readers(listed(tmp_path / "home")[1], ME)
    files.prepare(tmp_path / "home", 0o700)
    assert readers(listed(tmp_path / "home")[1], ME) <= {ME, sids.SYSTEM, sids.ADMINS}


def test_a_file_that_everyone_may_write_is_not_read(tmp_path: Path) -> None:
    """Whoever owns it."""
    write_atomic(tmp_path / "k", b"x")
    set_list(tmp_path / "k", f"D:P(A;;FA;;;{ME})(A;;FA;;;WD)")
    with pytest.raises(PermissionError, match="may write to it"):
        read_owned(tmp_path / "k", OURS)


def test_a_file_of_administrators_is_ours_only_while_we_are_elevated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What we made then, and what an administrator restored from a backup."""
    write_atomic(tmp_path / "k", b"x")
    monkeypatch.setattr(descriptors, "descriptor_of", lambda _: (sids.ADMINS, (Entry(0, 0, FULL, ME),)))
    monkeypatch.setattr(files, "elevated", lambda: True)
    assert read_owned(tmp_path / "k", OURS) == b"x"
    monkeypatch.setattr(files, "elevated", lambda: False)
    with pytest.raises(PermissionError, match="owned by"):
        read_owned(tmp_path / "k", OURS)
    assert read_owned(tmp_path / "k", frozenset((sids.ADMINS,))) == b"x"


@pytest.mark.promise("Windows (under Wine): A home that everyone may write is refused, and links are not followed")
def test_links_are_seen_and_not_followed(tmp_path: Path) -> None:
    """A junction in the place of a home; a symbolic link in the place of a file."""
    (tmp_path / "target").mkdir()
    write_atomic(tmp_path / "target" / "k", b"x")
    try:
        _winapi.CreateJunction(str(tmp_path / "target"), str(tmp_path / "home"))
        (tmp_path / "k").symlink_to(tmp_path / "target" / "k")
    except OSError as error:
        pytest.skip(f"no links here: {error}")
    assert (tmp_path / "k").is_symlink()
    with pytest.raises(homes.HomeError, match="not a real folder"):
        homes.server_home(str(tmp_path / "home"))
    with pytest.raises(PermissionError, match="not a plain file"):
        read_owned(tmp_path / "k", OURS)


@pytest.mark.parametrize("attributes", [0x400, 0x410, 0x20])
def test_a_reparse_point_or_file_is_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, attributes: int) -> None:
    """By its attributes, whatever kind of reparse point it is."""
    (tmp_path / "home").mkdir()
    found = files._Information()
    found.attributes = attributes
    monkeypatch.setattr(files, "_look", lambda _: found)
    with pytest.raises(homes.HomeError, match="not a real folder"):
        homes.prepare(tmp_path / "home", 0o755)


def test_a_device_is_no_file() -> None:
    """NUL is in every folder."""
    with pytest.raises(OSError, match=r".+"):
        read_owned(Path("NUL"), OURS)


def test_a_reader_delays_a_write_and_does_not_spoil_it(tmp_path: Path) -> None:
    """A program that opened the file in the usual way lets go after a while: the new content is there then."""
    path = tmp_path / "k"
    write_atomic(path, b"old")
    reader = path.open("rb")
    threading.Timer(0.1, reader.close).start()
    write_atomic(path, b"new")
    assert reader.closed
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_is_never_let_go_keeps_its_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """OSError in the end, the old content, no debris."""
    monkeypatch.setattr(files, "_WAITS", (1, 1))
    path = tmp_path / "k"
    write_atomic(path, b"old")
    with path.open("rb"), pytest.raises(PermissionError):
        write_atomic(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_lock_is_not_inherited_by_children(tmp_path: Path) -> None:
    """A game or helper that we started does not hold our home after us."""
    held = files.lock(tmp_path / "lock")
    try:
        assert not os.get_inheritable(held)
    finally:
        os.close(held)


def test_what_is_made_for_a_service_is_the_services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that an administrator puts back; Wine knows one owner, so what is asked for is looked at."""
    made: list[str] = []
    whole = descriptors.attributes
    agent = sids.service_sid("giochoi-agent")

    def note(text: str):
        made.append(text)
        return whole(text)

    monkeypatch.setattr(files, "attributes", note)
    monkeypatch.setattr(files, "elevated", lambda: True)
    for lent, to in ((set(), None), ({agent}, agent)):
        monkeypatch.setattr(files, "owner_and_writers", lambda _, lent=lent: (sids.ADMINS, frozenset(lent)))
        with files.acting_for(tmp_path), files.acting_for(tmp_path / "not there"):
            files.write_atomic(tmp_path / "k", b"x", 0o600)
        files.write_atomic(tmp_path / "ours", b"x", 0o600)
        own = descriptors.sddl_for(0o600, folder=False)
        assert made == [sids.sddl(0o600, to, folder=False) if to else own, own]
        made.clear()


def test_files_are_opened_plainly_and_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads by a handle of FILE_FLAG_OPEN_REQUIRING_OPLOCK may wait for ever."""
    files.prepare(tmp_path / "home", 0o755)
    path = tmp_path / "home" / "agent.keys"
    write_atomic(path, b"keys", 0o644)
    asked, real = [], win32file.CreateFile

    def create(name, access, share, attributes, how, flags, template):
        if how == win32file.OPEN_EXISTING:
            asked.append(flags)
        return real(name, access, share, attributes, how, flags, template)

    monkeypatch.setattr(win32file, "CreateFile", create)
    files.prepare(tmp_path / "home", 0o755)
    files.vet(tmp_path / "home")
    owning.strange(tmp_path / "home")
    assert read_owned(path, OURS) == b"keys"
    write_atomic(path, b"new", 0o644)
    open_shared(str(path)).close()
    itself = 0x10_0000 | 0x20_0000 | 0x200_0000  # SQOS_PRESENT, OPEN_REPARSE_POINT, BACKUP_SEMANTICS
    assert asked == [itself] * 4 + [0x10_0000 | 0x200_0000]
