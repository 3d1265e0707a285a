"""The agent and its witnesses: what it asks, what it keeps, what it says of one that refuses; nothing waits for them."""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import closing, contextmanager
from types import SimpleNamespace

import pytest

from agent.api import messages as m
from agent.api import witnessing as w
from compliance import bundle
from compliance.format.cosigning import AddCheckpoint, Cosigner, cosignature, read_request, write_request
from compliance.note import Signer, checkpoint_text, parse_checkpoint, read_checkpoint
from compliance.verify import verify
from compliance.verifying.trust import parse_trust
from host.posting import Reply, post
from host.wire import ApiError
from witness.server import Server
from witness.state import State

NAME = "witness.example/w1"


class Outsider:
    def __init__(self, path, clock, name=NAME):
        self.cosigner, self.state = Cosigner(name, bytes([len(name)]) * 32), State(path)
        self.clock, self.asked = clock, []

    def answer(self, asked):
        self.asked.append(asked)
        return self.state.add_checkpoint(asked, self.cosigner, lambda: self.clock.wall() // 1000)

    @contextmanager
    def served(self):
        with Server(("127.0.0.1", 0), self.answer, pytest.fail) as server:
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
            thread.start()
            try:
                yield f"http://127.0.0.1:{server.server_address[1]}"
            finally:
                server.shutdown()
                thread.join()


@pytest.fixture
def outsider(tmp_path, clock):
    made = Outsider(tmp_path / "witness.db", clock)
    with closing(made.state):
        yield made


@pytest.fixture
def witnessed(desk, outsider):
    """The agent's log is known to the witness, and the witness to the agent."""
    outsider.state.add(desk.agent.log.key)
    with outsider.served() as url:
        desk.ask("witness.add", w.WitnessAdd(url=f"{url}/", key=outsider.cosigner.key.text))
        yield desk


def ask(desk):
    asyncio.run(desk.agent.witnessing.ask())
    [line] = desk.ask("witness.list", w.WitnessList()).witnesses
    return line


def grow(desk, clock, minutes=5):
    clock.run(minutes * 60_000)
    asyncio.run(desk.agent.tick())


def exported(desk):
    return bundle.parse(b"".join(chunk.data for chunk in desk.ask("log.export", m.LogExport())))


def test_every_new_head_is_cosigned(witnessed, outsider, clock):
    """One request each, from where the witness was; an unchanged log is not asked about."""
    log = witnessed.agent.log
    for _ in range(4):
        grow(witnessed, clock)
        line = ask(witnessed)
        assert (line.size, line.problem, line.at) == (log.size, None, clock.wall() // 1000 * 1000)
    asked = len(outsider.asked)
    ask(witnessed)
    assert len(outsider.asked) == asked == 4
    assert [one.old for one in outsider.asked] == [0, *(read_checkpoint(one.note).size for one in outsider.asked[:-1])]


def test_the_export_is_anchored_by_the_quorum(witnessed, outsider, clock):
    """The bundle's own head is cosigned while it is exported, those before come with it, and the verifier believes both."""
    for _ in range(3):
        grow(witnessed, clock)
        ask(witnessed)
    grow(witnessed, clock)
    found = exported(witnessed)
    head = parse_checkpoint(found.members["checkpoint"], [witnessed.agent.log.key, outsider.cosigner.key])
    assert [one.key.name for one in head.signatures] == [witnessed.agent.log.key.name, NAME]
    assert found.members["heads"].count(NAME.encode()) == 3
    trust = parse_trust(f"log {witnessed.agent.log.key.text}\nwitness w {outsider.cosigner.key.text}\nquorum w\n".encode())
    report = verify(found, trust)
    assert (report.failures, report.anchored) == ((), report.size)
    assert not [one for one in report.audit.findings if one.kind in {"late", "ahead"}]


def test_a_witness_that_is_away_holds_up_nothing(desk, outsider, clock):
    """It is said in the list; when it is back, it goes on from what it saw."""
    outsider.state.add(desk.agent.log.key)
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
    desk.ask("witness.add", w.WitnessAdd(url=url, key=outsider.cosigner.key.text))
    assert "not reached" in str(ask(desk).problem)
    assert verify(exported(desk)).ok
    with outsider.served() as url:
        desk.ask("witness.add", w.WitnessAdd(url=url, key=outsider.cosigner.key.text))
        grow(desk, clock)
        assert ask(desk).problem is None


def test_one_that_never_answers_does_not_hold_up_an_export(desk, outsider, monkeypatch):
    """The export waits for a little while, and is whole without it."""
    monkeypatch.setattr("agent.app.WITNESSES_S", 0.05)
    never = threading.Event()

    def hang(url, body):
        never.wait()
        return Reply(0)

    desk.agent.witnessing.post = hang
    desk.ask("witness.add", w.WitnessAdd(url="http://127.0.0.1:1", key=outsider.cosigner.key.text))
    assert verify(exported(desk)).ok
    never.set()


def test_an_old_copy_of_the_log_is_told(witnessed, outsider, clock):
    """Whoever restores last week's log hears it from the witness: it has seen more. Nothing is cosigned."""
    grow(witnessed, clock)
    ask(witnessed)
    log = witnessed.agent.log
    outsider.state._connection.execute("UPDATE log SET size = ?, root = ?", (log.size + 50, bytes(32)))
    grow(witnessed, clock)
    assert "is it an old copy, or are there two?" in str(ask(witnessed).problem)


def test_a_rewritten_log_is_told(witnessed, outsider, clock):
    """The witness saw another head of the same size, or another beginning: 409 and 422 are told as what they mean."""
    grow(witnessed, clock)
    ask(witnessed)
    outsider.state._connection.execute("UPDATE log SET root = ?", (bytes(32),))
    grow(witnessed, clock)
    assert "rewritten" in str(ask(witnessed).problem)
    log = witnessed.agent.log
    outsider.state._connection.execute("UPDATE log SET size = ?", (log.size,))
    assert "rewritten" in str(ask(witnessed).problem)


def test_a_witness_that_does_not_know_the_log_is_told(desk, outsider):
    with outsider.served() as url:
        desk.ask("witness.add", w.WitnessAdd(url=url, key=outsider.cosigner.key.text))
        assert "does not know this log" in str(ask(desk).problem)


@pytest.mark.parametrize(("url", "key", "why"), [
    ("ftp://w.example", None, "no address"), ("http://", None, "no address"), ("http://w.example:x", None, "no address"),
    ("http://me@w.example", None, "no address"), ("http://w.example/?a", None, "no address"),
    ("http://w.example", "nonsense", "not valid"), ("http://w.example", Signer("x", bytes(32)).vkey, "key of a log"),
])  # fmt: skip
def test_what_is_no_witness_is_refused(desk, outsider, url, key, why):
    with pytest.raises(ApiError, match=why):
        desk.ask("witness.add", w.WitnessAdd(url=url, key=key or outsider.cosigner.key.text))
    assert desk.ask("witness.list", w.WitnessList()).witnesses == ()


def test_a_removed_witness_is_asked_no_more_and_what_it_cosigned_stays(witnessed, outsider, clock):
    grow(witnessed, clock)
    ask(witnessed)
    witnessed.ask("witness.remove", w.WitnessRemove(name=NAME))
    assert "heads" in exported(witnessed).members or NAME.encode() in exported(witnessed).members["checkpoint"]
    with pytest.raises(ApiError, match="no witness"):
        witnessed.ask("witness.remove", w.WitnessRemove(name=NAME))


def test_a_courier_carries_what_the_agent_may_not_say(witnessed, outsider, clock):
    """Where the agent has no network: the same request, the same answer, by somebody else's hand."""
    grow(witnessed, clock)
    [errand] = witnessed.ask("witness.errands", w.WitnessErrands()).errands
    reply = post(errand.url, errand.body)
    answer = w.WitnessAnswer(name=NAME, asked=errand.body, status=reply.status, kind=reply.kind, body=reply.body)
    assert witnessed.ask("witness.answer", answer).url == ""
    assert witnessed.ask("witness.errands", w.WitnessErrands()).errands == ()


def test_what_a_courier_makes_up_is_not_kept(witnessed, outsider):
    """Neither another log's head, truly cosigned, nor a cosignature that is none."""
    log = witnessed.agent.log
    false = Signer(log.key.name, log._signer.seed).sign(checkpoint_text(log.key.name, 1, bytes(32)))
    line = outsider.cosigner.cosign(false.rpartition("\n\n")[0] + "\n", 5)
    assert cosignature(false, line.encode(), outsider.cosigner.key)
    for note, body in ((false, line), (log.checkpoint, line)):
        answer = w.WitnessAnswer(
            name=NAME, asked=write_request(AddCheckpoint(0, (), note)), status=200, body=body.encode()
        )
        if note == false:
            with pytest.raises(ApiError, match="not a head of this log"):
                witnessed.ask("witness.answer", answer)
        else:
            assert witnessed.ask("witness.answer", answer).url == ""
    assert log.heads(log.size) == []
    assert "no valid cosignature" in str(witnessed.ask("witness.list", w.WitnessList()).witnesses[0].problem)


def test_of_old_heads_one_an_hour_is_kept(desk, outsider, clock):
    """Of the last two days all; what is kept before them still ascends and is still the log's."""
    outsider.state.add(desk.agent.log.key)
    desk.agent.witnessing.post = lambda _, body: Reply(200, body=outsider.answer(read_request(body)).body.encode())
    desk.ask("witness.add", w.WitnessAdd(url="http://w.example", key=outsider.cosigner.key.text))
    for _ in range(3 * 24 * 2):
        grow(desk, clock, 30)
        asyncio.run(desk.agent.witnessing.ask())
    sizes = [read_checkpoint(note).size for note in desk.agent.log.heads(desk.agent.log.size)]
    assert sizes == sorted(sizes)
    assert 2 * 24 * 2 + 24 <= len(sizes) <= 2 * 24 * 2 + 24 + 3
    trust = parse_trust(f"witness w {outsider.cosigner.key.text}\nquorum w\n".encode())
    assert verify(exported(desk), trust).failures == ()


def test_it_outlives_the_agent(open_desk, outsider, clock):
    """Witnesses and what they cosigned lie in log.db; a log that was made before there were any has room for them."""
    with open_desk() as desk:
        outsider.state.add(desk.agent.log.key)
        desk.agent.log.cosigned._connection.executescript("DROP TABLE witness; DROP TABLE cosigned;")
    with open_desk() as desk, outsider.served() as url:
        desk.ask("witness.add", w.WitnessAdd(url=url, key=outsider.cosigner.key.text))
        ask(desk)
    with open_desk() as desk:
        [line] = desk.ask("witness.list", w.WitnessList()).witnesses
        assert line.size
        assert line.url == url
        assert len(desk.agent.log.heads(desk.agent.log.size)) == 1


def test_whatever_goes_wrong_in_asking_one_others_are_asked_on(witnessed, clock):
    """Not only what a network does: else nobody would be asked until the agent is started anew."""
    sound = witnessed.agent.witnessing.post

    def broken(url, body):
        raise ValueError("closed in the middle")

    witnessed.agent.witnessing.post = broken
    grow(witnessed, clock)
    assert "closed in the middle" in str(ask(witnessed).problem)
    witnessed.agent.witnessing.post = sound
    assert ask(witnessed).problem is None


@pytest.mark.parametrize("off", [-(10**9), 10**9])
def test_a_witness_whose_clock_is_wrong_takes_nothing_away(witnessed, outsider, clock, off):
    """What is kept goes by the agent's own clock."""
    grow(witnessed, clock)
    ask(witnessed)
    outsider.clock = SimpleNamespace(wall=lambda: clock.wall() + off * 1000)
    for _ in range(3):
        grow(witnessed, clock)
        assert ask(witnessed).at == clock.wall() // 1000 * 1000
    assert len(witnessed.agent.log.heads(witnessed.agent.log.size)) == 4
