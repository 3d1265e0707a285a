"""A log whose first entries were deleted: what is proved of these, and from where on the others can be judged. Pure.

Of deleted entries there are the hashes: that they were there, and that nothing was put in their place. The agent says in the
log that it deleted them, and which it kept; only what was thirteen months old may be. What the others say is judged two days
on, as sums of a day, plays and warnings may have begun among those that are gone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from compliance import tree
from compliance.bundle import KEPT
from compliance.entries.log import Pruned
from compliance.entries.play import UsageDay
from compliance.entry import AnyEntry, EntryError, decode
from compliance.format.chain import AGENT
from compliance.format.keeping import LEAVES_MS, Keeping
from compliance.format.kept import Kept, KeptError, read
from compliance.format.tiles import WIDTH
from compliance.verifying.bundle.whole import Broken, content
from compliance.verifying.listed import Faults
from compliance.verifying.report import Audit, Beginning, Failure, entry_name
from i18n.message import msg
from rules.calendar import DAY_MS

RUN_IN_MS = 2 * DAY_MS
_SLACK_MS = DAY_MS
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class Begun:
    """`check` each tile's leaves, go through `lines` at the first entry that is left, `take` each from there on; `finish`, then
    ask the rest.
    """

    kept: Kept = field(default_factory=Kept)
    digest: str = ""
    failures: Faults = field(default_factory=Faults)
    _checked: int = 0
    _said: int | None = None  # when
    _first: int | None = None
    _judged: int | None = None

    def __post_init__(self) -> None:
        self.begins = self.kept.begins

    def check(self, first: int, leaves: Sequence[bytes]) -> None:
        """Broken if a kept entry is not the one that had this place."""
        while self._checked < len(self.kept.entries):
            index, data = self.kept.entries[self._checked]
            if index >= first + WIDTH:
                return
            if leaves[index - first] != tree.leaf_hash(data):
                raise Broken(KEPT, msg("{entry} is not the one of the tree", entry=entry_name(index)))
            self._checked += 1

    def lines(self) -> Iterator[tuple[int, AnyEntry, bytes]]:
        """What was kept, for who reads on from there."""
        keeping, read = Keeping(), []
        for index, data in self.kept.entries:
            try:
                line = decode(data)
            except EntryError as error:
                self.failures.append(Failure(entry_name(index), error.message))
                return
            keeping.take(index, data)
            read.append(index)
            yield index, line, data
        if keeping.kept() != read:
            self.failures.append(Failure(KEPT, msg("more is kept of what was deleted than what goes on")))

    def take(self, index: int, line: AnyEntry) -> bool:
        """The next entry that is left. Whether it is judged: what is not may speak of what is gone."""
        if line.seat == AGENT:
            self._agents(index, line)
        return not self.begins or (self._judged is not None and not self._older(line))

    def _older(self, line: AnyEntry) -> bool:
        """The sum of an older day, of a PC that was off since."""
        return type(line) is UsageDay and line.seat != AGENT and self._first is not None and line.day < _day_after(self._first)

    def _agents(self, index: int, line: AnyEntry) -> None:
        if self._first is None:
            self._first = line.wall
        if self._judged is None and line.wall >= self._first + RUN_IN_MS:
            self._judged = index
        if isinstance(line, Pruned):
            self._pruned(index, line)

    def _pruned(self, index: int, line: Pruned) -> None:
        if line.end % WIDTH or not 0 < line.end <= index:
            self.failures.append(Failure(entry_name(index, line), msg("the log cannot begin where it says")))
        elif self._first is not None and line.end == self.begins and line.kept == self.digest:
            self._said = line.wall

    def finish(self, seen: Sequence[tuple[int, int]] = (), now: int | None = None) -> None:
        """`seen`: (size, Unix ms) of heads that witnesses saw then: what is not in them came later. `now`: whoever verifies may
        know better than the log what time it is.
        """
        if not self.begins:
            return
        if self._said is None or self._first is None:
            what = msg("entries before number {number} are missing, and the log does not say that it deleted just these",
                       number=str(self.begins))  # fmt: skip
            self.failures.append(Failure(KEPT, what))
            return
        youngest = max(self._first, *(at for size, at in seen if size < self.begins), 0)
        least = youngest + LEAVES_MS - _SLACK_MS
        if self._said < least:
            self.failures.append(Failure(KEPT, msg("entries were deleted that were not thirteen months old")))
        elif now is not None and now < least:
            self.failures.append(Failure(KEPT, msg(
                "entries were deleted that are thirteen months old by the log's clock, and not by this PC's, which is behind "
                "it: which of the two is wrong cannot be told from here; set this PC's clock and look again",
            )))  # fmt: skip

    def beginning(self, size: int) -> Beginning | None:
        if not self.begins:
            return None
        first = self._first or 0
        return Beginning(self.begins, first, size if self._judged is None else self._judged, first + RUN_IN_MS)

    def judged(self, audit: Audit, size: int) -> Audit:
        """The same without gaps of which only entries could tell that are gone."""
        found = self.beginning(size)
        if found is None:
            return audit
        return replace(
            audit,
            gaps=tuple(replace(gap, start=max(gap.start, found.judged_at)) for gap in audit.gaps if gap.end > found.judged_at),
        )


def begun(members: Mapping[str, bytes], size: int) -> Begun:
    """What the bundle says of it. Broken if it cannot be so."""
    if KEPT not in members:
        return Begun()
    data = content(members, KEPT)
    try:
        found = read(data)
    except KeptError:
        found = Kept(size)
    if found.begins >= size:
        raise Broken(KEPT, msg("it does not say where the log begins"))
    return Begun(found, sha256(data).hexdigest())


def _day_after(at: int) -> str:
    """The first day (ISO) of which all, in any zone, comes after then."""
    return (_EPOCH + timedelta(milliseconds=at, days=2)).date().isoformat()  # of fromtimestamp Windows has not all
