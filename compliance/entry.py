"""One line of the compliance log: its kinds, its fields, its canonical bytes.

    {"at":1795480000000,"before":{"game":3600000,"publisher":3600000,"total":3600000},"boot":"…","kind":"play.due",…,"v":1}

Canonical bytes are RFC 8785 restricted to ASCII keys, integers up to 2^53-1, booleans, null and NFC strings, nested at most
16 deep; msgspec with sorted fields writes exactly these. The stored bytes are what is hashed. An entry has at most 65,535
bytes, as tlog-tiles stores its length in 16 bits. Moments are Unix milliseconds, lengths milliseconds.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any, Literal

import msgspec

from i18n.message import MessageError, msg, said_by, typed

MAX_BYTES = 65_535
MAX_INT = 2**53 - 1
MAX_DEPTH = 16


class EntryError(MessageError, ValueError):
    """Bytes that are not an entry, or not the canonical bytes of one."""


class NewerError(EntryError):
    """The canonical bytes of an entry that this version does not know: of another kind, or with more fields."""


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """What every entry carries: where it stands in its seat's chain, both clocks, the commitment to its payload.

    `prev` is the hex SHA-256 of the seat's previous entry ("" for the first, seq 1); `mono` counts without sleep since
    `boot`; `wall` is the trusted wall time; `secret` the hex HMAC-SHA256 of a detached payload under its 32-byte salt, if there
    is one.
    """

    v: Literal[1] = 1
    seat: str
    boot: str
    seq: int
    prev: str
    mono: int
    wall: int
    secret: str | None = None


class GrantLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A grant as a decision used it."""

    by: str
    ms: int
    game: str | None
    given: int


class PauseLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A pause as a decision used it: the id of its `pause`, until when it was."""

    id: str
    until: int | None


class PackLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A pack in force: its id, the SHA-256 of its text and the values put into it. `own`: the text is the place's own, and not
    one that came with the program; else left out.
    """

    id: str
    sha256: str
    params: dict[str, bool | int | str]
    own: Literal[True] | msgspec.UnsetType = msgspec.UNSET


class Bound(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a play was decided by: the place, its `zone` and its packs, the player's own `packs`, whether limits bind that are
    only the player's (`house`), and whether a guardian's data is registered.
    """

    place: str
    zone: str
    place_packs: tuple[PackLine, ...]
    packs: tuple[PackLine, ...]
    house: bool
    guardian: bool


class GameDay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One game's day in `usage.day`."""

    ms: int
    refusals: int
    grants: int


class Decided(Entry, frozen=True, kw_only=True):
    """All that a decision used, so that anyone can make it again.

    `system` is whose `label` it is. Entries from before it was told lack it: every label counted as the law's then, and an
    approval answered no label.
    `who` is the day's pseudonym; `at` the moment that was asked about; `guardian` whether a guardian's data is registered;
    `before` the play of the rule's day up to `at`, by "game", "publisher" and "total"; `counted` play as (start, ms) that alone
    makes the rule's numbers, None where `before` does. `pack` is the SHA-256 of the rule's pack, or "house" with the rule
    itself in `inline` (compliance.format.house_rule). `paused`: the pause that made it so, and no pack; else left out.
    """

    who: str
    at: int
    age: int | None
    place: str
    game: str
    label: int | None
    system: str | msgspec.UnsetType | None = msgspec.UNSET
    publisher: str | None
    guardian: bool
    before: dict[str, int]
    counted: tuple[tuple[int, int], ...] | None
    grants: tuple[GrantLine, ...]
    approved: bool
    verdict: str
    rule: str
    cite: str
    pack: str
    params: dict[str, bool | int | str]
    inline: dict[str, Any] | None
    zone: str
    budget: int | None
    until: int | None
    paused: PauseLine | msgspec.UnsetType = msgspec.UNSET


class SeatEnrolled(Entry, frozen=True, kw_only=True, tag="seat.enrolled"):
    """Written by the agent: `id` is the seat, `key` its public key as a C2SP verifier key."""

    id: str
    key: str


class SeatStart(Entry, frozen=True, kw_only=True, tag="seat.start"):
    """The daemon began to enforce. `clean`: its last run ended with seat.stop; `lost_from`: if not, its last sign of life;
    `follows`: the seat that this PC was before, whose chain is over.
    """

    version: str
    watch: str
    clean: bool
    lost_from: int | None
    follows: str | msgspec.UnsetType = msgspec.UNSET


class SeatStop(Entry, frozen=True, kw_only=True, tag="seat.stop"):
    """The daemon ended in an orderly way."""


class Presence(Entry, frozen=True, kw_only=True, tag="presence"):
    """The minutes from `since` (a whole minute) in which the seat was alive: bit i of `bits` is minute i, at most 60 of them.

    60 bits are too many for a safe integer, so `bits` is 15 hex digits.
    """

    since: int
    bits: str


class SessionOpened(Entry, frozen=True, kw_only=True, tag="session.opened"):
    """At a public place somebody was found logged on at the seat; `guest`: they are no registered player."""

    who: str
    guest: bool


class SessionClosed(Entry, frozen=True, kw_only=True, tag="session.closed"):
    """The session that the seat's entry `opened` began is over. `how`: "ended"; "unseen": while no daemon looked; "unwatched":
    this is a home now, where nobody looks.
    """

    opened: int
    how: Literal["ended", "unseen", "unwatched"]


class PlaceChanged(Entry, frozen=True, kw_only=True, tag="place.changed"):
    """The place, its zone and its hours ("" where none are set), the number of its certificate ("": it has none) and that one's
    last day (ISO date). Entries from before these two were told lack them.
    """

    place: str
    zone: str
    hours: str
    certificate: str | msgspec.UnsetType = msgspec.UNSET
    expires: str | msgspec.UnsetType | None = msgspec.UNSET


class PolicyChanged(Entry, frozen=True, kw_only=True, tag="policy.changed"):
    """The packs in force for `target`: "place", "guest" or a player's pseudonym of the day. `house`: own limits exist."""

    target: str
    packs: tuple[PackLine, ...]
    house: bool


class GuardianChanged(Entry, frozen=True, kw_only=True, tag="guardian.changed"):
    """A guardian was added, changed or removed: who, and by whom, is in the payload. `registered`: how many there are now."""

    registered: int


class PlayStarted(Entry, frozen=True, kw_only=True, tag="play.started"):
    """A play began at `since`, as program (`pid`, `started`), recognised by `match`. `resumed`: the seq of the play that this
    one continues after midnight, else None. `system` as in Decided.

    `bound`: what it was decided by, or the seq of the seat's last entry of the same `who` that says so in full; `approved`: a
    guardian let the game through; `learning`: the house says that its play does not count. Older entries lack all three.
    """

    who: str
    age: int | None
    game: str
    label: int | None
    system: str | msgspec.UnsetType | None = msgspec.UNSET
    publisher: str | None
    match: tuple[str, ...]
    pid: int
    started: int
    since: int
    resumed: int | None
    bound: Bound | int | msgspec.UnsetType = msgspec.UNSET
    approved: bool | msgspec.UnsetType = msgspec.UNSET
    learning: bool | msgspec.UnsetType = msgspec.UNSET


class Warned(Entry, frozen=True, kw_only=True, tag="warned"):
    """The player of `play` was told that `left` remain, or (rule set) what the law wants told. `shown`: a display of theirs
    did, and `how`: what a person could see or hear of it; left out where none did.
    """

    who: str
    play: int
    game: str
    left: int | None
    rule: str | None
    shown: bool
    how: Literal["banner", "notification", "window", "sound"] | msgspec.UnsetType = msgspec.UNSET


class PlayDue(Decided, frozen=True, kw_only=True, tag="play.due"):
    """`play` has to end, and why, and how long it may go on to save. Durable before the game is asked to close."""

    play: int
    grace: int


class PlayEnded(Entry, frozen=True, kw_only=True, tag="play.ended"):
    """`play` lasted `ms` from `since`. `late`: nobody saw its end; it was counted to the first scan or the last minute row.
    `warned`: how many such entries of it came before this one; left out where a new run took it up, and in older entries.

    `how`: "asked" closed within its time to save, after a window of it was asked to; "killed" was told to end, or ended, when
    that was over; "by itself" closed before, without such a request. "gone", "power": nobody saw its end, while the PC ran or
    not. "midnight": it goes on as another play; "list changed": so, or as none, by a new roster.
    """

    play: int
    who: str
    game: str
    since: int
    ms: int
    how: Literal["asked", "killed", "by itself", "gone", "power", "midnight", "list changed"]
    late: bool
    warned: int | msgspec.UnsetType = msgspec.UNSET


class PlayRuled(Entry, frozen=True, kw_only=True, tag="play.ruled"):
    """From now on `play` is decided by something else, after a change of players, packs or games, or a restart. Fields as in
    PlayStarted.
    """

    play: int
    who: str
    age: int | None
    label: int | None
    system: str | None
    publisher: str | None
    bound: Bound | int
    approved: bool
    learning: bool


class LaunchRefused(Decided, frozen=True, kw_only=True, tag="launch.refused"):
    """A start that was not allowed: stopped before its first instruction (gate) or ended at once (ended)."""

    how: Literal["gate", "ended"]


class GrantGiven(Entry, frozen=True, kw_only=True, tag="grant.given"):
    """Extra time. Who gave it and why is in the payload."""

    id: str
    who: str
    by: str
    ms: int
    game: str | None
    given: int


class GrantRevoked(Entry, frozen=True, kw_only=True, tag="grant.revoked"):
    """The grant `id` counts no longer."""

    id: str


class Requested(Entry, frozen=True, kw_only=True, tag="request"):
    """`who` asks for `ms` of time, for one game or (None) for all, or for a `program` (SHA-256) that was refused. Why is in the
    payload.
    """

    id: str
    who: str
    game: str | None
    program: str | None
    ms: int


class Answered(Entry, frozen=True, kw_only=True, tag="answer"):
    """The request `id` of `who` was answered. `let`: its game or program is let through; `grant`: the id of the time that was
    given, so many `ms`. `game` and `asked` repeat for which game and how much it asked; older entries lack both. Who answered
    and why is in the payload.
    """

    id: str
    who: str
    by: str
    approved: bool
    let: bool
    ms: int | None
    grant: str | None
    game: str | msgspec.UnsetType | None = msgspec.UNSET
    asked: int | msgspec.UnsetType = msgspec.UNSET


class Paused(Entry, frozen=True, kw_only=True, tag="pause"):
    """A guardian lets `who` (None: everybody who plays under limits) play nothing, until then or until it is taken back. Who
    paused and why is in the payload.
    """

    id: str
    who: str | None
    until: int | None


class Resumed(Entry, frozen=True, kw_only=True, tag="resume"):
    """The pause `id` holds no longer, for `who` (None: for anybody)."""

    id: str
    who: str | None
    how: Literal["taken back", "over"]


class EnforcementOff(Entry, frozen=True, kw_only=True, tag="enforcement.off"):
    """A guardian has nothing enforced until then; play is counted all the same. Who and why is in the payload."""

    id: str
    until: int


class EnforcementOn(Entry, frozen=True, kw_only=True, tag="enforcement.on"):
    """The `enforcement.off` of this id holds no longer."""

    id: str
    how: Literal["taken back", "over"]


class Approval(Entry, frozen=True, kw_only=True, tag="approval"):
    """`game` was let through for `who`."""

    id: str
    who: str
    game: str


class ApprovalEnded(Entry, frozen=True, kw_only=True, tag="approval.ended"):
    """The approval `id` holds no longer."""

    id: str


class PinFailed(Entry, frozen=True, kw_only=True, tag="pin.failed"):
    """A guardian's PIN, or a code by telephone, was given wrong at an account that `who` plays under (None: nobody's), for the
    `tries`th time; `locked`: until when no other is taken from it. Which account, and whose PIN, is in the payload.
    """

    who: str | None
    how: Literal["pin", "code"]
    tries: int
    locked: int | None


class CodeUsed(Entry, frozen=True, kw_only=True, tag="code.used"):
    """A guardian's code by telephone gave `who` up to `ms`; what it gave follows. Whose code is in the payload."""

    who: str
    ms: int


class GameFacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What rules ask of a house's game: its minimum age, whose label that is, whether its play does not count."""

    label: int | None
    system: str | None
    learning: bool


class GameChanged(Entry, frozen=True, kw_only=True, tag="game.changed"):
    """What the house says of `game` beside the catalogue; null where it says nothing (`before`) or nothing more (`after`)."""

    game: str
    before: GameFacts | None
    after: GameFacts | None


class ProgramsChanged(Entry, frozen=True, kw_only=True, tag="programs.changed"):
    """What `who` may run: everything, or only what an administrator installed and besides it `let`, the SHA-256 of files, and
    whatever interpreters of these kinds are told to run. `players`: of how many that is now true.
    """

    who: str
    only_installed: bool
    let: tuple[str, ...]
    interpreters: tuple[str, ...]
    players: int


class ProgramRefused(Entry, frozen=True, kw_only=True, tag="program.refused"):
    """A program that not only an administrator can have put there was not let run: stopped before its first instruction (gate)
    or ended at once (ended). Of its file, as far as is known, content, build id and size; its path is in the payload.
    """

    who: str
    how: Literal["gate", "ended"]
    sha256: str | None
    build_id: str | None
    size: int


class ClockJump(Entry, frozen=True, kw_only=True, tag="clock.jump"):
    """The system clock said `to` where elapsed time said `expected`."""

    expected: int
    to: int


class ZoneChanged(Entry, frozen=True, kw_only=True, tag="zone.changed"):
    """The PC's own time zone was set, which no rule asks: what the system called it before, and calls it now."""

    before: str
    after: str


class IssueRaised(Entry, frozen=True, kw_only=True, tag="issue.raised"):
    """Something is not enforced or not sure: `id` is the Issue's."""

    id: str


class IssueCleared(Entry, frozen=True, kw_only=True, tag="issue.cleared"):
    """The Issue `id` is over."""

    id: str


class UsageDay(Entry, frozen=True, kw_only=True, tag="usage.day"):
    """The summary that the game-service agent owes: one player's `day` (ISO date in the place's zone) by game."""

    day: str
    who: str
    games: dict[str, GameDay]


class Erasure(Entry, frozen=True, kw_only=True, tag="erasure"):
    """Personal data beside so many entries (`payloads`) was deleted: all that was kept of `who` (who is known here by this
    pseudonym for the last time), or (null) whatever was older than `before`.
    """

    who: str | None
    before: int | None
    payloads: int


class Restored(Entry, frozen=True, kw_only=True, tag="restored"):
    """The agent goes on from a backup that was `made` then (0: nobody knows when). What was logged since is not here, though
    somebody may have seen it.
    """

    made: int


class Pruned(Entry, frozen=True, kw_only=True, tag="pruned"):
    """The log's entries before number `end` are deleted, as they are older than thirteen months, but those in the member `kept`
    of a bundle, which has this SHA-256 (`kept`, hex).
    """

    end: int
    kept: str


class Seal(Entry, frozen=True, kw_only=True, tag="seal"):
    """The seat's Ed25519 signature (hex) over its entries `first`..`last`, whose last has the hash `head`."""

    first: int
    last: int
    head: str
    sig: str


class AgentTick(Entry, frozen=True, kw_only=True, tag="agent.tick"):
    """The agent was alive: when it last heard from each seat, and which have been silent for over three minutes. `after`: the
    moment of its tick before this one; left out at the first of a run, and in older entries.
    """

    seats: dict[str, int]
    silent: tuple[str, ...]
    after: int | msgspec.UnsetType = msgspec.UNSET


AnyEntry = (
    SeatEnrolled | SeatStart | SeatStop | Presence | SessionOpened | SessionClosed | PlaceChanged | PolicyChanged
    | GuardianChanged | PlayStarted | Warned
    | PlayDue | PlayEnded | PlayRuled | LaunchRefused | GrantGiven | GrantRevoked | Requested | Answered | Paused | Resumed
    | EnforcementOff | EnforcementOn | Approval | ApprovalEnded | PinFailed | CodeUsed | GameChanged | ProgramsChanged
    | ProgramRefused | ClockJump | ZoneChanged | IssueRaised
    | IssueCleared | UsageDay | Erasure | Restored | Pruned | Seal | AgentTick
)

AGENTS: frozenset[type[Entry]] = frozenset({
    SeatEnrolled, PlaceChanged, PolicyChanged, GuardianChanged, Approval, ApprovalEnded, GameChanged, ProgramsChanged,
    AgentTick, Erasure, Restored, Pruned,
})  # fmt: skip
"""The kinds that only the agent may write: no seat knows these things."""
OF_AGENT = frozenset(str(kind.__struct_config__.tag) for kind in AGENTS)

_encoder = msgspec.json.Encoder(order="sorted")
_decoder: msgspec.json.Decoder[AnyEntry] = msgspec.json.Decoder(AnyEntry)


# What could break the profile in canonical bytes of a kind: a text or a key that is not ASCII, an integer of sixteen digits or
# more, and what has room for anything, the rule in `inline`. Most have none of it.
_DIGITS = bytes.maketrans(b"123456789", b"0" * 9)
_LONG = b"0" * 16
_LONGS = re.compile(rb"[:,\[-]0{16}")


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
        raise (_newer(data, str(error)) or not_an_entry(error)) from None
    except RecursionError:
        raise EntryError(msg("nested too deep")) from None
    digits = data.translate(_DIGITS)
    if (_LONG in digits and _LONGS.search(digits)) or b'"inline":{' in data or not (
        data.isascii() or _plain(entry, data)
    ):
        _check_all(entry)
    return entry


def _plain(entry: AnyEntry, data: bytes) -> bool:
    """Whether what is not ASCII is nothing but texts in NFC. Decisions have some, as citations; others are few."""
    if not isinstance(entry, Decided) or not unicodedata.is_normalized("NFC", data.decode()):
        return False
    return all(map(str.isascii, entry.params)) and all(map(str.isascii, entry.before))


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
