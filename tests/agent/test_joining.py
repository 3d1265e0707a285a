"""PCs that joined, as the registry knows them: what each is sent, what it is called, and what follows it."""

from __future__ import annotations

import msgspec
import pytest

from agent.api.joining import Join, PlaceServe, SeatInvite
from agent.api.log import LogShow
from agent.api.manifest import MissingError, digest, join
from agent.api.players import GuardianAdd, GuardianSet, LimitSet, PlayerAdd
from agent.api.roster import GrantEvent, PartsGet, Roster, RosterGet
from agent.api.rulebook import PlaceSet
from agent.api.seat import Enrol, PutGrants
from agent.api.seats import SeatList, SeatName, SeatRetire
from agent.auth import Seat, Stranger
from compliance.note import Signer, verify_note
from host import tls
from host.transport import Caller
from host.wire import ApiError

HASH = "$argon2id$v=19$m=65536,t=3,p=1$efEzZvSB98QymRqckYse/w$QdjNP8YYNmHaXmA5CQIes7PQqcyXVCixsx3I3E3Sabw"
CODE = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
DAEMON = Caller(uid=0, pid=1, account="root", admin=True)


class Joined:
    """A PC that joined, whose daemon writes chains of these ids."""

    def __init__(self, desk) -> None:
        code, _ = desk.agent.invitations.invite(1, 60_000)
        self.desk, self.public = desk, tls.public_of(tls.new_key())
        self.id = desk.ask("seat.join", Join(key=self.public, code=code), Stranger("192.0.2.7")).seat

    def enrol(self, seat=None):
        key = Signer(seat or self.id, tls.fingerprint((self.id + (seat or "")).encode()).encode()[:32])
        return self.desk.ask("seat.enrol", Enrol(seat=seat or self.id, key=key.vkey), Seat(self.id))

    def sent(self, caller=None):
        """The whole roster as JSON, with all the parts that are had by asking."""
        caller = caller or Seat(self.id)
        note, parts = self.desk.ask("roster.get", RosterGet(), caller).note, dict[str, bytes]()
        while True:
            try:
                return join(verify_note(note, [self.desk.agent.keys.roster.vkey]).encode(), parts).decode()
            except MissingError as error:
                found = self.desk.ask("roster.parts", PartsGet(hashes=error.hashes), caller).parts
                parts |= {digest(one): one for one in found}


def read(text):
    return msgspec.json.decode(text, type=Roster)


@pytest.fixture
def pc(desk):
    made = Joined(desk)
    made.enrol()
    return made


@pytest.fixture
def family(desk, clock):
    """An plays here, Bình only elsewhere; their mother proves herself by PIN and by code."""
    desk.ask("guardian.add", GuardianAdd(name="Nguyễn Thị Mẹ", account="me"))
    desk.ask("guardian.set", GuardianSet(guardian="Nguyễn Thị Mẹ", pin=HASH, code=CODE))
    desk.ask("player.add", PlayerAdd(name="Trần An", born="2014-05-01", account="an"))
    desk.ask("player.add", PlayerAdd(name="Lê Bình", born="2012-05-01"))
    desk.ask("grant.put", PutGrants(grants=(
        GrantEvent(id="g1", player="le-binh", by="guardian", who="me", ms=60_000, given=clock.wall()),
    )))  # fmt: skip
    desk.ask("limit.set", LimitSet(player="Lê Bình", ms=4_260_000))


def test_at_home_a_pc_is_sent_everything_but_other_pcs(desk, family, pc):
    """Both are the family's: a guardian proves themselves at either."""
    Joined(desk).enrol()
    sent = read(pc.sent())
    assert [seat.id for seat in sent.seats] == [pc.id]
    assert msgspec.structs.replace(sent, seats=desk.roster.seats) == desk.roster
    assert (len(sent.players), sent.guardians[0].pin, sent.guardians[0].code) == (2, HASH, CODE)


def test_at_a_game_point_a_pc_is_sent_only_who_may_log_on_there(desk, family, pc):
    """No guardian, no PIN, no secret, nobody without an account; the rules of the place as ever."""
    desk.ask("place.set", PlaceSet(place="game-point"))
    sent = read(text := pc.sent())
    assert ([player.id for player in sent.players], sent.guardians) == (["tran-an"], ())
    assert (sent.place_packs, sent.guest, sent.games) == (desk.roster.place_packs, desk.roster.guest, desk.roster.games)
    assert sent.place_packs
    full = pc.sent(DAEMON)
    for secret in ("Nguyễn Thị Mẹ", HASH, CODE, "Lê Bình", "le-binh"):
        assert (secret in full, secret in text) == (True, False)


def test_a_pc_is_called_as_no_other(desk, pc):
    """In whatever case it is written; one that is gone leaves its name to others."""
    other = Joined(desk)
    desk.ask("seat.name", SeatName(seat=pc.id, name="Máy 07"))
    with pytest.raises(ApiError, match="another PC is called"):
        desk.ask("seat.name", SeatName(seat=other.id, name="máy  07"))
    desk.ask("seat.name", SeatName(seat=pc.id, name="MÁY 07"))
    desk.ask("seat.retire", SeatRetire(seat=pc.id, reporting=True))
    assert desk.ask("seat.name", SeatName(seat=other.id, name="Máy 07")).name == "Máy 07"


def test_a_public_place_has_the_names_of_its_pcs_in_its_log(desk, pc):
    """Those that they have when it becomes one, too; at home a PC may be called after a person."""
    desk.ask("seat.name", SeatName(seat=pc.id, name="An's"))
    assert desk.entries("seat.named") == []
    desk.ask("seat.name", SeatName(seat=pc.id, name="Máy 07"))
    desk.ask("place.set", PlaceSet(place="game-point"))
    pc.enrol("seat-after")
    desk.ask("seat.name", SeatName(seat=pc.id, name="Máy 08"))
    said = [(entry["id"], entry["name"]) for entry in desk.entries("seat.named")]
    chains = (pc.id, "seat-after")
    assert sorted(said) == sorted((chain, name) for chain in chains for name in ("Máy 07", "Máy 08"))
    assert [name for _, name in said] == ["Máy 07", "Máy 07", "Máy 08", "Máy 08"]
    shown = desk.ask("log.show", LogShow(last=1))
    assert {shown.seats[pc.id], shown.seats["seat-after"]} == {"Máy 08"}


def called(desk):
    return {seat.id: seat.name for seat in desk.ask("seat.list", SeatList()).seats}


def test_a_chain_that_follows_is_called_the_same(desk, pc):
    """It is the same PC, which can be given another name and its old one back."""
    desk.ask("seat.name", SeatName(seat=pc.id, name="Máy 07"))
    pc.enrol("seat-after")
    assert called(desk) == {pc.id: "Máy 07", "seat-after": "Máy 07"}
    desk.ask("seat.name", SeatName(seat="seat-after", name="Máy 08"))
    desk.ask("seat.name", SeatName(seat="seat-after", name="Máy 07"))
    desk.ask("seat.name", SeatName(seat="seat-after", name="Máy 08"))
    other = Joined(desk)
    desk.ask("seat.name", SeatName(seat=other.id, name="Máy 07"))
    assert called(desk)["seat-after"] == "Máy 08"


def test_a_pc_is_gone_with_all_its_chains(desk, pc):
    """Whichever of them is retired; neither speaks any more, nor the PC."""
    pc.enrol("seat-after")
    desk.ask("seat.retire", SeatRetire(seat="seat-after", reporting=True))
    assert desk.roster.seats == ()
    assert {entry["id"] for entry in desk.entries("seat.retired")} == {pc.id, "seat-after"}


@pytest.mark.parametrize("key", [b"", b"x" * 91, tls.public_of(tls.new_key())[:-1]], ids=["empty", "noise", "cut off"])
def test_what_is_no_key_takes_no_place(desk, key):
    """Of an invitation for one."""
    code, _ = desk.agent.invitations.invite(1, 60_000)
    with pytest.raises(ApiError) as error:
        desk.ask("seat.join", Join(key=key, code=code), Stranger("192.0.2.7"))
    assert error.value.code == "bad-input"
    desk.ask("seat.join", Join(key=tls.public_of(tls.new_key()), code=code), Stranger("192.0.2.7"))


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "[::]:7381", "a b", "192.168.1.10:0", "192.168.1.10:70000", "h:1:2", ""])
def test_addresses(desk, address):
    """Where nobody could say how to reach it, nothing listens, and nobody is invited."""
    if address:
        with pytest.raises(ApiError) as error:
            desk.ask("place.serve", PlaceServe(address=address))
        assert error.value.code == "bad-input"
    with pytest.raises(ApiError, match="place serve"):
        desk.ask("seat.invite", SeatInvite())
