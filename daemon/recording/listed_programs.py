"""How long each unknown program ran, by day and player: what a guardian is shown. The minute's work writes it to the store."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, field, replace

from daemon.platforms.processes import Identity
from daemon.storing.rows import ListedRow
from daemon.trusted import Reading
from rules.calendar import day_bounds, day_name
from rules.games import Fingerprint

_MOST = 4096  # processes at once, and rows between two minutes
_Key = tuple[str, str]  # player, path


@dataclass(slots=True)
class _Running:
    """One program of a player in all its processes, whose union is counted from `since` (mono) on."""

    file: Fingerprint
    since: int
    processes: set[Identity] = field(default_factory=set)


@dataclass(slots=True, eq=False)
class ListedPrograms:
    """`adopt` before all else."""

    _zone: str = field(default="", init=False)
    _from: int | None = field(default=None, init=False)  # mono: until then a former run has counted
    _running: dict[_Key, _Running] = field(default_factory=dict, init=False)
    _whose: dict[Identity, _Key] = field(default_factory=dict, init=False)
    _rows: dict[tuple[str, str, str], ListedRow] = field(default_factory=dict, init=False)

    def adopt(self, zone: str, now: Reading) -> None:
        """Days are those of this zone from now on."""
        self._zone = zone
        self._from = now.mono if self._from is None else self._from

    def runs(self, player: str, file: Fingerprint, identity: Identity, now: Reading, since: int) -> None:
        """A process of this program runs, since `since` (mono)."""
        key = (player, file.path.encode("utf-8", "replace").decode())
        if self._whose.get(identity, key) != key:
            self.ended(identity, now, now.mono)
        if identity in self._whose or len(self._whose) < _MOST:
            self._whose[identity] = key
            running = self._running.setdefault(key, _Running(file, min(max(since, self._from or 0), now.mono)))
            running.file = file
            running.processes.add(identity)

    def ended(self, identity: Identity, now: Reading, mono: int) -> None:
        """The process ended at `mono`, or is another program since then."""
        key = self._whose.pop(identity, None)
        if key is not None:
            running = self._running[key]
            running.processes.discard(identity)
            if not running.processes:
                del self._running[key]
                self._count(key, running, now, mono)

    def keep(self, here: Container[Identity], now: Reading) -> None:
        """Only these processes still run."""
        for identity in [one for one in self._whose if one not in here]:
            self.ended(identity, now, now.mono)

    def take(self, now: Reading) -> tuple[ListedRow, ...]:
        """What ran since the last time."""
        for key, running in self._running.items():
            self._count(key, running, now, now.mono)
        rows, self._rows = tuple(self._rows.values()), {}
        return rows

    def _count(self, key: _Key, running: _Running, now: Reading, mono: int) -> None:
        """Up to `mono`, each part on its day."""
        end = now.wall - (now.mono - mono)
        begin = end - max(0, mono - running.since)
        midnight = max(begin, day_bounds(self._zone, end)[0])
        running.since = max(mono, running.since)
        for at, ms in ((begin, midnight - begin), (end, end - midnight)):
            if ms:
                self._add(key, running.file, day_name(self._zone, at).isoformat(), ms)

    def _add(self, key: _Key, file: Fingerprint, day: str, ms: int) -> None:
        player, path = key
        if (day, *key) not in self._rows and len(self._rows) >= _MOST:
            path, file = "", Fingerprint("", 0)
        row = ListedRow(day, player, path, file.size, file.sha256, file.build_id, ms)
        known = self._rows.get((day, player, path))
        self._rows[day, player, path] = row if known is None else replace(row, ms=known.ms + ms)
