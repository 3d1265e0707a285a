"""A PC joins an agent on another one: once, with a code or with six digits, and only the agent that was meant."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import pytest

from agent.api.joining import Hello, Introduced
from compliance.note import Signer
from host import tls
from host.tls import Authority, Identity
from host.wire import ApiError
from tests.served_agent import Pc, Served, asked, served_agent
from tests.system import PATIENCE, readable, until
from uplink.joining import JoinError, connect, join
from uplink.membership import load

MINUTE = 60_000


def seats(place):
    return {seat["id"] for seat in place.json("seat", "list")["seats"]}


def test_an_invitation_lets_in_as_many_pcs_as_it_names(place, new_pc):
    """The one that joins again, as its answer was lost, is the seat that it was and takes nobody's place."""
    string = place.invite("--many", "2")
    one, two, three = map(new_pc, "bcd")
    first = one.json("seat", "enrol", string)
    fingerprint = place.json("log", "card")["fingerprint"]
    assert first == {"seat": one.joined.seat, "address": place.address, "fingerprint": fingerprint, "aside": None}
    assert one.json("seat", "enrol", string) == first
    assert all(readable(path, "its owner") for path in (one.home.uplink, *one.home.uplink.iterdir()))
    second = two.json("seat", "enrol", string)
    assert "as many PCs as were invited" in three.fails(1, "seat", "enrol", string)
    assert seats(place) == {first["seat"], second["seat"]}


def test_an_invitation_ends(place, new_pc, clock):
    """By the agent's clock; the PC that came too late keeps nothing that makes it a seat."""
    string = place.invite("--many", "2", "--minutes", "30")
    clock.run(30 * MINUTE - 1)
    assert new_pc("b")("seat", "enrol", string).returncode == 0
    clock.run(1)
    late = new_pc("c")
    assert "its time is over" in late.fails(1, "seat", "enrol", string)
    assert (load(late.home), list(late.home.root.glob("public/*"))) == (None, [])


@pytest.mark.parametrize("change", [
    lambda text: text[:-1] + ("0" if text[-1] != "0" else "1"), lambda text: text.rpartition("/")[0] + "/",
    lambda _: "nonsense", lambda text: text + "/more",
])  # fmt: skip
def test_no_other_string_lets_in(place, new_pc, change):
    """A code that was never given, an empty one, and what is no invitation."""
    string, late = place.invite(), new_pc("b")
    late.fails(1, "seat", "enrol", change(string))
    assert (load(late.home), seats(place)) == (None, set())


def test_an_agents_own_pc_joins_no_other_unasked(place, new_pc, clock, home_folder):
    """Its players and its log would be left behind; while it runs they stay where they are."""
    with served_agent(home_folder / "b", clock) as other:
        assert "add --yes" in other.fails(2, "seat", "enrol", place.invite())
    assert seats(place) == set()


class Waiting(threading.Thread):
    """A PC that joins without a code and shows `digits` meanwhile; `failed`: why it did not."""

    def __init__(self, pc: Pc, string: str) -> None:
        super().__init__()
        self.pc, self.string, self.digits, self.failed = pc, string, list[str](), ""
        self.start()

    def run(self) -> None:
        try:
            asyncio.run(join(self.pc.home, self.string, self.digits.append))
        except (ApiError, JoinError) as error:
            self.failed = str(error)

    def shown(self) -> str:
        return until(lambda: self.digits)[0]


def without_code(place):
    return place.invite().rpartition("/")[0]


def test_six_digits_are_confirmed_at_the_agent(place, new_pc):
    """Others let nobody in, and of two PCs that wait the one is meant that shows them."""
    one, two = (Waiting(new_pc(name), without_code(place)) for name in "bc")
    wrong = next(text for text in ("000000", "000001", "000002") if text not in {one.shown(), two.shown()})
    until(lambda: {one.shown(), two.shown()} <= set(place("seat", "confirm", wrong).stderr.replace(",", " ").split()))
    assert place("seat", "confirm", wrong).returncode == 2
    assert (one.is_alive(), two.is_alive(), seats(place)) == (True, True, set())
    shown = two.shown()
    assert place("seat", "confirm", f"{shown[:3]} {shown[3:]}").returncode == 0
    two.join(PATIENCE)
    assert (two.failed, seats(place), one.is_alive()) == ("", {two.pc.joined.seat}, True)
    assert place("seat", "confirm", one.shown()).returncode == 0
    one.join(PATIENCE)
    assert seats(place) == {one.pc.joined.seat, two.pc.joined.seat}


def test_digits_that_nobody_confirms_let_nobody_in(place, new_pc, monkeypatch):
    """Nor can they be confirmed afterwards."""
    monkeypatch.setattr("agent.invitations.CONFIRM_S", 0.1)
    late = Waiting(new_pc("b"), without_code(place))
    late.join(PATIENCE)
    assert "nobody confirmed" in late.failed
    assert place("seat", "confirm", late.shown()).returncode == 2
    assert (load(late.pc.home), seats(place)) == (None, set())


@contextmanager
def impostor(introduced: Introduced, context: ssl.SSLContext) -> Iterator[tuple[str, bytearray]]:
    """Whoever listens at an address and introduces itself so: its address, and all that it is told."""
    heard, loop, opened = bytearray(), asyncio.new_event_loop(), list[asyncio.Server]()

    async def attend(reader, writer):
        while line := await reader.readline():
            heard.extend(line)
            writer.write(b'{"ok":' + msgspec.json.encode(introduced) + b"}\n")
        writer.close()

    async def listen():
        opened.append(await asyncio.start_server(attend, "127.0.0.1", 0, ssl=context))

    loop.set_exception_handler(lambda *_: None)  # a handshake that is given up is what is wanted
    loop.run_until_complete(listen())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    host, port = opened[0].sockets[0].getsockname()
    try:
        yield f"{host}:{port}", heard
    finally:
        loop.call_soon_threadsafe(opened[0].close)
        loop.call_soon_threadsafe(lambda: [task.cancel() for task in asyncio.all_tasks(loop)])
        loop.call_soon_threadsafe(lambda: loop.call_later(0.05, loop.stop))
        thread.join(PATIENCE)
        loop.close()


def in_the_middle(case: str, place: Served, seat: Pc) -> tuple[Introduced, ssl.SSLContext]:
    """How whoever answers in the agent's place introduces itself, and what it listens with."""
    told = asked(place.address, tls.client(None), Hello())["ok"]
    real = msgspec.convert(told, Introduced)
    own, log = Authority(Authority.new("own")), Signer(real.log_key.split("+")[0], b"o" * 32)
    server, joined = own.server(seat.home.root), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    Identity(seat.joined.key, seat.joined.certificate).into(joined, seat.home.root)
    roster = Signer(f"{log.name}/roster", b"r" * 32)
    ours = Introduced(log_key=log.vkey, roster_key=roster.vkey, authority=log.sign(own.certificate))
    return {
        "another agent": (ours, server),
        "relays the introduction": (real, server),
        "signs its own authority with another key": (msgspec.structs.replace(ours, log_key=real.log_key), server),
        "is one of the agent's seats": (real, joined),
    }[case]  # fmt: skip


@pytest.mark.parametrize("case", [
    "another agent", "relays the introduction", "signs its own authority with another key", "is one of the agent's seats",
])  # fmt: skip
def test_whoever_answers_in_the_agents_place_hears_no_code(place, new_pc, case):
    """The PC asks who is there, believes nothing that the invitation does not vouch for, and keeps nothing."""
    seat, pc = new_pc("b"), new_pc("c")
    assert seat("seat", "enrol", place.invite()).returncode == 0
    _, pinned, code = place.invite().split("/")
    with impostor(*in_the_middle(case, place, seat)) as (address, heard):
        said = pc.fails(1, "seat", "enrol", f"{address}/{pinned}/{code}")
    assert "agent" in said
    assert b"agent.hello" in heard
    assert (heard.count(b"\n"), code.encode() in heard, load(pc.home)) == (1, False, None)
    pc.json("seat", "enrol", f"{place.address}/{pinned}/{code}")


def test_of_the_agents_keys_none_is_taken_from_whoever_answered_first(place, new_pc, monkeypatch):
    """Somebody relays the introduction with a roster key of their own, and is gone before the PC is sure of the agent."""
    pc = new_pc("b")
    real = msgspec.convert(asked(place.address, tls.client(None), Hello())["ok"], Introduced)
    false = Signer(f"{real.log_key.split('+')[0]}/roster", b"r" * 32).vkey
    server = Authority(Authority.new("own")).server(pc.home.root)
    with impostor(msgspec.structs.replace(real, roster_key=false), server) as (address, heard):
        first = iter((address,))
        monkeypatch.setattr("uplink.joining.connect", lambda to, context: connect(next(first, to), context))
        pc.json("seat", "enrol", place.invite())
    assert heard.count(b"\n") == 1
    published = [(one.home.public / "agent.keys").read_text("utf-8") for one in (pc, place)]
    assert published[0] == published[1]
