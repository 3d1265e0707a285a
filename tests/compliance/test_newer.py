"""Entries of a newer version: said to be that, not forgery; and vouched for by nobody who does not know them."""

from __future__ import annotations

import json

import msgspec
import pytest

from compliance import bundle
from compliance.entries.seat import IssueRaised
from compliance.entry import EntryError, NewerError, decode, encode
from compliance.format.chain import NewerChainError
from compliance.note import Signer
from compliance.verify import verify
from compliance.writing.batch import check_batch
from i18n.message import plain
from tests.compliance.test_verify import forge

SIGNER = Signer("seat-1", b"\x01" * 32)
LINE = IssueRaised(seat="seat-1", seq=1, prev="", boot="b", mono=1, wall=2, id="clock-jump")


def changed(**fields) -> bytes:
    """The canonical bytes of the entry with other fields."""
    return json.dumps({**json.loads(encode(LINE)), **fields}, sort_keys=True, separators=(",", ":")).encode()


@pytest.mark.parametrize("data", [changed(kind="issue.seen"), changed(place="hall")])
def test_another_kind_or_field_is_of_a_newer_version(data):
    with pytest.raises(NewerError, match="update"):
        decode(data)
    with pytest.raises(NewerChainError):
        check_batch([data], "seat-1", SIGNER.key)


@pytest.mark.parametrize("data", [
    changed(kind="issue.seen") + b" ", changed(id=3), changed(kind=3), changed(kind="issue.seen")[:-1], b"[]", b"\xff",
    changed(kind="issue.seen").replace(b'"boot"', b'"zoot"') + b"}",
])  # fmt: skip
def test_all_else_is_no_entry(data):
    """Not canonical, of another type, cut off."""
    with pytest.raises(EntryError) as error:
        decode(data)
    assert not isinstance(error.value, NewerError)


@pytest.mark.promise("Log: What the verifier does not know it does not vouch for")
def test_the_verifier_says_update_and_vouches_for_nothing(site, seat, tmp_path):
    """It cannot know whether the newer version's rules hold, so it is no pass."""
    seat.start()
    site.deliver()
    lines = [bytes(data) for data in site.log.entries(0, site.log.size)]

    known = json.loads(lines[-1])
    lines[-1] = msgspec.json.encode({**known, "kind": "seat.moved"}, order="sorted")
    report = verify(bundle.parse(forge(lines, site.signer, {})))
    assert not report.ok
    assert any("update" in plain(one.what) for one in report.failures)
