"""Roles are a union, and every operation has one."""

from __future__ import annotations

import pytest

from agent.api.roster import Guardian, Player, Roster, Staff
from agent.app import routes
from agent.auth import ANY, COURIER, ENROLS, KEEPER, SEAT, STAFF, STRANGER, Seat, Stranger, roles
from host.transport import Caller

OWN = 990
SEATS = {SEAT, ENROLS}
KEEPS = {ANY, COURIER, KEEPER, STAFF}


def at(place):
    guest = Player(id="guest", name="Khách", key="00" * 32)
    guardians = (Guardian(id="me", name="Mẹ", account="me"),)
    staff = (
        Staff(id="lan", name="Lan", account="lan"), Staff(id="minh", name="Minh", account="minh", role="operator"),
        Staff(id="tu", name="Tú", account="tu", role="operator"),
    )  # fmt: skip
    players = (Player(id="tu", name="Tú", account="tu", key="11" * 32),)
    return Roster(
        number=1, origin="x", issued=0, place=place, zone="UTC", guest=guest, guardians=guardians, players=players, staff=staff
    )


def caller(account, uid, *, admin=False):
    return Caller(uid=uid, pid=1, account=account, admin=admin)


@pytest.mark.parametrize(
    ("who", "home", "point"),
    [
        (caller("giochoi", OWN), {*SEATS, *KEEPS, "guardian"}, {*SEATS, *KEEPS, "operator"}),
        (caller("root", 0, admin=True), {*SEATS, *KEEPS, "guardian"}, {*SEATS, *KEEPS, "operator"}),
        (caller("bo", 1000, admin=True), {*KEEPS, "guardian"}, {*KEEPS, "operator"}),
        (caller("me", 1001), {*KEEPS, "guardian"}, {ANY, "guardian"}),
        (caller("an", 1002), {ANY}, {ANY}),
        (caller("lan", 1003), {ANY}, {ANY, STAFF}),
        (caller("minh", 1004), {ANY}, {ANY, STAFF, KEEPER, COURIER}),
        (caller("tu", 1005), {ANY}, {ANY}),
        (caller("giochoi-courier", 991), {ANY, COURIER}, {ANY, COURIER}),
        (Seat("seat-1"), {ANY, *SEATS}, {ANY, *SEATS}),
        (Seat("seat-1", retired=True), {ENROLS}, {ENROLS}),
        (Stranger("192.0.2.7"), {STRANGER}, {STRANGER}),
    ],
)
def test_roles(who, home, point):
    """The agent's account, root, an administrator, a guardian's account, a child's; staff, an operator,
    and one who plays in that account; the courier; seats and strangers."""
    assert (roles(who, OWN, at("home")), roles(who, OWN, at("game-point"))) == (home, point)


@pytest.mark.promise("Servers and rights: A child is refused what guardians do, and sees only itself")
def test_what_a_child_may_ask(desk):
    """The whole table by role; a new operation has to be added here on purpose."""
    by_role: dict[str, set[str]] = {}
    for op, route in routes(desk.agent).items():
        by_role.setdefault(route.role, set()).add(op)
    assert by_role == {
        ANY: {"game.list", "log.head", "log.card", "place.show", "update.show"},
        ENROLS: {"seat.enrol"},
        SEAT: {"seat.alive", "roster.get", "roster.parts", "player.claim", "grant.put", "request.put", "log.submit",
               "log.follow"},
        KEEPER: {
            "player.add", "player.set", "player.remove", "player.list", "player.days", "player.erase", "player.export",
            "guardian.add", "guardian.set", "guardian.remove", "guardian.list",
            "limit.set", "policy.use", "policy.show", "game.add", "game.remove", "game.allow", "game.disallow",
            "game.allowed", "game.label", "place.set", "place.serve", "seat.retire", "seat.name", "seat.invite",
            "seat.confirm",
            "log.show", "log.export", "log.prune", "update.fetch",
            "witness.add", "witness.remove", "staff.add", "staff.remove",
        },
        STAFF: {"checkin", "checkin.list", "checkin.move", "checkin.follow", "checkout", "seat.list",
                "staff.list", "staff.shift", "place.close", "place.open"},
        COURIER: {"witness.list", "witness.errands", "witness.answer"},
        STRANGER: {"agent.hello", "seat.join"},
    }  # fmt: skip
