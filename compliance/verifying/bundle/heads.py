"""The heads that witnesses cosigned on the way: how far outsiders have seen the log, and when they saw how much of it. Pure.

Alone, the head in `checkpoint` says little of when its entries came, and nothing where the witnesses could not be asked just
before the export. Every head that a policy's quorum of witnesses cosigned anchors the entries up to it, and dates them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from compliance.bundle import CHECKPOINT, HEADS, KEY, MOST_HEADS
from compliance.format.cosigning import cosigners, read_heads
from compliance.note import Checkpoint, NoteError, Signature, UnsignedError, VerifierKey, open_note, read_checkpoint
from compliance.tree import Frontier
from compliance.verifying.bundle.earlier import Earlier
from compliance.verifying.bundle.trust import Trust
from compliance.verifying.report import NOWHERE, Failure, Finding, Report
from i18n.message import Arg, Length, Message, msg, msgn
from rules.calendar import DAY_MS


@dataclass(frozen=True, slots=True)
class Head:
    """A head, trusted witnesses' cosignatures on it, and when (Unix s) these made the policy's quorum; None: never."""

    size: int
    root: bytes
    signatures: tuple[Signature, ...] = ()
    quorum_at: int | None = None


@dataclass
class Heads:
    """`known` in ascending sizes. `extend` it with every leaf hash, in order; then `failures` and `anchor` hold. `strangers`:
    whose cosignatures nobody can judge, as nobody named their keys, and of how many entries the last of each is.
    """

    known: Sequence[Head] = ()
    strangers: tuple[tuple[str, int], ...] = ()
    failures: list[Failure] = field(default_factory=list)
    _frontier: Frontier = field(default_factory=Frontier)
    _next: int = 0

    def extend(self, leaves: Sequence[bytes]) -> None:
        """The next leaf hashes: what was cosigned has to be the beginning of this log."""
        done = 0
        while self._next < len(self.known):
            head = self.known[self._next]
            wanted = head.size - self._frontier.size
            self._frontier.extend(leaves[done : done + wanted])
            done += wanted
            if self._frontier.size < head.size:
                return
            if self._frontier.root() != head.root:
                self.failures.append(Failure(HEADS, msg(
                    "a head of {count} entries that a witness was shown is not the beginning of this log", count=head.size
                )))  # fmt: skip
            self._next += 1

    @property
    def anchor(self) -> Head | None:
        """The largest that the quorum cosigned."""
        return next((head for head in reversed(self.known) if head.quorum_at is not None), None)

    def dated(self) -> list[tuple[int, int]]:
        """(size, Unix ms): so many entries had been seen by then."""
        return [(head.size, head.quorum_at * 1000) for head in self.known if head.quorum_at is not None]


def heads_of(text: str, note: str, checkpoint: Checkpoint, key: VerifierKey, trust: Trust | None) -> Heads:
    """The heads in a bundle's member, and the bundle's own, `note`. NoteError if they are not heads of this log, in ascending
    order. `key` is the log's, which is nobody outside, whatever it cosigns.
    """
    before = list(_read(text, checkpoint, key, trust))
    found = [] if trust is None else list(_dated_one(checkpoint, key, trust))
    sizes = [*(one.size for one in before), checkpoint.size]
    return Heads([*before, *found], _strangers(zip(sizes, [*read_heads(text), note], strict=True), key, trust))


def _strangers(notes: Iterable[tuple[int, str]], key: VerifierKey, trust: Trust | None) -> tuple[tuple[str, int], ...]:
    named = {(one.name, one.id) for one in (key, *(() if trust is None else trust.witnesses.values()))}
    found: dict[tuple[str, bytes], int] = {}
    for size, note in notes:
        found |= dict.fromkeys(cosigners(note), size)
    return tuple((signer[0], size) for signer, size in found.items() if signer not in named)


def _read(text: str, checkpoint: Checkpoint, key: VerifierKey, trust: Trust | None) -> Iterator[Head]:
    before = -1
    witnesses = () if trust is None else tuple(one for one in trust.witnesses.values() if one.public != key.public)
    for count, note in enumerate(read_heads(text)):
        head = read_checkpoint(note)
        if head.origin != checkpoint.origin or not before < head.size <= checkpoint.size or count == MOST_HEADS:
            raise NoteError(_disordered(checkpoint))
        before = head.size
        signed = _signed(note, witnesses)
        yield Head(head.size, head.root, signed, _quorum_at(signed, trust))


def _disordered(checkpoint: Checkpoint) -> Message:
    said = {"origin": checkpoint.origin, "size": str(checkpoint.size), "most": str(MOST_HEADS)}
    return msg("not heads of {origin} in ascending order, none above {size}, at most {most}", **said)


def _signed(note: str, witnesses: Sequence[VerifierKey]) -> tuple[Signature, ...]:
    """Other people's signatures count for nothing; a false one of a trusted witness is a NoteError."""
    try:
        return open_note(note, witnesses)[1]
    except UnsignedError:
        return ()


def _dated_one(checkpoint: Checkpoint, key: VerifierKey, trust: Trust) -> Iterator[Head]:
    signed = tuple(one for one in checkpoint.signatures if one.time is not None and one.key.public != key.public)
    if signed:
        yield Head(checkpoint.size, checkpoint.root, signed, _quorum_at(signed, trust))


def _quorum_at(signed: Sequence[Signature], trust: Trust | None) -> int | None:
    """When the last witness that the quorum needed cosigned it."""
    if trust is None or trust.quorum is None:
        return None
    ordered = sorted((one for one in signed if one.time is not None), key=lambda one: one.time or 0)
    for count in range(1, len(ordered) + 1):
        if trust.satisfied([one.key for one in ordered[:count]]):
            return ordered[count - 1].time
    return None


SLACK_MS = 10 * 60_000


@dataclass
class _Came:
    """Of one seat: where the first such entry stands, of which moment, how many there are, and by how much at most."""

    where: Arg
    at: int
    count: int = 0
    most: int = 0


@dataclass
class Windows:
    """`dated`: (size, Unix ms) of the heads, in ascending order. Without any, nothing is said."""

    dated: Sequence[tuple[int, int]] = ()
    _late: dict[str, _Came] = field(default_factory=dict)
    _ahead: dict[str, _Came] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._sizes = [size for size, _ in self.dated]

    def take(self, index: int, where: Arg, seat: str, wall: int) -> None:
        """Entry `index` of the log, and what it says when it is from."""
        if where == NOWHERE:
            return
        covered = bisect_right(self._sizes, index)
        if covered and (by := self.dated[covered - 1][1] - SLACK_MS - wall) > 0:
            _count(self._late, seat, where, wall, by + SLACK_MS)
        if covered < len(self.dated) and (by := wall - self.dated[covered][1] - SLACK_MS) > 0:
            _count(self._ahead, seat, where, wall, by + SLACK_MS)

    def findings(self) -> Iterator[Finding]:
        for seat, found in self._late.items():
            yield Finding("late", found.where, msgn(
                "{n} entry of {seat} came up to {most} after the moment it gives, by the witnesses' clocks",
                "{n} entries of {seat} came up to {most} after the moments they give, by the witnesses' clocks",
                found.count, seat=seat, most=Length(found.most),
            ), seat=seat, at=found.at)  # fmt: skip
        for seat, found in self._ahead.items():
            yield Finding("ahead", found.where, msgn(
                "{n} entry of {seat} gives a moment up to {most} after a witness had seen it",
                "{n} entries of {seat} give moments up to {most} after a witness had seen them",
                found.count, seat=seat, most=Length(found.most),
            ), seat=seat, at=found.at)  # fmt: skip


def _count(found: dict[str, _Came], seat: str, where: Arg, wall: int, by: int) -> None:
    one = found.setdefault(seat, _Came(where, wall))
    one.count += 1
    one.most = max(one.most, by)


MAX_AGE_DAYS = 8
AHEAD_MS = DAY_MS  # a verifier's own clock may be behind


@dataclass(frozen=True, slots=True)
class Anchors:
    """Of the log with this key. `now` (Unix ms) None: nobody asks how old cosignatures are."""

    key: VerifierKey
    heads: Heads
    trust: Trust | None = None
    now: int | None = None
    max_age_days: int = MAX_AGE_DAYS

    def failures(self) -> Iterator[Failure]:
        if self.trust is None:
            return
        if self.trust.logs and self.key not in self.trust.logs:
            yield Failure(KEY, msg("it is not one of the log keys that the trust policy names"), demand=True)
        if self.trust.quorum is not None and self.heads.anchor is None:
            yield Failure(CHECKPOINT, msg("its witnesses do not make the quorum of the trust policy"), demand=True)

    def findings(self) -> Iterator[Finding]:
        anchor = self.heads.anchor
        if anchor is not None and not self._recent(anchor):
            kind, told = "old-cosignatures", msgn(
                "its witnesses signed it more than {n} day ago, so what came since may be kept back",
                "its witnesses signed it more than {n} days ago, so what came since may be kept back",
                self.max_age_days,
            )  # fmt: skip
            if self._made(anchor, self._oldest()):
                kind, told = "early-cosignatures", msg(
                    "its witnesses signed it in the future: one of the clocks is wrong, theirs or this PC's"
                )  # fmt: skip
            last = max((one.time * 1000 for one in anchor.signatures if one.time is not None), default=None)
            yield Finding(kind, CHECKPOINT, told, at=last)

    def shown(self, report: Report, checkpoint: Checkpoint, earlier: Earlier | None) -> Report:
        """How far outsiders have seen the log, once all else holds."""
        anchor = self.heads.anchor
        witnessed = anchor.size if anchor is not None and self._recent(anchor) else 0
        anchored = max(0 if earlier is None else earlier.size, witnessed)
        signatures = checkpoint.signatures if anchor is None else anchor.signatures
        witnesses = tuple((one.key.name, one.time) for one in signatures if one.time is not None)
        trusted = self.trust is not None and bool(self.trust.logs)
        return replace(
            report, anchored=anchored, witnessed=witnessed, witnesses=witnesses, trusted=trusted, strangers=self.heads.strangers
        )  # fmt: skip

    def _recent(self, head: Head) -> bool:
        """Whether a quorum has signed it lately."""
        return self.now is None or self._made(head, self._oldest(), self.now + AHEAD_MS)

    def _oldest(self) -> int:
        return (self.now or 0) - self.max_age_days * DAY_MS

    def _made(self, head: Head, first: int, last: int | None = None) -> bool:
        """Whether a quorum signed it between these moments."""
        timed = [(one.key, one.time * 1000) for one in head.signatures if one.time is not None]
        signed = [key for key, at in timed if first <= at and (last is None or at <= last)]
        return self.trust is None or self.trust.satisfied(signed)
