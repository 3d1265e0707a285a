"""Derives everything in a bundle again, trusting nothing of its writer: bytes, hashes, root, signatures, chains, decisions.

Of what writes the log it shares what both have to agree on: compliance.format, bundle, entry, note and tree, and `rules`, which
decided then and decides again now. It shares nothing of compliance.journal, log and writing (a contract in pyproject.toml holds
it to that). Whatever is missing, unknown or cannot be read is a failure.
Failures are named in the order in which they are found; a stage that could only repeat one is not reached.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256

from compliance import tree
from compliance.audit import Auditor
from compliance.bundle import CHECKPOINT, HEADS, KEY, Bundle
from compliance.entry import AnyEntry, Decided, EntryError, SeatEnrolled, decode
from compliance.format.chain import AGENT, Chain, ChainError
from compliance.format.container import Damage
from compliance.format.tiles import ENTRIES, WIDTH, BundleEncodingError, Tile, decode_entries, entry_bundles, hash_tiles
from compliance.note import ED25519, Checkpoint, NoteError, VerifierKey, b64, parse_checkpoint, parse_vkey
from compliance.tree import HASH_BYTES
from compliance.verifying.anchors import anchors, trusted
from compliance.verifying.earlier import Earlier, read_earlier
from compliance.verifying.heads import Heads, heads_of
from compliance.verifying.report import NO_MOMENT, Failure, Report, entry_name
from compliance.verifying.trust import Trust
from compliance.verifying.windows import Windows
from i18n.message import Arg, Message, msg, said_by

_MOMENTS = ("wall", "at", "since", "given", "lost_from", "until", "expected", "to")

_ABSENT = msg("it is not in the bundle")
_PACK = re.compile(r"packs/([0-9a-f]{64})\.toml")


class _Broken(Exception):
    """A failure after which no later stage can say more."""

    def __init__(self, where: Arg, what: Message) -> None:
        super().__init__(where)
        self.failure = Failure(where, what)


def verify(bundle: Bundle, trust: Trust | None = None, since: str | bytes | None = None) -> Report:
    """What holds and what does not. `since` is a signed note with an earlier checkpoint, or a card: NoteError if neither."""
    earlier = None if since is None else read_earlier(since)
    report = Report()
    failures: list[Failure] = []
    try:
        key = _key(bundle)
        report = replace(report, key=key.text, fingerprint=key.fingerprint)
        checkpoint = _checkpoint(bundle, key, trust)
        report = replace(report, origin=checkpoint.origin, size=checkpoint.size, root=b64(checkpoint.root))
        texts = _packs(bundle)
        _members(bundle, checkpoint.size)
        heads = _heads(bundle, checkpoint, trust)
        entries, leaves = _tree(bundle, checkpoint)
        heads.extend(leaves)
        failures += [*heads.failures, *trusted(heads, key, trust)]
        if earlier is not None:
            failures += _continues(earlier, key, leaves)
        report, found = _entries(report, entries, key, Auditor(texts, Windows(heads.dated())))
        failures += found
        report = anchors(report, checkpoint, trust, earlier, heads)
    except _Broken as broken:
        failures.append(broken.failure)
    failures += [_damaged(one) for one in bundle.damage]
    return replace(report, failures=tuple(failures), anchored=0 if failures else report.anchored, repacked=bundle.repacked)


def _key(bundle: Bundle) -> VerifierKey:
    text = _text(bundle, KEY)
    try:
        key = parse_vkey(text.removesuffix("\n"))
    except NoteError as error:
        raise _Broken(KEY, error.message) from None
    if text != key.text + "\n" or key.kind != ED25519:
        raise _Broken(KEY, msg("not the verifier key of a log"))
    return key


def _checkpoint(bundle: Bundle, key: VerifierKey, trust: Trust | None) -> Checkpoint:
    witnesses = () if trust is None else trust.witnesses.values()
    try:
        return parse_checkpoint(_text(bundle, CHECKPOINT), [key, *witnesses])
    except NoteError as error:
        raise _Broken(CHECKPOINT, msg("not a checkpoint signed by this key: {why}", why=said_by(error))) from None


def _heads(bundle: Bundle, checkpoint: Checkpoint, trust: Trust | None) -> Heads:
    try:
        return heads_of(_text(bundle, HEADS) if HEADS in bundle.members else "", checkpoint, trust)
    except NoteError as error:
        raise _Broken(HEADS, error.message) from None


def _text(bundle: Bundle, name: str) -> str:
    try:
        return bundle.members[name].decode()
    except KeyError:
        raise _Broken(name, _ABSENT) from None
    except UnicodeDecodeError:
        raise _Broken(name, msg("not UTF-8")) from None


def _packs(bundle: Bundle) -> dict[str, str]:
    texts = {}
    for name in bundle.members:
        if (found := _PACK.fullmatch(name)) is not None:
            if sha256(bundle.members[name]).hexdigest() != found[1]:
                raise _Broken(name, msg("its content does not have the SHA-256 in its name"))
            texts[found[1]] = _text(bundle, name)
    return texts


def _members(bundle: Bundle, size: int) -> None:
    """Exactly the members that a tree of this size has."""
    expected = {CHECKPOINT, KEY, *(tile.path for tile in (*hash_tiles(size), *entry_bundles(size)))}
    actual = {name for name in bundle.members if not _PACK.fullmatch(name) and name != HEADS}
    for name in sorted(expected - actual):
        raise _Broken(name, _ABSENT)
    for name in sorted(actual - expected):
        raise _Broken(name, msg("a log of {size} entries does not have this file", size=size))


# --- the tree ------------------------------------------------------------------------------------------------------------


def _tree(bundle: Bundle, checkpoint: Checkpoint) -> tuple[list[bytes], list[bytes]]:
    """All entries and their leaf hashes, once entries, tiles and root agree."""
    entries: list[bytes] = []
    leaves: list[bytes] = []
    for tile in entry_bundles(checkpoint.size):
        lines = _lines(bundle, tile)
        entries += lines
        leaves += [tree.leaf_hash(line) for line in lines]
    level = leaves
    for tile in hash_tiles(checkpoint.size):
        if tile.number == 0 and tile.level > 0:
            level = [tree.root_of(level[at : at + WIDTH]) for at in range(0, len(level) - WIDTH + 1, WIDTH)]
        if bundle.members[tile.path] != b"".join(level[tile.first : tile.first + tile.width]):
            raise _differing(bundle.members[tile.path], level, tile, entries)
    if tree.root_of(leaves) != checkpoint.root:
        raise _Broken(CHECKPOINT, msg("its root is not that of the entries"))
    return entries, leaves


def _lines(bundle: Bundle, tile: Tile) -> list[bytes]:
    try:
        lines = decode_entries(bundle.members[tile.path])
    except BundleEncodingError as error:
        raise _Broken(_in(tile, entry_name(tile.first + error.entry)), msg("it is cut off")) from None
    if len(lines) != tile.width:
        what = msg("it should have {expected} entries and has {found}", expected=tile.width, found=len(lines))
        raise _Broken(tile.path, what)
    return lines


def _differing(data: bytes, level: list[bytes], tile: Tile, entries: list[bytes]) -> _Broken:
    """Names the first hash of a tile that is not that of what lies under it."""
    if len(data) != tile.width * HASH_BYTES:
        expected = tile.width * HASH_BYTES
        return _Broken(tile.path, msg("it should have {expected} bytes and has {found}", expected=expected, found=len(data)))
    hashes = [data[start : start + HASH_BYTES] for start in range(0, len(data), HASH_BYTES)]
    at = next(at for at, hashed in enumerate(hashes) if hashed != level[tile.first + at])
    index = tile.first + at
    if tile.level:
        return _Broken(_in(tile, msg("hash {number}", number=str(at))), msg("it is not that of the tile below"))
    try:
        line = decode(entries[index])
    except EntryError:
        line = None
    where = _in(Tile(ENTRIES, tile.number, tile.width), entry_name(index, line))
    return _Broken(where, msg("it does not have the hash that {file} says", file=tile.path))


def _in(tile: Tile, part: Message) -> Message:
    return msg("{file}, {part}", file=tile.path, part=part)


# --- trust ----------------------------------------------------------------------------------------------------------------


def _continues(earlier: Earlier, key: VerifierKey, leaves: list[bytes]) -> Iterator[Failure]:
    """Whether the log still begins with what the inspector saw."""
    if not earlier.of(key):
        if earlier.note:
            yield Failure("--since", msg("the earlier checkpoint is not signed by the key of this log"))
        else:
            yield Failure("--since", msg("the card shows the fingerprint of another key than that of this log"))
        return
    if earlier.size > len(leaves):
        yield Failure("--since", msg("the log had {before} entries and now has {now}", before=earlier.size, now=len(leaves)))
    elif tree.root_of(leaves[: earlier.size]) != earlier.root:
        yield Failure("--since", msg("the first {count} entries were rewritten since", count=earlier.size))


# --- entries ---------------------------------------------------------------------------------------------------------------


def _entries(report: Report, entries: Iterable[bytes], key: VerifierKey, auditor: Auditor) -> tuple[Report, list[Failure]]:
    """Every entry canonical, every chain whole and sealed; then what the entries say."""
    chains = _Chains(key)
    for index, data in enumerate(entries):
        try:
            line = decode(data)
        except EntryError as error:
            chains.failures.append(Failure(entry_name(index), error.message))
            continue
        chains.take(index, line, data)
        if _datable(line):
            auditor.take(index, line)
        else:
            chains.failures.append(Failure(entry_name(index, line), msg("a moment in it is beyond every calendar")))
    chains.finish()
    audit = auditor.finish()
    found = [*chains.failures, *audit.failures]
    return replace(report, audit=audit, zone=auditor.zone), found


def _datable(line: AnyEntry) -> bool:
    """Whether every moment in it can be put on a calendar, with a year to spare on either side."""
    moments = [getattr(line, name, None) for name in _MOMENTS]
    if isinstance(line, Decided):
        moments += [grant.given for grant in line.grants]
    return all(moment is None or 0 <= moment < NO_MOMENT for moment in moments)


@dataclass
class _Chains:
    """Follows all chains at once. A chain that broke is not followed further."""

    key: VerifierKey
    failures: list[Failure] = field(default_factory=list)
    _chains: dict[str, Chain | None] = field(default_factory=dict)
    _open: dict[str, Arg] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._chains[AGENT] = Chain(AGENT, self.key)

    def take(self, index: int, line: AnyEntry, data: bytes) -> None:
        where = entry_name(index, line)
        if line.seat not in self._chains:
            self._chains[line.seat] = None
            self._fail(where, msg("no seat.enrolled before it names the key of this seat"))
        chain = self._chains[line.seat]
        if chain is None:
            return
        try:
            chain.follow(line, data)
        except ChainError as error:
            self._chains[line.seat] = None
            self._fail(where, msg("the chain of its seat is broken: {why}", why=error.why))
            return
        if not chain.open:
            self._open.pop(line.seat, None)
        else:
            self._open.setdefault(line.seat, where)
        if isinstance(line, SeatEnrolled) and line.seat == AGENT:
            self._enrol(where, line)

    def finish(self) -> None:
        """What no seal covers is not vouched for."""
        for seat, where in self._open.items():
            if self._chains[seat] is not None:
                self._fail(where, msg("from here on no seal covers the entries of this seat"))

    def _enrol(self, where: Arg, line: SeatEnrolled) -> None:
        try:
            key = parse_vkey(line.key)
        except NoteError as error:
            self._fail(where, msg("the key of the seat is not valid: {why}", why=said_by(error)))
            return
        if key.kind != ED25519:
            self._fail(where, msg("the key of the seat is of a type that cannot seal"))
            return
        known = self._chains.setdefault(line.id, Chain(line.id, key))
        if known is not None and known.key.public != key.public:
            self._fail(where, msg("this seat has another key already: a reinstalled seat is a new seat"))

    def _fail(self, where: Arg, what: Message) -> None:
        self.failures.append(Failure(where, what))


def _damaged(damage: Damage) -> Failure:
    number = str(damage.offset)
    where = msg("byte {number} ({member})", number=number, member=damage.member) if damage.member else (
        msg("byte {number}", number=number)
    )
    return Failure(where, msg("the file was changed or damaged: {what}", what=damage.what))
