"""The example in docs/spec/log.md, byte for byte."""

import re
from pathlib import Path
from typing import get_args

import pytest

from compliance import tree
from compliance.entries.base import Entry
from compliance.entries.decision import Decided
from compliance.entries.seat import SeatEnrolled
from compliance.entry import OF_AGENT, AnyEntry, decode
from compliance.format import card
from compliance.format.chain import START, Chain, Draft, digest, seal_message
from compliance.note import Signer, checkpoint_text, parse_vkey
from compliance.verifying.bundle.earlier import read_earlier

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


def test_the_card():
    told = {"place": "game-point", "name": "Net Sao", "certificate": "12/GCN", "expires": "2029-01-31"}
    assert block("card") == card.write(block("checkpoint"), LOG.vkey, told)
    assert read_earlier(block("card")).note == block("checkpoint")


def test_every_kind_is_there_with_its_fields():
    """In the order of entry.py; whoever writes a second verifier has to know them all."""
    text = TEXT[TEXT.index("## 7. Every kind") :]
    before, table = text.split("|---|", 1)
    common, decision = (re.findall(r"`(\w+)`", part) for part in before.split("A decision's"))
    rows = re.findall(r"^\| `([\w.]+)` \| (.*?) \|", table, re.MULTILINE)
    told = {kind: re.findall(r"`(\w+)`", own) for kind, own in rows}
    assert set(common) - {"kind"} == set(Entry.__struct_fields__)
    assert set(decision) == set(Decided.__struct_fields__) - set(common)
    kinds = {one.__struct_config__.tag: one for one in get_args(AnyEntry)}
    assert [kind for kind, _ in rows] == list(kinds)
    for kind, own in rows:
        made = [*(name for name in common if name != "kind"), *(decision if "a decision's" in own else ()), *told[kind]]
        assert sorted(made) == sorted(kinds[kind].__struct_fields__), kind


def test_only_the_agents_kinds_are_named():
    told = re.search(r"A seat MUST NOT write (.*?), and an agent MUST", TEXT, re.DOTALL)
    assert set(re.findall(r"`([\w.]+)`", told[1])) == OF_AGENT


def test_paragraphs_are_numbered_and_what_refers_to_one_finds_it():
    """A row of a kind refers to a paragraph that speaks of this kind."""
    sections = dict(re.findall(r"^## (\d)\. [^\n]*\n(.*?)(?=^## |\Z)", TEXT, re.DOTALL | re.MULTILINE))
    parts = {number: re.split(r"^(\d+)\. ", text, flags=re.MULTILINE) for number, text in sections.items()}
    paragraphs = {
        f"{number}.{nth}": text for number, part in parts.items() for nth, text in zip(part[1::2], part[2::2], strict=True)
    }
    for number, part in parts.items():
        assert part[1::2] == [str(nth) for nth in range(1, len(part) // 2 + 1)], number
    for told in re.findall(r"(?<![\w.])(?:by |from |where |\()?([2-7]\.\d+)(?=[\s);,])", TEXT[TEXT.index("## 1.") :]):
        assert told in paragraphs or told in {"7.9", "4.3", "2.0"}, told
    for kind, row in re.findall(r"^\| `([\w.]+)` \| (.*)$", sections["7"], re.MULTILINE):
        for told in re.findall(r"\(([2-6]\.\d+)\)", row):
            assert f"`{kind}`" in paragraphs[told] or "bound" in row, (kind, told)
