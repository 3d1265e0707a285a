"""Accounts that people log in with, of all that a Debian has."""

from __future__ import annotations

import grp
import pwd

from host.api import Person
from host.linux import users


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


def test_groups_that_are_as_good_as_roots(monkeypatch):
    """Whether the account is listed there, or it is its own."""
    groups = {"docker": grp.struct_group(("docker", "x", 990, ["an"])), "disk": grp.struct_group(("disk", "x", 6, []))}
    people = {"an": 1000, "binh": 6, "chi": 1000}
    monkeypatch.setattr(grp, "getgrnam", groups.__getitem__)
    monkeypatch.setattr(pwd, "getpwnam", lambda name: pwd.struct_passwd((name, "x", 1000, people[name], "", "/", "/bin/sh")))

    assert [users.powerful_group(name) for name in ("an", "binh", "chi", "nobody")] == ["docker", "disk", None, None]
