"""Signed notes, checkpoints and cosignatures, against the vectors that others publish."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.note import (
    COSIGNATURE,
    ED25519,
    MAX_SIGNATURES,
    NoteError,
    Signer,
    VerifierKey,
    checkpoint_text,
    open_note,
    parse_checkpoint,
    parse_vkey,
    read_checkpoint,
    verify_note,
)

# golang.org/x/mod/sumdb/note, note_test.go
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_SEED = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
SIGNATURE = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
PETERS_NOTE = f"{TEXT}\n{SIGNATURE}"

# c2sp.org/tlog-cosignature
SOFA = """example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
"""  # noqa: E501

ORIGIN = "cafe.example/log"
LOG = Signer(ORIGIN, bytes(32))
WITNESS = Signer("witness.example/w1", b"\x01" * 32)
WITNESS_KEY = VerifierKey(WITNESS.name, COSIGNATURE, WITNESS.key.public)


def cosign(note, time):
    """The note with a witness's line, as c2sp.org/tlog-cosignature describes it."""
    text = note.rpartition("\n\n")[0] + "\n"
    signature = WITNESS.sign_bytes(f"cosignature/v1\ntime {time}\n{text}".encode())
    blob = WITNESS_KEY.id + time.to_bytes(8, "big") + signature
    return f"{note}— {WITNESS.name} {base64.b64encode(blob).decode()}\n"


def test_gos_note_verifies_and_is_signed_alike():
    assert verify_note(PETERS_NOTE, [PETER]) == TEXT
    signer = Signer("PeterNeumann", PETER_SEED)
    assert (signer.vkey, signer.sign(TEXT)) == (PETER, PETERS_NOTE)


def test_no_piece_and_no_change_of_a_verifier_key_is_one():
    for start in range(len(PETER)):
        for end in range(start + 1, len(PETER) + 1):
            if (start, end) != (0, len(PETER)):
                with pytest.raises(NoteError):
                    parse_vkey(PETER[start:end])
    for place, char in enumerate(PETER):
        with pytest.raises(NoteError):
            parse_vkey(PETER[:place] + chr(ord(char) + 1) + PETER[place + 1 :])


@pytest.mark.parametrize("vkey", [
    "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
    "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    "PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
], ids=["key too long", "unknown type", "id in capitals"])  # fmt: skip
def test_odd_verifier_keys_are_refused(vkey):
    with pytest.raises(NoteError):
        parse_vkey(vkey)


@pytest.mark.parametrize("note", [
    TEXT, TEXT + "\n", f"{TEXT}{SIGNATURE}", f"{TEXT}\n{SIGNATURE.strip()}", f"{TEXT.strip()}\n{SIGNATURE}",
    PETERS_NOTE.replace("— ", "- "), PETERS_NOTE.replace("— ", "—"), PETERS_NOTE.replace("— P", "—  P"),
    PETERS_NOTE + "\n", PETERS_NOTE + "— x\n", PETERS_NOTE + "— + AAAAAAA=\n", PETERS_NOTE.replace("M=", "N="),
    PETERS_NOTE.replace("M=", "M"), PETERS_NOTE.replace("problem", "p\rroblem"), PETERS_NOTE.replace("problem", "p\x00roblem"),
    PETERS_NOTE.encode() + b"\xff\n", "", "\n\n", f"\n{SIGNATURE}",
])  # fmt: skip
def test_what_is_no_note_is_refused(note):
    with pytest.raises(NoteError):
        open_note(note, [PETER])


def test_unknown_signatures_are_ignored_and_false_ones_of_known_keys_are_not():
    other = Signer("Other", bytes(32))
    line = other.sign(TEXT).rpartition("\n\n")[2]
    assert verify_note(f"{TEXT}\n{line}{SIGNATURE}", [PETER]) == TEXT
    false = other.sign("another text\n").rpartition("\n\n")[2]
    assert verify_note(f"{TEXT}\n{false}{SIGNATURE}", [PETER]) == TEXT
    with pytest.raises(NoteError):
        verify_note(f"{TEXT}\n{SIGNATURE}{false}", [PETER, other.vkey])
    with pytest.raises(NoteError):
        verify_note(PETERS_NOTE, [other.vkey])
    with pytest.raises(NoteError):
        verify_note(PETERS_NOTE, [])


def test_sixteen_signatures_are_accepted_and_no_more_than_the_limit():
    lines = "".join(Signer(f"s{number}", bytes(32)).sign(TEXT).rpartition("\n\n")[2] for number in range(MAX_SIGNATURES))
    assert verify_note(f"{TEXT}\n{lines[: lines.index('— s15 ')]}{SIGNATURE}", [PETER]) == TEXT
    with pytest.raises(NoteError):
        verify_note(f"{TEXT}\n{lines}{SIGNATURE}", [PETER])


@pytest.mark.parametrize("text", ["no newline", "a\tb\n", "a\x00\n", "\ud800\n"])
def test_what_cannot_be_a_note_is_not_signed(text):
    with pytest.raises(NoteError):
        LOG.sign(text)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b", "a\nb", "\u3000"])
def test_what_cannot_be_a_name_is_none(name):
    with pytest.raises(NoteError):
        Signer(name, bytes(32))


def test_the_published_checkpoint_is_read():
    checkpoint = read_checkpoint(SOFA)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert checkpoint.root.hex().startswith("0ac5186a")


def test_a_checkpoint_is_read_back():
    note = LOG.sign(checkpoint_text(ORIGIN, 7, bytes(32)))
    checkpoint = parse_checkpoint(note, [LOG.vkey])
    assert (checkpoint.origin, checkpoint.size, checkpoint.root) == (ORIGIN, 7, bytes(32))
    assert [one.key for one in checkpoint.signatures] == [LOG.key]


def test_cosignatures_are_verified_and_timed():
    note = cosign(LOG.sign(checkpoint_text(ORIGIN, 7, bytes(32))), 1679315147)
    found = parse_checkpoint(note, [LOG.vkey, WITNESS_KEY.text]).signatures
    assert [(one.key, one.time) for one in found] == [(LOG.key, None), (WITNESS_KEY, 1679315147)]


def test_a_cosignature_alone_makes_no_checkpoint_and_a_false_one_breaks_it():
    note = cosign(LOG.sign(checkpoint_text(ORIGIN, 7, bytes(32))), 5)
    with pytest.raises(NoteError):
        parse_checkpoint(note, [WITNESS_KEY])
    other = cosign(LOG.sign(checkpoint_text(ORIGIN, 8, bytes(32))), 5)
    mixed = note.replace(note.splitlines()[-1], other.splitlines()[-1])
    with pytest.raises(NoteError):
        parse_checkpoint(mixed, [LOG.vkey, WITNESS_KEY])


@pytest.mark.parametrize("text", [
    f"{ORIGIN}\n07\n{'A' * 43}=\n", f"{ORIGIN}\n-1\n{'A' * 43}=\n", f"{ORIGIN}\n+1\n{'A' * 43}=\n",
    f"{ORIGIN}\n１\n{'A' * 43}=\n",
    f"{ORIGIN}\n9223372036854775808\n{'A' * 43}=\n", f"{ORIGIN}\n1\n{'A' * 42}==\n", f"{ORIGIN}\n1\n{'A' * 42}B=\n",
    f"{ORIGIN}\n1\n{'A' * 43}=\nextension\n", f"{ORIGIN}\n1\n", f"{ORIGIN}\n\n{'A' * 43}=\n", f"\n1\n{'A' * 43}=\n",
    f"other.example/log\n1\n{'A' * 43}=\n",
])  # fmt: skip
def test_signed_texts_that_are_no_checkpoint_of_this_key(text):
    with pytest.raises(NoteError):
        parse_checkpoint(LOG.sign(text), [LOG.vkey])


def test_no_single_byte_of_a_checkpoint_can_change():
    """Not even one that other implementations would overlook, such as unused bits of base64."""
    note = cosign(LOG.sign(checkpoint_text(ORIGIN, 7, bytes(32))), 1679315147).encode()
    keys = [LOG.vkey, WITNESS_KEY]
    whole = parse_checkpoint(note, keys)
    witness_line = note.rindex(b"\xe2\x80\x94")
    for place in range(len(note)):
        for bit in range(8):
            changed = bytearray(note)
            changed[place] ^= 1 << bit
            try:
                found = parse_checkpoint(bytes(changed), keys)
            except NoteError:
                continue
            # only what makes the witness an unknown one gets through, and then it does not count
            assert place >= witness_line
            assert found.signatures == whole.signatures[:1]


@given(st.text(max_size=200) | st.binary(max_size=200))
def test_anything_else_raises_nothing_but_note_error(text):
    for read in (read_checkpoint, lambda value: parse_checkpoint(value, [PETER])):
        with pytest.raises(NoteError):
            read(text)


@given(st.text(max_size=120))
def test_anything_else_is_no_verifier_key(text):
    with pytest.raises(NoteError):
        parse_vkey(text)


def test_the_fingerprint_begins_with_the_key_id():
    assert parse_vkey(PETER).fingerprint.split("-")[0] == "c74f20a3"
    assert len(parse_vkey(PETER).fingerprint) == 71


def test_a_signer_does_not_show_its_seed():
    assert bytes(32).hex() not in repr(LOG)
    assert PETER_SEED.hex() not in repr(Signer("PeterNeumann", PETER_SEED))


@pytest.mark.parametrize("cut", [0, 1, 63, 65, 100])
def test_a_signature_has_its_length_and_does_not_borrow_from_the_message(cut):
    """Who checks signature and message as one piece must not care where one ends; we do."""
    signer = Signer("cafe.example/log", bytes(32))
    whole = signer.sign_bytes(b"a message") + b"a message"

    signer.key.verify(whole[64:], whole[:64])
    with pytest.raises(NoteError):
        signer.key.verify(whole[cut:], whole[:cut])


@pytest.mark.parametrize("public", [bytes(32), b"\1" + bytes(31), bytes(31), bytes(33)])
def test_a_key_that_takes_any_signature_takes_none(public):
    """Of small order, by which everything can be signed without a secret; and what is no key at all."""
    with pytest.raises(NoteError):
        VerifierKey("cafe.example/log", ED25519, public).verify(b"a message", public[:32].ljust(64, b"\0"))
