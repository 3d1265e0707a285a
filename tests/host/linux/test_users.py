"""Accounts that people log in with, of all that a Debian has."""

from __future__ import annotations

import grp
import os
import pwd
import secrets
import subprocess
from pathlib import Path

import pytest

from host.api import Person
from host.linux import users
from host.transport import Caller


def test_people_are_neither_root_nor_services(monkeypatch):
    """By uid and shell; their full names without room and telephone, which a comma divides."""
    rows = [
        ("root", 0, "root", "/bin/bash"), ("games", 5, "games", "/usr/sbin/nologin"), ("chi", 1001, "Lê Chi,,,", "/bin/bash"),
        ("an", 1000, "", "/bin/zsh"), ("printer", 1002, "", "/bin/false"), ("nobody", 65534, "nobody", "/bin/sh"),
    ]  # fmt: skip
    made = [pwd.struct_passwd((name, "x", uid, uid, full, f"/home/{name}", shell)) for name, uid, full, shell in rows]
    monkeypatch.setattr(pwd, "getpwall", lambda: made)
    monkeypatch.setattr(users, "administrator", lambda uid: uid == 1001)

    assert users.people() == (Person("an"), Person("chi", "Lê Chi", administrator=True))


def test_the_range_of_uids_is_the_systems(monkeypatch, tmp_path):
    """What login.defs says, comments and all; what it does not say is what Debian means."""
    defs = tmp_path / "login.defs"
    defs.write_text("# UID_MIN 1\nUID_MIN\t\t  500\nUMASK 022\n")
    monkeypatch.setattr(users, "_LOGIN_DEFS", defs)
    made = [pwd.struct_passwd((str(uid), "x", uid, uid, "", "/", "/bin/sh")) for uid in (499, 500, 60_000, 60_001)]
    monkeypatch.setattr(pwd, "getpwall", lambda: made)

    assert [one.account for one in users.people()] == ["500", "60000"]


def test_what_systemd_calls_a_number_is_no_account(monkeypatch):
    """It names each that a service or a namespace has. A domain's people, with numbers among these, are accounts."""
    rows = [
        ("ns-math-4", 1_879_000_004, "/", "/usr/sbin/nologin"), ("unit", 61_300, "/", "/usr/sbin/nologin"),
        ("an", 1_234_567_890, "/home/an", "/bin/bash"), ("kiosk", 1_234_567_891, "/home/kiosk", "/usr/sbin/nologin"),
        ("binh", 1_000_123, "/", "/bin/false"), ("daemon", 1, "/", "/usr/sbin/nologin"),
        ("homed", 60_001, "/", "/usr/sbin/nologin"),
    ]  # fmt: skip
    made = {uid: pwd.struct_passwd((name, "x", uid, uid, "", home, shell)) for name, uid, home, shell in rows}
    monkeypatch.setattr(pwd, "getpwuid", made.__getitem__)
    said = ["1879000004", "61300", "an", "kiosk", "binh", "daemon", "homed"]
    assert [users.account(uid) for uid in made] == said
    assert Caller(61_300, 1, users.account(61_300), admin=False).share == ""


def test_groups_that_are_as_good_as_roots(monkeypatch):
    """Whether the account is listed there, or it is its own."""
    groups = {"docker": grp.struct_group(("docker", "x", 990, ["an"])), "disk": grp.struct_group(("disk", "x", 6, []))}
    people = {"an": 1000, "binh": 6, "chi": 1000}
    monkeypatch.setattr(grp, "getgrnam", groups.__getitem__)
    monkeypatch.setattr(pwd, "getpwnam", lambda name: pwd.struct_passwd((name, "x", 1000, people[name], "", "/", "/bin/sh")))

    assert [users.powerful_group(name) for name in ("an", "binh", "chi", "nobody")] == ["docker", "disk", None, None]


@pytest.mark.skipif(os.geteuid() != 0, reason="only an administrator makes accounts")
def test_an_account_is_made_for_a_person():
    """With a home, a password and no rights; a second one of the name is refused in the system's words."""
    name = f"gc-{secrets.token_hex(3)}"
    try:
        users.make(name, "Trần An: con", "mật khẩu")
        assert Person(name, "Trần An  con") in users.people()
        assert users.administers(name) is False
        hashed = Path("/etc/shadow").read_text("utf-8").partition(f"\n{name}:")[2]
        assert hashed.startswith("$")
        with pytest.raises(OSError, match=name):
            users.make(name, "", "x")
    finally:
        subprocess.run(["userdel", "--remove", name], check=False, capture_output=True)
