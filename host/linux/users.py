"""Accounts of this machine, by way of NSS (api.Users; getpwnam(3))."""

from __future__ import annotations

import grp
import pwd
from contextlib import suppress
from pathlib import Path

from host.api import Person, UserId

_ADMINS = ("sudo", "wheel", "admin")
_AS_GOOD = ("docker", "lxd", "incus-admin", "libvirt", "disk")  # who is in one can have root's rights, and no password asked
_LOGIN_DEFS = Path("/etc/login.defs")
_UIDS = {"UID_MIN": 1000, "UID_MAX": 60_000}  # login.defs(5), where it does not say
_NO_SHELLS = ("nologin", "false", "sync")
SERVICES = range(61_184, 65_520)
"""Numbers that systemd lends to services (DynamicUser=). The next are those of containers, and of other systems' files."""
_LENT = (SERVICES, range(0x80000, 0x70000000), range(0x7FFE0000, 0x7FFF0000))


def people() -> tuple[Person, ...]:
    """By the range of uids that useradd(8) gives to people, and a shell that lets them in."""
    least, most = uids_of_people()
    found = {
        one.pw_name: Person(one.pw_name, one.pw_gecos.partition(",")[0].strip(), administrator(one.pw_uid))
        for one in pwd.getpwall()
        if least <= one.pw_uid <= most and not one.pw_shell.endswith(_NO_SHELLS)
    }
    return tuple(found[name] for name in sorted(found))


def uids_of_people() -> tuple[int, int]:
    """The first and the last; below the first are those of services."""
    limits = dict(_UIDS)
    with suppress(OSError):
        for line in _LOGIN_DEFS.read_text("utf-8", "replace").splitlines():
            name, *rest = line.split() or ("",)
            if name in limits and rest and rest[0].isdecimal():
                limits[name] = int(rest[0])
    return limits["UID_MIN"], limits["UID_MAX"]


def lent(entry: pwd.struct_passwd) -> bool:
    """Whether nobody has this number but for a while: systemd names each that a service or a namespace has, and who makes one
    may have its numbers by the thousand (systemd-nsresourced). A domain has people among these, with a home or a shell.
    """
    return entry.pw_dir == "/" and entry.pw_shell.endswith("nologin") and any(entry.pw_uid in one for one in _LENT)


def account(uid: UserId) -> str:
    try:
        found = pwd.getpwuid(int(uid))
    except KeyError:
        return str(uid)
    return str(uid) if lent(found) else found.pw_name


def administrator(uid: UserId) -> bool:
    if uid == 0:
        return True
    try:
        return _in_one_of(_ADMINS, pwd.getpwuid(int(uid))) is not None
    except KeyError:
        return False


def powerful_group(account: str) -> str | None:
    """A group by which an account becomes root, administrator or not; None: it is in none."""
    try:
        return _in_one_of(_AS_GOOD, pwd.getpwnam(account))
    except (KeyError, ValueError):
        return None


def _in_one_of(names: tuple[str, ...], entry: pwd.struct_passwd) -> str | None:
    for name in names:
        with suppress(KeyError):
            group = grp.getgrnam(name)
            if entry.pw_name in group.gr_mem or entry.pw_gid == group.gr_gid:
                return name
    return None


def administers(account: str) -> bool:
    try:
        return administrator(pwd.getpwnam(account).pw_uid)
    except (KeyError, ValueError):
        return False


def make(account: str, full: str, password: str) -> None:
    """The password goes by standard input: every program can read words."""
    import subprocess  # noqa: PLC0415 - only the first set-up makes accounts

    comment = full.translate(str.maketrans(":,\n", "   "))  # passwd(5) parts fields and entries by these
    add = ["/usr/sbin/useradd", "--create-home", "--shell", "/bin/bash", "--comment", comment, account]
    for command, told in ((add, ""), (["/usr/sbin/chpasswd"], f"{account}:{password}\n")):
        done = subprocess.run(command, input=told, capture_output=True, encoding="utf-8", check=False)
        if done.returncode:
            raise OSError(done.stderr.strip() or f"{command[0]}: {done.returncode}")


def canonical(account: str) -> str | None:
    """Names are taken as they are: case matters here."""
    try:
        return pwd.getpwnam(account).pw_name
    except (KeyError, ValueError):
        return None
