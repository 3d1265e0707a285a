"""A witness of one's own: its state, its key, and a log whose heads it is asked to cosign."""

from __future__ import annotations

from contextlib import closing

import pytest

from compliance import tree
from compliance.format.cosigning import AddCheckpoint, Cosigner, cosignature
from compliance.note import Signer, checkpoint_text
from tests.witness.serving import serving
from witness.state import State

NOW = 1_795_480_000


class LogOf:
    """A log of made-up entries under one key; `branch` is another past that it may tell."""

    def __init__(self, origin="cafe.example/log", branch=b""):
        self.signer, self.branch = Signer(origin, bytes([7]) * 32), branch

    def entries(self, size):
        return [b"%d" % at + (self.branch if at >= 3 else b"") for at in range(size)]

    def note(self, size):
        return self.signer.sign(checkpoint_text(self.signer.name, size, tree.root(self.entries(size))))

    def asks(self, old, size):
        proof = tree.consistency_proof(self.entries(size), old) if old else []
        return AddCheckpoint(old, tuple(proof), self.note(size))


class Witness:
    def __init__(self, path):
        self.path, self.cosigner = path, Cosigner("witness.example/w1", bytes([9]) * 32)
        self.state = State(path)

    def answer(self, asked):
        return self.state.add_checkpoint(asked, self.cosigner, lambda: NOW)

    def cosigns(self, asked):
        answer = self.answer(asked)
        assert answer.status == 200, answer
        _, signature = cosignature(asked.note, answer.body.encode(), self.cosigner.key)
        assert signature.time == NOW
        return answer

    def served(self):
        return serving(self.answer)


@pytest.fixture
def log():
    return LogOf()


@pytest.fixture
def other_past():
    return LogOf(branch=b"another past")


@pytest.fixture
def witness(tmp_path, log):
    made = Witness(tmp_path / "witness.db")
    made.state.add(log.signer.key)
    with closing(made.state):
        yield made
