"""Accounts: written in one way however they were typed, and administrators whatever UAC does to their tokens."""

from __future__ import annotations

import pytest
import win32net

from host.windows import sids, tokens, users

SYSTEM_NAME = "NT AUTHORITY\\SYSTEM"
STRANGER = "S-1-5-21-1-2-3-1001"


def test_an_account_of_this_machine_is_its_bare_name() -> None:
    """With the machine's name before it, a dot, or nothing: the same account, written without."""
    own = tokens.own_sid()
    name = users.account(own)
    assert "\\" not in name
    for typed in (name, f".\\{name}", f"{users._computer()}\\{name}"):
        assert users.sid_of(typed) == own
        assert users.canonical(typed) == name


def test_others_have_their_domain_before_their_name() -> None:
    """SYSTEM's is NT AUTHORITY."""
    assert users.account(sids.SYSTEM) == SYSTEM_NAME
    assert users.canonical("SYSTEM") == users.canonical(SYSTEM_NAME) == SYSTEM_NAME


@pytest.mark.parametrize("sid", [STRANGER, "S-1-5-80-1-2-3-4-5", "not a SID"])
def test_a_sid_that_nobody_knows_stays_as_it_is(sid: str) -> None:
    assert users.account(sid) == sid


@pytest.mark.parametrize(
    "typed", ["nobody-here", "", "  ", "a\0b", ".\\", ".\\nobody-here", "Administrators", "Users", "Everyone", "x\\y\\z"]
)
def test_what_is_no_account_has_no_name(typed: str) -> None:
    """Unknown names, groups, and what is no name at all."""
    assert users.canonical(typed) is None


def test_the_machines_own_name_is_no_account() -> None:
    """The lookup finds the machine's domain under it."""
    assert users.canonical(users._computer()) is None


def test_system_and_members_of_administrators_are_administrators() -> None:
    """We are one if we are elevated; services and strangers are none."""
    assert users.administrator(sids.SYSTEM)
    assert users.administrator(tokens.own_sid()) or not tokens.elevated()
    for sid in (sids.LOCAL_SERVICE, STRANGER, "S-1-5-80-1-2-3-4-5", "not a SID"):
        assert not users.administrator(sid), sid


def test_administrators_are_known_by_name_too() -> None:
    """The name is all that a command has; nobody's is no administrator's."""
    assert users.administers(users.account(sids.SYSTEM))
    assert users.administers(users.account(tokens.own_sid())) is users.administrator(tokens.own_sid())
    assert not users.administers("nobody-of-this-name")


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch):
    """Groups as the machine would tell of them; Wine's are always the same."""

    def set_up(members: set[str], groups: list[str]) -> None:
        monkeypatch.setattr(users, "_sids_in", lambda group: members if group == "Administrators" else set())
        monkeypatch.setattr(users, "_groups", lambda _: groups)

    return set_up


def test_a_direct_member_is_one_even_if_nobody_knows_its_name(machine) -> None:
    """A domain account whose domain does not answer."""
    machine({STRANGER}, [])
    assert users.administrator(STRANGER)


def test_a_member_by_another_group_is_one(machine) -> None:
    """The alias is found by its own name, whatever the case."""
    machine(set(), ["Users", "administrators"])
    assert users.administrator(tokens.own_sid())


def test_a_standard_account_is_none(machine) -> None:
    """Not even if another account is."""
    machine({STRANGER}, ["Users", "Power Users"])
    assert not users.administrator(tokens.own_sid())


def test_people_have_accounts_that_this_machine_knows() -> None:
    """Whom the first set-up lists; where the system lists none, nobody."""
    for one in users.people():
        assert users.canonical(one.account) == one.account
        assert one.administrator == users.administers(one.account)


def test_an_account_is_made_in_users_whatever_they_are_called(monkeypatch) -> None:
    """An ordinary one (USER_PRIV_USER, UF_NORMAL_ACCOUNT | UF_SCRIPT | UF_DONT_EXPIRE_PASSWD), with its full name."""
    called: list[tuple[object, ...]] = []
    for name in ("NetUserAdd", "NetUserSetInfo", "NetLocalGroupAddMembers"):
        monkeypatch.setattr(win32net, name, lambda *words, name=name: called.append((name, *words)))
    monkeypatch.setattr(users, "_by_sid", {sids.USERS: ("BUILTIN", "Người dùng")}.get)
    users.make("an", "Trần An", "mật khẩu")
    assert called == [
        ("NetUserAdd", None, 1, {"name": "an", "password": "mật khẩu", "priv": 1, "flags": 0x10201}),
        ("NetUserSetInfo", None, "an", 1011, {"full_name": "Trần An"}),
        ("NetLocalGroupAddMembers", None, "Người dùng", 3, [{"domainandname": f"{users._computer()}\\an"}]),
    ]
