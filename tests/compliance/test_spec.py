"""The example in docs/spec/log.md, byte for byte."""

import re
from pathlib import Path

import pytest

from compliance import tree
from compliance.entry import SeatEnrolled, decode
from compliance.format.chain import START, Chain, Draft, digest, seal_message
from compliance.note import Signer, checkpoint_text, parse_vkey

TEXT = (Path(__file__).parents[2] / "docs/spec/log.md").read_text(encoding="utf-8")
LOG = Signer("cafe.example/log", bytes(31) + b"\x01")
SEAT = Signer("seat-07", bytes(31) + b"\x02")


def block(name):
    (found,) = re.findall(rf"```{name}\n(.*?)```", TEXT, re.DOTALL)
    return found


@pytest.fixture
def entries():
    return [line.encode() for line in block("entries").splitlines()]


def test_the_entries_are_what_the_agent_writes(entries):
    draft = Draft("agent", LOG, START, boot="b1", mono=1000, wall=1795480000000)
    draft.add(SeatEnrolled, id="agent", key=LOG.vkey)
    draft.add(SeatEnrolled, id="seat-07", key=SEAT.vkey)
    draft.seal()
    assert draft.data == entries


def test_the_chain_holds(entries):
    chain = Chain("agent", LOG.key)
    for data in entries:
        chain.follow(decode(data), data)
    assert chain.open == 0


def test_the_hashes_are_those_of_the_entries(entries):
    told = [tuple(line.split()) for line in block("hashes").splitlines()]
    assert told == [(digest(one), tree.leaf_hash(one).hex()) for one in entries]


def test_the_sealed_bytes_are_what_is_signed(entries):
    assert block("sealed").removesuffix("\n").encode() == seal_message(decode(entries[2]))


def test_the_checkpoint_and_the_key(entries):
    assert block("checkpoint") == LOG.sign(checkpoint_text(LOG.name, 3, tree.root(entries)))
    vkey, fingerprint = block("key").splitlines()
    assert (vkey, parse_vkey(vkey).fingerprint) == (LOG.vkey, fingerprint)
