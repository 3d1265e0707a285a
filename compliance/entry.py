"""One line of the compliance log: every kind of `entries`, and its canonical bytes.

    {"at":1795480000000,"before":{"game":3600000,"publisher":3600000,"total":3600000},"boot":"…","kind":"play.due",…,"v":1}

Canonical bytes are RFC 8785 restricted to ASCII keys, integers up to 2^53-1, booleans, null and NFC strings, nested at most
16 deep; msgspec with sorted fields writes exactly these. The stored bytes are what is hashed. An entry has at most 65,535
bytes, as tlog-tiles stores its length in 16 bits. Moments are Unix milliseconds, lengths milliseconds.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

import msgspec

from compliance.entries import decision, log, override, place, play, program, seat
from compliance.entries.base import MAX_INT, Entry
from compliance.entries.decision import Decided
from i18n.message import MessageError, msg, said_by, typed

MAX_BYTES = 65_535
MAX_DEPTH = 16


class EntryError(MessageError, ValueError):
    """Bytes that are not an entry, or not the canonical bytes of one."""


class NewerError(EntryError):
    """The canonical bytes of an entry that this version does not know: of another kind, or with more fields."""


AnyEntry = (  # in the order of docs/spec/log.md 7
    seat.SeatEnrolled | seat.SeatNamed | seat.SeatRetired
    | seat.SeatStart | seat.SeatStop | seat.SeatPowered | seat.Presence | seat.SessionOpened | seat.SessionClosed
    | place.PlaceChanged | place.PolicyChanged | place.GuardianChanged | place.StaffChanged
    | place.CheckedIn | place.CheckedOut
    | play.PlayStarted | play.Warned | decision.PlayDue | play.PlayEnded | play.PlayRuled | decision.LaunchRefused
    | override.GrantGiven | override.GrantRevoked | override.Requested | override.Answered
    | override.Paused | override.Resumed | override.EnforcementOff | override.EnforcementOn
    | override.Approval | override.ApprovalEnded | override.PinFailed | override.CodeUsed
    | place.GameChanged | program.ProgramsChanged | program.ProgramRefused
    | seat.ClockJump | seat.ZoneChanged | seat.IssueRaised | seat.IssueCleared
    | play.UsageDay | log.Erasure | log.Restored | log.Pruned | log.Seal | log.AgentTick
)

AGENTS: frozenset[type[Entry]] = frozenset({
    seat.SeatEnrolled, seat.SeatNamed, seat.SeatRetired, place.PlaceChanged, place.PolicyChanged, place.GuardianChanged,
    place.GameChanged, place.StaffChanged, place.CheckedIn, place.CheckedOut,
    override.Approval, override.ApprovalEnded, program.ProgramsChanged, log.AgentTick, log.Erasure, log.Restored, log.Pruned,
})  # fmt: skip
"""The kinds that only the agent may write: no seat knows these things."""
OF_AGENT = frozenset(str(kind.__struct_config__.tag) for kind in AGENTS)


class _Kind(msgspec.Struct):
    kind: str


_kinds = msgspec.json.Decoder(_Kind)
_encoder = msgspec.json.Encoder(order="sorted")
_decoder: msgspec.json.Decoder[AnyEntry] = msgspec.json.Decoder(AnyEntry)


def encode(entry: Entry) -> bytes:
    """The canonical bytes. EntryError if the entry holds what the profile forbids or is too long."""
    _check_all(entry)
    data = _encoder.encode(entry)
    if len(data) > MAX_BYTES:
        raise too_long(len(data))
    return data


def decode(data: bytes) -> AnyEntry:
    """The entry that `data` is the canonical bytes of. EntryError if it is not exactly that."""
    if len(data) > MAX_BYTES:
        raise too_long(len(data))
    try:
        entry = _decoder.decode(data)
        if _encoder.encode(entry) != data:
            raise EntryError(msg("not in canonical form"))
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise (_newer(data, str(error)) or _unsafe(data, str(error)) or not_an_entry(error)) from None
    except RecursionError:
        raise EntryError(msg("nested too deep")) from None
    if not (_plain(entry, data) if isinstance(entry, Decided) else data.isascii()):
        _check_all(entry)
    return entry


def kind_of(data: bytes) -> str:
    """What it calls itself, whether or not it is an entry; "" if nothing."""
    try:
        return _kinds.decode(data).kind
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return ""


def _plain(entry: Decided, data: bytes) -> bool:
    """Whether nothing but its citation is not ASCII, of which there are few, and no rule is in it, which may be anything."""
    return entry.inline is None and data.replace(_cited(entry.cite), b"").isascii()


@lru_cache(maxsize=1024)
def _cited(cite: str) -> bytes:
    """How it stands in canonical bytes, if it is in NFC."""
    return b'"cite":' + _encoder.encode(cite) if unicodedata.is_normalized("NFC", cite) else b""


def _newer(data: bytes, said: str) -> NewerError | None:
    """The error for what a later version may rightly have written; `said` is msgspec's."""
    if not said.startswith("Object contains unknown field") and not (said.startswith("Invalid value") and "`$.kind`" in said):
        return None
    try:
        if _encoder.encode(msgspec.json.decode(data)) != data:
            return None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return NewerError(msg("not known to this version, a newer one made it, or somebody else: update Giờ Chơi and look again"))


def _unsafe(data: bytes, said: str) -> EntryError | None:
    """The error for a number that the profile forbids, of which msgspec says no more than that its field does."""
    if not said.startswith(("Expected `int` <=", "Expected `int` >=")):
        return None
    try:
        value = msgspec.json.decode(data)
        if _encoder.encode(value) != data:
            return EntryError(msg("not in canonical form"))
        _check(value)
    except EntryError as error:
        return error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        return not_an_entry(error)
    except RecursionError:
        return EntryError(msg("nested too deep"))
    return None


def too_long(length: int) -> EntryError:
    return EntryError(msg("its {length} bytes are more than {most}", length=length, most=MAX_BYTES))


def not_an_entry(error: Exception) -> EntryError:
    return EntryError(msg("not of the format: {why}", why=said_by(error)))


def _check_all(entry: Entry) -> None:
    try:
        _check(msgspec.to_builtins(entry))
    except RecursionError:
        raise EntryError(msg("nested too deep")) from None


def _check(value: object, depth: int = 0) -> None:
    if depth > MAX_DEPTH:  # a limit of its own, so that what is an entry does not depend on the reader's stack
        raise EntryError(msg("nested too deep"))
    if isinstance(value, dict):
        for key, item in value.items():
            if not key.isascii():
                raise EntryError(msg("the key {key} is not ASCII", key=typed(key)))
            _check(item, depth + 1)
    elif isinstance(value, list | tuple):
        for item in value:
            _check(item, depth + 1)
    elif isinstance(value, float) or (isinstance(value, int) and abs(value) > MAX_INT):
        raise EntryError(msg("the number {number} is not a safe integer", number=str(value)))
    elif isinstance(value, str) and not unicodedata.is_normalized("NFC", value):
        raise EntryError(msg("the text {text} is not in NFC", text=typed(value)))
