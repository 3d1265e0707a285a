"""Secrets on Windows: by DPAPI in the file, or in the credential store."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from keyring.backends.Windows import WinVaultKeyring

from host import secrets
from host.api import Kind
from host.homes import Home, HomeError
from host.windows import descriptors, sids, tokens, vault
from host.windows.win32 import READ_CONTROL, open_itself

SECRET = b"\x00\xff" * 16


def never() -> bytes:
    raise AssertionError("made twice")


def test_what_is_protected_is_opened_again() -> None:
    """Each time something else is written, and none of it is the secret."""
    sealed = [vault.protect(SECRET, machine=machine) for machine in (False, True) * 2]
    assert len(set(sealed)) == 4
    assert SECRET not in b"".join(sealed)
    assert {vault.unprotect(one) for one in sealed} == {SECRET}


@pytest.mark.parametrize("damage", [b"", b"x" * 200])
def test_what_was_not_protected_here_is_an_oserror(damage: bytes) -> None:
    with pytest.raises(OSError, match=r".+"):
        vault.unprotect(damage)


def test_the_file_of_a_given_home_says_nothing(tmp_path: Path) -> None:
    """Two lines: how it was sealed, and the sealed secret."""
    home = Home(tmp_path, "given")
    secrets.load_or_create(home, tmp_path, "k", lambda: SECRET)
    mark, sealed, end = (tmp_path / "k").read_bytes().split(b"\n")
    assert (mark, end) == (b"dpapi-machine", b"")
    assert SECRET not in base64.b64decode(sealed)
    assert secrets.load_or_create(home, tmp_path, "k", never) == SECRET


@pytest.mark.parametrize(("kind", "machine"), [("system", True), ("given", True), ("private", False)])
def test_a_secret_from_elsewhere_is_kept_as_ours_are(tmp_path: Path, kind: Kind, machine: bool) -> None:
    """From another PC its file is only encoded, and older versions sealed it for the service's account, which no administrator
    is who backs it up.
    """
    for before in (secrets.plain(SECRET), vault.seal(SECRET, machine=not machine)):
        secrets.write_atomic(tmp_path / "k", before)
        assert secrets.load_or_create(Home(tmp_path, kind), tmp_path, "k", never) == SECRET
        kept = (tmp_path / "k").read_bytes()
        assert vault.is_sealed(kept, machine=machine)
        assert secrets.load_or_create(Home(tmp_path, kind), tmp_path, "k", never) == SECRET
        assert (tmp_path / "k").read_bytes() == kept


def test_a_backup_holds_what_opens_everywhere(tmp_path: Path) -> None:
    """And what is put back is sealed again. What is another account's stays as it is, in both."""
    home = Home(tmp_path, "system")
    secrets.load_or_create(home, tmp_path, "k", lambda: SECRET)
    assert secrets.opened(home, tmp_path, "k") == secrets.plain(SECRET)
    secrets.put_back(home, tmp_path, "k", secrets.plain(b"former" * 6))
    assert vault.is_sealed((tmp_path / "k").read_bytes(), machine=True)
    assert secrets.load_or_create(home, tmp_path, "k", never) == b"former" * 6
    theirs = b"dpapi\n" + base64.b64encode(b"x" * 200) + b"\n"
    secrets.put_back(home, tmp_path, "k", theirs)
    assert ((tmp_path / "k").read_bytes(), secrets.opened(home, tmp_path, "k")) == (theirs, theirs)
    assert not secrets.is_plain(theirs)


def test_a_file_from_another_pc_is_said_and_not_replaced(tmp_path: Path) -> None:
    """What DPAPI cannot open is one clear line; what is no text any more is damaged."""
    for content, words in ((b"x" * 200, "cannot open it"), (b"", "cannot open it")):
        kept = b"dpapi\n" + base64.b64encode(content) + b"\n"
        secrets.write_atomic(tmp_path / "k", kept)
        with pytest.raises(HomeError, match=words):
            secrets.load_or_create(Home(tmp_path, "given"), tmp_path, "k", never)
        assert (tmp_path / "k").read_bytes() == kept
    secrets.write_atomic(tmp_path / "k", b"dpapi\n!!\n")
    with pytest.raises(HomeError, match="damaged"):
        secrets.load_or_create(Home(tmp_path, "given"), tmp_path, "k", never)


def test_nobody_else_may_change_the_file(tmp_path: Path) -> None:
    """Owner, SYSTEM, Administrators."""
    secrets.load_or_create(Home(tmp_path, "given"), tmp_path, "k", lambda: SECRET)
    with open_itself(tmp_path / "k", READ_CONTROL) as handle:
        owner, writers = descriptors.owner_and_writers(handle.value)
    assert owner in {tokens.own_sid(), sids.ADMINS}
    assert writers <= {tokens.own_sid(), sids.SYSTEM, sids.ADMINS}


def test_a_private_home_uses_the_credential_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By keyring, in a process of its own; two secrets of one home do not disturb each other."""
    monkeypatch.setattr(secrets, "_PATIENCE", 60.0)  # seconds: a test machine may be busy
    home = Home(tmp_path, "private")
    made = {name: name.encode() * 16 for name in ("daemon.key", "agent.key")}
    store = WinVaultKeyring()
    try:
        for name, secret in made.items():
            assert secrets.load_or_create(home, tmp_path, name, lambda secret=secret: secret) == secret
            assert (tmp_path / name).read_bytes() == b"keyring\n"
        kept = {name: store.get_password(f"giochoi {tmp_path / name}", str(tmp_path / name)) for name in made}
        assert kept == {name: base64.b64encode(secret).decode() for name, secret in made.items()}
        assert secrets.load_or_create(home, tmp_path, "daemon.key", never) == made["daemon.key"]
    finally:
        for name in made:
            store.delete_password(f"giochoi {tmp_path / name}", str(tmp_path / name))
