"""What is answered over the network: seats as themselves alone, strangers almost nothing; no flood keeps a seat waiting."""

from __future__ import annotations

import asyncio
import socket
import ssl

import msgspec
import pytest

from agent.api.claims import Claim
from agent.api.joining import Hello
from agent.api.log import LogHead
from agent.api.seat import Alive, Enrol, Submit
from agent.app import routes
from compliance.note import Signer
from host import tls
from host.secrets import load_or_create
from host.tls import Authority, Identity
from tests.served_agent import Pc, asked, line, said, served_agent, shown
from tests.system import PATIENCE, until

OF_SEATS = {
    "seat.enrol", "seat.alive", "roster.get", "roster.parts", "player.claim", "grant.put", "request.put", "log.submit",
    "log.follow", "game.list", "log.head", "log.card", "place.show", "update.show",
}  # fmt: skip


@pytest.fixture
def place(home_folder, clock):
    with served_agent(home_folder / "a", clock) as served:
        yield served


@pytest.fixture
def pcs(place, home_folder):
    """Two that joined."""
    string, both = place.invite("--many", "2"), [Pc(home_folder / name) for name in "bc"]
    for pc in both:
        assert pc("seat", "enrol", string).returncode == 0
    return both


def may(on, op):
    """Whether whoever is at the other end may ask that at all."""
    answer = msgspec.json.decode(said(on, msgspec.json.encode({"op": op, "args": {}}) + b"\n"))
    error = answer.get("error", {})
    return not (error.get("code") == "refused" and "only {who}" in str(error["text"]))


def test_what_may_be_asked_over_the_network(place, pcs, desk):
    """Of all that there is: a seat what a daemon asks, somebody unknown who is there and to join. Nothing else, to nobody."""
    with pcs[0].line() as seat, line(place.address, tls.client(None)) as stranger:
        assert {op for op in routes(desk.agent) if may(seat, op)} == OF_SEATS
        assert {op for op in routes(desk.agent) if may(stranger, op)} == {"agent.hello", "seat.join"}


def enrol(pc, seat=None, key=b"k"):
    name = seat or pc.joined.seat
    return pc.ask(Enrol(seat=name, key=Signer(name, key * 32).vkey))


def refused(answer):
    return answer.get("error", {}).get("code") == "refused"


def test_a_seat_speaks_for_itself_alone(place, pcs):
    """Not as another PC's seat, nor as the agent's own PC, whatever it asks."""
    one, two = pcs
    other = two.joined.seat
    place.local(Enrol(seat="seat-own", key=Signer("seat-own", b"s" * 32).vkey))
    assert refused(enrol(one, other, b"o"))  # before the other one's daemon was ever there
    assert all("ok" in enrol(pc, key=key) for pc, key in ((one, b"k"), (two, b"t")))
    before = place.json("seat", "list")
    for seat, key in ((other, b"t"), ("seat-own", b"s")):
        assert refused(one.ask(Alive(seat=seat, wall=0)))
        assert refused(one.ask(Submit(seat=seat, entries=())))
        assert refused(one.ask(Claim(seat=seat, player="na", until=0)))
        assert refused(enrol(one, seat, key))
    assert place.json("seat", "list") == before
    assert "ok" in one.ask(Alive(seat=one.joined.seat, wall=0))


@pytest.mark.parametrize("whose", ["another authority's", "one of the same name", "ours for another key", "never joined"])
def test_other_certificates_make_no_seat(place, pcs, home_folder, whose):
    """What another authority signed ends the connection; ours for a PC that never joined is a stranger's."""
    name, key = pcs[0].joined.seat, tls.new_key()
    ours = Authority(load_or_create(place.home, place.home.agent, "tls.key", bytes))
    made = {
        "another authority's": Authority(Authority.new("x")).issue(name, tls.public_of(key)),
        "one of the same name": Authority(Authority.new(place.json("log", "card")["origin"])).issue(name, tls.public_of(key)),
        "ours for another key": ours.issue(name, tls.public_of(key)),  # of the seat's name, which says nothing
        "never joined": ours.issue("seat-0000000000", tls.public_of(key)),
    }[whose]
    with line(place.address, shown(ours.certificate, Identity(key, made), home_folder)) as on:
        if whose.startswith(("ours", "never")):
            assert (may(on, "roster.get"), may(on, "agent.hello")) == (False, True)
        else:
            assert said(on, b'{"op":"agent.hello"}\n') == b""


def test_a_seat_that_is_retired_is_hung_up_on_and_kept_out(place, pcs):
    """Also where it waits for an answer; the others notice nothing."""
    gone, other = pcs
    assert all("ok" in enrol(pc, key=key) for pc, key in ((gone, b"k"), (other, b"t")))
    number = gone.ask(Alive(seat=gone.joined.seat, wall=0))["ok"]["number"]
    waits = b'{"op":"roster.get","args":{"above":%d}}\n' % (number + 10)
    with gone.line() as waiting, gone.line() as idle, other.line() as kept:
        assert may(idle, "log.head")
        waiting.sendall(waits)
        assert may(kept, "log.head")
        assert place("seat", "retire", gone.joined.seat, "--yes", "--reporting").returncode == 0
        assert (said(waiting, b""), said(idle, b"")) == (b"", b"")
        assert may(kept, "log.head")
    with gone.line() as again:
        assert {op for op in OF_SEATS if may(again, op)} == {"seat.enrol"}
    before = place.json("seat", "list")
    for name in (gone.joined.seat, "seat-after", other.joined.seat):
        assert enrol(gone, name)["ok"]["retired"]
    assert place.json("seat", "list") == before
    assert "ok" in other.ask(Alive(seat=other.joined.seat, wall=0))


FRAMES = (
    b"{}", b"[]", b"", b"\0\xff\xfe", b"GET / HTTP/1.1", b"[" * 60_000, b'{"op":"agent.hello","args":7}', b'{"op":"no.such"}',
    b'{"op":"agent.hello","more":1}', b'{"op":"seat.join","args":{"key":"AAAA","code":"x"}}', b"x" * 100_000,
    b'{"op":"seat.join","args":{"key":"%b"}}' % (b"A" * 60_000), b'{"op":"seat.alive","args":{"seat":1}}',
)  # fmt: skip


def test_whatever_is_not_understood_is_answered_so(place, pcs):
    """By one line, to strangers and seats alike; the next one is answered as ever."""
    for context, known in ((tls.client(None), "agent.hello"), (pcs[0].context(), "log.head")):
        for frame in FRAMES:
            with line(place.address, context) as on:
                assert b'{"error":{"code":"' in said(on, frame + b"\n"), frame
            with line(place.address, context) as on:
                assert may(on, known)


def test_a_stranger_says_no_more_than_64_kib(place):
    """However long the line would be: it is not waited for."""
    with line(place.address, tls.client(None)) as on:
        assert b"too long" in said(on, b"x" * (1 << 16) + b"y")


def still_waits(one):
    """Whether the agent has not hung up there."""
    one.setblocking(False)
    try:
        return bool(one.recv(1))
    except (BlockingIOError, ssl.SSLWantReadError):
        return True


def test_connections_that_say_nothing_keep_no_seat_waiting(place, pcs):
    """Hundreds that never begin TLS, that do and then ask nothing, or that send half a request: a seat at the same address is
    answered before the agent has given up a single one.
    """
    host, _, port = place.address.rpartition(":")
    silent = [socket.create_connection((host, int(port)), PATIENCE) for _ in range(300)]
    for one in silent[:100]:
        one.sendall(b"\x16\x03\x01\x02\x00\x01")  # the beginning of a ClientHello
    strangers = [line(place.address, tls.client(None)) for _ in range(20)]
    try:
        for one in strangers[:10]:
            one.sendall(b'{"op":"agent.he')
        assert "ok" in enrol(pcs[0])
        assert all(map(still_waits, silent + strangers))
    finally:
        for one in silent + strangers:
            one.close()


def test_an_address_has_so_many_connections(place, pcs):
    """A stranger gets no more, while a seat at that address still does, and the next stranger once they are gone."""
    many = [line(place.address, tls.client(None)) for _ in range(40)]
    answers = [said(one, b'{"op":"agent.hello"}\n') for one in many]
    assert 0 < sum(b'{"ok"' in answer for answer in answers) <= 32
    assert b"too many connections" in answers[-1]
    assert "ok" in enrol(pcs[0])
    for one in many:
        one.close()
    until(lambda: "ok" in asked(place.address, tls.client(None), Hello()))


def test_nobody_is_answered_once_it_is_switched_off(place, pcs):
    """Who is connected is hung up on; a seat is one again when it is switched on, without joining anew."""
    with pcs[0].line() as on:
        assert may(on, "log.head")
        place.json("place", "serve", "off")
        assert said(on, b'{"op":"log.head"}\n') == b""
    with pytest.raises(ConnectionError):
        pcs[0].line()
    assert "place serve" in place.fails(1, "seat", "invite")
    place.json("place", "serve", place.address)
    assert "ok" in pcs[0].ask(LogHead())


def test_an_agent_that_starts_before_its_network_answers_seats_later(desk):
    """An address that another has by then, or that the PC has not got yet, keeps no home from starting."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        address = "{}:{}".format(*other.getsockname())
        with desk.tables() as tables:
            tables.serve(address)

        async def tries():
            await desk.agent.retry()
            before = desk.agent.network.address
            other.close()
            await desk.agent.retry()
            after = desk.agent.network.address
            await desk.agent.network.close()
            return before, after

        assert asyncio.run(tries()) == ("", address)
