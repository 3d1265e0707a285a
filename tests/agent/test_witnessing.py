"""The agent and its witnesses: what it asks, what it keeps, what it says of one that refuses; nothing waits for them."""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import closing
from types import SimpleNamespace

import pytest

from agent.api import witnessing as w
from agent.api.log import LogExport
from compliance import bundle
from compliance.format.cosigning import AddCheckpoint, Cosigner, cosignature, read_request, write_request
from compliance.note import Signer, checkpoint_text, parse_checkpoint, read_checkpoint
from compliance.verify import verify
from compliance.verifying.bundle.trust import parse_trust
from host.posting import Reply, post
from host.wire import ApiError
from i18n.message import Message
from tests.witness.serving import serving
from witness.state import State

NAME = "witness.example/w1"


class Outsider:
    def __init__(self, path, clock, name=NAME):
        self.cosigner, self.state = Cosigner(name, bytes([len(name)]) * 32), State(path)
        self.clock, self.asked = clock, []

    def answer(self, asked):
        self.asked.append(asked)
        return self.state.add_checkpoint(asked, self.cosigner, lambda: self.clock.wall() // 1000)

    def served(self):
        return serving(self.answer)


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
    return bundle.parse(b"".join(chunk.data for chunk in desk.ask("log.export", LogExport())))


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


@pytest.mark.promise("Witnesses: A witness that never answers delays no export for long")
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


@pytest.mark.promise("Witnesses: A courier cannot make up a cosignature")
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
        desk.agent.log.cosigned._connection.executescript("DROP TABLE IF EXISTS witness; DROP TABLE IF EXISTS cosigned;")
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


def test_where_no_thread_can_be_had_it_is_said(witnessed, clock, monkeypatch):
    """And the agent goes on: its jobs may not fail."""
    grow(witnessed, clock)

    def start(self):
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as full:
        full.setattr(threading.Thread, "start", start)
        line = ask(witnessed)
    assert "can't start new thread" in str(line.problem)
    assert ask(witnessed).problem is None


def test_where_a_courier_goes_the_agents_own_failure_is_no_news(witnessed, outsider, clock, caplog):
    """Debian's agent has no network: only once the courier stays away, "not reached" is what there is to say."""
    carried, witnessed.agent.witnessing.post = witnessed.agent.witnessing.post, lambda _, __: Reply(0, body=b"no network")
    for _ in range(4):
        grow(witnessed, clock)
        [errand] = witnessed.ask("witness.errands", w.WitnessErrands()).errands
        reply = carried(errand.url, errand.body)
        answer = w.WitnessAnswer(name=NAME, asked=errand.body, status=reply.status, kind=reply.kind, body=reply.body)
        assert witnessed.ask("witness.answer", answer).url == ""
        grow(witnessed, clock)
        assert ask(witnessed).problem is None
    assert not caplog.records
    grow(witnessed, clock, 10)
    assert "no network" in str(ask(witnessed).problem)


@pytest.mark.parametrize("ending", ["", "/", "/add-checkpoint", "/add-checkpoint/"])
def test_the_address_is_taken_as_a_witness_shows_it(desk, outsider, ending):
    key = outsider.cosigner.key.text
    [line] = desk.ask("witness.add", w.WitnessAdd(url=f"http://w.example/of{ending}", key=key)).witnesses
    assert line.url == "http://w.example/of"


def test_what_the_network_does_is_said_in_our_words(desk, outsider):
    """So that it is Vietnamese for whoever reads that."""
    desk.agent.witnessing.post = lambda _, __: Reply(0, body=b"Connection refused")
    desk.ask("witness.add", w.WitnessAdd(url="http://w.example", key=outsider.cosigner.key.text))
    problem = ask(desk).problem
    assert isinstance(problem.args["why"], Message)
    assert str(problem) == "not reached: Connection refused"


def told(desk):
    """What a seat hears of it."""
    return str(desk.ask("log.follow", w.LogFollow(trusted=0)).against or "")


def test_an_old_copy_that_a_witness_refuses_is_told_to_every_seat(witnessed, outsider, clock, tmp_path):
    """Until it is removed: no later silence takes it back. A new witness begins with this log, as nobody else would sign it."""
    grow(witnessed, clock)
    ask(witnessed)
    assert told(witnessed) == ""
    outsider.state._connection.execute("UPDATE log SET size = size + 50")
    grow(witnessed, clock)
    assert "is it an old copy" in str(ask(witnessed).problem)
    assert told(witnessed).startswith(f"{NAME}: ")
    outsider.state._connection.execute("UPDATE log SET size = size - 50, root = ?", (bytes(32),))
    ask(witnessed)
    assert "rewritten" in told(witnessed)
    witnessed.agent.witnessing.post = lambda _, __: Reply(0)
    grow(witnessed, clock)
    assert "not reached" in str(ask(witnessed).problem)
    assert "rewritten" in told(witnessed)
    witnessed.agent.witnessing.post = post
    new = Outsider(tmp_path / "new.db", clock, "witness.example/w22")
    new.state.add(witnessed.agent.log.key)
    with closing(new.state), new.served() as url:
        witnessed.ask("witness.remove", w.WitnessRemove(name=NAME))
        witnessed.ask("witness.add", w.WitnessAdd(url=url, key=new.cosigner.key.text))
        line = ask(witnessed)
        assert (line.size, line.problem, told(witnessed)) == (witnessed.agent.log.size, None, "")
    trust = parse_trust(f"witness w {new.cosigner.key.text}\nquorum w\n".encode())
    assert verify(exported(witnessed), trust).failures == ()


def test_a_witness_that_does_not_know_the_log_says_nothing_against_it(desk, outsider):
    with outsider.served() as url:
        desk.ask("witness.add", w.WitnessAdd(url=url, key=outsider.cosigner.key.text))
        assert ask(desk).problem is not None
        assert told(desk) == ""
