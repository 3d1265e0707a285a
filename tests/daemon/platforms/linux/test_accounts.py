"""Accounts: who is limited when nobody said anything about them."""

from __future__ import annotations

import grp
import pwd

import pytest

from daemon.platforms.linux.accounts import LinuxAccounts, account_of, sub_ids, uid_of
from tests.conftest import FakeClock

PEOPLE = {
    "root": (0, 0, "/bin/bash"),
    "www-data": (33, 33, "/usr/sbin/nologin"),
    "postgres": (101, 104, "/bin/bash"),
    "nobody": (65534, 65534, "/usr/sbin/nologin"),
    "an": (1000, 1000, "/bin/bash"),
    "me": (1001, 1001, "/bin/zsh"),
    "ba": (1002, 27, "/bin/bash"),
    "kiosk": (1003, 1003, "/usr/sbin/nologin"),
    "toor": (0, 0, "/bin/sh"),
}
MADE_UP = {
    "homed": (60_001, 60_001, "/bin/bash"),
    "domain": (1_234_567_890, 100, "/bin/bash"),  # sssd's numbers are among systemd's
    "winbind": (1_000_123, 100, "/bin/false"),
    "printer": (900_000, 100, "/usr/sbin/nologin"),
    "unit": (61_300, 61_300, "/usr/sbin/nologin"),
    "ns-math-4": (1_879_000_004, 65_534, "/usr/sbin/nologin"),
    "ns-one-0": (61_301, 65_534, "/usr/sbin/nologin"),
    "vu-debian-33": (524_321, 65_534, "/usr/sbin/nologin"),
    "foreign-0": (0x7FFE0000, 65_534, "/usr/sbin/nologin"),
}
HOMES = dict.fromkeys(("unit", "ns-math-4", "ns-one-0", "vu-debian-33", "foreign-0"), "/")
GROUPS = {"sudo": (27, ["me"]), "users": (100, ["an"])}


@pytest.fixture
def machine(monkeypatch):
    known = PEOPLE | MADE_UP

    def entry(name):
        uid, gid, shell = known[name]
        return pwd.struct_passwd((name, "x", uid, gid, "", HOMES.get(name, f"/home/{name}"), shell))

    def group(name):
        gid, members = GROUPS[name]
        return grp.struct_group((name, "x", gid, members))

    monkeypatch.setattr(pwd, "getpwnam", entry)
    monkeypatch.setattr(pwd, "getpwuid", lambda uid: entry({one[0]: name for name, one in reversed(known.items())}[uid]))
    monkeypatch.setattr(grp, "getgrnam", group)


@pytest.mark.parametrize(
    ("account", "exists", "limited", "administrator"),
    [
        ("root", True, False, True),
        ("toor", True, False, True),
        ("www-data", True, False, False),
        ("postgres", True, False, False),
        ("nobody", True, False, False),
        ("kiosk", True, False, False),
        ("an", True, True, False),
        ("me", True, False, True),
        ("ba", True, False, True),
        ("stranger", False, False, False),
        ("1005", False, True, False),
        ("65534", False, False, False),
        ("12", False, False, False),
        ("homed", True, True, False),
        ("domain", True, True, False),
        ("winbind", True, False, False),
        ("printer", True, False, False),
        ("unit", False, False, False),
        ("61302", False, False, False),
        ("ns-one-0", False, False, False),
        ("ns-math-4", False, True, False),
        ("vu-debian-33", False, True, False),
        ("foreign-0", False, True, False),
    ],
)
def test_what_kind_of_account(machine, account, exists, limited, administrator):
    """Root, services, nobody and administrators are not limited; a number without an account is, whatever systemd calls it. A
    domain's people have theirs among those.
    """
    found = LinuxAccounts(FakeClock())

    assert (found.exists(account), found.limited(account), found.administrator(account)) == (exists, limited, administrator)


def test_who_becomes_an_administrator_is_one_a_second_later(machine, monkeypatch):
    """Meanwhile nobody asks the system again: who forks asks as often as he likes."""
    clock, asked = FakeClock(), []
    found, entry = LinuxAccounts(clock), pwd.getpwnam
    monkeypatch.setattr(pwd, "getpwnam", lambda name: asked.append(name) or entry(name))
    assert [found.limited("an") for _ in range(1_000)] == [True] * 1_000
    often = len(asked)
    monkeypatch.setitem(GROUPS, "sudo", (27, ["me", "an"]))
    clock.run(1_000)

    assert not found.limited("an")
    assert often <= 2


def test_numbers_of_containers(machine, monkeypatch):
    """A uid of somebody's container is theirs, named or numbered; lines that make no sense are passed over."""
    ranges = "an:100000:65536\nbroken\n#x:y:z\nba:200000:10\n\n1000:300000:10\n4711:400000:10\n"
    monkeypatch.setattr("daemon.platforms.linux.procfs.text", lambda _: ranges)

    assert [one.account for one in sub_ids()] == ["an", "ba", "1000", "4711"]
    uids = (0, 1000, 100000, 165535, 200009, 200010, 777, 300001, 400001)
    assert [account_of(uid) for uid in uids] == ["root", "an", "an", "an", "ba", "200010", "777", "an", "4711"]


def test_uids(machine):
    """By name, or by number where there is no name."""
    assert [uid_of(account) for account in ("an", "4711", "stranger")] == [1000, 4711, None]


def test_the_machines_own_people(monkeypatch):
    """By the file, as others may be many and far away; lines that make no sense are passed over. No list is without an end."""
    lines = [f"{name}:x:{uid}:{gid}::/:{shell}" for name, (uid, gid, shell) in PEOPLE.items()] + ["+::::::", "broken", ""]
    monkeypatch.setattr("daemon.platforms.linux.procfs.text", lambda path: {"/etc/passwd": "\n".join(lines)}[path])
    monkeypatch.setattr(pwd, "getpwall", None)

    assert LinuxAccounts(FakeClock()).persons() == ("nobody", "an", "me", "ba", "kiosk")
    lines += [f"pupil{n}:x:{2000 + n}:100::/:/bin/sh" for n in range(1_000)]
    assert len(LinuxAccounts(FakeClock()).persons()) == 256
