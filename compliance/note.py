"""C2SP signed notes, checkpoints and cosignatures: what an inspector's other tools read and verify unmodified. Pure.

    cafe.example/log
    120
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

    — cafe.example/log Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=

Sources: c2sp.org/signed-note, c2sp.org/tlog-checkpoint, c2sp.org/tlog-cosignature. Key types: 0x01 (Ed25519) and, for
witnesses, 0x04 (timestamped Ed25519 cosignature). Stricter than these where that costs no compatibility with what we write:
base64 must be canonical, so that no byte of a note can change unseen; a checkpoint has no extension lines; its key is named as
its origin.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from nacl.bindings import crypto_sign, crypto_sign_open, crypto_sign_seed_keypair
from nacl.exceptions import BadSignatureError

from i18n.message import MessageError, msg

ED25519 = 0x01
COSIGNATURE = 0x04
PUBLIC_BYTES, SIGNATURE_BYTES = 32, 64
MAX_NOTE = 1 << 20
MAX_SIGNATURES = 100
MAX_SIZE = 2**63 - 1

_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_MARK = "\u2014 "


class NoteError(MessageError, ValueError):
    """A text that is not a signed note, verifier key or checkpoint, or that no trusted key has signed."""


class UnsignedError(NoteError):
    """Of the trusted keys none has signed it."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A named public key: `kind` is ED25519 or COSIGNATURE, `public` its 32 bytes."""

    name: str
    kind: int
    public: bytes

    @property
    def digest(self) -> bytes:
        """SHA-256 over name, newline, kind and public key; its first four bytes are the C2SP key id."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()

    @property
    def id(self) -> bytes:
        """The key id: four bytes."""
        return self.digest[:4]

    @property
    def text(self) -> str:
        """The C2SP verifier key: name+id+base64."""
        return f"{self.name}+{self.id.hex()}+{b64(bytes([self.kind]) + self.public)}"

    @property
    def fingerprint(self) -> str:
        """What people compare: the whole digest in eight groups of eight hex digits. The first group is the key id."""
        digits = self.digest.hex()
        return "-".join(digits[start : start + 8] for start in range(0, len(digits), 8))

    def verify(self, message: bytes, signature: bytes) -> None:
        """NoteError unless `signature` is this key's Ed25519 signature over `message`."""
        try:
            if len(signature) == SIGNATURE_BYTES and len(self.public) == PUBLIC_BYTES:  # libsodium takes their lengths on trust
                crypto_sign_open(signature + message, self.public)
                return
        except BadSignatureError:
            pass
        raise NoteError(msg("the signature by {name} does not verify", name=self.name))


@dataclass(frozen=True, slots=True)
class Signature:
    """A verified signature on a note. `time`: a cosignature's Unix seconds, None for an ordinary one."""

    key: VerifierKey
    time: int | None


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A log's signed head. `text` is the note's text; `signatures` the verified ones, the log's and its witnesses'."""

    origin: str
    size: int
    root: bytes
    text: str
    signatures: tuple[Signature, ...] = ()


class Signer:
    """An Ed25519 key under a name: signs notes (`sign`) and, for seals, plain bytes (`sign_bytes`)."""

    def __init__(self, name: str, seed: bytes) -> None:
        """NoteError if the name is not valid or the seed does not have 32 bytes."""
        _check_name(name)
        if len(seed) != 32:
            raise NoteError(msg("an Ed25519 seed has 32 bytes"))
        self.seed = bytes(seed)
        public, self._secret = crypto_sign_seed_keypair(self.seed)
        self.key = VerifierKey(name, ED25519, public)
        self._id = self.key.id

    def __repr__(self) -> str:
        return f"Signer({self.key.text!r})"

    @property
    def name(self) -> str:
        return self.key.name

    @property
    def vkey(self) -> str:
        """The C2SP verifier key to hand out."""
        return self.key.text

    def sign_bytes(self, message: bytes) -> bytes:
        """The 64-byte Ed25519 signature over `message`."""
        return crypto_sign(message, self._secret)[:SIGNATURE_BYTES]

    def sign(self, text: str) -> str:
        """The signed note over `text`, which ends in a newline. NoteError if `text` cannot be one."""
        data = _check_text(text)
        if not text.endswith("\n"):
            raise NoteError(msg("a note's text ends in a newline"))
        return f"{text}\n{_MARK}{self.key.name} {b64(self._id + self.sign_bytes(data))}\n"


def parse_vkey(text: str) -> VerifierKey:
    """The verifier key `name+id+base64`. NoteError if it is not one, or of a type that is not used here."""
    parts = text.split("+", 2)
    if len(parts) != 3:
        raise NoteError(msg("not a verifier key: that is name+id+base64"))
    name, _, material = parts
    _check_name(name)
    data = unb64(material)
    if len(data) != 33 or data[0] not in {ED25519, COSIGNATURE}:
        raise NoteError(msg("a key of an unknown type"))
    key = VerifierKey(name, data[0], data[1:])
    if key.text != text:
        raise NoteError(msg("the id in the verifier key is not that of its key"))
    return key


def open_note(note: str | bytes, vkeys: Iterable[str | VerifierKey]) -> tuple[str, tuple[Signature, ...]]:
    """The note's text, with its final newline, and who of `vkeys` signed it. NoteError if nobody did, or falsely."""
    text, lines = _split(note)
    known = _by_name(vkeys)
    signatures = []
    for line in lines:
        name, key_id, signature = _signature_line(line)
        key = known.get((name, key_id))
        if key is not None:
            signatures.append(_verified(key, text, signature))
    if not signatures:
        raise UnsignedError(msg("signed by none of the trusted keys"))
    return text, tuple(signatures)


def verify_note(note: str | bytes, vkeys: Iterable[str | VerifierKey]) -> str:
    """The note's text, with its final newline. NoteError as `open_note`."""
    return open_note(note, vkeys)[0]


def checkpoint_text(origin: str, size: int, root: bytes) -> str:
    """The text of a checkpoint, to be signed."""
    return f"{origin}\n{size}\n{b64(root)}\n"


def parse_checkpoint(text: str | bytes, vkeys: Iterable[str | VerifierKey]) -> Checkpoint:
    """The checkpoint in the signed note `text`. NoteError unless a log's key among `vkeys`, named as its origin, has signed it.

    Cosignatures of keys of type 0x04 among `vkeys` are verified as well and listed with their times.
    """
    checkpoint = _checkpoint(*open_note(text, vkeys))
    if not any(one.key.kind == ED25519 and one.key.name == checkpoint.origin for one in checkpoint.signatures):
        raise NoteError(msg("not signed by a key of {origin}", origin=checkpoint.origin))
    return checkpoint


def read_checkpoint(text: str | bytes) -> Checkpoint:
    """The checkpoint in `text`, whoever signed it: for what needs no trust yet. NoteError if it is not one."""
    body, lines = _split(text)
    for line in lines:
        _signature_line(line)
    return _checkpoint(body)


def _checkpoint(text: str, signatures: tuple[Signature, ...] = ()) -> Checkpoint:
    lines = text.split("\n")
    if len(lines) != 4 or lines[3] or not lines[0]:
        raise NoteError(msg("not a checkpoint: that has three lines, origin, size and root"))
    origin, size, encoded, _ = lines
    if not _SIZE.fullmatch(size) or int(size) > MAX_SIZE:
        raise NoteError(msg("the size in the checkpoint is not a number"))
    root = unb64(encoded)
    if len(root) != 32:
        raise NoteError(msg("the root in the checkpoint does not have 32 bytes"))
    return Checkpoint(origin, int(size), root, text, signatures)


def _split(note: str | bytes) -> tuple[str, list[str]]:
    """A note's text and its signature lines, not yet looked into."""
    if len(note) > MAX_NOTE:
        raise NoteError(msg("longer than {most} bytes", most=MAX_NOTE))
    if isinstance(note, bytes):
        try:
            note = note.decode()
        except UnicodeDecodeError:
            raise NoteError(msg("not UTF-8")) from None
    _check_text(note)
    text, blank, tail = note.rpartition("\n\n")
    if not blank or not tail.endswith("\n"):
        raise NoteError(msg("not a signed note: that is a text, an empty line and lines of signatures"))
    lines = tail[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise NoteError(msg("more than {most} signatures", most=MAX_SIGNATURES))
    return text + "\n", lines


def _signature_line(line: str) -> tuple[str, bytes, bytes]:
    """Key name, key id and signature."""
    name, space, encoded = line.removeprefix(_MARK).partition(" ")
    if not line.startswith(_MARK) or not space:
        raise NoteError(msg("a line of a signature is not: dash, name, base64"))
    _check_name(name)
    data = unb64(encoded)
    if len(data) < 5:
        raise NoteError(msg("a signature is too short"))
    return name, data[:4], data[4:]


def _verified(key: VerifierKey, text: str, signature: bytes) -> Signature:
    if key.kind == ED25519:
        key.verify(text.encode(), signature)
        return Signature(key, None)
    time = int.from_bytes(signature[:8], "big")
    if time > MAX_SIZE:
        raise NoteError(msg("a cosignature's time is out of range"))
    key.verify(f"cosignature/v1\ntime {time}\n{text}".encode(), signature[8:])
    return Signature(key, time)


def _by_name(vkeys: Iterable[str | VerifierKey]) -> dict[tuple[str, bytes], VerifierKey]:
    if isinstance(vkeys, str):
        raise NoteError(msg("verifier keys come as a list"))
    known: dict[tuple[str, bytes], VerifierKey] = {}
    for given in vkeys:
        key = parse_vkey(given) if isinstance(given, str) else given
        if known.setdefault((key.name, key.id), key) != key:
            raise NoteError(msg("two keys share the name and id {key}", key=f"{key.name}+{key.id.hex()}"))
    return known


def _check_name(name: str) -> None:
    if not name or "+" in name or any(char.isspace() for char in name):
        raise NoteError(msg("the name of a key is empty, or has spaces or plus signs in it"))
    _check_text(name)


def _check_text(text: str) -> bytes:
    """Its bytes."""
    if _CONTROL.search(text):
        raise NoteError(msg("control characters in it"))
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise NoteError(msg("not UTF-8")) from None


def b64(data: bytes) -> str:
    return binascii.b2a_base64(data, newline=False).decode()


def unb64(text: str) -> bytes:
    """The bytes; NoteError unless this is their one canonical encoding: unused bits are zero, padding is there."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise NoteError(msg("not base64")) from None
    if b64(data) != text:
        raise NoteError(msg("not canonical base64"))
    return data
