"""Derives everything in a bundle again, trusting nothing of its writer: bytes, hashes, root, signatures, chains, decisions.

Shares no code path with compliance.log but the pure maths. Fails closed: what is missing, is unknown or does not parse is a
failure. What does not hold is named in the order in which it is looked at, so the first failure is the one to begin with; later
stages are not reached where they could only repeat it.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256

from compliance import tree
from compliance.audit import Auditor
from compliance.bundle import CHECKPOINT, KEY, Bundle
from compliance.entry import AnyEntry, Decided, EntryError, SeatEnrolled, decode
from compliance.format.chain import AGENT, Chain, ChainError
from compliance.format.container import Damage
from compliance.format.tiles import ENTRIES, WIDTH, BundleEncodingError, Tile, decode_entries, entry_bundles, hash_tiles
from compliance.note import ED25519, Checkpoint, NoteError, VerifierKey, parse_checkpoint, parse_vkey, read_checkpoint
from compliance.tree import HASH_BYTES
from compliance.verifying.report import Failure, Report, entry_name
from compliance.verifying.trust import Trust

_MOMENTS = ("wall", "at", "since", "given", "lost_from", "until", "expected", "to")
_NO_MOMENT = 253_000_000_000_000  # in the year 9987

_PACK = re.compile(r"packs/([0-9a-f]{64})\.toml")


class _Broken(Exception):
    """A stage found what makes all later ones pointless."""

    def __init__(self, where: str, vi: str, en: str) -> None:
        super().__init__(where)
        self.failure = Failure(where, f"{vi} / {en}")


def verify(bundle: Bundle, trust: Trust | None = None, since: str | bytes | None = None) -> Report:
    """What holds and what does not. `since` is an earlier checkpoint of the log, as a signed note: NoteError if it is none."""
    earlier = None if since is None else read_checkpoint(since)
    report = Report()
    failures: list[Failure] = []
    try:
        key = _key(bundle)
        report = replace(report, key=key.text, fingerprint=key.fingerprint)
        checkpoint = _checkpoint(bundle, key, trust)
        head = base64.b64encode(checkpoint.root).decode()
        report = replace(report, origin=checkpoint.origin, size=checkpoint.size, root=head)
        texts = _packs(bundle)
        _members(bundle, checkpoint.size)
        entries, leaves = _tree(bundle, checkpoint)
        failures += _trusted(checkpoint, key, trust)
        if since is not None and earlier is not None:
            failures += _continues(since, earlier, key, leaves)
        report, found = _entries(report, entries, key, texts)
        failures += found
        report = _anchors(report, checkpoint, trust, earlier)
    except _Broken as broken:
        failures.append(broken.failure)
    failures += [_damaged(one) for one in bundle.damage]
    return replace(report, failures=tuple(failures), anchored=0 if failures else report.anchored)


def _key(bundle: Bundle) -> VerifierKey:
    text = _text(bundle, KEY)
    try:
        key = parse_vkey(text.removesuffix("\n"))
    except NoteError as error:
        raise _Broken(KEY, "không phải khóa", f"no verifier key: {error}") from None
    if text != key.text + "\n" or key.kind != ED25519:
        raise _Broken(KEY, "không phải khóa của nhật ký", "no log's verifier key")
    return key


def _checkpoint(bundle: Bundle, key: VerifierKey, trust: Trust | None) -> Checkpoint:
    witnesses = () if trust is None else trust.witnesses.values()
    try:
        return parse_checkpoint(_text(bundle, CHECKPOINT), [key, *witnesses])
    except NoteError as error:
        raise _Broken(CHECKPOINT, "không do khóa này ký", f"no checkpoint signed by this key: {error}") from None


def _text(bundle: Bundle, name: str) -> str:
    try:
        return bundle.members[name].decode()
    except KeyError:
        raise _Broken(name, "thiếu trong gói", "it is not in the bundle") from None
    except UnicodeDecodeError:
        raise _Broken(name, "không phải UTF-8", "it is not UTF-8") from None


def _packs(bundle: Bundle) -> dict[str, str]:
    texts = {}
    for name in bundle.members:
        if (found := _PACK.fullmatch(name)) is not None:
            if sha256(bundle.members[name]).hexdigest() != found[1]:
                raise _Broken(name, "nội dung khác tên của nó (SHA-256)", "its content is not that of its name (SHA-256)")
            texts[found[1]] = _text(bundle, name)
    return texts


def _members(bundle: Bundle, size: int) -> None:
    """Exactly the members that a tree of this size has."""
    expected = {CHECKPOINT, KEY, *(tile.path for tile in (*hash_tiles(size), *entry_bundles(size)))}
    actual = {name for name in bundle.members if not _PACK.fullmatch(name)}
    for name in sorted(expected - actual):
        raise _Broken(name, "thiếu trong gói", "it is not in the bundle")
    for name in sorted(actual - expected):
        raise _Broken(name, f"không thuộc cây {size} mục", f"it is no part of a tree of {size} entries")


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
        raise _Broken(CHECKPOINT, "gốc cây khác các mục", "its root is not that of the entries")
    return entries, leaves


def _lines(bundle: Bundle, tile: Tile) -> list[bytes]:
    try:
        lines = decode_entries(bundle.members[tile.path])
    except BundleEncodingError as error:
        index = tile.first + error.entry
        raise _Broken(f"{tile.path}, mục {index} / entry {index}", "bị cắt", "it is cut off") from None
    if len(lines) != tile.width:
        raise _Broken(tile.path, f"có {len(lines)} mục, phải là {tile.width}", f"it has {len(lines)} entries, not {tile.width}")
    return lines


def _differing(data: bytes, level: list[bytes], tile: Tile, entries: list[bytes]) -> _Broken:
    """Names the first hash of a tile that is not that of what lies under it."""
    if len(data) != tile.width * HASH_BYTES:
        return _Broken(tile.path, f"dài {len(data)} byte", f"it has {len(data)} bytes, not {tile.width * HASH_BYTES}")
    hashes = [data[start : start + HASH_BYTES] for start in range(0, len(data), HASH_BYTES)]
    at = next(at for at, hashed in enumerate(hashes) if hashed != level[tile.first + at])
    index = tile.first + at
    if tile.level:
        return _Broken(f"{tile.path}, băm {at} / hash {at}", "khác các tile bên dưới", "it is not that of the tile below")
    where = f"{Tile(ENTRIES, tile.number, tile.width).path}, mục {index} / entry {index}{_named(entries[index])}"
    return _Broken(where, f"khác giá trị băm trong {tile.path}", f"it does not hash to what {tile.path} says")


def _named(data: bytes) -> str:
    try:
        line = decode(data)
    except EntryError:
        return ""
    return f" (seat {line.seat}, seq {line.seq})"


# --- trust ----------------------------------------------------------------------------------------------------------------


def _trusted(checkpoint: Checkpoint, key: VerifierKey, trust: Trust | None) -> Iterator[Failure]:
    if trust is None:
        return
    if trust.logs and key not in trust.logs:
        yield Failure(KEY, "không phải khóa mà chính sách tin cậy nêu / it is none of the log keys that the trust policy names")
    if not trust.satisfied([one.key for one in checkpoint.signatures]):
        yield Failure(CHECKPOINT, "không đủ nhân chứng theo chính sách tin cậy / its witnesses do not make the quorum")


def _continues(since: str | bytes, earlier: Checkpoint, key: VerifierKey, leaves: list[bytes]) -> Iterator[Failure]:
    """Whether the log still begins with what the inspector saw."""
    try:
        parse_checkpoint(since, [key])
    except NoteError:
        yield Failure("--since", "checkpoint cũ do khóa khác ký / the earlier checkpoint is not signed by this log's key")
        return
    if earlier.size > len(leaves):
        yield Failure("--since", f"trước đây nhật ký có {earlier.size} mục, nay chỉ còn {len(leaves)}"
                                 f" / the log had {earlier.size} entries and now has {len(leaves)}")
    elif tree.root_of(leaves[: earlier.size]) != earlier.root:
        yield Failure("--since", f"{earlier.size} mục đầu đã bị viết lại / its first {earlier.size} entries were rewritten")


def _anchors(report: Report, checkpoint: Checkpoint, trust: Trust | None, earlier: Checkpoint | None) -> Report:
    """How far outsiders have seen the log, once all else holds."""
    anchored = 0 if earlier is None else earlier.size
    witnesses = tuple((one.key.name, one.time) for one in checkpoint.signatures if one.time is not None)
    if trust is not None and trust.quorum is not None:
        anchored = checkpoint.size
    return replace(report, anchored=anchored, witnesses=witnesses, trusted=trust is not None and bool(trust.logs))


# --- entries ---------------------------------------------------------------------------------------------------------------


def _entries(report: Report, entries: Iterable[bytes], key: VerifierKey, texts: dict[str, str]) -> tuple[Report, list[Failure]]:
    """Every entry canonical, every chain whole and sealed; then what the entries say."""
    chains, auditor = _Chains(key), Auditor(texts)
    for index, data in enumerate(entries):
        try:
            line = decode(data)
        except EntryError as error:
            chains.failures.append(Failure(f"mục {index} / entry {index}", f"không hợp lệ / not valid: {error}"))
            continue
        chains.take(index, line, data)
        if _datable(line):
            auditor.take(index, line)
        else:
            what = "thời điểm ngoài mọi lịch / a moment that no calendar reaches"
            chains.failures.append(Failure(entry_name(index, line), what))
    chains.finish()
    audit = auditor.finish()
    found = [*chains.failures, *audit.failures]
    return replace(report, audit=audit, zone=auditor.zone), found


def _datable(line: AnyEntry) -> bool:
    """Whether every moment in it can be put on a calendar, with a year to spare on either side."""
    moments = [getattr(line, name, None) for name in _MOMENTS]
    if isinstance(line, Decided):
        moments += [grant.given for grant in line.grants]
    return all(moment is None or 0 <= moment < _NO_MOMENT for moment in moments)


@dataclass
class _Chains:
    """Follows all chains at once. A chain that broke is not followed further."""

    key: VerifierKey
    failures: list[Failure] = field(default_factory=list)
    _chains: dict[str, Chain | None] = field(default_factory=dict)
    _open: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._chains[AGENT] = Chain(AGENT, self.key)

    def take(self, index: int, line: AnyEntry, data: bytes) -> None:
        where = entry_name(index, line)
        if line.seat not in self._chains:
            self._chains[line.seat] = None
            self._fail(where, "máy trạm chưa được ghi danh", "no seat.enrolled before it names this seat's key")
        chain = self._chains[line.seat]
        if chain is None:
            return
        try:
            chain.follow(line, data)
        except ChainError as error:
            self._chains[line.seat] = None
            self._fail(where, "chuỗi của máy trạm đứt", f"its seat's chain is broken: {error.why}")
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
                self._fail(where, "từ đây không có niêm phong", "from here on no seal covers this seat's entries")

    def _enrol(self, where: str, line: SeatEnrolled) -> None:
        try:
            key = parse_vkey(line.key)
        except NoteError as error:
            self._fail(where, "khóa của máy trạm không hợp lệ", f"the seat's key is none: {error}")
            return
        if key.kind != ED25519:
            self._fail(where, "khóa của máy trạm sai loại", "the seat's key is of a type that cannot seal")
            return
        known = self._chains.setdefault(line.id, Chain(line.id, key))
        if known is not None and known.key.public != key.public:
            self._fail(where, "máy trạm này đã có khóa khác", "this seat has another key; a reinstalled seat is a new seat")

    def _fail(self, where: str, vi: str, en: str) -> None:
        self.failures.append(Failure(where, f"{vi} / {en}"))


def _damaged(damage: Damage) -> Failure:
    where = f"byte {damage.offset}" + (f" ({damage.member})" if damage.member else "")
    return Failure(where, f"tệp đã bị sửa hoặc hỏng / the file was changed or damaged: {damage.what}")
