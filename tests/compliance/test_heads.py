"""Heads that witnesses cosigned on the way: they anchor and date a log, and a log that contradicts one fails."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from itertools import pairwise

import pytest

from compliance import bundle
from compliance.__main__ import main
from compliance.entries.log import AgentTick
from compliance.format import container
from compliance.format.cosigning import Cosigner, cosignature, read_heads, write_heads
from compliance.log import LogError
from compliance.note import NoteError, Signer, checkpoint_text, read_checkpoint
from compliance.page.model import page
from compliance.page.text import lines as lines_of
from compliance.page.words import sections
from compliance.verify import verify
from compliance.verifying.bundle.trust import parse_trust
from compliance.verifying.report import document
from compliance.writing.cosigned import Witness
from i18n.catalogue import Catalogue

EN = Catalogue("en")
MINUTE = 60_000
HOUR = 60 * MINUTE


class Witnesses:
    """Three, who cosign whatever head the site's log has now."""

    def __init__(self, site):
        self.site, self.all = site, [Cosigner(f"w{number}.example", bytes([number]) * 32) for number in (1, 2, 3)]

    def cosign(self, *numbers, after=0):
        self.site.deliver()
        note = self.site.log.checkpoint
        for number in numbers or (1, 2, 3):
            signer = self.all[number - 1]
            line = signer.cosign(note.rpartition("\n\n")[0] + "\n", self.site.clock.wall() // 1000 + after)
            self.site.log.cosigned.put(note, *cosignature(note, line.encode(), signer.key), self.site.clock.wall() // 1000)
        return self.site.log.size

    def trust(self, quorum="any"):
        lines = [f"witness {signer.key.name} {signer.key.text}" for signer in self.all]
        names = " ".join(signer.key.name for signer in self.all)
        return parse_trust("\n".join([*lines, f"group g {quorum} {names}", "quorum g"]).encode())


@pytest.fixture
def witnesses(site):
    return Witnesses(site)


def verified(site, trust, **changed):
    site.deliver()
    found = bundle.parse(site.bundle())
    return verify(replace(found, members={**found.members, **changed}), trust)


def kinds(report):
    return [one.kind for one in report.audit.findings if one.kind in {"late", "ahead"}]


def test_a_head_of_the_past_anchors_what_it_covers(site, seat, witnesses):
    """The newest entries were seen by nobody, which is said; without a policy nothing is anchored, and nothing fails."""
    size = witnesses.cosign()
    site.clock.run(HOUR)
    seat.stop()
    report = verified(site, witnesses.trust())
    assert (report.failures, report.anchored) == ((), size)
    assert size < report.size
    assert {name for name, _ in report.witnesses} == {"w1.example", "w2.example", "w3.example"}
    alone = verified(site, None)
    assert (alone.failures, alone.anchored) == ((), 0)


@pytest.mark.parametrize("named", [(), (1,), (1, 2, 3)])
def test_who_signed_and_is_not_named_as_trusted_is_told(site, seat, witnesses, named):
    """Not that no outsider saw the log: only that the keys are not known, so that nothing follows; and how they come to be."""
    size = witnesses.cosign()
    site.clock.run(HOUR)
    seat.stop()
    witnesses.cosign(3)
    lines = [f"witness w{one} {witnesses.all[one - 1].key.text}" for one in named]
    trust = parse_trust("\n".join([*lines, "quorum none"]).encode()) if named else None
    report = verified(site, trust)
    wanted = {"w1.example": size, "w2.example": size, "w3.example": site.log.size}
    assert dict(report.strangers) == {name: at for one, (name, at) in enumerate(wanted.items(), 1) if one not in named}
    assert (report.failures, report.anchored) == ((), 0)
    told = " ".join(" ".join(lines_of(sections(page(report)), EN, 200)).split())
    assert ("seen by no outsider yet" in told) == (not report.strangers)
    assert (f"w2.example, of the first {size} entries" in told) == (2 not in named)
    assert ("cosignatures by 3 keys that you did not name" in told) == (not named)
    lines = [line.strip() for line in lines_of(sections(page(report)), EN, 200)]
    at = lines.index("witness w KEY") if report.strangers else -1  # each in a line of its own, as it goes into the file
    assert lines[at:][:2] == ["witness w KEY", "quorum w"] or not report.strangers


def test_a_document_does_not_grow_with_strangers(site, seat):
    """Anybody can sign a head as often as they like."""
    site.deliver()
    many = replace(verified(site, None), strangers=tuple((f"w{number}", 1) for number in range(1_000)))
    assert len(document(many)["unknown_witnesses"]) == 100


def test_the_newest_head_with_a_quorum_counts(site, seat, witnesses):
    """Two of three are demanded; one alone on a later head anchors nothing more, and none at all is a failure."""
    report = verified(site, witnesses.trust("2"))
    assert [str(one.what) for one in report.failures] == ["its witnesses do not make the quorum of the trust policy"]
    size = witnesses.cosign(1, 3)
    site.clock.run(HOUR)
    seat.stop()
    witnesses.cosign(2)
    report = verified(site, witnesses.trust("2"))
    assert (report.failures, report.anchored) == ((), size)
    assert verified(site, witnesses.trust("all")).failures


def test_the_same_head_of_a_second_witness_is_one_head(site, witnesses):
    witnesses.cosign(1)
    witnesses.cosign(2)
    witnesses.cosign(2)
    [note] = site.log.heads(site.log.size)
    assert (note.count("w1.example"), note.count("w2.example")) == (1, 1)


@pytest.mark.promise("Log: Whoever kept an earlier head sees any rewriting")
def test_a_head_of_another_past_is_a_failure(site, seat, witnesses):
    """What a witness saw is not in this log: cut and written anew, with all keys. Also where the policy names no witness."""
    size = witnesses.cosign()
    site.clock.run(HOUR)
    seat.stop()
    site.deliver()
    text = checkpoint_text(site.signer.name, size, bytes(32))
    false = site.signer.sign(text) + witnesses.all[0].cosign(text, 5)
    for trust in (None, witnesses.trust()):
        report = verified(site, trust, heads=write_heads([false]).encode())
        assert ["is not the beginning of this log" in str(one.what) for one in report.failures] == [True]
        assert report.anchored == 0


@pytest.mark.parametrize("spoil", [
    lambda heads: heads[::-1], lambda heads: [heads[0], heads[0]], lambda heads: [heads[0].replace("cafe.", "other.")],
    lambda heads: [heads[0], "x"], lambda heads: [heads[0] + "\n"],
    lambda heads: [heads[0].replace("— w1.example ", "— w1.example A")],
])  # fmt: skip
def test_what_are_no_heads_of_this_log_is_a_failure(site, seat, witnesses, spoil):
    witnesses.cosign()
    site.clock.run(HOUR)
    seat.stop()
    witnesses.cosign()
    site.clock.run(HOUR)
    seat.start()
    site.deliver()
    heads = site.log.heads(site.log.size)
    assert len(heads) == 2
    report = verified(site, witnesses.trust(), heads=write_heads(spoil(heads)).encode())
    assert [one.where for one in report.failures] == ["heads"]


def test_a_false_cosignature_of_a_trusted_witness_is_a_failure_and_a_strangers_is_nothing(site, seat, witnesses):
    witnesses.cosign()
    site.clock.run(HOUR)
    seat.stop()
    site.deliver()
    [head] = site.log.heads(site.log.size)
    text = head.rpartition("\n\n")[0] + "\n"
    later = checkpoint_text(site.signer.name, 1, bytes(32))
    false = f"{text}\n{witnesses.all[0].cosign(later, 5)}"
    assert verified(site, witnesses.trust(), heads=write_heads([false]).encode()).failures
    strange = f"{text}\n{Cosigner('w1.example', bytes(32)).cosign(text, 5)}"
    report = verified(site, witnesses.trust(), heads=write_heads([strange]).encode())
    assert [str(one.what) for one in report.failures] == ["its witnesses do not make the quorum of the trust policy"]


def test_an_honest_day_of_cosigned_heads_finds_nothing(site, seat, witnesses):
    """Every entry came while it was new; a night without anybody, a reboot and a sleep change nothing."""
    for night in range(3):
        for _ in range(20):
            site.clock.run(5 * MINUTE)
            site.clock.sleep(MINUTE)
            site.agent.add(AgentTick, seats={"home-pc": site.clock.wall()}, silent=())
            witnesses.cosign()
        seat.stop()
        witnesses.cosign()
        site.clock.reboot(9 * HOUR + night)
        seat.start()
    report = verified(site, witnesses.trust())
    assert (report.failures, kinds(report)) == ((), [])


def test_what_was_held_back_comes_late_by_the_witnesses(site, seat, witnesses):
    """Entries that give a moment of two hours ago, though a head was cosigned meanwhile without them: who holds all keys cannot
    date back what witnesses had not seen then."""
    witnesses.cosign()
    site.clock.run(3 * HOUR)
    site.agent.add(AgentTick, seats={}, silent=())
    witnesses.cosign()
    site.clock.run(MINUTE)
    site.clock.step(-2 * HOUR)
    seat.stop()
    site.clock.step(2 * HOUR)
    report = verified(site, witnesses.trust())
    [late] = [one for one in report.audit.findings if one.kind == "late" and one.at is not None]
    assert late.seat == "home-pc"
    assert "by the witnesses' clocks" in str(late.what)


def test_a_moment_after_a_witness_saw_it_is_told(site, seat, witnesses):
    site.clock.step(2 * HOUR)
    seat.stop()
    site.deliver()
    site.clock.step(-2 * HOUR)
    witnesses.cosign()
    assert set(kinds(verified(site, witnesses.trust()))) == {"ahead"}
    assert kinds(verified(site, None)) == []


def test_a_quorum_dates_by_its_last_witness(site, seat, witnesses):
    """One witness whose clock is a day behind dates nothing where two are demanded and the others agree."""
    witnesses.cosign(1, after=-86_400)
    witnesses.cosign(2, 3)
    site.clock.run(MINUTE)
    seat.stop()
    witnesses.cosign(1, after=-86_400)
    witnesses.cosign(2, 3)
    assert kinds(verified(site, witnesses.trust("3"))) == []
    assert "ahead" in kinds(verified(site, witnesses.trust("1")))


def test_heads_are_read_as_they_were_written(site, witnesses):
    note = site.log.checkpoint
    assert list(read_heads(write_heads([note, note]))) == [note, note]
    assert list(read_heads("")) == []
    for text in ("x", "\n\n", note, write_heads([note]) + "x"):
        with pytest.raises(NoteError):
            list(read_heads(text))


def test_they_are_in_the_bundle_only_where_there_are_any(site, seat, witnesses):
    """The bundle of a log without witnesses has the bytes that it always had."""
    site.deliver()
    assert "heads" not in bundle.parse(site.bundle()).members
    witnesses.cosign()
    found = bundle.parse(site.bundle()).members
    assert "heads" not in found
    assert b"w2.example" in found["checkpoint"]


class Many:
    """A log of one entry that claims many heads, as of decades and sixteen witnesses."""

    def __init__(self, log, notes):
        self.log, self.notes = log, notes

    def heads(self, end):
        return self.notes

    def __getattr__(self, name):
        return getattr(self.log, name)


@pytest.mark.parametrize(("count", "bytes_each"), [(70_000, 100), (10_000, 2_400), (65_536, 300)])
def test_a_bundle_has_no_more_heads_than_a_verifier_reads(site, count, bytes_each):
    """Fewer, evenly, and the newest among them."""
    notes = [f"{number}\n\n— {'w' * (bytes_each - len(str(number)) - 7)}\n" for number in range(count)]
    found = bundle.parse(b"".join(bundle.write(Many(site.log, notes)))).members["heads"]
    assert len(found) <= container.MAX_MEMBER
    kept = [int(one.partition("\n")[0]) for one in read_heads(found.decode())]
    assert kept[-1] == count - 1
    assert count / 8 < len(kept) <= bundle.MOST_HEADS
    assert {after - before for before, after in pairwise(kept)} <= {1, 2, 4}


def test_old_heads_are_kept_by_the_hour_and_then_by_the_day(site, witnesses):
    """Of two months and a half with four heads in some hours; the newest of each span stays."""
    signer = witnesses.all[0]
    for quarter in (day * 96 + one for day in range(75) for one in (1, 2, 3, 8, 9)):
        note = site.signer.sign(checkpoint_text(site.signer.name, quarter + 1, bytes(32)))
        line = signer.cosign(note.rpartition("\n\n")[0] + "\n", 5).encode()
        site.log.cosigned.put(note, *cosignature(note, line, signer.key), quarter * 900)
    kept = [divmod(read_checkpoint(note).size - 1, 96) for note in site.log.heads(10**9)]
    assert {one for day, one in kept if day < 43} == {9}
    assert {one for day, one in kept if 43 < day < 72} == {3, 9}
    assert {one for day, one in kept if day > 72} == {1, 2, 3, 8, 9}
    assert {day for day, _ in kept} == set(range(75))


def test_what_only_the_policy_lacks_accuses_nobody(site, seat, witnesses, capsys, tmp_path):
    """An honest bundle from before the witnesses were added, and a policy of another key: neither was changed on its way."""
    site.deliver()
    (tmp_path / "log.zip").write_bytes(site.bundle())
    key = Signer("other.example/log", bytes(32)).vkey
    for words, step in ((f"witness w {witnesses.all[0].key.text}\nquorum w\n", "giochoi log witness ask"),
                        (f"log {key}\nquorum none\n", "another key")):  # fmt: skip
        (tmp_path / "trust.txt").write_text(words)
        assert main([str(tmp_path / "log.zip"), "--trust", str(tmp_path / "trust.txt"), "--lang", "en"]) == 4
        told = " ".join(capsys.readouterr().out.split())
        assert "NOT VERIFIED: less than your trust policy demands; the log itself is whole" in told
        assert step in told
        assert "changed on its way" not in told
        assert "seen by no outsider yet" in told
    (tmp_path / "log.zip").write_bytes(site.bundle().replace(b'"kind":"seal"', b'"kind":"seaL"'))
    assert main([str(tmp_path / "log.zip"), "--trust", str(tmp_path / "trust.txt"), "--lang", "en"]) == 4
    assert "changed on its way" in " ".join(capsys.readouterr().out.split())


def test_without_witnesses_nothing_is_written_for_them(site, witnesses):
    """An older log on a full disk is opened, and says that nobody cosigned it; the first of them makes the tables."""

    def tables():
        return {name for (name,) in site.log._connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}

    kept = site.log.cosigned
    assert (kept.witnesses(), kept.heads(9), kept.remove("nobody")) == ((), [], False)
    assert not {"witness", "cosigned"} & tables()
    witnesses.cosign(1)
    assert {"witness", "cosigned"} <= tables()
    assert len(kept.heads(site.log.size)) == 1


@pytest.mark.parametrize(("table", "done", "told"), [
    ("witness", lambda kept, _: kept.witnesses(), "damaged"), ("cosigned", lambda kept, _: kept.heads(9), "damaged"),
    ("witness", lambda kept, _: kept.remove("w"), "cannot be written"),
    ("witness", lambda kept, _: kept.add(Witness("w", "k", "u")), "cannot be written"),
    ("cosigned", lambda kept, note: kept.put(*note), "cannot be written"),
])  # fmt: skip
def test_tables_that_cannot_be_used_are_said_to_be_so(site, witnesses, table, done, told):
    """What was read is damaged; what was written could not be."""
    witnesses.cosign(1)
    note = site.log.checkpoint
    line = Cosigner("w", bytes(32)).cosign(note.partition("\n\n")[0] + "\n", 1)
    signed = (note, *cosignature(note, line.encode(), Cosigner("w", bytes(32)).key), 1)
    site.log._connection.executescript(f"DROP TABLE {table}; CREATE TABLE {table} (broken);")
    with pytest.raises(LogError, match=told) as found:
        done(site.log.cosigned, signed)
    assert isinstance(found.value.__cause__, sqlite3.Error)
