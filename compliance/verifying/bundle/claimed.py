"""What a file that does not hold says of its place and its time: whose it is meant to be, and proof of nothing. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from compliance.entries.place import PlaceChanged
from compliance.entry import AnyEntry, EntryError, decode
from compliance.format.chain import AGENT
from compliance.format.repacked import Unreadable
from compliance.format.tiles import BundleEncodingError, decode_entries
from compliance.verifying.overview import Claimed, PlaceAt, place_at
from compliance.verifying.report import NO_MOMENT
from compliance.verifying.zones import Zones

_ENTRIES = "tile/entries/"
_WIDTH = re.compile(r"\.p/.*|\D")
_PLACE = b'"kind":"place.changed"'
_MOST = 1_000  # entries that are read: whoever makes millions wastes no time


def claimed(members: Mapping[str, bytes]) -> Claimed:
    """Of what entries can be read."""
    place: PlaceAt | None = None
    zones = Zones()
    ends: list[int] = []
    read = 0
    for lines in _tiles(members):
        told = [line for line in lines if _PLACE in line][: _MOST - read]
        read += len(told)
        for line in _decoded(told):
            if isinstance(line, PlaceChanged) and line.seat == AGENT:
                place = place_at(line)
                zones.change(line.wall, line.zone)
        ends += [line.wall for line in _decoded([*lines[:1], *lines[-1:]])]
    return Claimed(place, zones.last, (min(ends), max(ends)) if ends else None)


def _tiles(members: Mapping[str, bytes]) -> Iterator[Sequence[bytes]]:
    """Their entries, in the order of the log."""
    names = [name for name in members if name.startswith(_ENTRIES)]
    for name in sorted(names, key=lambda name: int(_WIDTH.sub("", name.removeprefix(_ENTRIES))[:18] or 0)):
        with suppress(BundleEncodingError, Unreadable):
            yield decode_entries(members[name])


def _decoded(lines: Sequence[bytes]) -> Iterator[AnyEntry]:
    for data in lines:
        with suppress(EntryError):
            line = decode(data)
            if 0 <= line.wall < NO_MOMENT:
                yield line
