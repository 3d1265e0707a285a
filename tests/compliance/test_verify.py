"""The verifier against honest logs, and against an operator who owns disk, database and the log's key."""

import base64
from dataclasses import replace

import msgspec
import pytest

from compliance import bundle, entry, tree
from compliance.entries.decision import PlayDue
from compliance.entries.log import Seal
from compliance.entries.override import GrantGiven
from compliance.entries.play import PlayEnded, PlayStarted
from compliance.entries.seat import Presence, SeatEnrolled, SeatStart
from compliance.format.chain import AGENT, digest, seal_message
from compliance.format.container import pack
from compliance.note import COSIGNATURE, Signer, VerifierKey, checkpoint_text
from compliance.verify import verify
from compliance.verifying.bundle.trust import parse_trust
from i18n.message import plain
from tests.compliance.log_tiles import tiles_of

WITNESS = Signer("witness.example/w1", b"\x05" * 32)
WITNESS_KEY = VerifierKey(WITNESS.name, COSIGNATURE, WITNESS.key.public)
TIME = 1_795_500_000
DAY = 86_400_000


def cosigned(note, signer=WITNESS, key=WITNESS_KEY, time=TIME):
    text = note.rpartition("\n\n")[0] + "\n"
    signature = signer.sign_bytes(f"cosignature/v1\ntime {time}\n{text}".encode())
    blob = key.id + time.to_bytes(8, "big") + signature
    return f"{note}— {signer.name} {base64.b64encode(blob).decode()}\n"


def forge(entries, signer, packs, sign=lambda note: note):
    """The bundle of a log that an operator with this key makes up from these entries: as consistent as can be."""
    members = {bundle.pack_path(sha): text.encode() for sha, text in packs.items()} | tiles_of(entries)
    members["key"] = f"{signer.vkey}\n".encode()
    members["checkpoint"] = sign(signer.sign(checkpoint_text(signer.name, len(entries), tree.root(entries)))).encode()
    return b"".join(pack(sorted(members.items())))


def rechained(lines, signers):
    """The entries with seq, prev and seals made anew, by whoever holds all seats' keys."""
    heads, done = {}, []
    for line in lines:
        seq, prev, sealed = heads.get(line.seat, (0, "", 0))
        line = msgspec.structs.replace(line, seq=seq + 1, prev=prev)  # noqa: PLW2901
        if isinstance(line, Seal):
            line = msgspec.structs.replace(line, first=sealed + 1, last=seq, head=prev)  # noqa: PLW2901
            signature = signers[line.seat].sign_bytes(seal_message(line)).hex()
            line = msgspec.structs.replace(line, sig=signature)  # noqa: PLW2901
            sealed = line.seq
        data = entry.encode(line)
        heads[line.seat] = (line.seq, digest(data), sealed)
        done.append(data)
    return done


@pytest.fixture
def honest(site):
    site.honest_day()
    return site


@pytest.fixture
def lines(honest):
    return [entry.decode(data) for data in honest.log.entries()]


@pytest.fixture
def texts(honest):
    """The packs' texts by their SHA-256."""
    members = bundle.parse(honest.bundle()).members
    return {name[6:70]: data.decode() for name, data in members.items() if name.startswith("packs/")}


@pytest.fixture
def tamper(honest, texts):
    """Verifies what an operator with the log's key, but no seat's, makes of these entries."""

    def verified(entries, signer=honest.signer, **options):
        return verify(bundle.parse(forge(entries, signer, texts)), **options)

    return verified


@pytest.fixture
def forged(honest, tamper):
    """The same by an operator who also holds the keys of all seats, as on a home's one PC."""
    signers = {"agent": honest.signer, "home-pc": honest.seats["home-pc"].signer}
    return lambda lines, **options: tamper(rechained(lines, signers), **options)


def place_of(lines, kind, number=0):
    return [index for index, line in enumerate(lines) if isinstance(line, kind)][number]


# --- honest ---------------------------------------------------------------------------------------------------------------


@pytest.mark.promise("Log: What no outsider saw is printed as not anchored")
def test_an_honest_day_is_whole_and_not_anchored(honest):
    report = verify(bundle.parse(honest.bundle()))
    assert report.failures == ()
    assert (report.ok, report.anchored, report.origin, report.size) == (True, 0, honest.signer.name, honest.log.size)
    assert report.fingerprint == honest.signer.key.fingerprint
    assert (report.audit.decisions, report.audit.plays, report.audit.days) == (4, 3, 1)


def test_an_empty_log_shows_nothing(site):
    """Whoever has something to hide could show one; that an earlier checkpoint was empty, too, makes it no better."""
    empty = forge([], site.signer, {})
    for since in (None, site.signer.sign(checkpoint_text(site.signer.name, 0, tree.EMPTY_ROOT))):
        report = verify(bundle.parse(empty), since=since)
        assert (report.ok, report.size, report.anchored) == (False, 0, 0)
        assert [(one.where, plain(one.what)) for one in report.failures] == [
            ("checkpoint", "the log has no entries: there is nothing that it could show")
        ]


def test_a_forgery_without_change_is_the_log_itself(honest, lines, tamper, forged):
    """So that what the tests below see comes from the change alone."""
    entries = list(honest.log.entries())
    assert tamper(entries).failures == ()
    assert forged(lines).failures == ()
    assert rechained(lines, {"agent": honest.signer, "home-pc": honest.seats["home-pc"].signer}) == entries


# --- an operator with the log's key -------------------------------------------------------------------------------------------


@pytest.mark.promise("Log: Without a seat's key nothing of its chain can be dropped or edited unseen")
def test_every_dropped_entry_is_missed(lines, tamper, honest):
    """Whichever one it is: a later entry, a seal or a play tells of it."""
    entries = list(honest.log.entries())
    for index, line in enumerate(lines):
        report = tamper(entries[:index] + entries[index + 1 :])
        assert not report.ok, index
        who = "the agent" if line.seat == AGENT else f"seat {line.seat}"
        assert who in plain(report.failures[0].where) or "seat home-pc" in plain(report.failures[0].where)


def test_every_two_swapped_entries_of_a_seat_are_seen(lines, tamper, honest):
    entries = list(honest.log.entries())
    for index in range(len(entries) - 1):
        if lines[index].seat == lines[index + 1].seat:
            swapped = [*entries[:index], entries[index + 1], entries[index], *entries[index + 2 :]]
            report = tamper(swapped)
            assert f"entry {index} " in plain(report.failures[0].where)


@pytest.mark.promise("Log: Without a seat's key nothing of its chain can be dropped or edited unseen")
def test_an_edited_entry_breaks_its_chain(lines, tamper, honest):
    """Without the seat's key no edit can be sealed again."""
    entries = list(honest.log.entries())
    index = place_of(lines, PlayEnded)
    entries[index] = entry.encode(msgspec.structs.replace(lines[index], ms=60_000))
    assert f"entry {index + 1} " in plain(tamper(entries).failures[0].where)


def test_a_tail_cut_within_a_batch_leaves_entries_without_a_seal(lines, tamper, honest):
    entries = list(honest.log.entries())
    end = place_of(lines, PlayEnded, 1)
    first = tamper(entries[:end]).failures[0]
    assert "no seal" in plain(first.what)
    assert "seat home-pc" in plain(first.where)


@pytest.mark.promise("Log: Whoever kept an earlier head sees any rewriting")
def test_a_tail_cut_at_a_seal_is_seen_by_those_who_saw_more(honest, tamper):
    """Alone the shorter log is whole; an earlier checkpoint or a witness shows that there was more."""
    seat = honest.seats["home-pc"]
    before = list(honest.log.entries())
    seat.start()
    honest.deliver()
    later = honest.log.checkpoint
    assert tamper(before).ok
    (failure,) = tamper(before, since=later).failures
    assert failure.where == "--since"


def test_a_log_without_its_seats_enrolment_is_refused(lines, forged):
    index = place_of(lines, SeatEnrolled, 1)
    report = forged(lines[:index] + lines[index + 1 :])
    assert "enrols this seat" in plain(report.failures[0].what)


def test_a_seat_key_cannot_be_replaced(lines, forged):
    """An operator who enrols a seat again, with a key of his own."""
    index = place_of(lines, SeatEnrolled, 1)
    again = msgspec.structs.replace(lines[index], key=WITNESS.vkey)
    report = forged([*lines[: index + 1], again, *lines[index + 1 :]])
    assert f"entry {index + 1} " in plain(report.failures[0].where)


@pytest.mark.parametrize("vkey", [WITNESS_KEY.text, "nonsense", ""])
def test_a_seat_key_that_cannot_seal_is_refused(lines, forged, vkey):
    index = place_of(lines, SeatEnrolled, 1)
    report = forged([*lines[:index], msgspec.structs.replace(lines[index], key=vkey), *lines[index + 1 :]])
    assert f"entry {index} " in plain(report.failures[0].where)


@pytest.mark.parametrize("whose", ["the log's", "another seat's"])
def test_a_key_is_one_seats_alone(honest, lines, tamper, whose):
    """An operator who has one key for two seats writes for both, though each chain is whole."""
    signer = honest.signer if whose == "the log's" else honest.seats["home-pc"].signer
    index = place_of(lines, SeatEnrolled, 1)
    second = msgspec.structs.replace(lines[index], id="second", key=Signer("second", signer.seed).vkey)
    start = next(line for line in lines if isinstance(line, SeatStart))
    seal = next(line for line in lines if isinstance(line, Seal) and line.seat == "home-pc")
    more = [msgspec.structs.replace(line, seat="second") for line in (start, seal)]
    signers = {"agent": honest.signer, "home-pc": honest.seats["home-pc"].signer, "second": signer}
    (failure,) = tamper(rechained([*lines[: index + 1], second, *lines[index + 1 :], *more], signers)).failures
    owner = "agent" if whose == "the log's" else "home-pc"
    assert plain(failure.what) == f"its key is that of {owner} already: whoever holds it writes for both"
    own = {**signers, "second": Signer("second", b"s" * 32)}
    second = msgspec.structs.replace(second, key=own["second"].vkey)
    assert tamper(rechained([*lines[: index + 1], second, *lines[index + 1 :], *more], own)).ok


@pytest.mark.parametrize("change", [
    lambda sig: f"{sig[:10]} {sig[10:]}", str.upper, lambda sig: sig[:-2], lambda sig: f"{sig[:-1]}٠",
], ids=["a space", "capitals", "short", "another digit"])  # fmt: skip
def test_a_seal_is_hex_to_the_letter(lines, tamper, honest, change):
    """The same signature written otherwise would be another entry with the same right."""
    signers = {"agent": honest.signer, "home-pc": honest.seats["home-pc"].signer}
    *before, last = rechained(lines, signers)
    seal = entry.decode(last)
    assert isinstance(seal, Seal)
    (failure,) = tamper([*before, entry.encode(msgspec.structs.replace(seal, sig=change(seal.sig)))]).failures
    assert "the signature of the seal is not 128 digits of lower-case hex" in plain(failure.what)


@pytest.mark.promise("Log: Whoever kept an earlier head sees any rewriting")
def test_a_whole_log_made_up_anew_is_seen_only_from_outside(honest, lines, forged):
    """With all keys in hand an operator rewrites everything: the bundle alone is whole, the inspector's memory is not."""
    seen = honest.log.checkpoint
    quiet = [line for line in lines if not isinstance(line, GrantGiven | Presence)]
    renumbered = _replayed(quiet)
    alone = forged(renumbered)
    assert (alone.failures, alone.anchored) == ((), 0)
    (failure,) = forged(renumbered, since=seen).failures
    assert failure.where == "--since"
    trust = parse_trust(f"log {honest.signer.vkey}\nwitness w {WITNESS_KEY.text}\nquorum w\n".encode())
    (failure,) = forged(renumbered, trust=trust).failures
    assert failure.where == "checkpoint"


def _replayed(lines):
    """Lines whose references to plays are those of their new numbers."""
    numbers, new, count = {}, [], {}
    for line in lines:
        count[line.seat] = count.get(line.seat, 0) + 1
        if isinstance(line, PlayStarted):
            numbers[line.seq] = count[line.seat]
        if isinstance(line, PlayDue | PlayEnded):
            line = msgspec.structs.replace(line, play=numbers[line.play])  # noqa: PLW2901
        new.append(line)
    return new


def test_a_log_under_another_key_is_seen_by_trust_and_since(honest, lines, tamper):
    signer = Signer(honest.signer.name, b"\x09" * 32)
    signers = {"agent": signer, "home-pc": honest.seats["home-pc"].signer}
    enrolled = [
        msgspec.structs.replace(line, key=signer.vkey) if isinstance(line, SeatEnrolled) and line.id == "agent" else line
        for line in lines
    ]
    entries = rechained(enrolled, signers)
    assert tamper(entries, signer).ok
    trust = parse_trust(f"log {honest.signer.vkey}\nquorum none\n".encode())
    assert [one.where for one in tamper(entries, signer, trust=trust).failures] == ["key"]
    assert [one.where for one in tamper(entries, signer, since=honest.log.checkpoint).failures] == ["--since"]


def test_the_agents_chain_under_another_key_is_refused(lines, honest, tamper):
    signers = {"agent": WITNESS, "home-pc": honest.seats["home-pc"].signer}
    assert "the agent, seq" in plain(tamper(rechained(lines, signers)).failures[0].where)


# --- members ----------------------------------------------------------------------------------------------------------------


def test_members_that_are_missing_changed_or_too_many_are_named(honest):
    """In a container that was packed anew, as an operator would."""
    members = dict(bundle.parse(honest.bundle()).members)
    size = honest.log.size
    other = Signer("x", bytes(32)).vkey + "\n"
    tile = members[f"tile/0/000.p/{size}"]
    for name, change, where in (
        ("checkpoint", None, "checkpoint"), ("key", None, "key"), (f"tile/0/000.p/{size}", None, f"tile/0/000.p/{size}"),
        (f"tile/entries/000.p/{size}", None, f"tile/entries/000.p/{size}"), ("tile/1/000.p/1", tile[:32], "tile/1/000.p/1"),
        ("key", other.encode(), "checkpoint"), ("key", members["key"] + b"\n", "key"), ("key", b"\xff", "key"),
        ("notes.txt", b"hello", "notes.txt"), (f"packs/{'0' * 64}.toml", b"hello", f"packs/{'0' * 64}.toml"),
        (f"tile/0/000.p/{size}", bytes(32) + tile[32:], f"tile/entries/000.p/{size}, entry 0"),
        (f"tile/0/000.p/{size}", tile[:-1], f"tile/0/000.p/{size}"),
        ("checkpoint", honest.signer.sign(checkpoint_text(honest.signer.name, size, bytes(32))).encode(), "checkpoint"),
    ):  # fmt: skip
        changed = {**members, name: change} if change is not None else {one: members[one] for one in members if one != name}
        if not {"checkpoint", "key"} <= changed.keys():
            changed |= {} if {"checkpoint", "key"} & changed.keys() else {"key": b""}
        report = verify(bundle.parse(b"".join(pack(sorted(changed.items())))))
        assert plain(report.failures[0].where).startswith(where), (name, report.failures[0])


# --- trust --------------------------------------------------------------------------------------------------------------------


def test_a_quorum_of_witnesses_anchors_everything(honest, texts):
    trust = parse_trust(f"log {honest.signer.vkey}\nwitness w {WITNESS_KEY.text}\nquorum w\n".encode())
    signed = forge(list(honest.log.entries()), honest.signer, texts, cosigned)
    report = verify(bundle.parse(signed), trust)
    assert (report.failures, report.anchored, report.witnesses) == ((), report.size, ((WITNESS.name, TIME),))
    unsigned = verify(bundle.parse(honest.bundle()), trust)
    assert [one.where for one in unsigned.failures] == ["checkpoint"]


@pytest.mark.parametrize(("age", "most", "anchored"), [
    (0, 8, True), (8 * DAY, 8, True), (8 * DAY + 1, 8, False), (30 * DAY, 8, False), (30 * DAY, 31, True), (1, 0, False),
    (-DAY, 8, True), (-DAY - 1, 8, False), (-300 * DAY, 8, False),
])  # fmt: skip
def test_cosignatures_get_old(honest, texts, age, most, anchored):
    """A head of last month has its quorum, too: whoever shows it keeps back what came since. So has one of next year."""
    trust = parse_trust(f"log {honest.signer.vkey}\nwitness w {WITNESS_KEY.text}\nquorum w\n".encode())
    signed = bundle.parse(forge(list(honest.log.entries()), honest.signer, texts, cosigned))
    now = TIME * 1000 + age
    report = verify(signed, trust, now=now, max_age_days=most)
    told = [one.kind for one in report.audit.findings if "cosignatures" in one.kind]
    wrong = "old-cosignatures" if age > 0 else "early-cosignatures"
    assert (report.ok, report.anchored == report.size, told) == (True, anchored, [] if anchored else [wrong])
    assert verify(signed, trust).anchored == report.size
    assert verify(signed, trust, since=honest.log.checkpoint, now=now).anchored == report.size


def test_a_quorum_of_which_one_is_old_anchors_nothing(honest, texts):
    """Not even with another's fresh signature, if both are demanded."""
    other = Signer("w2.example", b"\x06" * 32)
    key = VerifierKey(other.name, COSIGNATURE, other.key.public)
    witnesses = f"witness w {WITNESS_KEY.text}\nwitness v {key.text}\n"
    signed = forge(list(honest.log.entries()), honest.signer, texts,
                   lambda note: cosigned(cosigned(note), other, key, TIME - 9 * 86_400))  # fmt: skip
    for quorum, anchored in (("group g all w v\nquorum g\n", False), ("group g any w v\nquorum g\n", True)):
        trust = parse_trust((witnesses + quorum).encode())
        report = verify(bundle.parse(signed), trust, now=TIME * 1000)
        assert (report.ok, report.anchored == report.size) == (True, anchored)


def test_a_log_is_not_its_own_witness(honest, texts):
    """Its key under another type and name is still its own."""
    key = VerifierKey("w.example", COSIGNATURE, honest.signer.key.public)
    trust = parse_trust(f"witness w {key.text}\nquorum w\n".encode())
    signer = Signer(key.name, honest.signer.seed)
    signed = forge(list(honest.log.entries()), honest.signer, texts, lambda note: cosigned(note, signer, key))
    assert [one.where for one in verify(bundle.parse(signed), trust).failures] == ["checkpoint"]


def test_damage_in_the_file_is_reported_beside_what_it_breaks(honest):
    found = bundle.parse(honest.bundle())
    damage = bundle.Damage("key", 7, "…")
    report = verify(replace(found, damage=(damage,)), since=honest.log.checkpoint)
    assert (report.ok, report.anchored, plain(report.failures[0].where)) == (False, 0, "byte 7 (key)")
