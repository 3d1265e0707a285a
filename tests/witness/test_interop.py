"""Other people's code, unmodified: litewitness cosigns our log, golang.org/x/mod and torchwood read it and ask our witness.
Built by tests/lab/witnesses.
"""

from __future__ import annotations

import asyncio
import base64
import socket
import sqlite3
import subprocess
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from agent.api.witnessing import WitnessAdd
from agent.witnessing import Witnessing
from compliance import bundle
from compliance.entries.log import AgentTick
from compliance.format.chain import AGENT
from compliance.journal import Journal, create_tables
from compliance.log import Log
from compliance.note import COSIGNATURE, Signer, VerifierKey, parse_checkpoint
from compliance.tree import EMPTY_ROOT
from compliance.verify import verify
from compliance.verifying.bundle.trust import parse_trust
from host.clock import wall
from tests.system import until

ROOT = Path(__file__).parents[2]
NAME = "litewitness.example/w"


@pytest.fixture(scope="module")
def theirs():
    """Where their programs lie."""
    said = subprocess.run([ROOT / "tests/lab/witnesses", "--where"], capture_output=True, text=True, check=True).stdout
    found = Path(said.strip())
    if not (found / "outsider").exists():
        pytest.skip("tests/lab/witnesses has not built other people's witness here")
    return found


class OurLog:
    """An agent's log, as long as wanted."""

    def __init__(self, folder, clock, branch=0):
        self.signer, self.clock = Signer("cafe.example/log", bytes([5]) * 32), clock
        self.opened = ExitStack()
        connection = self.opened.enter_context(closing(sqlite3.connect(":memory:")))
        create_tables(connection)
        self.journal = Journal(connection, AGENT, "b1", self.signer)
        self.log = self.opened.enter_context(closing(Log(folder, self.signer)))
        self.branch = branch

    def grow(self, size):
        while self.log.size < size:
            for _ in range(max(1, min(150, size - self.log.size - 1))):
                self.clock.run(1000)
                seats = {"seat": self.branch} if self.log.size > 3 and self.branch else {}
                moment = {"mono": self.clock.mono(), "wall": self.clock.wall()}
                self.journal.append(AgentTick, payload=None, seats=seats, silent=(), **moment)
            self.journal.seal(self.clock.mono(), self.clock.wall())
            while (batch := self.journal.spool()) is not None:
                self.log.append_batch(AGENT, self.log.key, batch.entries)
                self.journal.forget(batch.last)

    def bundle(self):
        return bundle.parse(b"".join(bundle.write(self.log)))

    def unpacked(self, folder):
        for name, data in self.bundle().members.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
        return folder


@pytest.fixture
def ours(tmp_path, clock):
    made = OurLog(tmp_path / "log.db", clock)
    with made.opened:
        yield made


def run(program, *args):
    return subprocess.run([program, *map(str, args)], capture_output=True, text=True, timeout=60, check=False)


class Litewitness:
    """Running, with a key that an ssh-agent holds."""

    def __init__(self, program, folder):
        self._folder, self._program, self._running = folder, program, []
        folder.mkdir()
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / "key"], check=True)
        kind, blob, *_ = (folder / "key.pub").read_text().split()
        assert kind == "ssh-ed25519"
        self.key = VerifierKey(NAME, COSIGNATURE, base64.b64decode(blob)[-32:])

    def start(self):
        sock = self._folder / "s"
        self._run(["ssh-agent", "-D", "-a", sock])
        until(sock.exists)
        subprocess.run(["ssh-add", "-q", self._folder / "key"], check=True, env={"SSH_AUTH_SOCK": str(sock)})
        told = subprocess.run(["ssh-keygen", "-lf", self._folder / "key"], capture_output=True, text=True, check=True)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self._run([
            self._program, "-name", NAME, "-db", self._folder / "db", "-ssh-agent", sock, "-listen", f"127.0.0.1:{self.port}",
            "-key", told.stdout.split()[1],
        ])  # fmt: skip
        until(self._answers)

    def _run(self, command):
        self._running.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))

    def _answers(self):
        assert self._running[-1].poll() is None
        with socket.socket() as line:
            return line.connect_ex(("127.0.0.1", self.port)) == 0

    def knows(self, key):
        """What its witnessctl does with these words; that cannot be built without a module that is not to be had."""
        with closing(sqlite3.connect(self._folder / "db", timeout=30)) as database, database:
            database.execute("INSERT INTO log VALUES (?, 0, ?)", (key.name, base64.b64encode(EMPTY_ROOT).decode()))
            database.execute("INSERT INTO key VALUES (?, ?)", (key.name, key.text))

    def stop(self):
        for one in reversed(self._running):
            one.kill()
            one.wait()


@contextmanager
def litewitness(theirs, folder):
    made = Litewitness(theirs / "litewitness", folder)
    try:
        made.start()
        yield made
    finally:
        made.stop()


def test_litewitness_cosigns_what_our_agent_asks(theirs, need, ours, home_folder, tmp_path, clock):
    """From nothing, over full tiles, to an export that a policy with it believes; it refuses the same agent's other past."""
    for program in ("ssh-agent", "ssh-add", "ssh-keygen"):
        need(program)
    witnessing = Witnessing(ours.log, wall, str)
    with litewitness(theirs, home_folder / "w") as other:
        witnessing.add(WitnessAdd(url=f"http://127.0.0.1:{other.port}", key=other.key.text))
        ours.grow(5)
        asyncio.run(witnessing.ask())
        assert "does not know this log" in str(witnessing.show().witnesses[0].problem)
        other.knows(ours.log.key)
        for size in (5, 6, 256, 257, 1000):
            ours.grow(size)
            asyncio.run(witnessing.ask())
            [line] = witnessing.show().witnesses
            assert (line.size, line.problem) == (ours.log.size, None)

        found = ours.bundle()
        head = parse_checkpoint(found.members["checkpoint"], [ours.log.key, other.key])
        assert [one.key for one in head.signatures] == [ours.log.key, other.key]
        report = verify(found, parse_trust(f"log {ours.log.key.text}\nwitness w {other.key.text}\nquorum w\n".encode()))
        assert not [one for one in report.failures if one.where in {"heads", "checkpoint"}]

        forked = OurLog(tmp_path / "fork.db", clock, branch=1)
        with forked.opened:
            forked.grow(1200)
            again = Witnessing(forked.log, wall, str)
            again.add(WitnessAdd(url=f"http://127.0.0.1:{other.port}", key=other.key.text))
            asyncio.run(again.ask())
            assert "rewritten" in str(again.show().witnesses[0].problem)
            assert forked.log.heads(2000) == []


def test_other_peoples_code_reads_our_tiles_and_proofs(theirs, ours, tmp_path):
    """Each entry with its proof, and that every shorter log is the beginning of this one; a changed byte is found."""
    for size in (1, 256, 300, 700):
        ours.grow(size)
        folder = ours.unpacked(tmp_path / f"b{size}")
        done = run(theirs / "outsider", "read", folder, ours.log.key.text)
        assert (done.returncode, done.stdout.strip()) == (0, str(ours.log.size)), done.stderr
    entries = folder / "tile/entries/001"
    entries.write_bytes(entries.read_bytes().replace(b"agent.tick", b"agent.tock", 1))
    assert run(theirs / "outsider", "read", folder, ours.log.key.text).returncode == 1


def test_other_peoples_code_has_our_witness_cosign(theirs, witness, ours, tmp_path):
    """Proofs by golang.org/x/mod from our tiles, and our cosignature opened with its note package."""
    witness.state.add(ours.log.key)
    with witness.served() as url:

        def ask(folder, old):
            return run(theirs / "outsider", "ask", folder, url, witness.cosigner.key.text, old).stdout.split()

        before = 0
        for size in (5, 256, 400):
            ours.grow(size)
            folder = ours.unpacked(tmp_path / f"b{size}")
            assert ask(folder, before)[0] == "200"
            before = ours.log.size
        assert ask(folder, 5) == ["409", "text/x.tlog.size", str(before)]
        ours.grow(500)
        folder = ours.unpacked(tmp_path / "b500")
        (folder / "key").write_text(Signer("strange.example/log", bytes(32)).vkey)
        assert ask(folder, before) == []
        witness.state.remove(ours.log.key.name)
        assert ask(ours.unpacked(tmp_path / "again"), before)[0] == "404"
